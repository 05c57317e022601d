//! The tool whose scheme our signatures are of.

use std::fs;
use std::path::Path;
use std::process::Command;

use treaty_pack::verify;

use crate::forge::Forge;
use crate::signatures::Place;

/// Nobody has to believe us: the tool whose scheme it is checks the same bytes,
/// and what it signs is taken here.
#[test]
fn minisign_itself_agrees() {
    let place = Place::new();
    let (secret, public) = place.key("owner.key");
    let pack = place.sign(&secret);
    let manifest = place.path("manifest.json");
    // As it is had from the file with any tool that reads archives.
    let archive = Forge::of(&fs::read(&place.pack).expect("the file"));
    let bytes = archive.blob(&pack.digest().to_string());
    assert!(bytes == pack.manifest());
    fs::write(&manifest, bytes).expect("a file");
    let signature = place.path("manifest.json.minisig");
    fs::write(&signature, pack.signatures()[0].as_str()).expect("a file");
    let line = public.to_string();
    let verified = minisign(&manifest, &["-V", "-P", &line, "-m"]);
    assert!(
        verified.contains("Signature and comment signature verified"),
        "{verified}"
    );
    assert!(
        verified.contains(&format!("treaty pack b2b-base 2.1.0 {}", pack.digest())),
        "{verified}"
    );

    let comment = format!("treaty pack b2b-base 2.1.0 {}", pack.digest());
    fs::remove_file(&signature).expect("it goes");
    let key = place.path("owner.key").display().to_string();
    // With a key that has no password it asks for none.
    minisign(&manifest, &["-S", "-W", "-s", &key, "-t", &comment, "-m"]);
    let text = fs::read_to_string(&signature).expect("it was signed");
    let pack = pack.with_signature(text.parse().expect("it is a signature"));
    let pack = pack.expect("there is room");
    assert_eq!(
        verify(&pack, std::slice::from_ref(&public)),
        Ok(public.id())
    );
}

fn minisign(file: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("minisign");
    let output = command.args(arguments).arg(file).output();
    let hint = "minisign is not installed; on Debian and Ubuntu: apt-get install minisign";
    let output = output.unwrap_or_else(|error| panic!("{hint} ({error})"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "minisign {arguments:?}: {said}{wrong}"
    );
    said
}
