//! Addresses at which no session is opened.

use std::net::TcpListener;

use super::{Database, SERVER, at};
use crate::Path;
use crate::told::Told;

/// The path of a file with this content.
fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("it is written");
    path.display().to_string()
}

#[tokio::test]
async fn addresses_that_cannot_work() {
    let mut told = Told::default();
    let folder = tempfile::tempdir().expect("a folder is made");
    told.hide(folder.path().display(), "<folder>");
    let file = |name: &str, content: &str| file(folder.path(), name, content);
    let empty = file("empty.crt", "");
    let broken = file(
        "broken.crt",
        "-----BEGIN CERTIFICATE-----\n$\n-----END CERTIFICATE-----\n",
    );
    let signed = || rcgen::generate_simple_self_signed(Vec::new()).expect("it is signed");
    let one = file("one.crt", &signed().cert.pem());
    let two = file("two.key", &signed().signing_key.serialize_pem());
    for (situation, words) in [
        ("an unknown sslmode", "sslmode=verify"),
        (
            "an authority that would decide nothing",
            "sslrootcert=/root.crt",
        ),
        ("an authority that is not named", "sslmode=verify-ca"),
        (
            "authorities that sign anything",
            "sslmode=verify-ca&sslrootcert=system",
        ),
        (
            "a path that begins nowhere",
            "sslmode=verify-full&sslrootcert=root.crt",
        ),
        (
            "a file that is not there",
            "sslmode=verify-full&sslrootcert=/nowhere/root.crt",
        ),
        (
            "a file without a certificate",
            &format!("sslmode=verify-full&sslrootcert={empty}"),
        ),
        (
            "a file with a broken one",
            &format!("sslmode=verify-full&sslrootcert={broken}"),
        ),
        (
            "a certificate without its key",
            &format!("sslmode=require&sslcert={one}"),
        ),
        (
            "a file without a key",
            &format!("sslmode=require&sslcert={one}&sslkey={empty}"),
        ),
        (
            "the key of another",
            &format!("sslmode=require&sslcert={one}&sslkey={two}"),
        ),
    ] {
        let url = format!("postgresql://anna:secret@localhost/crm?{words}");
        told.failed(situation, at(&url, &[]).await);
    }
    told.failed(
        "no address",
        at("postgresql//anna:secret@localhost/crm", &[]).await,
    );
    let soon = [("lock-timeout-ms", "soon")];
    let soon = at("postgresql://anna:secret@localhost/crm", &soon).await;
    told.failed("an option that takes a number", soon);
    insta::assert_snapshot!(told.text());
}

#[tokio::test]
async fn servers_that_let_nobody_in() {
    let mut told = Told::default();
    let database = Database::new("", &[]).await;
    database.told(&mut told);
    let port = SERVER.port();
    told.hide(format!("127.0.0.1:{port}"), "<server>");
    told.hide(database.name.clone(), "<database>");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let free = free.expect("a free port");
    told.hide(free, "<nobody>");
    let nobody = at(&format!("postgresql://anna:secret@{free}/crm"), &[]).await;
    told.failed("a port at which nobody listens", nobody);
    let password = database.url.replace("for-tests-only", "wrong");
    told.failed("a wrong password", at(&password, &[]).await);
    let other = SERVER.url("nothing");
    told.failed("a database that is not there", at(&other, &[]).await);
    let plain = format!("{}?sslmode=require", database.url);
    told.failed("a server without TLS", at(&plain, &[]).await);
    SERVER
        .execute(
            "postgres",
            &format!("ALTER DATABASE {} CONNECTION LIMIT 0", database.name),
        )
        .expect("it is set");
    database.run("CREATE ROLE crowd LOGIN PASSWORD 'secret'");
    let crowd = database
        .url
        .replace("postgres:for-tests-only", "crowd:secret");
    told.failed(
        "a server that takes no more sessions",
        at(&crowd, &[]).await,
    );
    let slots = at(&database.url, &[("slots", "Treaty")]).await;
    told.failed("slots that cannot be called so", slots);
    insta::assert_snapshot!(told.text());
}
