//! What only a folder of files has: bytes that people wrote, and files that are
//! damaged while nobody looks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use treaty_model::{Clock, Row, Timestamp, Value};
use treaty_systems::{
    Action, Change, Connector, Cursor, Listing, Outcome, Source, SystemError, SystemSettings,
    SystemWrite, open,
};

/// A clock far in the future, so that every file counts as settled.
struct Far;

impl Clock for Far {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2999-01-01T00:00:00Z").expect("a time")
    }
}

struct Folder {
    folder: tempfile::TempDir,
    connector: Box<dyn Connector>,
}

impl Folder {
    async fn new(options: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        let settings = SystemSettings {
            name: "files".into(),
            path: Some(folder.path().to_owned()),
            url: None,
            options: options
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
        };
        let connector = open("csv", &settings, Arc::new(Far)).await;
        Self {
            folder,
            connector: connector.expect("the folder opens"),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("people.csv")
    }

    fn put(&self, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(), bytes).expect("the file is written");
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("the file is read")
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<(usize, Listing, Cursor), String> {
        let page = self.connector.changes(&source(), cursor, 100).await;
        match page {
            Ok(page) => Ok((page.changes.len(), page.listing, page.next)),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn write(&self, intent: &str, action: Action) -> Result<Outcome, SystemError> {
        let writes = [SystemWrite {
            intent: intent.into(),
            action,
        }];
        let outcomes = self.connector.write(&source(), &writes).await?;
        Ok(outcomes.into_iter().next().expect("one outcome"))
    }

    /// Sets the second column of a record.
    async fn set(&self, id: &str, value: &str) -> Result<Outcome, SystemError> {
        let ids = [id.into()];
        let records = self.connector.get(&source(), &ids).await?;
        let expected = records[0].clone().expect("the record is there").own;
        let mut values: Row = vec![None; expected.len()];
        values[1] = Some(Value::text(value));
        let action = Action::Update {
            id: id.into(),
            values,
            expected,
        };
        self.write(&format!("set-{id}-{value}"), action).await
    }
}

fn source() -> Source {
    Source::named("people")
}

fn id_of(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done(Some(record)) => record.id.0,
        other => panic!("not done: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_not_written_keeps_every_byte() {
    let check = async |before: &[u8], after: &[u8]| {
        let folder = Folder::new(&[]).await;
        folder.put(before);
        let outcome = folder.set("2", "New").await.expect("it is written");
        assert!(matches!(outcome, Outcome::Done(Some(_))), "{outcome:?}");
        assert_eq!(
            String::from_utf8_lossy(&folder.bytes()),
            String::from_utf8_lossy(after)
        );
        assert_eq!(folder.bytes(), after);
    };
    check(
        b"id,name,\"odd one\"\n1,\"Anna\",x\n\n2,Berta,\"y\"\n3,\"C\"\"\",z",
        b"id,name,\"odd one\"\n1,\"Anna\",x\n\n2,New,\"y\"\n3,\"C\"\"\",z",
    )
    .await;
    check(
        b"\xef\xbb\xbf\"id\";\"name\"\r\n\"1\";\"a\"\r\n\"2\";\"b\"\r\n",
        b"\xef\xbb\xbf\"id\";\"name\"\r\n\"1\";\"a\"\r\n\"2\";\"New\"\r\n",
    )
    .await;
    check(
        b"id\tname\n1\tJ\xfcrgen M\xfcller aus K\xf6ln\n2\tx\n",
        b"id\tname\n1\tJ\xfcrgen M\xfcller aus K\xf6ln\n2\tNew\n",
    )
    .await;
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    check(
        &wide("\u{feff}id,name\n1,ä\n2,b\n"),
        &wide("\u{feff}id,name\n1,ä\n2,New\n"),
    )
    .await;
}

#[tokio::test]
async fn records_are_added_and_removed_in_the_file_s_own_style() {
    let folder = Folder::new(&[]).await;
    folder.put("id;name\r\n1;a\r\n2;b");
    let create = Action::Create {
        values: vec![Some(Value::text("3")), Some(Value::text("x;y"))],
    };
    id_of(folder.write("c-1", create).await.expect("it is written"));
    assert_eq!(folder.bytes(), b"id;name\r\n1;a\r\n2;b\r\n3;\"x;y\"");
    let delete = |id: &str| Action::Delete {
        id: id.into(),
        expected: Vec::new(),
    };
    folder.write("d-1", delete("3")).await.expect("it is gone");
    assert_eq!(folder.bytes(), b"id;name\r\n1;a\r\n2;b");
    folder.write("d-2", delete("1")).await.expect("it is gone");
    assert_eq!(folder.bytes(), b"id;name\r\n2;b");
}

#[tokio::test]
async fn a_character_that_the_encoding_lacks_is_refused() {
    let folder = Folder::new(&[]).await;
    let before = b"id,name\n1,J\xfcrgen M\xfcller aus K\xf6ln\n2,x\n";
    folder.put(before);
    let outcome = folder.set("2", "Łódź").await.expect("it is answered");
    assert_eq!(
        outcome,
        Outcome::Refused {
            field: Some("name".to_owned()),
            message: "the file's encoding, windows-1252, has no 'Ł'; save the file as UTF-8"
                .to_owned()
        }
    );
    assert_eq!(folder.bytes(), before);
}

#[tokio::test]
async fn an_unchanged_file_is_told_without_reading_it() {
    let folder = Folder::new(&[]).await;
    folder.put("id,name\n1,a\n2,b\n");
    let (count, listing, cursor) = folder.changes(None).await.expect("it is listed");
    assert_eq!((count, listing), (2, Listing::Ends));
    let (count, listing, cursor) = folder.changes(Some(&cursor)).await.expect("it is asked");
    assert_eq!((count, listing), (0, Listing::Changes));
    // Saved again with the same content: another time, the same digest.
    folder.put("id,name\n1,a\n2,b\n");
    let (count, listing, _) = folder.changes(Some(&cursor)).await.expect("it is asked");
    assert_eq!((count, listing), (0, Listing::Changes));
}

#[tokio::test]
async fn a_lossy_file_is_never_read_as_deletions() {
    let whole = "id,name\n1,a\n2,b\n3,c\n";
    let check = async |after: &str, expected: Result<usize, &str>| {
        let folder = Folder::new(&[]).await;
        folder.put(whole);
        let (_, _, cursor) = folder.changes(None).await.expect("it is listed");
        folder.put(after);
        let found = folder.changes(Some(&cursor)).await;
        let place = format!("{}: ", real(&folder.path()).display());
        match (found, expected) {
            (Ok((found, ..)), Ok(count)) => assert_eq!(found, count),
            (Err(message), Err(expected)) => {
                let message = message.replacen(&place, "", 1);
                assert!(message.starts_with(expected), "{message}");
            }
            (found, _) => panic!("{after:?} gives {found:?}"),
        }
        // It is read again once it is whole.
        folder.put(whole);
        folder.changes(Some(&cursor)).await.expect("it is whole");
    };
    check("", Err("the file is empty")).await;
    check(
        "id,name\n",
        Err("the file held 3 records and now holds none"),
    )
    .await;
    check("id,name\n1,a\n2,b\n3", Err("line 4 has 1 cell where")).await;
    check("id,name\n1,a\n2,\"b\n3,c\n", Err("line 3: a quote opens")).await;
    check("id,name\n1,a\n2,b", Err("line 3 is the last and no longer")).await;
    check("id,name\n1,a\n2,b\n", Ok(2)).await;
    check("id,name\n1,a\n2,b\n3,c\n4,d", Ok(4)).await;
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_listed_is_listed_again() {
    let folder = Folder::new(&[]).await;
    folder.put("id,name\n1,a\n2,b\n3,c\n");
    let first = folder.connector.changes(&source(), None, 2).await;
    let first = first.expect("it is listed");
    assert_eq!(first.listing, Listing::Continues);
    folder.put("id,name\n2,b\n3,c\n");
    let mixed = folder
        .connector
        .changes(&source(), Some(&first.next), 2)
        .await;
    let mixed = mixed.expect("it is listed");
    assert_eq!((mixed.listing, mixed.more), (Listing::Ends, true));
    // Only a listing of one version can say that 1 is gone.
    let (count, listing, cursor) = folder
        .changes(Some(&mixed.next))
        .await
        .expect("it is listed");
    assert_eq!((count, listing), (2, Listing::Ends));
    let (count, listing, _) = folder.changes(Some(&cursor)).await.expect("it is asked");
    assert_eq!((count, listing), (0, Listing::Changes));
}

#[tokio::test]
async fn numbers_are_given_and_remembered() {
    let folder = Folder::new(&[("new-ids", "number")]).await;
    folder.put("id,name\n7,a\n12,b\n");
    let create = |name: &str| Action::Create {
        values: vec![None, Some(Value::text(name))],
    };
    let made = folder.write("c-1", create("x")).await.expect("it is made");
    assert_eq!(id_of(made), "13");
    let again = folder.write("c-1", create("x")).await.expect("it is made");
    assert_eq!(id_of(again), "13");
    let other = folder.write("c-2", create("x")).await.expect("it is made");
    assert_eq!(id_of(other), "14");
    assert_eq!(folder.bytes(), b"id,name\n7,a\n12,b\n13,x\n14,x\n");
    let memory = folder.folder.path().join(".treaty/people.csv.intents.csv");
    let memory = fs::read_to_string(memory).expect("it is remembered");
    assert_eq!(memory, "intent,record\nc-1,\"13\"\nc-2,\"14\"\n");
}

#[tokio::test]
async fn archived_records_are_deleted_ones() {
    let folder = Folder::new(&[]).await;
    folder.put("id,name,gone\n1,a,\n2,b,2026-01-01T00:00:00Z\n3,c,no\n");
    let source = Source {
        archived: Some("gone".to_owned()),
        ..source()
    };
    let page = folder.connector.changes(&source, None, 10).await;
    let deleted = page.expect("it is listed").changes;
    assert!(
        matches!(&deleted[1], Change::Deleted { id, .. } if id.as_str() == "2"),
        "{deleted:?}"
    );
    let writes = [SystemWrite {
        intent: "a-1".into(),
        action: Action::Archive {
            id: "1".into(),
            expected: Vec::new(),
        },
    }];
    let outcomes = folder.connector.write(&source, &writes).await;
    assert_eq!(outcomes.expect("it is sent"), [Outcome::Done(None)]);
    // The others are times, so this one is.
    let text = String::from_utf8(folder.bytes()).expect("text");
    assert!(text.contains("1,a,2999-01-01T00:00:00Z\n"), "{text}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_replaced_file_keeps_its_rights_and_its_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[]).await;
    let real = folder.folder.path().join("real.csv");
    fs::write(&real, "id,name\n1,a\n").expect("it is written");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("rights are set");
    std::os::unix::fs::symlink(&real, folder.path()).expect("a link is made");
    folder.set("1", "b").await.expect("it is written");
    assert!(folder.path().is_symlink());
    assert_eq!(fs::read(&real).expect("it is read"), b"id,name\n1,b\n");
    let mode = fs::metadata(&real)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    // Write-protected: the folder would let it be replaced, its owner did not.
    fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).expect("rights are set");
    let error = folder.set("1", "c").await.expect_err("it is protected");
    assert!(matches!(error, SystemError::Forbidden { .. }), "{error}");
    assert_eq!(fs::read(&real).expect("it is read"), b"id,name\n1,b\n");
    let left: Vec<_> = fs::read_dir(folder.folder.path())
        .expect("it is listed")
        .map(|entry| entry.expect("it is there").file_name())
        .filter(|name| name.to_string_lossy().starts_with(".treaty-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_source_stays_inside_its_folder() {
    let folder = Folder::new(&[]).await;
    folder.put("id,name\n");
    for name in ["../people", "/etc/passwd", "", ".", ".treaty/people"] {
        let error = folder
            .connector
            .describe(&Source::named(name))
            .await
            .expect_err("it is no source");
        assert!(matches!(error, SystemError::Schema { .. }), "{error}");
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().expect("the file is there")
}
