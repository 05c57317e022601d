-- The shop's customers in a form that can be compared.
SELECT
    concat_ws(' ', first_name, last_name), lower(mail), regexp_replace(telephone, '^(\+49 ?|0)|\D', '', 'g') AS phone,
    street, postcode, city,
    replace(replace(credit, '.', ''), ',', '.')::numeric(12, 2), newsletter = 'yes',
    to_date(born, 'DD.MM.YYYY'), last_order_ms / 1000,
    (SELECT string_agg(tag, ';' ORDER BY tag COLLATE "C") FROM unnest(string_to_array(tags, ';')) AS tag)
FROM customer ORDER BY lower(mail) COLLATE "C";
