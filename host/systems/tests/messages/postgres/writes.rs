//! Writes that are not made.

use treaty_model::Value;
use treaty_systems::Source;

use super::Database;
use crate::told::Told;
use crate::{archive, choices, create, decimal, delete, number, text, update, write};

const REFUSING: &str = "
CREATE TABLE firm (id integer PRIMARY KEY);
CREATE TABLE person (id integer PRIMARY KEY, name text NOT NULL, email text UNIQUE,
    age smallint CHECK (age > 0), size real, price numeric(4, 2), firm integer REFERENCES firm,
    later integer REFERENCES firm DEFERRABLE INITIALLY DEFERRED, code varchar(3),
    tags text[], colour text CHECK (colour <> 'red'), number integer GENERATED ALWAYS AS IDENTITY,
    photo bytea, born date);
CREATE FUNCTION polite() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.name = 'rude' THEN RAISE EXCEPTION 'not that word'; END IF;
    IF NEW.name = 'held' THEN RETURN NULL; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER polite BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION polite();
INSERT INTO person (id, name, email) VALUES (1, 'Anna', 'a@x.example'), (2, 'Bert', 'b@x.example')";

#[tokio::test]
async fn writes_that_are_refused() {
    let mut told = Told::default();
    let database = Database::new(REFUSING, &[]).await;
    let at = |column: usize, value: Option<Value>| {
        let mut values = vec![None; column];
        values.push(value);
        update(values)
    };
    let json = |text: &str| Some(Value::Json(text.to_owned()));
    for (situation, action) in [
        ("a key that would change", at(0, number(7))),
        ("a key that is taken", create([number(2), text("Eva")])),
        ("nothing where something must be", at(1, Some(Value::Null))),
        ("a value that is taken", at(2, text("b@x.example"))),
        ("a value that a check refuses", at(3, number(-1))),
        (
            "a number that is too large for its column",
            at(3, number(99_999)),
        ),
        ("a text where a number must be", at(3, text("old"))),
        (
            "a number that would be rounded",
            at(4, decimal("0.123456789")),
        ),
        ("an amount that is too large", at(5, decimal("100.5"))),
        ("a reference to nothing", at(6, number(99))),
        ("a reference to nothing, seen at the end", at(7, number(99))),
        ("a text that is too long", at(8, text("four"))),
        ("a list of lists", at(9, json("[[1]]"))),
        ("a set where a text must be", at(1, choices())),
        ("a column that numbers itself", at(11, number(7))),
        ("a column of bytes", at(12, text("face"))),
        ("a day that is none", at(13, text("soon"))),
        ("a column that is not there", at(14, text("x"))),
        ("a NUL character", at(1, text("An\0na"))),
        ("what a trigger refuses", at(1, text("rude"))),
        ("what a trigger leaves out", at(1, text("held"))),
        ("an archive without a column for it", archive()),
        (
            "a new row that is no JSON",
            create([
                number(3),
                text("Eva"),
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                json("["),
            ]),
        ),
    ] {
        told.not_made(situation, database.write(action).await);
    }
    insta::assert_snapshot!(told.text());
}

const PEOPLE: &str = "CREATE TABLE person (id integer PRIMARY KEY, name text);
    INSERT INTO person VALUES (1, 'Anna');";

#[tokio::test]
async fn writes_that_others_hold_up() {
    let mut told = Told::default();
    let database = Database::new(PEOPLE, &[]).await;
    let program = database.program().await;
    let hold = "BEGIN; SELECT FROM person FOR SHARE";
    program.batch_execute(hold).await.expect("it begins");
    told.not_made("a row that somebody holds", database.write(delete()).await);
    program.batch_execute("ROLLBACK").await.expect("it ends");

    let schema = format!(
        "{PEOPLE} CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
         CREATE TRIGGER die AFTER INSERT ON person FOR EACH ROW EXECUTE FUNCTION die();
         CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON person DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION die()"
    );
    let database = Database::new(&schema, &[]).await;
    let made = database.write(create([number(2), text("Eva")])).await;
    told.not_made("a session that ends within a write", made);
    let made = database.write(update([None, text("Anne")])).await;
    told.not_made("a session that ends with the transaction", made);

    let database = Database::new(PEOPLE, &[("lock-timeout-ms", "60000")]).await;
    database
        .write(update([None, text("Anne")]))
        .await
        .expect("its tables are made");
    database.run("DELETE FROM treaty.intents");
    let program = database.program().await;
    let hold = "BEGIN; INSERT INTO treaty.intents VALUES ('the-intent', 'public.person', '1', '{}', now())";
    program.batch_execute(hold).await.expect("it begins");
    let ours = database.write(delete());
    let theirs = async {
        let waits = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while program
            .query_one(waits, &[])
            .await
            .expect("it answers")
            .get::<_, i64>(0)
            == 0
        {
            tokio::task::yield_now().await;
        }
        program.batch_execute("COMMIT").await
    };
    let (ours, theirs) = tokio::join!(ours, theirs);
    theirs.expect("it ends");
    told.not_made("a write that another Treaty is making", ours);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn writes_for_which_something_is_missing() {
    let mut told = Told::default();
    let database = Database::new(PEOPLE, &[]).await;
    database.told(&mut told);
    let source = Source::named("public.person");
    let rename = || update([None, text("Anne")]);
    let rights = "GRANT SELECT, UPDATE ON person TO clerk";
    let clerk = database.role("clerk", rights, &[]).await;
    told.failed(
        "no schema of Treaty's own",
        write(&*clerk, &source, rename()).await,
    );
    database.run("CREATE SCHEMA treaty AUTHORIZATION clerk; REVOKE UPDATE ON person FROM clerk");
    let may_not = write(&*clerk, &source, rename()).await;
    told.not_made("a table that a role may not write", may_not);
    database.run("REVOKE SELECT ON person FROM clerk");
    let may_not = clerk.get(&source, &["1".into()]).await;
    told.failed("a table that a role may not read", may_not);

    let database = Database::new(PEOPLE, &[]).await;
    database.told(&mut told);
    database.run(
        "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN INSERT INTO audit VALUES (1); RETURN NULL; END';
         CREATE TRIGGER audit AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION audit()",
    );
    told.failed("a trigger that fails", database.write(rename()).await);
    database.run(
        "DROP TRIGGER audit ON person;
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',
             current_database()); END $$;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'treaty' AND datname = current_database()",
    );
    told.failed(
        "a database that takes no writes",
        database.write(rename()).await,
    );
    insta::assert_snapshot!(told.text());
}
