//! The rules of a treaty.

use serde_json::Value as Json;
use treaty_engine::{RuleDocs, RuleKind, RuleSaid, RuleUse, ShadowDocs, TreatyDocs};

use crate::docs::outline::{Block, Line, Section};
use crate::reach::Reach;

pub fn sections(docs: &TreatyDocs) -> Vec<Section> {
    let words = "A rule is a component. It is given records and gives answers, in a sandbox without \
                 a network, files, a clock or a memory of its own. The digest says which component \
                 it is, byte for byte; the journal has it beside every decision.";
    let mut sections = vec![Section::new("Rules", vec![Block::paragraph(words)])];
    let rules = docs.rules.iter();
    sections.extend(rules.map(|rule| {
        let heading = Line::from("Rule ").code(&rule.name);
        Section::part(heading, vec![Block::Facts(facts(rule))])
    }));
    sections
}

fn facts(rule: &RuleDocs) -> Vec<(&'static str, Line)> {
    let mut facts = match &rule.said {
        Ok(said) => said_in_words(said),
        Err(message) => vec![("Cannot be used", Line::from(message.as_str()))],
    };
    let component = match rule.component.strip_prefix("shipped:") {
        Some(name) => Line::of_code(name).text(", which ships with Treaty"),
        None => Line::from("the file ").code(&rule.component),
    };
    let profile = match rule.profile {
        "contract" => "only what the contract has",
        _ => "also the standard interfaces of WebAssembly, which here give nothing",
    };
    facts.extend([
        ("Component", component),
        ("Digest", Line::of_code(rule.digest.to_string())),
        (
            "May import",
            Line::from(profile)
                .text(" (profile ")
                .code(rule.profile)
                .text(")"),
        ),
        ("Configuration", configuration(&rule.configuration)),
        ("Used", used(&rule.uses)),
    ]);
    let shadow = rule.shadow.as_ref();
    facts.extend(shadow.map(|shadow| ("Shadow", beside(shadow))));
    facts
}

fn beside(shadow: &ShadowDocs) -> Line {
    Line::of_code(&shadow.component)
        .text(" (")
        .code(shadow.digest.to_string())
        .text(") is asked the same and decides nothing; its configuration: ")
        .then(configuration(&shadow.configuration))
}

fn said_in_words(said: &RuleSaid) -> Vec<(&'static str, Line)> {
    let kinds = said.kinds.iter().map(|kind| match kind {
        RuleKind::Mapper => "a mapper: reads and writes records",
        RuleKind::Matcher => "a matcher: says which records are the same",
        RuleKind::Resolver => "a resolver: decides conflicts",
    });
    let kinds: Vec<_> = kinds.collect();
    let version = Line::of_code(&said.name).text(" ").text(&said.version);
    vec![
        ("For", Line::from(said.summary.as_str())),
        ("Kind", Line::from(kinds.join("; "))),
        ("Version", version),
        ("Can", reach(&said.imports)),
    ]
}

fn reach(imports: &[String]) -> Line {
    let Reach { can, inert } = Reach::of(imports);
    let line = Line::from(can);
    match inert.is_empty() {
        true => line,
        false => line
            .text("; interfaces that give it nothing: ")
            .codes(inert),
    }
}

fn configuration(configuration: &Json) -> Line {
    let keys = configuration.as_object();
    match keys.is_none_or(|keys| keys.is_empty()) {
        true => Line::from("none"),
        false => Line::of_code(configuration.to_string()),
    }
}

fn used(uses: &[RuleUse]) -> Line {
    if uses.is_empty() {
        return Line::from("nowhere");
    }
    let mut line = Line::default();
    for (at, used) in uses.iter().enumerate() {
        let kind = match used.kind {
            RuleKind::Mapper => "maps ",
            RuleKind::Matcher => "matches ",
            RuleKind::Resolver => "decides ",
        };
        line = line.text(if at == 0 { "" } else { "; " }).text(kind);
        line = line.code(used.entity.as_str());
        line = match (used.kind, used.fields.is_empty()) {
            (RuleKind::Resolver, true) => line.text(", where no field is shared under it now"),
            (_, true) => line,
            (_, false) => line.text(": ").codes(&used.fields),
        };
    }
    line
}
