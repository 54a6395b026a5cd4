//! The command `show`.

use crate::args::{ShowArgs, TableFormat};
use crate::check::{check_hosts, report_unreadable};
use crate::outcome::Outcome;
use crate::output::{Context, left_out, show_commands, show_json, show_table};
use crate::project::Projects;
use crate::terminal::Terminal;
use crate::view::{ContainerSpec, Results};
use crate::words::Words;
use anyhow::{Result, bail};
use nixpod_analysis::{Analysis, LeftOutReason, Role, Settings, closest};
use std::collections::HashMap;

/// Shows effective specs.
pub(crate) fn run(args: &ShowArgs, terminal: &Terminal) -> Result<Outcome> {
    let settings = Settings {
        hosts: (!args.host.is_empty()).then(|| args.host.clone()),
        with_off: args.all,
        show_secrets: args.show_secrets,
        jobs: args.jobs.map_or(0, std::num::NonZeroUsize::get),
        timeout: Some(std::time::Duration::from_secs(crate::args::TIMEOUT)),
        ..Settings::default()
    };
    let projects = Projects::new(args.into(), &settings, terminal)?;
    let base = projects.base();
    let question = match args.command {
        Some(_) => Analysis::commands,
        None => Analysis::show,
    };
    let mut results = projects.ask(question, &base);
    check_hosts(&args.host, &results)?;
    let wanted = [&args.container[..], args.command.as_deref().unwrap_or_default()].concat();
    check_containers(&wanted, &results)?;
    if !wanted.is_empty() {
        results
            .containers
            .retain(|container| wanted.iter().any(|name| name == container.name.exact()));
    }
    results.containers = merge_hosts(results.containers);
    let context = Context {
        terminal,
        rules: nixpod_rules::ALL,
        current: &projects.current,
        base: &base,
        statistics: false,
    };
    let _span = tracing::debug_span!("render").entered();
    match args.format {
        TableFormat::Json => terminal.print_document(&show_json(&results.containers))?,
        TableFormat::Table => {
            terminal.print(&match args.command {
                Some(_) => show_commands(&results.containers, &context),
                None => show_table(&results.containers, args.defaults, &context),
            })?;
            if results.containers.is_empty() {
                terminal.note("no containers were found");
            }
            if args.all {
                print_left_out(&results, &context)?;
            }
            for line in left_out(&results).iter().filter(|_| !args.all) {
                terminal.note(&format!("{line} (--all lists them)"));
            }
        }
    }
    let failed = report_unreadable(&results, &projects.current, terminal) || projects.failed;
    Ok(if failed { Outcome::Failed } else { Outcome::Clean })
}

/// Lists the containers that no host has.
fn print_left_out(results: &Results, context: &Context<'_>) -> Result<()> {
    for one in &results.left_out {
        let at = &one.location;
        let name = one
            .name
            .as_ref()
            .map_or_else(|| "a computed set".to_owned(), ToString::to_string);
        let what = what_is_left_out(one.surface, one.reason, &name);
        let place = format!("{}:{}", context.name(&at.source), at.line);
        context.terminal.print(&format!("{what}, {place}\n"))?;
    }
    Ok(())
}

/// Is there a container of each name?
fn check_containers(wanted: &[String], results: &Results) -> Result<()> {
    let names = || results.containers.iter().map(|container| container.name.exact());
    for name in wanted {
        if names().any(|known| known == name) {
            continue;
        }
        match closest(name, names()) {
            Some(other) => bail!("there is no container `{name}`; did you mean `{other}`?"),
            None => bail!("there is no container `{name}`"),
        }
    }
    Ok(())
}

/// Makes one entry of the same spec on several hosts.
fn merge_hosts(containers: Vec<ContainerSpec>) -> Vec<ContainerSpec> {
    let merged: Vec<Option<Vec<(Role, Words)>>> = {
        let mut hosts: HashMap<_, Vec<(Role, Words)>> = HashMap::new();
        for container in &containers {
            let of_spec = hosts.entry(container.spec()).or_default();
            for host in &container.hosts {
                if !of_spec.contains(host) {
                    of_spec.push(host.clone());
                }
            }
        }
        // Each spec stays where it is first.
        let merged = containers.iter().map(|container| hosts.remove(&container.spec()));
        merged.collect()
    };
    let containers = containers.into_iter().zip(merged);
    let kept = containers.filter_map(|(container, hosts)| {
        Some(ContainerSpec {
            hosts: hosts?,
            ..container
        })
    });
    kept.collect()
}

/// A container that is not judged, and why, in words.
fn what_is_left_out(surface: Option<&str>, reason: LeftOutReason, name: &str) -> String {
    let Some(surface) = surface else {
        return "a test".to_owned();
    };
    format!("{}: {name} ({surface})", reason.words())
}
