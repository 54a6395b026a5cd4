//! The modules of a crate, and the arrows between them: who names what of whom.

use crate::words::{Word, words};
use std::collections::BTreeMap;
use std::mem;

/// A module's path below its crate; the crate itself is the empty one.
pub(crate) type Path = Vec<String>;

/// A module that names something of another one.
#[derive(Debug)]
pub(crate) struct Arrow {
    /// Who, as a module that is a file.
    pub(crate) from: Path,
    /// What: the module in which it is written, as one that is a file.
    pub(crate) to: Path,
    /// The name as it stands there.
    pub(crate) said: String,
    /// Where: a file and a line of it.
    pub(crate) at: String,
}

/// The modules of a crate.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    modules: BTreeMap<Path, Module>,
}

#[derive(Debug, Default)]
struct Module {
    file: String,
    /// Is it written inside of another module's file?
    inline: bool,
    /// What `use` calls by which name.
    names: BTreeMap<String, Path>,
    said: Vec<Said>,
}

/// A path as it is written.
#[derive(Debug)]
struct Said {
    path: Path,
    line: usize,
    /// Does it only pass the name on to others (`pub use`)?
    passes_on: bool,
}

impl Tree {
    /// Reads a crate from the file of its root; `files` gives texts by path.
    ///
    /// # Panics
    /// If the file of a module is not there.
    pub(crate) fn read(root: &str, files: &BTreeMap<String, String>) -> Self {
        let mut tree = Self::default();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        tree.read_file(Path::new(), root.to_owned(), folder, files);
        tree
    }

    fn read_file(&mut self, path: Path, file: String, folder: &str, files: &BTreeMap<String, String>) {
        let text = files
            .get(&file)
            .unwrap_or_else(|| panic!("{file} is a module, but no file"));
        let words = words(text);
        let mut reader = Reader {
            tree: self,
            file: &file,
            children: Vec::new(),
        };
        reader.module(&path, &words, false);
        for child in reader.children {
            let inside = format!("{folder}/{}", child[path.len()..].join("/"));
            let flat = format!("{inside}.rs");
            let file = if files.contains_key(&flat) {
                flat
            } else {
                format!("{inside}/mod.rs")
            };
            self.read_file(child, file, &inside, files);
        }
    }

    /// The modules that are files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.modules
            .iter()
            .filter(|(_, module)| !module.inline)
            .map(|(path, _)| path)
    }

    /// All arrows from a file of the crate to another.
    pub(crate) fn arrows(&self) -> Vec<Arrow> {
        let mut out = Vec::new();
        for (path, module) in &self.modules {
            let from = self.home(path);
            for said in &module.said {
                let Some((to, _)) = self.resolve(path, &said.path, 0) else {
                    continue;
                };
                let to = self.home(&to);
                // What a folder passes on of its own files is its table of contents.
                let contents = said.passes_on && to.starts_with(&from);
                if to != from && !contents {
                    out.push(Arrow {
                        from: from.clone(),
                        to,
                        said: said.path.join("::"),
                        at: format!("{}:{}", module.file, said.line),
                    });
                }
            }
        }
        out
    }

    /// The module that is a file and has this one in it.
    fn home(&self, path: &[String]) -> Path {
        let mut path = path.to_owned();
        while self.modules.get(&path).is_some_and(|module| module.inline) {
            path.pop();
        }
        path
    }

    /// The module in which that is written what a path names, and whether it names the module itself. Nothing for
    /// what another crate has.
    fn resolve(&self, from: &[String], said: &[String], depth: usize) -> Option<(Path, bool)> {
        // Names may be imported in a circle.
        if depth > 20 {
            return None;
        }
        let mut at = from.to_owned();
        for (position, name) in said.iter().enumerate() {
            match name.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => {
                    at.pop()?;
                }
                name => {
                    let mut child = at.clone();
                    child.push(name.to_owned());
                    if self.modules.contains_key(&child) {
                        at = child;
                        continue;
                    }
                    let module = self.modules.get(&at)?;
                    match module.names.get(name) {
                        Some(path) if path.as_slice() != [name.to_owned()] => {
                            let (found, is_module) = self.resolve(&at, path, depth + 1)?;
                            if !is_module {
                                return Some((found, false));
                            }
                            at = found;
                        }
                        // The first name of a path may be anything: a local type, a crate.
                        _ if position == 0 => return None,
                        _ => return Some((at, false)),
                    }
                }
            }
        }
        Some((at, true))
    }
}

struct Reader<'a> {
    tree: &'a mut Tree,
    file: &'a str,
    /// Modules that have files of their own.
    children: Vec<Path>,
}

impl Reader<'_> {
    fn module(&mut self, path: &Path, words: &[Word], inline: bool) {
        let mut module = Module {
            file: self.file.to_owned(),
            inline,
            ..Module::default()
        };
        let mut at = 0;
        let mut public = false;
        while let Some(word) = words.get(at) {
            let passes_on = mem::take(&mut public);
            match word.text.as_str() {
                "mod" if words.get(at + 1).is_some_and(Word::is_name) => {
                    at = self.submodule(path, words, at + 1);
                }
                // Not the `use<'a>` of a type.
                "use" if words.get(at + 1).is_some_and(|word| word.text != "<") => {
                    let end = until_semicolon(words, at + 1);
                    let mut imports = Vec::new();
                    import_tree(&words[at + 1..end], &Path::new(), passes_on, &mut imports);
                    for (name, said) in imports {
                        if let Some(name) = name {
                            module.names.insert(name, said.path.clone());
                        }
                        module.said.push(said);
                    }
                    at = end;
                }
                "pub" => {
                    public = true;
                    at += 1 + scope(&words[at + 1..]);
                }
                _ if word.is_name() => {
                    let path = path_at(words, at);
                    at += 2 * path.len() - 1;
                    if path.len() > 1 {
                        module.said.push(Said {
                            path,
                            line: word.line,
                            passes_on: false,
                        });
                    }
                }
                _ => at += 1,
            }
        }
        self.tree.modules.insert(path.clone(), module);
    }

    /// Reads what follows `mod`; returns where it ends.
    fn submodule(&mut self, path: &Path, words: &[Word], at: usize) -> usize {
        let mut child = path.clone();
        child.push(words[at].text.clone());
        if words.get(at + 1).is_none_or(|word| word.text != "{") {
            self.children.push(child);
            return at + 1;
        }
        let mut depth = 0_usize;
        let mut end = at + 1;
        while let Some(word) = words.get(end) {
            match word.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            end += 1;
        }
        self.module(&child, &words[at + 2..end], true);
        end
    }
}

/// How many words of `(crate)` or `(in crate::a)` follow a `pub`.
fn scope(words: &[Word]) -> usize {
    match words {
        [open, of, ..] if open.text == "(" && matches!(of.text.as_str(), "crate" | "super" | "in") => words
            .iter()
            .position(|word| word.text == ")")
            .map_or(0, |end| end + 1),
        _ => 0,
    }
}

/// The names with `::` between them that begin here.
fn path_at(words: &[Word], mut at: usize) -> Path {
    let mut path = vec![words[at].text.clone()];
    while let Some([separator, name]) = words.get(at + 1..at + 3)
        && separator.text == "::"
        && name.is_name()
    {
        path.push(name.text.clone());
        at += 2;
    }
    path
}

fn until_semicolon(words: &[Word], from: usize) -> usize {
    let length = words[from..].iter().position(|word| word.text == ";");
    length.map_or(words.len(), |length| from + length)
}

/// Reads one tree of a `use`, each path with the name that it gets; returns how many words it has.
fn import_tree(
    words: &[Word],
    before: &Path,
    passes_on: bool,
    out: &mut Vec<(Option<String>, Said)>,
) -> usize {
    let mut path = before.clone();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match word.text.as_str() {
            "{" => {
                at += 1;
                while words.get(at).is_some_and(|word| word.text != "}") {
                    at += import_tree(&words[at..], &path, passes_on, out);
                    if words.get(at).is_some_and(|word| word.text == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "::" => at += 1,
            _ if word.is_name() || word.text == "*" => {
                at += 1;
                let continues = words.get(at).is_some_and(|word| word.text == "::");
                // `a::{self}` and `a::*` name the module.
                let module = !path.is_empty() && matches!(word.text.as_str(), "self" | "*");
                if !module {
                    path.push(word.text.clone());
                }
                if !continues {
                    let mut name = path.last().cloned();
                    if word.text == "*" {
                        name = None;
                    } else if words.get(at).is_some_and(|word| word.text == "as") {
                        name = words.get(at + 1).map(|word| word.text.clone());
                        at += 2;
                    }
                    let line = word.line;
                    out.push((
                        name,
                        Said {
                            path,
                            line,
                            passes_on,
                        },
                    ));
                    return at;
                }
            }
            // What no `use` has.
            _ => return words.len(),
        }
    }
    at
}
