//! How bad findings are: what is reached, and what it takes.
//!
//! This is the one table. A rule names the cells that its findings stand for, `docs/severity.md` shows the table with the
//! rules in it, and every test of a rule fails on a finding of another severity.

use nixpod_source::Severity;

/// What is reached, or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Root on the host, or its kernel.
    HostRoot,
    /// What belongs to somebody on the host: secrets, files, a session, a login, other containers.
    Account,
    /// A part of the host: its network, a device, some of its settings or processes.
    Part,
    /// The container or guest itself, and what is in it.
    Inside,
    /// Every container of a kind, or isolation that is written down and is not there.
    Promise,
    /// A container or an option: it does not start, or does nothing.
    Service,
    /// Speed, room, order.
    Comfort,
    /// Nothing; it is worth knowing.
    Nothing,
}

/// What it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Takes {
    /// A command by a program in the container, or by whoever reaches the port or the file.
    Command,
    /// A further step: root in the container, another permission, a moment that has to come.
    Step,
    /// A weakness of the kernel, of an engine or of a program as well.
    Weakness,
    /// Nobody: it happens by itself.
    Itself,
}

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stake {
    /// What is reached.
    pub reach: Reach,
    /// What it takes.
    pub takes: Takes,
}

impl Reach {
    /// All, the worst first.
    pub const ALL: [Self; 8] = [
        Self::HostRoot,
        Self::Account,
        Self::Part,
        Self::Inside,
        Self::Promise,
        Self::Service,
        Self::Comfort,
        Self::Nothing,
    ];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::HostRoot => "root on the host, or its kernel",
            Self::Account => {
                "what belongs to somebody on the host: secrets, files, a session, a login, other containers"
            }
            Self::Part => "a part of the host: its network, a device, some of its settings or processes",
            Self::Inside => "the container or guest itself, and what is in it",
            Self::Promise => "every container of a kind, or isolation that is written down and is not there",
            Self::Service => "a container or an option, which does not start or does nothing",
            Self::Comfort => "speed, room, order",
            Self::Nothing => "nothing, it is worth knowing",
        }
    }
}

impl Takes {
    /// All, the easiest first, and last what needs nobody.
    pub const ALL: [Self; 4] = [Self::Command, Self::Step, Self::Weakness, Self::Itself];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Command => "a command",
            Self::Step => "a further step",
            Self::Weakness => "a weakness elsewhere",
            Self::Itself => "nobody",
        }
    }

    /// The same in a sentence, after a comma.
    const fn clause(self) -> &'static str {
        match self {
            Self::Command => "by a command",
            Self::Step => "by a further step",
            Self::Weakness => "with a weakness elsewhere",
            Self::Itself => "by itself",
        }
    }
}

impl Stake {
    /// The severity of the cell, if there is such a cell.
    pub const fn severity(self) -> Option<Severity> {
        use Severity::{Critical, High, Info, Low, Medium};
        let row = match self.reach {
            Reach::HostRoot => [Some(Critical), Some(High), Some(Medium), None],
            Reach::Account => [Some(High), Some(Medium), Some(Low), Some(High)],
            Reach::Part => [Some(Medium), Some(Low), Some(Info), Some(Medium)],
            Reach::Inside => [Some(Low), Some(Info), Some(Info), Some(Low)],
            Reach::Promise => [None, None, None, Some(High)],
            Reach::Service => [None, None, None, Some(Medium)],
            Reach::Comfort => [None, None, None, Some(Low)],
            Reach::Nothing => [None, None, None, Some(Info)],
        };
        row[self.takes as usize]
    }

    /// On one line, after its severity.
    pub fn words(self) -> String {
        format!("{}, {}", self.reach.words(), self.takes.clause())
    }
}
