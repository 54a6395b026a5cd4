//! Modules in odd shapes: each by itself in a directory, and imported by a host.

use super::{check, flake};

/// The same findings wherever the file is evaluated from; each has `files` beside it.
fn is_found(module: &str, files: &[(&str, &str)]) {
    let mut alone = vec![("odd.nix", module)];
    alone.extend(files);
    let host = flake(&[("box", "odd.nix")]);
    let mut on_host = alone.clone();
    on_host.push(("flake.nix", &host));
    for files in [alone, on_host] {
        let out = check(&files);
        assert!(out.contains("toy-flag: `web` uses `--all`"), "{module}\n{out}");
    }
}

const CONTAINER: &str = r#"{ containers.web = { privateNetwork = true; extraFlags = [ "--all" ]; }; }"#;
const JSON: &str = r#"{ "containers": { "web": { "privateNetwork": true, "extraFlags": [ "--all" ] } } }"#;

#[test]
fn a_module_in_a_file_of_another_name() {
    is_found("{ imports = [ ./m.conf ]; }", &[("m.conf", CONTAINER)]);
    is_found("{ imports = [ (./. + \"/m.conf\") ]; }", &[("m.conf", CONTAINER)]);
    is_found("import ./m.conf", &[("m.conf", CONTAINER)]);
}

#[test]
fn a_module_that_is_made_of_data() {
    let json = [("m.json", JSON)];
    is_found("builtins.fromJSON (builtins.readFile ./m.json)", &json);
    is_found("{ lib, ... }: lib.importJSON ./m.json", &json);
    is_found(
        "{ imports = [ (builtins.fromJSON (builtins.readFile ./m.json)) ]; }",
        &json,
    );
    is_found("{ lib, ... }: { config = lib.importJSON ./m.json; }", &json);
    is_found(
        "let all = builtins.fromJSON (builtins.readFile ./m.json); in { inherit (all) containers; }",
        &json,
    );
}

#[test]
fn a_module_whose_names_are_computed() {
    let flags = r#"{ privateNetwork = true; extraFlags = [ "--all" ]; }"#;
    for module in [
        format!("{{ ${{\"cont\" + \"ainers\"}}.web = {flags}; }}"),
        format!("let c = \"containers\"; in {{ ${{c}}.web = {flags}; }}"),
        format!("{{ lib, ... }}: lib.setAttrByPath [ \"containers\" \"web\" ] {flags}"),
        format!("{{ lib, ... }}: {{ config = lib.setAttrByPath [ \"containers\" \"web\" ] {flags}; }}"),
        format!("builtins.listToAttrs [ {{ name = \"containers\"; value.web = {flags}; }} ]"),
        format!("{{ lib, ... }}: lib.genAttrs [ \"containers\" ] (_: {{ web = {flags}; }})"),
        format!("builtins.mapAttrs (_: x: {{ web = x; }}) {{ containers = {flags}; }}"),
        format!("let f = x: {{ containers = x; }}; in f {{ web = {flags}; }}"),
        format!("{{ lib, ... }}: lib.mkMerge [ {{ containers.web = {flags}; }} ]"),
        format!("{{ __functor = _: {{ ... }}: {{ containers.web = {flags}; }}; }}"),
        format!("args: let a = args; in {{ containers.web = {flags}; }}"),
    ] {
        is_found(&module, &[]);
    }
}

/// What is no module of its own: nobody says what it is for.
#[test]
fn a_module_within_something_else() {
    let container = r#"containers.web = { privateNetwork = true; extraFlags = [ "--all" ]; }"#;
    for text in [
        format!("{{ mk }}: {{ host = mk {{ modules = [ {{ {container}; }} ]; }}; }}"),
        format!("{{ box = (import ./none.nix).mk {{ modules = [ {{ {container}; }} ]; }}; }}"),
        format!("{{ aspects.web.nixos = {{ {container}; }}; }}"),
        format!("[ {{ nixos = {{ ... }}: {{ {container}; }}; }} ]"),
        format!("x: y: {{ modules.web = {{ {container}; }}; }}"),
    ] {
        let out = check(&[("odd.nix", &text)]);
        assert!(out.contains("toy-flag: `web` uses `--all`"), "{text}\n{out}");
    }
}
