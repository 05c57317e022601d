//! What a person types into a cell.

use treaty_engine::Reply;
use treaty_model::SystemName;

/// What the cell says; else what is wrong with it. A system's name keeps what it
/// holds; where a system is called like one of the words, `keep: <name>` does.
pub fn reply_of(cell: &str, systems: &[SystemName]) -> Result<Reply, String> {
    let (head, rest) = match cell.split_once(':') {
        Some((head, rest)) => (head.trim().to_lowercase(), Some(rest.trim())),
        None => (cell.to_lowercase(), None),
    };
    let named = |name: &str| {
        let exactly = systems.iter().find(|system| system.as_str() == name);
        let name = name.to_lowercase();
        let nearly = |system: &&SystemName| system.as_str().to_lowercase() == name;
        let found = exactly.or_else(|| systems.iter().find(nearly));
        found.map(|system| Reply::Keep(system.clone()))
    };
    let reply = match (head.as_str(), rest) {
        ("set", Some("")) => return Err("nothing stands after set; to empty it: clear".to_owned()),
        ("set", Some(value)) => Some(Reply::Set(value.to_owned())),
        ("keep", Some(name)) => named(name),
        ("base", None) => Some(Reply::Base),
        ("clear", None) => Some(Reply::Clear),
        ("same", None) => Some(Reply::Same),
        ("different", None) => Some(Reply::Different),
        ("delete", None) => Some(Reply::Delete),
        ("stay", None) => Some(Reply::Stay),
        _ => named(cell),
    };
    reply.ok_or_else(|| {
        let systems: Vec<_> = systems.iter().map(SystemName::as_str).collect();
        format!(
            "{cell:?} is no answer; write {}, base, clear, set: <value>, same, different, \
             delete or stay",
            systems.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_is_typed() {
        let systems = ["crm".into(), "base".into(), "a:b".into()];
        let check = |cell: &str, expected: Option<Reply>| {
            assert_eq!(reply_of(cell, &systems).ok(), expected, "{cell}");
        };
        check("crm", Some(Reply::Keep("crm".into())));
        check("CRM", Some(Reply::Keep("crm".into())));
        check("Base", Some(Reply::Base));
        check("keep: base", Some(Reply::Keep("base".into())));
        check("a:b", Some(Reply::Keep("a:b".into())));
        check("SET:  x: y ", Some(Reply::Set("x: y".into())));
        check("set:", None);
        check("Different", Some(Reply::Different));
        check("erp", None);
    }
}
