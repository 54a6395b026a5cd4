//! The rule pages are those that the rules' documentation gives.

#[test]
fn rule_pages_are_current() {
    let stale = nixpod_xtask::docs::stale(&nixpod_xtask::root());
    assert!(stale.is_empty(), "run `cargo xtask docs`:\n{}", stale.join("\n"));
}

#[test]
fn a_page_has_a_title_a_table_and_its_headings() {
    let pages = nixpod_xtask::docs::pages(&nixpod_xtask::root()).expect("the experiments can be read");
    let page = &pages["docs/rules/privileged-container.md"];
    let outline: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with('#') || line.starts_with("| severity"))
        .collect();
    assert_eq!(
        outline,
        [
            "# privileged-container",
            "| severity | group | default | fix | since |",
            "## What it flags",
            "## Why",
            "## Bad",
            "## Good",
            "## Fix safety",
            "## Proof"
        ]
    );
    for line in pages["docs/rules/README.md"]
        .lines()
        .filter(|line| line.starts_with("| ["))
    {
        let name = line.split(['(', ')']).nth(1).unwrap_or("");
        assert!(pages.contains_key(&format!("docs/rules/{name}")), "{line}");
    }
}
