//! `generate FOLDER`: writes what the benches check, for `compare.sh`: a small and a large file, and a flake.

#[path = "mod.rs"]
mod generate;

use nixpod_analysis::{FileSystem, Utf8Path, Utf8PathBuf};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "generated".to_owned());
    let folder = Utf8PathBuf::from(folder);
    for lines in [30, 2_000] {
        let folder = folder.join(format!("lines-{lines}"));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("configuration.nix"), generate::module(lines, "label"))?;
    }
    let (files, _) = generate::flake(500);
    let root = Utf8Path::new(generate::ROOT);
    std::fs::create_dir_all(folder.join("flake/parts"))?;
    let files = files.open_tree(root)?;
    let parts = (0..500).map(|index| format!("parts/part{index}.nix"));
    for name in std::iter::once("flake.nix".to_owned()).chain(parts) {
        let text = files.read(Utf8Path::new(&name), u64::MAX)?;
        std::fs::write(folder.join("flake").join(name), text)?;
    }
    Ok(())
}
