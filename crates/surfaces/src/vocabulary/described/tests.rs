use super::{Values, described_options, offered_capabilities, unit_keys, values_of_key};
use crate::surface::tables;
use nixpod_model::Surface;

/// What is described is read, and of what is read only options of forks and of no release are not described.
#[test]
fn what_is_described_is_what_is_read() {
    let mut problems = Vec::new();
    for table in tables() {
        let described = described_options(table.surface);
        for option in described {
            let first = option.path().next().unwrap_or_default();
            if !table.options.contains(&first) && first != "quadletConfig" {
                problems.push(format!("{:?}: {first} is not read", table.surface));
            }
        }
        let is_described = |name: &&str| described.iter().any(|option| option.name == *name);
        let missing = table.options.iter().filter(|name| !is_described(name));
        if !described.is_empty() {
            problems.extend(missing.map(|name| format!("{:?}: {name} is not described", table.surface)));
        }
    }
    let expected = expect_test::expect![[r#"
        OciContainers: extraConfig is not described
        QuadletNix: imageFile is not described
        QuadletNix: imageStream is not described
        QuadletNix: uid is not described
        QuadletNix: extraConfig is not described"#]];
    expected.assert_eq(&problems.join("\n"));
}

#[test]
fn words_are_short_and_sorted() {
    let capabilities: Vec<_> = offered_capabilities().map(|one| one.word).collect();
    assert!(capabilities.is_sorted());
    for surface in [
        Surface::Nspawn,
        Surface::OciContainers,
        Surface::HomeManagerPodman,
        Surface::QuadletNix,
    ] {
        for option in described_options(surface) {
            assert!(option.words.len() < 140, "{}", option.words);
        }
    }
}

#[test]
fn keys_offer_what_they_take() {
    assert!(
        unit_keys("Container")
            .iter()
            .any(|key| key.word == "AppArmor" && key.since.as_deref() == Some("5.8"))
    );
    assert_eq!(unit_keys("Nothing"), []);
    assert_eq!(values_of_key("Container", "AddCapability"), Values::Capabilities);
    assert_eq!(values_of_key("Container", "Image"), Values::Nothing);
    let Values::Words(words) = values_of_key("Container", "ReadOnly") else {
        panic!("a switch has values");
    };
    assert_eq!(
        words.iter().map(|one| one.word).collect::<Vec<_>>(),
        ["true", "false"]
    );
}
