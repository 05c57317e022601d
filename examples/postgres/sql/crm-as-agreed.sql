-- The CRM's customers in a form that can be compared.
SELECT
    full_name, lower(email), regexp_replace(phone, '^\+49 ?|\D', '', 'g') AS phone,
    address ->> 'street', address ->> 'postcode', address ->> 'city',
    credit_limit::numeric(12, 2), newsletter, born, extract(epoch FROM last_order)::bigint,
    (SELECT string_agg(tag, ';' ORDER BY tag COLLATE "C") FROM unnest(tags) AS tag)
FROM person ORDER BY lower(email) COLLATE "C";
