//! Configurations of any size, in memory. What they look like follows real ones: two nspawn containers to one OCI
//! container, values through `let`, `lib` functions and interpolation, an option namespace of their own.

#![allow(dead_code, reason = "each bench uses what it needs")]

use nixpod_analysis::{MemoryFileSystem, Utf8PathBuf};
use std::fmt::Write;
use std::sync::Arc;

/// Where the files are.
pub(crate) const ROOT: &str = "/bench";

/// A module of about so many lines. `label` stands in a string that nothing depends on.
pub(crate) fn module(lines: usize, label: &str) -> String {
    let mut out = format!(
        "{{ config, lib, pkgs, ... }}:\nlet\n  dataRoot = \"/srv/data\";\n  debug = false;\n  label = \"{label}\";\nin\n{{\n"
    );
    let mut index = 0;
    while out.lines().count() + 12 < lines {
        if index % 3 == 0 {
            oci(&mut out, index);
        } else {
            nspawn(&mut out, index);
        }
        index += 1;
    }
    while out.lines().count() + 1 < lines {
        let _ = writeln!(
            out,
            "  environment.variables.LINE{0} = \"{0}\";",
            out.lines().count()
        );
    }
    out.push_str("}\n");
    out
}

fn nspawn(out: &mut String, index: usize) {
    let net = index % 250;
    let _ = writeln!(
        out,
        r#"  containers.web{index} = {{
    autoStart = true;
    privateNetwork = true;
    hostAddress = "192.168.{net}.10";
    localAddress = "192.168.{net}.11";
    additionalCapabilities = [ "CAP_NET_ADMIN" ];
    allowedDevices = [
      {{ node = "/dev/net/tun"; modifier = "rw"; }}
    ];
    bindMounts."/data" = {{
      hostPath = "${{dataRoot}}/web{index}";
      isReadOnly = false;
    }};
    config = {{ config, pkgs, lib, ... }}: {{
      services.nginx.enable = true;
      services.nginx.virtualHosts."web{index}.example" = {{
        root = "${{pkgs.nginx}}/html";
        locations."/".extraConfig = "autoindex off;";
      }};
      networking.firewall.allowedTCPPorts = [ 80 443 ];
      environment.systemPackages = with pkgs; [ curl htop ];
      system.stateVersion = lib.mkDefault "24.05";
    }};
  }};"#
    );
}

fn oci(out: &mut String, index: usize) {
    let port = 8000 + index;
    let _ = writeln!(
        out,
        r#"  virtualisation.oci-containers.containers.app{index} = {{
    image = "docker.io/library/app{index}:latest";
    ports = [ "127.0.0.1:{port}:80" ];
    volumes = [ "${{dataRoot}}/app{index}:/data" "/etc/localtime:/etc/localtime:ro" ];
    environment = {{ TZ = "UTC"; INSTANCE = toString {index}; }};
    extraOptions = [ "--cap-drop=ALL" "--security-opt=no-new-privileges" ]
      ++ lib.optionals debug [ "--cap-add=SYS_PTRACE" ];
  }};"#
    );
}

/// One module of a tree: an option of its own, and a container that hangs on it.
pub(crate) fn part(index: usize, label: &str) -> String {
    format!(
        r#"{{ config, lib, pkgs, ... }}:
let
  cfg = config.farm.part{index};
  label = "{label}";
in
{{
  options.farm.part{index} = {{
    enable = lib.mkEnableOption "part {index}" // {{ default = true; }};
    root = lib.mkOption {{ type = lib.types.str; default = "/srv/part{index}"; }};
    tags = lib.mkOption {{ type = lib.types.listOf lib.types.str; default = [ ]; }};
  }};
  config = lib.mkIf cfg.enable {{
    farm.part{index}.tags = lib.mkBefore [ label ];
    environment.systemPackages = [ pkgs.part{index} ];
    containers.part{index} = {{
      autoStart = lib.mkDefault true;
      privateNetwork = true;
      privateUsers = lib.mkIf ({index} > 0) "pick";
      bindMounts."/data".hostPath = "${{cfg.root}}/data";
      config = {{ networking.hostName = "part{index}"; }};
    }};
  }};
}}
"#
    )
}

/// One module of a tree without containers: an option of its own, and a user that hangs on it.
fn option(index: usize) -> String {
    format!(
        r#"{{ config, lib, ... }}:
let
  cfg = config.farm.part{index};
in
{{
  options.farm.part{index} = {{
    enable = lib.mkEnableOption "part {index}" // {{ default = true; }};
    groups = lib.mkOption {{ type = lib.types.listOf lib.types.str; default = [ ]; }};
  }};
  config = lib.mkIf cfg.enable {{
    farm.part{index}.groups = lib.mkBefore [ "audio" ];
    users.users.part{index} = {{
      isSystemUser = true;
      group = "part{index}";
      extraGroups = cfg.groups ++ lib.optional ({index} > 5) "video";
    }};
  }};
}}
"#
    )
}

/// A flake with one host that imports so many modules, each with a container; the path of the first module comes back,
/// too.
pub(crate) fn flake(modules: usize) -> (Arc<MemoryFileSystem>, Utf8PathBuf) {
    let files = tree(modules, |index| part(index, "label"));
    (files, Utf8PathBuf::from(format!("{ROOT}/parts/part0.nix")))
}

/// A module with so many containers, none of which has a user namespace, as a file of its own.
pub(crate) fn in_one_file(containers: usize) -> Arc<MemoryFileSystem> {
    let mut text = "{ ... }:\n{\n".to_owned();
    for index in 0..containers {
        let _ = writeln!(
            text,
            "  containers.c{index} = {{ privateNetwork = true; config = {{ }}; }};"
        );
    }
    text.push_str("}\n");
    let files = MemoryFileSystem::default();
    files.write(format!("{ROOT}/containers.nix"), text);
    Arc::new(files)
}

/// A flake with one host that imports so many modules without containers.
pub(crate) fn options(modules: usize) -> Arc<MemoryFileSystem> {
    tree(modules, option)
}

fn tree(modules: usize, text: impl Fn(usize) -> String) -> Arc<MemoryFileSystem> {
    let files = MemoryFileSystem::default();
    let mut imports = String::new();
    for index in 0..modules {
        files.write(format!("{ROOT}/parts/part{index}.nix"), text(index));
        let _ = writeln!(imports, "        ./parts/part{index}.nix");
    }
    files.write(
        format!("{ROOT}/flake.nix"),
        format!(
            "{{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs\";\n  outputs = {{ nixpkgs, ... }}: {{\n    \
             nixosConfigurations.farm = nixpkgs.lib.nixosSystem {{\n      modules = [\n{imports}      ];\n    }};\n  }};\n}}\n"
        ),
    );
    Arc::new(files)
}
