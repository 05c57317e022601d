//! Certificates and keys in files, and the authorities of the machine.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::SystemError;
use crate::open::Options;

/// The authorities in a file.
pub(super) fn of_file(options: &Options<'_>, path: &str) -> Result<RootCertStore, SystemError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(options, "sslrootcert", path)? {
        let added = roots.add(certificate);
        added.map_err(|error| unusable(options, "sslrootcert", path, &error.to_string()))?;
    }
    Ok(roots)
}

/// The authorities that the machine trusts.
pub(super) fn of_machine(options: &Options<'_>) -> Result<RootCertStore, SystemError> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::debug!(%error, "some of the machine's authorities cannot be read");
    }
    let mut roots = RootCertStore::empty();
    // Old ones among them that cannot be read are usual.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(options.wrong(
            "the machine names no authorities that it trusts (on Debian and Ubuntu: apt-get \
             install ca-certificates); or name a file as sslrootcert in its url",
        ));
    }
    Ok(roots)
}

/// The certificates in a file.
pub(super) fn certificates(
    options: &Options<'_>,
    word: &str,
    path: &str,
) -> Result<Vec<CertificateDer<'static>>, SystemError> {
    let file = absolute(options, word, path)?;
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let read: Vec<_> = read.map_err(|error| unreadable(options, word, path, error))?;
    if read.is_empty() {
        return Err(unusable(
            options,
            word,
            path,
            "it holds no certificate in PEM form",
        ));
    }
    Ok(read)
}

/// The private key in a file.
pub(super) fn key(
    options: &Options<'_>,
    path: &str,
) -> Result<PrivateKeyDer<'static>, SystemError> {
    let file = absolute(options, "sslkey", path)?;
    PrivateKeyDer::from_pem_file(file).map_err(|error| match error {
        pem::Error::NoItemsFound => unusable(
            options,
            "sslkey",
            path,
            "it holds no key in PEM form without a passphrase",
        ),
        error => unreadable(options, "sslkey", path, error),
    })
}

/// A path of an address: an address may come from anywhere, so there is no
/// folder that a relative one could start from.
fn absolute<'a>(options: &Options<'_>, word: &str, path: &'a str) -> Result<&'a Path, SystemError> {
    let path = Path::new(path);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(options.wrong(format!("{word} in its url must be an absolute path")))
}

fn unreadable(options: &Options<'_>, word: &str, path: &str, error: pem::Error) -> SystemError {
    match error {
        pem::Error::Io(error) => unusable(options, word, path, &error.to_string()),
        error => {
            let why = format!("it is not in PEM form ({error})");
            unusable(options, word, path, &why)
        }
    }
}

fn unusable(options: &Options<'_>, word: &str, path: &str, why: &str) -> SystemError {
    options.wrong(format!("{word} in its url, {path}, cannot be used: {why}"))
}
