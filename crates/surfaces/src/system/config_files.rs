//! The configuration files of Podman and of its libraries, by their paths below `/etc` and in homes.

use crate::vocabulary::json::Json;
use crate::vocabulary::{json, toml};
use nixpod_model::Text;
use nixpod_source::Origin;

/// One of the configuration files.
pub(super) struct ConfigFile {
    /// Is a file it, or one that adds to it, by its path?
    pub(super) is_entry: fn(&str) -> bool,
    /// What is in it.
    pub(super) parse: fn(&Text) -> Result<Json, (String, Origin)>,
}

/// What every container is started with.
pub(super) const CONTAINERS: ConfigFile = ConfigFile {
    is_entry: |path| is_or_adds_to(path, "containers/containers.conf"),
    parse: toml::parse,
};

/// The same for root's containers alone: files in a folder of their own, which add to it.
pub(super) const ROOTFUL: ConfigFile = ConfigFile {
    is_entry: |path| adds_to(path, "containers/containers.rootful.conf"),
    parse: toml::parse,
};

/// The same for those of all users.
pub(super) const ROOTLESS: ConfigFile = ConfigFile {
    is_entry: |path| adds_to(path, "containers/containers.rootless.conf"),
    parse: toml::parse,
};

/// The same for those of one user, in a folder that is called like the user's number.
pub(super) const OF_USERS: ConfigFile = ConfigFile {
    is_entry: |path| uid_of(path).is_some(),
    parse: toml::parse,
};

/// The number of the user for whom such a file is.
pub(super) fn uid_of(path: &str) -> Option<i64> {
    let (_, inside) = path.split_once("containers/containers.rootless.conf.d/")?;
    let (uid, name) = inside.split_once('/')?;
    let is_read = name.ends_with(".conf") && !name.contains('/');
    uid.parse().ok().filter(|_| is_read)
}

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
    path.ends_with(file) || adds_to(path, file)
}

/// Is it in the folder of files that are read after this one?
fn adds_to(path: &str, file: &str) -> bool {
    let inside = path
        .split_once(file)
        .and_then(|(_, rest)| rest.strip_prefix(".d/"));
    inside.is_some_and(|name| name.ends_with(".conf") && !name.contains('/'))
}
