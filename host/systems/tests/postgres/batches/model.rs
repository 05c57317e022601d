//! Tables whose triggers and constraints do everything that a database can do to
//! a write, and writes to them by the throw of dice.

use treaty_model::{Cell, RemoteId, Row, Value};
use treaty_systems::{Action, Record, SystemWrite};

/// A table `t`, and which ids are in play.
pub struct Model {
    /// The table and its programs.
    pub schema: &'static str,
    ids: &'static [&'static str],
    /// How many columns the key has; the others follow it.
    key: usize,
    names: &'static [&'static str],
    notes: &'static [&'static str],
}

/// What both tables do: refuse (`object`), let a write have no effect
/// (`silent`), change what is written (`echo`), and reach into other rows
/// (`reach`).
macro_rules! programs {
    ($table:literal, $reached:literal) => {
        concat!(
            $table,
            "CREATE FUNCTION before() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
                 IF NEW.name = 'object' THEN RAISE EXCEPTION 'no objects'; END IF;
                 IF NEW.name = 'silent' THEN RETURN NULL; END IF;
                 IF NEW.name = 'echo' THEN NEW.note := 'echoed'; END IF;
                 RETURN NEW;
             END $body$;
             CREATE TRIGGER before BEFORE INSERT OR UPDATE ON t
                 FOR EACH ROW EXECUTE FUNCTION before();
             CREATE FUNCTION after() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
                 IF NEW.name = 'reach' THEN
                     UPDATE t SET note = coalesce(note, '') || '+' WHERE ",
            $reached,
            " AND name IS DISTINCT FROM 'reach';
                 END IF;
                 RETURN NULL;
             END $body$;
             CREATE TRIGGER after AFTER INSERT OR UPDATE ON t
                 FOR EACH ROW EXECUTE FUNCTION after();"
        )
    };
}

/// A key that the database makes; a row that goes changes the row of a friend.
pub const SIMPLE: Model = Model {
    schema: programs!(
        "CREATE TABLE t (id integer PRIMARY KEY, name text, email varchar(12) UNIQUE,
             note text CHECK (note <> 'no'), gone boolean,
             friend integer REFERENCES t ON DELETE SET NULL);
         CREATE FUNCTION next_id() RETURNS integer LANGUAGE sql AS
             'SELECT coalesce(max(id), 0) + 1 FROM t';
         ALTER TABLE t ALTER id SET DEFAULT next_id();
         INSERT INTO t SELECT n, 'Anna', 'p' || n, 'ok', n = 6, nullif(n - 1, 0)
             FROM generate_series(1, 8) AS n;",
        "id = NEW.id % 8 + 1"
    ),
    ids: &[
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "99", "007", "x",
    ],
    key: 1,
    names: NAMES,
    notes: NOTES,
};

/// The same with few refusals, so that more is made together, and with triggers
/// that tie the rows together.
pub const TIED: Model = Model {
    ids: &["1", "2", "3", "4", "5", "6", "7", "8"],
    names: &["Anna", "Berta", "reach"],
    notes: &["ok", "fine", "ok+"],
    ..SIMPLE
};

/// A key of two columns.
pub const COMPOSITE: Model = Model {
    schema: programs!(
        "CREATE TABLE t (country text, number integer DEFAULT 7, name text,
             email varchar(12) UNIQUE, note text CHECK (note <> 'no'), gone boolean,
             PRIMARY KEY (country, number));
         INSERT INTO t SELECT country, n, 'Anna', country || n, 'ok', false
             FROM generate_series(1, 4) AS n, unnest(ARRAY['de', 'O\"x']) AS country;",
        "number = NEW.number % 4 + 1"
    ),
    ids: &[
        r#"["de","1"]"#,
        r#"["de","2"]"#,
        r#"["de","3"]"#,
        r#"["de","4"]"#,
        r#"["O\"x","1"]"#,
        r#"["O\"x","2"]"#,
        r#"["O\"x","7"]"#,
        r#"["de","x"]"#,
        "nonsense",
    ],
    key: 2,
    names: NAMES,
    notes: NOTES,
};

const NAMES: &[&str] = &[
    "Anna", "Anna", "Berta", "Berta", "Clara", "echo", "reach", "object", "silent",
];
const EMAILS: &[&str] = &["p1", "p2", "q1", "q2", "q3", "q4", "q5", "much too long"];
const NOTES: &[&str] = &["ok", "ok", "fine", "fine", "no"];

impl Model {
    /// The ids in play.
    pub fn ids(&self) -> Vec<RemoteId> {
        self.ids.iter().map(|id| RemoteId::from(*id)).collect()
    }

    /// So many writes, most of them from what stands there.
    pub fn writes(
        &self,
        dice: &mut Dice,
        round: u64,
        count: usize,
        ids: &[RemoteId],
        standing: &[Option<Record>],
    ) -> Vec<SystemWrite> {
        let mut writes: Vec<SystemWrite> = Vec::with_capacity(count);
        for number in 0..count {
            let mut write = SystemWrite {
                intent: format!("{round}-{number}").as_str().into(),
                action: self.action(dice, ids, standing),
            };
            if dice.once_in(12) && round > 0 {
                // An intent of the round before, or the first of this one.
                let earlier = if dice.once_in(2) { round } else { round - 1 };
                write.intent = format!("{earlier}-0").as_str().into();
            }
            if dice.once_in(20)
                && let Some(earlier) = writes.last()
            {
                write = earlier.clone();
            }
            writes.push(write);
        }
        writes
    }

    fn action(&self, dice: &mut Dice, ids: &[RemoteId], standing: &[Option<Record>]) -> Action {
        let which = dice.below(ids.len());
        let id = ids[which].clone();
        let seen = standing[which].as_ref().map(|record| &record.own);
        let expected = match dice.below(10) {
            0 => vec![None; self.key],
            1 => self.values(dice, 1),
            _ => seen.cloned().unwrap_or_default(),
        };
        match dice.below(10) {
            0 | 1 => {
                let mut values = self.values(dice, 2);
                self.put_key(dice, &mut values);
                Action::Create { values }
            }
            2 => Action::Delete { id, expected },
            3 => Action::Archive { id, expected },
            _ => Action::Update {
                id,
                values: self.values(dice, 3),
                expected,
            },
        }
    }

    /// A row in which a field is set once in so many.
    fn values(&self, dice: &mut Dice, once_in: usize) -> Row {
        let mut row = vec![None; self.key];
        for pool in [self.names, EMAILS, self.notes] {
            row.push(dice.once_in(once_in).then(|| Value::text(*dice.of(pool))));
        }
        let brought_back = dice.once_in(6);
        row.push(brought_back.then_some(Value::Boolean(false)));
        row
    }

    fn put_key(&self, dice: &mut Dice, row: &mut [Cell]) {
        let number = Value::Integer(1 + dice.below(11) as i64);
        match row {
            [country, at, ..] if self.key == 2 => {
                *country = Some(Value::text(*dice.of(&["de", "O\"x"])));
                *at = dice.once_in(2).then_some(number);
            }
            [id, ..] => *id = dice.once_in(2).then_some(number),
            [] => {}
        }
    }
}

/// Dice that fall the same way for the same seed.
pub struct Dice(u64);

impl Dice {
    /// Dice with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below another.
    pub fn below(&mut self, end: usize) -> usize {
        // xorshift64* (Vigna, 2016)
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        drawn as usize % end
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a, T>(&mut self, pool: &'a [T]) -> &'a T {
        &pool[self.below(pool.len())]
    }
}
