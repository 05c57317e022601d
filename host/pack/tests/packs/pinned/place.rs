//! A treaty folder with packs beside it, and packs to be edited.

use std::fs;
use std::path::PathBuf;

use treaty_folder::{Known, KnownConnector, Location, TreatyFolder};
use treaty_pack::{
    Pack, PackLimits, SecretKey, install, keygen, read_folder, read_treaty, save, sign,
};

pub const TABLE: &str = "field,type,owner,rule,crm,desk\n\
    email,email,shared,decide,Email,mail\n\
    city,city,crm,,City,town\n";

/// A pack's folder as it is edited: its name, its version, what else stands in
/// `pack.toml`, and its field table.
pub struct Draft<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub more: &'a str,
    pub table: &'a str,
    pub cases: &'a str,
}

pub const CASES: &str = "entity = \"contact\"\n[[case]]\nname = \"one\"\nbase = 7\n";

pub const RULES: &str = "[rules.decide]\ncomponent = \"shipped:resolve-standard\"\n\
    [rules.decide.configuration]\nprefer = [\"crm\"]\nlist = { max = 3 }\n";

pub const BASE: Draft<'_> = Draft {
    name: "base",
    version: "2.1.0",
    more: RULES,
    table: TABLE,
    cases: CASES,
};

pub const OVERLAY: Draft<'_> = Draft {
    name: "acme",
    version: "1.0.0",
    more: "",
    table: "field,type,owner,rule,crm,desk\ncity,city,desk,,City,town\n",
    cases: CASES,
};

pub const EXTENDS: &str = "extends = \"base@2\"\n";

/// A treaty folder, and beside it packs and keys.
pub struct Place {
    pub folder: tempfile::TempDir,
    key: String,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = keygen(&folder.path().join("our.key"), None).expect("a key is made");
        let place = Self {
            folder,
            key: key.to_string(),
        };
        fs::create_dir_all(place.root().join("data")).expect("a folder");
        place
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("treaty")
    }

    /// Writes a treaty that uses these packs and takes its table from the last.
    pub fn write(&self, uses: &[(&str, &str)], more: &str) {
        let key = &self.key;
        let last = uses.last().expect("a pack").0;
        let mut text = format!("[treaty]\nname = \"t\"\n[packs]\nkeys = [\"{key}\"]\n");
        for (name, version) in uses {
            text += &format!("[packs.use.{name}]\nversion = \"{version}\"\n");
        }
        for system in ["crm", "desk"] {
            text += &format!("[systems.{system}]\nconnector = \"csv\"\npath = \"data\"\n");
        }
        text += &format!("[entities.contact]\ntable = \"pack:{last}\"\n");
        for system in ["crm", "desk"] {
            text += &format!("[entities.contact.systems.{system}]\nsource = \"{system}.csv\"\n");
        }
        fs::write(self.root().join("treaty.toml"), text + more).expect("it is written");
    }

    pub fn edit(&self, before: &str, after: &str) {
        let file = self.root().join("treaty.toml");
        let text = fs::read_to_string(&file).expect("a treaty");
        assert!(text.contains(before), "{before} is not in {text}");
        fs::write(file, text.replace(before, after)).expect("it is written");
    }

    /// A pack as a file, signed by the key of that name.
    pub fn signed(&self, draft: &Draft<'_>, extends: &str, key: &str) -> (PathBuf, Pack) {
        let pack = pack(draft, extends);
        let file = self
            .folder
            .path()
            .join(format!("{}.treaty-pack", draft.name));
        save(&pack, &file).expect("it is saved");
        let key = SecretKey::read(&self.folder.path().join(key), None).expect("a key");
        let pack = sign(&file, &key, &PackLimits::default()).expect("it is signed");
        (file, pack)
    }

    pub fn ours(&self, draft: &Draft<'_>, extends: &str) -> (PathBuf, Pack) {
        self.signed(draft, extends, "our.key")
    }

    pub fn install(&self, packs: &[(PathBuf, Pack)]) -> Result<(), String> {
        let installed = install(&self.root(), packs, &known());
        installed
            .map(|_| ())
            .map_err(|problems| problems.to_string())
    }

    pub fn read(&self) -> Result<TreatyFolder, String> {
        read_treaty(&self.root(), &known()).map_err(|problems| problems.to_string())
    }

    /// Nothing of a refused pack is left.
    #[track_caller]
    pub fn is_untouched(&self) {
        assert!(!self.root().join("packs").exists(), "a pack was stored");
        assert!(!self.root().join("treaty.lock").exists(), "it was pinned");
    }
}

pub fn known() -> Known {
    let csv = KnownConnector {
        name: "csv".to_owned(),
        location: Location::Path,
        options: Vec::new(),
    };
    Known {
        connectors: vec![csv],
        shipped_rules: ["map-fields", "resolve-standard", "match-people"]
            .map(str::to_owned)
            .into(),
    }
}

pub fn pack(draft: &Draft<'_>, extends: &str) -> Pack {
    let Draft {
        name,
        version,
        more,
        table,
        cases,
    } = draft;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!(
        "[pack]\nname = \"{name}\"\nversion = \"{version}\"\ncontract = \"0.1.0\"\n\
         licence = \"MIT\"\ndescription = \"d\"\ncases = [\"cases\"]\n{extends}\
         {more}[tables]\ncontact = \"contact.csv\"\n"
    );
    fs::create_dir(folder.path().join("cases")).expect("a folder");
    for (file, text) in [
        ("pack.toml", settings.as_str()),
        ("contact.csv", table),
        ("cases/a.toml", cases),
    ] {
        fs::write(folder.path().join(file), text).expect("it is written");
    }
    read_folder(folder.path(), &PackLimits::default()).expect("a pack")
}
