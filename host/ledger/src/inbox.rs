//! Answers that people have left for the next pass.
//!
//! A person answers while a pass may be under way in another process. What that
//! process has read must not change under it, so that an answer is left in a
//! file beside the ledger, and the next pass takes it up before anything else.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use treaty_model::Timestamp;

use crate::{AnswerGiven, Ledger, LedgerError};

/// The folder, in the state folder.
const FOLDER: &str = "answers";

/// An answer that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftAnswer {
    /// To which question.
    pub number: i64,
    /// What was answered.
    pub answer: AnswerGiven,
}

#[derive(Serialize, Deserialize)]
struct Written {
    choice: Json,
    by: String,
    at: Timestamp,
}

impl Ledger {
    /// Leaves an answer for the next pass; a later one to the same question
    /// takes its place. Durable when this returns.
    pub fn leave_answer(&self, left: &LeftAnswer) -> Result<(), LedgerError> {
        let folder = self.path().join(FOLDER);
        let written = Written {
            choice: left.answer.choice.clone(),
            by: left.answer.by.clone(),
            at: left.answer.at,
        };
        let text = serde_json::to_string(&written).expect("an answer has a JSON form");
        leave(&folder, left.number, &text).map_err(|error| failed(&folder, &error))
    }

    /// The answers that were left, by question.
    pub fn left_answers(&self) -> Result<Vec<LeftAnswer>, LedgerError> {
        let folder = self.path().join(FOLDER);
        let files = match fs::read_dir(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&folder, &error)),
        };
        let mut answers = Vec::new();
        for file in files {
            let path = file.map_err(|error| failed(&folder, &error))?.path();
            let Some(number) = number_of(&path) else {
                continue;
            };
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                // Taken up meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(&path, &error)),
            };
            let written: Written = serde_json::from_str(&text).map_err(|error| {
                let message = format!(
                    "it holds no answer ({error}); remove the file and answer question {number} again"
                );
                LedgerError::Failed {
                    path: path.clone(),
                    message,
                }
            })?;
            let Written { choice, by, at } = written;
            let answer = AnswerGiven { choice, by, at };
            answers.push(LeftAnswer { number, answer });
        }
        answers.sort_by_key(|left| left.number);
        Ok(answers)
    }

    /// Takes an answer away once it is in the ledger. One that was left in its
    /// place meanwhile stays.
    pub fn forget_left(&self, left: &LeftAnswer) -> Result<(), LedgerError> {
        if !self.left_answers()?.contains(left) {
            return Ok(());
        }
        let path = self.path().join(FOLDER).join(name_of(left.number));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, &error)),
            _ => Ok(()),
        }
    }
}

fn leave(folder: &Path, number: i64, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{number}-{}", std::process::id()));
    let mut file = File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(name_of(number)))?;
    // The name is durable once its folder is.
    File::open(folder)?.sync_all()
}

fn name_of(number: i64) -> String {
    format!("{number}.json")
}

/// Which question a file answers; none where it is a draft or not ours.
fn number_of(path: &Path) -> Option<i64> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".json")?.parse().ok()
}

fn failed(path: &Path, error: &io::Error) -> LedgerError {
    LedgerError::Folder {
        path: PathBuf::from(path),
        message: error.to_string(),
    }
}
