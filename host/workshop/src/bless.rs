//! Taking what a rule answers for what it must answer.

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item};
use treaty_folder::{CaseFile, TreatyFolder};
use treaty_sandbox::Rule;

use crate::ask::{ask, setup_of};
use crate::judge::differences;
use crate::words::Words;

/// What blessing a case file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blessed {
    /// The file with its new expectations; all else stands as it stood.
    pub text: String,
    /// The names of the cases that expect something else now.
    pub changed: Vec<String>,
    /// The names of cases whose answer no case can expect: the rule broke.
    pub broken: Vec<String>,
}

/// Puts the answers of rules in the place of the expectations that they do not
/// meet. `text` is what `file` was read from.
pub fn bless(
    folder: &TreatyFolder,
    text: &str,
    file: &CaseFile,
    rules: &BTreeMap<String, Rule>,
) -> Result<Blessed, toml_edit::TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let (mut changed, mut broken) = (Vec::new(), Vec::new());
    let sections = document
        .get_mut("case")
        .and_then(Item::as_array_of_tables_mut);
    let sections = sections.into_iter().flat_map(|cases| cases.iter_mut());
    // A file without problems has as many cases as sections, in the same order.
    for (section, case) in sections.zip(&file.cases) {
        let asked = folder
            .entity(case.entity.as_str())
            .zip(rules.get(&case.rule));
        let (Some((settings, rule)), Some(setup)) = (asked, setup_of(folder, file, case)) else {
            continue;
        };
        let asking = ask(settings, &setup, &case.asked, rule);
        if differences(settings, &setup, &case.asked, &asking.answer).is_empty() {
            continue;
        }
        let words = Words {
            settings,
            setup: &setup,
        };
        match words.expectation(&case.asked, &asking.answer) {
            Some(expect) => {
                section.insert("expect", expect.into());
                changed.push(case.name.clone());
            }
            None => broken.push(case.name.clone()),
        }
    }
    Ok(Blessed {
        text: document.to_string(),
        changed,
        broken,
    })
}
