//! The guide to rules (`plugins/README.md`), played as it is written: its blocks one
//! after the other, in an empty folder.
//!
//! A block of `sh` is run, and ends well. A block of `text` is what the commands
//! before it print; `…` stands for anything. A block of `toml` begins with the name of
//! its file, and is written there, at the end of what is there. A block of `rust`
//! stands in a file that is there by then. There are no others.

use treaty_registry_server::RegistryServer;

use crate::Bench;
use crate::author::in_shared_folder;
use crate::bench::Ended;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/README.md");

/// Where the guide says that a registry is.
const REGISTRY: &str = "localhost:5000";
/// What it says in place of the public key, and the file that it keeps the key in.
const KEY: &str = "RW…";
const KEY_FILE: &str = "anna.pub";
/// What stands for anything.
const ANYTHING: char = '…';
/// Where the rule stands that the guide makes.
const RULE: &str = "keep-person/src/lib.rs";

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
struct Block<'a> {
    language: &'a str,
    text: &'a str,
}

/// The fenced blocks of a page, in their order.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut rest = page;
    let mut blocks = Vec::new();
    while let Some((_, fenced)) = rest.split_once("\n```") {
        let (block, after) = fenced.split_once("\n```\n").expect("a block has an end");
        let (language, text) = block.split_once('\n').expect("a block has lines");
        blocks.push(Block { language, text });
        rest = after;
    }
    blocks
}

/// The guide while it is played.
struct Reader {
    bench: Bench,
    registry: RegistryServer,
    /// What the last commands printed.
    printed: String,
}

impl Reader {
    fn new() -> Self {
        Self {
            bench: Bench::new(),
            registry: RegistryServer::start().expect("a registry"),
            printed: String::new(),
        }
    }

    fn play(&mut self, block: &Block<'_>) {
        match block.language {
            "sh" => self.run(block.text),
            "text" => assert!(
                fits(block.text, self.printed.trim_end()),
                "the guide shows\n{}\nand printed was\n{}",
                block.text,
                self.printed
            ),
            "toml" => self.write(block.text),
            "rust" => {
                let (rule, shown) = (self.bench.read(RULE), block.text);
                let stands = at_the_margin(&rule).contains(&at_the_margin(shown));
                assert!(stands, "{RULE} has not\n{shown}");
            }
            _ => panic!("nobody knows what to do with {block:?}"),
        }
    }

    /// Runs a block in a shell that stops at the first command that fails, and tells
    /// which one it was.
    fn run(&mut self, commands: &str) {
        let address = self.registry.address().to_string();
        let mut command = self.bench.program("sh");
        command
            .args(["-e", "-x", "-u", "-c"])
            .arg(commands.replace(REGISTRY, &address));
        let output = in_shared_folder(&mut command).output();
        let ended = Ended::from(output.expect("a shell")).expect(0);
        self.printed = ended.stdout.replace(&address, REGISTRY);
    }

    fn write(&self, block: &str) {
        let (name, text) = block.split_once('\n').expect("a file has lines");
        let name = name.strip_prefix("# ").expect("a file has a name");
        let mut text = text.replace(REGISTRY, &self.registry.address().to_string());
        if text.contains(KEY) {
            text = text.replace(KEY, self.bench.read(KEY_FILE).trim());
        }
        let before = match self.bench.path().join(name).exists() {
            true => self.bench.read(name) + "\n",
            false => String::new(),
        };
        self.bench.write(name, format!("{before}{text}\n"));
    }
}

/// The lines without what they begin with: a part may stand further left than the
/// whole has it.
fn at_the_margin(text: &str) -> String {
    text.lines()
        .map(str::trim_start)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a text is what is shown, where `…` stands for anything.
fn fits(shown: &str, text: &str) -> bool {
    let mut parts = shown.split(ANYTHING);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn the_guide_does_what_it_says() {
    let mut reader = Reader::new();
    let guide = std::fs::read_to_string(GUIDE).expect("the guide is there");
    let blocks = blocks(&guide);
    assert!(blocks.len() > 5, "the guide has blocks: {blocks:?}");
    for block in &blocks {
        reader.play(block);
    }
}

#[test]
fn what_is_shown_fits_what_is_printed_or_not() {
    let check = |shown: &str, printed: &str, expected: bool| {
        assert_eq!(fits(shown, printed), expected, "{shown:?} and {printed:?}");
    };
    check("2 cases", "2 cases", true);
    check("2 cases", "2 cases: 1 failed", false);
    check("…\n2 cases: …", "a.toml\n2 cases: 1 failed", true);
    check(
        "…\n2 cases: …, 0 failed",
        "a.toml\n2 cases: 1 failed",
        false,
    );
    check("is … and … now", "is here and there now", true);
    check("is … and … now", "is here now", false);
}

#[test]
fn blocks_are_found_in_their_order() {
    let page = "# A\n\n```sh\none\ntwo\n```\n\nthen\n\n```text\nthree\n```\n";
    let expected = [("sh", "one\ntwo"), ("text", "three")];
    let expected = expected.map(|(language, text)| Block { language, text });
    assert_eq!(blocks(page), expected);
}
