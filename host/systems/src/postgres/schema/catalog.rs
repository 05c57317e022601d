//! What the server's catalog is asked.

/// The table of a name.
pub(super) const TABLE: &str = "
SELECT c.oid::text, n.nspname::text, c.relname::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND (n.nspname || '.' || c.relname = $1
       OR c.relname::text = $1 AND pg_table_is_visible(c.oid))
ORDER BY n.nspname || '.' || c.relname = $1 DESC LIMIT 1";

/// All tables but our own and the server's.
pub(super) const TABLES: &str = "
SELECT n.nspname || '.' || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'treaty')
  AND n.nspname NOT LIKE 'pg\\_temp\\_%' AND n.nspname NOT LIKE 'pg\\_toast%'
ORDER BY 1";

/// The columns of a table. A domain is followed to the type beneath it.
pub(super) const COLUMNS: &str = "
WITH RECURSIVE base (attnum, oid) AS (
    SELECT attnum, atttypid FROM pg_attribute
    WHERE attrelid = $1::text::oid AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT base.attnum, t.typbasetype FROM base JOIN pg_type t ON t.oid = base.oid
    WHERE t.typtype = 'd'
)
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
       (a.attgenerated <> '' OR a.attidentity = 'a')::text,
       t.typname::text, t.typcategory::text, e.typname::text,
       format_type(t.oid, -1), format_type(e.oid, -1)
FROM pg_attribute a
JOIN base ON base.attnum = a.attnum
JOIN pg_type t ON t.oid = base.oid AND t.typtype <> 'd'
LEFT JOIN pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem
WHERE a.attrelid = $1::text::oid
ORDER BY a.attnum";

/// Every unique index of whole columns over all rows, column by column.
pub(super) const KEYS: &str = "
SELECT i.indexrelid::text, i.indisprimary::text, a.attname::text
FROM pg_index i
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = $1::text::oid AND i.indisunique AND i.indisvalid
  AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
ORDER BY i.indisprimary DESC, i.indexrelid, k.place";
