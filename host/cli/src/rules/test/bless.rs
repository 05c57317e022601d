//! `treaty rules test --bless`.

use std::path::{Path, PathBuf};

use serde_json::json;
use treaty_workshop::bless;

use super::{Suite, is_pack};
use crate::args::{Args, Format, TestArgs};
use crate::exit::{Exit, Failed};
use crate::output::{counted, write_file};
use crate::tell;

pub fn run(args: &Args, wish: &TestArgs, suite: &Suite) -> Result<Exit, Failed> {
    let rules = suite.asked()?;
    if let [pack] = wish.files.as_slice()
        && suite.pack.is_some()
        && pack.is_file()
    {
        return Err(Failed::new(
            format!("{} is one file, and stays as it was built", pack.display()),
            "bless the cases in the pack's folder: treaty pack unpack makes it again",
        ));
    }
    let (mut changed, mut broken) = (Vec::new(), Vec::new());
    // What another pack expects is not blessed from here.
    let own = suite.files.iter();
    for (text, file) in own.filter(|(_, file)| !suite.others.contains(&file.path)) {
        let blessed = bless(&suite.folder, text, file, &rules).map_err(|error| {
            Failed::new(
                format!("{}: {error}", file.path.display()),
                "write each case as a section [[case]]",
            )
        })?;
        if blessed.text != *text {
            write_file(&path_of(suite, wish, &file.path), &blessed.text)?;
        }
        changed.extend(blessed.changed);
        broken.extend(blessed.broken);
    }
    if args.format == Format::Json {
        tell::json(&json!({ "changed": changed, "broken": broken }));
    } else {
        for name in &changed {
            tell::typed_line(format!("{name}: expects what the rule answers now"));
        }
        for name in &broken {
            tell::typed_line(format!("{name}: the rule broke; nothing can expect that"));
        }
        let many = counted(changed.len() as u64, "case");
        tell::line(format!(
            "{many} changed; look at the difference before you keep it"
        ));
    }
    Ok(match broken.is_empty() {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// Where a case file is, from its name.
fn path_of(suite: &Suite, wish: &TestArgs, shown: &Path) -> PathBuf {
    match wish.files.as_slice() {
        [] => suite.folder.root.join(shown),
        [pack] if is_pack(pack) => pack.join(shown),
        _ => shown.to_owned(),
    }
}
