//! Strings of a file in which command lines run containers, found by a walk over syntax alone.
//!
//! A script may be an argument of anything: of a function that writes it, of one that nobody here knows. What runs
//! containers in a string that no system was seen to have is told all the same.

use crate::census::names::{is_test, transparent};
use crate::surface::{CommandLine, command_lines, names_program};
use crate::vocabulary::options::{READ, Tells};
use crate::vocabulary::text::hole;
use nixpod_model::{Text, TextPart};
use nixpod_source::{ExprId, FileId, Origin, Place, Site, Why};
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{AttrName, Attrs, EntryValue, Expr, StrPart};

/// A string in which command lines run containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptSite {
    /// The string.
    pub text: ExprId,
    /// The attribute path under which it stands in the file, as far as it is written out.
    pub path: String,
    /// What the code around it says of it.
    pub standing: ScriptStanding,
    /// May something around it leave it out: `mkIf` and the like?
    pub is_conditional: bool,
    /// Where its lines begin, in bytes of its content, and where they end.
    pub lines: Vec<(u32, u32)>,
}

/// What the code around a string says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptStanding {
    /// It is a part of an option that is read from systems.
    Option,
    /// It is a script of something that is no system: a shell for developers, a package, an app of a flake.
    Output,
    /// It is a script: the argument of a function that writes one, or called as scripts are.
    Script,
    /// Nothing says what it is.
    Unclear,
}

/// Functions that make a script of one of their arguments.
const WRITERS: [&str; 18] = [
    "mkShell",
    "mkShellNoCC",
    "runCommand",
    "runCommandCC",
    "runCommandLocal",
    "runCommandNoCC",
    "writeBash",
    "writeBashBin",
    "writeDash",
    "writeDashBin",
    "writeScript",
    "writeScriptBin",
    "writeShellApplication",
    "writeShellScript",
    "writeShellScriptBin",
    "mkScript",
    "mkShellScript",
    "entryAfter",
];

/// Names under which scripts stand, besides those that end in `Phase` and those of units.
const SCRIPTS: [&str; 16] = [
    "buildCommand",
    "cmd",
    "command",
    "enterShell",
    "enterTest",
    "entry",
    "exec",
    "postStart",
    "postStop",
    "preStart",
    "preStop",
    "program",
    "reload",
    "runtimeScript",
    "script",
    "shellHook",
];

/// Names of what people read and nobody runs.
const PROSE: [&str; 20] = [
    "assertions",
    "changelog",
    "comment",
    "defaultText",
    "description",
    "doc",
    "documentation",
    "example",
    // What somebody may run as root is not run by saying so.
    "extraRules",
    "help",
    "homepage",
    "longDescription",
    "message",
    "meta",
    "motd",
    "notes",
    "summary",
    "testScript",
    "title",
    "warnings",
];

/// Functions whose argument people read.
const SAY: [&str; 9] = [
    "abort",
    "literalExpression",
    "literalMD",
    "mdDoc",
    "mkEnableOption",
    "throw",
    "trace",
    "warn",
    "warnIf",
];

/// Outputs of flakes and files whose scripts no system has.
const OUTPUTS: [&str; 12] = [
    "apps",
    "checks",
    "devShell",
    "devShells",
    "devenv",
    "formatter",
    "legacyPackages",
    "mkShell",
    "mkShellNoCC",
    "overlays",
    "packages",
    "shellHook",
];

/// Sets of files that options write.
const FILES: [&[&str]; 5] = [
    &["environment", "etc"],
    &["home", "file"],
    &["xdg", "cacheFile"],
    &["xdg", "configFile"],
    &["xdg", "dataFile"],
];

/// Deeper than any file that the parser accepts would be by nesting alone.
const MAX_DEPTH: u32 = 400;

/// More names say no better where a string stands.
const MAX_NAMES: usize = 8;

/// The strings of a file in which command lines run containers.
pub(super) fn scripts(hir: &Hir) -> Vec<ScriptSite> {
    if !hir.exprs().iter().any(|expr| may_run(hir, expr)) {
        return Vec::new();
    }
    let mut walk = Walk {
        hir,
        names: Vec::new(),
        call: Call::Other,
        is_conditional: false,
        is_output: false,
        out: Vec::new(),
    };
    walk.expr(hir.root(), 0);
    walk.out
}

/// May a string run containers, by its words?
fn may_run(hir: &Hir, expr: &Expr) -> bool {
    let Expr::Str(parts) = expr else { return false };
    let has = |words: &[&str]| {
        parts.iter().any(|part| match part {
            StrPart::Text(text) => words.iter().any(|word| text.contains(word)),
            StrPart::Interp(_) => false,
        })
    };
    let names = || {
        parts.iter().any(|part| match part {
            StrPart::Text(text) => names_program(text),
            StrPart::Interp(inner) => name_of(hir, *inner, 0).is_some_and(|name| names_program(&name)),
        })
    };
    has(&["run", "create", "nspawn"]) && names()
}

/// What an expression is called, as far as that is written out: `pkgs.podman` is, and `lib.getExe pkgs.podman` is the same.
fn name_of(hir: &Hir, id: ExprId, depth: u32) -> Option<String> {
    match hir.expr(id) {
        Expr::Var(name, _) => Some(hir.name(*name).to_string()),
        Expr::Select(_, path, _) => {
            let mut names = path.iter().rev().filter_map(|part| match part {
                AttrName::Static(name, _) => Some(hir.name(*name).as_str()),
                AttrName::Dynamic(_) => None,
            });
            names
                .find(|name| !matches!(*name, "package" | "out" | "bin"))
                .map(str::to_owned)
        }
        Expr::Apply(function, argument) if depth < 4 => {
            let called = name_of(hir, *function, depth + 1)?;
            match called.as_str() {
                "getExe" | "toString" => name_of(hir, *argument, depth + 1),
                // The second argument of `getExe'` is the name of the program.
                "getExe'" => match hir.expr(*argument) {
                    Expr::Str(parts) => match &**parts {
                        [StrPart::Text(text)] => Some(text.to_string()),
                        _ => Some(called),
                    },
                    _ => Some(called),
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// What the innermost call around a value makes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Other,
    /// It writes a script.
    Writes,
    /// It says something to people.
    Says,
}

struct Walk<'h> {
    hir: &'h Hir,
    names: Vec<String>,
    call: Call,
    is_conditional: bool,
    /// Is it in a call that makes something that no system has?
    is_output: bool,
    out: Vec<ScriptSite>,
}

impl Walk<'_> {
    fn expr(&mut self, id: ExprId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let next = depth + 1;
        let hir = self.hir;
        match hir.expr(id) {
            Expr::Attrs(attrs) if is_test(hir, attrs) => {}
            Expr::Attrs(attrs) => self.bindings(attrs, next),
            Expr::Let(bindings, body) => {
                self.bindings(bindings, next);
                self.expr(*body, next);
            }
            Expr::Apply(..) => self.call(id, next),
            Expr::If(condition, yes, no) => {
                self.expr(*condition, next);
                self.perhaps(|walk| {
                    walk.expr(*yes, next);
                    walk.expr(*no, next);
                });
            }
            Expr::Str(parts) => {
                if may_run(hir, hir.expr(id)) {
                    self.text(id, parts);
                }
                self.children(id, next);
            }
            _ => self.children(id, next),
        }
    }

    fn children(&mut self, id: ExprId, depth: u32) {
        let mut all = Vec::new();
        self.hir.expr(id).for_each_child(&mut |child| all.push(child));
        for child in all {
            self.expr(child, depth);
        }
    }

    fn bindings(&mut self, attrs: &Attrs, depth: u32) {
        let call = self.call;
        for entry in &attrs.entries {
            let EntryValue::Expr(value) = entry.value else {
                continue;
            };
            let name = self.hir.name(entry.name).to_string();
            // Of what is written out of a set only this is the script.
            self.call = match (call, name.as_str()) {
                (Call::Writes, "text" | "buildCommand") => Call::Writes,
                (Call::Says, _) => Call::Says,
                _ => Call::Other,
            };
            self.names.push(name);
            self.expr(value, depth);
            self.names.pop();
        }
        for entry in &attrs.dynamic {
            self.call = if call == Call::Says { call } else { Call::Other };
            self.names.push("<name>".to_owned());
            self.expr(entry.value, depth);
            self.names.pop();
        }
        self.call = call;
    }

    fn perhaps(&mut self, run: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.is_conditional, true);
        run(self);
        self.is_conditional = before;
    }

    /// A function with all its arguments.
    fn call(&mut self, id: ExprId, depth: u32) {
        let mut arguments = Vec::new();
        let mut at = id;
        while let Expr::Apply(function, argument) = self.hir.expr(at) {
            arguments.push(*argument);
            at = *function;
        }
        let name = match self.hir.expr(at) {
            Expr::Var(..) | Expr::Select(..) => name_of(self.hir, at, 0).unwrap_or_default(),
            _ => String::new(),
        };
        let before = self.call;
        self.call = match name.as_str() {
            name if WRITERS.contains(&name) => Call::Writes,
            name if SAY.contains(&name) => Call::Says,
            // What puts texts together makes nothing else of them.
            name if transparent(name).is_some() || self.call != Call::Other => self.call,
            _ => Call::Other,
        };
        let is_conditional = transparent(&name) == Some(true)
            || matches!(name.as_str(), "optional" | "optionals" | "optionalString");
        let outer = (self.is_conditional, self.is_output);
        self.is_conditional |= is_conditional;
        self.is_output |= OUTPUTS.contains(&name.as_str());
        self.expr(at, depth);
        for argument in arguments.into_iter().rev() {
            self.expr(argument, depth);
        }
        (self.is_conditional, self.is_output) = outer;
        self.call = before;
    }

    fn text(&mut self, id: ExprId, parts: &[StrPart]) {
        let is_prose = |name: &String| PROSE.contains(&name.as_str());
        if self.call == Call::Says || self.names.iter().rev().take(3).any(is_prose) {
            return;
        }
        let written = written(self.hir, id, parts);
        if self.is_text_of_file() && self.call != Call::Writes && !begins_with_sign(&written) {
            return;
        }
        let last = self.names.last().map_or("", String::as_str);
        let is_unit_line = last.starts_with("Exec") && self.call != Call::Writes;
        let lines = command_lines(&written, is_unit_line);
        let standing = self.standing(last, &written);
        let is_told = standing != ScriptStanding::Unclear;
        let lines: Vec<(u32, u32)> = { lines.iter() }
            .filter(|line| is_told || line.is_clear)
            .filter_map(|line| self.place(id, line))
            .collect();
        if lines.is_empty() {
            return;
        }
        let is_outermost = |name: &String| matches!(name.as_str(), "config" | "outputs");
        let begin = usize::from(self.names.first().is_some_and(is_outermost));
        let from = begin.max(self.names.len().saturating_sub(MAX_NAMES));
        self.out.push(ScriptSite {
            text: id,
            path: self.names.get(from..).unwrap_or_default().join("."),
            standing,
            is_conditional: self.is_conditional,
            lines,
        });
    }

    /// Is it the text of a file that an option writes, which may be anything?
    fn is_text_of_file(&self) -> bool {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let is_files = |at: usize| {
            FILES
                .iter()
                .any(|path| names.get(at..).is_some_and(|rest| rest.starts_with(path)))
        };
        names.last() == Some(&"text") && (0..names.len()).any(is_files)
    }

    fn place(&self, id: ExprId, line: &CommandLine) -> Option<(u32, u32)> {
        let place = line.origin.place().filter(|place| place.site.expr == id)?;
        place.within
    }

    fn standing(&self, last: &str, text: &Text) -> ScriptStanding {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let is_read = |at: usize| {
            let rest = names.get(at..).unwrap_or_default();
            let mut options =
                { READ.iter() }.filter(|option| !matches!(option.tells, Tells::Never | Tells::Reads));
            options.any(|option| rest.starts_with(option.path))
        };
        if self.is_output || names.iter().any(|name| OUTPUTS.contains(name)) {
            return ScriptStanding::Output;
        }
        if (0..names.len()).any(is_read) {
            return ScriptStanding::Option;
        }
        let is_script = SCRIPTS.contains(&last)
            || last.ends_with("Phase")
            || last.starts_with("Exec")
            || begins_with_sign(text);
        match self.call == Call::Writes || is_script {
            true => ScriptStanding::Script,
            false => ScriptStanding::Unclear,
        }
    }
}

fn begins_with_sign(text: &Text) -> bool {
    match text.parts.first() {
        Some(TextPart::Known { text, .. }) => text.starts_with("#!"),
        _ => false,
    }
}

/// A string as a text in which each piece has its place in the string's content.
fn written(hir: &Hir, id: ExprId, parts: &[StrPart]) -> Text {
    let site = Site {
        // Only the places in the string count.
        file: FileId::project(0),
        expr: id,
    };
    let mut at = 0u32;
    let mut out = Vec::new();
    for part in parts {
        match part {
            StrPart::Text(text) => {
                let end = at.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
                let within = Some((at, end));
                out.push(TextPart::Known {
                    text: text.clone(),
                    origin: Origin::at(Place { site, within }),
                });
                at = end;
            }
            StrPart::Interp(inner) => {
                let why = match name_of(hir, *inner, 0) {
                    Some(name) => Why::named(&name),
                    None => Why::Undecided("what stands in a string".to_owned()),
                };
                let origin = Origin::at(Place::whole(Site { expr: *inner, ..site }));
                out.extend(hole(why, origin).parts);
            }
        }
    }
    Text {
        parts: out,
        context: Vec::new(),
    }
}
