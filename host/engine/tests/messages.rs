//! Every error that can reach a user, word for word, with its hint.
//!
//! `INSTA_UPDATE=always cargo test -p treaty-engine --test messages` writes the
//! texts anew; the diff is the review.

use std::fmt::Write as _;
use std::path::PathBuf;

use treaty_engine::EngineError;
use treaty_ledger::LedgerError;
use treaty_sandbox::{LoadError, SandboxError};
use treaty_systems::SystemError;

fn state() -> PathBuf {
    PathBuf::from("acme/.treaty")
}

fn said() -> String {
    "(what was said)".to_owned()
}

fn ledger_errors() -> Vec<LedgerError> {
    let file = || state().join("ledger.db");
    let other = state().join("journal.db");
    let holder = "process 7".to_owned();
    let (path, message) = (state(), said());
    vec![
        LedgerError::Folder { path, message },
        LedgerError::Missing { path: state() },
        LedgerError::Parted {
            missing: file(),
            other,
        },
        LedgerError::Held { holder },
        LedgerError::Damaged {
            path: file(),
            message: said(),
        },
        LedgerError::Foreign { path: file() },
        LedgerError::Newer {
            path: file(),
            found: 3,
            known: 1,
        },
        LedgerError::Locked { path: state() },
        LedgerError::ReadOnly {
            path: state(),
            message: said(),
        },
        LedgerError::Full { path: state() },
        LedgerError::NoJournal {
            path: state().join("journal.db"),
            message: said(),
        },
        LedgerError::Failed {
            path: state(),
            message: said(),
        },
    ]
}

fn system_errors() -> Vec<SystemError> {
    let place = || "db.example:5432/crm".to_owned();
    vec![
        SystemError::Configuration { message: said() },
        SystemError::Unreachable {
            system: place(),
            message: said(),
        },
        SystemError::Forbidden {
            what: "write public.person".to_owned(),
            message: said(),
        },
        SystemError::Schema {
            source_name: "person".to_owned(),
            message: said(),
        },
        SystemError::Content {
            place: "crm/contacts.csv, line 7".to_owned(),
            message: said(),
        },
        SystemError::Busy {
            system: place(),
            message: said(),
        },
        SystemError::Failed {
            system: place(),
            message: said(),
        },
    ]
}

fn load_errors() -> Vec<LoadError> {
    let detail = said;
    let foreign = |name: &str| LoadError::ForeignImports {
        names: vec![name.to_owned()],
    };
    vec![
        LoadError::Unreadable {
            path: "rules/phone.wasm".into(),
            source: std::io::ErrorKind::NotFound.into(),
        },
        LoadError::TooLarge {
            size: 9_000_000,
            limit: 8_388_608,
        },
        LoadError::NotWasm {
            start: "#!/bin/sh".to_owned(),
        },
        LoadError::Damaged { detail: detail() },
        LoadError::CoreModule,
        LoadError::Precompiled,
        foreign("wasi:sockets/tcp@0.2.0"),
        foreign("acme:crm/contacts"),
        LoadError::NoDescription {
            interface: "treaty:rules/description@0.1.0",
        },
        LoadError::NoKind {
            expected: vec!["treaty:rules/resolver@0.1.0"],
            found: Vec::new(),
        },
        LoadError::Mismatch {
            item: "treaty:rules/resolver@0.1.0".to_owned(),
            detail: detail(),
        },
        LoadError::Compiler { detail: detail() },
        LoadError::Uncompilable { detail: detail() },
    ]
}

/// The compiler notices an error that is new and not told above: add it there.
fn is_known(error: &EngineError) {
    match error {
        EngineError::Treaty(_)
        | EngineError::Rule { .. }
        | EngineError::Sandbox(_)
        | EngineError::Answer { .. }
        | EngineError::Approval { .. }
        | EngineError::Undo { .. }
        | EngineError::Forget { .. }
        | EngineError::Init { .. }
        | EngineError::Explain { .. } => {}
        EngineError::Ledger(error) => match error {
            LedgerError::Folder { .. }
            | LedgerError::Missing { .. }
            | LedgerError::Parted { .. }
            | LedgerError::Held { .. }
            | LedgerError::Damaged { .. }
            | LedgerError::Foreign { .. }
            | LedgerError::Newer { .. }
            | LedgerError::Locked { .. }
            | LedgerError::ReadOnly { .. }
            | LedgerError::Full { .. }
            | LedgerError::NoJournal { .. }
            | LedgerError::Failed { .. } => {}
        },
        EngineError::System { source, .. } => match source {
            SystemError::Configuration { .. }
            | SystemError::Unreachable { .. }
            | SystemError::Forbidden { .. }
            | SystemError::Schema { .. }
            | SystemError::Content { .. }
            | SystemError::Busy { .. }
            | SystemError::Failed { .. } => {}
        },
    }
}

fn is_known_refusal(error: &LoadError) {
    match error {
        LoadError::Unreadable { .. }
        | LoadError::TooLarge { .. }
        | LoadError::NotWasm { .. }
        | LoadError::Damaged { .. }
        | LoadError::CoreModule
        | LoadError::Precompiled
        | LoadError::ForeignImports { .. }
        | LoadError::NoDescription { .. }
        | LoadError::NoKind { .. }
        | LoadError::Mismatch { .. }
        | LoadError::Compiler { .. }
        | LoadError::Uncompilable { .. } => {}
    }
}

#[test]
fn every_error_says_what_happened_and_what_to_do() {
    let mut errors: Vec<EngineError> = ledger_errors().into_iter().map(Into::into).collect();
    errors.extend(system_errors().into_iter().map(|source| {
        let system = "crm".into();
        EngineError::System { system, source }
    }));
    let sandbox = SandboxError::Engine { detail: said() };
    errors.push(EngineError::Sandbox(sandbox.to_string()));
    errors.push(EngineError::Answer { message: said() });
    for known in ["", "write-cap-0a, delete-guard-0b"] {
        let (name, known) = ("canary-0c".to_owned(), known.to_owned());
        errors.push(EngineError::Approval { name, known });
    }
    errors.push(EngineError::Undo {
        run: treaty_model::RunId(7),
    });
    let (message, hint) = (said(), "do this".to_owned());
    errors.push(EngineError::Explain { message, hint });
    let (message, hint) = (said(), "do that".to_owned());
    errors.push(EngineError::Forget { message, hint });
    let (message, hint) = (said(), "do this".to_owned());
    errors.push(EngineError::Init { message, hint });
    let mut told = String::new();
    for error in &errors {
        is_known(error);
        let _ = writeln!(told, "error: {error}\nhint: {}\n", error.hint());
    }
    for refusal in load_errors() {
        is_known_refusal(&refusal);
        let _ = writeln!(told, "error: {refusal}\nhint: {}\n", refusal.hint());
    }
    insta::assert_snapshot!(told);
}
