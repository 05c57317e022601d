-- The CRM's database: customers 1 to 175.
CREATE TABLE person (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    full_name text NOT NULL,
    email text,
    phone text,
    address jsonb,
    credit_limit numeric(12, 2),
    newsletter boolean,
    born date,
    last_order timestamptz,
    tags text[],
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by text NOT NULL DEFAULT current_setting('application_name')
);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    NEW.changed_by := current_setting('application_name');
    RETURN NEW;
END $$;
CREATE TRIGGER note_change BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION note_change();

INSERT INTO person (full_name, email, phone, address, credit_limit, newsletter, born, last_order, tags)
SELECT
    first_name || ' ' || last_name,
    email,
    '+49 ' || number,
    jsonb_build_object('street', street, 'postcode', postcode, 'city', city),
    credit, newsletter, born, last_order, tags
FROM known WHERE n <= 175 ORDER BY n;
