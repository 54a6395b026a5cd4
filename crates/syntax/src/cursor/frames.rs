//! The brackets that are open at a place.

use super::place::{Cursor, PathName, Writing};
use rnix::SyntaxKind::{self, *};
use smol_str::SmolStr;
use text_size::TextRange;

/// What opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Set,
    Let,
    List,
    Group,
    Text,
    Interpolation,
}

/// Functions that give their set back, perhaps only under a condition or together with others.
const PASSING: [&str; 24] = [
    "mkAfter",
    "mkBefore",
    "mkDefault",
    "mkForce",
    "mkIf",
    "mkImageMediaOverride",
    "mkMerge",
    "mkOptionDefault",
    "mkOrder",
    "mkOverride",
    "mkVMOverride",
    "map",
    "concatMap",
    "flatten",
    "foldl'",
    "foldr",
    "filterAttrs",
    "optional",
    "optionalAttrs",
    "optionals",
    "recursiveUpdate",
    "recursiveUpdateUntil",
    "unique",
    "mergeAttrsList",
];

/// Functions of which the first argument makes each entry of a set.
const MAPPING: [&str; 5] = ["genAttrs", "genAttrs'", "mapAttrs", "mapAttrs'", "concatMapAttrs"];

#[derive(Clone, Debug)]
struct Frame {
    kind: Kind,
    /// The names of the set, or of what the value is bound to.
    path: Vec<PathName>,
    /// The names since the last semicolon.
    names: Vec<PathName>,
    /// Did an equals sign follow them?
    is_bound: bool,
    /// Semicolons that end no binding: of `with` and `assert`.
    inner: u32,
    /// The function that is being called, if its name is known.
    head: Option<SmolStr>,
    /// May a name be selected from it?
    is_head: bool,
    /// The last token.
    last: SyntaxKind,
    siblings: Vec<SmolStr>,
    elements: Vec<String>,
    /// The content of a string, and whether all of it is known.
    text: String,
    is_whole: bool,
}

/// No option has so long a path. Every frame keeps its own, and a text may open brackets without end.
const MAX_PATH: usize = 64;

impl Frame {
    fn new(kind: Kind, path: Vec<PathName>) -> Self {
        Self {
            kind,
            path,
            names: Vec::new(),
            is_bound: false,
            inner: 0,
            head: None,
            is_head: false,
            last: TOKEN_SEMICOLON,
            siblings: Vec::new(),
            elements: Vec::new(),
            text: String::new(),
            is_whole: true,
        }
    }

    /// Is a name of a binding expected, or being written?
    fn takes_names(&self) -> bool {
        matches!(self.kind, Kind::Set | Kind::Let) && !self.is_bound
    }

    /// What a value that begins here is bound to.
    fn bound(&self) -> Vec<PathName> {
        let mut path = self.path.clone();
        if matches!(self.kind, Kind::Set | Kind::Let) {
            path.extend(self.names.iter().cloned());
        }
        path.truncate(MAX_PATH);
        path
    }

    /// Has an expression just ended, so that what follows is its argument?
    fn follows_expression(&self) -> bool {
        let ends = matches!(
            self.last,
            TOKEN_IDENT
                | TOKEN_R_BRACE
                | TOKEN_R_BRACK
                | TOKEN_R_PAREN
                | TOKEN_STRING_END
                | TOKEN_INTEGER
                | TOKEN_FLOAT
                | TOKEN_PATH_ABS
                | TOKEN_PATH_REL
                | TOKEN_PATH_HOME
                | TOKEN_PATH_SEARCH
                | TOKEN_INTERPOL_END
        );
        ends && self.kind != Kind::List && !self.takes_names()
    }

    /// The path of a set or group that begins here.
    fn inner_path(&self) -> Vec<PathName> {
        let mut path = self.bound();
        if !self.follows_expression() {
            return path;
        }
        match self.head.as_deref() {
            Some(head) if PASSING.contains(&head) => {}
            Some(head) if MAPPING.contains(&head) => path.push(None),
            _ => path.clear(),
        }
        path
    }

    fn name(&mut self, name: PathName) {
        if self.last != TOKEN_DOT {
            self.names.clear();
        }
        self.names.push(name);
    }

    /// A name in an expression.
    fn word(&mut self, name: &str) {
        let is_selected = self.last == TOKEN_DOT;
        if is_selected && self.is_head || !is_selected && !self.follows_expression() {
            self.head = Some(name.into());
            self.is_head = true;
        } else if !is_selected {
            self.is_head = false;
        }
    }

    /// Something else in an expression: an argument, or what it begins with.
    fn part(&mut self) {
        if !self.follows_expression() {
            self.head = None;
        }
        self.is_head = false;
    }

    fn end_expression(&mut self) {
        self.head = None;
        self.is_head = false;
    }
}

/// The open brackets, the innermost last.
#[derive(Clone, Debug)]
pub(super) struct Frames {
    all: Vec<Frame>,
    /// Was the first one closed?
    is_left: bool,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            all: vec![Frame::new(Kind::File, Vec::new())],
            is_left: false,
        }
    }
}

impl Frames {
    /// In a set.
    pub(super) fn within() -> Self {
        let mut first = Frame::new(Kind::Set, Vec::new());
        // The name that is being written may go on.
        first.names = vec![None];
        Self {
            all: vec![first],
            is_left: false,
        }
    }

    pub(super) fn is_left(&self) -> bool {
        self.is_left
    }

    pub(super) fn names_of_first(self) -> Vec<SmolStr> {
        self.all
            .into_iter()
            .next()
            .map(|first| first.siblings)
            .unwrap_or_default()
    }

    fn top(&mut self) -> &mut Frame {
        if self.all.is_empty() {
            self.all.push(Frame::new(Kind::File, Vec::new()));
        }
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    fn open(&mut self, kind: Kind) {
        let path = match kind {
            // What is computed for a string, or named for later use, is no part of the set around.
            Kind::Interpolation => vec![Some(SmolStr::new("${"))],
            Kind::Let => vec![Some(SmolStr::new("let"))],
            Kind::Text => self.top().bound(),
            _ => self.top().inner_path(),
        };
        if !self.top().takes_names() {
            self.top().part();
        }
        self.all.push(Frame::new(kind, path));
    }

    /// Closes what is open up to the innermost of a kind; nothing if there is none.
    fn close(&mut self, kind: Kind) -> Option<Frame> {
        let at = self.all.iter().rposition(|frame| frame.kind == kind)?;
        let closed = self.all.drain(at..).next()?;
        if at == 0 {
            self.is_left = true;
            self.all.push(closed.clone());
        }
        Some(closed)
    }

    pub(super) fn token(&mut self, kind: SyntaxKind, word: &str) {
        if !self.bracket(kind, word) {
            self.word(kind, word);
        }
    }

    /// Takes what opens or closes something, and the content of strings; is it that?
    fn bracket(&mut self, kind: SyntaxKind, word: &str) -> bool {
        match kind {
            TOKEN_STRING_START => self.open(Kind::Text),
            TOKEN_STRING_CONTENT | TOKEN_ERROR if self.top().kind == Kind::Text => {
                self.top().text.push_str(word);
            }
            TOKEN_STRING_END => self.end_text(),
            TOKEN_INTERPOL_START => {
                if self.top().kind == Kind::Text {
                    let top = self.top();
                    top.is_whole = false;
                    top.text.clear();
                }
                self.open(Kind::Interpolation);
            }
            TOKEN_INTERPOL_END => self.end_interpolation(),
            TOKEN_L_BRACE => self.open(Kind::Set),
            TOKEN_L_BRACK => self.open(Kind::List),
            TOKEN_L_PAREN => self.open(Kind::Group),
            TOKEN_LET => self.open(Kind::Let),
            TOKEN_R_BRACE => self.ended(Kind::Set, kind),
            TOKEN_R_BRACK => self.ended(Kind::List, kind),
            TOKEN_R_PAREN => self.ended(Kind::Group, kind),
            TOKEN_IN if self.all.iter().any(|frame| frame.kind == Kind::Let) => {
                self.close(Kind::Let);
                self.top().last = TOKEN_IN;
                self.top().end_expression();
            }
            _ => return false,
        }
        true
    }

    /// Takes any other word.
    fn word(&mut self, kind: SyntaxKind, word: &str) {
        let top = self.top();
        match kind {
            TOKEN_ASSIGN if top.takes_names() => {
                top.is_bound = true;
                top.end_expression();
                top.siblings.extend(top.names.first().cloned().flatten());
            }
            TOKEN_SEMICOLON if top.inner > 0 => {
                top.inner -= 1;
                top.end_expression();
            }
            TOKEN_SEMICOLON => {
                top.names.clear();
                top.is_bound = false;
                top.end_expression();
            }
            TOKEN_WITH | TOKEN_ASSERT => {
                top.inner += 1;
                top.end_expression();
            }
            TOKEN_INHERIT => {
                top.names = vec![Some(SmolStr::new("inherit"))];
                top.is_bound = true;
            }
            TOKEN_IDENT if top.takes_names() => top.name(Some(word.into())),
            TOKEN_IDENT => top.word(word),
            TOKEN_COMMA if top.takes_names() => top.names.clear(),
            TOKEN_DOT | TOKEN_REC => {}
            TOKEN_INTEGER | TOKEN_FLOAT | TOKEN_PATH_ABS | TOKEN_PATH_REL | TOKEN_PATH_HOME
            | TOKEN_PATH_SEARCH => top.part(),
            _ => top.end_expression(),
        }
        top.last = match kind {
            // `rec` says nothing of what comes before it.
            TOKEN_REC => top.last,
            _ => kind,
        };
    }

    fn ended(&mut self, kind: Kind, last: SyntaxKind) {
        if self.close(kind).is_some() {
            self.top().last = last;
        }
    }

    fn end_text(&mut self) {
        let Some(text) = self.close(Kind::Text) else {
            return;
        };
        let name = text.is_whole.then_some(text.text);
        let top = self.top();
        if top.takes_names() {
            top.name(name.map(SmolStr::new));
        } else if top.kind == Kind::List {
            top.elements.extend(name);
        }
        top.last = TOKEN_STRING_END;
    }

    fn end_interpolation(&mut self) {
        if self.close(Kind::Interpolation).is_none() {
            return;
        }
        let top = self.top();
        if top.takes_names() {
            top.name(None);
        }
        if top.kind != Kind::Text {
            top.last = TOKEN_INTERPOL_END;
        }
    }

    /// What is written where the text ends.
    pub(super) fn cursor(mut self, word: TextRange, partial: &str) -> Cursor {
        let in_list = |frames: &[Frame]| {
            let around = frames.iter().rev().find(|frame| frame.kind != Kind::Text);
            around.is_some_and(|frame| frame.kind == Kind::List)
        };
        let in_list = in_list(&self.all);
        let outer = self.all.iter().rev().find(|frame| frame.kind != Kind::Text);
        let elements = outer.map(|frame| frame.elements.clone()).unwrap_or_default();
        let top = self.top().clone();
        let (path, writing) = match top.kind {
            Kind::Text => {
                let is_name = outer_takes_names(&self.all);
                let writing = if is_name {
                    Writing::Other
                } else {
                    Writing::Text(top.text)
                };
                (top.path, writing)
            }
            Kind::Set | Kind::Let if !top.is_bound => {
                let mut path = top.path.clone();
                let writing = match top.last {
                    TOKEN_DOT => {
                        path.extend(top.names.iter().cloned());
                        Writing::Name
                    }
                    TOKEN_IDENT | TOKEN_STRING_END | TOKEN_INTERPOL_END if partial.is_empty() => {
                        Writing::Other
                    }
                    _ => Writing::Name,
                };
                (path, writing)
            }
            Kind::List => {
                let writing = if top.last == TOKEN_DOT {
                    Writing::Other
                } else {
                    Writing::Element
                };
                (top.path, writing)
            }
            Kind::Set | Kind::Let | Kind::Group => {
                let is_passed = top.head.as_deref().is_some_and(|head| PASSING.contains(&head));
                let is_free = top.last != TOKEN_DOT && (is_passed || !top.follows_expression());
                let writing = if is_free { Writing::Value } else { Writing::Other };
                (top.bound(), writing)
            }
            Kind::File | Kind::Interpolation => (top.path, Writing::Other),
        };
        Cursor {
            path,
            writing,
            in_list,
            word,
            siblings: top.siblings,
            elements,
        }
    }
}

/// Is a string the name of a binding?
fn outer_takes_names(frames: &[Frame]) -> bool {
    let outer = frames.iter().rev().find(|frame| frame.kind != Kind::Text);
    outer.is_some_and(Frame::takes_names)
}
