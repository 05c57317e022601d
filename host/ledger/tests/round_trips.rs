//! What is committed is what is loaded, also by the next process.

use std::collections::BTreeMap;

use treaty_ledger::{
    Commit, CursorChange, EntryKind, FeedState, IntentChange, Ledger, RecordHead, RunChange, Totals,
};
use treaty_model::{IntentId, Life, LinkId, Presence, RunId, Timestamp};

use crate::sample::{at, crm, entry, everything, intent, key, link, open, raw, reopen, shop};

/// Checks that a ledger holds [`everything`].
pub fn check_everything(ledger: &Ledger) {
    let commit = everything();
    let mut records = commit.records.clone();
    for (record, number) in records.iter_mut().zip(1..) {
        record.number = number;
    }
    records[0].listing = 4;
    let keys: Vec<_> = records.iter().map(|record| record.key.clone()).collect();
    let loaded = ledger.records(&keys).expect("records load");
    assert_eq!(
        loaded,
        records.iter().cloned().map(Some).collect::<Vec<_>>()
    );
    assert_eq!(
        ledger.records_by_number(&[3, 9, 1]).expect("they load"),
        [records[2].clone(), records[0].clone()]
    );

    let links = ledger.links(&[LinkId(1), LinkId(2)]).expect("links load");
    assert_eq!(links.len(), 1);
    let change = &commit.links[0];
    assert_eq!(
        (links[0].id, &links[0].entity, links[0].life),
        (change.id, &change.entity, change.life)
    );
    assert_eq!(links[0].base, change.base);
    assert_eq!(
        links[0].records,
        [Some(records[0].clone()), Some(records[1].clone())]
    );
    let attention = ledger.attention(&"contact".into(), LinkId(0), 10);
    assert_eq!(attention.expect("they load"), links);

    let feed = ledger
        .feed(&"contact".into(), &"shop".into())
        .expect("it loads");
    let cursor = &commit.cursors[0];
    assert_eq!(
        feed,
        FeedState {
            cursor: cursor.cursor.clone(),
            listing: cursor.listing,
            listing_open: cursor.listing_open,
            asked_at: Some(cursor.asked_at),
        }
    );
    assert_eq!(
        ledger.open_intents(&"crm".into()).expect("they load"),
        [intent("i-2", 3)]
    );
    assert_eq!(ledger.intents_ever().expect("it loads"), 2);
    let writes = ledger.writes_since(at(6)).expect("they load");
    assert_eq!(writes, BTreeMap::from([("crm".into(), 1)]));
    assert_eq!(ledger.next_link().expect("it loads"), LinkId(2));
    assert_eq!(ledger.next_run().expect("it loads"), RunId(2));
    assert_eq!(
        ledger.fact("mapper").expect("it loads").as_deref(),
        Some("v1")
    );
    assert_eq!(ledger.fact("matcher").expect("it loads"), None);
    let distinct = ledger.are_distinct(&[(1, 3), (1, 2)]);
    assert_eq!(distinct.expect("they load"), [true, false]);
    crate::questions::check_everything(ledger);
    crate::matching::check_everything(ledger);
}

#[test]
fn everything_is_loaded_as_it_was_committed() {
    let (folder, ledger) = open();
    assert_eq!(ledger.commit(&everything()).expect("it commits"), [1, 2, 3]);
    check_everything(&ledger);
    drop(ledger);
    check_everything(&reopen(&folder));
}

#[test]
fn a_reader_sees_the_same_while_a_process_works() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let reader = Ledger::open_to_read(folder.path()).expect("readers need no lock");
    reader.use_shapes(crate::sample::shapes());
    check_everything(&reader);
}

#[test]
fn an_empty_ledger_says_so() {
    let (_folder, ledger) = open();
    let contact = "contact".into();
    assert_eq!(
        ledger.records(&[key("crm", "c1")]).expect("it loads"),
        [None]
    );
    assert_eq!(ledger.next_link().expect("it loads"), LinkId(1));
    assert_eq!(ledger.next_run().expect("it loads"), RunId(1));
    assert_eq!(ledger.intents_ever().expect("it loads"), 0);
    assert_eq!(ledger.totals().expect("it loads"), Totals::default());
    let feed = ledger.feed(&contact, &"crm".into()).expect("it loads");
    assert_eq!(feed, FeedState::default());
    assert!(Commit::default().is_empty());
    assert_eq!(
        ledger.commit(&Commit::default()).expect("it commits"),
        Vec::<i64>::new()
    );
}

#[test]
fn every_presence_and_life_comes_back() {
    let (_folder, ledger) = open();
    let presences = [
        Presence::Present,
        Presence::LeftOut(String::new()),
        Presence::Missing,
        Presence::Deleted,
        Presence::Restored,
        Presence::Gone,
    ];
    let mut commit = Commit::default();
    for (presence, remote) in presences.iter().zip(["a", "b", "c", "d", "e", "f"]) {
        let mut record = crm(remote);
        record.presence = presence.clone();
        commit.records.push(record);
    }
    commit.links = vec![link(1)];
    commit.links[0].life = Life::Deleted;
    let numbers = ledger.commit(&commit).expect("it commits");
    let records = ledger.records_by_number(&numbers).expect("they load");
    let loaded: Vec<_> = records.into_iter().map(|record| record.presence).collect();
    assert_eq!(loaded, presences);
    let heads = ledger.heads(&numbers).expect("they load");
    let heads: Vec<_> = heads.into_iter().map(|head| head.number).collect();
    assert_eq!(
        heads,
        [1, 2, 3, 5],
        "those that are deleted or gone are left out"
    );
    let unlisted = ledger.unlisted(&"contact".into(), &"crm".into(), 1, 0, 10);
    let unlisted = unlisted.expect("they load").into_iter();
    assert_eq!(
        unlisted.map(|record| record.number).collect::<Vec<_>>(),
        [1, 2, 5]
    );
    let links = ledger.links(&[LinkId(1)]).expect("they load");
    assert_eq!(links[0].life, Life::Deleted);
}

#[test]
fn heads_are_the_little_that_identify_needs() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let head = |number, system: &str, link, waiting| RecordHead {
        number,
        system: system.into(),
        link,
        waiting,
    };
    assert_eq!(
        ledger.heads(&[3, 2, 7]).expect("they load"),
        [
            head(3, "crm", None, true),
            head(2, "shop", Some(LinkId(1)), false),
        ]
    );
}

#[test]
fn pages_go_on_after_a_number() {
    let (_folder, ledger) = open();
    let names = ["a", "b", "c", "d", "e"];
    let mut commit = Commit {
        records: names.map(crm).to_vec(),
        ..Commit::default()
    };
    commit.records[1].waiting = false;
    commit.records[3].listing = 2;
    ledger.commit(&commit).expect("it commits");
    let contact = "contact".into();
    type Load<'a> = &'a dyn Fn(i64) -> Vec<i64>;
    let check = |load: Load<'_>, expected: &[i64]| {
        let (mut after, mut seen) = (0, Vec::new());
        while let Some(last) = load(after).last() {
            seen.extend(load(after));
            after = *last;
        }
        assert_eq!(seen, expected);
    };
    let numbers = |page: Result<Vec<treaty_ledger::StoredRecord>, _>| -> Vec<i64> {
        let page: Result<_, treaty_ledger::LedgerError> = page;
        let records = page.expect("it loads").into_iter();
        records.map(|record| record.number).collect()
    };
    check(
        &|after| numbers(ledger.all_records(&contact, after, 2)),
        &[1, 2, 3, 4, 5],
    );
    check(
        &|after| {
            let heads = ledger.waiting(&contact, after, 2).expect("it loads");
            heads.into_iter().map(|head| head.number).collect()
        },
        &[1, 3, 4, 5],
    );
    let crm = "crm".into();
    check(
        &|after| numbers(ledger.unlisted(&contact, &crm, 2, after, 2)),
        &[1, 2, 3, 5],
    );
    assert_eq!(ledger.all_records(&contact, 0, 0).expect("loads"), []);
}

#[test]
fn a_feed_a_fact_a_run_and_attention_are_replaced() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let mut quiet = link(1);
    quiet.attention = false;
    let commit = Commit {
        links: vec![quiet],
        cursors: vec![CursorChange {
            cursor: None,
            listing_open: false,
            ..everything().cursors.remove(0)
        }],
        runs: vec![RunChange {
            run: RunId(4),
            ended_at: None,
            ..everything().runs.remove(0)
        }],
        facts: vec![("mapper".to_owned(), "v2".to_owned())],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let contact = "contact".into();
    let feed = ledger.feed(&contact, &"shop".into()).expect("it loads");
    assert_eq!(
        (feed.cursor, feed.listing, feed.listing_open),
        (None, 3, false)
    );
    assert_eq!(
        ledger.fact("mapper").expect("it loads").as_deref(),
        Some("v2")
    );
    assert_eq!(ledger.next_run().expect("it loads"), RunId(5));
    assert_eq!(
        ledger.attention(&contact, LinkId(0), 9).expect("it loads"),
        []
    );
    let again = Commit {
        attention: vec![LinkId(1), LinkId(77)],
        ..Commit::default()
    };
    ledger.commit(&again).expect("it commits");
    assert_eq!(
        ledger
            .attention(&contact, LinkId(0), 9)
            .expect("it loads")
            .len(),
        1
    );
    assert_eq!(
        ledger.attention(&contact, LinkId(1), 9).expect("it loads"),
        []
    );
}

#[test]
fn an_intent_that_is_over_stays_as_it_is() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let close = |id: &str, outcome| IntentChange::Close {
        id: IntentId(id.to_owned()),
        at: at(9),
        outcome,
    };
    let commit = Commit {
        intents: vec![
            close("i-1", "stale"),
            close("i-2", "not-landed"),
            close("i-9", "done"),
        ],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    assert_eq!(ledger.open_intents(&"crm".into()).expect("they load"), []);
    let outcomes: Vec<(String, i64)> = raw(&folder, "ledger.db")
        .prepare("SELECT outcome, closed_at FROM intent ORDER BY id")
        .and_then(|mut sql| {
            sql.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .expect("they are there");
    let closed = |outcome: &str, time: Timestamp| (outcome.to_owned(), time.as_micros());
    assert_eq!(
        outcomes,
        [closed("done", at(6)), closed("not-landed", at(9))]
    );
}

#[test]
fn an_intent_without_rows_comes_back_without_rows() {
    let (_folder, ledger) = open();
    let mut archive = intent("i-1", 1);
    archive.content.own = Vec::new();
    archive.content.expected = Vec::new();
    archive.content.revisions = Vec::new();
    archive.remote = None;
    archive.content.action = treaty_ledger::IntentAction::Archive;
    let commit = Commit {
        intents: vec![IntentChange::Open(archive.clone())],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    assert_eq!(
        ledger.open_intents(&"crm".into()).expect("they load"),
        [archive]
    );
}

#[test]
fn totals_count_what_is_not_gone() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let crm_key = ("contact".into(), "crm".into());
    let shop_key = ("contact".into(), "shop".into());
    let expected = Totals {
        linked: BTreeMap::from([(crm_key.clone(), 1), (shop_key, 1)]),
        unlinked: BTreeMap::from([(crm_key.clone(), 1)]),
        links: BTreeMap::from([("contact".into(), 1)]),
    };
    assert_eq!(ledger.totals().expect("it loads"), expected);
    // One leaves its link, one is gone, one that was never there is gone.
    let mut gone = shop("s1");
    gone.presence = Presence::Gone;
    let mut never = crm("c9");
    never.presence = Presence::Gone;
    let commit = Commit {
        records: vec![crm("c1"), gone, never],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
    let expected = Totals {
        linked: BTreeMap::new(),
        unlinked: BTreeMap::from([(crm_key, 2)]),
        links: BTreeMap::from([("contact".into(), 1)]),
    };
    assert_eq!(ledger.totals().expect("it loads"), expected);
}

#[test]
fn a_record_takes_another_ones_place_in_a_link_in_one_commit() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let mut joins = crm("c2");
    joins.link = Some(LinkId(1));
    let commit = Commit {
        records: vec![joins, crm("c1")],
        ..Commit::default()
    };
    let numbers = ledger.commit(&commit).expect("it commits");
    assert_eq!(numbers, [3, 1], "in the order of the commit");
    let links = ledger.links(&[LinkId(1)]).expect("they load");
    let record = links[0].records[0].as_ref().expect("it has one there");
    assert_eq!(record.key.remote.as_str(), "c2");
}

#[test]
fn the_journal_is_append_only_and_a_mark_is_kept_once() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let again = Commit {
        journal: vec![
            entry(EntryKind::Fault, Some("m")),
            entry(EntryKind::Write, None),
            entry(EntryKind::Guard, Some("n")),
        ],
        ..Commit::default()
    };
    ledger.commit(&again).expect("it commits");
    let journal = raw(&folder, "journal.db");
    let kinds: Vec<String> = journal
        .prepare("SELECT kind FROM entry ORDER BY id")
        .and_then(|mut sql| sql.query_map([], |row| row.get(0))?.collect())
        .expect("they are there");
    assert_eq!(kinds, ["given-up", "write", "write", "guard"]);
    for sql in ["DELETE FROM entry", "UPDATE entry SET content = ''"] {
        let error = journal.execute(sql, []).expect_err("it is refused");
        assert_eq!(error.to_string(), "the journal is append-only");
    }
}
