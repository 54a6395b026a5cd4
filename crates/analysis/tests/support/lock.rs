//! `flake.lock` to mutate, and what must hold of the check of a flake with any such file: used by the example `fuzz-lock`
//! and by the bounded test of the same.

use nixpod_analysis::{AnalysisHost, MemoryFileSystem};
use nixpod_fixture::fuzz::{Outcome, Target};
use std::sync::Arc;

/// A flake that asks its inputs for all that a lock says of them.
const FLAKE: &str = r#"{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.base.url = "github:someone/base";
  inputs.base.inputs.nixpkgs.follows = "nixpkgs";
  outputs = { self, nixpkgs, base, ... }@inputs: {
    nixosConfigurations.web = nixpkgs.lib.nixosSystem {
      modules = [ base.nixosModules.default (base + "/module.nix") "${inputs.more}/more.nix" {
        containers.db = {
          extraFlags = [ base.rev (toString base.lastModified) base.narHash (builtins.readFile "${base}/flags") ];
          config = import "${base.outPath}/../../../elsewhere/secret.nix";
        };
      } ];
    };
  };
}"#;

/// What no lock may bring into a report: the text of files that no hash names.
const SECRET: &str = "canary-of-another-place";

const LOCKS: [&str; 3] = [
    r#"{"nodes":{"base":{"inputs":{"nixpkgs":["nixpkgs"],"more":"more_2","same":["base","more"],"outer":[]},
"locked":{"narHash":"sha256-X49hRgodOmR9xoWQ2uEoYux+qIrtGGqG5i4ojx8Kur8=","owner":"someone","repo":"base","rev":"abc",
"lastModified":1,"type":"github"},"original":{"owner":"someone","repo":"base","type":"github"}},"more_2":{"flake":false,
"locked":{"narHash":"sha256-GjH5D9HmZkzawgfQB9/DWNdXT+cXX7qyrGLVd6yYY1c=","owner":"someone","repo":"more","type":"github"}},
"nixpkgs":{"locked":{"owner":"NixOS","repo":"nixpkgs","type":"github"},"original":{"owner":"NixOS","ref":"nixos-25.05",
"repo":"nixpkgs","type":"github"}},"root":{"inputs":{"nixpkgs":"nixpkgs","base":"base"}}},"root":"root","version":7}"#,
    r#"{"version":7,"root":"root","nodes":{"root":{"inputs":{"base":["nixpkgs"],"nixpkgs":["base"],"more":"x"}},"x":{"inputs":{"x":"x"}}}}"#,
    r#"{"version":7,"root":"root","nodes":{"root":{"inputs":{"base":"base","more":"base"}},"base":{"locked":{"type":"path",
"path":"/elsewhere","narHash":"sha256-X49hRgodOmR9xoWQ2uEoYux+qIrtGGqG5i4ojx8Kur8="},"original":{"type":"path","path":"../elsewhere"}}}}"#,
];

const WORDS: &str = "\"nodes\" \"root\" \"inputs\" \"locked\" \"original\" \"version\" \"narHash\" \"type\" \"path\" \"github\" \"git\" \
    \"tarball\" \"indirect\" \"url\" \"file:///elsewhere\" \"/elsewhere\" \"../elsewhere\" \"owner\" \"repo\" \"rev\" \"ref\" \"dir\" \
    \"flake\" \"nixpkgs\" \"base\" \"more\" \"more_2\" \"self\" \"\" \"sha256-\" \"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" \
    \"sha1-x\" \"\\u0000\" \"\\ud800\" { } [ ] : , null true false 0 -1 7 8 1e309 9223372036854775808 [\"base\",\"nixpkgs\"] [] {}";

/// The check of a flake with a lock.
pub(crate) fn target() -> Target {
    Target {
        extension: "lock",
        corpus: LOCKS.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: WORDS.split_whitespace().map(str::to_owned).collect(),
        longest: 4096,
        run,
    }
}

/// Checks the flake with these bytes as its lock, and shows its containers.
fn run(lock: &[u8]) -> Outcome {
    let disk = MemoryFileSystem::new();
    disk.write("/p/flake.nix", FLAKE);
    disk.write("/p/flake.lock", lock);
    for (name, text) in [
        (
            "flake.nix",
            format!("{{ outputs = _: {{ nixosModules.default.containers.a.config.{SECRET} = 1; }}; }}"),
        ),
        (
            "module.nix",
            format!("{{ containers.\"{SECRET}\".config = {{ }}; }}"),
        ),
        (
            "secret.nix",
            format!("{{ containers.\"{SECRET}\".config = {{ }}; }}"),
        ),
        ("flags", SECRET.to_owned()),
    ] {
        disk.write(format!("/elsewhere/{name}"), text);
    }
    let mut host = AnalysisHost::new(&[], Arc::new(disk));
    host.set_project("/p".into());
    let analysis = host.analysis();
    let report = analysis.show(&["/p".into()]);
    let shown = format!("{report:?}");
    let roots = report.roots.iter();
    let roots: Vec<_> = roots
        .map(|root| (root.closed_world, root.missing_inputs.len()))
        .collect();
    let reasons = report.not_analysed.iter().map(|gap| gap.reason.as_str());
    let kind = format!("{roots:?} {}", reasons.collect::<String>());
    Outcome {
        kind: kind.chars().take(80).collect(),
        fault: shown
            .contains(SECRET)
            .then(|| "shows what lies elsewhere".to_owned()),
        used: vec![("bytes shown", shown.len() as u64)],
    }
}
