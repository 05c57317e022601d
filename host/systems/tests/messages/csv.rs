//! A folder of files.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::sync::Arc;

use treaty_model::{Clock, Timestamp};
use treaty_systems::{Connector, Outcome, Source, SystemError, open};

use crate::told::Told;
use crate::{
    Action, Far, archive, at_path, choices, create, read, read_behind, settings, text, update,
    write,
};

/// A folder with a file `people.csv`.
struct Folder {
    folder: tempfile::TempDir,
    connector: Box<dyn Connector>,
    source: Source,
}

impl Folder {
    async fn new(content: impl AsRef<[u8]>, options: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        fs::write(folder.path().join("people.csv"), content).expect("it is written");
        let connector = at_path("csv", folder.path(), options).await;
        Self {
            connector: connector.expect("the folder opens"),
            folder,
            source: Source::named("people"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn told(&self, told: &mut Told) {
        told.hide(self.folder.path().display(), "<folder>");
    }

    async fn write(&self, action: Action) -> Result<Vec<Outcome>, SystemError> {
        write(&*self.connector, &self.source, action).await
    }
}

const PEOPLE: &str = "id,name,gone\n1,Anna,\n2,Bert,\n";

#[tokio::test]
async fn files_that_cannot_be_read() {
    let mut told = Told::default();
    let folder = Folder::new(PEOPLE, &[]).await;
    folder.told(&mut told);
    let missing = at_path("csv", &folder.path("nowhere"), &[]).await;
    told.failed("a folder that is not there", missing);
    let encoding = [("encoding", "utf-9")];
    let unknown = at_path("csv", folder.folder.path(), &encoding).await;
    told.failed("an unknown encoding", unknown);
    let other = read(&*folder.connector, &Source::named("persons")).await;
    told.failed("no such file", other);
    fs::remove_file(folder.path("people.csv")).expect("it is removed");
    let none = read(&*folder.connector, &folder.source).await;
    told.failed("no file at all", none);
    // What the kernel shows of itself has no size: as if it grew while it is read.
    symlink("/proc/version", folder.path("people.csv")).expect("it is linked");
    let growing = read(&*folder.connector, &folder.source).await;
    told.failed("a file that somebody is writing", growing);
    fs::remove_dir_all(folder.folder.path()).expect("it is removed");
    let gone = read(&*folder.connector, &folder.source).await;
    told.failed("a folder that is gone", gone);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn files_that_are_damaged() {
    let (cyrillic, ..) =
        encoding_rs::WINDOWS_1251.encode("id,имя\n1,Анна Петровна из Москвы\n2,Иван Иванович\n");
    let mut told = Told::default();
    let utf_8: &[(&str, &str)] = &[("encoding", "utf-8")];
    for (situation, content, options) in [
        ("another encoding", &*cyrillic, &[][..]),
        ("not the encoding that is set", &cyrillic, utf_8),
        ("an empty file", b"", &[]),
        ("a header that is cut off", b"\"id", &[]),
        ("a column without a name", b"id,,name\n", &[]),
        ("two columns of one name", b"id,name,name\n", &[]),
        ("no column for the key", b"nr,name\n1,Anna\n", &[]),
        ("a record that is cut off", b"id,name\n1,Anna\n2", &[]),
        ("a quote that is never closed", b"id,name\n1,\"An\n", &[]),
        ("text behind a quote", b"id,name\n1,\"An\"na\n", &[]),
        ("a record without its key", b"id,name\n,Anna\n", &[]),
        ("two records of one key", b"id,name\n1,Anna\n1,Bert\n", &[]),
        ("many damaged lines", b"id,name\n1\n2\n3\n4\n5\n6\n7\n", &[]),
    ] {
        let folder = Folder::new(content, options).await;
        folder.told(&mut told);
        told.failed(situation, read(&*folder.connector, &folder.source).await);
    }
    let folder = Folder::new(PEOPLE, &[]).await;
    for (situation, source) in [
        (
            "no column for the time of change",
            &|source: &mut Source| source.updated = name("at"),
        ),
        ("no column for the actor", &|source: &mut Source| {
            source.actor = name("by")
        }),
        ("no column for the archived mark", &|source: &mut Source| {
            source.archived = name("old")
        }),
    ] as [(&str, &dyn Fn(&mut Source)); 3]
    {
        let mut other = folder.source.clone();
        source(&mut other);
        told.failed(situation, read(&*folder.connector, &other).await);
    }
    insta::assert_snapshot!(told.text());
}

fn name(column: &str) -> Option<String> {
    Some(column.to_owned())
}

#[tokio::test]
async fn files_that_lost_what_they_held() {
    let mut told = Told::default();
    for (situation, content) in [
        ("a file that was emptied", "id,name,gone\n"),
        ("a file that may be cut off", "id,name,gone\n1,Anna,"),
    ] {
        let folder = Folder::new(PEOPLE, &[]).await;
        folder.told(&mut told);
        let cursor = read_behind(&*folder.connector, &folder.source).await;
        fs::write(folder.path("people.csv"), content).expect("it is written");
        let changes = folder.connector.changes(&folder.source, Some(&cursor), 100);
        told.failed(situation, changes.await);
    }
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn writes_that_are_refused() {
    let mut told = Told::default();
    let people = Folder::new(PEOPLE, &[]).await;
    for (situation, action) in [
        ("a key that is taken", create([text("2"), text("Eva")])),
        ("a key that would change", update([text("7")])),
        ("a set", update([None, choices()])),
        (
            "a column that is not there",
            update([None, None, None, text("x")]),
        ),
        ("an archive without a column for it", archive()),
    ] {
        told.not_made(situation, people.write(action).await);
    }
    let (western, ..) = encoding_rs::WINDOWS_1252.encode("id,name\n1,Jürgen Müller aus Köln\n");
    let western = Folder::new(western, &[]).await;
    let foreign = western.write(update([None, text("Łucja")])).await;
    told.not_made("a character that the encoding lacks", foreign);
    let highest = format!("id,name\n{},Anna\n", u64::MAX);
    let highest = Folder::new(highest, &[("new-ids", "number")]).await;
    let next = highest.write(create([None, text("Eva")])).await;
    told.not_made("no number left", next);
    let mut twofold = Folder::new("country,nr,name\nde,1,Anna\n", &[]).await;
    twofold.source.key = vec!["country".to_owned(), "nr".to_owned()];
    let half = twofold.write(create([text("at"), None, text("Eva")])).await;
    told.not_made("a key of two fields of which one is missing", half);
    insta::assert_snapshot!(told.text());
}

/// A clock that changes a file whenever it is asked.
struct Meddler(PathBuf);

impl Clock for Meddler {
    fn now(&self) -> Timestamp {
        let mut content = fs::read(&self.0).expect("it is read");
        content.extend(format!("{},Eva,\n", content.len()).bytes());
        fs::write(&self.0, content).expect("it is written");
        Far.now()
    }
}

#[tokio::test]
async fn files_that_cannot_be_written() {
    let mut told = Told::default();
    let rename = || update([None, text("Anne")]);
    let folder = Folder::new(PEOPLE, &[]).await;
    folder.told(&mut told);
    let meddler = Meddler(folder.path("people.csv"));
    let settings = settings(Some(folder.folder.path()), None, &[]);
    let restless = open("csv", &settings, Arc::new(meddler)).await;
    let restless = restless.expect("it opens");
    let overtaken = write(&*restless, &folder.source, rename()).await;
    told.failed("a file that changes all the time", overtaken);

    let folder = Folder::new(PEOPLE, &[]).await;
    folder.told(&mut told);
    fs::create_dir(folder.path(".treaty")).expect("it is made");
    let lock = File::create(folder.path(".treaty/people.csv.lock")).expect("it is made");
    lock.lock().expect("it is locked");
    told.failed(
        "a file that another Treaty writes",
        folder.write(rename()).await,
    );
    lock.unlock().expect("it is unlocked");

    let intents = folder.path(".treaty/people.csv.intents.csv");
    fs::write(&intents, b"\xff").expect("it is written");
    told.failed("a damaged memory", folder.write(rename()).await);
    fs::remove_file(intents).expect("it is removed");

    let protected = fs::Permissions::from_mode(0o444);
    fs::set_permissions(folder.path("people.csv"), protected).expect("it is protected");
    told.failed(
        "a file that is write-protected",
        folder.write(rename()).await,
    );

    let folder = Folder::new(PEOPLE, &[]).await;
    folder.told(&mut told);
    fs::write(folder.path(".treaty"), "").expect("it is written");
    told.failed(
        "no room for Treaty's own folder",
        folder.write(rename()).await,
    );
    insta::assert_snapshot!(told.text());
}
