-- The shop's database: customers 26 to 200, some of them written differently.
CREATE TABLE customer (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    first_name text,
    last_name text NOT NULL,
    mail text,
    telephone text,
    street text,
    postcode varchar(10),
    city text,
    credit text,
    newsletter text CHECK (newsletter IN ('yes', 'no')),
    born text,
    last_order_ms bigint,
    tags text,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by text NOT NULL DEFAULT current_setting('application_name')
);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    NEW.changed_by := current_setting('application_name');
    RETURN NEW;
END $$;
CREATE TRIGGER note_change BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION note_change();

INSERT INTO customer (first_name, last_name, mail, telephone, street, postcode, city, credit,
                      newsletter, born, last_order_ms, tags)
SELECT
    first_name,
    last_name,
    CASE WHEN n % 5 = 0 THEN upper(email) ELSE email END,
    CASE WHEN n % 9 > 0 THEN '0' || number END,
    CASE WHEN n % 11 = 0 THEN 'Uferweg ' || n ELSE street END,
    postcode,
    city,
    replace(to_char(credit, 'FM999990.00'), '.', ','),
    CASE WHEN newsletter THEN 'yes' ELSE 'no' END,
    to_char(born, 'DD.MM.YYYY'),
    (extract(epoch FROM last_order) * 1000)::bigint,
    array_to_string(CASE WHEN n % 13 = 0 THEN array_append(tags, 'vouchers') ELSE tags END, ';')
FROM known WHERE n > 25 ORDER BY n;
