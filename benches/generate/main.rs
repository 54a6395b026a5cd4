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
    for path in std::iter::once(root.join("flake.nix"))
        .chain((0..500).map(|index| root.join(format!("parts/part{index}.nix"))))
    {
        let text = files.read(&path, u64::MAX)?;
        let short = path.strip_prefix(root).unwrap_or(&path);
        std::fs::write(folder.join("flake").join(short), text)?;
    }
    Ok(())
}
