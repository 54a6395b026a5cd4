//! Mounts as texts.

use crate::vocabulary::certainty::weaken;
use crate::vocabulary::csv;
use crate::vocabulary::flags::boolean;
use crate::vocabulary::text::{HOLE, split_all, split_once};
use nixpod_model::{Container, Field, Mount, Text};
use nixpod_source::Origin;

/// `source:target:options` of systemd-nspawn's `--bind=`; one path alone is both. A source that begins with `+` is the
/// container's own tree, and keeps the sign, so that nobody takes it for a path of the host.
pub(crate) fn nspawn_bind(text: &Text, read_only: bool) -> Mount {
    let parts = split_all(text, ':');
    let source = parts.first().cloned().unwrap_or_default();
    let target = match parts.get(1) {
        Some(target) if !target.parts.is_empty() => target.clone(),
        _ => without_sign(&source),
    };
    Mount {
        source,
        target,
        read_only,
        options: parts.get(2).map(words).unwrap_or_default(),
        is_bind: true,
        unclear_access: None,
        volume: None,
    }
}

/// The directories of the host that `--overlay=` or `--overlay-ro=` of systemd-nspawn shows, which stay as they are: all but
/// the last, and the one before it that takes what is written. Those that begin with `+`, or are empty, are not the host's.
pub(crate) fn nspawn_overlay(text: &Text, read_only: bool) -> Vec<Mount> {
    let parts = split_all(text, ':');
    let others = match (read_only, parts.len()) {
        (_, 0..=2) => parts.len().saturating_sub(1),
        (true, _) => 1,
        (false, _) => 2,
    };
    let target = parts.last().cloned().unwrap_or_default();
    let lower = parts.iter().take(parts.len() - others);
    let lower = lower.filter(|part| part.pattern().starts_with(['/', HOLE]));
    lower
        .map(|source| Mount {
            source: source.clone(),
            target: target.clone(),
            read_only: true,
            options: vec!["O".to_owned()],
            is_bind: true,
            unclear_access: None,
            volume: None,
        })
        .collect()
}

/// A volume that the local driver makes of a directory of the host, by what it is told: its type, its options and its device.
pub(crate) fn host_volume(device: &Text, kind: &str, options: &str) -> Option<Mount> {
    let mut options = options.split(',').map(str::trim);
    let is_bind = kind == "bind" || options.clone().any(|one| matches!(one, "bind" | "rbind"));
    is_bind.then(|| Mount {
        source: device.clone(),
        target: Text::default(),
        read_only: options.any(|one| one == "ro"),
        options: Vec::new(),
        is_bind: true,
        unclear_access: None,
        volume: None,
    })
}

/// Named volumes that are directories of the host, by the names that Podman and Docker know them by.
pub(crate) fn bind_volumes<'b>(container: &mut Container, bound: impl Fn(&str) -> Option<&'b Field<Mount>>) {
    for field in &mut container.mounts {
        let Some(mount) = field.value().filter(|mount| !mount.is_bind) else {
            continue;
        };
        let name = mount.source.pattern();
        let Some(bound) = bound(&name).cloned() else {
            continue;
        };
        let (target, options, read_only) = (mount.target.clone(), mount.options.clone(), mount.read_only);
        let mut both = weaken(bound, field).map(|mount| Mount {
            target: target.clone(),
            options: options.clone(),
            read_only: mount.read_only || read_only,
            volume: Some(name.clone()),
            ..mount.clone()
        });
        both.origin.clone_from(&field.origin);
        both.definitions.clone_from(&field.definitions);
        *field = both;
    }
}

/// A path as it is seen inside.
fn without_sign(text: &Text) -> Text {
    let pattern = text.pattern();
    if pattern.starts_with('+') {
        text.slice(1, pattern.len())
    } else {
        text.clone()
    }
}

fn words(text: &Text) -> Vec<String> {
    text.pattern()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `source:target[:options]` of podman and docker; one path alone is an anonymous volume.
pub(crate) fn volume(text: &Text) -> Mount {
    let parts = split_all(text, ':');
    let options = parts.get(2).map(words).unwrap_or_default();
    let (source, target) = match (parts.first(), parts.get(1)) {
        (Some(source), Some(target)) => (source.clone(), target.clone()),
        // Where nothing is known of it, it may have all of these parts.
        (Some(text), None) if text.pattern().starts_with(HOLE) => (text.clone(), text.clone()),
        (Some(target), None) => (Text::default(), target.clone()),
        _ => (Text::default(), Text::default()),
    };
    Mount {
        is_bind: is_path(&source),
        unclear_access: None,
        volume: None,
        read_only: options.iter().any(|option| option == "ro" || option == "O"),
        source,
        target,
        options: options
            .into_iter()
            .filter(|option| option != "ro" && option != "rw")
            .collect(),
    }
}

/// A host path, and not the name of a volume? Quadlet's specifiers stand for paths.
pub(crate) fn is_path(source: &Text) -> bool {
    let pattern = source.pattern();
    pattern.starts_with(['/', '.', '~', '$', '%', HOLE])
}

/// `type=bind,source=…,target=…` of `--mount` and of quadlet's `Mount=`. Docker takes more words for yes and no.
pub(crate) fn mount(text: &Text, is_docker: bool) -> Option<Mount> {
    let is_yes = |value: &str| match is_docker {
        true => boolean(value) != Some(false),
        // What Podman does not know it takes no notice of.
        false => value.is_empty() || value.eq_ignore_ascii_case("true"),
    };
    let mut out = Mount {
        source: Text::default(),
        target: Text::default(),
        read_only: false,
        options: Vec::new(),
        is_bind: false,
        unclear_access: None,
        volume: None,
    };
    let mut kind = "volume".to_owned();
    let mut of_driver = Vec::new();
    // What the engine refuses is told all the same.
    for part in csv::fields(text).unwrap_or_else(|| split_all(text, ',')) {
        let pattern = part.pattern();
        let (key, value) = match pattern.find('=') {
            Some(at) => (
                pattern.get(..at).unwrap_or_default().to_owned(),
                part.slice(at + 1, pattern.len()),
            ),
            None => (pattern.clone(), Text::default()),
        };
        let known = value.pattern();
        // What is not known may be the source.
        if key.starts_with(HOLE) || key.trim() == "type" && known.contains(HOLE) {
            out.source = part.clone();
            kind = "bind".to_owned();
            continue;
        }
        match key.trim() {
            "type" => kind = known,
            "source" | "src" => out.source = value,
            "target" | "destination" | "dst" => out.target = value,
            "ro" | "readonly" => out.read_only = is_yes(&known),
            "rw" => out.read_only = known.eq_ignore_ascii_case("false"),
            // Podman alone has it; a volume says it in one letter.
            "U" | "chown" if !is_docker && is_yes(&known) => out.options.push("U".to_owned()),
            "U" | "chown" if known.eq_ignore_ascii_case("false") => {}
            "bind-propagation" => out.options.push(known),
            "volume-opt" if is_docker => of_driver.push(value),
            "" => {}
            _ => out.options.push(pattern),
        }
    }
    of_kind(&kind, &mut out)?;
    if let Some(bound) = bound_by_driver(&of_driver).filter(|_| kind == "volume") {
        out.read_only |= bound.read_only;
        let name = std::mem::replace(&mut out.source, bound.source).pattern();
        out.volume = (!name.is_empty()).then_some(name);
        out.options.clear();
        out.is_bind = true;
    }
    Some(out)
}

/// What the kind of a mount makes of it; nothing for one that is not known.
fn of_kind(kind: &str, out: &mut Mount) -> Option<()> {
    match kind {
        "bind" => out.is_bind = true,
        // All that the pattern fits is bound: what is in a folder, mostly.
        "glob" => {
            out.source = folder_of_pattern(&out.source);
            out.is_bind = true;
        }
        "volume" | "image" | "tmpfs" | "ramfs" | "devpts" | "artifact" => {
            out.options.insert(0, kind.to_owned())
        }
        _ => return None,
    }
    Some(())
}

/// The directory that options for the driver of a volume make it.
fn bound_by_driver(options: &[Text]) -> Option<Mount> {
    let value = |name: &str| {
        let mut pairs = options.iter().filter_map(|option| split_once(option, '='));
        pairs.rfind(|(known, _)| known.pattern() == name)
    };
    let how = value("o").map(|(_, how)| how.pattern());
    host_volume(&value("device")?.1, "", &how?)
}

/// The folder that a pattern of paths begins with.
fn folder_of_pattern(source: &Text) -> Text {
    let pattern = source.pattern();
    let Some(first) = pattern.find(['*', '?', '[', '{']) else {
        return source.clone();
    };
    let end = pattern.get(..first).and_then(|before| before.rfind('/'));
    source.slice(0, end.map_or(0, |end| end.max(1)))
}

/// `target[:options]` of `--tmpfs`.
pub(crate) fn tmpfs(value: &Text) -> Mount {
    let (target, options) = split_once(value, ':').unwrap_or((value.clone(), Text::default()));
    let options = words(&options);
    Mount {
        source: Text::known("tmpfs", Origin::default()),
        target,
        // The last of the two holds.
        read_only: options
            .iter()
            .rfind(|option| *option == "ro" || *option == "rw")
            .is_some_and(|last| last == "ro"),
        options: options
            .into_iter()
            .filter(|option| option != "ro" && option != "rw")
            .collect(),
        is_bind: false,
        unclear_access: None,
        volume: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{mount, nspawn_bind, nspawn_overlay, tmpfs, volume};
    use expect_test::{Expect, expect};
    use nixpod_model::{Mount, Text};
    use nixpod_source::Origin;

    #[track_caller]
    fn check(how: fn(&Text) -> Option<Mount>, texts: &[&str], expected: Expect) {
        let mut out = String::new();
        for text in texts {
            out.push_str(&format!("{text} => "));
            match how(&Text::known(*text, Origin::default())) {
                Some(mount) => out.push_str(&format!(
                    "{} {} -> {} {}{:?}\n",
                    if mount.is_bind { "bind" } else { "volume" },
                    mount.source.display(),
                    mount.target.display(),
                    if mount.read_only { "ro " } else { "" },
                    mount.options
                )),
                None => out.push_str("-\n"),
            }
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn nspawn_binds() {
        check(
            |text| Some(nspawn_bind(text, false)),
            &[
                "/a",
                "/a:/b",
                "/a:/b:idmap,rbind",
                "+/a:/b",
                "+/a",
                r"/a\:b:/c",
                "",
            ],
            expect![[r#"
                /a => bind /a -> /a []
                /a:/b => bind /a -> /b []
                /a:/b:idmap,rbind => bind /a -> /b ["idmap", "rbind"]
                +/a:/b => bind +/a -> /b []
                +/a => bind +/a -> /a []
                /a\:b:/c => bind /a\:b -> /c []
                 => bind  ->  []
            "#]],
        );
    }

    #[test]
    fn nspawn_overlays() {
        let lower = |text: &str, read_only: bool| -> Vec<String> {
            let text = Text::known(text, Origin::default());
            let mounts = nspawn_overlay(&text, read_only).into_iter();
            mounts.map(|mount| mount.source.display()).collect()
        };
        assert_eq!(lower("/:/srv/o:/h", false), ["/"]);
        assert_eq!(lower("/a:+/b:/c:/srv/o:/h", false), ["/a", "/c"]);
        assert_eq!(lower("/home:/x:/hh", true), ["/home", "/x"]);
        assert_eq!(lower("/a:/b", false), ["/a"]);
        assert!(lower("", true).is_empty());
    }

    #[test]
    fn volumes_of_engines() {
        check(
            |text| Some(volume(text)),
            &["/a:/b:ro,Z", "data:/b", "/b", "%h/x:/x", "./a:/b:O", "~/a:/b"],
            expect![[r#"
                /a:/b:ro,Z => bind /a -> /b ro ["Z"]
                data:/b => volume data -> /b []
                /b => volume  -> /b []
                %h/x:/x => bind %h/x -> /x []
                ./a:/b:O => bind ./a -> /b ro ["O"]
                ~/a:/b => bind ~/a -> /b []
            "#]],
        );
    }

    #[test]
    fn mounts_of_docker() {
        check(
            |text| mount(text, true),
            &[
                "type=bind,src=/a,dst=/b,ro=1",
                "type=bind,src=/a,dst=/b,ro=F",
                r#"src=v,dst=/b,volume-opt=type=none,"volume-opt=o=bind,ro",volume-opt=device=/a"#,
            ],
            expect![[r#"
                type=bind,src=/a,dst=/b,ro=1 => bind /a -> /b ro []
                type=bind,src=/a,dst=/b,ro=F => bind /a -> /b []
                src=v,dst=/b,volume-opt=type=none,"volume-opt=o=bind,ro",volume-opt=device=/a => bind /a -> /b ro []
            "#]],
        );
    }

    #[test]
    fn file_systems_in_memory() {
        check(
            |text| Some(tmpfs(text)),
            &["/t", "/t:size=1m,ro", "/t:ro,rw"],
            expect![[r#"
                /t => volume tmpfs -> /t []
                /t:size=1m,ro => volume tmpfs -> /t ro ["size=1m"]
                /t:ro,rw => volume tmpfs -> /t []
            "#]],
        );
    }

    #[test]
    fn mount_options() {
        check(
            |text| mount(text, false),
            &[
                "type=bind,source=/a,target=/b,ro",
                "type=bind,src=/a,dst=/b,readonly=false,z",
                "type=bind,src=/a,dst=/b,ro=1",
                "type=bind,src=/a,dst=/b,rw=False",
                "type=bind,src=/a,dst=/b,U=true,bind-propagation=rshared",
                "type=bind,src=/a,dst=/b,chown=True",
                "type=bind,src=/a,dst=/b,U=false,chown=False",
                "type=bind,src=/a,dst=/b,U",
                r#"type=bind,"source=/a,b",target=/c"#,
                "type=tmpfs,destination=/t",
                "source=data,target=/d",
                "type=npipe",
            ],
            expect![[r#"
                type=bind,source=/a,target=/b,ro => bind /a -> /b ro []
                type=bind,src=/a,dst=/b,readonly=false,z => bind /a -> /b ["z"]
                type=bind,src=/a,dst=/b,ro=1 => bind /a -> /b []
                type=bind,src=/a,dst=/b,rw=False => bind /a -> /b ro []
                type=bind,src=/a,dst=/b,U=true,bind-propagation=rshared => bind /a -> /b ["U", "rshared"]
                type=bind,src=/a,dst=/b,chown=True => bind /a -> /b ["U"]
                type=bind,src=/a,dst=/b,U=false,chown=False => bind /a -> /b []
                type=bind,src=/a,dst=/b,U => bind /a -> /b ["U"]
                type=bind,"source=/a,b",target=/c => bind /a,b -> /c []
                type=tmpfs,destination=/t => volume  -> /t ["tmpfs"]
                source=data,target=/d => volume data -> /d ["volume"]
                type=npipe => -
            "#]],
        );
    }
}
