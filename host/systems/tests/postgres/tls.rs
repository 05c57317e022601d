//! Encrypted sessions: what each word of an address does with a real server.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use treaty_model::{Clock, Timestamp};
use treaty_postgres_server::{PostgresServer, Setup};
use treaty_systems::{SystemError, SystemSettings, open};

use crate::connect;

/// Sessions over TCP by TLS only, except to the database `plain`.
const RULES: &str = "local all all trust
hostnossl plain all all scram-sha-256
hostssl strict all all cert
hostssl forgotten all all scram-sha-256
hostssl postgres all all scram-sha-256
";

static TLS: LazyLock<Encrypted> = LazyLock::new(Encrypted::start);

/// A server with a certificate for `localhost`, and the files of its users.
struct Encrypted {
    server: PostgresServer,
    files: tempfile::TempDir,
}

/// A certificate and its key, in PEM form.
struct Signed {
    certificate: String,
    key: String,
}

struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are valid names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key is made");
        let certificate = params.self_signed(&key).expect("it signs itself").pem();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate that is valid in 2026.
    fn sign(&self, common_name: &str, names: &[&str]) -> Signed {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("valid names");
        (params.distinguished_name).push(DnType::CommonName, common_name);
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        let key = KeyPair::generate().expect("a key is made");
        let certificate = params.signed_by(&key, &self.issuer).expect("it is signed");
        Signed {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

impl Encrypted {
    fn start() -> Self {
        let authority = Authority::new("the authority");
        let own = authority.sign("a server", &["localhost"]);
        let client = authority.sign("postgres", &[]);
        let setup = Setup::default()
            .setting("ssl", "on")
            .setting("ssl_ca_file", "root.crt")
            .file("root.crt", &authority.certificate)
            .file("server.crt", &own.certificate)
            .file("server.key", &own.key)
            .file("pg_hba.conf", RULES);
        let server = PostgresServer::start_with(&setup).expect("a server starts");
        for database in ["plain", "strict"] {
            server.create_database(database).expect("it is made");
        }
        let files = tempfile::tempdir().expect("a folder");
        for (name, content) in [
            ("root.crt", &authority.certificate),
            (
                "other.crt",
                &Authority::new("another authority").certificate,
            ),
            ("client.crt", &client.certificate),
            ("client.key", &client.key),
            ("empty.crt", &String::new()),
        ] {
            std::fs::write(files.path().join(name), content).expect("a file is written");
        }
        Self { server, files }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// The address of a database by the name of its host; `$` in the words stands
    /// for the folder of the files.
    fn url(&self, host: &str, database: &str, words: &str) -> String {
        let folder = self.file("").display().to_string();
        let url = self.server.url(database).replace("127.0.0.1", host);
        format!("{url}?{}", words.replace('$', folder.trim_end_matches('/')))
    }

    /// How a session is encrypted that such an address opens, as the server sees
    /// it.
    async fn opens(&self, host: &str, database: &str, words: &str) -> String {
        let opened = connect(&self.url(host, database, words), &[]).await;
        let _session = opened.unwrap_or_else(|error| panic!("{words}: {error}"));
        let sql = format!(
            "SELECT ssl, coalesce(client_dn, '') FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE datname = '{database}' AND application_name = 'treaty'
             ORDER BY backend_start DESC LIMIT 1"
        );
        let answer = self.server.execute("postgres", &sql);
        answer.expect("it is asked").trim().to_owned()
    }

    /// Why no session is opened.
    async fn fails(&self, host: &str, database: &str, words: &str) -> String {
        let opened = connect(&self.url(host, database, words), &[]).await;
        let error = opened.err().unwrap_or_else(|| panic!("{words} opens"));
        let message = error.to_string();
        assert!(!message.contains("for-tests-only"), "{message}");
        let message = message.replace(&self.server.port().to_string(), "PORT");
        message.replace(&self.files.path().display().to_string(), "FOLDER")
    }
}

#[tokio::test]
async fn sessions_are_encrypted_as_the_address_says() {
    for words in [
        "",
        "sslmode=prefer",
        "sslmode=require",
        "sslmode=require&channel_binding=require",
        "sslmode=require&sslrootcert=$/root.crt",
        "sslmode=verify-ca&sslrootcert=$/root.crt",
    ] {
        // The certificate is for another name, which these do not ask for.
        assert_eq!(
            TLS.opens("127.0.0.1", "postgres", words).await,
            "t|",
            "{words}"
        );
    }
    for words in [
        "sslmode=verify-full&sslrootcert=$/root.crt",
        "sslmode=verify-full&sslrootcert=$/root.crt&channel_binding=require",
    ] {
        assert_eq!(
            TLS.opens("localhost", "postgres", words).await,
            "t|",
            "{words}"
        );
    }
}

#[tokio::test]
async fn another_authority_and_another_name_are_refused() {
    for mode in ["require", "verify-ca", "verify-full"] {
        let words = format!("sslmode={mode}&sslrootcert=$/other.crt");
        assert_eq!(
            TLS.fails("localhost", "postgres", &words).await,
            "cannot reach localhost:PORT/postgres: the server's certificate is signed by none of \
             the authorities in FOLDER/other.crt; name the certificate of its authority as \
             sslrootcert in the address"
        );
    }
    assert_eq!(
        TLS.fails(
            "127.0.0.1",
            "postgres",
            "sslmode=verify-full&sslrootcert=$/root.crt"
        )
        .await,
        "cannot reach 127.0.0.1:PORT/postgres: the server's certificate is for localhost, and not \
         for \"127.0.0.1\""
    );
}

#[tokio::test]
async fn the_authorities_of_the_machine_do_not_count_ours() {
    for words in ["sslmode=verify-full", "sslrootcert=system"] {
        let message = TLS.fails("localhost", "postgres", words).await;
        // A machine may name none at all, which is said instead.
        assert!(message.contains("authorities that "), "{message}");
    }
}

#[tokio::test]
async fn a_certificate_expires_by_the_clock_that_is_handed_in() {
    struct Later;
    impl Clock for Later {
        fn now(&self) -> Timestamp {
            Timestamp::parse("2027-06-01T12:00:00Z").expect("a time")
        }
    }
    let words = "sslmode=verify-full&sslrootcert=$/root.crt";
    let settings = SystemSettings {
        name: "test".into(),
        path: None,
        url: Some(TLS.url("localhost", "postgres", words)),
        options: BTreeMap::new(),
    };
    let error = open("postgres", &settings, Arc::new(Later)).await.err();
    let message = error.expect("it is refused").to_string();
    assert!(
        message.ends_with("the server's certificate has expired"),
        "{message}"
    );
}

#[tokio::test]
async fn a_server_that_insists_says_so() {
    assert_eq!(
        TLS.fails("127.0.0.1", "postgres", "sslmode=disable").await,
        "not allowed to connect to 127.0.0.1:PORT/postgres: no pg_hba.conf entry for host \
         \"127.0.0.1\", user \"postgres\", database \"postgres\", no encryption; the address says \
         sslmode=disable, and this server may insist on TLS: use sslmode=verify-full"
    );
}

#[tokio::test]
async fn prefer_goes_on_without() {
    // This server takes plain sessions only, for one database.
    assert_eq!(TLS.opens("127.0.0.1", "plain", "").await, "f|");
    let refused = TLS.fails("127.0.0.1", "plain", "sslmode=require").await;
    assert!(refused.ends_with("SSL encryption"), "{refused}");
    // This one speaks no TLS,
    let url = |server: &PostgresServer, words| format!("{}?{words}", server.url("postgres"));
    connect(&url(&crate::SERVER, "sslmode=prefer"), &[])
        .await
        .expect("it opens");
    let error = connect(&url(&crate::SERVER, "sslmode=require"), &[])
        .await
        .err();
    let message = error.expect("it is refused").to_string();
    assert!(
        message.contains("the server does not speak TLS; it can be switched on there (ssl = on)"),
        "{message}"
    );
    // and this one only what nobody should.
    let own = Authority::new("the authority").sign("a server", &["localhost"]);
    let setup = Setup::default()
        .setting("ssl", "on")
        .setting("ssl_max_protocol_version", "TLSv1.2")
        .setting("ssl_ciphers", "ECDHE-ECDSA-AES128-SHA")
        .file("server.crt", &own.certificate)
        .file("server.key", &own.key);
    let old = PostgresServer::start_with(&setup).expect("a server starts");
    connect(&url(&old, "sslmode=prefer"), &[])
        .await
        .expect("it opens");
    let error = connect(&url(&old, "sslmode=require"), &[]).await.err();
    let message = error.expect("it is refused").to_string();
    assert!(
        message.contains("the session cannot be encrypted: "),
        "{message}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_not_sent_again_in_plain() {
    let url = TLS
        .url("127.0.0.1", "postgres", "")
        .replace("for-tests-only", "wrong");
    let error = connect(&url, &[]).await.err().expect("it is refused");
    assert!(
        matches!(&error, SystemError::Forbidden { message, .. }
            if message == "password authentication failed for user \"postgres\""),
        "{error}"
    );
}

#[tokio::test]
async fn a_client_shows_its_own_certificate() {
    let words =
        "sslmode=verify-full&sslrootcert=$/root.crt&sslcert=$/client.crt&sslkey=$/client.key";
    assert_eq!(
        TLS.opens("localhost", "strict", words).await,
        "t|/CN=postgres"
    );
    let without = TLS.fails("localhost", "strict", "sslmode=require").await;
    assert!(without.contains("certificate"), "{without}");
}

#[tokio::test]
async fn words_that_cannot_work_are_refused() {
    let check = async |words: &str, expected: &str| {
        let message = TLS.fails("localhost", "postgres", words).await;
        assert_eq!(message, expected);
    };
    check(
        "sslmode=verify",
        "sslmode in its url takes: disable, prefer, require, verify-ca, verify-full",
    )
    .await;
    check(
        "sslrootcert=$/root.crt",
        "its url names an sslrootcert, and sslmode=prefer goes on without any certificate; use \
         sslmode=verify-full",
    )
    .await;
    check(
        "sslmode=verify-ca",
        "sslmode=verify-ca in its url needs sslrootcert, the path of the authority's certificate",
    )
    .await;
    check(
        "sslmode=verify-ca&sslrootcert=system",
        "sslrootcert=system in its url needs sslmode=verify-full: anybody gets a certificate from \
         some authority that the machine trusts",
    )
    .await;
    check(
        "sslmode=verify-full&sslrootcert=root.crt",
        "sslrootcert in its url must be an absolute path",
    )
    .await;
    check(
        "sslmode=verify-full&sslrootcert=$/none.crt",
        "sslrootcert in its url, FOLDER/none.crt, cannot be used: No such file or directory (os \
         error 2)",
    )
    .await;
    check(
        "sslmode=verify-full&sslrootcert=$/empty.crt",
        "sslrootcert in its url, FOLDER/empty.crt, cannot be used: it holds no certificate in PEM \
         form",
    )
    .await;
    check(
        "sslmode=require&sslcert=$/client.crt",
        "sslcert and sslkey in its url go together",
    )
    .await;
    check(
        "sslmode=require&sslcert=$/client.crt&sslkey=$/root.crt",
        "sslkey in its url, FOLDER/root.crt, cannot be used: it holds no key in PEM form without \
         a passphrase",
    )
    .await;
}
