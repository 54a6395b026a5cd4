//! Files in memory.

use nixpod_eval::{FileKind, Loaded, Source};
use nixpod_source::{FileId, Place, Site, Utf8Path, Utf8PathBuf, Why};
use nixpod_syntax::ParsedFile;
use std::ops::Range;

struct File {
    path: Utf8PathBuf,
    text: String,
    parsed: ParsedFile,
}

/// The files of one test below `/p`.
pub(super) struct Files(Vec<File>);

impl Files {
    pub(super) fn new(text: &str) -> Self {
        let mut files: Vec<(String, String)> = vec![("main.nix".to_owned(), String::new())];
        for line in text.lines() {
            match line.strip_prefix("#- ") {
                Some(name) => files.push((name.to_owned(), String::new())),
                None => {
                    let last = files.last_mut().expect("there is a file");
                    last.1.push_str(line);
                    last.1.push('\n');
                }
            }
        }
        let file = |(name, text): (String, String)| File {
            path: Utf8Path::new("/p").join(name),
            parsed: nixpod_syntax::parse(&text),
            text,
        };
        Self(files.into_iter().map(file).collect())
    }

    fn find(&self, path: &Utf8Path) -> Option<usize> {
        self.0.iter().position(|file| file.path == path)
    }

    fn file(&self, file: FileId) -> Option<&File> {
        self.0.get(file.project_number()? as usize)
    }

    /// The code at a place, shortened to its first line.
    pub(super) fn code(&self, place: Place) -> String {
        let Some(file) = self.file(place.site.file) else {
            return "own".to_owned();
        };
        let range = match place.within {
            Some((start, end)) => file.parsed.map.string_range(place.site.expr, start, end),
            None => file.parsed.map.range(place.site.expr),
        };
        let code = file
            .text
            .get(Range::<usize>::from(range))
            .unwrap_or("out of range");
        match code.split_once('\n') {
            Some((first, _)) => format!("{first}…"),
            None => code.to_owned(),
        }
    }
}

impl Source for Files {
    fn load(&self, path: &Utf8Path) -> Result<Loaded, Why> {
        let at = self
            .find(path)
            .ok_or_else(|| Why::MissingFile(path.to_string()))?;
        Ok(Loaded {
            file: FileId::project(at as u32),
            hir: self.0[at].parsed.hir.clone(),
            path: path.to_owned(),
        })
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Why> {
        let at = self
            .find(path)
            .ok_or_else(|| Why::MissingFile(path.to_string()))?;
        Ok(self.0[at].text.clone().into_bytes())
    }

    fn read_dir(&self, path: &Utf8Path) -> Result<Vec<(String, FileKind)>, Why> {
        Err(Why::MissingFile(path.to_string()))
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<FileKind>, Why> {
        Ok(self.find(path).map(|_| FileKind::Regular))
    }

    fn position(&self, _: Site) -> Option<(u32, u32)> {
        None
    }

    fn path_of(&self, file: FileId) -> Utf8PathBuf {
        self.file(file).map(|file| file.path.clone()).unwrap_or_default()
    }
}
