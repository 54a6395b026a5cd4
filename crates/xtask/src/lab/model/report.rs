//! What the kernel says inside of a container, as `testdata/lab/lib/report.sh` prints it, brought to facts.

use super::spec::TARGETS;
use std::collections::BTreeMap;
use std::fmt;

/// Facts by name. What is not there is as it is for every container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts(pub(super) BTreeMap<String, String>);

/// What the lab's host is, to tell what a container shares with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Host {
    namespaces: BTreeMap<String, String>,
    /// The capabilities that anything there can have at all.
    pub(super) bounding: String,
    sysctls: BTreeMap<String, String>,
}

/// What came of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It ran.
    Ran(Facts),
    /// The engine refused, in its words.
    Refused(String),
}

/// Reads the lines about the host.
pub(super) fn host(output: &str) -> Host {
    let mut out = Host::default();
    for line in output.lines() {
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("@namespace"), Some(kind), Some(id)) => {
                out.namespaces.insert(kind.to_owned(), id.to_owned());
            }
            (Some("@bounding"), Some(set), _) => set.clone_into(&mut out.bounding),
            (Some("@sysctl"), Some(name), Some(value)) => {
                out.sysctls.insert(name.to_owned(), value.to_owned());
            }
            _ => {}
        }
    }
    out
}

/// Splits what a batch printed into what came of each spec, by number.
pub(super) fn outcomes(output: &str, host: &Host) -> BTreeMap<u64, Outcome> {
    let mut out = BTreeMap::new();
    for part in output.split("@spec ").skip(1) {
        let (number, rest) = part.split_once('\n').unwrap_or((part, ""));
        let Ok(number) = number.trim().parse() else {
            continue;
        };
        out.insert(number, outcome(rest, host));
    }
    out
}

fn outcome(text: &str, host: &Host) -> Outcome {
    let report = text
        .split_once("@report\n")
        .and_then(|(_, rest)| rest.split_once("@end"));
    match report {
        Some((report, after)) => {
            let mut facts = facts(report, host);
            let written = after.lines().filter_map(|line| line.strip_prefix("@wrote "));
            for path in written {
                facts.0.insert(format!("wrote:{path}"), "yes".to_owned());
            }
            Outcome::Ran(facts)
        }
        None => {
            let (text, _) = text.split_once("@status").unwrap_or((text, ""));
            let lines = text
                .lines()
                .filter(|line| !line.starts_with('@') && !line.trim().is_empty());
            let kept: Vec<&str> = lines.collect();
            // What is wrong is said last, but for how to get help.
            let told = kept.iter().rev().find(|line| !line.starts_with("See "));
            Outcome::Refused(told.copied().unwrap_or("no word").trim().to_owned())
        }
    }
}

/// A report as it is read, line by line.
#[derive(Default)]
struct Reading<'r> {
    facts: BTreeMap<String, String>,
    maps: Vec<String>,
    /// Options and kinds of file systems, by where they are mounted.
    mounts: BTreeMap<String, (String, String)>,
    /// The names of what is bound, by where.
    names: BTreeMap<&'r str, &'r str>,
}

fn facts(report: &str, host: &Host) -> Facts {
    let mut reading = Reading::default();
    for line in report.lines() {
        reading.line(line, host);
    }
    reading.end()
}

impl<'r> Reading<'r> {
    fn line(&mut self, line: &'r str, host: &Host) {
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
        let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
        let fact = match kind {
            "CapEff" | "CapPrm" | "CapBnd" | "NoNewPrivs" | "Seccomp" | "hostname" | "Uid" | "Gid" => {
                (kind.to_owned(), rest.to_owned())
            }
            "ns" if host.namespaces.get(first).is_some_and(|id| id == second) => {
                (format!("ns:{first}"), "host".to_owned())
            }
            "dev" if access(second) != "-" => (format!("dev:{first}"), access(second)),
            "escape" => (format!("escape:{first}"), "yes".to_owned()),
            "env" => (format!("env:{name}"), value.to_owned()),
            "sysctl" if host.sysctls.get(first).is_none_or(|value| value != second) => {
                (format!("sysctl:{first}"), second.to_owned())
            }
            _ => return self.other(kind, rest),
        };
        self.facts.insert(fact.0, fact.1);
    }

    /// What several lines tell together.
    fn other(&mut self, kind: &str, rest: &'r str) {
        match kind {
            "map" => self.maps.push(rest.to_owned()),
            "mount" => {
                let mut words = rest.splitn(4, ' ');
                let mut next = || words.next().unwrap_or_default();
                let (at, options, root, kind) = (next(), next(), next(), next());
                // What is a part of a file system in memory, such as a volume, is none by itself.
                let kind = if root == "/" { kind } else { "" };
                self.mounts
                    .insert(at.replace("\\040", " "), (options.to_owned(), kind.to_owned()));
            }
            "id" => {
                self.names.extend(rest.split_once('='));
            }
            _ => {}
        }
    }

    fn end(mut self) -> Facts {
        self.facts.insert("users".to_owned(), self.maps.join(","));
        let access = |options: &str| match options.split(',').any(|one| one == "ro") {
            true => "ro",
            false => "rw",
        };
        if let Some((options, _)) = self.mounts.get("/") {
            self.facts.insert("root".to_owned(), access(options).to_owned());
        }
        for target in TARGETS {
            let Some((options, kind)) = self.mounts.get(*target) else {
                continue;
            };
            let what = match self.names.get(target) {
                Some(name) => *name,
                None if kind.starts_with("tmpfs") => "tmpfs",
                None => "other",
            };
            let told = format!("{what} {}", access(options));
            self.facts.insert(format!("at:{target}"), told);
        }
        Facts(self.facts)
    }
}

/// What opening a device for reading and for writing came to, as `r` and `w`; `!` is what only the node's mode forbids.
fn access(text: &str) -> String {
    let mut out = String::new();
    for (letter, said) in ['r', 'w'].into_iter().zip(text.split(' ')) {
        match said {
            "EPERM" | "ENOENT" => {}
            "EACCES" => out.push('!'),
            // What the driver says comes after the question whether the device may be opened.
            _ => out.push(letter),
        }
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut facts = self.0.iter();
        if let Some((name, value)) = facts.next() {
            write!(f, "{}={}", escaped(name), escaped(value))?;
        }
        for (name, value) in facts {
            write!(f, " {}={}", escaped(name), escaped(value))?;
        }
        Ok(())
    }
}

impl Facts {
    /// What the container has reached of the host.
    pub(super) fn escapes(&self) -> Vec<&str> {
        let names = self.0.keys().map(String::as_str);
        names
            .filter(|name| name.starts_with("escape:") || name.starts_with("wrote:"))
            .collect()
    }

    /// What `Display` wrote.
    pub(super) fn parse(text: &str) -> Self {
        let facts = text.split(' ').filter_map(|fact| fact.split_once('='));
        Self(facts.map(|(name, value)| (plain(name), plain(value))).collect())
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace(' ', "%20").replace('\n', "%0A")
}

fn plain(text: &str) -> String {
    text.replace("%0A", "\n").replace("%20", " ").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::{Facts, Outcome, host, outcomes};
    use expect_test::expect;

    const HOST: &str = "@namespace net net:[1]\n@namespace pid pid:[2]\n@bounding 000001fffeffffff\n@sysctl kernel.msgmax 8192\n";

    #[test]
    fn what_a_batch_prints() {
        let output = format!(
            "{HOST}@spec 3\n@report\nmap 0 0 1\nCapEff 0\nns net net:[1]\nns pid pid:[9]\nmount / ro / ext4 /dev/vda rw\n\
             mount /m\\0404 rw,relatime / tmpfs tmpfs rw\nmount /m1 ro /srv ext4 /dev/vda rw\nid /m1=c d\n\
             dev /dev/fuse ok EPERM\ndev /dev/kvm ENOENT ENOENT\nenv LAB_A=1=2\nsysctl kernel.msgmax 1000\n\
             escape disk\n@end\n@status 0\n@wrote /etc\n@spec 4\nnoise\nError: no\n@status 125\nnoise\n"
        );
        let mut out = String::new();
        for (number, outcome) in outcomes(&output, &host(&output)) {
            let told = match outcome {
                Outcome::Ran(facts) => {
                    assert_eq!(Facts::parse(&facts.to_string()), facts);
                    facts.to_string()
                }
                Outcome::Refused(why) => format!("refused: {why}"),
            };
            out.push_str(&format!("{number} {}\n", told.replace(' ', "\n  ")));
        }
        expect![[r#"
            3 CapEff=0
              at:/m%204=tmpfs%20rw
              at:/m1=c%20d%20ro
              dev:/dev/fuse=r
              env:LAB_A=1=2
              escape:disk=yes
              ns:net=host
              root=ro
              sysctl:kernel.msgmax=1000
              users=0%200%201
              wrote:/etc=yes
            4 refused:
              Error:
              no
        "#]]
        .assert_eq(&out);
    }
}
