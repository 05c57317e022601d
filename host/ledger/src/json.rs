//! The JSON texts in the files.

use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How much of a text that does not read back is told.
const TOLD_CHARACTERS_MAX: usize = 80;

pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    // Everything stored is made of texts, numbers and lists; maps have text keys.
    serde_json::to_string(value).expect("the model always has a JSON form")
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let told: String = text.chars().take(TOLD_CHARACTERS_MAX).collect();
        wrong(format!("{error} in {told}"))
    })
}

/// Something in the files that this room did not write.
pub(crate) fn wrong(message: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, message.into())
}
