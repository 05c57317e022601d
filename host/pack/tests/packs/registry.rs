//! Packs to and from registries: a real one, and ones that lie. What is told of a
//! lie stands in `registry.txt`; after a change that is meant:
//!
//! ```text
//! TREATY_BLESS=1 cargo test -p treaty-pack --test packs registry
//! ```

mod lies;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use treaty_model::Digest;
use treaty_pack::{
    Credentials, Pack, PackLimits, PackReference, RegistryError, RegistryOptions, SecretKey,
    keygen, pull, push, read_archive, resolve, save, sign, verify, versions,
};
use treaty_registry_server::{PASSWORD, RegistryServer, USER};

use crate::forge::{self, Forge};
use crate::lying::{Answer, Asked, Body, Lying, honest};

fn sound() -> Pack {
    read_archive(&forge::archive(), &PackLimits::default()).expect("it is sound")
}

fn reference(text: &str) -> PackReference {
    text.parse().expect("a reference")
}

fn options() -> RegistryOptions {
    RegistryOptions {
        time_max: Duration::from_secs(60),
        ..RegistryOptions::default()
    }
}

/// What a person is told.
fn told(error: &RegistryError) -> String {
    format!("{error}\n  hint: {}\n", error.hint())
}

#[tokio::test]
async fn a_pack_comes_back_from_a_real_registry_as_it_went() {
    let server = RegistryServer::start().expect("a registry");
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("pack");
    save(&sound(), &file).expect("it is written");
    let public = keygen(&place.path().join("key"), None).expect("a key");
    let secret = SecretKey::read(&place.path().join("key"), None).expect("a key");
    let signed = sign(&file, &secret, &PackLimits::default()).expect("it is signed");
    let to = reference(&format!("{}/acme/b2b-base", server.address()));

    let digest = push(&signed, &to, &options()).await.expect("it is sent");
    assert_eq!(digest, signed.digest());
    // What is there already is there once more.
    push(&signed, &to, &options())
        .await
        .expect("it is sent again");

    let tag = reference(&format!("{to}:2.1.0"));
    assert_eq!(
        resolve(&tag, &options()).await.expect("it is there"),
        digest
    );
    for from in [tag.clone(), to.at(digest)] {
        let pack = pull(&from, &options()).await.expect("it comes back");
        assert_eq!(pack.digest(), digest);
        assert_eq!(
            verify(&pack, std::slice::from_ref(&public)),
            Ok(public.id())
        );
        let again = place.path().join("again");
        save(&pack, &again).expect("it is written");
        assert!(fs::read(&again).expect("a file") == fs::read(&file).expect("a file"));
    }
    let nowhere = pull(&reference(&format!("{to}:3.0.0")), &options()).await;
    assert!(matches!(nowhere, Err(RegistryError::NotThere { .. })));
    let unsaid = pull(&to, &options()).await;
    assert!(matches!(unsaid, Err(RegistryError::Unsaid { .. })));
    let other = push(&signed, &to.at(Digest::of(b"other")), &options()).await;
    assert!(matches!(other, Err(RegistryError::OtherDigest { .. })));
}

/// A tag is what somebody last said it is; a digest is one thing.
#[tokio::test]
async fn a_tag_moves_and_a_digest_does_not() {
    let server = RegistryServer::start().expect("a registry");
    let tag = reference(&format!("{}/acme/b2b-base:latest", server.address()));
    let first = sound();
    push(&first, &tag, &options()).await.expect("it is sent");
    let mut other = Forge::of(&forge::archive());
    other.replace("README.md", b"# Another\n");
    let second = read_archive(&other.bytes(), &PackLimits::default()).expect("it is sound");
    push(&second, &tag, &options()).await.expect("it is sent");
    let now = pull(&tag, &options()).await.expect("it comes");
    assert_eq!(now.digest(), second.digest());
    let old = pull(&tag.at(first.digest()), &options())
        .await
        .expect("it comes");
    assert_eq!(old.digest(), first.digest());
    assert!(old.signatures().is_empty());
}

#[tokio::test]
async fn a_registry_that_asks_who_we_are_is_told() {
    let server = RegistryServer::start_with_login().expect("a registry");
    let to = reference(&format!("{}/acme/b2b-base:2.1.0", server.address()));
    let with = |password: &str| RegistryOptions {
        credentials: Credentials::User {
            name: USER.into(),
            password: password.into(),
        },
        ..options()
    };
    for wrong in [options(), with("a guess")] {
        let error = push(&sound(), &to, &wrong).await.expect_err("it is closed");
        assert!(
            matches!(error, RegistryError::NotAllowed { status: 401, .. }),
            "{error}"
        );
    }
    push(&sound(), &to, &with(PASSWORD))
        .await
        .expect("it is sent");
    let error = pull(&to, &options()).await.expect_err("it is closed");
    assert!(
        matches!(error, RegistryError::NotAllowed { status: 401, .. }),
        "{error}"
    );
    let pack = pull(&to, &with(PASSWORD)).await.expect("it comes");
    assert_eq!(pack.digest(), sound().digest());
}

#[tokio::test]
async fn every_lie_of_a_registry_is_told() {
    let archive = forge::archive();
    let mut text = String::new();
    for (name, lie) in lies::lies() {
        let archive = archive.clone();
        let registry = Lying::start(move |asked| lie(asked, honest(&archive, asked)));
        let from = reference(&format!("{}/acme/b2b-base:1", registry.address));
        let options = RegistryOptions {
            credentials: Credentials::User {
                name: "anna".into(),
                password: "hunter2".into(),
            },
            ..options()
        };
        let error = match pull(&from, &options).await {
            Ok(_) => panic!("{name}: believed"),
            Err(error) => error,
        };
        let said = told(&error).replace(&registry.address.to_string(), "localhost");
        let _ = write!(text, "{name}\n  {said}");
        for asked in registry.asked() {
            assert_eq!(asked.authorization, None, "{name}: nobody has asked for it");
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registry.txt");
    if std::env::var_os("TREATY_BLESS").is_some() {
        fs::write(&file, &text).expect("it is written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(text == expected, "expected:\n{expected}\nfound:\n{text}");
}

/// A registry that answers to every request for tags as it is told, from the tag that
/// came last.
fn with_tags(answer: impl Fn(Option<&str>) -> Answer + Send + Sync + 'static) -> Lying {
    Lying::start(move |asked| match asked.path.split_once("tags/list") {
        Some((_, query)) => answer(query.strip_prefix("?last=")),
        None => Answer::ok(b"{}"),
    })
}

#[tokio::test]
async fn the_versions_of_a_repository_are_its_tags_on_all_pages() {
    let registry = with_tags(|last| match last {
        None => Answer::ok(br#"{"tags":["2.10.0","latest","2.9.0"]}"#).header("link", "<more>"),
        Some("2.9.0") => Answer::ok(br#"{"tags":["1.0.0","sha256-00.minisig"]}"#),
        Some(other) => panic!("{other}"),
    });
    let of = reference(&format!("{}/acme/b2b-base", registry.address));
    let found = versions(&of, &options()).await.expect("it answers");
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["1.0.0", "2.9.0", "2.10.0"]);
}

#[tokio::test]
async fn a_list_of_versions_that_lies_is_told() {
    let check = async |registry: Lying, expected: &str| {
        let of = reference(&format!("{}/acme/b2b-base", registry.address));
        let error = versions(&of, &options()).await.expect_err("it is refused");
        assert!(told(&error).contains(expected), "{}", told(&error));
    };
    let page = |bytes: &[u8]| Answer::ok(bytes);
    let endless = move |_: Option<&str>| page(br#"{"tags":["1.0.0"]}"#).header("link", "<more>");
    check(with_tags(endless), "its tags").await;
    check(with_tags(|_| Answer::with(200, Body::Endless)), "its tags").await;
    check(with_tags(move |_| page(b"[1]")), "it is no list of tags").await;
    let elsewhere = |_: Option<&str>| Answer::to(307, "http://elsewhere.example/");
    check(with_tags(elsewhere), "elsewhere.example").await;
    // A repository that is not there has no versions.
    let nothing = with_tags(|_| Answer::status(404));
    let of = reference(&format!("{}/acme/b2b-base", nothing.address));
    assert_eq!(versions(&of, &options()).await.expect("it answers"), []);
}

#[tokio::test]
async fn what_has_another_digest_than_was_asked_for_is_refused() {
    let archive = forge::archive();
    let wanted = Digest::of(b"another pack");
    let registry = Lying::start(move |asked| {
        let path = asked.path.replace(&wanted.to_string(), "1");
        honest(
            &archive,
            &Asked {
                path,
                ..asked.clone()
            },
        )
    });
    let from = reference(&format!("{}/acme/b2b-base@{wanted}", registry.address));
    let error = pull(&from, &options()).await.expect_err("it is another");
    assert_eq!(
        error.to_string(),
        format!("{from}: asked for {wanted}, there is {}", sound().digest())
    );
}

#[tokio::test]
async fn a_registry_that_says_nothing_is_not_waited_for() {
    let registry = Lying::start(|_| Answer::with(200, Body::Silence));
    let from = reference(&format!("{}/acme/b2b-base:1", registry.address));
    let silence_max = Duration::from_millis(100);
    let impatient = RegistryOptions {
        silence_max,
        ..options()
    };
    let error = pull(&from, &impatient).await.expect_err("it says nothing");
    assert!(
        matches!(error, RegistryError::Unreachable { .. }),
        "{error}"
    );
    let time_max = Duration::from_millis(100);
    let short = RegistryOptions {
        time_max,
        ..options()
    };
    let error = pull(&from, &short).await.expect_err("it takes too long");
    assert!(
        error
            .to_string()
            .ends_with("the registry has not done it in 0.1 s"),
        "{error}"
    );

    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = nobody.local_addr().expect("an address");
    drop(nobody);
    let from = reference(&format!("{address}/acme/b2b-base:1"));
    let error = pull(&from, &options()).await.expect_err("nobody is there");
    assert!(
        error.to_string().contains("the registry cannot be reached"),
        "{error}"
    );
}

/// Large registries keep content elsewhere. It is fetched there, but who we are is
/// told to the registry alone.
#[tokio::test]
async fn content_may_be_elsewhere_and_the_password_is_not() {
    let archive = forge::archive();
    let kept = archive.clone();
    let store = Lying::start(move |asked| honest(&kept, asked));
    let place = format!("http://{}", store.address);
    let registry = Lying::start(move |asked| match (&asked.authorization, &asked.path) {
        (None, _) => Answer::status(401).header("www-authenticate", "Basic realm=\"x\""),
        (_, path) if path.contains("/blobs/") => Answer::to(307, &format!("{place}{path}")),
        _ => honest(&archive, asked),
    });
    let from = reference(&format!("{}/acme/b2b-base:1", registry.address));
    let credentials = Credentials::User {
        name: "anna".into(),
        password: "hunter2".into(),
    };
    let known = RegistryOptions {
        credentials,
        ..options()
    };
    let pack = pull(&from, &known).await.expect("it comes");
    assert_eq!(pack.digest(), sound().digest());
    assert!(!store.asked().is_empty());
    assert!(
        store
            .asked()
            .iter()
            .all(|asked| asked.authorization.is_none())
    );
}

#[tokio::test]
async fn a_token_is_asked_for_where_the_registry_says() {
    let archive = forge::archive();
    let tokens = Lying::start(|asked| match asked.authorization.as_deref() {
        Some("Basic YW5uYTpodW50ZXIy") => Answer::ok(b"{\"token\":\"abc\",\"expires_in\":60}"),
        _ => Answer::status(401),
    });
    let realm = format!(
        "Bearer realm=\"http://{}/token\",service=\"r\"",
        tokens.address
    );
    let registry = Lying::start(move |asked| match asked.authorization.as_deref() {
        Some("Bearer abc") => honest(&archive, asked),
        _ => Answer::status(401).header("www-authenticate", &realm),
    });
    let from = reference(&format!("{}/acme/b2b-base:1", registry.address));
    let credentials = Credentials::User {
        name: "anna".into(),
        password: "hunter2".into(),
    };
    let known = RegistryOptions {
        credentials,
        ..options()
    };
    pull(&from, &known).await.expect("it comes");
    let asked = tokens.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].path,
        "/token?scope=repository%3Aacme%2Fb2b-base%3Apull&service=r"
    );
    let error = pull(&from, &options()).await.expect_err("nobody gets none");
    assert!(
        matches!(error, RegistryError::NotAllowed { status: 401, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_pack_is_sent_to_nobody_else() {
    let thief = Lying::start(|_| Answer::status(201));
    let place = format!("http://{}/steal", thief.address);
    let registry = Lying::start(move |asked| match asked.method.as_str() {
        "POST" => Answer::to(202, &place),
        "HEAD" => Answer::status(404),
        _ => Answer::ok(b"{}"),
    });
    let to = reference(&format!("{}/acme/b2b-base:1", registry.address));
    let error = push(&sound(), &to, &options())
        .await
        .expect_err("it is sent elsewhere");
    assert!(
        error
            .to_string()
            .ends_with("a pack is sent to the registry itself only"),
        "{error}"
    );
    assert!(thief.asked().is_empty());

    let forgetful = Lying::start(|asked| match asked.method.as_str() {
        "HEAD" => Answer::status(200),
        "PUT" => Answer::status(201).header("docker-content-digest", "sha256:0"),
        _ => Answer::ok(b"{}"),
    });
    let to = reference(&format!("{}/acme/b2b-base:1", forgetful.address));
    let error = push(&sound(), &to, &options())
        .await
        .expect_err("it took something else");
    assert!(
        error.to_string().ends_with("it has taken something else"),
        "{error}"
    );
}
