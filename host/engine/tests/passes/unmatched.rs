//! Records on which the matcher fails: nobody can say who they are, so nothing
//! is made of them.

use crate::pair::{Pair, query, run};

const PEOPLE: &str = "SELECT count(*) || '' FROM person";

/// A name as long as a book is more than a matcher may hand back.
const EVA: &str = "INSERT INTO person (id, email, note) VALUES
    (3, 'eva' || replace(hex(zeroblob(100000)), '0', 'a') || '@lund.example', 'n')";

#[tokio::test]
async fn who_cannot_be_matched_is_told_and_not_made_anew() {
    let pair = Pair::new("archive").await;
    run(&pair.right_db(), EVA);
    pair.pass().await;
    pair.settle().await;
    assert_eq!(query(&pair.left_db(), PEOPLE).as_deref(), Some("2"));
    let in_trouble = || pair.engine().records_in_trouble().expect("it counts");
    assert_eq!(in_trouble(), 1);
    // She is there on the left as well, and found once she can be matched.
    run(
        &pair.left_db(),
        "INSERT INTO person (id, email, note) VALUES (9, 'eva@lund.example', 'n')",
    );
    run(
        &pair.right_db(),
        "UPDATE person SET email = 'eva@lund.example' WHERE id = 3",
    );
    pair.settle().await;
    assert_eq!(in_trouble(), 0);
    for side in [pair.left_db(), pair.right_db()] {
        assert_eq!(query(&side, PEOPLE).as_deref(), Some("3"), "once");
    }
}
