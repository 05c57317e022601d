//! A folder with one file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use treaty_systems::{Connector, Source, SystemSettings, open};

use crate::world::{Person, TestClock, Traits, World};

pub struct Files {
    _folder: tempfile::TempDir,
    path: PathBuf,
    connector: Box<dyn Connector>,
    clock: Arc<TestClock>,
}

/// A folder with an empty table of people.
pub async fn world() -> Files {
    let folder = tempfile::tempdir().expect("a folder is made");
    let path = folder.path().join("person.csv");
    std::fs::write(&path, "id,name,email,score,archived,updated\n").expect("a file is written");
    let settings = SystemSettings {
        name: "files".into(),
        path: Some(folder.path().to_owned()),
        url: None,
        options: BTreeMap::from([("allow-empty".to_owned(), "true".to_owned())]),
    };
    let clock = TestClock::new();
    let connector = open("csv", &settings, clock.clone()).await;
    Files {
        _folder: folder,
        path,
        connector: connector.expect("the folder opens"),
        clock,
    }
}

impl Files {
    /// Changes the rows as a user with a spreadsheet would.
    fn edit(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<String>>)) {
        let mut reader = csv::Reader::from_path(&self.path).expect("the file opens");
        let header = reader.headers().expect("it has a header").clone();
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let cells: Vec<String> = record
                .expect("the file is sound")
                .iter()
                .map(str::to_owned)
                .collect();
            rows.insert(format!("{:0>20}", cells[0]), cells);
        }
        change(&mut rows);
        let mut writer = csv::Writer::from_path(&self.path).expect("the file opens");
        writer.write_record(&header).expect("it is written");
        for cells in rows.values() {
            writer.write_record(cells).expect("it is written");
        }
        writer.flush().expect("it is written");
    }
}

#[async_trait]
impl World for Files {
    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn source(&self) -> Source {
        Source {
            updated: Some("updated".to_owned()),
            archived: Some("archived".to_owned()),
            ..Source::named("person")
        }
    }

    fn clock(&self) -> &TestClock {
        &self.clock
    }

    async fn put(&self, people: &[Person]) {
        self.edit(|rows| {
            for person in people {
                let cells = vec![
                    person.id.to_string(),
                    person.name.clone(),
                    person.email.clone(),
                    String::new(),
                    if person.archived { "true" } else { "" }.to_owned(),
                    person.updated(),
                ];
                rows.insert(format!("{:0>20}", person.id), cells);
            }
        });
    }

    async fn remove(&self, id: i64) {
        self.edit(|rows| {
            rows.remove(&format!("{id:0>20}"));
        });
    }

    async fn begin_late(&self, _: &Person) {}

    async fn finish_late(&self) {}

    async fn traces(&self) -> Vec<String> {
        let folder = self.path.parent().expect("a file stands in a folder");
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        let names = entries.map(|entry| {
            let name = entry.expect("an entry can be read").file_name();
            name.to_string_lossy().into_owned()
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    fn traits(&self) -> Traits {
        Traits {
            shows_deletes: false,
            empty_is_not_null: false,
            unique_email: false,
            typed: false,
            late_commits: false,
        }
    }
}
