//! How a system is apart from its records: its clock, and what it has only so
//! much of.

use std::path::Path;

use serde::Serialize;
use treaty_model::Timestamp;

/// How a system is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Vitals {
    /// What its clock says; none: it has no clock of its own, or does not say.
    pub clock: Option<Timestamp>,
    /// What it has only so much of.
    pub quotas: Vec<Quota>,
}

/// Something of which a system has only so much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// What, with its unit: `connections`, `MiB of disk`, `requests today`.
    pub what: String,
    /// How much of it is used up, by whomever.
    pub used: u64,
    /// How much there is; none: no limit was set.
    pub limit: Option<u64>,
    /// How much has to be left for Treaty to work without worry.
    pub left_min: u64,
    /// When it starts anew, where it does.
    pub resets_at: Option<Timestamp>,
}

impl Quota {
    /// Whether less is left than has to be.
    pub fn is_short(&self) -> bool {
        let left = |limit: u64| limit.saturating_sub(self.used);
        self.limit.is_some_and(|limit| left(limit) < self.left_min)
    }
}

const MIB: u64 = 1_048_576;
/// What a disk needs for what is being written, and for writing a ledger anew.
const DISK_LEFT_MIN_MIB: u64 = 256;

/// The disk that a file or folder is on; none where it cannot be asked.
pub fn disk(path: &Path) -> Option<Quota> {
    let told = rustix::fs::statvfs(path).ok()?;
    let mib = |blocks: u64| blocks.saturating_mul(told.f_frsize) / MIB;
    // What is kept for the administrator is not there for us.
    let used = told.f_blocks.saturating_sub(told.f_bfree);
    Some(Quota {
        what: "MiB of disk".to_owned(),
        used: mib(used),
        limit: Some(mib(used.saturating_add(told.f_bavail))),
        left_min: DISK_LEFT_MIN_MIB,
        resets_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_is_what_leaves_too_little() {
        let quota = |used, limit| Quota {
            what: "connections".to_owned(),
            used,
            limit,
            left_min: 5,
            resets_at: None,
        };
        assert!(!quota(95, Some(100)).is_short());
        assert!(quota(96, Some(100)).is_short());
        assert!(quota(120, Some(100)).is_short());
        assert!(!quota(u64::MAX, None).is_short());
    }

    #[test]
    fn a_disk_is_asked_and_one_that_is_not_there_is_not() {
        let folder = tempfile::tempdir().expect("a folder is made");
        let disk_there = disk(folder.path()).expect("it says");
        assert!(disk_there.limit.expect("disks end") > 0);
        assert_eq!(disk(&folder.path().join("nowhere")), None);
    }
}
