//! Remote ids and the key fields that they are made of.

use treaty_model::RemoteId;

/// The remote id of these key parts: the part itself where there is one, a JSON
/// array of them where there are several.
pub(crate) fn join(parts: &[String]) -> RemoteId {
    match parts {
        [single] => RemoteId(single.clone()),
        _ => RemoteId(serde_json::to_string(parts).expect("texts have a JSON form")),
    }
}

/// The key parts of a remote id, as many as the key has fields; none where it is
/// no id of such a source.
pub(crate) fn split(id: &RemoteId, fields: usize) -> Option<Vec<String>> {
    if fields == 1 {
        return Some(vec![id.0.clone()]);
    }
    let parts: Vec<String> = serde_json::from_str(id.as_str()).ok()?;
    (parts.len() == fields).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parts: &[&str], id: &str) {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        assert_eq!(join(&parts).as_str(), id);
        assert_eq!(split(&RemoteId::from(id), parts.len()), Some(parts));
    }

    #[test]
    fn an_id_is_its_parts() {
        check(&["7"], "7");
        check(&["[1]"], "[1]");
        check(&["de", "4\"2"], r#"["de","4\"2"]"#);
        assert_eq!(split(&RemoteId::from("7"), 2), None);
        assert_eq!(split(&RemoteId::from("[\"7\"]"), 2), None);
    }
}
