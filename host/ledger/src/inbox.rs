//! What people have left for the next pass: answers to questions, and approvals.
//!
//! A person answers while a pass may be under way in another process. What that
//! process has read must not change under it, so that an answer is left in a
//! file beside the ledger, and the next pass takes it up before anything else.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use treaty_model::Timestamp;

use crate::{AnswerGiven, Ledger, LedgerError};

/// The folders, in the state folder.
const ANSWERS: &str = "answers";
const APPROVALS: &str = "approvals";

/// An answer that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftAnswer {
    /// To which question.
    pub number: i64,
    /// What was answered.
    pub answer: AnswerGiven,
}

/// An approval that was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftApproval {
    /// The name of what is let through.
    pub approval: String,
    /// Who approves.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct WrittenAnswer {
    choice: Json,
    by: String,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct WrittenApproval {
    by: String,
    at: Timestamp,
}

impl Ledger {
    /// Leaves an answer for the next pass; a later one to the same question
    /// takes its place. Durable when this returns.
    pub fn leave_answer(&self, left: &LeftAnswer) -> Result<(), LedgerError> {
        let written = WrittenAnswer {
            choice: left.answer.choice.clone(),
            by: left.answer.by.clone(),
            at: left.answer.at,
        };
        self.leave(ANSWERS, &left.number.to_string(), &written)
    }

    /// The answers that were left, by question.
    pub fn left_answers(&self) -> Result<Vec<LeftAnswer>, LedgerError> {
        let is_ours = |name: &str| name.parse::<i64>().is_ok();
        let files = self.left::<WrittenAnswer>(ANSWERS, is_ours, |name| {
            format!("answer question {name} again")
        })?;
        let answers = files.into_iter().filter_map(|(name, written)| {
            let WrittenAnswer { choice, by, at } = written;
            Some(LeftAnswer {
                number: name.parse().ok()?,
                answer: AnswerGiven { choice, by, at },
            })
        });
        let mut answers: Vec<_> = answers.collect();
        answers.sort_by_key(|left| left.number);
        Ok(answers)
    }

    /// Takes an answer away once it is in the ledger. One that was left in its
    /// place meanwhile stays.
    pub fn forget_left(&self, left: &LeftAnswer) -> Result<(), LedgerError> {
        if !self.left_answers()?.contains(left) {
            return Ok(());
        }
        self.take_away(ANSWERS, &left.number.to_string())
    }

    /// Leaves an approval for the next pass. Durable when this returns. The name
    /// is one of [`Self::trips`].
    pub fn leave_approval(&self, left: &LeftApproval) -> Result<(), LedgerError> {
        let written = WrittenApproval {
            by: left.by.clone(),
            at: left.at,
        };
        self.leave(APPROVALS, &left.approval, &written)
    }

    /// The approvals that were left, by name.
    pub fn left_approvals(&self) -> Result<Vec<LeftApproval>, LedgerError> {
        let files = self.left::<WrittenApproval>(
            APPROVALS,
            |_| true,
            |name| format!("approve {name} again"),
        )?;
        let approvals = files.into_iter().map(|(approval, written)| LeftApproval {
            approval,
            by: written.by,
            at: written.at,
        });
        let mut approvals: Vec<_> = approvals.collect();
        approvals.sort_by(|one, other| one.approval.cmp(&other.approval));
        Ok(approvals)
    }

    /// Takes an approval away once it is in the ledger.
    pub fn forget_approval(&self, left: &LeftApproval) -> Result<(), LedgerError> {
        self.take_away(APPROVALS, &left.approval)
    }

    fn leave(&self, folder: &str, name: &str, written: &impl Serialize) -> Result<(), LedgerError> {
        let folder = self.path().join(folder);
        // Texts and numbers always have a JSON form.
        let text = serde_json::to_string(written).expect("it has a JSON form");
        put(&folder, name, &text).map_err(|error| failed(&folder, &error))
    }

    /// The files of a folder that are ours, each with its name and what it says.
    fn left<T: DeserializeOwned>(
        &self,
        folder: &str,
        is_ours: impl Fn(&str) -> bool,
        advice: impl Fn(&str) -> String,
    ) -> Result<Vec<(String, T)>, LedgerError> {
        let folder = self.path().join(folder);
        let files = match fs::read_dir(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&folder, &error)),
        };
        let mut found = Vec::new();
        for file in files {
            let path = file.map_err(|error| failed(&folder, &error))?.path();
            let Some(name) = name_in(&path).filter(|name| is_ours(name)) else {
                continue;
            };
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                // Taken up meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(&path, &error)),
            };
            let written = serde_json::from_str(&text).map_err(|error| LedgerError::Failed {
                path: path.clone(),
                message: format!(
                    "it cannot be read ({error}); remove the file and {}",
                    advice(&name)
                ),
            })?;
            found.push((name, written));
        }
        Ok(found)
    }

    fn take_away(&self, folder: &str, name: &str) -> Result<(), LedgerError> {
        let path = self.path().join(folder).join(file_of(name));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, &error)),
            _ => Ok(()),
        }
    }
}

fn put(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{name}-{}", std::process::id()));
    let mut file = File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(file_of(name)))?;
    // The name is durable once its folder is.
    File::open(folder)?.sync_all()
}

fn file_of(name: &str) -> String {
    format!("{name}.json")
}

/// What a file is called; none where it is a draft or not ours.
fn name_in(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".json")?;
    (!name.starts_with('.')).then(|| name.to_owned())
}

fn failed(path: &Path, error: &io::Error) -> LedgerError {
    LedgerError::Folder {
        path: PathBuf::from(path),
        message: error.to_string(),
    }
}
