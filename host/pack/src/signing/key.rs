//! Keys: a secret one in a file, a public one as a line of text.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use minisign::{KeyPair, SecretKeyBox};

/// The number that a key goes by. It is not secret, and proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u64);

/// A key that signs.
pub struct SecretKey {
    inner: minisign::SecretKey,
}

/// A key that signatures are checked with: one line, as minisign has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    inner: minisign::PublicKey,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or written.
    #[error("{} cannot be {done}: {source}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What was to be done with it.
        done: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A file holds no key.
    #[error("{} holds no secret key of minisign", .file.display())]
    NoSecretKey {
        /// The file.
        file: PathBuf,
    },
    /// The key is protected, and no password was given.
    #[error("the key in {} is protected by a password", .file.display())]
    NoPassword {
        /// The file.
        file: PathBuf,
    },
    /// It is another password.
    #[error("the password is not that of the key in {}", .file.display())]
    WrongPassword {
        /// The file.
        file: PathBuf,
    },
    /// A line is no key.
    #[error("{0:?} is no public key of minisign")]
    NoPublicKey(String),
    /// The machine cannot make one.
    #[error("a key cannot be made: {0}")]
    Make(String),
}

impl KeyError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "a key is never written over; name a file that you may use",
            Self::NoSecretKey { .. } => "make one: treaty pack keygen, or minisign -G",
            Self::NoPassword { .. } | Self::WrongPassword { .. } => {
                "put the password into the environment variable that the command names"
            }
            Self::NoPublicKey(_) => "it is the second line of the .pub file, and begins with RW",
            Self::Make(_) => "try again",
        }
    }
}

/// Makes a new pair of keys and writes the secret one into a file of its own,
/// which nobody else may read.
///
/// # Errors
/// A file that is there already, or cannot be written.
pub fn keygen(file: &Path, password: Option<&str>) -> Result<PublicKey, KeyError> {
    let made = match password {
        Some(password) => KeyPair::generate_encrypted_keypair(Some(password.to_owned())),
        None => KeyPair::generate_unencrypted_keypair(),
    };
    let pair = made.map_err(|error| KeyError::Make(error.to_string()))?;
    let text = pair.sk.to_box(Some("treaty pack secret key"));
    let text = text.map_err(|error| KeyError::Make(error.to_string()))?;
    write_private(file, &text.to_string()).map_err(|source| KeyError::File {
        file: file.to_owned(),
        done: "written",
        source,
    })?;
    Ok(PublicKey { inner: pair.pk })
}

fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

impl SecretKey {
    /// Reads a key that [`keygen`] or minisign wrote.
    ///
    /// # Errors
    /// A file without one, or one that wants another password.
    pub fn read(file: &Path, password: Option<&str>) -> Result<Self, KeyError> {
        let named = || file.to_owned();
        let text = fs::read_to_string(file).map_err(|source| KeyError::File {
            file: named(),
            done: "read",
            source,
        })?;
        let text = SecretKeyBox::from_string(&text);
        let text = text.map_err(|_| KeyError::NoSecretKey { file: named() })?;
        if let Ok(inner) = text.clone().into_unencrypted_secret_key() {
            return Ok(Self { inner });
        }
        let lines = text.to_string();
        if !lines
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with(PROTECTED))
        {
            return Err(KeyError::NoSecretKey { file: named() });
        }
        // Without a password the library would ask the terminal.
        let password = password.ok_or_else(|| KeyError::NoPassword { file: named() })?;
        let inner = text.into_secret_key(Some(password.to_owned()));
        let inner = inner.map_err(|_| KeyError::WrongPassword { file: named() })?;
        Ok(Self { inner })
    }

    /// The key that its signatures are checked with.
    ///
    /// # Errors
    /// A key that is damaged.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        let inner = minisign::PublicKey::from_secret_key(&self.inner);
        let inner = inner.map_err(|error| KeyError::Make(error.to_string()))?;
        Ok(PublicKey { inner })
    }

    pub(super) fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, minisign::PError> {
        let said = Some("signature of a treaty pack's manifest");
        let signature = minisign::sign(None, &self.inner, bytes, Some(comment), said)?;
        Ok(signature.into_string())
    }
}

/// How the line of a secret key begins that scrypt protects: `EdScB2` in base64.
const PROTECTED: &str = "RWRTY0Iy";

impl fmt::Debug for SecretKey {
    /// Says nothing that is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret key {}", KeyId::of(self.inner.keynum()))
    }
}

impl PublicKey {
    /// The number that it goes by.
    pub fn id(&self) -> KeyId {
        KeyId::of(self.inner.keynum())
    }

    pub(super) fn inner(&self) -> &minisign::PublicKey {
        &self.inner
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let line = text.trim();
        let inner = minisign::PublicKey::from_base64(line);
        let inner = inner.map_err(|_| KeyError::NoPublicKey(line.to_owned()))?;
        Ok(Self { inner })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.to_base64())
    }
}

impl KeyId {
    /// The number, as the format keeps it: eight bytes, the lowest first.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut number = [0; 8];
        number.copy_from_slice(bytes);
        Self(u64::from_le_bytes(number))
    }
}

impl fmt::Display for KeyId {
    /// As minisign prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}
