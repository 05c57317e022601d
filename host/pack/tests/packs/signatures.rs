//! Who says that a pack is theirs; and that nobody else can.

use std::fs;
use std::path::PathBuf;

use treaty_pack::{
    KeyError, Pack, PackLimits, PublicKey, SecretKey, Signature, VerifyError, keygen, open,
    read_archive, sign, verify,
};

use crate::forge::{self, Forge, digest};

fn limits() -> PackLimits {
    PackLimits::default()
}

/// A folder with the sound pack and keys.
pub struct Place {
    folder: tempfile::TempDir,
    pub pack: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pack = folder.path().join("b2b-base.treaty-pack");
        fs::write(&pack, forge::archive()).expect("it is written");
        Self { folder, pack }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn key(&self, name: &str) -> (SecretKey, PublicKey) {
        let file = self.path(name);
        let public = keygen(&file, None).expect("a key is made");
        let secret = SecretKey::read(&file, None).expect("it is read");
        (secret, public)
    }

    pub fn sign(&self, key: &SecretKey) -> Pack {
        sign(&self.pack, key, &limits()).expect("it is signed")
    }

    pub fn open(&self) -> Pack {
        open(&self.pack, &limits()).expect("it is opened")
    }
}

/// What a person is told.
fn told(result: Result<treaty_pack::KeyId, VerifyError>) -> String {
    let error = result.expect_err("it is not trusted");
    format!("{error}\nhint: {}", error.hint())
}

#[test]
fn a_pack_is_trusted_by_the_key_of_its_owner() {
    let place = Place::new();
    let (secret, public) = place.key("owner.key");
    let (_, stranger) = place.key("stranger.key");
    let unsigned = place.open();
    assert_eq!(
        told(verify(&unsigned, std::slice::from_ref(&public))),
        "b2b-base 2.1.0 is not signed\n\
         hint: have it signed by a key that you trust: treaty pack sign"
    );
    let signed = place.sign(&secret);
    assert_eq!(
        signed.digest(),
        unsigned.digest(),
        "a signature is no content"
    );
    let pack = place.open();
    let trusted = [stranger.clone(), public.clone()];
    assert_eq!(verify(&pack, &trusted), Ok(public.id()));
    assert_eq!(
        told(verify(&pack, &[])),
        "b2b-base 2.1.0 cannot be trusted: no key is\n\
         hint: name the keys that you trust in treaty.toml"
    );
    assert_eq!(
        told(verify(&pack, std::slice::from_ref(&stranger))),
        format!(
            "b2b-base 2.1.0 is signed by {}, and trusted are {}\n\
             hint: do not use it; or, if you have the key from its owner, trust the key",
            public.id(),
            stranger.id()
        )
    );
    // In treaty.toml a key is one line.
    let line = public.to_string();
    assert!(line.starts_with("RW") && line.len() == 56, "{line}");
    assert_eq!(line.parse::<PublicKey>().expect("a key"), public);
}

#[test]
fn several_keys_may_sign_and_each_does_once() {
    let place = Place::new();
    let (first, first_public) = place.key("1.key");
    let (second, second_public) = place.key("2.key");
    place.sign(&first);
    place.sign(&second);
    let pack = place.sign(&first);
    assert_eq!(pack.signatures().len(), 2);
    let pack = place.open();
    for public in [first_public, second_public] {
        assert_eq!(
            verify(&pack, std::slice::from_ref(&public)),
            Ok(public.id())
        );
    }
    for count in 2..16 {
        place.sign(&place.key(&format!("more-{count}.key")).0);
    }
    let before = fs::read(&place.pack).expect("the file");
    let error = sign(&place.pack, &place.key("17.key").0, &limits()).expect_err("too many");
    assert!(
        error.to_string().ends_with("has 16 signatures already"),
        "{error}"
    );
    assert!(fs::read(&place.pack).expect("the file") == before);
}

/// Content that is changed, with every digest put right, is another pack: the
/// signature that came with the old one is of that one.
#[test]
fn a_pack_that_is_altered_is_not_trusted() {
    let place = Place::new();
    let (secret, public) = place.key("owner.key");
    let signed = place.sign(&secret);
    let signature = signed.signatures()[0].clone();

    let mut altered = Forge::of(&forge::archive());
    altered.replace("contact.csv", b"field,type,owner\nemail,e-mail,crm\n");
    let altered = read_archive(&altered.bytes(), &limits()).expect("it is a pack");
    let altered = altered
        .with_signature(signature.clone())
        .expect("there is room");
    assert_eq!(
        told(verify(&altered, std::slice::from_ref(&public))),
        format!(
            "the signature by {} on b2b-base 2.1.0 is of something else: \
             treaty pack b2b-base 2.1.0 {}\n\
             hint: do not use it; fetch it again from its owner",
            public.id(),
            signed.digest()
        )
    );

    // Also where somebody has written another digest into the comment.
    let text = signature.as_str();
    let old = signed.digest().to_string();
    let lying: Signature = text
        .replace(&old, &altered.digest().to_string())
        .parse()
        .expect("it looks like one");
    let lying = altered.with_signature(lying).expect("there is room");
    assert_eq!(
        told(verify(&lying, std::slice::from_ref(&public))),
        format!(
            "the signature by {} on b2b-base 2.1.0 is false: pack or signature were altered\n\
             hint: do not use it; fetch it again from its owner",
            public.id()
        )
    );

    // The right signature, whose comment says something else.
    let comment: Signature = text
        .replace("2.1.0", "2.2.0")
        .parse()
        .expect("it looks like one");
    let comment = place.open().with_signature(comment).expect("there is room");
    assert!(matches!(
        verify(&comment, std::slice::from_ref(&public)),
        Err(VerifyError::OfAnother { .. })
    ));
}

#[test]
fn a_false_signature_counts_also_where_a_sound_one_is() {
    let place = Place::new();
    let (secret, public) = place.key("1.key");
    let (other, other_public) = place.key("2.key");
    place.sign(&secret);
    let signed = place.sign(&other);
    let sound = |key: &PublicKey| {
        let found = signed.signatures().iter().find(|by| by.key() == key.id());
        found.expect("it signed").as_str().to_owned()
    };
    let text = sound(&other_public);
    let lines: Vec<_> = text.lines().collect();
    let swapped = sound(&public);
    let global = swapped.lines().nth(3).expect("four lines");
    let false_one = format!("{}\n{}\n{}\n{global}\n", lines[0], lines[1], lines[2]);
    let pack = signed
        .clone()
        .with_signature(false_one.parse().expect("it looks like one"));
    let pack = pack.expect("there is room");
    let trusted = [public.clone(), other_public];
    assert!(matches!(
        verify(&pack, &trusted),
        Err(VerifyError::Altered { .. })
    ));
    assert_eq!(
        verify(&pack, std::slice::from_ref(&public)),
        Ok(public.id())
    );
}

#[test]
fn signatures_in_an_archive_that_lie_are_refused() {
    let place = Place::new();
    let (secret, _) = place.key("owner.key");
    place.sign(&secret);
    let sound = Forge::of(&fs::read(&place.pack).expect("the file"));
    assert!(read_archive(&sound.bytes(), &limits()).is_ok());
    let index = sound.index();
    let old = digest(&index["manifests"][1]).to_owned();
    let text = String::from_utf8(sound.blob(&old).to_vec()).expect("text");
    let check = |from: &str, to: &str, expected: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        let mut forge = sound.clone();
        let edited = text.replacen(from, to, 1);
        forge.remove(&forge::blob_name(&old));
        let new = forge.add_blob(edited.as_bytes());
        let size = |text: &str| format!("\"digest\":\"{text}\",\"size\":");
        forge.edit_index(
            &format!("{}{}", size(&old), text.len()),
            &format!("{}{}", size(&new), edited.len()),
        );
        let refusal = read_archive(&forge.bytes(), &limits()).expect_err("it lies");
        assert!(refusal.to_string().starts_with(expected), "{refusal}");
    };
    let pack = digest(&index["manifests"][0]);
    let other = treaty_model::Digest::of(b"other").to_string();
    check(
        pack,
        &other,
        "its signatures are of another pack: sha256:d9298a10",
    );
    check(
        ".minisig",
        ".sig",
        "the manifest of the signatures is not written",
    );
    check(
        "signatures.v1",
        "signatures.v2",
        "the artifact of the signatures is of the media type",
    );
    check("+minisign", "+pgp", "a signature is of the media type");
    check(
        "empty.v1+json",
        "empty.v2+json",
        "the manifest of the signatures is not written",
    );

    let mut bytes = sound.bytes();
    for at in (0..bytes.len()).step_by(3) {
        bytes[at] ^= 4;
        assert!(
            read_archive(&bytes, &limits()).is_err(),
            "the byte {at} was changed"
        );
        bytes[at] ^= 4;
    }
}

/// The library takes the length of some parts for granted.
#[test]
fn a_text_that_is_no_signature_is_refused() {
    let place = Place::new();
    let (secret, _) = place.key("owner.key");
    let signed = place.sign(&secret);
    let text = signed.signatures()[0].as_str();
    let lines: Vec<_> = text.lines().collect();
    let check = |text: &str, expected: &str| {
        let error = text
            .parse::<Signature>()
            .expect_err("it is none")
            .to_string();
        let start = "it is no signature of minisign: ";
        assert_eq!(error.strip_prefix(start), Some(expected), "{error}");
    };
    check("", "it has not four lines");
    check(&text.repeat(20), "it is too long");
    check(
        &format!("{}\n{}\n{}\nAAAA\n", lines[0], lines[1], lines[2]),
        "a line is cut off",
    );
    check(
        &format!("{}\nAAAA\n{}\n{}\n", lines[0], lines[2], lines[3]),
        "a line is cut off",
    );
    let bell = text.replace("treaty pack", "treaty\u{7}pack");
    check(&bell, "its comment is no text");
    for at in 0..text.len() {
        // Cut off and changed anywhere: refused, or a signature that is false.
        drop(text[..at].parse::<Signature>());
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        drop(String::from_utf8(bytes).expect("text").parse::<Signature>());
    }
}

#[test]
fn a_secret_key_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let file = place.path("protected.key");
    let public = keygen(&file, Some("correct horse")).expect("a key is made");
    let mode = fs::metadata(&file).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let check = |password: Option<&str>, expected: &str| {
        let error = SecretKey::read(&file, password).expect_err("it stays closed");
        assert!(error.to_string().starts_with(expected), "{error}");
    };
    check(None, "the key in ");
    check(Some("wrong"), "the password is not that of the key in ");
    let secret = SecretKey::read(&file, Some("correct horse")).expect("it opens");
    assert_eq!(secret.public().expect("its other half"), public);
    let pack = place.sign(&secret);
    assert_eq!(
        verify(&pack, std::slice::from_ref(&public)),
        Ok(public.id())
    );
    assert!(!format!("{secret:?}").contains("RW"), "{secret:?}");

    let error = keygen(&file, None).expect_err("it is there already");
    assert!(
        matches!(
            error,
            KeyError::File {
                done: "written",
                ..
            }
        ),
        "{error}"
    );
    fs::write(place.path("none"), "no key\n").expect("a file");
    let none = SecretKey::read(&place.path("none"), Some("x"));
    assert!(matches!(none, Err(KeyError::NoSecretKey { .. })));
    assert!("RWnothing".parse::<PublicKey>().is_err());
}
