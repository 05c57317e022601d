//! Whether two records are the same, asked and answered.

use super::{CRM_FILE, SHOP_FILE, TABLE, TREATY, both, column, export, import, listed, type_in};
use crate::Bench;

/// Two people of one name, of whom nobody can say whether they are one.
fn maybe_the_same() -> Bench {
    let treaty = TREATY.replace("match-keys\"", "match-people\"\nask-from = 0.01");
    let treaty = treaty.replace(
        "[rules.match-keys.configuration]\nkeys = [[\"email\"]]\n",
        "",
    );
    let people = "first,first-name,shared,,First,first\nlast,last-name,shared,,Last,last\n";
    let bench = Bench::with(&[
        ("treaty.toml", &treaty),
        ("contact.csv", &format!("{TABLE}{people}")),
        (
            CRM_FILE,
            "id,Email,Note,City,First,Last\n1,anna@x.example,,Bonn,Anna,Berg\n",
        ),
        (
            SHOP_FILE,
            "id,mail,memo,town,first,last\na,a.berg@y.example,,Bonn,Anna,Berg\n",
        ),
    ]);
    bench.sync();
    assert_eq!(listed(&bench, &["--kind", "match"]), [1]);
    bench
}

#[test]
fn whether_two_are_the_same_is_answered_from_a_file_and_told_later() {
    for (answer, linked) in [("same", 1), ("different", 0)] {
        let bench = maybe_the_same();
        assert_eq!(listed(&bench, &["--to", "carl@example.com"]), [1]);
        bench
            .treaty(&["explain", "contact", "crm:1"])
            .expect(0)
            .says("in no link yet")
            .says("question 1 waits for a person");
        let mut cells = export(&bench);
        assert_eq!(cells[1][column(&cells, "kind")], "match");
        type_in(&mut cells, "1", "answer", "crm");
        import(&bench, &cells, b';', &[])
            .expect(1)
            .says("this question is answered by --same or --different");
        type_in(&mut cells, "1", "answer", answer);
        import(&bench, &cells, b';', &["--by", "Dora"]).expect(0);
        bench.sync();
        bench
            .treaty(&["explain", "contact", "crm:1"])
            .expect(0)
            .says("a person was asked whether crm 1 and shop a are the same")
            .says(&format!("Dora answered question 1: {answer}"));
        let both = bench.ledger(
            "SELECT count(*) FROM record GROUP BY link HAVING count(*) = 2 AND link IS NOT NULL",
        );
        assert_eq!(both.len(), linked, "{answer}");
    }
}

#[test]
fn two_linked_records_that_a_person_says_are_the_same_become_one() {
    let bench = maybe_the_same();
    bench.edit(
        "treaty.toml",
        "ask-from = 0.01",
        "ask-from = 0.01\nlink-from = 0.9999",
    );
    bench.treaty(&["decide", "1", "--different"]).expect(0);
    bench.settle();
    let add = |file: &str, after: &str, line: &str| {
        bench.edit(file, after, &format!("{after}\n{line}"));
        bench.settle();
    };
    add(
        CRM_FILE,
        "Bonn,Anna,Berg",
        "2,carla@z.example,,Jena,Carla,Kurz",
    );
    add(SHOP_FILE, "Bonn,Anna,Berg", "b,c.kurz@y.example,,Jena,,");
    let link = |system: &str, remote: &str| {
        let record = format!("system = '{system}' AND remote = '{remote}'");
        bench.ledger(&format!("SELECT link FROM record WHERE {record}"))
    };
    assert_eq!([link("crm", "2"), link("shop", "b")], [["3"], ["4"]]);

    bench.edit(SHOP_FILE, "Jena,,", "Jena,Carla,Kurz");
    bench.sync();
    assert_eq!(listed(&bench, &["--kind", "match"]), [2]);
    bench.treaty(&["decide", "2", "--same"]).expect(0);
    bench
        .treaty(&["plan"])
        .expect(2)
        .says("takes in 4: they are one thing")
        .says("1 link went into another: they are one thing");
    bench.sync();
    assert_eq!([link("crm", "2"), link("shop", "b")], [["3"], ["3"]]);
    assert_eq!(listed(&bench, &["--kind", "match"]), [0; 0]);
    bench
        .treaty(&["explain", "contact", "crm:2"])
        .expect(0)
        .says("link 4 went into link 3: they are one thing")
        .says("tester answered question 2: same");
    bench.settle();
    let [crm, shop] = both(&bench);
    assert_eq!(crm[1], shop[1]);
}
