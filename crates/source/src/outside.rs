//! What has a name and is not among the files.

use std::sync::Arc;

/// What a name stands for that nobody can look up: a flake input, an argument, a package.
///
/// It is decided once, where the name comes up; whoever takes a part of it takes the decision along.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outside {
    name: String,
    root: Arc<str>,
    what: What,
    input: Option<Arc<str>>,
    is_result: bool,
    unnamed: u8,
}

/// What something from outside is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// The set of all flake inputs.
    Inputs,
    /// A flake input or source, or a part of it.
    Input,
    /// A set of packages, such as `pkgs`.
    Packages,
    /// A package, or a part of it.
    Package,
    /// A shell for developers, which Nix makes of a function of nixpkgs.
    DevShell,
    /// The path in the store of something that is copied or written there.
    StorePath,
    /// The configuration of a system, or an option of it.
    Config,
    /// The home directory of a user.
    Home,
    /// Modules of nixpkgs itself.
    ModulesPath,
    /// A path that is looked up in `NIX_PATH`, or what is imported from it.
    SearchPath,
    /// An argument of a module or function, or a part of it.
    Argument,
}

/// Longer names say no better what something is.
const MAX_LEN: usize = 200;

impl Outside {
    /// An argument by its name, or a part of one: `inputs.nixpkgs.lib`. Those that every module has stand for the same
    /// everywhere.
    pub fn named(path: &str) -> Self {
        let mut parts = path.split('.');
        let root = parts.next().unwrap_or_default();
        let what = match root {
            "inputs" => What::Inputs,
            "pkgs" => What::Packages,
            "config" | "osConfig" => What::Config,
            "modulesPath" => What::ModulesPath,
            _ => What::Argument,
        };
        parts.fold(Self::new(root.to_owned(), what), |whole, part| whole.below(part))
    }

    /// A flake input, or a source that is pinned like one.
    pub fn input(name: &str) -> Self {
        Self::new("inputs".to_owned(), What::Inputs).below(name)
    }

    /// The path in the store of something of this name.
    pub fn store_path_of(name: &str) -> Self {
        Self::new(format!("store path of {name}"), What::StorePath)
    }

    /// A path that is looked up in `NIX_PATH`: `nixpkgs/nixos`.
    pub fn search_path(path: &str) -> Self {
        let entry = path.split('/').next().unwrap_or(path);
        Self {
            input: Some(entry.into()),
            unnamed: 1,
            ..Self::new(format!("<{path}>"), What::SearchPath)
        }
    }

    /// An option that is set nowhere, as what something else is taken from.
    pub(crate) fn option(path: &str) -> Self {
        let steps = path.split('.').filter(|step| is_unnamed(step));
        Self {
            unnamed: u8::try_from(steps.count()).unwrap_or(u8::MAX),
            ..Self::new(path.to_owned(), What::Argument)
        }
    }

    fn new(name: String, what: What) -> Self {
        Self {
            root: name.as_str().into(),
            name,
            what,
            input: None,
            is_result: false,
            unnamed: 0,
        }
    }

    /// The name, such as `inputs.nixpkgs.lib`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The argument that it is a part of, or was made from.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The name as a path: a path that is looked up in `NIX_PATH` without its brackets.
    pub fn path(&self) -> &str {
        match self.what {
            What::SearchPath => self.name.trim_start_matches('<').trim_end_matches('>'),
            _ => &self.name,
        }
    }

    /// What it is.
    pub const fn what(&self) -> What {
        self.what
    }

    /// The name of the flake input, source or entry of `NIX_PATH` that it comes from.
    pub fn input_name(&self) -> Option<&str> {
        self.input.as_deref()
    }

    /// How many steps of the way to it have no name: any element of a set, of a list or of a directory.
    pub const fn unnamed(&self) -> u8 {
        self.unnamed
    }

    /// Is the name all of it? Longer ones are cut.
    pub fn is_whole(&self) -> bool {
        self.name.len() < MAX_LEN
    }

    /// Is it what a function makes, or taken from that? The name does not say of which argument.
    pub fn comes_of_call(&self) -> bool {
        self.name.contains("(…)")
    }

    /// An attribute of it. Where the name would become too long, it is itself.
    #[must_use]
    pub fn select(&self, attr: &str) -> Self {
        if self.name.len() < MAX_LEN {
            self.below(attr)
        } else {
            self.clone()
        }
    }

    fn below(&self, attr: &str) -> Self {
        let what = match (self.what, attr) {
            (What::Inputs, _) => What::Input,
            (What::Packages, "mkShell" | "mkShellNoCC") => What::DevShell,
            (What::DevShell, _) => What::DevShell,
            (What::Packages | What::Package, _) => What::Package,
            (What::Config | What::StorePath, _) => self.what,
            (_, "packages" | "legacyPackages") => What::Packages,
            (_, "home" | "homeDirectory") => What::Home,
            (What::Home, _) if self.input.is_some() => What::Input,
            (What::Home, _) => What::Argument,
            (what, _) => what,
        };
        let input = match self.what {
            What::Inputs => Some(attr.into()),
            _ => self.input.clone(),
        };
        Self {
            name: format!("{}.{attr}", self.name),
            root: Arc::clone(&self.root),
            what,
            input,
            is_result: false,
            unnamed: self.unnamed.saturating_add(u8::from(is_unnamed(attr))),
        }
    }

    /// Was it taken from something, or is it that?
    pub fn is_part_of(&self, whole: &Self) -> bool {
        let rest = self.name.strip_prefix(&whole.name);
        self.root == whole.root && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// What it gives as a function, of whatever argument.
    #[must_use]
    pub fn call(&self) -> Self {
        if self.is_result || self.name.len() >= MAX_LEN {
            return self.clone();
        }
        Self {
            name: format!("{} (…)", self.name),
            is_result: true,
            ..self.clone()
        }
    }

    /// What a file of it gives: `below` is the path of the file in it.
    #[must_use]
    pub fn import(&self, below: &str) -> Self {
        let what = match self.what {
            What::Packages | What::Package | What::StorePath | What::Home if self.input.is_some() => {
                What::Input
            }
            What::Packages | What::Package | What::StorePath | What::Home => What::Argument,
            what => what,
        };
        Self {
            name: match below {
                "" => format!("import {}", self.name),
                below => format!("import {}{below}", self.path()),
            },
            what,
            is_result: false,
            ..self.clone()
        }
    }

    /// What is in a directory of it: the directory itself, or one below it.
    #[must_use]
    pub fn entries(&self, is_below: bool) -> Self {
        let below = if is_below { "/*" } else { "" };
        Self {
            name: format!("readDir {}{below}", self.name),
            is_result: false,
            unnamed: self.unnamed.saturating_add(1 + u8::from(is_below)),
            ..self.clone()
        }
    }
}

/// Does a step of a path stand for any name?
pub(crate) fn is_unnamed(step: &str) -> bool {
    matches!(step, "*" | "<name>")
}

#[cfg(test)]
mod tests {
    use super::{Outside, What};

    #[test]
    fn what_a_part_is_follows_from_the_whole() {
        let cases = [
            ("inputs", What::Inputs, None),
            ("inputs.a", What::Input, Some("a")),
            ("inputs.a.nixosModules.default", What::Input, Some("a")),
            ("inputs.a.packages", What::Packages, Some("a")),
            ("inputs.a.packages.x86_64-linux", What::Package, Some("a")),
            ("inputs.a.users.me.home", What::Home, Some("a")),
            ("pkgs", What::Packages, None),
            ("pkgs.hello.meta", What::Package, None),
            ("pkgs.mkShell", What::DevShell, None),
            ("osConfig.users.users.me.home", What::Config, None),
            ("modulesPath", What::ModulesPath, None),
            ("user.homeDirectory", What::Home, None),
            ("user.homeDirectory.x", What::Argument, None),
            ("self'.packages.web", What::Package, None),
            ("vars.pkgs", What::Argument, None),
        ];
        for (name, what, input) in cases {
            let outside = Outside::named(name);
            assert_eq!((outside.what(), outside.input_name()), (what, input), "{name}");
            assert_eq!(outside.name(), name);
        }
    }

    #[test]
    fn what_comes_of_it_keeps_the_input() {
        let input = Outside::input("a.b");
        assert_eq!(input.input_name(), Some("a.b"));
        let called = input.select("lib").call();
        assert_eq!(called.call().name(), "inputs.a.b.lib (…)");
        assert_eq!(
            called.select("x").call().import("/y.nix").name(),
            "import inputs.a.b.lib (…).x (…)/y.nix"
        );
        assert_eq!(called.import("").input_name(), Some("a.b"));
        let file = Outside::search_path("nixpkgs/nixos").import("");
        assert_eq!(
            (file.what(), file.input_name()),
            (What::SearchPath, Some("nixpkgs"))
        );
        assert!(called.is_part_of(&input.select("lib").call()) && called.select("x").is_part_of(&called));
        assert!(!input.is_part_of(&called) && !input.select("ab").is_part_of(&input.select("a")));
        assert_eq!(input.entries(true).entries(false).unnamed(), 3);
        assert_eq!(input.select("*").unnamed(), 1);
    }
}
