//! The configuration files of Podman and of its libraries, by their paths below `/etc` and in homes.

use crate::system::node::ConfigFile;
use crate::vocabulary::{json, toml};

/// What every container is started with.
pub(super) const CONTAINERS: ConfigFile = ConfigFile {
    is_entry: |path| is_or_adds_to(path, "containers/containers.conf"),
    parse: toml::parse,
};

/// Where images come from.
pub(super) const REGISTRIES: ConfigFile = ConfigFile {
    is_entry: |path| is_or_adds_to(path, "containers/registries.conf"),
    parse: toml::parse,
};

/// Which images are accepted.
pub(super) const POLICY: ConfigFile = ConfigFile {
    is_entry: |path| path.ends_with("containers/policy.json"),
    parse: json::parse,
};

/// How images and containers are stored. No file adds to it before Podman 6, which no release of NixOS has.
pub(super) const STORAGE: ConfigFile = ConfigFile {
    is_entry: |path| path.ends_with("containers/storage.conf"),
    parse: toml::parse,
};

/// Is it the file of this path, or one in the folder of those that are read after it?
fn is_or_adds_to(path: &str, file: &str) -> bool {
    match path.split_once(file) {
        Some((_, "")) => true,
        Some((_, rest)) => {
            let inside = rest.strip_prefix(".d/");
            inside.is_some_and(|name| name.ends_with(".conf") && !name.contains('/'))
        }
        None => false,
    }
}
