//! Systems to ask about: our own, and any number of generated ones.

use nixpod_analysis::{MemoryFileSystem, Utf8PathBuf};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// Where the files of systems in memory are.
pub(crate) const ROOT: &str = "/system";

/// The folders below `testdata/` that are systems.
pub(crate) const OURS: &[&str] = &[
    "sample",
    "corpus/app-isolation/bad",
    "corpus/app-isolation/good",
    "corpus/app-isolation/narrow",
    "corpus/nested-podman/bad",
    "corpus/nested-podman/good",
    "corpus/nested-podman/old-kernel",
    "corpus/rootless-quadlets/bad",
    "corpus/rootless-quadlets/good",
    "corpus/shared-store/bad",
    "corpus/shared-store/good",
    "corpus/user-containers/bad",
    "corpus/user-containers/good",
];

/// The files of a system.
#[derive(Clone, Debug)]
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) files: Vec<(Utf8PathBuf, String)>,
}

impl System {
    /// One of ours.
    pub(crate) fn ours(folder: &str) -> Self {
        let base = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("testdata")
            .join(folder);
        let mut files = Vec::new();
        let mut todo = vec![base.clone()];
        while let Some(directory) = todo.pop() {
            for entry in std::fs::read_dir(directory).expect("a folder of the system") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    todo.push(path);
                } else if let Ok(text) = std::fs::read_to_string(&path) {
                    let name = path.strip_prefix(&base).expect("a file of the system");
                    files.push((Utf8PathBuf::from(ROOT).join(name.to_str().expect("UTF-8")), text));
                }
            }
        }
        files.sort();
        Self {
            name: folder.to_owned(),
            files,
        }
    }

    /// A generated one. Hosts and containers are called by their numbers, or, `reversed`, so that they come in the
    /// other order.
    pub(crate) fn generated(seed: u64, reversed: bool) -> Self {
        let mut generator = Generator {
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            reversed,
        };
        let files = generator.files();
        Self {
            name: format!("generated system {seed}"),
            files: files
                .into_iter()
                .map(|(name, text)| (Utf8PathBuf::from(ROOT).join(name), text))
                .collect(),
        }
    }

    pub(crate) fn disk(&self) -> Arc<MemoryFileSystem> {
        let disk = MemoryFileSystem::default();
        for (path, text) in &self.files {
            disk.write(path.clone(), text.clone());
        }
        Arc::new(disk)
    }

    /// The files in which something may be found.
    pub(crate) fn sources(&self) -> impl DoubleEndedIterator<Item = &Utf8PathBuf> {
        self.files.iter().map(|(path, _)| path).filter(|path| {
            let extension = path.extension().unwrap_or_default();
            ["nix", "sh", "container", "pod", "network", "volume"].contains(&extension)
                || path.as_str().ends_with("devcontainer.json")
        })
    }
}

/// How many hosts and containers get names; two digits, so that all names are equally long.
const NAMES: usize = 90;

/// The names that [`System::generated`] gives, put back to their numbers.
pub(crate) fn in_order(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("z9") {
        out.push_str(&rest[..at]);
        let number: usize = rest[at + 2..at + 4].parse().expect("two digits");
        let _ = write!(out, "z0{:02}", NAMES - 1 - number);
        rest = &rest[at + 4..];
    }
    out.push_str(rest);
    out
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

struct Generator {
    random: Random,
    reversed: bool,
}

/// What a guest may be made of: known, unknown, shared with others, behind a condition, with guests of its own.
const GUESTS: &[&str] = &[
    "{ }",
    "{ imports = [ inputs.private.guest ]; }",
    "{ imports = [ inputs.private.guest ]; containers.inner.config = { }; }",
    "{ imports = [ ./guest.nix ]; }",
    "{ imports = [ ./guest.nix ./missing.nix ]; }",
    "lib.mkIf config.my.flag { services.nginx.enable = true; }",
    "{ pkgs, ... }: { imports = [ ./guest.nix ]; environment.systemPackages = [ pkgs.hello ]; }",
    "{ containers.inner = { privateUsers = \"pick\"; config.imports = [ inputs.private.guest ]; }; }",
    "{ users.users.app.password = \"plum-cartwheel-41\"; services.x.enable = config.my.flag; }",
];

/// Lines of a container besides its guest.
const LINES: &[&str] = &[
    "privateUsers = \"pick\";",
    "privateUsers = lib.mkIf config.my.flag \"pick\";",
    "privateNetwork = true;",
    "autoStart = lib.mkDefault config.my.flag;",
    "bindMounts.\"/dev/dri\".hostPath = \"/dev/dri\";",
    "bindMounts.\"/etc\".hostPath = \"${shared}\";",
    "additionalCapabilities = [ \"CAP_SYS_ADMIN\" ] ++ config.my.capabilities;",
    "extraFlags = lib.optionals config.my.flag [ \"--private-users=no\" ];",
    "extraFlags = inputs.private.flags;",
];

impl Generator {
    fn name(&self, number: usize) -> String {
        if self.reversed {
            format!("z9{:02}", NAMES - 1 - number)
        } else {
            format!("z0{number:02}")
        }
    }

    fn files(&mut self) -> Vec<(String, String)> {
        let modules = 1 + self.random.below(3);
        let mut number = 10;
        let mut files = vec![
            (
                "guest.nix".to_owned(),
                "{ config, lib, ... }: { virtualisation.podman.enable = lib.mkDefault true; networking.hostName = \
                 \"guest\"; }"
                    .to_owned(),
            ),
            (
                "options.nix".to_owned(),
                "{ lib, ... }: { options.my.capabilities = lib.mkOption { type = lib.types.listOf lib.types.str; \
                 default = [ ]; }; }"
                    .to_owned(),
            ),
        ];
        for module in 0..modules {
            files.push((format!("m{module}.nix"), self.module(&mut number)));
        }
        let mut hosts = String::new();
        for host in 0..1 + self.random.below(3) {
            let mut list = "./options.nix".to_owned();
            for module in 0..modules {
                if module == host % modules || self.random.below(2) == 0 {
                    let _ = write!(list, " ./m{module}.nix");
                }
            }
            if self.random.below(4) == 0 {
                list.push_str(" inputs.private.host");
            }
            let name = self.name(host);
            let _ = writeln!(
                hosts,
                "    nixosConfigurations.{name} = nixpkgs.lib.nixosSystem {{ specialArgs = {{ inherit inputs; }}; \
                 modules = [ {list} ]; }};"
            );
        }
        files.push((
            "flake.nix".to_owned(),
            format!(
                "{{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs\";\n  inputs.private.url = \"git+ssh://example.org/private\";\n  \
                 outputs = {{ nixpkgs, private, ... }}@inputs: {{\n{hosts}  }};\n}}\n"
            ),
        ));
        files.sort();
        files
    }

    fn module(&mut self, number: &mut usize) -> String {
        let mut out =
            "{ config, lib, pkgs, inputs, ... }:\nlet\n  shared = \"/etc\";\n  template = extra: {\n    \
             privateNetwork = true;\n    config = { imports = [ inputs.private.guest ]; };\n  } // extra;\nin\n{\n"
                .to_owned();
        for _ in 0..1 + self.random.below(4) {
            let name = self.name(*number);
            *number += 1;
            match self.random.below(5) {
                0 => {
                    let image = self.random.one_of(&["web:1", "web", "inputs.private.image"]);
                    let _ = writeln!(
                        out,
                        "  virtualisation.oci-containers.containers.{name} = {{ image = \"{image}\"; privileged = \
                         config.my.flag or true; environment.DB_PASSWORD = \"plum-cartwheel-41\"; }};"
                    );
                }
                1 => {
                    let line = self.random.one_of(LINES);
                    let _ = writeln!(out, "  containers.{name} = template {{ {line} }};");
                }
                _ => {
                    let guest = self.random.one_of(GUESTS);
                    let mut lines: Vec<&str> = (0..self.random.below(4))
                        .map(|_| self.random.one_of(LINES))
                        .collect();
                    lines.sort_unstable();
                    lines.dedup_by_key(|line| line.split(['.', ' ']).next());
                    let lines = lines.join(" ");
                    let _ = writeln!(out, "  containers.{name} = {{ {lines} config = {guest}; }};");
                }
            }
        }
        out.push_str("}\n");
        out
    }
}
