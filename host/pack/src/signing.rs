//! Signatures: who says that a pack is theirs.
//!
//! The scheme is minisign's (Ed25519). What is signed are the bytes of the pack's
//! manifest, which names everything else by its digest; the comment that is
//! signed with them names the pack.

use std::fmt;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use minisign::SignatureBox;

use crate::build::write;
use crate::{OpenError, Pack, PackLimits, open};

pub(crate) mod artifact;
mod key;

pub use key::{KeyError, KeyId, PublicKey, SecretKey, keygen};

/// How many keys may sign one pack.
pub(crate) const SIGNATURES_MAX: usize = 16;
/// The longest text of a signature. Ours have about 400 bytes.
pub(crate) const SIGNATURE_BYTES_MAX: u64 = 4096;

/// A signature, as minisign writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    text: String,
    key: KeyId,
    comment: String,
}

/// Why a text is no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no signature of minisign: {0}")]
pub struct NoSignature(String);

/// Why a pack is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Too many keys have signed it.
    #[error("{} has {SIGNATURES_MAX} signatures already", .file.display())]
    TooMany {
        /// The pack.
        file: PathBuf,
    },
    /// The signed file cannot be written.
    #[error("{} cannot be written: {source}", .file.display())]
    Write {
        /// The pack.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The machine has no random numbers.
    #[error("a signature cannot be made: {0}")]
    Sign(String),
}

/// Why a pack is not trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Nobody is trusted.
    #[error("{pack} cannot be trusted: no key is")]
    NobodyTrusted {
        /// Name and version of the pack.
        pack: String,
    },
    /// It has no signature.
    #[error("{pack} is not signed")]
    Unsigned {
        /// Name and version of the pack.
        pack: String,
    },
    /// Only keys that are not trusted have signed it.
    #[error(
        "{pack} is signed by {}, and trusted are {}",
        list(keys),
        list(trusted)
    )]
    UnknownKey {
        /// Name and version of the pack.
        pack: String,
        /// Who signed it.
        keys: Vec<KeyId>,
        /// Who is trusted.
        trusted: Vec<KeyId>,
    },
    /// A signature is of something else.
    #[error("the signature by {key} on {pack} is of something else: {comment}")]
    OfAnother {
        /// Name and version of the pack.
        pack: String,
        /// Whose it is said to be.
        key: KeyId,
        /// What it says that it is of.
        comment: String,
    },
    /// A signature is not what its key makes of the pack.
    #[error("the signature by {key} on {pack} is false: pack or signature were altered")]
    Altered {
        /// Name and version of the pack.
        pack: String,
        /// Whose it is said to be.
        key: KeyId,
    },
}

fn list(keys: &[KeyId]) -> String {
    let keys: Vec<_> = keys.iter().map(KeyId::to_string).collect();
    keys.join(", ")
}

impl SignError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open(error) => error.hint(),
            Self::TooMany { .. } => "build it again, and have it signed by fewer",
            Self::Write { .. } => "the file is as it was; make room or ask for the right to write",
            Self::Sign(_) => "try again",
        }
    }
}

impl VerifyError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NobodyTrusted { .. } => "name the keys that you trust in treaty.toml",
            Self::Unsigned { .. } => "have it signed by a key that you trust: treaty pack sign",
            Self::UnknownKey { .. } => {
                "do not use it; or, if you have the key from its owner, trust the key"
            }
            Self::OfAnother { .. } | Self::Altered { .. } => {
                "do not use it; fetch it again from its owner"
            }
        }
    }
}

/// Signs the pack in a file, in place. The same key signs once: a signature of
/// it that is there already is replaced.
///
/// # Errors
/// A file that is no pack, or cannot be written.
pub fn sign(file: &Path, key: &SecretKey, limits: &PackLimits) -> Result<Pack, SignError> {
    let pack = open(file, limits)?;
    let signature = pack.signature_by(key)?;
    let too_many = || SignError::TooMany {
        file: file.to_owned(),
    };
    let signed = pack.with_signature(signature).ok_or_else(too_many)?;
    write(&signed, file).map_err(|source| SignError::Write {
        file: file.to_owned(),
        source,
    })?;
    Ok(signed)
}

/// Checks that a trusted key has signed this very pack, and says which.
///
/// A signature under the name of a trusted key has to be sound, also where
/// another one is; those of strangers count for nothing.
///
/// # Errors
/// A pack that no trusted key has signed, or one with a false signature.
pub fn verify(pack: &Pack, trusted: &[PublicKey]) -> Result<KeyId, VerifyError> {
    let name = pack.label();
    if trusted.is_empty() {
        return Err(VerifyError::NobodyTrusted { pack: name });
    }
    if pack.signatures().is_empty() {
        return Err(VerifyError::Unsigned { pack: name });
    }
    let mut found = None;
    for signature in pack.signatures() {
        // Two keys may bear one number, by chance or by somebody's will.
        let keys = trusted.iter().filter(|key| key.id() == signature.key);
        let mut keys = keys.peekable();
        if keys.peek().is_none() {
            continue;
        }
        if !keys.any(|key| signature.is_of(pack.manifest(), key)) {
            return Err(false_signature(pack, signature));
        }
        // It is of these bytes, so of this digest; the comment must not say
        // something else to whoever reads it with another tool.
        if signature.comment != pack.comment() {
            return Err(false_signature(pack, signature));
        }
        found = found.or(Some(signature.key));
    }
    found.ok_or_else(|| VerifyError::UnknownKey {
        pack: name,
        keys: pack.signatures().iter().map(|by| by.key).collect(),
        trusted: trusted.iter().map(PublicKey::id).collect(),
    })
}

fn false_signature(pack: &Pack, signature: &Signature) -> VerifyError {
    let (key, name) = (signature.key, pack.label());
    if signature.comment == pack.comment() {
        return VerifyError::Altered { pack: name, key };
    }
    VerifyError::OfAnother {
        pack: name,
        key,
        comment: signature.comment.clone(),
    }
}

impl Pack {
    /// Name and version, for people.
    pub fn label(&self) -> String {
        let settings = self.settings();
        format!("{} {}", settings.name, settings.version)
    }

    /// What is signed beside the manifest.
    fn comment(&self) -> String {
        format!("treaty pack {} {}", self.label(), self.digest())
    }

    /// A signature of this pack.
    fn signature_by(&self, key: &SecretKey) -> Result<Signature, SignError> {
        let text = key.sign(self.manifest(), &self.comment());
        let text = text.map_err(|error| SignError::Sign(error.to_string()))?;
        text.parse()
            .map_err(|NoSignature(message)| SignError::Sign(message))
    }
}

impl Signature {
    /// The key that is said to have made it.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// What it says that it is of.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The text, as a file for minisign.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn is_of(&self, bytes: &[u8], key: &PublicKey) -> bool {
        let signature = SignatureBox::from_string(&self.text);
        signature.is_ok_and(|signature| {
            let bytes = Cursor::new(bytes);
            minisign::verify(key.inner(), &signature, bytes, true, false, false).is_ok()
        })
    }
}

/// The letters of 64 bytes, and of 74, in base64.
const GLOBAL_LETTERS: usize = 88;
const SIGNATURE_LETTERS: usize = 100;

impl FromStr for Signature {
    type Err = NoSignature;

    /// Reads the four lines of a signature, which say nothing true yet.
    fn from_str(text: &str) -> Result<Self, NoSignature> {
        let wrong = |message: &str| NoSignature(message.to_owned());
        if text.len() as u64 > SIGNATURE_BYTES_MAX {
            return Err(wrong("it is too long"));
        }
        let lines: Vec<_> = text.lines().collect();
        let [_, signature, _, global] = lines.as_slice() else {
            return Err(wrong("it has not four lines"));
        };
        // The library takes it for granted that these are whole.
        if signature.len() != SIGNATURE_LETTERS || global.len() != GLOBAL_LETTERS {
            return Err(wrong("a line is cut off"));
        }
        let read = SignatureBox::from_string(text).map_err(|error| wrong(&error.to_string()))?;
        if !read.is_prehashed() {
            return Err(wrong(
                "it is of the kind that minisign made before version 0.11",
            ));
        }
        let comment = read.trusted_comment();
        let comment = comment.map_err(|error| wrong(&error.to_string()))?;
        if comment.contains(char::is_control) {
            return Err(wrong("its comment is no text"));
        }
        Ok(Self {
            text: text.to_owned(),
            key: KeyId::of(read.keynum()),
            comment,
        })
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}: {}", self.key, self.comment)
    }
}
