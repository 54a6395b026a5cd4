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
            "## Severity",
            "## What an attacker types",
            "## Controls",
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

/// A command that an attacker types has at least one word, other than the shell's own, that the experiment has too.
#[test]
fn what_attackers_type_was_tried() {
    let lab = nixpod_xtask::root().join("testdata/lab");
    let read = |folder: &str| -> String {
        let entries = std::fs::read_dir(lab.join(folder)).expect("the lab has this folder");
        let paths = entries.map(|entry| entry.expect("its entries are readable").path());
        paths
            .map(|path| std::fs::read_to_string(path).expect("its files are readable"))
            .collect()
    };
    let (experiments, library) = (read("experiments"), read("lib"));
    for rule in nixpod_rules::ALL {
        let nixpod_analysis::Attack::Typed {
            experiment, command, ..
        } = rule.meta.attack
        else {
            continue;
        };
        let id = format!("id = \"{experiment}\"");
        let (_, rest) = experiments.split_once(&id).expect("the experiment is there");
        let own = rest.split("[[experiment]]").next().unwrap_or(rest);
        let words = command.split_whitespace().filter(|word| word.len() > 4);
        let mut words = words.filter(|word| !word.chars().all(|c| c.is_ascii_uppercase()));
        assert!(
            words.any(|word| own.contains(word) || library.contains(word)),
            "{}: nothing of `{command}` stands in {experiment}",
            rule.meta.id
        );
    }
}
