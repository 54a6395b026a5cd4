//! Compose files, Kubernetes' manifests, settings of LXC, Ansible's tasks and recipes of images. They are recognised, so that
//! nothing in them is passed over in silence, and are not read: one gap a file, or a task.

use crate::read::{Found, OptionReader};
use crate::surface::texts::{Runs, TextSurface, TextsRead, Written};
use crate::surface::written_files::{Wanted, files};
use crate::vocabulary::options::Systems;
use nixpod_model::{NotAnalysed, Subject, Surface, SystemKind, Text};
use nixpod_source::Why;

pub(crate) const COMPOSE: TextSurface = TextSurface {
    surface: Surface::Compose,
    places: &["compose.yaml, docker-compose.yml, … (recognised, not read)"],
    systems: Systems::Both,
    find: |reader, config, kind| find(reader, config, kind, is_compose),
    is_file: is_compose,
    tells: |_, _| false,
    has_any: |text| services(text).is_some(),
    runs_file: |_| Runs::Unknown,
    read: |texts, out| tell(texts, out, ("containers", "compose files"), services),
};

pub(crate) const KUBERNETES: TextSurface = TextSurface {
    surface: Surface::Kubernetes,
    places: &["*.yaml with a Pod, a Deployment, … (recognised, not read)"],
    systems: Systems::Both,
    find: |reader, config, kind| find(reader, config, kind, is_yaml),
    is_file: is_yaml,
    tells: |_, _| false,
    has_any: |text| pods(text).is_some(),
    runs_file: |_| Runs::Unknown,
    read: |texts, out| tell(texts, out, ("containers", "Kubernetes' manifests"), pods),
};

pub(crate) const LXC: TextSurface = TextSurface {
    surface: Surface::Lxc,
    places: &["lxc/default.conf, lxc/*.conf (recognised, not read)"],
    systems: Systems::Both,
    find: |reader, config, kind| find(reader, config, kind, is_lxc),
    is_file: is_lxc,
    tells: |_, _| false,
    has_any: |text| settings(text).is_some(),
    runs_file: |_| Runs::Unknown,
    read: |texts, out| tell(texts, out, ("containers", "LXC"), settings),
};

pub(crate) const ANSIBLE: TextSurface = TextSurface {
    surface: Surface::Ansible,
    places: &["*.yml with docker_container, podman_container, … (recognised, not read)"],
    systems: Systems::None,
    find: |_, _, _| Vec::new(),
    is_file: is_yaml,
    tells: |_, _| false,
    has_any: |text| !tasks(text).is_empty(),
    runs_file: |_| Runs::Unknown,
    read: |texts, out| tell_all(texts, out, ("containers", "Ansible's tasks"), tasks),
};

/// What is in an image says nothing of how a container of it is run, but for its user, its volumes and its ports.
pub(crate) const CONTAINERFILE: TextSurface = TextSurface {
    surface: Surface::Containerfile,
    places: &["Containerfile, Dockerfile (recognised, not read)"],
    systems: Systems::None,
    find: |_, _, _| Vec::new(),
    is_file: nixpod_syntax::is_recipe,
    tells: |_, _| false,
    has_any: |text| from(text).is_some(),
    runs_file: |_| Runs::Unknown,
    read: |texts, out| tell(texts, out, ("image", "recipes of images"), from),
};

fn find(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    kind: SystemKind,
    is_one: fn(&str) -> bool,
) -> Vec<Written> {
    let wanted = Wanted {
        entry: is_one,
        file: is_one,
        folder: None,
    };
    files(reader, config, kind, &wanted, |_, name| {
        (name.to_owned(), Runs::Unknown)
    })
}

/// Kinds that have pods in them.
const KINDS: [&str; 8] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Settings of all containers of LXC, or of one.
fn is_lxc(path: &str) -> bool {
    let is_in = path.starts_with("lxc/") || path.contains("/lxc/") || path.contains("\"lxc/");
    let name = path.trim_end_matches('"').rsplit('/').next().unwrap_or(path);
    is_in && (name.ends_with(".conf") || name == "config")
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// A name that a compose program looks for, or one like it.
fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) else {
        return false;
    };
    let stem = stem
        .strip_prefix("docker-")
        .or_else(|| stem.strip_prefix("podman-"))
        .unwrap_or(stem);
    stem.strip_prefix("compose")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// The lines of a text, each with its start.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end())
    })
}

/// Where the services of a compose file are.
fn services(text: &str) -> Option<(usize, usize)> {
    let key = "services:";
    let mut lines = lines(text);
    let (start, _) = lines.find(|(_, line)| line.strip_prefix(key).is_some_and(is_end))?;
    Some((start, start + key.len()))
}

/// Where the first pod of a manifest is told: a document has both keys.
fn pods(text: &str) -> Option<(usize, usize)> {
    let mut has_version = false;
    let mut kind = None;
    for (start, line) in lines(text) {
        if line.starts_with("---") {
            (has_version, kind) = (false, None);
        }
        has_version |= line.starts_with("apiVersion:");
        if let Some(name) = line.strip_prefix("kind:") {
            let name = name.split('#').next().unwrap_or(name);
            let name = name.trim().trim_matches(['"', '\'']);
            kind = KINDS.contains(&name).then_some((start, start + line.len()));
        }
        if has_version && kind.is_some() {
            return kind;
        }
    }
    None
}

/// Where the first setting of LXC is.
fn settings(text: &str) -> Option<(usize, usize)> {
    let (start, line) = lines(text).find(|(_, line)| line.trim_start().starts_with("lxc."))?;
    Some((start, start + line.len()))
}

/// Modules of Ansible that run containers, with and without the collection that they are of.
const MODULES: [&str; 9] = [
    "docker_compose",
    "docker_compose_v2",
    "docker_container",
    "docker_stack",
    "docker_swarm_service",
    "podman_container",
    "podman_containers",
    "podman_play",
    "podman_pod",
];
const COLLECTIONS: [&str; 4] = [
    "community.docker.",
    "community.general.",
    "containers.podman.",
    "",
];

/// So many tasks of a file are told.
const MAX_TASKS: usize = 20;

/// Where tasks of Ansible run containers: a module is the key of a set, or of words with values.
fn tasks(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    // Most files of YAML have neither word.
    if !text.contains("docker_") && !text.contains("podman_") {
        return out;
    }
    let mut has_list = false;
    for (start, line) in lines(text) {
        let content = line.trim_start();
        has_list |= content.starts_with("- ");
        let key_on = content.trim_start_matches("- ");
        let Some((key, rest)) = key_on.split_once(':') else {
            continue;
        };
        let is_module = COLLECTIONS
            .iter()
            .filter_map(|collection| key.strip_prefix(collection))
            .any(|module| MODULES.contains(&module));
        if is_module && has_list && (is_end(rest) || rest.contains('=')) && out.len() < MAX_TASKS {
            let from = start + line.len() - key_on.len();
            out.push((from, from + key.len()));
        }
    }
    out
}

/// Where a recipe says which image it begins with.
fn from(text: &str) -> Option<(usize, usize)> {
    let is_from = |line: &str| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM")) && words.next().is_some()
    };
    let (start, line) = lines(text).find(|(_, line)| is_from(line))?;
    Some((start, start + line.len()))
}

/// Is there nothing more on a line, or only a comment?
fn is_end(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('#')
}

fn tell(
    texts: &[Written],
    out: &mut TextsRead,
    what: (&str, &str),
    found: impl Fn(&str) -> Option<(usize, usize)>,
) {
    tell_all(texts, out, what, |text| found(text).into_iter().collect());
}

fn tell_all(
    texts: &[Written],
    out: &mut TextsRead,
    (parts, what): (&str, &str),
    found: impl Fn(&str) -> Vec<(usize, usize)>,
) {
    for written in texts {
        let Some(text) = written.text.value() else {
            continue;
        };
        for (start, end) in found(&text.pattern()) {
            let origin = Text::origin_of(text, start, end);
            out.not_analysed.push(NotAnalysed {
                place: origin.place(),
                what: format!("the {parts} of {}", written.path),
                questions: Vec::new(),
                why: Why::NotModelled(what.to_owned()),
                also: Vec::new(),
                subject: Subject::Containers,
                hosts: Vec::new(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{from, is_compose, is_lxc, pods, services, settings, tasks};
    use nixpod_syntax::is_recipe;

    #[test]
    fn names_of_compose_files() {
        let yes = [
            "compose.yaml",
            "a/docker-compose.yml",
            "docker-compose.override.yml",
            "docker-compose-dev.yaml",
            "podman-compose.yml",
        ];
        let no = ["composer.yml", "my-compose.yml", "compose.nix", "composes.yaml"];
        assert!(yes.into_iter().all(is_compose));
        assert!(!no.into_iter().any(is_compose));
    }

    #[test]
    fn what_makes_a_recipe() {
        let yes = [
            "Dockerfile",
            "a/Containerfile",
            "Dockerfile.dev",
            "web.dockerfile",
            "dev.web.Containerfile",
        ];
        let no = [
            "Dockerfile.dockerignore",
            "dockerfiles",
            "my-dockerfile.nix",
            "containerfile-notes",
        ];
        assert!(yes.into_iter().all(is_recipe));
        assert!(!no.into_iter().any(is_recipe));
        assert_eq!(
            from("# FROM x\nARG A=b\nfrom  debian:13 AS base\n"),
            Some((17, 40))
        );
        assert_eq!(from("FROM\nFROMAGE x\n"), None);
    }

    #[test]
    fn what_makes_a_manifest() {
        let found = |text: &str| pods(text).and_then(|(start, end)| text.get(start..end).map(str::to_owned));
        let deployment = "# x\napiVersion: apps/v1\r\nkind: Deployment # here\r\nspec:\n";
        assert_eq!(found(deployment).as_deref(), Some("kind: Deployment # here"));
        let later = "kind: \"Pod\"\napiVersion: v1\n";
        assert_eq!(found(later).as_deref(), Some("kind: \"Pod\""));
        // The keys of two documents are not those of one, and other kinds have no pods.
        assert_eq!(found("apiVersion: v1\n---\nkind: Pod\n"), None);
        assert_eq!(found("apiVersion: v1\nkind: Service\n"), None);
        assert_eq!(found("  apiVersion: v1\n  kind: Pod\n"), None);
        assert_eq!(services("a: 1\nservices: # all\n  x:\n"), Some((5, 14)));
        assert_eq!(services("services: none"), None);
    }

    #[test]
    fn what_makes_settings_of_lxc() {
        let yes = [
            "lxc/default.conf",
            "environment.etc.\"lxc/default.conf\"",
            ".config/lxc/web/config",
        ];
        assert!(yes.into_iter().all(is_lxc));
        assert!(
            !["lxcfs.conf", "incus/a.conf", "lxc/README"]
                .into_iter()
                .any(is_lxc)
        );
        assert_eq!(settings("# lxc.x = y\nlxc.net.0.type = veth\n"), Some((12, 33)));
        assert_eq!(settings("net = veth\n"), None);
    }

    #[test]
    fn what_makes_a_task() {
        let found = |text: &str| -> Vec<String> {
            let tasks = tasks(text).into_iter();
            tasks
                .filter_map(|(start, end)| Some(text.get(start..end)?.to_owned()))
                .collect()
        };
        let playbook = "- hosts: all\n  tasks:\n    - name: web\n      community.docker.docker_container:\n        name: web\n    - podman_container: name=a image=b\n    # docker_container:\n    - docker_image:\n        name: x\n";
        assert_eq!(
            found(playbook),
            ["community.docker.docker_container", "podman_container"]
        );
        // A variable of that name, and a set that is in no list.
        assert!(found("- a: b\n  docker_container: web\n").is_empty());
        assert!(found("docker_container:\n  a: b\n").is_empty());
        assert!(found("- own.docker_container:\n    a: b\n").is_empty());
    }
}
