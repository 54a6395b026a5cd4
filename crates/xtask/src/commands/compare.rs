//! Holds what we say of specs against the recordings.

use super::golden::{Command, Golden};
use super::project;
use super::spec::Kind;
use nixpod_analysis::{
    AnalysisHost, Certainty, MASK, OsFileSystem, Report, Shown, ShownCommand, ShownWord, Utf8PathBuf,
};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The release that is taken where nothing tells one.
const NEWEST: &str = "26.05";

/// The section of a unit that a container is made of, which comes first.
const CONTAINER: &str = "[Container]";

/// So many specs are systems of one flake.
pub(super) const TOGETHER: usize = 40;

/// What depends on how packages are built, and is nowhere in a spec.
const OF_PACKAGES: &str = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

/// What became of all words.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Specs that were compared, each in each release.
    pub specs: usize,
    /// Containers of them.
    pub containers: usize,
    /// Words and lines that are known by the recordings.
    pub words: usize,
    /// Those of them that we leave open.
    pub holes: usize,
    /// Specs that the modules refuse, or whose script ends early; nothing is compared there.
    pub refused: usize,
    /// Definite differences, in words.
    pub differences: Vec<String>,
    /// Where holes are, in words.
    pub open: Vec<String>,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} specs, {} containers, {} known words and lines, {} of them left open, {} refused, {} differences",
            self.specs,
            self.containers,
            self.words,
            self.holes,
            self.refused,
            self.differences.len()
        )
    }
}

impl Comparison {
    /// Compares some recordings.
    pub fn add(&mut self, goldens: &[Golden]) {
        for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_settings()) {
            for release in kind.releases() {
                let of_release: Vec<(&Golden, &super::golden::Made)> = goldens
                    .iter()
                    .filter(|golden| golden.kind == kind && !golden.text.starts_with("# "))
                    .flat_map(|golden| {
                        golden
                            .made
                            .iter()
                            .map(move |(releases, made)| (golden, releases, made))
                    })
                    .filter(|(_, releases, _)| releases.iter().any(|one| one == release))
                    .map(|(golden, _, made)| (golden, made))
                    .collect();
                for some in of_release.chunks(TOGETHER) {
                    let texts: Vec<&str> = some.iter().map(|(golden, _)| golden.text.as_str()).collect();
                    let project = project::of(kind, release, &texts);
                    let report = project.analysis().commands(&[project::FOLDER.into()]);
                    for (number, (golden, made)) in some.iter().enumerate() {
                        self.spec(release, golden, made, &report, Some(&format!("h{number}")));
                    }
                }
            }
        }
    }

    /// Compares recordings of the systems of the test data, which are read from the disk. Nothing there tells the release of
    /// most, so it is the newest.
    pub fn add_owned(&mut self, root: &Path, goldens: &[Golden]) {
        for golden in goldens {
            let Some(files) = golden
                .text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# "))
            else {
                continue;
            };
            let made = golden
                .made
                .iter()
                .find(|(releases, _)| releases.iter().any(|one| one == NEWEST));
            let Some((_, made)) = made else { continue };
            let first = files.split(' ').next().unwrap_or_default();
            let project: PathBuf = first.split('/').take(project_depth(first)).collect();
            let Ok(project) = Utf8PathBuf::try_from(root.join(project)) else {
                continue;
            };
            let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::new(OsFileSystem));
            host.set_project(project.clone());
            let report = host.analysis().commands(&[project]);
            let name = Path::new(first).file_stem().unwrap_or_default().to_string_lossy();
            // A file of a machine is that host of the flake; any other is the only one of its project.
            let is_host = report.containers.iter().any(|shown| shown.host == *name);
            self.spec(NEWEST, golden, made, &report, is_host.then_some(&*name));
        }
    }

    fn spec(
        &mut self,
        release: &str,
        golden: &Golden,
        made: &super::golden::Made,
        report: &Report,
        host: Option<&str>,
    ) {
        if made.is_empty() {
            self.refused += 1;
            return;
        }
        self.specs += 1;
        for (name, real) in made {
            // A network, a volume or an image is no container, although it has a unit.
            let container = match name.rsplit_once('.') {
                Some((container, "container")) if !golden.kind.is_script() => container,
                Some(_) if !golden.kind.is_script() => continue,
                _ => name,
            };
            let container = match golden.kind {
                Kind::Home => container.strip_prefix("podman-").unwrap_or(container),
                _ => container,
            };
            if real.problem.is_some() {
                self.refused += 1;
                continue;
            }
            self.containers += 1;
            let label = format!("{} {} [{release}] {name}", golden.kind.name(), golden.name);
            let surface = match golden.kind {
                Kind::Nspawn => "nspawn",
                Kind::Oci => "oci-containers",
                Kind::Home => "home-manager-podman",
                _ => "quadlet-nix",
            };
            let shown = report.containers.iter().find(|shown| {
                host.is_none_or(|host| shown.host == host)
                    && shown.name == container
                    && shown.surface.as_str() == surface
                    && shown.inside.as_ref().is_none_or(|_| golden.kind.is_home())
            });
            match shown.and_then(|shown: &Shown| shown.command.as_ref()) {
                Some(command) => self.command(&label, golden, real, command),
                None => self
                    .differences
                    .push(format!("{label}: nothing is said of it\n{}", golden.text)),
            }
        }
    }

    fn command(&mut self, label: &str, golden: &Golden, real: &Command, ours: &ShownCommand) {
        // What stands before the first section is a remark.
        let unit = real.unit.iter().skip_while(|line| *line != CONTAINER);
        let unit: Vec<String> = unit.filter(|line| !line.is_empty()).cloned().collect();
        let our_unit = ours.unit.iter().flat_map(|line| {
            let lines = line.text.split('\n').filter(|text| !text.is_empty());
            lines.map(|text| ShownWord {
                text: text.to_owned(),
                ..line.clone()
            })
        });
        let our_unit: Vec<ShownWord> = our_unit.collect();
        let parts = [
            ("words", &ours.words, &real.words),
            ("service", &ours.service, &real.service),
            ("unit", &our_unit, &unit),
        ];
        // NixOS 25.05 has a Podman between those whose generators were asked.
        let skipped = label.contains("[25.05]") && golden.kind == Kind::Home;
        for (part, ours, real) in parts
            .into_iter()
            .filter(|(part, ..)| !(skipped && *part == "words"))
        {
            self.words += real.iter().filter(|word| !word.contains(OF_PACKAGES)).count();
            match holes(ours, real) {
                Some(0) => {}
                Some(holes) => {
                    self.holes += holes;
                    self.open.push(format!(
                        "{label}: {holes} {part} left open\n{}",
                        described(ours, real)
                    ));
                }
                None => self.differences.push(format!(
                    "{label}: {part}\n{}{}",
                    golden.text,
                    described(ours, real)
                )),
            }
        }
    }
}

/// How many folders a file of the test data has its project in.
fn project_depth(file: &str) -> usize {
    match file.starts_with("testdata/corpus/") {
        true => 4,
        false => 2,
    }
}

/// The words that differ, without those at both ends that are equal.
fn described(ours: &[ShownWord], real: &[String]) -> String {
    let is_equal = |our: &ShownWord, real: &String| !our.has_hole && our.text == *real;
    let ahead = ours
        .iter()
        .zip(real)
        .take_while(|(our, real)| is_equal(our, real))
        .count();
    let behind = ours[ahead..]
        .iter()
        .rev()
        .zip(real[ahead..].iter().rev())
        .take_while(|(our, real)| is_equal(our, real))
        .count();
    let mut out = String::new();
    let ours: Vec<String> = ours[ahead..ours.len() - behind]
        .iter()
        .map(|word| super::golden::quoted(&word.text))
        .collect();
    let real: Vec<String> = real[ahead..real.len() - behind]
        .iter()
        .map(|word| super::golden::quoted(word))
        .collect();
    let _ = writeln!(out, "    ours: {}\n    real: {}", ours.join(" "), real.join(" "));
    out
}

/// How many known words are left open, if ours can be the real ones.
fn holes(ours: &[ShownWord], real: &[String]) -> Option<usize> {
    // The fewest holes with which the first words of both agree.
    let mut best = vec![vec![None::<usize>; real.len() + 1]; ours.len() + 1];
    best[0][0] = Some(0);
    let fewest = |known: Option<usize>, new: usize| Some(known.map_or(new, |known| known.min(new)));
    for at in 0..=ours.len() {
        for to in 0..=real.len() {
            let Some(so_far) = best[at][to] else { continue };
            let Some(our) = ours.get(at) else { continue };
            let is_open = our.certainty == Certainty::Unknown;
            if is_open || our.certainty == Certainty::Maybe {
                best[at + 1][to] = fewest(best[at + 1][to], so_far);
            }
            let Some(word) = real.get(to) else { continue };
            let of_packages = usize::from(!word.contains(OF_PACKAGES));
            if !our.has_hole && our.text == *word {
                let hole = usize::from(our.certainty == Certainty::Maybe);
                best[at + 1][to + 1] = fewest(best[at + 1][to + 1], so_far + hole);
            } else if our.text.contains(MASK) && fits(&our.text.replace(MASK, "${}"), word) {
                // A secret is shown to nobody.
                best[at + 1][to + 1] = fewest(best[at + 1][to + 1], so_far);
            } else if our.has_hole && fits(&our.text, word) {
                best[at + 1][to + 1] = fewest(best[at + 1][to + 1], so_far + of_packages);
            }
            if is_open {
                // It stands for this word and for more behind it.
                best[at][to + 1] = fewest(best[at][to + 1], so_far + of_packages);
            }
        }
    }
    best[ours.len()][real.len()]
}

/// Can a text with holes, written `${...}`, be that word?
fn fits(text: &str, word: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        pieces.push(before);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    let Some(mut word) = word.strip_prefix(*pieces.first().unwrap_or(&"")) else {
        return false;
    };
    for piece in pieces.iter().skip(1) {
        match word.split_once(piece) {
            Some((_, behind)) => word = behind,
            None => return false,
        }
    }
    word.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::{fits, holes};
    use nixpod_analysis::{Certainty, ShownWord};

    fn word(text: &str, certainty: Certainty) -> ShownWord {
        ShownWord {
            text: text.to_owned(),
            certainty,
            reason: None,
            is_value: false,
            has_hole: text.contains("${"),
            span: None,
        }
    }

    #[test]
    fn texts_with_holes() {
        assert!(fits("--a=${x}/b", "--a=1/b"));
        assert!(fits("${x}", ""));
        assert!(!fits("--a=${x}/b", "--a=1/c"));
        assert!(!fits("a${x}b${y}", "ac"));
    }

    #[test]
    fn words_left_open_are_counted() {
        let real = ["run", "-e", "A=b", "c"].map(str::to_owned);
        let ours = |words: &[(&str, Certainty)]| -> Option<usize> {
            let words: Vec<ShownWord> = words.iter().map(|(text, sure)| word(text, *sure)).collect();
            holes(&words, &real)
        };
        let sure = Certainty::Set;
        assert_eq!(
            ours(&[("run", sure), ("-e", sure), ("A=b", sure), ("c", sure)]),
            Some(0)
        );
        assert_eq!(
            ours(&[("run", sure), ("-e", sure), ("A=${x}", sure), ("c", sure)]),
            Some(1)
        );
        assert_eq!(
            ours(&[("run", sure), ("${x}", Certainty::Unknown), ("c", sure)]),
            Some(2)
        );
        assert_eq!(
            ours(&[
                ("run", sure),
                ("-i", Certainty::Maybe),
                ("-e", sure),
                ("A=b", sure),
                ("c", sure)
            ]),
            Some(0)
        );
        assert_eq!(ours(&[("run", sure), ("-e", sure), ("c", sure)]), None);
    }
}
