//! The kinds of units, and the keys of each.

use crate::vocabulary::unit::keys::Key;
use crate::vocabulary::unit::tables;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Where each key is, by kind and name: a unit asks for each of a hundred.
static POSITIONS: LazyLock<[FxHashMap<&'static str, usize>; Kind::ALL.len()]> = LazyLock::new(|| {
    Kind::ALL.map(|kind| {
        let keys = kind.keys().iter().enumerate();
        keys.map(|(at, key)| (key.name, at)).collect()
    })
});

/// What the name of a build begins with. No unit of systemd has a blank in its name.
const BUILD_OF: &str = "build of ";

/// The kinds of units, which are the kinds of their main sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Container,
    Pod,
    Kube,
    Network,
    Volume,
    Image,
    Build,
    Artifact,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Container,
        Self::Pod,
        Self::Kube,
        Self::Network,
        Self::Volume,
        Self::Image,
        Self::Build,
        Self::Artifact,
    ];

    /// The name of its section.
    pub(crate) const fn section(self) -> &'static str {
        match self {
            Self::Container => "Container",
            Self::Pod => "Pod",
            Self::Kube => "Kube",
            Self::Network => "Network",
            Self::Volume => "Volume",
            Self::Image => "Image",
            Self::Build => "Build",
            Self::Artifact => "Artifact",
        }
    }

    /// How the names of its files end.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Pod => "pod",
            Self::Kube => "kube",
            Self::Network => "network",
            Self::Volume => "volume",
            Self::Image => "image",
            Self::Build => "build",
            Self::Artifact => "artifact",
        }
    }

    /// The keys of its section. Those that become options stand in the order in which Podman's generator writes them.
    pub(crate) const fn keys(self) -> &'static [Key] {
        match self {
            Self::Container => &tables::CONTAINER,
            Self::Pod => &tables::POD,
            Self::Kube => &tables::KUBE,
            Self::Network => &tables::NETWORK,
            Self::Volume => &tables::VOLUME,
            Self::Image => &tables::IMAGE,
            Self::Build => &tables::BUILD,
            Self::Artifact => &tables::ARTIFACT,
        }
    }

    pub(crate) fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().get(self.position(name)?)
    }

    /// Where a key is among those of the kind.
    pub(crate) fn position(self, name: &str) -> Option<usize> {
        POSITIONS.get(self as usize)?.get(name).copied()
    }

    /// What follows the name of its file in that of its service: `data-volume.service`.
    pub(crate) const fn service_suffix(self) -> &'static str {
        match self {
            Self::Container | Self::Kube => "",
            Self::Pod => "-pod",
            Self::Network => "-network",
            Self::Volume => "-volume",
            Self::Image => "-image",
            Self::Build => "-build",
            Self::Artifact => "-artifact",
        }
    }

    /// What is called so that a unit does which runs no container: `build of web`, `base.image`.
    pub(crate) fn task(self, stem: &str) -> String {
        match self {
            Self::Build => format!("{BUILD_OF}{stem}"),
            _ => format!("{stem}.{}", self.extension()),
        }
    }

    /// Is something called so that a unit of this kind does?
    pub(crate) fn is_task(self, name: &str) -> bool {
        match self {
            Self::Build => name.starts_with(BUILD_OF),
            _ => Self::of_file(name) == Some(self),
        }
    }

    /// The kind of a unit by the name of its file.
    pub(crate) fn of_file(name: &str) -> Option<Self> {
        let (stem, extension) = name.rsplit_once('.')?;
        let kind = Self::ALL.into_iter().find(|kind| kind.extension() == extension);
        kind.filter(|_| !stem.is_empty())
    }

    /// The kind of a unit with containers by its text. Sections of the other kinds are also those of other programs.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let mut kinds = [Self::Container, Self::Pod, Self::Kube].into_iter();
        kinds.find(|kind| {
            let section = |line: &str| Some(line.trim().strip_prefix('[')?.strip_suffix(']')?.to_owned());
            let mut sections = text.lines().filter_map(section);
            sections.any(|section| section == kind.section())
        })
    }
}

/// Where Podman's generator looks, below `/etc`, `~/.config` and others.
pub(crate) const FOLDER: &str = "containers/systemd";

/// Is a file one that Podman's generator reads, by its path?
pub(crate) fn is_unit(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.contains(FOLDER) && Kind::of_file(name).is_some()
}

/// The section that all kinds have.
pub(crate) const QUADLET: &str = "Quadlet";

/// The keys of that section.
pub(crate) const QUADLET_KEYS: &[Key] = &tables::QUADLET;

/// Sections that systemd reads.
pub(crate) const OF_SYSTEMD: [&str; 3] = ["Unit", "Service", "Install"];

#[cfg(test)]
mod tests;
