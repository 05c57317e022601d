//! A link in a few words, for cases that a person can read.
//!
//! ```text
//! deletes ask                     the entity's delete policy
//! dead                            the link was deleted
//! phone shared base a@2           a field, its owner, its base and revision
//! city hubspot drift leave base none
//! mail shared base a@1 of notion  … and where base comes from, if not from the
//!                                 first system
//! street shared group address base a@1
//! hubspot a>b a                   a system, its presence if it is not present,
//! salesforce deleted a@1 -        and a cell for each field
//! notion none from hubspot        a system without a record, which gets one
//! rule phone keep 0               verdicts: keep, set, escalate, fail
//! answer phone b                  a person answers what is asked now
//! answer phone b stale            … what was asked when other values stood there
//! answer life delete
//! ```
//!
//! A cell is what stands there: `b` agrees with the latest base, as does `a>b`,
//! but was edited since; `a@1` agreed with revision 1, and `a@1>b` was edited
//! since; `+b` never agreed; `.` says nothing; `-` has no such column. A `!`
//! behind it makes the column read-only. `null` is the empty value.

use treaty_model::{
    Absentees, BaseField, Cell, Column, Decision, Deletes, Digest, Drift, Entity, EntitySystem,
    FieldIndex, FieldRow, FieldTable, Life, Link, LinkId, Origin, Owner, Plan, Presence,
    Provenance, Revision, RuleId, RunId, Settled, Side, SystemIndex, Value,
};
use treaty_planner::{Answer, Choice, Ruled, conclude, examine, print};

/// A parsed case.
pub struct Case {
    /// What the treaty says.
    pub entity: Entity,
    /// What is known.
    pub link: Link,
    said: Vec<Vec<String>>,
}

/// The plan of a case as text, without the link's name before each line.
pub fn plan_of(words: &str) -> String {
    let case = parse(words);
    let plan = Plan {
        links: vec![case.plan()],
        trips: Vec::new(),
    };
    let text = print(&plan, |_| Some(&case.entity));
    let lines = text.lines().map(|line| {
        line.strip_prefix("contact 12  ")
            .expect("every effect names its link")
    });
    let text: Vec<_> = lines.collect();
    match text.is_empty() {
        true => "nothing".to_owned(),
        false => text.join("\n"),
    }
}

impl Case {
    fn plan(&self) -> treaty_model::LinkPlan {
        let examination = examine(&self.entity, &self.link);
        let ruled: Vec<_> = self.words("rule").map(|said| self.ruled(said)).collect();
        // What is asked when nobody answers is what the person saw.
        let asked = self.conclude(&ruled, &[]);
        let answers: Vec<_> = self
            .words("answer")
            .map(|said| self.answer(said, &asked))
            .collect();
        assert_eq!(examination, examine(&self.entity, &self.link));
        self.conclude(&ruled, &answers)
    }

    fn conclude(&self, ruled: &[Ruled], answers: &[Answer]) -> treaty_model::LinkPlan {
        let examination = examine(&self.entity, &self.link);
        let run = RunId(1);
        conclude(&self.entity, &self.link, &examination, ruled, answers, run)
    }

    fn words(&self, first: &'static str) -> impl Iterator<Item = &[String]> {
        let said = self.said.iter().filter(move |said| said[0] == first);
        said.map(|said| &said[1..])
    }

    fn ruled(&self, said: &[String]) -> Ruled {
        let (decision, reason) = match (said[1].as_str(), said.get(2)) {
            ("keep", Some(index)) => {
                let index = index.parse().expect("a candidate's number");
                (Ok(Decision::Keep(index)), "newest")
            }
            ("set", Some(value)) => (Ok(Decision::Set(value_of(value))), "union"),
            ("escalate", None) => (Ok(Decision::Escalate), "too close"),
            ("fail", None) => (Err("out of fuel".to_owned()), ""),
            other => panic!("a rule says keep, set, escalate or fail, not {other:?}"),
        };
        Ruled {
            field: self.entity.table.field(&said[0]).expect("a field"),
            rule: RuleId {
                name: "keep-newest".to_owned(),
                digest: Digest::of(b"keep-newest"),
            },
            decision,
            reason: reason.to_owned(),
        }
    }

    fn answer(&self, said: &[String], asked: &treaty_model::LinkPlan) -> Answer {
        let field = match said[0].as_str() {
            "life" => None,
            name => Some(self.entity.table.field(name).expect("a field")),
        };
        let question = asked.questions.iter().find(|asked| asked.field == field);
        let question = question.expect("a person answers what is asked");
        let mut candidates = question.candidates.clone();
        if said.get(2).is_some_and(|word| word == "stale") {
            candidates[0].value = Value::text("something else");
        }
        let choice = match (field, said[1].as_str()) {
            (None, "delete") => Choice::Delete,
            (None, "keep") => Choice::Keep,
            (_, value) => Choice::Value(value_of(value)),
        };
        Answer {
            field,
            candidates,
            choice,
            by: "ben".to_owned(),
        }
    }
}

/// A system that takes part and creates nothing.
pub fn part(name: &str) -> EntitySystem {
    EntitySystem {
        system: name.into(),
        source: "contacts".to_owned(),
        creates_from: Vec::new(),
        deletes_count: true,
        absentees: Absentees::Report,
    }
}

/// A row of a field table without columns.
pub fn row(name: &str, owner: Owner) -> FieldRow {
    FieldRow {
        name: name.to_owned(),
        semantic: "text".to_owned(),
        group: None,
        owner,
        rule: Some("keep-newest".to_owned()),
        drift: Drift::WriteBack,
        columns: Vec::new(),
        cells: Vec::new(),
    }
}

/// A column.
pub fn column(read_only: bool) -> Option<Column> {
    Some(Column {
        own: vec!["own".to_owned()],
        transform: None,
        read_only,
    })
}

const PRESENCES: [&str; 7] = [
    "present", "left-out", "missing", "absentee", "deleted", "restored", "gone",
];

fn parse(words: &str) -> Case {
    let lines: Vec<Vec<String>> = words
        .lines()
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .filter(|line: &Vec<String>| !line.is_empty())
        .collect();
    let is_field = |line: &&Vec<String>| line.contains(&"base".to_owned());
    let is_other =
        |line: &&Vec<String>| ["deletes", "dead", "rule", "answer"].contains(&line[0].as_str());
    let fields: Vec<_> = lines.iter().filter(is_field).collect();
    let systems: Vec<_> = lines
        .iter()
        .filter(|line| !is_field(line) && !is_other(line))
        .collect();
    let entity = Entity {
        name: "contact".into(),
        systems: systems.iter().map(|line| part(&line[0])).collect(),
        table: FieldTable::default(),
        deletes: Deletes::Archive,
    };
    let link = Link::new(LinkId(12), "contact".into(), systems.len(), fields.len());
    let mut case = Case {
        entity,
        link,
        said: lines.iter().filter(is_other).cloned().collect(),
    };
    for (index, line) in fields.into_iter().enumerate() {
        parse_field(&mut case, index, line);
    }
    for (index, line) in systems.into_iter().enumerate() {
        parse_system(&mut case, index, line);
    }
    for said in &case.said {
        match said[0].as_str() {
            "dead" => case.link.life = Life::Deleted,
            "deletes" => {
                case.entity.deletes = match said[1].as_str() {
                    "archive" => Deletes::Archive,
                    "delete" => Deletes::Delete,
                    "ask" => Deletes::Ask,
                    "leave" => Deletes::Leave,
                    other => panic!("unknown delete policy {other}"),
                };
            }
            _ => {}
        }
    }
    case
}

fn parse_field(case: &mut Case, index: usize, line: &[String]) {
    let owner = match line[1].as_str() {
        "shared" => Owner::Shared,
        name => Owner::System(case.entity.system(name).expect("an owner")),
    };
    let mut row = row(&line[0], owner);
    let mut words = line[2..].iter().map(String::as_str);
    while let Some(word) = words.next() {
        match (word, words.next()) {
            ("drift", Some("leave")) => row.drift = Drift::Leave,
            ("drift", Some("ask")) => row.drift = Drift::Ask,
            ("group", Some(name)) => row.group = Some(name.to_owned()),
            ("base", Some("none")) => {}
            ("of", Some(name)) => {
                let base = case.link.base[index].provenance.as_mut();
                base.expect("a base").system = Some(name.into());
            }
            ("base", Some(base)) => {
                let (value, revision) = base.split_once('@').expect("a base has a revision");
                case.link.base[index] = BaseField {
                    value: Some(value_of(value)),
                    revision: Revision(revision.parse().expect("a revision")),
                    provenance: Some(Provenance {
                        system: Some(case.entity.systems[0].system.clone()),
                        origin: Origin::default(),
                        at: None,
                        rule: None,
                        run: RunId(1),
                    }),
                };
            }
            other => panic!("unknown words {other:?} about field {}", row.name),
        }
    }
    row.columns = vec![column(false); case.entity.systems.len()];
    case.entity.table.rows.push(row);
}

fn parse_system(case: &mut Case, index: usize, line: &[String]) {
    let mut words = line[1..].iter().map(String::as_str).peekable();
    if words.next_if_eq(&"none").is_some() {
        if words.next_if_eq(&"from").is_some() {
            let from = words.map(|name| case.entity.system(name).expect("a system"));
            case.entity.systems[index].creates_from = from.collect();
        }
        return;
    }
    let name = words
        .next_if(|word| PRESENCES.contains(word))
        .unwrap_or("present");
    let part = &mut case.entity.systems[index];
    let presence = match name {
        "present" => Presence::Present,
        "left-out" => Presence::LeftOut("no customer".to_owned()),
        "absentee" => {
            part.absentees = Absentees::Deleted;
            Presence::Missing
        }
        "missing" => Presence::Missing,
        "deleted" => Presence::Deleted,
        "restored" => Presence::Restored,
        _ => Presence::Gone,
    };
    if words.next_if_eq(&"ignored").is_some() {
        part.deletes_count = false;
    }
    let fields = case.entity.table.len();
    let mut side = Side::first_seen(format!("{index}").as_str().into(), vec![None; fields]);
    side.presence = presence;
    for field in 0..fields {
        let word = words.next().expect("a cell for each field");
        let column = &mut case.entity.table.rows[field].columns[index];
        let word = match word.strip_suffix('!') {
            Some(word) => {
                *column = self::column(true);
                word
            }
            None => word,
        };
        if word == "-" {
            *column = None;
        } else {
            let revision = case.link.base(FieldIndex(field)).revision;
            (side.observed[field], side.settled[field]) = cell(word, revision);
        }
    }
    if words.next_if_eq(&"from").is_some() {
        let from = words.map(|name| case.entity.system(name).expect("a system"));
        let from: Vec<SystemIndex> = from.collect();
        case.entity.systems[index].creates_from = from;
    }
    case.link.sides[index] = Some(side);
}

/// What stands there, and what it settled with.
fn cell(word: &str, latest: Revision) -> (Cell, Option<Settled>) {
    let says = |word: &str| (word != ".").then(|| value_of(word));
    if let Some(word) = word.strip_prefix('+') {
        return (says(word), None);
    }
    if word == "." {
        return (None, None);
    }
    let (settled, observed) = word.split_once('>').unwrap_or((word, ""));
    let (settled, revision) = match settled.split_once('@') {
        Some((settled, revision)) => (
            settled,
            Revision(revision.parse().expect("a revision of a cell")),
        ),
        None => (settled, latest),
    };
    let observed = if observed.is_empty() {
        settled
    } else {
        observed
    };
    let settled = Settled {
        value: says(settled),
        revision,
    };
    (says(observed), Some(settled))
}

fn value_of(word: &str) -> Value {
    match word {
        "null" => Value::Null,
        _ => Value::text(word),
    }
}
