//! Options with the settings of programs that run commands: window managers, tmux, entries of menus.

use super::find::Finder;
use super::places::{HYPRLAND, MANAGERS, OF_HYPRLAND};
use crate::read::Found;
use crate::surface::texts::Runs;
use nixpod_eval::Value;

impl Finder<'_, '_, '_> {
    /// The settings of such programs.
    pub(super) fn of_desktops(&mut self, config: &Found, is_home: bool) {
        let of_user = Runs::User(None);
        self.text(config, &["programs", "tmux", "extraConfig"]);
        if !is_home {
            return;
        }
        for manager in MANAGERS {
            if !self.has(config, manager) {
                continue;
            }
            for part in [&["extraConfig"][..], &["extraConfigEarly"]] {
                self.text(config, &[manager, part].concat());
            }
            let startup = self.option(config, &[manager, &["config", "startup"]].concat());
            if !self.reader.is_unset(&startup) {
                for entry in self.reader.elements(&startup) {
                    let command = self.reader.get(&entry, "command");
                    let path = format!("{}.config.startup.command", manager.join("."));
                    self.add(path, &command, &of_user);
                }
            }
            let keys = [manager, &["config", "keybindings"]].concat();
            self.each(config, &keys, &[], &of_user);
        }
        if self.has(config, HYPRLAND) {
            self.text(config, &[HYPRLAND, &["extraConfig"]].concat());
            for key in OF_HYPRLAND {
                let path = [HYPRLAND, &["settings", key]].concat();
                let values = self.option(config, &path);
                self.lines(&path.join("."), &values, &of_user);
            }
        }
        let menus = ["xdg", "desktopEntries"];
        if self.has(config, &menus) {
            self.each(config, &menus, &["exec"], &of_user);
        }
    }

    fn has(&mut self, config: &Found, path: &[&str]) -> bool {
        let found = self.option(config, path);
        !self.reader.is_unset(&found) && !matches!(found.value.value, Value::Null | Value::Unknown(_))
    }

    fn text(&mut self, config: &Found, path: &[&str]) {
        let found = self.option(config, path);
        self.add(path.join("."), &found, &Runs::User(None));
    }
}
