//! Cases and expectations as case files have them.

use std::collections::BTreeMap;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value as Toml};
use treaty_folder::Asked;
use treaty_model::{
    ActorKind, Candidate, Cell, Conflict, Contested, Decision, FieldIndex, FieldProblem,
    InboundAnswer, Purpose, Row, Standing, SystemIndex, Value, Verdict,
};
use treaty_sandbox::Setback;

use crate::ask::Answer;
use crate::words::{Words, sameness};

/// A value as a case has it.
fn value(value: &Value) -> Toml {
    match value {
        Value::Null => {
            let mut null = InlineTable::new();
            null.insert("null", true.into());
            null.into()
        }
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Decimal(value) => value.as_str().into(),
        Value::Text(text) | Value::Date(text) | Value::Reference(text) | Value::Json(text) => {
            text.as_str().into()
        }
        Value::Instant(at) => at.to_string().into(),
        Value::Choices(choices) => choices.iter().collect::<Array>().into(),
    }
}

/// A section of a row's cells; those that are absent are left out.
fn row(name: impl Fn(usize) -> String, row: &[Cell]) -> Table {
    let mut table = Table::new();
    for (at, cell) in row.iter().enumerate() {
        if let Some(cell) = cell {
            table.insert(&name(at), value(cell).into());
        }
    }
    table
}

impl Words<'_> {
    /// What a case expects where an answer is right. None for an answer that no
    /// case can expect: a fault.
    pub(crate) fn expectation(&self, asked: &Asked, answer: &Answer) -> Option<Table> {
        let mut table = Table::new();
        let setback = match answer {
            Answer::Resolved(answer) => answer.as_ref().err(),
            Answer::Read(answer) => answer.as_ref().err(),
            Answer::Written(answer) => answer.as_ref().err(),
            Answer::Compared(answer) => answer.as_ref().err(),
        };
        match setback {
            Some(Setback::Error(error)) => {
                table.insert("error", Toml::from(error.message.as_str()).into());
                return Some(table);
            }
            Some(Setback::Fault(_)) => return None,
            None => {}
        }
        match (asked, answer) {
            (Asked::Resolve(conflict, _), Answer::Resolved(Ok(verdicts))) => {
                self.expect_verdicts(conflict, verdicts, &mut table);
            }
            (_, Answer::Read(Ok(InboundAnswer::LeftOut(why)))) => {
                table.insert("left-out", Toml::from(why.as_str()).into());
            }
            (_, Answer::Read(Ok(InboundAnswer::Read(read)))) => {
                self.expect_problems(&read.problems, &mut table);
                let canonical = row(|at| self.field(FieldIndex(at)), &read.canonical);
                table.insert("canonical", canonical.into());
            }
            (Asked::Write(system, ..), Answer::Written(Ok(written))) => {
                self.expect_problems(&written.problems, &mut table);
                let own = row(|at| self.own(*system, at), &written.own);
                table.insert("own", own.into());
            }
            (_, Answer::Compared(Ok(got))) => {
                table.insert("is", Toml::from(sameness(got.is)).into());
            }
            _ => unreachable!("an answer is of the kind of what was asked"),
        }
        Some(table)
    }

    fn expect_verdicts(&self, conflict: &Conflict, verdicts: &[Verdict], table: &mut Table) {
        let pairs = conflict.contested.iter().zip(verdicts);
        if let ([_], Some((contested, verdict))) =
            (conflict.contested.as_slice(), pairs.clone().next())
        {
            self.expect_verdict(contested, verdict, table);
            return;
        }
        let mut fields = Table::new();
        fields.set_implicit(true);
        for (contested, verdict) in pairs {
            let mut of_field = Table::new();
            self.expect_verdict(contested, verdict, &mut of_field);
            fields.insert(&self.field_of(contested), of_field.into());
        }
        table.insert("fields", fields.into());
    }

    fn expect_verdict(&self, contested: &Contested, verdict: &Verdict, table: &mut Table) {
        match &verdict.decision {
            Decision::Keep(at) => {
                let side = contested.candidates.get(*at as usize);
                let side = side.map_or_else(|| "base".to_owned(), |side| self.side(side));
                table.insert("keep", Toml::from(side).into());
            }
            Decision::Set(set) => {
                table.insert("set", value(set).into());
            }
            Decision::Escalate => {
                table.insert("escalate", Toml::from(true).into());
            }
        }
    }

    fn expect_problems(&self, problems: &[FieldProblem], table: &mut Table) {
        let mut told = Table::new();
        for problem in problems {
            if let Some(field) = problem.field() {
                told.insert(
                    &self.field(field),
                    Toml::from(problem.message.as_str()).into(),
                );
            }
        }
        if !told.is_empty() {
            table.insert("problems", told.into());
        }
    }

    /// A whole case file of one case.
    pub(crate) fn case_file(&self, name: &str, asked: &Asked, expect: Option<Table>) -> String {
        let mut case = Table::new();
        case.insert("name", Toml::from(name).into());
        let entity = self.settings.entity.name.as_str();
        case.insert("entity", Toml::from(entity).into());
        match asked {
            Asked::Resolve(conflict, _) => self.conflict(conflict, &mut case),
            Asked::Read(system, inbound, _) => {
                case.insert("read", Toml::from(self.system(*system)).into());
                self.own_row("own", *system, &inbound.own, &mut case);
                self.canonical_row("known", &inbound.known, &mut case);
            }
            Asked::Write(system, outbound, _) => {
                case.insert("write", Toml::from(self.system(*system)).into());
                if outbound.purpose == Purpose::Create {
                    case.insert("purpose", Toml::from("create").into());
                }
                self.canonical_row("canonical", &outbound.canonical, &mut case);
                self.own_row("own", *system, &outbound.own, &mut case);
            }
            Asked::Match(meeting, _) => {
                if let Some(records) = meeting.records.and_then(|many| i64::try_from(many).ok()) {
                    case.insert("records", Toml::from(records).into());
                }
                let [first, second] = &meeting.rows;
                let field = |at| self.field(FieldIndex(at));
                case.insert("first", row(field, first).into());
                case.insert("second", row(field, second).into());
                let others = meeting.others.iter().map(|other| {
                    let mut table = Table::new();
                    if let Ok(times) = i64::try_from(other.times) {
                        table.insert("times", Toml::from(times).into());
                    }
                    table.insert("record", row(field, &other.record).into());
                    table
                });
                let others: ArrayOfTables = others.collect();
                if !others.is_empty() {
                    case.insert("others", others.into());
                }
            }
        }
        case.insert(
            "expect",
            expect.map_or_else(|| Item::Table(Table::new()), Item::Table),
        );
        let mut document = DocumentMut::new();
        if let Asked::Read(system, ..) | Asked::Write(system, ..) = asked
            && let Some(kinds) = self.kinds(*system)
        {
            document.insert("own", kinds.into());
        }
        document.insert(
            "case",
            std::iter::once(case).collect::<ArrayOfTables>().into(),
        );
        document.to_string()
    }

    /// `[own.<entity>.<system>]`: the own fields that are no texts.
    fn kinds(&self, system: SystemIndex) -> Option<Table> {
        let fields = self.setup.systems[system.0].fields.iter();
        let others = fields.filter(|field| field.kind != "text");
        let mut kinds = Table::new();
        for field in others {
            kinds.insert(&field.name, Toml::from(field.kind.as_str()).into());
        }
        if kinds.is_empty() {
            return None;
        }
        let mut nested = kinds;
        for name in [self.system(system), self.settings.entity.name.as_str()] {
            let mut above = Table::new();
            above.set_implicit(true);
            above.insert(name, nested.into());
            nested = above;
        }
        nested.set_implicit(true);
        Some(nested)
    }

    fn own_row(&self, key: &str, system: SystemIndex, own: &Row, case: &mut Table) {
        if own.iter().any(Option::is_some) {
            case.insert(key, row(|at| self.own(system, at), own).into());
        }
    }

    fn canonical_row(&self, key: &str, canonical: &Row, case: &mut Table) {
        if canonical.iter().any(Option::is_some) {
            let cells = row(|at| self.field(FieldIndex(at)), canonical);
            case.insert(key, cells.into());
        }
    }

    fn field_of(&self, contested: &Contested) -> String {
        self.field(FieldIndex(contested.field as usize))
    }

    fn conflict(&self, conflict: &Conflict, case: &mut Table) {
        let contested = conflict.contested.as_slice();
        let one = contested.len() == 1;
        let names = contested.iter().map(|one| self.field_of(one));
        match one {
            true => case.insert("field", Toml::from(names.collect::<String>()).into()),
            false => case.insert("fields", Toml::from(names.collect::<Array>()).into()),
        };
        let bases = contested
            .iter()
            .filter_map(|one| Some((one, one.base.as_ref()?)));
        let mut base = Table::new();
        for (field, known) in bases {
            match one {
                true => case.insert("base", value(known).into()),
                false => base.insert(&self.field_of(field), value(known).into()),
            };
        }
        if !base.is_empty() {
            case.insert("base", base.into());
        }
        let mut sides: BTreeMap<String, Table> = BTreeMap::new();
        for field in contested {
            for side in &field.candidates {
                if side.standing == Standing::Agreed {
                    case.insert("unseen-base", self.told(side).into());
                    continue;
                }
                let told = sides
                    .entry(self.side(side))
                    .or_insert_with(|| self.told(side));
                self.add_value(told, field, &side.value, one);
            }
        }
        let mut all = Table::new();
        all.set_implicit(true);
        for (name, told) in sides {
            all.insert(&name, told.into());
        }
        case.insert("sides", all.into());
        self.canonical_row("agreed", &conflict.agreed, case);
    }

    fn add_value(&self, told: &mut Table, field: &Contested, given: &Value, one: bool) {
        if one {
            told.insert("value", value(given).into());
            return;
        }
        let values = told.entry("values").or_insert_with(|| Table::new().into());
        if let Some(values) = values.as_table_mut() {
            values.insert(&self.field_of(field), value(given).into());
        }
    }

    /// What a side says of its value.
    fn told(&self, side: &Candidate) -> Table {
        let mut told = Table::new();
        if let (Standing::Agreed, Some(system)) = (side.standing, side.system) {
            let name = self.system(SystemIndex(system as usize));
            told.insert("system", Toml::from(name).into());
        }
        if side.standing == Standing::FirstSeen {
            told.insert("standing", Toml::from("first-seen").into());
        }
        if let Some(at) = side.at {
            told.insert("at", Toml::from(at.to_string()).into());
        }
        let key = match side.origin.kind {
            ActorKind::Person => "person",
            ActorKind::Automation => "automation",
            _ => return told,
        };
        let actor = side.origin.actor.as_deref().unwrap_or("somebody");
        told.insert(key, Toml::from(actor).into());
        told
    }
}
