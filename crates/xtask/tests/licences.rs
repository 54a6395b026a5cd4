//! The licences of what the program is made of.

use nixpod_xtask::licences::{Allowed, check, refused};
use nixpod_xtask::root;

fn allowed() -> Allowed {
    let text = "[licenses]\nallow = [ \"MIT\", \"Apache-2.0\" ]\n[[licenses.exceptions]]\ncrate = \"odd\"\nallow = [ \"MPL-2.0\" ]\n\
         [sources]\nallow-registry = [ \"https://good\" ]";
    Allowed::read(text).expect("a good text")
}

#[test]
fn what_the_expression_asks_for() {
    let allowed = allowed();
    for yes in [
        "MIT",
        "MIT/GPL-3.0",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-3.0) AND Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(allowed.licence(yes), "{yes}");
    }
    for no in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT OR",
        "(MIT",
        "MIT)",
        "MIT MIT",
        "WITH MIT",
        "GPL-3.0 OR (MIT AND BSD)",
    ] {
        assert!(!allowed.licence(no), "{no}");
    }
}

#[test]
fn what_is_refused_is_named() {
    let metadata = r#"{ "packages": [
        { "name": "own", "version": "1.0.0", "license": "MIT", "source": null },
        { "name": "good", "version": "1.0.0", "license": "MIT", "source": "registry+https://good" },
        { "name": "bad", "version": "1.0.0", "license": "MIT", "source": "git+https://good" },
        { "name": "worse", "version": "2.0.0", "license": "GPL-3.0", "source": "registry+https://bad" },
        { "name": "odd", "version": "1.0.0", "license": "MPL-2.0", "source": "registry+https://good" },
        { "name": "other", "version": "1.0.0", "license": "MPL-2.0", "source": "registry+https://good" },
        { "name": "none", "version": "3.0.0", "license": null, "source": "registry+https://good" } ] }"#;
    let (count, refused) = refused(metadata, &allowed()).expect("packages");
    assert_eq!(count, 7);
    assert_eq!(
        refused,
        [
            "bad 1.0.0: from git+https://good",
            "worse 2.0.0: licence `GPL-3.0`",
            "worse 2.0.0: from registry+https://bad",
            "other 1.0.0: licence `MPL-2.0`",
            "none 3.0.0: no licence",
        ]
    );
}

/// What was built on this machine is allowed. Packages for other systems may not be here; CI asks for all.
#[test]
fn what_is_built_here() {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let said = check(&root(), &["--offline", "--filter-platform", &platform]);
    let said = said.expect("all is allowed");
    assert!(said.contains("packages have licences"), "{said}");
}
