//! What is read out of a report of Treaty.

use treaty_engine::Report;

/// What a report says, without its noughts.
pub fn summary(report: &Report) -> String {
    let told = serde_json::to_value(&report.entities).unwrap_or_default();
    fn prune(value: &mut serde_json::Value) -> bool {
        use serde_json::Value as Json;
        match value {
            Json::Object(fields) => {
                fields.retain(|_, field| prune(field));
                !fields.is_empty()
            }
            Json::Array(items) => {
                items.retain_mut(prune);
                !items.is_empty()
            }
            Json::Number(number) => number.as_u64() != Some(0),
            Json::Bool(flag) => *flag,
            _ => true,
        }
    }
    let mut told = told;
    prune(&mut told);
    told.to_string()
}

/// What a report says was sent, by system.
pub fn amounts(report: &Report) -> Vec<(String, u64, u64, u64)> {
    let systems = report.entities.iter().flat_map(|entity| &entity.systems);
    systems
        .map(|(name, system)| {
            let tried = system.writes + system.stale + system.refused + system.open;
            (name.to_string(), tried, system.creates, system.deletes)
        })
        .collect()
}
