//! A form as the script that runs on the host of the lab.

use super::data::{Engine, Form};
use super::rendered::{self, Rendered};
use anyhow::{Context, Result};
use std::fmt::Write as _;

/// The line that stands before what the engine and the guest say.
pub(super) const GUEST: &str = "@guest";
/// The line behind it begins so, and ends with the engine's exit status.
pub(super) const STATUS: &str = "@status ";

/// How the units of NixOS call the program, as far as it makes a difference here: nothing is registered with machined,
/// which the lab does not have, and what runs inside is a command.
const NSPAWN: &str = "systemd-nspawn -q --register=no --keep-unit --as-pid2 -M web";

/// The script of a form.
///
/// # Errors
/// A word with a zero byte, and Nix of which is not known what it comes to.
pub fn script(form: &Form) -> Result<String> {
    let told = match &form.nix {
        Some(nix) => rendered::rendered(form, nix)?,
        None => Rendered {
            words: form.args.clone(),
            ..Rendered::default()
        },
    };
    let mut out = "set -u\n. /lab/lib/base.sh\n".to_owned();
    for part in &form.uses {
        writeln!(out, ". /lab/lib/{part}.sh")?;
    }
    if let Some(nix) = &form.nix {
        files(&mut out, nix)?;
    }
    match form.engine {
        Engine::Script => {
            if form.nix.is_some() {
                writeln!(out, "WORDS=({})", words(&told.words)?)?;
            }
            line(&mut out, &form.run);
        }
        Engine::Nspawn => around(&mut out, form, &nspawn(form, &told)?)?,
        Engine::NspawnUnit => unit(&mut out, form, &told)?,
        Engine::Podman => around(&mut out, form, &format!("podman run {}", podman(form, &told)?))?,
        Engine::PodmanRootless => {
            out.push_str("chown -R lab:lab /lab/root\n");
            let command = format!("as_user lab podman run {}", podman(form, &told)?);
            around(&mut out, form, &command)?;
        }
        Engine::Quadlet => {
            out.push_str(". /lab/lib/quadlet.sh\nmkdir -p /lab/q\n");
            lines(&mut out, form, &told.section)?;
            line(&mut out, &form.before);
            line(&mut out, &format!("generate {}", words(&form.args)?));
        }
        Engine::QuadletStarted => {
            out.push_str(". /lab/lib/quadlet.sh\n");
            lines(&mut out, form, &told.section)?;
            line(&mut out, &form.before);
            line(&mut out, "boot_quadlet");
        }
    }
    Ok(out)
}

/// Writes the files that the Nix becomes besides its container.
fn files(out: &mut String, nix: &str) -> Result<()> {
    for (written, text) in rendered::files(nix)? {
        writeln!(out, "mkdir -p $(dirname {})", written.path)?;
        file(out, written.path, text.trim_end())?;
        line(out, written.then);
    }
    Ok(())
}

/// Writes the lines of a unit: those that the Nix comes to, or those that are given.
fn lines(out: &mut String, form: &Form, rendered: &[String]) -> Result<()> {
    let text = match &form.nix {
        Some(_) => rendered.join("\n"),
        None => form.lines.trim_end().to_owned(),
    };
    file(out, "/lab/lines", &text)
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

fn nspawn(form: &Form, told: &Rendered) -> Result<String> {
    Ok(format!(
        "{NSPAWN} -D {} {} /bin/sh -c {} 2>&1 </dev/null",
        root(form),
        words(&told.words)?,
        word(&form.probe)?
    ))
}

/// The words behind `podman run`.
fn podman(form: &Form, told: &Rendered) -> Result<String> {
    let says_network = told
        .words
        .iter()
        .any(|word| word == "--net" || word.starts_with("--network") || word.starts_with("--net="));
    let network = match says_network || form.default_network {
        true => "",
        false => "--network=none ",
    };
    let removed = match told.words.iter().any(|word| word == "--rm") {
        true => "",
        false => "--rm ",
    };
    Ok(format!(
        "{removed}{network}{} --rootfs {} /bin/sh -c {} 2>&1 </dev/null",
        words(&told.words)?,
        root(form),
        word(&form.probe)?
    ))
}

/// The file system of the container.
fn root(form: &Form) -> &str {
    form.root.as_deref().unwrap_or("/lab/root")
}

/// The same container in a unit, which a real systemd starts.
fn unit(out: &mut String, form: &Form, told: &Rendered) -> Result<()> {
    out.push_str(". /lab/lib/unit.sh\n");
    lines(out, form, &told.service)?;
    let start = format!(
        "export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1\n{}\necho \"{STATUS}$?\"",
        nspawn(form, told)?
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
