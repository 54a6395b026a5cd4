//! `cargo xtask`: what the repository generates from itself.

use anyhow::{Context, Result, bail};
use nixpod_xtask::lab::model::{ModelArguments, Question, Runner};
use nixpod_xtask::{
    census, commands, docs, edits, lab, libcalls, licences, oracle, quadlets, readers, reasons, record, root,
    suites,
};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask docs [--check]
    Writes docs/rules, and the list of rules in README.md, from the rules' own documentation; with --check only says
    what is not current.
cargo xtask commands --modules DIR [--nix NIX_INSTANTIATE] [--quadlet QUADLET --newer-quadlet QUADLET]
        [--json2toml JSON2TOML] [--only NAME]... [--verify]
    Asks real Nix, with the real modules of NixOS, Home Manager and quadlet-nix, a shell and Podman's generator what the
    engines are told of the containers of the test data and of generated specs, and writes it to testdata/commands. How
    DIR looks is said in crates/xtask/src/commands/mod.rs. The generators are needed for units, remarshal's json2toml for
    settings of engines; with --only just the recordings of these names are made, and with --verify none, but what differs from the
    recordings is told, for each release that DIR has. With --compare alone the recordings are held against what we
    say, and every difference is printed.
cargo xtask edits [--count N] DIR...
    Edits literals of the trees at random in memory, and compares the answer of a host that remembers what was before
    with that of a fresh one.
cargo xtask lab [WORD...] [--generation NAME|--all] [--list] [--record] [--jobs N] [--folder DIR] [--verbose]
    Tries what the rules say on real engines, unpacked from Debian's packages into target/lab (or DIR), in namespaces of
    its own; WORD is the name of an experiment, of a topic or of a rule. Runs the newest generation of engines unless told
    otherwise; with --record writes what was seen to testdata/lab/results.json. Needs root, and under CI=true fails where
    something is missing.
cargo xtask lab --model [--bad] [COUNT] [--seed N] [--only RUNNER:NUMBER] [--record] [--jobs N] [--folder DIR] [--verbose]
    Runs COUNT generated containers of each of nspawn, podman and podman-rootless, and compares what the kernel says
    inside with what the model says; with --bad runs dangerous ones, and tells of those that reach the host and that no
    rule of medium severity or above finds. With --record writes what was seen to testdata/lab.
cargo xtask licences
    Holds the licences of all dependencies, and where they come from, against deny.toml.
cargo xtask oracle [--nix NIX_INSTANTIATE] --lib NIXPKGS_LIB FILE_OR_FLAKE...
    Holds our evaluation of module files and whole flakes against real Nix with the real `lib`; prints each definite
    value of ours that differs, and counts. Needs python3.
cargo xtask record [--nix NIX_INSTANTIATE] --lib NIXPKGS_LIB [CASE]...
    Asks real Nix with the real `lib` what the module trees of testdata/modules and testdata/corpus evaluate to,
    and writes the answers beside them.
cargo xtask lib [--nix NIX_INSTANTIATE] --lib NIXPKGS_LIB
    Makes calls of `lib` functions from testdata/eval/lib/arguments.txt, asks real Nix with the real `lib` what they
    give, and writes both beside it.
cargo xtask quadlets QUADLET [DIR]
    Asks Podman's generator what it makes of the units of testdata/quadlet/cases and of 300 at random, and writes it
    beside them; or of the units of a folder, such as those of Podman's own tests (test/e2e/quadlet), and tells of how
    many we read the same.
cargo xtask readers DIR...
    Reads every Nix file below the folders both ways, and tells where the fast reader and rnix differ. For each upgrade of
    rnix.
cargo xtask reasons [--files TEXT] DIR...
    Evaluates every Nix file below the folders by itself (functions are called as modules are) and counts why values
    are not known; with --files also names files that meet the reasons that contain TEXT.
cargo xtask suites [--nix NIX_CHECKOUT] [--lib NIXPKGS_LIB] [--only TEXT] [--release]
    Holds the evaluator and the module system against the suites of Nix and of nixpkgs' `lib`, which are fetched by
    whoever asks; prints what fails and a table of passed and total. Needs python3.
cargo xtask census [--details] [--edits N] DIR...
    Counts for each repository what became of its container specs: on a host, evaluated as an island, named as not
    analysed, or silent; and of how many every fact is known, with the most frequent reasons for the others, which
    --details lists. With --edits what stands around specs is edited so many times, and specs that become silent are
    told.";

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the program's terminal"
)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The words behind the name of a task.
type Words<'a> = &'a mut dyn Iterator<Item = &'a str>;

/// Does what the arguments say; returns what is to be printed.
fn run(arguments: &[String]) -> Result<String> {
    let words: Words<'_> = &mut arguments.iter().map(String::as_str);
    match words.next() {
        Some("commands") => commands(words),
        Some("docs") => docs(words),
        Some("edits") => edits(words),
        Some("lab") => lab(words),
        Some("oracle") => {
            let RealNix { nix, lib, rest } = RealNix::from(words)?;
            let targets: Vec<PathBuf> = rest.into_iter().map(PathBuf::from).collect();
            oracle::run(&root(), &nix, &lib, &targets)
        }
        Some("record") => {
            let RealNix { nix, lib, rest } = RealNix::from(words)?;
            record::run(&root(), &nix, &lib, &rest)
        }
        Some("lib") => {
            let RealNix { nix, lib, .. } = RealNix::from(words)?;
            libcalls::run(&root(), &nix, &lib)
        }
        Some("licences") => licences::check(&root(), &["--all-features"]),
        Some("quadlets") => {
            let quadlet = words
                .next()
                .context("which generator? /usr/libexec/podman/quadlet, say")?;
            match words.next() {
                Some(folder) => quadlets::compare_others(&root(), quadlet, folder.as_ref()),
                None => quadlets::record(&root(), quadlet),
            }
        }
        Some("reasons") => reasons(words),
        Some("suites") => suites(words),
        Some("readers") => readers::compare(&words.map(PathBuf::from).collect::<Vec<_>>()),
        Some("census") => census(words),
        _ => bail!("usage:\n{USAGE}"),
    }
}

fn commands(words: Words<'_>) -> Result<String> {
    let (mut nix, mut quadlet, mut newer, mut modules) = ("nix-instantiate".to_owned(), None, None, None);
    let (mut json2toml, mut only, mut verify) = (None, Vec::new(), false);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("what does {word} name?"));
        match word {
            "--nix" => nix = value()?.to_owned(),
            "--quadlet" => quadlet = Some(value()?.to_owned()),
            "--newer-quadlet" => newer = Some(value()?.to_owned()),
            "--modules" => modules = Some(PathBuf::from(value()?)),
            "--json2toml" => json2toml = Some(value()?.to_owned()),
            "--only" => only.push(value()?.to_owned()),
            "--verify" => verify = true,
            "--compare" => return commands::compared(&root()),
            other => bail!("unknown argument `{other}`\n{USAGE}"),
        }
    }
    let modules = modules.context("--modules: where are the modules?")?;
    let outside = commands::Outside {
        nix,
        quadlet,
        newer_quadlet: newer,
        json2toml,
        modules: modules.canonicalize()?,
        only,
    };
    match verify {
        true => commands::verify(&root(), &outside),
        false => commands::record(&root(), &outside),
    }
}

fn docs(words: Words<'_>) -> Result<String> {
    match words.next() {
        None => docs::write(&root()),
        Some("--check") => {
            let stale = docs::stale(&root());
            if stale.is_empty() {
                return Ok(String::new());
            }
            bail!("not current, run `cargo xtask docs`:\n{}", stale.join("\n"))
        }
        Some(other) => bail!("unknown argument `{other}`\n{USAGE}"),
    }
}

fn edits(words: Words<'_>) -> Result<String> {
    let (mut count, mut trees) = (50, Vec::new());
    while let Some(word) = words.next() {
        match word {
            "--count" => count = words.next().context("--count needs a number")?.parse()?,
            tree => trees.push(PathBuf::from(tree)),
        }
    }
    edits::edits(count, &trees)
}

fn lab(words: Words<'_>) -> Result<String> {
    let mut options = lab::LabArguments {
        strict: std::env::var_os("CI").is_some_and(|value| value == "true"),
        ..lab::LabArguments::default()
    };
    while let Some(word) = words.next() {
        match word {
            "--model" => return lab_model(words),
            "--all" => options.all = true,
            "--list" => options.list = true,
            "--record" => options.record = true,
            "--verbose" => options.verbose = true,
            "--generation" => {
                let name = words.next().context("--generation needs a name")?;
                options.generations.push(name.to_owned());
            }
            "--jobs" => options.jobs = Some(words.next().context("--jobs needs a number")?.parse()?),
            "--folder" => options.folder = words.next().map(PathBuf::from),
            flag if flag.starts_with('-') => bail!("unknown argument `{flag}`\n{USAGE}"),
            word => options.words.push(word.to_owned()),
        }
    }
    lab::run(&root(), &options)?;
    Ok(String::new())
}

/// What stands behind `lab --model`.
fn lab_model(words: Words<'_>) -> Result<String> {
    let mut options = ModelArguments {
        strict: std::env::var_os("CI").is_some_and(|value| value == "true"),
        ..ModelArguments::default()
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word {
            "--seed" => options.seed = value()?.parse()?,
            "--jobs" => options.jobs = value()?.parse()?,
            "--folder" => options.folder = Some(value()?.into()),
            "--only" => {
                let (runner, number) = value()?.split_once(':').context("--only nspawn:17, say")?;
                let runner = Runner::named(runner).with_context(|| format!("nothing is called {runner}"))?;
                options.only = Some((runner, number.parse()?));
            }
            "--verbose" => options.verbose = true,
            "--record" => options.record = true,
            "--bad" => options.question = Question::Escapes,
            count => options.count = Some(count.parse()?),
        }
    }
    lab::model::run(&root(), &options)
}

/// What tasks need that ask real Nix.
struct RealNix {
    nix: String,
    /// The folder `lib` of nixpkgs.
    lib: PathBuf,
    rest: Vec<String>,
}

impl RealNix {
    fn from(words: Words<'_>) -> Result<Self> {
        let mut nix = "nix-instantiate".to_owned();
        let mut lib = None;
        let mut rest = Vec::new();
        while let Some(word) = words.next() {
            match word {
                "--nix" => nix = words.next().context("--nix needs a program")?.to_owned(),
                "--lib" => lib = words.next().map(PathBuf::from),
                flag if flag.starts_with('-') => bail!("unknown argument `{flag}`\n{USAGE}"),
                other => rest.push(other.to_owned()),
            }
        }
        let lib = lib.context("--lib DIR is missing: the folder `lib` of nixpkgs")?;
        Ok(Self { nix, lib, rest })
    }
}

fn reasons(words: Words<'_>) -> Result<String> {
    let (mut only, mut folders) = (None, Vec::new());
    while let Some(word) = words.next() {
        match word {
            "--files" => only = words.next(),
            folder => folders.push(folder.into()),
        }
    }
    reasons::run(&folders, only)
}

fn suites(words: Words<'_>) -> Result<String> {
    let mut options = suites::SuiteArguments::default();
    while let Some(word) = words.next() {
        match word {
            "--nix" => options.nix = words.next().map(PathBuf::from),
            "--lib" => options.lib = words.next().map(PathBuf::from),
            "--only" => options.only = words.next().map(str::to_owned),
            "--release" => options.release = true,
            other => bail!("unknown argument `{other}`\n{USAGE}"),
        }
    }
    suites::run(&root(), &options)
}

fn census(words: Words<'_>) -> Result<String> {
    let mut options = census::CensusArguments::default();
    let mut edits = None;
    while let Some(word) = words.next() {
        match word {
            "--details" => options.details = true,
            "--edits" => edits = Some(words.next().unwrap_or_default().parse()?),
            flag if flag.starts_with('-') => bail!("unknown argument `{flag}`\n{USAGE}"),
            directory => options.directories.push(directory.into()),
        }
    }
    if options.directories.is_empty() {
        bail!("which directories?\n{USAGE}");
    }
    match edits {
        Some(count) => census::survive(count, &options.directories),
        None => census::run(&options),
    }
}
