//! What a new folder holds: a list of files for each kind and language.

use crate::manifest::{CONTRACT_VERSION, FILE};
use crate::{Kind, Language, RuleName, sdk};

/// Where the SDK and the contract go.
const SDK: &str = "treaty";

/// A new folder.
pub(crate) struct Template {
    /// The file in which the rule itself stands.
    pub rule: &'static str,
    /// All files.
    pub files: Vec<TemplateFile>,
}

/// A file of a new folder.
pub(crate) struct TemplateFile {
    /// Where it goes, within the folder.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// What belongs to a language, whatever the rule decides.
struct Words {
    /// The file in which the rule itself stands.
    rule: &'static str,
    /// Files beside the rule, by name.
    beside: &'static [(&'static str, &'static str)],
    /// What is needed to build it.
    needs: &'static str,
    /// How its tests are run.
    test: &'static str,
    /// What a build leaves that is not to be kept.
    ignored: &'static str,
}

impl Template {
    /// The folder of a rule.
    pub(crate) fn of(name: &RuleName, kind: Kind, language: Language) -> Self {
        let words = words(language);
        let fill = Fill {
            name,
            kind,
            language,
        };
        let mut files = vec![
            TemplateFile::new(FILE, manifest(name, kind, language)),
            TemplateFile::new(words.rule, fill.filled(rule(kind, language))),
            TemplateFile::new(
                "README.md",
                fill.filled(include_str!("../templates/README.md")),
            ),
            TemplateFile::new(".gitignore", words.ignored),
        ];
        let tried = tried(kind).into_iter();
        files.extend(tried.map(|(path, text)| TemplateFile::new(path, fill.filled(text))));
        let beside = words.beside.iter();
        files.extend(beside.map(|(path, text)| TemplateFile::new(*path, fill.filled(text))));
        files.extend(
            test(kind, language).map(|(path, text)| TemplateFile::new(path, fill.filled(text))),
        );
        let sdk = sdk::files(language).into_iter();
        files.extend(sdk.map(|(path, text)| TemplateFile::new(format!("{SDK}/{path}"), text)));
        Self {
            rule: words.rule,
            files,
        }
    }
}

impl TemplateFile {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// What stands for what in a template.
struct Fill<'a> {
    name: &'a RuleName,
    kind: Kind,
    language: Language,
}

impl Fill<'_> {
    fn filled(&self, template: &str) -> String {
        let words = words(self.language);
        let kind = self.kind;
        let filled = [
            ("{{name}}", self.name.as_str().to_owned()),
            ("{{kind}}", kind.to_string()),
            ("{{language}}", self.language.to_string()),
            ("{{rule}}", words.rule.to_owned()),
            ("{{needs}}", words.needs.to_owned()),
            ("{{test}}", tests_say(kind, self.language)),
            ("{{decides}}", decides(kind).to_owned()),
            ("{{use}}", in_a_treaty(kind).to_owned()),
            ("{{entity}}", of_entity(self.name, kind)),
            ("{{cell}}", of_cell(self.name, kind)),
            ("{{limits}}", limits(self.language).to_owned()),
        ];
        filled
            .iter()
            .fold(template.to_owned(), |text, (what, with)| {
                text.replace(what, with)
            })
    }
}

fn manifest(name: &RuleName, kind: Kind, language: Language) -> String {
    format!(
        "# What this folder holds; `treaty rules build` reads it.\n\
         name = \"{name}\"\n\
         # resolver, mapper or matcher.\n\
         kind = \"{kind}\"\n\
         language = \"{}\"\n\
         # The version of the contract in treaty/wit.\n\
         contract = \"{CONTRACT_VERSION}\"\n",
        language.as_str()
    )
}

fn words(language: Language) -> Words {
    match language {
        Language::Rust => Words {
            rule: "src/lib.rs",
            beside: &[("Cargo.toml", include_str!("../templates/rust/rule.toml"))],
            needs: "Rust with the target `wasm32-unknown-unknown` (`rustup target add wasm32-unknown-unknown`)",
            test: "cargo test",
            ignored: "target/\n",
        },
        Language::JavaScript => Words {
            rule: "rule.js",
            beside: &[(
                "package.json",
                include_str!("../templates/javascript/package.json"),
            )],
            needs: "Node.js 18 or newer with npm; the first build fetches what `package.json` names into `node_modules`",
            test: "node --test",
            ignored: "node_modules/\nbuild/\n",
        },
        Language::TypeScript => Words {
            rule: "rule.ts",
            beside: &[
                (
                    "package.json",
                    include_str!("../templates/typescript/package.json"),
                ),
                (
                    "tsconfig.json",
                    include_str!("../templates/typescript/tsconfig.json"),
                ),
            ],
            needs: "Node.js 18 or newer with npm; the first build fetches what `package.json` names into `node_modules`. \
                    A build takes the types off and does not check them; an editor or `npx -p typescript tsc` does",
            test: "",
            ignored: "node_modules/\nbuild/\n",
        },
        Language::Python => Words {
            rule: "rule.py",
            beside: &[(
                "requirements.txt",
                include_str!("../templates/python/requirements.txt"),
            )],
            needs: "Python 3.10 or newer; the first build fetches what `requirements.txt` names into `.venv`",
            test: "python3 -m unittest",
            ignored: ".venv/\nbuild/\n__pycache__/\n",
        },
    }
}

/// The rule itself: a small one of its kind, the same in every language.
/// A treaty to try a rule in, and examples of what it must decide.
fn tried(kind: Kind) -> [(&'static str, &'static str); 3] {
    let cases = match kind {
        Kind::Resolver => include_str!("../templates/treaty/resolver.toml"),
        Kind::Mapper => include_str!("../templates/treaty/mapper.toml"),
        Kind::Matcher => include_str!("../templates/treaty/matcher.toml"),
    };
    [
        (
            "treaty.toml",
            include_str!("../templates/treaty/treaty.toml"),
        ),
        (
            "contact.csv",
            include_str!("../templates/treaty/contact.csv"),
        ),
        ("cases/contact.toml", cases),
    ]
}

/// Where the treaty's entity names the rule.
fn of_entity(name: &RuleName, kind: Kind) -> String {
    match kind {
        Kind::Resolver => String::new(),
        Kind::Mapper => format!("mapper = \"{name}\"\n"),
        Kind::Matcher => format!("[entities.contact.match]\nmatcher = \"{name}\"\n"),
    }
}

/// What stands in the column `rule` of the fields that it may decide.
fn of_cell(name: &RuleName, kind: Kind) -> String {
    match kind {
        Kind::Resolver => name.to_string(),
        Kind::Mapper | Kind::Matcher => String::new(),
    }
}

/// What an interpreter needs beyond what a rule may use up by default.
fn limits(language: Language) -> &'static str {
    match language {
        Language::Python => {
            "\n\
             # A component of Python has the whole interpreter in it.\n\
             [limits]\n\
             component-mib = 64\n\
             memory-mib = 256\n\
             table-elements = 100000\n\
             instances = 64\n"
        }
        _ => "",
    }
}

fn rule(kind: Kind, language: Language) -> &'static str {
    match (language, kind) {
        (Language::Rust, Kind::Resolver) => include_str!("../templates/rust/resolver.rs"),
        (Language::Rust, Kind::Mapper) => include_str!("../templates/rust/mapper.rs"),
        (Language::Rust, Kind::Matcher) => include_str!("../templates/rust/matcher.rs"),
        (Language::JavaScript, Kind::Resolver) => {
            include_str!("../templates/javascript/resolver.js")
        }
        (Language::JavaScript, Kind::Mapper) => include_str!("../templates/javascript/mapper.js"),
        (Language::JavaScript, Kind::Matcher) => include_str!("../templates/javascript/matcher.js"),
        (Language::TypeScript, Kind::Resolver) => {
            include_str!("../templates/typescript/resolver.ts")
        }
        (Language::TypeScript, Kind::Mapper) => include_str!("../templates/typescript/mapper.ts"),
        (Language::TypeScript, Kind::Matcher) => include_str!("../templates/typescript/matcher.ts"),
        (Language::Python, Kind::Resolver) => include_str!("../templates/python/resolver.py"),
        (Language::Python, Kind::Mapper) => include_str!("../templates/python/mapper.py"),
        (Language::Python, Kind::Matcher) => include_str!("../templates/python/matcher.py"),
    }
}

/// A test that runs without WebAssembly, where a file of its own holds it.
fn test(kind: Kind, language: Language) -> Option<(&'static str, &'static str)> {
    match (language, kind) {
        (Language::JavaScript, Kind::Resolver) => Some((
            "rule.test.js",
            include_str!("../templates/javascript/resolver.test.js"),
        )),
        (Language::Python, Kind::Resolver) => Some((
            "test_rule.py",
            include_str!("../templates/python/test_resolver.py"),
        )),
        _ => None,
    }
}

fn tests_say(kind: Kind, language: Language) -> String {
    let has_tests = language == Language::Rust || test(kind, language).is_some();
    match has_tests {
        true => format!(
            "Its tests run without WebAssembly and without any system: `{}`.\n\n",
            words(language).test
        ),
        false => String::new(),
    }
}

fn decides(kind: Kind) -> &'static str {
    match kind {
        Kind::Resolver => {
            "It keeps what a person wrote over what an automation wrote. Where that does not decide, \
             the newest wins; where the times are equal (within the treaty's clock tolerance) or \
             missing, a person is asked."
        }
        Kind::Mapper => {
            "It copies each field to and from the system's own field that the field table names, and \
             reads e-mail addresses in small letters. A system keeps its own way of writing one."
        }
        Kind::Matcher => {
            "Two records are the same where their e-mail addresses are, whatever their letters' size."
        }
    }
}

fn in_a_treaty(kind: Kind) -> &'static str {
    match kind {
        Kind::Resolver => "and its name in the column `rule` of the fields that it is to decide",
        Kind::Mapper => "and its name as the `mapper` of an entity",
        Kind::Matcher => "and its name as the `matcher` of an entity",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_filled_and_has_what_a_build_reads() {
        let name: RuleName = "keep-newest".parse().expect("a name");
        for kind in [Kind::Resolver, Kind::Mapper, Kind::Matcher] {
            for language in [
                Language::Rust,
                Language::JavaScript,
                Language::TypeScript,
                Language::Python,
            ] {
                let template = Template::of(&name, kind, language);
                let mut paths: Vec<_> = template.files.iter().map(|file| &file.path).collect();
                for file in &template.files {
                    assert!(
                        !file.text.contains("{{"),
                        "{language} {kind}: {}",
                        file.path
                    );
                }
                for needed in [FILE, template.rule, "treaty/wit/0.1.0/worlds.wit"] {
                    assert!(paths.iter().any(|path| *path == needed), "{needed}");
                }
                let count = paths.len();
                paths.sort();
                paths.dedup();
                assert_eq!(paths.len(), count, "a file is listed twice");
            }
        }
    }

    #[test]
    fn the_sdk_in_rust_depends_on_what_the_workspace_does() {
        let ours: toml::Table =
            toml::from_str(include_str!("../../../Cargo.toml")).expect("a manifest");
        let theirs: toml::Table =
            toml::from_str(include_str!("../templates/rust/sdk.toml")).expect("a manifest");
        let wanted: toml::Table =
            toml::from_str(include_str!("../../../plugins/sdk/Cargo.toml")).expect("a manifest");
        let given = theirs["dependencies"].as_table().expect("a table");
        let names = |table: &toml::Table| table.keys().cloned().collect::<Vec<_>>();
        let wanted = wanted["dependencies"].as_table().expect("a table");
        assert_eq!(names(given), names(wanted));
        for (name, dependency) in given {
            assert_eq!(
                dependency, &ours["workspace"]["dependencies"][name],
                "{name}"
            );
        }
    }
}
