//! Lowers our own Nix files, so that the program need not parse them each time it starts. Every crate that has such
//! files is built with this.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    for directory in ["src/nixlib", "src/prelude", "src/own"] {
        if !Path::new(directory).is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={directory}");
        for entry in fs::read_dir(directory).map_err(|error| format!("{directory}: {error}"))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_some_and(|extension| extension == "nix") {
                compile(&path, &out)?;
            }
        }
    }
    Ok(())
}

fn compile(path: &Path, out: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let bytes = nixpod_syntax::compile(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_stem().ok_or("a file without a name")?;
    let target = out.join(name).with_extension("hir");
    fs::write(&target, bytes).map_err(|error| format!("{}: {error}", target.display()))
}
