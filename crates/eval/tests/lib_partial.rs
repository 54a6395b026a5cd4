//! What the native `lib` keeps of values that are partly known, and where it says they come from.

use expect_test::{Expect, expect};
use nixpod_eval::{Evaluator, Limits, NO_SITE, Value, nixlib};
use nixpod_source::{Utf8Path, Why};

/// Evaluates a function of `lib`, `pkgs` (outside), `u` (unknown for some reason) and `input` (outside).
fn evaluate<T>(
    text: &str,
    run: impl FnOnce(&mut Evaluator<'_>, nixpod_eval::EvalResult<nixpod_eval::Tracked>) -> T,
) -> T {
    let text = format!("{{ lib, pkgs, u, input }}: {text}");
    let source = nixpod_fixture::TestSource::memory(&[("/t.nix", &text), ("/secret.key", "x")]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    let pkgs = ev.alloc_unknown(Why::named("pkgs"));
    let u = ev.alloc_unknown(Why::UnsetOption("u".into()));
    let input = ev.alloc_unknown(Why::named("inputs.x"));
    let arguments = ev.attrs_from(vec![("lib", lib), ("pkgs", pkgs), ("u", u), ("input", input)]);
    let arguments = ev.alloc(Value::attrs(arguments), Default::default());
    let file = ev.import(Utf8Path::new("/t.nix")).expect("the file is there");
    let function = ev.force(file).expect("a function");
    let value = ev.apply(&function, arguments, NO_SITE);
    let value = ev.settle(value);
    run(&mut ev, value)
}

fn check(text: &str, expected: Expect) {
    let shown = evaluate(text, |ev, value| match value.and_then(|value| ev.print(&value)) {
        Ok(text) => text
            .replace("option `u` is set nowhere in the analysed files", "u")
            .replace("` comes from outside", "`"),
        Err(error) => format!("error: {}", error.message),
    });
    expected.assert_eq(&shown);
}

#[test]
fn conditions_stay_on_elements_and_attributes() {
    check(
        "lib.optional u.x 1 ++ lib.optionals u.y [ 2 3 ]",
        expect![
            "[ 1 «if option `u.x` is set nowhere in the analysed files» 2 «if option `u.y` is set nowhere in the analysed files» 3 «if option `u.y` is set nowhere in the analysed files» ]"
        ],
    );
    check(
        "lib.optionalAttrs u.x { a = 1; } // { b = 2; }",
        expect!["{ a = 1 «if option `u.x` is set nowhere in the analysed files»; b = 2; }"],
    );
    check(
        "lib.optionalString u.x \"yes\"",
        expect![[r#"«one of: "yes" | ""»"#]],
    );
    check(
        "lib.filterAttrs (n: v: v == u.x || n == \"b\") { a = 1; b = 2; }",
        expect!["{ a = 1 «if option `u.x` is set nowhere in the analysed files»; b = 2; }"],
    );
    check(
        "lib.unique (lib.optional u.x \"a\" ++ [ \"a\" \"b\" ])",
        expect![[r#"[ "a" "b" ]"#]],
    );
    check(
        "lib.flatten [ 1 (lib.optional u.x 2) pkgs.hello ]",
        expect!["[ 1 2 «if option `u.x` is set nowhere in the analysed files» «unknown: `pkgs.hello`» ]"],
    );
    check("lib.imap1 (i: x: i) [ \"a\" \"b\" ]", expect!["[ 1 2 ]"]);
    check(
        "lib.imap1 (i: x: i) ([ 1 ] ++ lib.optional u.x 2 ++ [ 3 ])",
        expect![
            "[ 1 2 «if option `u.x` is set nowhere in the analysed files» «unknown: option `u.x` is set nowhere in the analysed files» ]"
        ],
    );
    check(
        "lib.concatStringsSep \",\" (lib.optional u.x \"a\")",
        expect![[
            r#""${«unknown: option `u.x` is set nowhere in the analysed files»}${«unknown: option `u.x` is set nowhere in the analysed files»}""#
        ]],
    );
}

#[test]
fn sets_over_unknown_names_keep_what_each_entry_is() {
    check(
        "(lib.genAttrs u (n: { privileged = true; })).web",
        expect!["{ privileged = true; }"],
    );
    check(
        "lib.mapAttrsToList (n: v: { inherit n; k = 1; }) u",
        expect![
            "[ { k = 1; n = «unknown: option `u.*` is set nowhere in the analysed files»; } «if u» «unknown elements: u» ]"
        ],
    );
    check(
        "(lib.mapAttrs' (n: v: lib.nameValuePair \"c-${n}\" 1) u).any",
        expect!["1"],
    );
    check("lib.attrNames (lib.filterAttrs (n: v: false) u)", expect!["[ ]"]);
    check(
        "lib.recursiveUpdate { a = { b = 1; c = 2; }; } { a = u; }",
        expect!["{ a = «unknown: u»; }"],
    );
    check(
        "lib.recursiveUpdate { a = u; } { a = { b = 1; }; }",
        expect!["{ a = { b = 1; «unknown keys: u» }; }"],
    );
    check(
        "lib.attrByPath [ \"a\" \"b\" ] 1 { a = u; }",
        expect!["«one of: «unknown: option `u.b` is set nowhere in the analysed files» | 1»"],
    );
    check(
        "lib.mergeAttrsList [ { a = 1; } (lib.optionalAttrs u.x { b = 2; }) ]",
        expect!["{ a = 1; b = 2 «if option `u.x` is set nowhere in the analysed files»; }"],
    );
    check(
        "(lib.genAttrs lib.systems.flakeExposed (s: s)).aarch64-linux",
        expect![[r#""aarch64-linux""#]],
    );
}

#[test]
fn strings_with_holes() {
    check(
        "map (p: lib.hasPrefix p \"/run/${u.x}\") [ \"/run\" \"/etc\" \"/run/a\" ]",
        expect!["[ true false «unknown: option `u.x` is set nowhere in the analysed files» ]"],
    );
    check(
        "map (p: lib.hasSuffix p \"${u.x}.sock\") [ \".sock\" \".key\" ]",
        expect!["[ true false ]"],
    );
    check(
        "[ (lib.hasInfix \"b\" \"abc${u.x}\") (lib.hasInfix \"z\" \"abc${u.x}\") ]",
        expect!["[ true «unknown: option `u.x` is set nowhere in the analysed files» ]"],
    );
    check(
        "lib.removePrefix \"a\" \"ab${u.x}\"",
        expect![[r#""b${«unknown: option `u.x` is set nowhere in the analysed files»}""#]],
    );
    check(
        "lib.splitString \":\" \"/a:${u.x}:/c\"",
        expect![[
            r#"[ "/a" "${«unknown: option `u.x` is set nowhere in the analysed files»}" "/c" «unknown elements: option `u.x` is set nowhere in the analysed files» ]"#
        ]],
    );
    check(
        "lib.splitString \":\" \"${./secret.key}:/c\"",
        expect![[r#"[ "/nix/store/q4zyvsm4m9g20bgrdjacpdk04dy353v4-secret.key" "/c" ]"#]],
    );
    check(
        "lib.escapeShellArgs [ \"--name=${u.x}\" \"a b\" ./secret.key ]",
        expect![[
            r#""'--name=${«unknown: option `u.x` is set nowhere in the analysed files»}' 'a b' /secret.key""#
        ]],
    );
    check(
        "lib.toUpper \"a${u.x}b\"",
        expect![[r#""A${«unknown: option `u.x` is set nowhere in the analysed files»}B""#]],
    );
    check(
        "lib.hasPrefix \"/nix/store\" \"${./secret.key}\"",
        expect!["true"],
    );
}

/// A path that is copied to the store ends with its name, and with nothing else that is known.
#[test]
fn copied_paths_have_names() {
    check(
        "map (suffix: lib.hasSuffix suffix ./dir/web.nix) [ \".nix\" \"-web.nix\" \".md\" \"/web.nix\" ]",
        expect!["[ true true false false ]"],
    );
    check(
        "lib.hasSuffix \"0-web.nix\" ./dir/web.nix",
        expect!["«unknown: `store path of web.nix`»"],
    );
    check(
        "lib.hasSuffix \".nix\" (builtins.path { path = ./dir; name = \"all.nix\"; filter = u.x; })",
        expect!["true"],
    );
    check(
        "lib.hasSuffix \"dir\" (builtins.path { path = ./dir; name = \"all.nix\"; filter = u.x; })",
        expect!["false"],
    );
    check("lib.hasSuffix \"/b.nix\" \"${./dir}/a/b.nix\"", expect!["true"]);
    check(
        "lib.hasSuffix \".nix\" \"${./dir/web.nix}${u.x}\"",
        expect!["«unknown: `store path of web.nix`»"],
    );
    check(
        "lib.removeSuffix \".nix\" ./dir/web.nix",
        expect!["«unknown: `store path of web.nix`»"],
    );
    check(
        "lib.filter (lib.hasSuffix \".nix\") [ ./a.nix ./b.md ]",
        expect!["[ /a.nix ]"],
    );
}

/// What is selected from any of several is selected from each.
#[test]
fn paths_go_on_behind_a_name_that_is_not_known() {
    let platforms = "let platforms = { x = { a.b = 1; }; y = { a.b = 2; c = 3; }; }; in";
    check(
        &format!("{platforms} platforms.${{u.x}}.a.b"),
        expect!["«one of: 1 | 2»"],
    );
    check(
        &format!("{platforms} platforms.${{u.x}}.a.b or 4"),
        expect!["«one of: 1 | 2 | 4»"],
    );
    check(&format!("{platforms} platforms.${{u.x}}.c"), expect!["3"]);
    check(
        &format!("{platforms} platforms.${{u.x}}.d"),
        expect!["error: attribute 'd' missing"],
    );
    check(&format!("{platforms} platforms.${{u.x}}.d or 4"), expect!["4"]);
}

#[test]
fn separators_go_across_pieces() {
    check(
        "lib.splitString \"ab\" \"x${\"a\"}b${\"y\"}${\"zab\"}\"",
        expect![[r#"[ "x" "yz" "" ]"#]],
    );
    check(
        "lib.splitString \"\" \"a${\"b\"}\"",
        expect![[r#"[ "" "a" "b" "" ]"#]],
    );
    check(
        "lib.splitString \", \" \"a, ${u.x}, b${u.y}\"",
        expect![[
            r#"[ "a" "${«unknown: option `u.x` is set nowhere in the analysed files»}" "b${«unknown: option `u.y` is set nowhere in the analysed files»}" «unknown elements: option `u.x` is set nowhere in the analysed files» ]"#
        ]],
    );
}

#[test]
fn packages_are_symbolic() {
    check(
        "lib.getExe pkgs.podman",
        expect![[r#""${«unknown: `pkgs.podman`»}/bin/${«unknown: `pkgs.podman.meta.mainProgram`»}""#]],
    );
    check(
        "lib.getExe' pkgs.podman \"podman-remote\"",
        expect![[r#""${«unknown: `pkgs.podman`»}/bin/podman-remote""#]],
    );
    check(
        "lib.makeBinPath [ pkgs.fuse-overlayfs ]",
        expect![[r#""${«unknown: `pkgs.fuse-overlayfs`»}/bin""#]],
    );
    check(
        "lib.licenses.gpl3Only",
        expect!["«unknown: `lib.licenses.gpl3Only`»"],
    );
    check(
        "with lib; with pkgs; [ hello (optional true 1) ]",
        expect!["[ «unknown: `pkgs.hello`» [ 1 ] ]"],
    );
    check(
        "with pkgs; with lib; [ hello ]",
        expect!["[ «unknown: `pkgs.hello`» ]"],
    );
}

#[test]
fn extending_shows_additions_to_overlays() {
    check(
        "(lib.extend (final: prev: { a = final.b; b = prev.max 1 2; })).a",
        expect!["2"],
    );
    check(
        "let l = lib.extend (final: prev: input.lib); in [ (l.max 1 2) l.hm.dag ]",
        expect!["[ 2 «unknown: `inputs.x.lib.hm.dag`» ]"],
    );
    check(
        "((lib.extend (_: _: { a = 1; })).extend (_: prev: { b = prev.a + 1; })).b",
        expect!["2"],
    );
}

#[test]
fn missing_names_are_unknown_and_counted() {
    let counted = evaluate(
        "[ lib.frobnicate lib.frobnicate lib.strings.frob ]",
        |ev, value| {
            let shown = value.and_then(|value| ev.print(&value)).unwrap_or_default();
            format!("{shown}\n{:?}", ev.missing())
        },
    );
    expect![[r#"
        [ «unknown: `lib.frobnicate` is not modelled» «unknown: `lib.frobnicate` is not modelled» «unknown: `lib.strings.frob` is not modelled» ]
        {"lib.frobnicate": 2, "lib.strings.frob": 1}"#]].assert_eq(&counted);
}

#[test]
fn recursion_over_unknown_directories_and_modules_ends() {
    check(
        "lib.filesystem.listFilesRecursive input",
        expect![[
            r#"[ "${«unknown: `inputs.x`»}/${«unknown: `readDir inputs.x`»}" «if `readDir inputs.x`» «unknown elements: `readDir inputs.x`» ]"#
        ]],
    );
    check(
        "let go = dir: lib.mapAttrs (n: t: if t == \"directory\" then go (dir + \"/${n}\") else n) (builtins.readDir dir); in go input",
        expect!["{ «unknown keys: `readDir inputs.x`» }"],
    );
    check(
        "let go = m: [ m.name ] ++ lib.concatMap go m.imports; in go input",
        expect!["[ «unknown: `inputs.x.name`» «unknown elements: `inputs.x.imports`» ]"],
    );
    check(
        "let go = m: { x = map go m.imports; y = lib.mapAttrs (_: go) m.parts; }; in go input",
        expect![
            "{ x = [ { x = [ { x = «unknown: `inputs.x.imports.*.imports.*.imports`»; y = «unknown: `inputs.x.imports.*.imports.*.parts`»; } «if `inputs.x.imports.*.imports`» «unknown elements: `inputs.x.imports.*.imports`» ]; y = { «unknown keys: `inputs.x.imports.*.parts`» }; } «if `inputs.x.imports`» «unknown elements: `inputs.x.imports`» ]; y = { «unknown keys: `inputs.x.parts`» }; }"
        ],
    );
    check(
        "let go = d: lib.flatten (lib.mapAttrsToList (n: t: if t == \"directory\" then go (d + \"/${n}\") else d + \"/${n}\") (builtins.readDir d)); in go input",
        expect![[
            r#"[ «unknown: `readDir inputs.x/*`» «if `readDir inputs.x.<name>`» "${«unknown: `inputs.x`»}/${«unknown: `readDir inputs.x.*`»}" «if `readDir inputs.x.<name>`» «unknown elements: `readDir inputs.x`» ]"#
        ]],
    );
    check(
        "lib.collect lib.isString input",
        expect![
            "[ «unknown: `inputs.x`» «if `inputs.x`» «unknown: `inputs.x`» «if `inputs.x`» «unknown: `inputs.x`» «if `inputs.x`» «unknown: `inputs.x`» «if `inputs.x`» «unknown elements: `inputs.x`» ]"
        ],
    );
}

/// The trail of the first element of a list, or of the value itself.
fn trail(text: &str) -> String {
    let text = format!("{{ lib, pkgs, u, input }}:\n{text}");
    let source = nixpod_fixture::TestSource::memory(&[("/t.nix", &text)]);
    let mut ev = Evaluator::new(&source, Limits::default());
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    let u = ev.alloc_unknown(Why::UnsetOption("u".into()));
    let arguments = ev.attrs_from(vec![("lib", lib), ("pkgs", u), ("u", u), ("input", u)]);
    let arguments = ev.alloc(Value::attrs(arguments), Default::default());
    let file = ev.import(Utf8Path::new("/t.nix")).expect("the file is there");
    let function = ev.force(file).expect("a function");
    let value = ev.apply(&function, arguments, NO_SITE);
    let value = match ev.settle(value) {
        Ok(value) => value,
        Err(error) => {
            let sites: Vec<_> = error
                .site
                .iter()
                .chain(&error.trace)
                .map(|site| source.show(*site))
                .collect();
            return format!("error: {}\n{}", error.message, sites.join("\n"));
        }
    };
    let (value, conditions) = match &value.value {
        Value::List(list) => match list.elems.first() {
            Some(elem) => (ev.force_or_unknown(elem.thunk), ev.conditions(elem.when)),
            None => (value, Vec::new()),
        },
        _ => (value, Vec::new()),
    };
    let mut lines: Vec<String> = ev
        .trail(value.origin)
        .hops
        .iter()
        .map(|hop| format!("{:?} {}", hop.kind, source.show(hop.place.site)))
        .collect();
    lines.extend(
        conditions
            .iter()
            .map(|(place, _)| format!("if {}", source.show(place.site))),
    );
    lines.join("\n")
}

#[test]
fn trails_pass_through_lib_without_its_insides() {
    expect![[r#"
        Literal /t.nix:2:36 "lit"
        Call /t.nix:2:1 lib.mapAttrsToList (n: v: v) { a = "lit"; }
        Binding /t.nix:2:27 v"#]]
    .assert_eq(&trail("lib.mapAttrsToList (n: v: v) { a = \"lit\"; }"));
    expect!["Literal /t.nix:2:62 key"].assert_eq(&trail(
        "lib.attrNames (lib.mapAttrs' (n: v: lib.nameValuePair n v) { key = 1; })",
    ));
    expect![[r#"
        Literal /t.nix:2:23 "--privileged"
        if /t.nix:2:1 lib.optional u.enable "--privileged""#]]
    .assert_eq(&trail("lib.optional u.enable \"--privileged\""));
    expect![[r#"
        Literal /t.nix:2:39 "x"
        if /t.nix:2:1 lib.optionals u.enable (lib.singleton "x")"#]]
    .assert_eq(&trail("lib.optionals u.enable (lib.singleton \"x\")"));
    expect![[r#"
        Literal /t.nix:2:32 "deep"
        Call /t.nix:2:1 lib.attrByPath [ "a" ] 0 { a = "deep"; }"#]]
    .assert_eq(&trail("lib.attrByPath [ \"a\" ] 0 { a = \"deep\"; }"));
    expect![[r#"
        Literal /t.nix:2:22 "abc"
        Call /t.nix:2:1 lib.removePrefix "a" "abc""#]]
    .assert_eq(&trail("lib.removePrefix \"a\" \"abc\""));
    expect![[r#"Literal /t.nix:2:22 "x,y""#]].assert_eq(&trail("(lib.splitString \",\" \"x,y\")"));
}

#[test]
fn errors_point_at_the_call_into_lib() {
    expect![[r#"
        error: lists.last: list must not be empty!
        /t.nix:2:1 lib.last [ ]
        /t.nix:2:1 lib.last [ ]"#]]
    .assert_eq(&trail("lib.last [ ]"));
    expect![[r#"
        error: expected a list but found an integer: 1
        /t.nix:2:1 lib.concatMapStrings (x: x) 1
        /t.nix:2:1 lib.concatMapStrings (x: x) 1"#]]
    .assert_eq(&trail("lib.concatMapStrings (x: x) 1"));
}

#[test]
fn what_stands_left_of_the_library_stays() {
    check("({ mkMachine = 1; } // lib).mkMachine", expect!["1"]);
    check(
        "({ mkMachine = 1; } // input).mkMachine",
        expect!["«one of: 1 | «unknown: `inputs.x.mkMachine`»»"],
    );
}
