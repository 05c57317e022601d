//! Sections as JSON.

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::Section;
use crate::Problem;

impl<'d> Section<'d> {
    /// A table below this one as JSON; dates and times become texts.
    pub fn json_below(&self, key: &'static str) -> Option<Json> {
        Some(self.below(key)?.json())
    }

    /// The table as JSON; dates and times become texts.
    pub fn json(&self) -> Json {
        let entries = self.entries().into_iter();
        let object = entries.map(|(name, value)| (name.value, self.json_of(value)));
        Json::Object(object.collect())
    }

    fn json_of(&self, value: &Spanned<DeValue<'d>>) -> Json {
        match value.get_ref() {
            DeValue::String(text) => Json::from(text.as_ref()),
            DeValue::Boolean(flag) => Json::from(*flag),
            DeValue::Datetime(time) => Json::from(time.to_string()),
            DeValue::Array(items) => items.iter().map(|item| self.json_of(item)).collect(),
            DeValue::Table(table) => {
                let mut entries: Vec<_> = table.iter().collect();
                entries.sort_by_key(|(name, _)| name.get_ref().to_string());
                let entries = entries.into_iter();
                let entries =
                    entries.map(|(name, item)| (name.get_ref().to_string(), self.json_of(item)));
                Json::Object(entries.collect())
            }
            DeValue::Integer(digits) => {
                let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
                self.json_number(number.map(Json::from), value)
            }
            DeValue::Float(digits) => {
                let number = digits.as_str().parse::<f64>().ok();
                let number = number.and_then(serde_json::Number::from_f64);
                self.json_number(number.map(Json::from), value)
            }
        }
    }

    fn json_number(&self, number: Option<Json>, value: &Spanned<DeValue<'d>>) -> Json {
        number.unwrap_or_else(|| {
            let place = self.document.place(value.span());
            self.report(Problem::at(&place, "JSON has no such number"));
            Json::Null
        })
    }
}
