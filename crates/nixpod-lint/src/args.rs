//! The command line: what can be said, and the words that explain it.

use camino::Utf8PathBuf;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use nixpod_analysis::{Confidence, Group, Severity};
use std::ffi::OsString;
use std::iter;

const AFTER_HELP: &str = "\
Exit codes:
  0  nothing at or above the gate was found (--fail-on, by default `medium`: findings of severity `low` and `info` do not fail)
  1  findings at or above the gate, or, with --diff, changes to make
  2  wrong usage, a path that cannot be read or leads out of its project, an input or output error, or nothing was
     found but not all was looked at: a limit was reached or a file cannot be read (not with --lenient), or with
     --strict anything at all

Results go to standard output, everything else to standard error.";

/// Finds isolation and secret mistakes in NixOS and Podman container definitions.
///
/// The Nix code is evaluated without Nix, without network and without running anything.
#[derive(Debug, Parser)]
#[command(name = "nixpod-lint", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) check: CheckArgs,

    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// The arguments of one command. Describing only that one to the parser halves the time that parsing takes.
#[derive(Debug, Parser)]
#[command(name = "nixpod-lint", disable_help_flag = true)]
struct Single<T: Args> {
    #[command(flatten)]
    args: T,

    #[command(flatten)]
    global: GlobalArgs,
}

impl Cli {
    /// What the command line says.
    pub(crate) fn from_command_line() -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        Self::from_single(&arguments).map_or_else(|| Self::try_parse_from(&arguments), Ok)
    }

    /// The command line, if it is right and its first word one of the commands that are run most. All others, and
    /// everything that is to be said about mistakes, are left to the whole parser.
    fn from_single(arguments: &[OsString]) -> Option<Self> {
        let (program, rest) = arguments.split_first()?;
        let (command, rest) = rest.split_first()?;
        let arguments = iter::once(program).chain(rest);
        let (command, global) = match command.to_str()? {
            "check" => {
                let Single { args, global } = Single::try_parse_from(arguments).ok()?;
                (Command::Check(args), global)
            }
            "eval" => {
                let Single { args, global } = Single::try_parse_from(arguments).ok()?;
                (Command::Eval(args), global)
            }
            _ => return None,
        };
        Some(Self {
            command: Some(command),
            check: CheckArgs::default(),
            global,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub(crate) color: ColorWhen,

    /// Print nothing but results: no summary, no notes
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Also list everything that was not analysed, and why
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,

    /// Tell on standard error how long each phase took; NIXPOD_LOG=debug tells what is done
    #[arg(long, global = true)]
    pub(crate) timings: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check files, directories and flakes (what happens without a command, too)
    #[command(after_help = AFTER_HELP)]
    Check(CheckArgs),
    /// Show each container's effective spec and where each fact was set
    Show(ShowArgs),
    /// Explain a rule
    Explain {
        /// The rule's name
        rule: String,
    },
    /// List the rules
    Rules {
        /// The output format
        #[arg(long, value_enum, default_value_t)]
        format: TableFormat,
    },
    /// Evaluate a Nix file or expression and print its value as Nix does
    Eval(EvalArgs),
    /// Run the language server on standard input and output
    Lsp {
        /// Accepted for editors that pass it; standard input and output is the only transport
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Names of all commands, to suggest one for a path that does not exist.
pub(crate) const COMMANDS: [&str; 8] = [
    "check",
    "show",
    "explain",
    "rules",
    "eval",
    "lsp",
    "completions",
    "man",
];

/// Seconds; the largest systems take a few.
pub(crate) const TIMEOUT: u64 = 60;

#[derive(Clone, Debug, Default, Args)]
#[command(group = ArgGroup::new("applying").args(["fix", "diff"]).multiple(true))]
pub(crate) struct CheckArgs {
    /// Files, directories and flakes; `-` is standard input [default: .]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<Utf8PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Apply safe fixes
    #[arg(long, help_heading = "Fixes")]
    pub(crate) fix: bool,

    /// With --fix or --diff: also fixes that change what the workload can do
    #[arg(long, requires = "applying", help_heading = "Fixes")]
    pub(crate) unsafe_fixes: bool,

    /// Print what --fix would change, and change nothing
    #[arg(long, help_heading = "Fixes")]
    pub(crate) diff: bool,

    /// Only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Selection")]
    pub(crate) select: Vec<String>,

    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Selection")]
    pub(crate) ignore: Vec<String>,

    /// Only the rules of these groups
    #[arg(long, value_enum, value_delimiter = ',', help_heading = "Selection")]
    pub(crate) group: Vec<GroupArg>,

    /// Also the rules of the group `pedantic`
    #[arg(long, help_heading = "Selection")]
    pub(crate) pedantic: bool,

    /// Only findings that are at least this severe
    #[arg(long, value_enum, default_value_t, help_heading = "Selection")]
    pub(crate) severity: SeverityArg,

    /// Only findings that are at least this sure
    #[arg(long, value_enum, default_value_t, help_heading = "Selection")]
    pub(crate) confidence: ConfidenceArg,

    /// Only these hosts, by the name in the flake or by `networking.hostName`
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Selection")]
    pub(crate) host: Vec<String>,

    /// Also what every host leaves out by a condition, as if it were on
    #[arg(long, help_heading = "Selection")]
    pub(crate) all: bool,

    /// Exit with 1 if a finding is at least this severe
    #[arg(
        long,
        value_enum,
        value_name = "SEVERITY",
        default_value_t,
        help_heading = "Gate"
    )]
    pub(crate) fail_on: Gate,

    /// Exit with 2 if anything was not analysed, or if there was nothing to judge
    #[arg(long, conflicts_with = "lenient", help_heading = "Gate")]
    pub(crate) strict: bool,

    /// Do not exit with 2 because a limit was reached or a file cannot be read
    #[arg(long, help_heading = "Gate")]
    pub(crate) lenient: bool,

    /// What is not evaluated after so many seconds is told as not analysed
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, help_heading = "Gate")]
    pub(crate) timeout: u64,

    /// Print how often each rule found something, instead of the findings (pretty and concise formats)
    #[arg(long)]
    pub(crate) statistics: bool,

    /// The project begins at this directory, whatever lies above or below it; nothing outside of it is read
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<Utf8PathBuf>,

    /// The name of the file that standard input stands for
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin_filename: Option<Utf8PathBuf>,

    /// Show secrets instead of `***`
    #[arg(long)]
    pub(crate) show_secrets: bool,

    /// How many threads to use; the results never depend on it
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Files, directories and flakes [default: .]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<Utf8PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TableFormat,

    /// Only these hosts, by the name in the flake or by `networking.hostName`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) host: Vec<String>,

    /// Only these containers
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) container: Vec<String>,

    /// Show what nobody sets, too
    #[arg(long)]
    pub(crate) defaults: bool,

    /// Show what starts each container, or those of these names: the words that its engine is told. Words in brackets
    /// may not be there, or stand for several
    #[arg(long, value_name = "NAME", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub(crate) command: Option<Vec<String>>,

    /// Show containers that are off on every host as if they were on, and list what is not shown: those of NixOS
    /// tests and of virtual machines for trying out
    #[arg(long)]
    pub(crate) all: bool,

    /// The project begins at this directory, whatever lies above or below it; nothing outside of it is read
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<Utf8PathBuf>,

    /// Show secrets instead of `***`
    #[arg(long)]
    pub(crate) show_secrets: bool,

    /// How many threads to use; the results never depend on it
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["file", "expr", "modules"]).required(true))]
pub(crate) struct EvalArgs {
    /// The file to evaluate
    pub(crate) file: Option<Utf8PathBuf>,

    /// Evaluate this expression instead of a file
    #[arg(long, short = 'E', value_name = "EXPR")]
    pub(crate) expr: Option<String>,

    /// Evaluate these files as the modules of one system and print its configuration
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) modules: Vec<Utf8PathBuf>,

    /// Print only the value at this attribute path; with --modules it starts at `config` or `options`
    #[arg(long, short = 'A', value_name = "PATH")]
    pub(crate) attr: Option<String>,

    /// The project begins at this directory, whatever lies above or below it; nothing outside of it is read
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<Utf8PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Force the whole value before printing it (the default)
    #[arg(long, overrides_with = "lazy")]
    pub(crate) strict: bool,

    /// Force only the outermost value; what lies in it is printed as `<CODE>`
    #[arg(long)]
    pub(crate) lazy: bool,

    /// Fail at the first warning (`builtins.warn`, `lib.warn`), as Nix does with `--option abort-on-warn true`
    #[arg(long)]
    pub(crate) abort_on_warn: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Source excerpts with the way a value took, for people
    #[default]
    Pretty,
    /// One line per finding
    Concise,
    /// The stable contract for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations in a GitHub workflow
    Github,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    #[default]
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl From<SeverityArg> for Severity {
    fn from(arg: SeverityArg) -> Self {
        match arg {
            SeverityArg::Info => Self::Info,
            SeverityArg::Low => Self::Low,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::High => Self::High,
            SeverityArg::Critical => Self::Critical,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfidenceArg {
    #[default]
    Low,
    Medium,
    High,
}

impl From<ConfidenceArg> for Confidence {
    fn from(arg: ConfidenceArg) -> Self {
        match arg {
            ConfidenceArg::Low => Self::Low,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::High => Self::High,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gate {
    Info,
    Low,
    #[default]
    Medium,
    High,
    Critical,
    /// Findings never fail
    Never,
}

impl Gate {
    /// Does a finding of this severity fail the run?
    pub(crate) fn stops(self, severity: Severity) -> bool {
        match self {
            Self::Info => true,
            Self::Low => severity >= Severity::Low,
            Self::Medium => severity >= Severity::Medium,
            Self::High => severity >= Severity::High,
            Self::Critical => severity >= Severity::Critical,
            Self::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupArg {
    Isolation,
    Secrets,
    Users,
    Oci,
    Correctness,
    Pedantic,
}

impl From<GroupArg> for Group {
    fn from(arg: GroupArg) -> Self {
        match arg {
            GroupArg::Isolation => Self::Isolation,
            GroupArg::Secrets => Self::Secrets,
            GroupArg::Users => Self::Users,
            GroupArg::Oci => Self::Oci,
            GroupArg::Correctness => Self::Correctness,
            GroupArg::Pedantic => Self::Pedantic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_is_known_by_name() {
        let command = Cli::command();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, COMMANDS);
    }

    #[test]
    fn a_bare_path_is_checked() {
        let cli = Cli::try_parse_from(["nixpod-lint", "--format", "json", "a.nix", "b"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.check.paths, ["a.nix", "b"]);
        assert_eq!(cli.check.format, Format::Json);
    }

    #[test]
    fn one_command_alone_is_parsed_as_among_all() {
        for line in [
            "check",
            "check a.nix b --format json -q --jobs 2 --select x,y --fail-on never",
            "check --fix --unsafe-fixes --color always -- -",
            "eval a.nix --json -A b.c --strict --lazy --abort-on-warn",
            "eval -E 1 -v",
            "eval --modules a b --attr config.x",
        ] {
            let arguments: Vec<OsString> = ["nixpod-lint"]
                .into_iter()
                .chain(line.split(' '))
                .map(Into::into)
                .collect();
            let single = Cli::from_single(&arguments).expect(line);
            let whole = Cli::try_parse_from(&arguments).expect(line);
            assert_eq!(format!("{:?}", single.command), format!("{:?}", whole.command));
            assert_eq!(format!("{:?}", single.global), format!("{:?}", whole.global));
        }
        for line in [
            "--quiet check",
            "a.nix",
            "check --help",
            "check -h",
            "check --version",
            "check --unsafe-fixes",
            "check -qv",
            "eval",
            "eval a -E 1",
            "eval --help",
            "evil a",
        ] {
            let arguments: Vec<OsString> = ["nixpod-lint"]
                .into_iter()
                .chain(line.split(' '))
                .map(Into::into)
                .collect();
            assert!(Cli::from_single(&arguments).is_none(), "{line}");
        }
    }

    #[test]
    fn unsafe_fixes_alone_are_refused() {
        assert!(Cli::try_parse_from(["nixpod-lint", "--unsafe-fixes"]).is_err());
        assert!(Cli::try_parse_from(["nixpod-lint", "--unsafe-fixes", "--diff"]).is_ok());
    }
}
