//! Option types and options as `evalModules` has them when the analysed code calls it: what they accept, what they merge
//! to, and what documentation says of them.

use super::strict::check;
use expect_test::expect;

#[test]
fn lists_of_single_attributes() {
    check(
        r#"[ { options.l = lib.mkOption { type = lib.types.attrListOf lib.types.int; };
               options.s = lib.mkOption { type = lib.types.attrListWith { elemType = lib.types.int; asAttrs = true; }; };
               options.last = lib.mkOption { type = lib.types.attrListWith {
                 elemType = lib.types.int; asAttrs = true; mergeAttrValues = name: lib.last; }; }; }
             { l = [ { a = 1; } (lib.mkBefore { b = 2; }) { off = lib.mkIf false 3; } ]; }
             { l = { c = lib.mkAfter 4; a = lib.mkForce 5; }; }
             { s = [ { x = 1; } { y = 2; } { x = 3; } ]; last = { x = lib.mkOrder 2000 7; }; }
             { last = [ { x = 8; } ]; } ]"#,
        &[
            "config.l",
            "config.s",
            "config.last",
            "options.l.valueMeta.attrList",
            "options.last.valueMeta.attrListValue",
            "options.last.valueMeta.definitions",
            "options.l.type.description",
        ],
        expect![[r#"
            config.l = [ { b = 2; } { a = 5; } { c = 4; } ]
            config.s = { x = [ 1 3 ]; y = [ 2 ]; }
            config.last = { x = 7; }
            options.l.valueMeta.attrList = [ { } { } { } ]
            options.last.valueMeta.attrListValue = [ { x = 8; } { x = 7; } ]
            options.last.valueMeta.definitions = [ { _type = "definition"; file = "<unknown-file>"; value = { _type = "order"; content = { x = 8; }; priority = 1000; }; } { _type = "definition"; file = "<unknown-file>"; value = { _type = "order"; content = { x = 7; }; priority = 2000; }; } ]
            options.l.type.description = "attribute list of signed integer"
        "#]],
    );
}

#[test]
fn elements_with_more_than_one_attribute() {
    check(
        r#"[ { options.l = lib.mkOption { type = lib.types.lazyAttrsOf (lib.types.attrListOf lib.types.int); }; }
             { l.two = [ { a = 1; b = 2; } ]; l.text = [ "x" ]; l.value = [ { a = "x"; } ]; l.none = "x"; l.good = [ ]; } ]"#,
        &[
            "config.l.two",
            "config.l.text",
            "config.l.value",
            "config.l.none",
            "config.l.good",
        ],
        expect![[r#"
            config.l.two = error: A definition for option `l.two' is not of type `attribute list of signed integer'. Each list element must be a single-key attribute set, but got 2 keys.
            - In `<unknown-file>': a set
            config.l.text = error: A definition for option `l.text' is not of type `attribute list of signed integer'. Each list element must be an attribute set, but got string.
            - In `<unknown-file>': "x"
            config.l.value = error: A definition for option `l.value.a' is not of type `signed integer'. Definition values:
            - In `<unknown-file>': "x"
            config.l.none = error: A definition for option `l.none' is not of type `attribute list of signed integer'. Definition values:
            - In `<unknown-file>': "x"
            config.l.good = [ ]
        "#]],
    );
    check(
        "[ { options.l = lib.mkOption { type = lib.types.attrListOf lib.types.int; }; }
           { options.l = lib.mkOption { type = lib.types.attrListOf lib.types.int; }; } ]",
        &["config.l"],
        expect![[r#"
            config.l = error: The option `l' in `<unknown-file>' is already declared in `<unknown-file>'.
        "#]],
    );
}

#[test]
fn types_in_words() {
    check(
        r#"[ { options.t = lib.mkOption { default = with lib.types; map (type: type.description) [
               (attrsOf (submodule { freeformType = attrsOf str; }))
               (submodule ({ lib, ... }: { freeformType = lib.types.listOf lib.types.int; }))
               (submoduleWith { modules = [ ]; description = "a host"; })
               (nullOr (str // { description = "colour"; descriptionClass = "noun"; }))
               (listOf (coercedTo int toString str))
               (either (passwdEntry str) bool)
               (strMatching "a\\.b")
               (oneOf [ (listOf str) int bool ])
               (listOf numbers.positive)
               number
               (ints.between 1 3)
               ints.s8
               pathInStore
               (pathWith { absolute = true; inStore = true; })
               unspecified
               boolByOr
               json
               (attrListOf ints.unsigned)
             ]; }; } ]"#,
        &["config.t"],
        expect![[r#"
            config.t = [ "attribute set of (open submodule of attribute set of string)" "open submodule of list of signed integer" "a host" "null or colour" "list of (string or signed integer convertible to it)" "string, not containing newlines or colons, or boolean" "string matching the pattern a\\.b" "(list of string) or signed integer or boolean" "list of (positive integer or floating point number, meaning >0)" "signed integer or floating point number" "integer between 1 and 3 (both inclusive)" "8 bit signed integer; between -128 and 127 (both inclusive)" "path in the Nix store" "absolute path in the Nix store" "unspecified value" "boolean (merged using or)" "JSON value" "attribute list of (unsigned integer, meaning >=0)" ]
        "#]],
    );
}

#[test]
fn types_check_what_nix_checks() {
    check(
        r#"[ { options.o = lib.mkOption { default = with lib.types; {
               positive = numbers.positive.check 0.0;
               between = (numbers.between 1 2).check 1.5;
               null = [ (json.check null) (toml.check null) (toml.check { a = 1; }) ];
               passwd = map (passwdEntry str).check [ "a b" "a:b" ];
               files = [ (fileset.check lib.fileset.empty) (fileset.check "x") ];
               declaration = optionDeclaration.check (lib.mkOption { });
             }; }; } ]"#,
        &["config.o"],
        expect![[r#"
            config.o = { between = true; declaration = true; files = [ true false ]; null = [ true false true ]; passwd = [ true false ]; positive = false; }
        "#]],
    );
}

#[test]
fn sets_look_at_all_their_definitions() {
    let modules = |set: &str| {
        format!(
            r#"[ {{ options.s = lib.mkOption {{ type = lib.types.{set} lib.types.int; }}; }}
                 {{ s.a = throw "looked at"; s.b = 1; }} ]"#
        )
    };
    check(
        &modules("attrsOf"),
        &["config.s.b"],
        expect![[r#"
        config.s.b = error: looked at
    "#]],
    );
    check(
        &modules("lazyAttrsOf"),
        &["config.s.b"],
        expect![[r#"
        config.s.b = 1
    "#]],
    );
}

#[test]
fn a_default_is_a_definition() {
    check(
        r#"[ { options.a = lib.mkOption { default = 1; };
               options.b = lib.mkOption { default = 1; };
               options.c = lib.mkOption { default = 1; };
               options.l = lib.mkOption { type = lib.types.listOf lib.types.int; default = [ 1 ]; };
               options.s = lib.mkOption { type = lib.types.attrsOf lib.types.int; default = { a = 1; }; }; }
             { a = lib.mkOptionDefault 2; b = lib.mkOverride 2000 2; c = lib.mkDefault 2;
               l = lib.mkOptionDefault [ 2 ]; s = lib.mkOverride 1600 { b = 2; }; } ]"#,
        &["config.a", "config.b", "config.c", "config.l", "config.s"],
        expect![[r#"
            config.a = error: The option `a' has conflicting definition values:
            - In `<unknown-file>': 1
            - In `<unknown-file>': 2
            config.b = 1
            config.c = 2
            config.l = [ 1 2 ]
            config.s = { a = 1; }
        "#]],
    );
}

#[test]
fn options_of_the_evaluation_itself() {
    check(
        r#"[ ({ options, ... }: {
               freeformType = lib.types.attrsOf lib.types.int;
               options.prio = lib.mkOption { default = lib.mapAttrs (_: set: set.highestPrio)
                 (lib.modules.mergeAttrDefinitionsWithPrio options._module.args); };
               config._module.args = { weak = lib.mkDefault (throw "not needed"); plain = 1; strong = lib.mkForce 2; };
             }) ]"#,
        &[
            "config.prio",
            "options._module.args.value.strong",
            "options._module.freeformType.value.description",
            "options._module.check.value",
        ],
        expect![[r#"
            config.prio = { extendModules = 100; moduleType = 100; plain = 100; strong = 50; weak = 1000; }
            options._module.args.value.strong = 2
            options._module.freeformType.value.description = "attribute set of signed integer"
            options._module.check.value = true
        "#]],
    );
}

#[test]
fn options_as_documentation_has_them() {
    check(
        r#"[ ({ options, ... }: {
               options.tagged = lib.mkOption { type = lib.types.attrsOf (lib.types.attrTag {
                 left = lib.mkOption { type = lib.types.int; description = "To the left."; };
                 right = lib.mkOption { type = lib.types.submodule { options.deep = lib.mkOption { }; }; };
               }); };
               options.free = lib.mkOption { visible = "transparent"; type = lib.types.submodule {
                 freeformType = lib.types.attrsOf (lib.types.submodule { options.x = lib.mkOption { }; });
                 options.y = lib.mkOption { type = lib.types.int; default = 1; };
               }; };
               options.shallow = lib.mkOption { visible = "shallow"; type = lib.types.submodule { options.z = lib.mkOption { }; }; };
               options.list = lib.mkOption { type = lib.types.listOf lib.types.int; };
               options.said = lib.mkOption { internal = true; default =
                 map (option: lib.concatStringsSep " " [ option.name option.type (option.default.text or "-") (toString option.visible) ])
                   (builtins.filter (option: !option.internal) (lib.optionAttrSetToDocList options)); };
             }) ]"#,
        &["config.said"],
        expect![[r#"
            config.said = [ "_module.args lazy attribute set of raw value { } 1" "free open submodule of attribute set of (submodule) - " "free.<name>.x unspecified value - 1" "free.y signed integer 1 1" "list list of signed integer [ ] 1" "shallow submodule - 1" "tagged attribute set of attribute-tagged union with choices: left, right { } 1" "tagged.<name>.left signed integer - 1" "tagged.<name>.right submodule - 1" "tagged.<name>.right.deep unspecified value - 1" ]
        "#]],
    );
}
