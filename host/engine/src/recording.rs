//! The forms in which the journal keeps what resolvers are asked and answer: short
//! JSON, lists in place of objects. They read back to exactly what was asked, so
//! that it can be asked again.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use treaty_ledger::{AskedBatch, Content, Decided};
use treaty_model::{
    ActorKind, Attribute, Candidate, Cell, Conflict, Contested, Decision, EntityName, LinkId,
    Origin, Row, RuleId, RunId, Setup, Standing, Timestamp, Value, Verdict,
};
use treaty_sandbox::{Answers, Setback};

use crate::reading::is_of_host;

/// What a rule is told that changes from one start of Treaty to the next.
pub(crate) const NOW: &str = "now";

/// What a rule answered to a conflict.
pub(crate) type Answer = Result<Vec<Verdict>, Setback>;

/// What a resolver was asked together.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The rule.
    pub rule: &'a RuleId,
    /// What it was told once.
    pub setup: &'a Setup,
    /// The entity.
    pub entity: &'a EntityName,
    /// The links.
    pub links: &'a [LinkId],
    /// Their conflicts.
    pub conflicts: &'a [Conflict],
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
}

/// A batch as the journal keeps it, without anything that stands beside the rule;
/// none where the host could not ask about anything of it.
pub fn record(about: &About<'_>, answers: &Answers<Vec<Verdict>>) -> Option<AskedBatch> {
    let asked = about.links.par_iter().zip(about.conflicts);
    let answered = asked.zip(&answers.answers);
    let decisions: Vec<Decided> = answered
        .filter(|(_, answer)| is_kept(answer))
        .map(|((link, conflict), answer)| Decided {
            link: *link,
            input: keep_conflict(conflict),
            answer: keep_answer(answer),
        })
        .collect();
    let whole = decisions.len() == about.conflicts.len();
    let (setup, now) = keep_setup(about.setup);
    (!decisions.is_empty()).then(|| AskedBatch {
        at: about.at,
        run: about.run,
        rule: about.rule.clone(),
        setup,
        now,
        entity: about.entity.clone(),
        decisions,
        fuel: whole.then_some(answers.fuel),
        shadow: None,
    })
}

/// Whether an answer is the rule's own, and no failure of the host.
pub(crate) fn is_kept(answer: &Answer) -> bool {
    !answer.as_ref().is_err_and(is_of_host)
}

#[derive(Serialize, Deserialize)]
struct ConflictKept(Vec<ContestedKept>, Row, Vec<Attribute>);

#[derive(Serialize, Deserialize)]
struct ContestedKept(u32, Cell, Vec<CandidateKept>, Vec<Attribute>);

#[derive(Serialize, Deserialize)]
struct CandidateKept(
    Option<u32>,
    Value,
    Standing,
    Option<i64>,
    ActorKind,
    Option<String>,
);

#[derive(Serialize, Deserialize)]
struct VerdictKept(u32, Decision, String);

/// A conflict as it is kept.
pub(crate) fn keep_conflict(conflict: &Conflict) -> Content {
    let candidate = |candidate: &Candidate| {
        CandidateKept(
            candidate.system,
            candidate.value.clone(),
            candidate.standing,
            candidate.at.map(Timestamp::as_micros),
            candidate.origin.kind,
            candidate.origin.actor.clone(),
        )
    };
    let contested = |contested: &Contested| {
        ContestedKept(
            contested.field,
            contested.base.clone(),
            contested.candidates.iter().map(candidate).collect(),
            contested.attributes.clone(),
        )
    };
    Content::of(&ConflictKept(
        conflict.contested.iter().map(contested).collect(),
        conflict.agreed.clone(),
        conflict.attributes.clone(),
    ))
}

/// A conflict as it was asked.
pub(crate) fn read_conflict(text: &str) -> serde_json::Result<Conflict> {
    let candidate = |CandidateKept(system, value, standing, at, kind, actor)| Candidate {
        system,
        value,
        standing,
        at: at.map(Timestamp::from_micros),
        origin: Origin { kind, actor },
    };
    let contested = |ContestedKept(field, base, candidates, attributes)| Contested {
        field,
        base,
        candidates: candidates.into_iter().map(candidate).collect(),
        attributes,
    };
    let ConflictKept(all, agreed, attributes) = serde_json::from_str(text)?;
    Ok(Conflict {
        contested: all.into_iter().map(contested).collect(),
        agreed,
        attributes,
    })
}

/// An answer as it is kept: a list of verdicts, or why there are none.
pub(crate) fn keep_answer(answer: &Answer) -> Content {
    let kept = |verdict: &Verdict| {
        VerdictKept(
            verdict.field,
            verdict.decision.clone(),
            verdict.reason.clone(),
        )
    };
    match answer {
        Ok(verdicts) => Content::of(&verdicts.iter().map(kept).collect::<Vec<_>>()),
        Err(setback) => Content::of(setback),
    }
}

/// An answer as it was given.
pub(crate) fn read_answer(text: &str) -> serde_json::Result<Answer> {
    if !text.starts_with('[') {
        return Ok(Err(serde_json::from_str(text)?));
    }
    let kept: Vec<VerdictKept> = serde_json::from_str(text)?;
    let verdict = |VerdictKept(field, decision, reason)| Verdict {
        field,
        decision,
        reason,
    };
    Ok(Ok(kept.into_iter().map(verdict).collect()))
}

/// A setup as it is kept, without the batch's own time, and that time.
pub(crate) fn keep_setup(setup: &Setup) -> (Content, i64) {
    let (mut kept, mut now) = (setup.clone(), 0);
    for (name, value) in &mut kept.attributes {
        if name == NOW {
            now = value.parse().unwrap_or(0);
            value.clear();
        }
    }
    (Content::of(&kept), now)
}

/// A setup as it was told, at a time.
pub(crate) fn at_time(mut setup: Setup, now: i64) -> Setup {
    for (name, value) in &mut setup.attributes {
        if name == NOW {
            *value = now.to_string();
        }
    }
    setup
}

#[cfg(test)]
mod tests {
    use treaty_model::RuleError;
    use treaty_sandbox::{Fault, FaultKind};

    use super::*;

    fn conflict() -> Conflict {
        let candidate = |system, value: Value| Candidate {
            system,
            value,
            standing: Standing::Edited,
            at: system.map(|_| Timestamp::from_micros(1_763_632_800_123_456)),
            origin: Origin {
                kind: ActorKind::Person,
                actor: system.map(|_| "anna".to_owned()),
            },
        };
        let contested = Contested {
            field: 1,
            base: Some(Value::Null),
            candidates: vec![
                candidate(Some(0), Value::text("a")),
                candidate(None, Value::Null),
            ],
            attributes: vec![("x".to_owned(), "y".to_owned())],
        };
        Conflict {
            contested: vec![contested],
            agreed: vec![Some(Value::Integer(7)), None],
            attributes: Vec::new(),
        }
    }

    #[test]
    fn a_conflict_reads_back_as_it_was() {
        let kept = keep_conflict(&conflict());
        assert_eq!(
            kept.text(),
            r#"[[[1,{"empty":true},[[0,"a","edited",1763632800123456,"person","anna"],[null,{"empty":true},"edited",null,"person",null]],[["x","y"]]]],[7,null],[]]"#
        );
        assert_eq!(read_conflict(kept.text()).expect("it reads"), conflict());
    }

    #[test]
    fn an_answer_reads_back_as_it_was() {
        let check = |answer: Answer, expected: &str| {
            let kept = keep_answer(&answer);
            assert_eq!(kept.text(), expected);
            assert_eq!(read_answer(expected).expect("it reads"), answer);
        };
        let verdict = |decision| Verdict {
            field: 1,
            decision,
            reason: "r".to_owned(),
        };
        check(
            Ok(vec![
                verdict(Decision::Keep(0)),
                verdict(Decision::Set(Value::text("v"))),
                verdict(Decision::Escalate),
            ]),
            r#"[[1,{"keep":0},"r"],[1,{"set":"v"},"r"],[1,"escalate","r"]]"#,
        );
        check(
            Err(Setback::Error(RuleError {
                field: Some(1),
                message: "no".to_owned(),
            })),
            r#"{"error":{"field":1,"message":"no"}}"#,
        );
        check(
            Err(Setback::Fault(Fault {
                kind: FaultKind::OutOfFuel,
                detail: "d".to_owned(),
            })),
            r#"{"fault":{"kind":"out-of-fuel","detail":"d"}}"#,
        );
    }

    #[test]
    fn a_setup_is_kept_without_its_time() {
        let told = |now: &str| Setup {
            attributes: vec![
                ("now".into(), now.into()),
                ("clock-tolerance-ms".into(), "5".into()),
            ],
            ..Setup::default()
        };
        let (kept, now) = keep_setup(&told("17"));
        assert_eq!((kept.clone(), now), (keep_setup(&told("99")).0, 17));
        let read: Setup = serde_json::from_str(kept.text()).expect("it reads");
        assert_eq!(at_time(read, 99), told("99"));
    }
}
