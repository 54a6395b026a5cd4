//! What users of a system may do as root, or have root do for them.

use crate::{FactValue, Text};

/// Programs that somebody may run as root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// What gives it.
    pub by: RightBy,
    /// Users by their names, groups with a `%` before theirs; nobody: everybody.
    pub who: Vec<String>,
    /// The command with its arguments; for polkit the action.
    pub command: Text,
    /// Are arguments that are not said left to whoever runs it? Else there are none.
    pub any_arguments: bool,
    /// Is a password asked for?
    pub asks: bool,
}

/// What gives somebody the right to act as root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RightBy {
    /// `sudo`.
    Sudo,
    /// `doas`.
    Doas,
    /// A program that is started as root by whoever runs it: `security.wrappers`.
    Wrapper,
    /// A rule of polkit.
    Polkit,
}

impl RightBy {
    /// The name used in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sudo => "sudo",
            Self::Doas => "doas",
            Self::Wrapper => "a wrapper",
            Self::Polkit => "polkit",
        }
    }
}

impl FactValue for Right {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            by: _,
            who: _,
            command,
            any_arguments: _,
            asks: _,
        } = self;
        vec![command]
    }

    fn describe(&self) -> String {
        let who = match &self.who[..] {
            [] => "everybody".to_owned(),
            who => who.join(", "),
        };
        let more = if self.any_arguments { " *" } else { "" };
        let asks = if self.asks { ", with a password" } else { "" };
        format!(
            "{who} by {}: {}{more}{asks}",
            self.by.as_str(),
            self.command.display()
        )
    }
}

/// The user that runs what others hand in: the jobs of a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobUser {
    /// Its name.
    pub user: String,
    /// The service that runs jobs, as its option is called.
    pub service: String,
    /// May jobs run as the user itself, and not in containers alone?
    pub runs_jobs: bool,
    /// The groups of engines that the service's module gives it by itself, where the engine is enabled.
    pub groups: &'static [&'static str],
}

impl FactValue for JobUser {
    fn texts(&self) -> Vec<&Text> {
        Vec::new()
    }

    fn describe(&self) -> String {
        let Self {
            user,
            service,
            runs_jobs,
            groups: _,
        } = self;
        let where_to = if *runs_jobs { "" } else { " in containers" };
        format!("{user} for {service}{where_to}")
    }
}

/// A runner of jobs that a forge hands out, whoever started them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeRunner {
    /// The service, as its option is called.
    pub service: String,
    /// The forge, or what in it, by its address.
    pub url: Text,
}

impl FactValue for ForgeRunner {
    fn texts(&self) -> Vec<&Text> {
        let Self { service: _, url } = self;
        vec![url]
    }

    fn describe(&self) -> String {
        format!("{} for {}", self.service, self.url.display())
    }
}

/// A line of `xhost`, which lets somebody connect to the X server of whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XAccess {
    /// The word that says whom, such as `+local:`.
    pub word: Text,
    /// Whom.
    pub who: XClients,
}

/// Who may connect to an X server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XClients {
    /// Whoever reaches it.
    All,
    /// Every user of the machine.
    Local,
    /// One user, by name.
    User(String),
}

impl FactValue for XAccess {
    fn texts(&self) -> Vec<&Text> {
        let Self { word, who: _ } = self;
        vec![word]
    }

    fn describe(&self) -> String {
        let who = match &self.who {
            XClients::All => "everybody",
            XClients::Local => "every user",
            XClients::User(name) => name,
        };
        format!("{who} by {}", self.word.display())
    }
}
