//! What must hold for any text.

#[path = "support/words.rs"]
mod words;

use nixpod_source::{ExprId, TextRange, TextSize};
use nixpod_syntax::{dump, edit, parse, parse_again};
use proptest::prelude::*;
use words::WORDS;

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..40).prop_map(|words| words.concat())
}

/// Expressions that parse, as tokens.
fn tokens() -> impl Strategy<Value = Vec<String>> {
    let one = |text: &str| vec![text.to_owned()];
    let leaf = prop::sample::select(vec![
        "1",
        "a",
        "b",
        "\"s\"",
        "''\n  i\n    j\n''",
        "./p",
        "null",
        "x.y",
        "{ }",
        "\"${a}b\"",
        "<n>",
        "1.5",
    ])
    .prop_map(one);
    let words = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<String>>();
    leaf.prop_recursive(5, 60, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(move |items| {
                [
                    words("["),
                    items
                        .into_iter()
                        .flat_map(|i| [words("("), i, words(")")].concat())
                        .collect(),
                    words("]"),
                ]
                .concat()
            }),
            (inner.clone(), inner.clone(), any::<bool>()).prop_map(move |(a, b, rec)| {
                let head = if rec { "rec { a =" } else { "{ a =" };
                [words(head), a, words("; b . c ="), b, words("; }")].concat()
            }),
            (inner.clone(), inner.clone())
                .prop_map(move |(a, b)| [words("let b ="), a, words("; in"), b].concat()),
            (inner.clone(), inner.clone()).prop_map(move |(a, b)| [
                words("("),
                a,
                words(") + ("),
                b,
                words(")")
            ]
            .concat()),
            (inner.clone(), inner.clone())
                .prop_map(move |(a, b)| [words("with ("), a, words(") ;"), b].concat()),
            (inner.clone(), inner.clone()).prop_map(move |(a, b)| [
                words("{ a , b ? ("),
                a,
                words(") , ... } @ c :"),
                b
            ]
            .concat()),
            inner.prop_map(move |a| [words("a :"), a].concat()),
        ]
    })
}

fn well_formed(text: &str) -> Result<(), TestCaseError> {
    let file = parse(text);
    let fits = |range: TextRange| {
        text.get(usize::from(range.start())..usize::from(range.end()))
            .is_some()
    };
    for index in 0..file.hir.exprs().len() {
        let id = ExprId(index as u32);
        prop_assert!(fits(file.map.range(id)), "{:?}", file.hir.expr(id));
        prop_assert!(fits(file.map.string_range(id, 0, u32::MAX)));
        if let Some(binding) = file.map.binding_range(id) {
            prop_assert!(fits(binding));
        }
    }
    for error in &file.errors {
        prop_assert!(fits(error.range), "{error:?}");
    }
    for item in &file.suppressions.items {
        prop_assert!(fits(item.comment) && fits(item.covers));
    }
    for (offset, _) in text.char_indices() {
        let _found = file.map.expr_at(TextSize::new(offset as u32));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        well_formed(&text)?;
    }

    #[test]
    fn any_words_are_survived(text in soup()) {
        well_formed(&text)?;
    }

    #[test]
    fn edits_survive_any_words(text in soup(), from in 0_u32..80, length in 0_u32..20) {
        let range = TextRange::at(from.into(), length.into());
        for edit in [
            edit::remove_binding(&text, range),
            edit::remove_list_element(&text, range),
            edit::set_binding_value(&text, range, "1"),
            edit::insert_binding(&text, range, "n = 1;", "a"),
            edit::insert_list_element(&text, range, "1"),
            edit::insert_sibling(&text, range, edit::Side::After, "n", "1"),
            edit::insert_sibling(&text, range, edit::Side::Before, "n", "1"),
        ].into_iter().flatten() {
            prop_assert!(text.get(usize::from(edit.range.start())..usize::from(edit.range.end())).is_some());
        }
    }

    #[test]
    fn numbers_from_before_change_no_tree(before in tokens(), after in tokens(), cut in any::<prop::sample::Index>()) {
        let before = before.join(" ");
        let mut texts = vec![after.join(" ")];
        // A part of the old text, and both parts with something between them.
        let at = cut.index(before.len() + 1);
        if let Some((front, back)) = before.split_at_checked(at) {
            texts.push(front.to_owned());
            texts.push(format!("{front} {} {back}", after.join(" ")));
        }
        let mut hir = parse(&before).hir;
        for text in texts {
            let (again, fresh) = (parse_again(&text, &hir), parse(&text));
            prop_assert_eq!(dump(&again.hir), dump(&fresh.hir));
            prop_assert_eq!(&again.errors, &fresh.errors);
            hir = again.hir;
        }
    }

    #[test]
    fn white_space_and_comments_change_nothing(tokens in tokens(), gaps in prop::collection::vec(0_usize..4, 1..20)) {
        let plain = tokens.join(" ");
        let mut spaced = String::new();
        for (index, token) in tokens.iter().enumerate() {
            spaced.push_str(token);
            spaced.push_str([" ", "\n\t", " # c ' \" {\n", " /* * [ */\r\n"][gaps[index % gaps.len()]]);
        }
        let (plain, spaced) = (parse(&plain), parse(&spaced));
        prop_assert_eq!(&plain.errors, &[]);
        prop_assert_eq!(plain.hir, spaced.hir);
    }
}
