//! A form as the script that runs on the host of the lab.

use super::data::{Engine, Form};
use anyhow::{Context, Result};
use std::fmt::Write as _;

/// The line that stands before what the engine and the guest say.
pub(super) const GUEST: &str = "@guest";
/// The line behind it begins so, and ends with the engine's exit status.
pub(super) const STATUS: &str = "@status ";

/// How the units of NixOS call the program, as far as it makes a difference here: nothing is registered with machined,
/// which the lab does not have, and what runs inside is a command.
const NSPAWN: &str = "systemd-nspawn -q --register=no --keep-unit --as-pid2 -M web -D";

/// The script of a form.
///
/// # Errors
/// A word with a zero byte.
pub fn script(form: &Form) -> Result<String> {
    let mut out = "set -u\n. /lab/lib/base.sh\n".to_owned();
    for part in &form.uses {
        writeln!(out, ". /lab/lib/{part}.sh")?;
    }
    if !form.containers_conf.is_empty() {
        out.push_str("mkdir -p /etc/containers/containers.conf.d\n");
        let text = format!("[containers]\n{}", form.containers_conf.trim_end());
        file(&mut out, "/etc/containers/containers.conf.d/lab.conf", &text)?;
    }
    match form.engine {
        Engine::Script => line(&mut out, &form.run),
        Engine::Nspawn => around(&mut out, form, &nspawn(form)?)?,
        Engine::NspawnUnit => unit(&mut out, form)?,
        Engine::Podman => around(&mut out, form, &format!("podman run --rm {}", podman(form)?))?,
        Engine::PodmanRootless => {
            out.push_str("chown -R lab:lab /lab/root\n");
            let command = format!("as_user lab podman run --rm {}", podman(form)?);
            around(&mut out, form, &command)?;
        }
        Engine::Quadlet => {
            out.push_str(". /lab/lib/quadlet.sh\nmkdir -p /lab/q\n");
            file(&mut out, "/lab/lines", form.lines.trim_end())?;
            line(&mut out, &form.before);
            line(&mut out, &format!("generate {}", words(&form.args)?));
        }
        Engine::QuadletStarted => {
            out.push_str(". /lab/lib/quadlet.sh\n");
            file(&mut out, "/lab/lines", form.lines.trim_end())?;
            line(&mut out, &form.before);
            line(&mut out, "boot_quadlet");
        }
    }
    Ok(out)
}

/// The command between what is done on the host before and after.
fn around(out: &mut String, form: &Form, command: &str) -> Result<()> {
    line(out, &form.before);
    let env = match form.env.as_slice() {
        [] => String::new(),
        env => format!("export {}\n", words(env)?),
    };
    let command = match (form.engine, env.is_empty()) {
        (Engine::PodmanRootless, false) => {
            command.replacen("podman", &format!("env {} podman", words(&form.env)?), 1)
        }
        (_, false) => format!("{env}{command}"),
        (_, true) => command.to_owned(),
    };
    writeln!(out, "echo '{GUEST}'\n{command}\necho \"{STATUS}$?\"")?;
    line(out, &form.after);
    Ok(())
}

fn nspawn(form: &Form) -> Result<String> {
    let given = match &form.shell {
        Some(text) => text.clone(),
        None => words(&form.args)?,
    };
    let root = form.root.as_deref().unwrap_or("/lab/root");
    Ok(format!(
        "{NSPAWN} {root} {given} /bin/sh -c {} 2>&1 </dev/null",
        word(&form.probe)?
    ))
}

/// The words behind `podman run --rm`.
fn podman(form: &Form) -> Result<String> {
    let says_network = form
        .args
        .iter()
        .any(|word| word.starts_with("--network") || word.starts_with("--net="));
    let network = if says_network || form.default_network {
        ""
    } else {
        "--network=none "
    };
    let root = form.root.as_deref().unwrap_or("/lab/root");
    Ok(format!(
        "{network}{} --rootfs {root} /bin/sh -c {} 2>&1 </dev/null",
        words(&form.args)?,
        word(&form.probe)?
    ))
}

/// The same container in a unit, which a real systemd starts.
fn unit(out: &mut String, form: &Form) -> Result<()> {
    out.push_str(". /lab/lib/unit.sh\n");
    file(out, "/lab/lines", form.lines.trim_end())?;
    let start = format!(
        "export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1\n{}\necho \"{STATUS}$?\"",
        nspawn(form)?
    );
    file(out, "/lab/start.sh", &start)?;
    file(out, "/lab/stop.sh", form.after.trim_end())?;
    line(out, &form.before);
    line(out, "boot_unit");
    Ok(())
}

/// Adds lines, unless there are none.
fn line(out: &mut String, text: &str) {
    let text = text.trim_end();
    if !text.is_empty() {
        out.push_str(text);
        out.push('\n');
    }
}

/// Adds what writes a file.
fn file(out: &mut String, path: &str, text: &str) -> Result<()> {
    writeln!(out, "cat > {path} <<'LAB_FILE'\n{text}\nLAB_FILE")?;
    Ok(())
}

fn words(words: &[String]) -> Result<String> {
    let quoted: Result<Vec<String>> = words.iter().map(|text| word(text)).collect();
    Ok(quoted?.join(" "))
}

fn word(text: &str) -> Result<String> {
    let quoted = shlex::try_quote(text).with_context(|| format!("`{text}` cannot be quoted"))?;
    Ok(quoted.into_owned())
}
