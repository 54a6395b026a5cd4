//! Specs as one script that runs on a host of the lab, one after the other.

use super::asked::Asked;
use super::spec::{Runner, Spec};
use anyhow::Result;
use std::fmt::Write as _;

/// So many seconds a container may take; most take a half.
const LIMIT: u32 = 20;

/// Words that tell Podman about its service, which there is none of.
const OF_SERVICE: &[&str] = &["-d", "--replace"];
const OF_SERVICE_BEGIN: &[&str] = &["--log-driver=", "--cidfile=", "--sdnotify=", "--cgroups="];

/// What is asked of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What the kernel says inside.
    Report,
    /// What of the host is reached from inside.
    Escapes,
}

/// The script of a batch: all specs have the same runner.
pub(super) fn batch(runner: Runner, specs: &[(&Spec, &Asked)], question: Question) -> Result<String> {
    let mut out = "set -u\n. /lab/lib/base.sh\n. /lab/lib/model.sh\nmodel_host\n".to_owned();
    if question == Question::Escapes {
        out.push_str("model_prey\n");
    }
    match runner {
        Runner::Nspawn => machines(&mut out, specs)?,
        Runner::Podman => {
            out.push_str("model_image\n");
            for (spec, asked) in specs {
                one(&mut out, spec, asked, "")?;
            }
        }
        Runner::Rootless => {
            out.push_str("chown -R lab:lab /lab/root\nmodel_image as_user lab\n");
            for (spec, asked) in specs {
                one(&mut out, spec, asked, "as_user lab ")?;
            }
        }
    }
    Ok(out)
}

/// A container of Podman.
fn one(out: &mut String, spec: &Spec, asked: &Asked, whose: &str) -> Result<()> {
    writeln!(out, "echo '@spec {}'", spec.number)?;
    files(out, spec)?;
    match (&spec.shell, &asked.words) {
        (Some(line), _) => {
            writeln!(
                out,
                "cat > /lab/line.sh <<'LAB_LINE'\n{}\nLAB_LINE",
                line.trim_end()
            )?;
            writeln!(
                out,
                "{whose}timeout -k 1 {LIMIT} bash /lab/line.sh 2>&1 </dev/null"
            )?;
        }
        (None, Some(words)) => {
            let words: Vec<&String> = words.iter().filter(|word| !is_of_service(word)).collect();
            writeln!(
                out,
                "{whose}timeout -k 1 {LIMIT} {} 2>&1 </dev/null",
                joined(&words)?
            )?;
        }
        (None, None) => {}
    }
    // What did not end in time is still there.
    writeln!(
        out,
        "status=$?\necho \"@status $status\"\nmodel_after\n\
         [ $status -lt 124 ] || {whose}podman rm -f -t 0 -i c >/dev/null 2>&1"
    )?;
    without_files(out, spec)
}

fn is_of_service(word: &str) -> bool {
    OF_SERVICE.contains(&word) || OF_SERVICE_BEGIN.iter().any(|begin| word.starts_with(begin))
}

/// Containers of nspawn, each in the unit that NixOS gives it, which a real systemd starts.
fn machines(out: &mut String, specs: &[(&Spec, &Asked)]) -> Result<()> {
    out.push_str("model_machines\n. /lab/lib/unit.sh\nmkdir -p /run/systemd/system\n: > /lab/lines\n: > /lab/stop.sh\n: > /lab/start.sh\n");
    for (spec, asked) in specs {
        let Some(words) = &asked.words else { continue };
        let number = spec.number;
        writeln!(out, "cat > /lab/s{number}.sh <<'LAB_SPEC'")?;
        writeln!(out, ". /lab/lib/model.sh\necho '@spec {number}'\nmodel_machine")?;
        files(out, spec)?;
        out.push_str("export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1\n");
        let (program, rest) = words
            .split_first()
            .map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let rest: Vec<&String> = rest.iter().collect();
        writeln!(
            out,
            "{program} -q --register=no {} 2>&1 </dev/null",
            joined(&rest)?
        )?;
        writeln!(out, "echo \"@status $?\"\nmodel_after")?;
        without_files(out, spec)?;
        out.push_str("LAB_SPEC\n");
        writeln!(out, "cat > /run/systemd/system/s{number}.service <<'LAB_UNIT'")?;
        out.push_str("[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nSlice=machine.slice\nDelegate=true\nKillMode=mixed\n");
        for line in &asked.service {
            writeln!(out, "{line}")?;
        }
        writeln!(
            out,
            "TimeoutStartSec={LIMIT}\nTimeoutStopSec=1\nStandardOutput=append:/lab/out\nStandardError=append:/lab/out\n\
             ExecStart=/bin/bash /lab/s{number}.sh\nLAB_UNIT"
        )?;
        writeln!(out, "echo 'systemctl start s{number}' >> /lab/start.sh")?;
    }
    out.push_str("boot_unit\n");
    Ok(())
}

/// What the system writes on the host.
fn files(out: &mut String, spec: &Spec) -> Result<()> {
    for (path, text) in &spec.files {
        writeln!(
            out,
            "mkdir -p \"$(dirname {path})\"\ncat > {path} <<'LAB_FILE'\n{}\nLAB_FILE",
            text.trim_end()
        )?;
    }
    Ok(())
}

fn without_files(out: &mut String, spec: &Spec) -> Result<()> {
    for (path, _) in &spec.files {
        writeln!(out, "rm -f {path}")?;
    }
    Ok(())
}

fn joined(words: &[&String]) -> Result<String> {
    let quoted: Result<Vec<_>, _> = words.iter().map(|word| shlex::try_quote(word)).collect();
    Ok(quoted?.join(" "))
}
