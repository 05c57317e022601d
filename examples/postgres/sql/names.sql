-- The customers that both databases are filled from. All of them are invented:
-- hosts end in .example, and telephone numbers are kept for fiction.
CREATE TEMPORARY TABLE known AS
SELECT
    n,
    (ARRAY['Anna', 'Bogdan', 'Clara', 'Dieter', 'Emre', 'Fiona', 'Greta', 'Hannes', 'Ilse', 'Jana',
           'Lukas', 'Milan', 'Nils', 'Petra', 'Renate', 'Sven', 'Torsten', 'Ulrike', 'Wiebke', 'Zeynep'])
        [1 + n % 20] AS first_name,
    (ARRAY['Achterberg', 'Brinkhoff', 'Claasen', 'Dornbach', 'Eichstedt', 'Feldkamp', 'Grünwald',
           'Hinrichs', 'Ihlenfeld', 'Jansen', 'Köhler', 'Lindemann', 'Möllering', 'Nachtigall',
           'Ostermann', 'Papenburg', 'Quandt', 'Rösler', 'Schlüter', 'Tiedemann', 'Uhlmann', 'Voß',
           'Wachtel'])[1 + n % 23] AS last_name,
    'Lindenstraße ' || n AS street,
    (10000 + 7 * n)::text AS postcode,
    (ARRAY['Berlin', 'Hamburg', 'Köln', 'München'])[1 + n % 4] AS city,
    (ARRAY['30 23125', '40 66969', '221 4710', '89 99998'])[1 + n % 4] || to_char(n, 'FM000') AS number,
    500.00 + 25.50 * (n % 40) AS credit,
    n % 3 = 0 AS newsletter,
    date '1950-01-01' + 97 * n % 18000 AS born,
    timestamptz '2026-01-01 08:00:00+00' + n * interval '7 hours' AS last_order,
    CASE n % 4 WHEN 0 THEN '{}' WHEN 1 THEN '{garden}' WHEN 2 THEN '{books,garden}' ELSE '{tools}' END::text[] AS tags
FROM generate_series(1, 200) AS n;

ALTER TABLE known ADD COLUMN email text;
UPDATE known SET email = lower(translate(first_name || '.' || last_name, 'öüß', 'ous')) || n || '@post.example';
