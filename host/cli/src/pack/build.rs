//! `treaty pack build`: no pack is made whose rules do not do what it says.

use serde_json::json;
use treaty_folder::{Problems, no_cases};
use treaty_pack::{Pack, save};
use treaty_workshop::{CaseResult, LawResult, Tries, refusals};

use super::{json_of, out, tell_pack};
use crate::args::pack::PackBuildArgs;
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::rules::laws::{is_broken, of_pack, tell_results, write_cases};
use crate::rules::stack::Stack;
use crate::rules::suite::{Suite, told};
use crate::rules::test;
use crate::tell;

/// How the laws are tried: the same folder has to get the same verdict. Written in
/// host/pack/README.md.
const TRIES: Tries = Tries { count: 64, seed: 0 };

/// The file in which a rule is named.
const PACK_FILE: &str = "pack.toml";

/// What was found out about a pack.
struct Verdict {
    suite: Suite,
    cases: Vec<CaseResult>,
    laws: Vec<LawResult>,
}

pub fn run(args: &Args, wish: &PackBuildArgs) -> Result<Exit, Failed> {
    let stack = Stack::at(args, &wish.folder, &wish.base)?.whole()?;
    let pack = stack.top().clone();
    let tested = verdict(Suite::of_pack(&stack)?)?;
    if let Some(folder) = &wish.write {
        write_cases(folder, &tested.laws)?;
    }
    if let Some(failed) = tested.failure() {
        tell(args, &tested, None);
        return Err(failed);
    }
    let out = out(wish.out.as_deref(), &pack);
    save(&pack, &out).map_err(|error| Failed::new(error.to_string(), error.hint()))?;
    tell(args, &tested, Some((&pack, &out)));
    Ok(Exit::Done)
}

/// Asks all rules what they make of the tables, runs the cases, and holds the laws
/// against each of the pack's own rules.
fn verdict(suite: Suite) -> Result<Verdict, Failed> {
    let all = suite.folder.rules.iter().map(|rule| rule.name.as_str());
    let rules = suite.load(all)?;
    let file = no_cases(&suite.folder);
    let refused = refusals(&suite.folder, &file, &suite.case_files(), &rules, PACK_FILE);
    if !refused.is_empty() {
        let mut refused = Problems(refused);
        refused.sort();
        return Err(told(
            &refused,
            "mend the pack and build it again: treaty pack build",
        ));
    }
    Ok(Verdict {
        cases: suite.results(None)?,
        laws: of_pack(&suite, suite.own_rules(), TRIES)?,
        suite,
    })
}

impl Verdict {
    /// The pack's own rules that no law could be held against: no table has anything
    /// for them.
    fn untried(&self) -> Vec<&str> {
        let own = self.suite.own_rules();
        let tried = |name: &str| self.laws.iter().any(|law| law.rule == name);
        own.filter(|name| !tried(name)).collect()
    }

    fn failure(&self) -> Option<Failed> {
        let cases = self.cases.iter().filter(|case| !case.passed()).count();
        let laws = self.laws.iter().filter(|law| is_broken(law)).count();
        let whys = [
            (cases, format!("{} failed", counted(cases as u64, "case"))),
            (laws, format!("{} broken", counted(laws as u64, "law"))),
        ];
        let whys = whys.into_iter().filter(|(count, _)| *count > 0);
        let whys: Vec<_> = whys.map(|(_, why)| why).collect();
        (!whys.is_empty()).then(|| {
            Failed::new(
                format!("the pack is not built: {}", whys.join(", ")),
                "mend the rule or the case, and build it again: treaty pack build",
            )
        })
    }
}

/// What was found out, and what was made.
fn tell(args: &Args, tested: &Verdict, made: Option<(&Pack, &std::path::Path)>) {
    let uncovered = tested.suite.uncovered();
    if args.format == Format::Json {
        let mut all = match made {
            Some((pack, out)) => json_of(pack, Some(out)),
            None => json!({}),
        };
        all["cases"] = json!(tested.cases);
        all["uncovered"] = json!(uncovered);
        all["laws"] = json!(tested.laws);
        all["untried"] = json!(tested.untried());
        tell::json(&all);
        return;
    }
    test::tell_lines(&tested.cases, &uncovered);
    tell_results(&tested.laws);
    for name in tested.untried() {
        tell::typed_line(format!(
            "no law was tried on {name}: no table has input for it"
        ));
    }
    if let Some((pack, out)) = made {
        tell_pack(args, pack, Some(out));
    }
}
