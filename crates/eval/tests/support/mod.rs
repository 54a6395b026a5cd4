//! A [`Source`] over the disk or over texts in memory, for tests and for the example `nix-eval`.

use nixpod_eval::{FileKind, Loaded, Source};
use nixpod_source::{FileId, Site, Utf8Path, Utf8PathBuf, Why};
use nixpod_syntax::{Hir, ParsedFile};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One file that was loaded.
struct Unit {
    path: Utf8PathBuf,
    text: String,
    parsed: ParsedFile,
}

fn unit_of(units: &[Unit], file: FileId) -> Option<&Unit> {
    units.get(file.project_number()? as usize)
}

/// Reads files of a map, or of the disk where there is none.
pub(crate) struct TestSource {
    files: Option<BTreeMap<Utf8PathBuf, Vec<u8>>>,
    units: RefCell<Vec<Unit>>,
}

#[allow(dead_code, reason = "each user needs some of it")]
impl TestSource {
    /// Files given as paths and texts.
    pub(crate) fn memory(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
            .collect();
        Self {
            files: Some(files),
            units: RefCell::default(),
        }
    }

    /// The whole disk: for trusted tests only.
    pub(crate) fn disk() -> Self {
        Self {
            files: None,
            units: RefCell::default(),
        }
    }

    /// Parses a text as the file at a path.
    pub(crate) fn add(&self, path: &Utf8Path, text: String) -> Result<Loaded, Why> {
        let parsed = nixpod_syntax::parse(&text);
        if let Some(error) = parsed.errors.first() {
            let (line, column) = line_and_column(&text, error.range.start().into());
            return Err(Why::SyntaxError(format!(
                "{path}:{line}:{column}: {}",
                error.message
            )));
        }
        let mut units = self.units.borrow_mut();
        let file = FileId::project(units.len() as u32);
        let hir = parsed.hir.clone();
        units.push(Unit {
            path: path.to_owned(),
            text,
            parsed,
        });
        Ok(Loaded {
            file,
            hir,
            path: path.to_owned(),
        })
    }

    /// Gives a file that was loaded another text. Nodes that are in both keep their numbers.
    pub(crate) fn edit(&self, path: &Utf8Path, text: &str) -> (FileId, Arc<Hir>) {
        let mut units = self.units.borrow_mut();
        let at = units.iter().position(|unit| unit.path == path);
        let at = at.expect("only a file that was loaded is edited");
        let unit = &mut units[at];
        unit.parsed = nixpod_syntax::parse_again(text, &unit.parsed.hir);
        text.clone_into(&mut unit.text);
        (FileId::project(at as u32), unit.parsed.hir.clone())
    }

    /// `path:line:column` and the text of a site.
    pub(crate) fn show(&self, site: Site) -> String {
        let units = self.units.borrow();
        let Some(unit) = unit_of(&units, site.file) else {
            return "nowhere".to_owned();
        };
        let range = unit.parsed.map.range(site.expr);
        let (line, column) = line_and_column(&unit.text, range.start().into());
        let text = unit.text.get(std::ops::Range::<usize>::from(range)).unwrap_or("");
        format!("{}:{line}:{column} {text}", unit.path)
    }

    /// The text that a stretch of a literal's content was written as.
    pub(crate) fn show_within(&self, site: Site, start: u32, end: u32) -> String {
        let units = self.units.borrow();
        let Some(unit) = unit_of(&units, site.file) else {
            return "nowhere".to_owned();
        };
        let range = unit.parsed.map.string_range(site.expr, start, end);
        let (line, column) = line_and_column(&unit.text, range.start().into());
        let text = unit.text.get(std::ops::Range::<usize>::from(range)).unwrap_or("");
        format!("{}:{line}:{column} {text}", unit.path)
    }

    fn is_directory(&self, path: &Utf8Path) -> bool {
        match &self.files {
            Some(files) => files.keys().any(|file| file != path && file.starts_with(path)),
            None => path.is_dir(),
        }
    }
}

fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    (line, column as u32 + 1)
}

fn kind_of(kind: std::fs::FileType) -> FileKind {
    if kind.is_symlink() {
        FileKind::Symlink
    } else if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_file() {
        FileKind::Regular
    } else {
        FileKind::Other
    }
}

impl Source for TestSource {
    fn load(&self, path: &Utf8Path) -> Result<Loaded, Why> {
        let path = if self.is_directory(path) {
            path.join("default.nix")
        } else {
            path.to_owned()
        };
        if let Some((at, unit)) = self
            .units
            .borrow()
            .iter()
            .enumerate()
            .find(|(_, unit)| unit.path == path)
        {
            return Ok(Loaded {
                file: FileId::project(at as u32),
                hir: unit.parsed.hir.clone(),
                path,
            });
        }
        let text = String::from_utf8(self.read(&path)?);
        let text = text.map_err(|_| Why::SyntaxError(format!("{path} is not UTF-8")))?;
        self.add(&path, text)
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Why> {
        let missing = || Why::MissingFile(path.to_string());
        match &self.files {
            Some(files) => files.get(path).cloned().ok_or_else(missing),
            None => std::fs::read(path).map_err(|_| missing()),
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> Result<Vec<(String, FileKind)>, Why> {
        let missing = || Why::MissingFile(path.to_string());
        let mut entries: Vec<(String, FileKind)> = Vec::new();
        match &self.files {
            Some(files) => {
                for file in files.keys() {
                    let Ok(rest) = file.strip_prefix(path) else {
                        continue;
                    };
                    let mut parts = rest.components();
                    if let Some(name) = parts.next() {
                        let kind = if parts.next().is_some() {
                            FileKind::Directory
                        } else {
                            FileKind::Regular
                        };
                        entries.push((name.as_str().to_owned(), kind));
                    }
                }
                if entries.is_empty() {
                    return Err(missing());
                }
            }
            None => {
                for entry in path.read_dir_utf8().map_err(|_| missing())? {
                    let entry = entry.map_err(|_| missing())?;
                    let kind = entry.file_type().map_err(|_| missing())?;
                    entries.push((entry.file_name().to_owned(), kind_of(kind)));
                }
            }
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup();
        Ok(entries)
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<FileKind>, Why> {
        Ok(match &self.files {
            Some(files) if files.contains_key(path) => Some(FileKind::Regular),
            Some(_) => self.is_directory(path).then_some(FileKind::Directory),
            None => path.symlink_metadata().ok().map(|data| kind_of(data.file_type())),
        })
    }

    fn executable(&self, path: &Utf8Path) -> Option<bool> {
        match &self.files {
            Some(_) => Some(false),
            None => {
                use std::os::unix::fs::PermissionsExt;
                path.metadata()
                    .ok()
                    .map(|data| data.permissions().mode() & 0o100 != 0)
            }
        }
    }

    fn admit(&self, tree: &Utf8Path) -> bool {
        self.is_directory(tree)
    }

    fn position(&self, site: Site) -> Option<(u32, u32)> {
        let units = self.units.borrow();
        let unit = unit_of(&units, site.file)?;
        let range = unit.parsed.map.range(site.expr);
        Some(line_and_column(&unit.text, range.start().into()))
    }

    fn path_of(&self, file: FileId) -> Utf8PathBuf {
        unit_of(&self.units.borrow(), file)
            .map(|unit| unit.path.clone())
            .unwrap_or_default()
    }
}
