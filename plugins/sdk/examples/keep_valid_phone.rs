//! A resolver that decides a phone number: the one that can be dialled wins.

use treaty_sdk::{About, Conflict, Contested, Record, Resolver, Rule, Setup, Verdict};

struct KeepValidPhone;

impl Rule for KeepValidPhone {
    fn about() -> About {
        About::new("keep-valid-phone", "1.0.0", "A real number wins.")
    }
    fn new(_: &Setup) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Resolver for KeepValidPhone {
    fn resolve_field(&self, phone: Contested<'_>, _: Record<'_>) -> Verdict {
        let valid = |text: &str| text.starts_with('+');
        let mut valid = phone
            .candidates()
            .filter(|side| side.text().is_some_and(valid));
        match (valid.next(), valid.next()) {
            (Some(only), None) => phone.keep(only, "the only number that can be dialled"),
            _ => phone.escalate("several numbers can be dialled, or none"),
        }
    }
}

treaty_sdk::export_resolver!(KeepValidPhone);

fn main() {
    let phone = Conflict::on("phone")
        .base("+49301")
        .side("hubspot", "030 2");
    let decided = phone
        .side("salesforce", "+49303")
        .decide::<KeepValidPhone>();
    assert_eq!(decided.winner(), Some("salesforce"));
}
