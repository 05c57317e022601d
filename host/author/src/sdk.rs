//! The SDKs and the contract, as files of this program. They are data here:
//! `treaty rules new` writes them into a rule's folder.

use crate::Language;

/// A file of an SDK: where it goes below `treaty/`, and what is in it.
pub(crate) type SdkFile = (&'static str, &'static str);

/// Files of one folder of this repository, under the folder where they go.
macro_rules! files {
    ($from:literal => $to:literal: $($name:literal),+ $(,)?) => {
        &[$((
            concat!($to, $name),
            include_str!(concat!("../../../", $from, $name)),
        )),+]
    };
}

/// The contract, which every language needs.
pub(crate) const CONTRACT: &[SdkFile] = files!("wit/0.1.0/" => "wit/0.1.0/":
    "mapper.wit", "matcher.wit", "resolver.wit", "types.wit", "worlds.wit");

const RUST: &[SdkFile] = files!("plugins/sdk/src/" => "sdk/rust/src/":
    "case.rs", "contract.rs", "features.rs", "hash.rs", "heap.rs", "lib.rs", "log.rs",
    "mapper.rs", "matcher.rs", "record.rs", "resolver.rs", "rule.rs", "setup.rs", "value.rs");

const RUST_MANIFEST: &[SdkFile] = &[(
    "sdk/rust/Cargo.toml",
    include_str!("../templates/rust/sdk.toml"),
)];

const JAVASCRIPT: &[SdkFile] = files!("plugins/sdk-javascript/" => "":
    "case.js", "hash.js", "index.d.ts", "index.js", "log.js", "mapper.js", "matcher.js",
    "record.js", "resolver.js", "rule.js", "setup.js", "value.js");

const JAVASCRIPT_ENTRIES: &[SdkFile] = files!("plugins/sdk-javascript/" => "":
    "entry/mapper.js", "entry/matcher.js", "entry/resolver.js");

const PYTHON: &[SdkFile] = files!("plugins/sdk-python/treaty/" => "":
    "__init__.py", "_border.py", "case.py", "hashing.py", "log.py", "mapper.py", "matcher.py",
    "record.py", "resolver.py", "rule.py", "setup.py", "value.py",
    "entry/__init__.py", "entry/mapper.py", "entry/matcher.py", "entry/resolver.py");

/// The files of a language's SDK with the contract, where they go below
/// `treaty/`.
pub(crate) fn files(language: Language) -> Vec<(String, &'static str)> {
    let lists: &[&[SdkFile]] = match language {
        Language::Rust => &[CONTRACT, RUST, RUST_MANIFEST],
        Language::JavaScript | Language::TypeScript => &[CONTRACT, JAVASCRIPT, JAVASCRIPT_ENTRIES],
        Language::Python => &[CONTRACT, PYTHON],
    };
    let files = lists.iter().copied().flatten();
    files
        .map(|(path, text)| (path_in(language, path), *text))
        .collect()
}

/// The bundler takes `rule.js` for `rule.ts` only where TypeScript asks for it,
/// so what asks for the rule has that name there.
fn path_in(language: Language, path: &str) -> String {
    match path.strip_suffix(".js") {
        Some(entry) if language == Language::TypeScript && path.starts_with("entry/") => {
            format!("{entry}.ts")
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
            match entry.path() {
                path if path.is_dir() => walk(&path, found),
                path => found.push(path),
            }
        }
    }

    /// The files of a folder of this repository are those of the lists.
    fn check(folder: &str, extensions: &[&str], lists: &[&[SdkFile]]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut found = Vec::new();
        walk(&folder, &mut found);
        let texts: BTreeSet<_> = found
            .iter()
            .filter(|path| {
                let extension = path.extension().and_then(|extension| extension.to_str());
                extension.is_some_and(|extension| extensions.contains(&extension))
            })
            .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
            .map(|path| fs::read_to_string(path).expect("a text"))
            .collect();
        let listed: BTreeSet<_> = lists
            .iter()
            .copied()
            .flatten()
            .map(|(_, text)| (*text).to_owned())
            .collect();
        assert!(texts == listed, "{} has other files", folder.display());
    }

    #[test]
    fn every_file_is_listed() {
        check("../../wit/0.1.0", &["wit"], &[CONTRACT]);
        check("../../plugins/sdk/src", &["rs"], &[RUST]);
        let javascript = [JAVASCRIPT, JAVASCRIPT_ENTRIES];
        check("../../plugins/sdk-javascript", &["js", "ts"], &javascript);
        check("../../plugins/sdk-python/treaty", &["py"], &[PYTHON]);
    }
}
