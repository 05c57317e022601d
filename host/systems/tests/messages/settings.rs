//! Settings that cannot work, whatever the connector.

use treaty_systems::check_settings;

use crate::told::Told;
use crate::{Path, settings};

#[test]
fn settings_that_cannot_work() {
    let mut told = Told::default();
    let folder = Some(Path::new("crm"));
    let url = Some("postgresql://localhost/crm");
    let mut check = |situation: &str, kind: &str, path, url, options: &[(&str, &str)]| {
        let checked = check_settings(kind, &settings(path, url, options));
        told.failed(situation, checked);
    };
    check("an unknown connector", "excel", folder, None, &[]);
    check("a folder without a path", "csv", None, url, &[]);
    check("a file without a path", "sqlite", None, url, &[]);
    check("a server without an address", "postgres", folder, None, &[]);
    check("an unknown option", "csv", folder, None, &[("colour", "1")]);
    check(
        "a value that an option does not take",
        "csv",
        folder,
        None,
        &[("delimiter", "colon")],
    );
    insta::assert_snapshot!(told.text());
}
