//! Services that run jobs of others, such as runners of a forge.

use crate::read::{Found, OptionReader, as_key};
use crate::vocabulary::certainty::weaken;
use nixpod_eval::Value;
use nixpod_model::{EntryName, Field, ForgeRunner, JobUser};

/// A service that runs jobs of a forge.
struct Jobs {
    /// The option.
    path: &'static [&'static str],
    /// Is it a set of instances?
    has_instances: bool,
    /// Who runs the jobs where no option says it: a name, to which that of the instance is added where it ends in `-`.
    user: Option<&'static str>,
    /// The groups of engines that its module gives its unit.
    groups: &'static [&'static str],
}

const JOBS: [Jobs; 5] = [
    // A user that systemd makes up is called like its unit.
    Jobs {
        path: &["services", "github-runners"],
        has_instances: true,
        user: Some("github-runner-"),
        groups: &[],
    },
    Jobs {
        path: &["services", "buildkite-agents"],
        has_instances: true,
        user: None,
        groups: &[],
    },
    Jobs {
        path: &["services", "gitea-actions-runner", "instances"],
        has_instances: true,
        user: Some("gitea-runner"),
        groups: &["docker", "podman"],
    },
    Jobs {
        path: &["services", "gitlab-runner"],
        has_instances: false,
        user: Some("gitlab-runner"),
        // That of Podman came later.
        groups: &["docker"],
    },
    Jobs {
        path: &["services", "jenkins"],
        has_instances: false,
        user: Some("jenkins"),
        groups: &[],
    },
];

/// Services that are told by an option which forge they run jobs of.
const RUNNERS: [&[&str]; 3] = [
    &["services", "github-runners"],
    &["services", "gitea-actions-runner", "instances"],
    &["services", "forgejo-runner", "instances"],
];

/// Whose jobs are run.
pub(super) fn forge_runners(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Field<ForgeRunner>> {
    let mut out = Vec::new();
    for path in RUNNERS {
        let all = reader.option(config, path);
        if reader.is_unset(&all) {
            continue;
        }
        let name = path.get(1).copied().unwrap_or_default();
        for (instance, found) in reader.entries(&all).all() {
            let enable = reader.get(&found, "enable");
            let enable = reader.bool(&enable);
            let url = reader.get(&found, "url");
            if enable.value() != Some(&true) || !reader.is_written(&url) {
                continue;
            }
            let service = format!("{name}.{}", as_key(&instance));
            let url = reader.text(&url).map(|url| ForgeRunner {
                service: service.clone(),
                url: url.clone(),
            });
            out.push(weaken(url, &enable));
        }
    }
    out
}

/// Who runs jobs.
pub(super) fn job_users(reader: &mut OptionReader<'_, '_>, config: &Found) -> Vec<Field<JobUser>> {
    let mut out = Vec::new();
    for jobs in &JOBS {
        let service = reader.option(config, jobs.path);
        if reader.is_unset(&service) {
            continue;
        }
        let name = jobs.path.get(1).copied().unwrap_or_default();
        let instances: Vec<(EntryName, Found)> = match jobs.has_instances {
            true => reader.entries(&service).all().into_iter().collect(),
            false => vec![(EntryName::Template(0), service)],
        };
        for (instance, found) in instances {
            let service = match jobs.has_instances {
                true => format!("{name}.{}", as_key(&instance)),
                false => name.to_owned(),
            };
            let enable = reader.get(&found, "enable");
            let enable = match reader.is_unset(&enable) {
                // Instances of Buildkite's agent are on unless they say otherwise.
                true => Field::default(name == "buildkite-agents"),
                false => reader.bool(&enable),
            };
            if enable.value() != Some(&true) {
                continue;
            }
            let user = reader.get(&found, "user");
            let is_said = !reader.is_unset(&user) && !matches!(user.value.value, Value::Null);
            let user = match (is_said, jobs.user, &instance) {
                (true, ..) => reader.string(&user),
                (false, Some(begin), EntryName::Known(instance)) if begin.ends_with('-') => {
                    enable.map(|_| format!("{begin}{instance}"))
                }
                (false, Some(name), _) if !name.ends_with('-') => enable.map(|_| name.to_owned()),
                _ => continue,
            };
            let is_of_labels = name == "gitea-actions-runner";
            let runs_jobs = !is_of_labels || runs_on_host(reader, &found);
            let user = user.map(|user| JobUser {
                user: user.clone(),
                service: service.clone(),
                runs_jobs,
                groups: jobs.groups,
            });
            out.push(weaken(user, &enable));
        }
    }
    out
}

/// Does a label of a runner send jobs to the machine itself?
fn runs_on_host(reader: &mut OptionReader<'_, '_>, runner: &Found) -> bool {
    let labels = reader.texts(runner, "labels");
    labels.iter().any(|label| {
        label
            .value()
            .is_some_and(|label| label.pattern().ends_with(":host"))
    })
}
