//! Files that options write and that are scripts.

use super::by_text::{begins_as_script, begins_with_sign, is_script_name};
use super::files;
use super::find::Finder;
use super::inside;
use crate::read::{Found, as_key};
use crate::surface::texts::Runs;
use nixpod_model::{EntryName, Field, StoreRef, Text};
use nixpod_syntax::{Program, is_shell_name};

impl Finder<'_, '_, '_> {
    /// Files that are scripts by their name or by their first line.
    pub(super) fn files(&mut self, all: &Found, path: &str, runs: &Runs) {
        if self.reader.is_unset(all) {
            return;
        }
        for (name, file) in self.reader.entries(all).all() {
            let EntryName::Known(known) = &name else { continue };
            let path = format!("{path}.{}", as_key(&name));
            let found = self.reader.get(&file, "text");
            if !self.reader.is_default(&found) && !self.reader.is_unset(&found) && self.may_matter(&found) {
                let is_program = self.is_program(&file);
                let text = self.reader.text(&found);
                if text.value().is_some_and(|text| {
                    inside::is_service(known)
                        || begins_as_script(text)
                        || is_shell_name(known)
                        || Program::of(known).is_some()
                        || is_program && !begins_with_sign(text)
                }) {
                    let of_root = ["systemd/system/", "cron.d/"];
                    let is_of_system = path.starts_with("environment.")
                        && of_root.iter().any(|folder| known.contains(folder));
                    let runs = if is_of_system { &Runs::Root } else { runs };
                    self.add_text(format!("{path}.text"), text, &found, runs);
                }
            }
            let source = self.reader.get(&file, "source");
            if !self.reader.is_default(&source) && !self.reader.is_unset(&source) && self.may_matter(&source)
            {
                let is_script = is_shell_name(known) || self.is_program(&file);
                self.written_by(&format!("{path}.source"), &source, runs, is_script);
            }
        }
    }

    /// May a file be run? Without a first line that says how, a shell does it.
    fn is_program(&mut self, file: &Found) -> bool {
        let executable = self.reader.get(file, "executable");
        let mode = self.reader.get(file, "mode");
        let mode = self.reader.text(&mode);
        let mode = mode.value().and_then(Text::as_known);
        self.reader.bool(&executable).value() == Some(&true)
            || mode.is_some_and(|mode| u32::from_str_radix(&mode, 8).is_ok_and(|mode| mode & 0o111 != 0))
    }

    /// The script that a value is the path of, if Nix writes it or it is a file of the project. `is_script` says that it is
    /// used as one, also if it is written as any text. Whatever else `pkgs.writeText` writes may speak of commands.
    pub(super) fn written_by(&mut self, path: &str, found: &Found, runs: &Runs, is_script: bool) {
        let package = self.reader.text(found);
        let Some(text) = package.value() else { return };
        let scripts = text.context.iter().filter_map(|reference| match reference {
            StoreRef::Written {
                name,
                text,
                is_program,
            } => Some((name.clone(), (**text).clone(), *is_program)),
            StoreRef::Copied { path, .. } | StoreRef::Path { path, .. } => {
                let file = path.rsplit('/').next().unwrap_or_default().to_owned();
                // To look at a file is to read it, and what is no script stays for whom it is for.
                let begins = files::begins_as_script(self.reader, path);
                let script = begins.then(|| self.reader.file_text(&self.reader.absolute(path)));
                Some((file, script?.ok()?, false))
            }
            StoreRef::Read { .. } => None,
        });
        let scripts: Vec<(String, Field<Text>)> = scripts
            .filter(|(name, text, is_program)| match begins_with_sign(text) {
                true => begins_as_script(text),
                false => is_script || is_shell_name(name) || *is_program && is_script_name(name),
            })
            .map(|(name, text, _)| (format!("{path}.{name}"), package.map(|_| text.clone())))
            .collect();
        for (path, text) in scripts {
            self.add_text(path, text, found, runs);
        }
    }
}
