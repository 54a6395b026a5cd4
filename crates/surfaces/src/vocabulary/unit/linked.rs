//! Units that know each other by the names of their files.

use crate::vocabulary::mounts::{bind_volumes, host_volume};
use crate::vocabulary::podman::by_driver;
use crate::vocabulary::text::concat;
use crate::vocabulary::unit::kinds::Kind;
use crate::vocabulary::unit::parse::Unit;
use crate::vocabulary::unit::values::Values;
use nixpod_model::{Container, Field, Mount, NetworkMode, Text};
use nixpod_source::Origin;
use rustc_hash::{FxHashMap, FxHashSet};

/// A unit with the drop-ins that belong to it.
pub(crate) struct Member {
    /// The name of its file.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) unit: Unit,
    pub(crate) values: Values,
}

/// Units that Podman's generator reads together.
#[derive(Default)]
pub(crate) struct Linked {
    pub(crate) members: Vec<Member>,
    by_name: FxHashMap<String, usize>,
    /// The host's directories that are volumes, by what Podman calls these.
    bound: FxHashMap<String, Field<Mount>>,
    /// The networks whose members are in that of a device of the host, by their files and by what Podman calls them.
    lans: FxHashSet<String>,
}

impl Linked {
    /// Adds a unit. Of two of one name the first counts.
    pub(crate) fn add(&mut self, member: Member) {
        let at = self.members.len();
        if let Some((name, mount)) = member.bound_volume() {
            self.bound.entry(name).or_insert(mount);
        }
        if member.is_lan() {
            self.lans.insert(member.name.clone());
            self.lans.extend(member.resource().map(|name| name.pattern()));
        }
        self.by_name.entry(member.name.clone()).or_insert(at);
        self.members.push(member);
    }

    /// The unit of a file.
    pub(crate) fn get(&self, name: &str) -> Option<&Member> {
        self.by_name.get(name).and_then(|at| self.members.get(*at))
    }

    /// What Podman calls what a unit makes.
    pub(crate) fn resource(&self, name: &str) -> Option<Text> {
        let member = self.get(name)?;
        let resource = member.resource()?;
        Some(match member.kind {
            Kind::Container => concat([Text::known("container:", Origin::default()), resource]),
            _ => resource,
        })
    }

    /// The unit that says how the image of these values is pulled.
    pub(crate) fn pulled(&self, values: &Values) -> Option<&Member> {
        let image = values.last("Image")?.value().map(Text::pattern)?;
        self.get(&image).filter(|image| image.kind == Kind::Image)
    }

    /// A container that is in no networks but those that are past the host's firewall.
    pub(crate) fn put_on_lan(&self, values: &Values, container: &mut Container) {
        let networks = values.all("Network");
        let is_lan = |network: &Field<Text>| {
            let name = network.value().map(Text::pattern).unwrap_or_default();
            let name = name.split(':').next().unwrap_or_default();
            self.lans.contains(name)
        };
        if container.network.said() == Some(&NetworkMode::Private)
            && !networks.is_empty()
            && networks.iter().all(is_lan)
        {
            container.network = container.network.map(|_| NetworkMode::Lan);
        }
    }

    /// The volumes that are directories of the host, by what Podman calls them.
    pub(crate) fn into_bound(self) -> impl Iterator<Item = (String, Field<Mount>)> {
        self.members
            .into_iter()
            .filter_map(|member| member.bound_volume())
    }

    /// A volume can be a directory of the host under another name.
    pub(crate) fn bind_volumes(&self, container: &mut Container) {
        bind_volumes(container, |name| self.bound.get(name));
    }
}

impl Member {
    /// The name of its file without its ending.
    pub(crate) fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(stem, _)| stem)
    }

    /// The name of its service without `.service`.
    pub(crate) fn service(&self) -> String {
        if let Some(name) = self
            .values
            .last("ServiceName")
            .and_then(|field| field.value().and_then(Text::as_known))
        {
            return name;
        }
        let suffix = self.kind.service_suffix();
        match self.stem().strip_suffix('@') {
            Some(stem) => format!("{stem}{suffix}@"),
            None => format!("{}{suffix}", self.stem()),
        }
    }

    /// A volume that is a directory of the host, with what Podman calls it.
    pub(crate) fn bound_volume(&self) -> Option<(String, Field<Mount>)> {
        Some((self.resource()?.pattern(), self.bound()?))
    }

    /// What Podman calls the network that it makes.
    pub(crate) fn network(&self) -> Option<String> {
        self.resource()
            .filter(|_| self.kind == Kind::Network)
            .and_then(|name| name.as_known())
    }

    /// How a container in the network is connected that it makes.
    pub(crate) fn mode(&self) -> NetworkMode {
        let driver = self.values.last("Driver").filter(|_| self.kind == Kind::Network);
        let driver = driver.and_then(|driver| driver.value().map(Text::pattern));
        by_driver(driver.as_deref())
    }

    /// Is it a network whose members are in that of a device of the host?
    fn is_lan(&self) -> bool {
        self.mode() == NetworkMode::Lan
    }

    fn resource(&self) -> Option<Text> {
        let filled = |key: &str| {
            let value = self.values.last(key)?.value().cloned()?;
            (!value.parts.is_empty()).then_some(value)
        };
        let made_up = |name: String| Some(Text::known(format!("systemd-{name}"), Origin::default()));
        let stem = self.stem();
        match self.kind {
            Kind::Container => filled("ContainerName").or_else(|| made_up(self.service())),
            Kind::Pod => filled("PodName").or_else(|| made_up(stem.to_owned())),
            Kind::Network => filled("NetworkName").or_else(|| made_up(instance(stem))),
            Kind::Volume => filled("VolumeName").or_else(|| made_up(instance(stem))),
            Kind::Image => filled("ImageTag").or_else(|| filled("Image")),
            Kind::Build => self.values.all("ImageTag").into_iter().next()?.value().cloned(),
            Kind::Artifact => filled("Artifact"),
            Kind::Kube => None,
        }
    }

    /// A volume that is a directory of the host: `Device=/srv` with `Type=bind` or `Options=bind`, or the same in the words
    /// of `podman volume create`.
    fn bound(&self) -> Option<Field<Mount>> {
        if self.kind != Kind::Volume {
            return None;
        }
        let words = self.values.all("PodmanArgs");
        let given = |key: &str, name: &str| {
            let of_words = words.iter().rev().find_map(|word| of_driver(word, name));
            self.values.last(key).or(of_words)
        };
        let known = |key: &str, name: &str| given(key, name)?.value().map(Text::pattern);
        let [kind, options] = [("Type", "type"), ("Options", "o")].map(|(key, name)| known(key, name));
        let device = given("Device", "device")?;
        let (kind, options) = (kind.unwrap_or_default(), options.unwrap_or_default());
        let mount = host_volume(device.value()?, &kind, &options)?;
        Some(device.map(|_| mount.clone()))
    }
}

/// The value of an option for the driver of a volume among words: `--opt=device=/srv`, or `device=/srv` after `--opt`.
fn of_driver(word: &Field<Text>, name: &str) -> Option<Field<Text>> {
    let text = word.value()?;
    let pattern = text.pattern();
    let option = pattern
        .strip_prefix("--opt=")
        .or_else(|| pattern.strip_prefix("-o="));
    let (own, value) = option.unwrap_or(&pattern).split_once('=')?;
    let end = pattern.len();
    (own == name).then(|| word.map(|_| text.slice(end - value.len(), end)))
}

/// What a template makes is called by its instance.
fn instance(stem: &str) -> String {
    match stem.strip_suffix('@') {
        Some(stem) => format!("{stem}-%i"),
        None => stem.to_owned(),
    }
}

/// No file system has longer names.
const MAX_NAME: usize = 255;

/// The folders of drop-ins of a unit, the most special first.
pub(crate) fn drop_in_folders(name: &str) -> Vec<String> {
    if name.len() > MAX_NAME {
        return Vec::new();
    }
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return Vec::new();
    };
    let (unit, of_instance) = match stem.split_once('@') {
        Some((unit, instance)) => (unit, Some(instance)),
        None => (stem, None),
    };
    let mut out = vec![format!("{extension}.d")];
    for (at, _) in unit.match_indices('-') {
        let prefix = unit.get(..=at).unwrap_or_default();
        out.push(format!("{prefix}.{extension}.d"));
        if of_instance.is_some() {
            out.push(format!("{prefix}@.{extension}.d"));
        }
    }
    if of_instance.is_some_and(|instance| !instance.is_empty()) {
        out.push(format!("{unit}@.{extension}.d"));
    }
    out.push(format!("{name}.d"));
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::drop_in_folders;

    #[test]
    fn folders_of_drop_ins() {
        assert_eq!(
            drop_in_folders("web.container"),
            ["web.container.d", "container.d"]
        );
        assert_eq!(
            drop_in_folders("a-b-c@one.pod"),
            [
                "a-b-c@one.pod.d",
                "a-b-c@.pod.d",
                "a-b-@.pod.d",
                "a-b-.pod.d",
                "a-@.pod.d",
                "a-.pod.d",
                "pod.d"
            ]
        );
        assert!(drop_in_folders("no ending").is_empty());
    }
}
