//! Users, groups and sub-ids.

use crate::read::{Found, OptionReader, as_key, known_string, wrong};
use crate::system::switches::activation_script;
use crate::vocabulary::certainty::{maybe, weaken};
use crate::vocabulary::text::HOLE;
use crate::vocabulary::words::{self, split_words};
use nixpod_eval::Value;
use nixpod_model::{
    Doubt, EntryName, Field, Release, SecretSlot, SecretValue, SubIdRange, System, Text, User,
};
use nixpod_source::{Origin, Why};

/// Reads `users.users`.
pub(crate) fn read(reader: &mut OptionReader<'_, '_>, config: &Found, system: &mut System) {
    let all = reader.option(config, &["users", "users"]);
    let entries = reader.entries(&all);
    // That NixOS has users of its own is no gap.
    system.users_known = entries.templates.is_empty();
    if let Some(why) = &entries.open
        && !matches!(why, Why::UnsetOption(_))
    {
        let origin = reader.place_of(&all);
        reader.gap("users.users".to_owned(), why.clone(), &origin);
        system.users_known = false;
    }
    reader.each_part(entries.all(), |reader, (name, found)| {
        let enabled = reader.get(&found, "enable");
        if reader.bool(&enabled).certain() == Some(&false) {
            return;
        }
        let user = user(reader, &name, &found);
        passwords(reader, &name, &found, &mut system.secrets);
        system.users.push(user);
    });
    lingering_by_hand(reader, config, system);
}

fn user(reader: &mut OptionReader<'_, '_>, name: &EntryName, found: &Found) -> User {
    let bool = |reader: &mut OptionReader<'_, '_>, option: &str| {
        let found = reader.get(found, option);
        reader.bool(&found)
    };
    let mut user = User::new(name.to_string(), reader.place_of(found));
    user.is_normal = bool(reader, "isNormalUser");
    user.is_system = bool(reader, "isSystemUser");
    user.auto_sub_ids = bool(reader, "autoSubUidGidRange");
    let uid = reader.get(found, "uid");
    user.uid = reader.nullable(&uid, |value| match value {
        Value::Int(int) => Ok(*int),
        other => Err(wrong("an integer", other)),
    });
    let linger = reader.get(found, "linger");
    user.linger = reader.nullable(&linger, |value| match value {
        Value::Bool(bool) => Ok(*bool),
        other => Err(wrong("a Boolean", other)),
    });
    let group = reader.get(found, "group");
    user.group = reader.field(&group, |_, value, _| {
        let name = known_string(&value.value)?;
        Ok((!name.is_empty()).then_some(name))
    });
    let (sub_uids, uids_known) = ranges(reader, found, "subUidRanges", "startUid");
    let (sub_gids, gids_known) = ranges(reader, found, "subGidRanges", "startGid");
    user.sub_uids = sub_uids;
    user.sub_gids = sub_gids;
    user.sub_ids_known = uids_known && gids_known;
    let groups = reader.get(found, "extraGroups");
    for element in reader.elements(&groups) {
        user.extra_groups.push(reader.string(&element));
    }
    if let Some(unseen) = reader.unseen(found) {
        user.visit_mut(&mut Doubt(unseen.why));
        user.sub_ids_known = false;
    }
    user
}

fn ranges(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    option: &str,
    start: &str,
) -> (Vec<Field<SubIdRange>>, bool) {
    let list = reader.get(found, option);
    let mut known = true;
    let mut out = Vec::new();
    for element in reader.elements(&list) {
        let first = reader.get(&element, start);
        let count = reader.get(&element, "count");
        let count_written = !reader.is_default(&count);
        let first = reader.int(&first);
        let count = reader.int(&count);
        match (first.value(), count.value()) {
            (Some(start), Some(ids)) => {
                let range = SubIdRange {
                    start: *start,
                    count: *ids,
                    count_written,
                };
                let mut field = weaken(first.map(|_| range), &count);
                let (conditions, open) = reader.conditions(element.when);
                if open {
                    field = maybe(field, conditions);
                }
                known &= !field.is_maybe();
                let origin = reader.place_of(&element);
                if !origin.hops.is_empty() {
                    field.origin = origin;
                }
                out.push(field);
            }
            _ => known = false,
        }
    }
    (out, known)
}

/// Does something besides the options of users write `/etc/subuid` or `/etc/subgid`: an option that names the file, or a
/// script of the activation?
pub(super) fn sub_id_files(reader: &mut OptionReader<'_, '_>, config: &Found) -> Field<bool> {
    let files = reader.option(config, &["environment", "etc"]);
    for file in ["subuid", "subgid"] {
        let file = reader.get(&files, file);
        if reader.is_written(&file) {
            return Field::set(true, reader.place_of(&file));
        }
    }
    if let Some(script) = activation_script(reader, config, names_sub_ids) {
        return Field::set(true, reader.place_of(&script));
    }
    match tmpfiles_rules(reader, config, names_sub_ids).first() {
        Some(rule) => Field::set(true, reader.place_of(rule)),
        None => Field::default(false),
    }
}

/// The lines for `systemd-tmpfiles` that may say something.
pub(super) fn tmpfiles_rules(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
    says: fn(&str) -> bool,
) -> Vec<Found> {
    let rules = reader.option(config, &["systemd", "tmpfiles", "rules"]);
    if !reader.is_written(&rules) {
        return Vec::new();
    }
    let mut found = reader.elements(&rules);
    found.retain(|rule| reader.may_say(&rule.value, says));
    found
}

/// The first state version whose users are not told to linger or not where nobody says it.
const LINGER_UNMANAGED: Release = Release::new(25, 11);

/// Where nobody says whether a user lingers, a file that something else makes decides, and it is not known.
fn lingering_by_hand(reader: &mut OptionReader<'_, '_>, config: &Found, system: &mut System) {
    const FOLDER: &str = "/var/lib/systemd/linger/";
    let is_open = |user: &User| matches!(user.linger.value(), Some(None));
    // Before, such a file is removed again.
    let is_managed = { system.state_version.certain() }.is_some_and(|version| *version < LINGER_UNMANAGED);
    if is_managed || !system.users.iter().any(is_open) {
        return;
    }
    let mut found = tmpfiles_rules(reader, config, makes_linger);
    found.extend(activation_script(reader, config, makes_linger));
    let mut said: Vec<(Option<String>, Origin)> = Vec::new();
    for found in found {
        let text = reader.text(&found);
        said.push((text.value().map(Text::pattern), reader.place_of(&found)));
    }
    let groups = reader.option(config, &["systemd", "tmpfiles", "settings"]);
    if reader.is_written(&groups) {
        for (_, group) in reader.entries(&groups).named {
            for (path, file) in reader.entries_called(&group, &|path| path.starts_with(FOLDER)) {
                said.push((Some(path), reader.key_origin(&file)));
            }
        }
    }
    for (text, origin) in said {
        for user in system.users.iter_mut().filter(|user| is_open(user)) {
            let is_named = text
                .as_ref()
                .is_none_or(|text| text.contains(HOLE) || text.contains(user.name.as_str()));
            if is_named {
                user.linger = Field::unknown(Why::named(FOLDER), origin.clone());
            }
        }
    }
}

fn makes_linger(text: &str) -> bool {
    text.contains("systemd/linger") || text.contains("enable-linger")
}

fn names_sub_ids(text: &str) -> bool {
    ["/etc/subuid", "/etc/subgid"]
        .iter()
        .any(|file| text.contains(file))
}

fn passwords(
    reader: &mut OptionReader<'_, '_>,
    name: &EntryName,
    found: &Found,
    secrets: &mut Vec<SecretValue>,
) {
    for option in ["password", "initialPassword"] {
        let found = reader.get(found, option);
        reader.secret(&found, SecretSlot::Password(name.to_string(), option), secrets);
    }
    for option in ["hashedPassword", "initialHashedPassword"] {
        let found = reader.get(found, option);
        let slot = SecretSlot::HashedPassword(name.to_string(), option);
        reader.secret(&found, slot, secrets);
    }
    for option in ["hashedPasswordFile", "passwordFile"] {
        let found = reader.get(found, option);
        let slot = SecretSlot::SecretFile(format!("users.users.{}.{option}", as_key(name)));
        reader.secret(&found, slot, secrets);
    }
}

/// `users.groups.<g>.members` as pairs.
pub(crate) fn members(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Field<(String, String)>> {
    let groups = reader.option(config, &["users", "groups"]);
    let mut out = Vec::new();
    let groups = reader.entries(&groups).named;
    reader.each_part(groups, |reader, (group, found)| {
        let list = reader.get(&found, "members");
        for element in reader.elements(&list) {
            let member = reader.string(&element);
            out.push(member.map(|member| (group.clone(), member.clone())));
        }
    });
    out
}

/// Systems have a few hundred services; more are generated.
const MAX_SERVICES: usize = 2_000;

/// The option of services, what the names of their units begin with, and where one says with which groups its unit runs.
type Services = (
    &'static [&'static str],
    &'static str,
    &'static [&'static [&'static str]],
);

/// Those that are looked at.
const SERVICES: [Services; 3] = [
    (
        &["services", "woodpecker-agents", "agents"],
        "woodpecker-agent-",
        &[&["extraGroups"]],
    ),
    (
        &["systemd", "services"],
        "",
        &[
            &["serviceConfig", "Group"],
            &["serviceConfig", "SupplementaryGroups"],
        ],
    ),
    (
        &["services", "github-runners"],
        "github-runner-",
        &[
            &["group"],
            &["serviceOverrides", "Group"],
            &["serviceOverrides", "SupplementaryGroups"],
        ],
    ),
];

/// The groups that services run with besides those of their users.
pub(crate) fn service_groups(
    reader: &mut OptionReader<'_, '_>,
    config: &Found,
) -> Vec<Field<(String, String)>> {
    let mut out = Vec::new();
    for (path, prefix, keys) in SERVICES {
        let services = reader.option(config, path);
        if reader.is_unset(&services) {
            continue;
        }
        for (service, found) in reader.entries(&services).named.into_iter().take(MAX_SERVICES) {
            if starts_a_container(reader, config, &service) || runs_as_root(reader, &service, &found) {
                continue;
            }
            for key in keys {
                let groups = reader.at(&found, key);
                for group in groups_in(reader, groups) {
                    out.push(group.map(|group| (group.display(), format!("{prefix}{service}"))));
                }
            }
        }
    }
    module_groups(reader, config, &mut out);
    out
}

/// Options of the module of a service, beside its name, that say with which groups it runs.
const GROUPS: [&str; 3] = ["group", "extraGroups", "supplementaryGroups"];

/// The groups that services which are enabled are given by options of their modules.
fn module_groups(reader: &mut OptionReader<'_, '_>, config: &Found, out: &mut Vec<Field<(String, String)>>) {
    let services = reader.option(config, &["services"]);
    if !reader.is_written(&services) {
        return;
    }
    for (service, found) in reader.entries(&services).named.into_iter().take(MAX_SERVICES) {
        if !matches!(found.value.value, Value::Attrs(_)) || reader.is_default(&found) {
            continue;
        }
        for key in GROUPS {
            let groups = reader.get(&found, key);
            if !reader.is_written(&groups) {
                continue;
            }
            let enable = reader.get(&found, "enable");
            let enable = reader.bool(&enable);
            if enable.value() != Some(&true) {
                break;
            }
            for group in groups_in(reader, groups) {
                let group = group.map(|group| (group.display(), service.clone()));
                out.push(weaken(group, &enable));
            }
        }
    }
}

/// Is a unit the one in which oci-containers runs the client of the engine for a container?
fn starts_a_container(reader: &mut OptionReader<'_, '_>, config: &Found, service: &str) -> bool {
    let name = ["docker-", "podman-"]
        .iter()
        .find_map(|backend| service.strip_prefix(backend));
    let Some(name) = name else {
        return false;
    };
    let containers = reader.option(config, &["virtualisation", "oci-containers", "containers"]);
    let container = reader.get(&containers, name);
    !reader.is_unset(&container)
}

/// Units of NixOS itself that run as root.
const IS_ROOT: [&str; 3] = ["docker", "libvirtd", "podman"];

/// Does a unit that says here what it runs do so as root? The user of one that another module starts is not seen here.
fn runs_as_root(reader: &mut OptionReader<'_, '_>, service: &str, unit: &Found) -> bool {
    let sets = |reader: &mut OptionReader<'_, '_>, path: &[&str]| {
        let found = reader.at(unit, path);
        !reader.is_unset(&found) && !reader.is_default(&found)
    };
    let starts = IS_ROOT.contains(&service)
        || sets(reader, &["script"])
        || sets(reader, &["serviceConfig", "ExecStart"]);
    starts && !sets(reader, &["serviceConfig", "User"]) && !sets(reader, &["serviceConfig", "DynamicUser"])
}

/// The groups that a setting of a unit names.
fn groups_in(reader: &mut OptionReader<'_, '_>, groups: Found) -> Vec<Field<Text>> {
    if reader.is_unset(&groups) || reader.is_default(&groups) {
        return Vec::new();
    }
    let values = match &groups.value.value {
        Value::List(_) => reader.elements(&groups),
        _ => vec![groups],
    };
    let values: Vec<Field<Text>> = values.iter().map(|value| reader.text(value)).collect();
    split_words(&values, words::blanks)
}
