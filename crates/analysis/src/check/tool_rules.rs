//! Findings about the text itself: what does not parse, imports of nothing, and suppression comments that do not do what they say.
//!
//! They are rules like all others, so that they have documentation and can be switched off; their checks find nothing
//! in a world.

use crate::check::merge::{Checked, plain};
use crate::controls::Controls;
use crate::proof::Attack;
use crate::rule::declare_rule;
use crate::rule::{Ctx, Rule, Sink};
use crate::settings::Settings;
use crate::vfs::state::FileState;
use nixpod_model::System;
use nixpod_source::{FileId, Severity, Span};

/// The rules about the tool's own business: syntax errors, missing files and suppression comments.
pub static OWN_RULES: &[&Rule] = &[
    &parse_error::RULE,
    &missing_import::RULE,
    &malformed_suppression::RULE,
    &unknown_suppression::RULE,
    &unused_suppression::RULE,
];

fn nothing(_ctx: &Ctx<'_>, _system: &System, _sink: &mut Sink) {}

pub(crate) mod parse_error {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// Text that Nix would refuse to parse.
        /// ## Why
        /// The configuration cannot be built, and what stands near the error is not analysed. It is one finding for each
        /// file, and counts little where the project has systems of which none imports the file. What is no Nix at all (an
        /// empty file, another language, something encrypted) is told as not analysed.
        /// ## Bad
        /// ```nix
        /// { containers.web = { privateNetwork = true }; }
        /// ```
        /// ## Good
        /// ```nix
        /// { containers.web = { privateNetwork = true; }; }
        /// ```
        /// ## Fix safety
        /// There is no fix.
        pub static RULE = {
            id: "parse-error",
            summary: "text that does not parse",
            severity: High,
            group: Correctness,
            since: "0.1.0",
            fix: None,
            controls: Controls::Nowhere("they are not about text that cannot be read"),
            stakes: [Promise x Itself, Comfort x Itself],
            attack: Attack::Nothing("the configuration cannot be built"),
            check: System(nothing),
        }
    }
}

pub(crate) mod missing_import {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// A module that imports a file which does not exist in the project.
        /// ## Why
        /// Nix cannot evaluate a system without one of its modules, so the configuration cannot be built. What the file was
        /// to set is not known: findings on the same system may be wrong, and others missing.
        ///
        /// A file in an empty folder is not flagged, because that is what a git submodule looks like that was not checked
        /// out; it is told as not analysed. Where the importing module is no flake's host the confidence is lower: some
        /// systems make such a file on the machine.
        /// ## Bad
        /// ```nix
        /// { imports = [ ./absent.nix ]; containers.web = { privateNetwork = true; config = { }; }; }
        /// ```
        /// ## Good
        /// ```nix
        /// { imports = [ { boot.isContainer = false; } ]; containers.web = { privateNetwork = true; config = { }; }; }
        /// ```
        /// ## Fix safety
        /// There is no fix: only you know what the file was to say.
        pub static RULE = {
            id: "missing-import",
            summary: "import of a file that does not exist",
            severity: Medium,
            group: Correctness,
            since: "0.1.0",
            fix: None,
            stakes: [Service x Itself, Nothing x Itself],
            check: System(nothing),
        }
    }
}

pub(crate) mod malformed_suppression {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// A comment that begins with `nixpod:` but is no complete suppression: it names no rule, lacks a bracket,
        /// has no reason or only the one that an editor put there to be replaced, or stands where nothing follows that it
        /// could apply to.
        /// ## Why
        /// It suppresses nothing, although somebody believes it does. A reason tells the next reader why the finding
        /// is acceptable here.
        /// ## Bad
        /// ```nix
        /// {
        ///   # nixpod: ignore[shared-host-network]
        ///   containers.web.autoStart = true;
        /// }
        /// ```
        /// ## Good
        /// ```nix
        /// {
        ///   # nixpod: ignore[shared-host-network] it is the reverse proxy of this host
        ///   containers.web.autoStart = true;
        /// }
        /// ```
        /// ## Fix safety
        /// There is no fix: only you know the reason.
        pub static RULE = {
            id: "malformed-suppression",
            summary: "suppression comment that is not complete",
            severity: Medium,
            group: Correctness,
            since: "0.1.0",
            fix: None,
            stakes: [Service x Itself],
            check: System(nothing),
        }
    }
}

pub(crate) mod unknown_suppression {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// A suppression comment that names a rule which does not exist.
        /// ## Why
        /// It suppresses nothing. Mostly the name is misspelt, or the rule was renamed.
        /// ## Bad
        /// ```nix
        /// {
        ///   # nixpod: ignore[shared-hots-network] it is the reverse proxy of this host
        ///   containers.web.autoStart = true;
        /// }
        /// ```
        /// ## Good
        /// ```nix
        /// {
        ///   # nixpod: ignore[shared-host-network] it is the reverse proxy of this host
        ///   containers.web.autoStart = true;
        /// }
        /// ```
        /// ## Fix safety
        /// Unsafe: the rule with the most similar name need not be the one that was meant.
        pub static RULE = {
            id: "unknown-suppression",
            summary: "suppression of a rule that does not exist",
            severity: Medium,
            group: Correctness,
            since: "0.1.0",
            fix: Sometimes,
            stakes: [Service x Itself, Comfort x Itself],
            check: System(nothing),
        }
    }
}

pub(crate) mod unused_suppression {
    use super::*;

    declare_rule! {
        /// ## What it flags
        /// A suppression comment for a rule that finds nothing where the comment applies: at the binding or list element that
        /// follows it, or that it stands behind, and nowhere else.
        /// ## Why
        /// It hides findings that come later, and it says something about the code that is not true any more.
        /// ## Bad
        /// ```nix
        /// {
        ///   # nixpod: ignore[privileged-container] it manages the disks
        ///   containers.web.privateNetwork = true;
        /// }
        /// ```
        /// ## Good
        /// ```nix
        /// {
        ///   containers.web.privateNetwork = true;
        /// }
        /// ```
        /// ## Fix safety
        /// Safe: the rule's name, or the whole comment, is removed. Unsafe where the rule finds something elsewhere in that file:
        /// the comment may be meant for that, and its reason would be lost.
        pub static RULE = {
            id: "unused-suppression",
            summary: "suppression comment without a finding",
            severity: Low,
            group: Correctness,
            since: "0.1.0",
            fix: Always,
            stakes: [Comfort x Itself],
            check: System(nothing),
        }
    }
}

/// What a file with syntax errors is to the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Something imports it.
    Used,
    /// Nothing does, and there are no systems that could.
    ByItself,
    /// There are systems, and none of them imports it.
    Unused,
}

/// Reports the first syntax error of a file, and says how many there are: one mistake often makes more of them.
pub(crate) fn parse_errors(
    file: FileId,
    state: &FileState,
    broken: Broken,
    settings: &Settings,
    out: &mut Vec<Checked>,
) {
    let errors = &state.parsed().errors;
    let Some(first) = errors.first().filter(|_| settings.is_on(&parse_error::RULE)) else {
        return;
    };
    let message = match errors.len() - 1 {
        0 => first.message.clone(),
        1 => format!("{}, and 1 more error in this file", first.message),
        more => format!("{}, and {more} more errors in this file", first.message),
    };
    let (range, help) = (
        first.range,
        "What stands near the error is not analysed.".to_owned(),
    );
    let mut checked = plain(&parse_error::RULE, Span { file, range }, message, Some(help));
    if broken == Broken::Unused {
        checked.reported.diagnostic.severity = Severity::Low;
    }
    out.push(checked);
}

/// Why a file that does not parse is no Nix at all, in words, if it is none: a file for what is still to come, a text of
/// another language or one that is encrypted, under a name that ends in `.nix`.
pub(crate) fn no_nix(text: &str) -> Option<&'static str> {
    if is_blank(text) {
        return Some("nothing is in it");
    }
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let begins = |marks: &[&str]| marks.iter().any(|mark| first.starts_with(mark));
    if begins(&["-----BEGIN ", "$ANSIBLE_VAULT;", "age-encryption.org/"]) || text.contains("ENC[AES256_GCM,")
    {
        return Some("it is encrypted");
    }
    // No expression of Nix begins so.
    let others = [
        "-- ",
        "local ",
        "function ",
        "<",
        "#!/",
        "import ",
        "from ",
        "package ",
        "//",
    ];
    let is_other =
        begins(&others) && !first.ends_with(':') && !begins(&["<nix", "import ./", "import <", "import ../"]);
    is_other.then_some("it is of another language")
}

/// Is there nothing but comments?
fn is_blank(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let after = match (rest.strip_prefix('#'), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n').map_or("", |(_, after)| after),
            (None, Some(comment)) => match comment.split_once("*/") {
                Some((_, after)) => after,
                None => return false,
            },
            (None, None) => return rest.is_empty(),
        };
        rest = after.trim_start();
    }
}
