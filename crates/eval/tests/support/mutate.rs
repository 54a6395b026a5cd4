//! Nix files to mutate, and the run that every mutated file must survive: used by the example `fuzz` and by the bounded
//! test of the same.

use nixpod_eval::{
    EvalResult, Evaluator, FileKind, Limits, Loaded, NO_SITE, Source, Statistics, ThunkId, Tracked, Value,
    nixlib,
};
use nixpod_fixture::fuzz::{Outcome, Target};
use nixpod_source::{FileId, Site, Utf8Path, Utf8PathBuf, Why};
use std::path::Path;

/// What a mutated file may not exceed.
const LONGEST: usize = 1024;

/// Bounds small enough that each run takes well under a millisecond.
const LIMITS: Limits = Limits {
    fuel: 20_000,
    call_depth: 400,
    force_depth: 2_000,
    bytes: 4 << 20,
    piece: 1 << 20,
    speculation: 4,
};

/// Bytes printed at most, in all forms together.
const MOST_PRINTED: u64 = 64 << 20;

/// Words that mutations put in.
const WORDS: &str = "let in with rec inherit if then else assert or null true false { } [ ] ( ) = ; : , . ... @ ? ! != \
    == < > <= >= && || -> + - * / ++ // |> <| \" '' ${ \\ ''$ ''\\ '''  # /* */ ./. ./other.nix <nixpkgs/lib> ~/x __curPos a.b \
    0 1 -1 9223372036854775807 0.5 1e308 x: {x}: {x,...}@y: lib config pkgs mkIf mkMerge mkForce options imports \
    __functor __toString outPath __overrides _type type derivation meta name recurseForDerivations virtualisation containers \
    builtins map import throw abort toString lib.mkIf lib.mkForce lib.types.str (import<nixpkgs/lib>) \u{e9} \u{1f980} \u{feff} \0 \r \t";

/// Evaluation of Nix text.
pub(crate) fn target() -> Target {
    Target {
        extension: "nix",
        corpus: corpus(),
        words: dictionary(),
        longest: LONGEST,
        run,
    }
}

/// Small files that between them use every part of the language.
const SEEDS: [&str; 14] = [
    "let f = { a ? 1, b, ... }@args: a + b * args.c or 2; in f { b = 3; c = 4; }",
    "rec { x = 1; y = x + 1; inherit (builtins) length map; z = length (map (v: v + y) [ 1 2 3 ]); }",
    "with { a = 1; }; assert a == 1; \"${toString a} \\n ${\"nested ${\"more\"}\"}\"",
    "''\n  indented ${toString 1}\n    ''$ ''${x} ''\\n\n''",
    "builtins.foldl' (acc: x: acc // { ${x} = acc.a or x; }) { } [ \"a\" \"b\" \"c.d\" ]",
    "let s = { __functor = self: x: self.n + x; n = 2; }; in map s [ 1 2 3 ] |> builtins.head",
    "builtins.tryEval (throw \"no\") // { r = builtins.match \"(a+)(b*)[[:space:]]?\" \"aab \"; }",
    "builtins.sort (a: b: a < b) (builtins.concatLists (builtins.genList (i: [ i (10 - i) ]) 6))",
    "builtins.toJSON { a = [ 1 2.5 null true \"x\" ]; b = builtins.fromJSON ''{\"k\": [1, {}]}''; }",
    "{ lib, config, pkgs, ... }: { config = lib.mkIf config.on (lib.mkMerge [ { a.b = lib.mkForce 1; } { a.c = 2; } ]); }",
    "builtins.genericClosure { startSet = [ { key = 1; } ]; operator = x: if x.key > 5 then [ ] else [ { key = x.key + 1; } ]; }",
    "let d = derivation { name = \"n\"; system = \"s\"; builder = \"b\"; args = [ \"${./.}\" ]; }; in \"${d}/bin\" + d.outPath",
    "builtins.fromTOML ''\n[a]\nb = [1, 2]\nc.d = \"x\"\n'' // builtins.splitVersion \"1.2pre3\" |> builtins.length",
    "let lib = import <nixpkgs/lib>; in lib.mapAttrs' (n: v: lib.nameValuePair (lib.toUpper n) (lib.concatMapStrings toString v)) { a = [ 1 2 ]; }",
];

/// The files that mutations start from: the seeds, every Nix file of the test data, and our own code in Nix.
fn corpus() -> Vec<Vec<u8>> {
    let mut corpus: Vec<Vec<u8>> = SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.join("testdata"), root.join("crates")];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "nix") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    for text in paths.iter().filter_map(|path| std::fs::read(path).ok()) {
        // A long file is taken in pieces: each run stays short, and every part is reached.
        let mut piece = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if piece.len() + line.len() > LONGEST / 2 && !piece.is_empty() {
                corpus.push(std::mem::take(&mut piece));
            }
            piece.extend_from_slice(line);
        }
        corpus.push(piece);
    }
    corpus
}

/// The words of the dictionary, with every builtin of this evaluator.
fn dictionary() -> Vec<String> {
    let mut words: Vec<String> = WORDS
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut ev = Evaluator::new(&Nowhere, Limits::default());
    let builtins = ev.builtins();
    if let Ok(value) = ev.force(builtins)
        && let Value::Attrs(set) = &value.value
    {
        words.extend(
            ev.sorted(set)
                .iter()
                .map(|attr| format!("builtins.{}", ev.name(attr.name))),
        );
    }
    words
}

/// Parses, lowers, evaluates and prints whatever the bytes are.
pub(crate) fn run(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let parsed = nixpod_syntax::parse(&text);
    for (at, _) in parsed.hir.exprs().iter().enumerate() {
        let range = parsed.map.range(nixpod_source::ExprId(at as u32));
        assert!(usize::from(range.end()) <= text.len(), "a range lies in the file");
    }
    let mut ev = Evaluator::new(&Nowhere, LIMITS);
    let lib = nixlib::install_lib(&mut ev, Vec::new());
    ev.set_search_path("nixpkgs/lib", lib);
    let thunk = ev.add_unit(FileId::project(0), parsed.hir.clone(), Utf8Path::new("/t.nix"));
    let result = ev.force(thunk).and_then(|value| called(&mut ev, value, lib));
    let printed = result.and_then(|value| printed(&mut ev, &value, bytes));
    let Statistics { steps, bytes, .. } = ev.statistics();
    let size = (64 - steps.leading_zeros()) / 2;
    let (kind, printed) = match printed {
        Ok((text, printed)) => {
            let shape: String = text.chars().filter(|c| "{[\"<«/".contains(*c)).take(3).collect();
            (format!("{shape} {size} {}", parsed.errors.is_empty()), printed)
        }
        Err(error) => {
            let letters = error.message.chars();
            let letters = letters.filter(|c| c.is_ascii_alphabetic() || *c == ' ');
            (format!("{} {size}", letters.take(28).collect::<String>()), 0)
        }
    };
    let used = vec![
        ("steps", steps),
        ("bytes kept", bytes),
        ("bytes printed", printed),
    ];
    let bounds = [LIMITS.fuel + 1000, 2 * LIMITS.bytes, MOST_PRINTED];
    let over = used.iter().zip(bounds).find(|((_, used), bound)| used > bound);
    let fault = over.map(|((what, used), _)| format!("{used} {what}"));
    Outcome { kind, fault, used }
}

/// A module is called as the module system does, with what is not known.
fn called(ev: &mut Evaluator<'_>, value: Tracked, lib: ThunkId) -> EvalResult<Tracked> {
    let Some(wanted) = ev.function_args(&value.value) else {
        return Ok(value);
    };
    let mut entries = Vec::new();
    for (symbol, ..) in wanted {
        let name = ev.name(symbol).to_string();
        let argument = match name.as_str() {
            "lib" => lib,
            _ => ev.alloc_unknown(Why::named(&name)),
        };
        entries.push((name, argument));
    }
    let entries = entries.iter().map(|(name, thunk)| (name.as_str(), *thunk));
    let set = ev.attrs_from(entries.collect());
    let argument = ev.alloc(Value::attrs(set), Default::default());
    let applied = ev.apply(&value, argument, NO_SITE);
    ev.settle(applied)
}

/// The value as Nix prints it, and how many bytes that and the other forms have.
fn printed(ev: &mut Evaluator<'_>, value: &Tracked, bytes: &[u8]) -> EvalResult<(String, u64)> {
    let json = ev.print_json(value).map_or(0, |text| text.len());
    // XML repeats its indentation on each line and would take most of the time, so it is written now and then.
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let xml = match sum % 16 {
        0 => ev.print_xml(value).map_or(0, |text| text.len()),
        _ => 0,
    };
    let text = ev.print(value)?;
    let length = text.len() + json + xml;
    Ok((text, length as u64))
}

/// A world with one other file.
struct Nowhere;

impl Source for Nowhere {
    fn load(&self, path: &Utf8Path) -> Result<Loaded, Why> {
        if path == "/other.nix" {
            let hir = nixpod_syntax::parse("{ a = 1; f = x: x; l = [ 1 2 ]; }").hir;
            return Ok(Loaded {
                file: FileId::project(1),
                hir,
                path: path.to_owned(),
            });
        }
        Err(Why::MissingFile(path.to_string()))
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, Why> {
        if path == "/other.nix" {
            Ok(b"{ \"a\": [1] }".to_vec())
        } else {
            Err(Why::MissingFile(path.to_string()))
        }
    }

    fn text(&self, path: &Utf8Path) -> Result<(FileId, Vec<u8>), Why> {
        Ok((FileId::project(1), self.read(path)?))
    }

    fn read_dir(&self, path: &Utf8Path) -> Result<Vec<(String, FileKind)>, Why> {
        match path.as_str() {
            "/" => Ok(vec![
                ("other.nix".to_owned(), FileKind::Regular),
                ("t.nix".to_owned(), FileKind::Regular),
            ]),
            _ => Err(Why::MissingFile(path.to_string())),
        }
    }

    fn kind(&self, path: &Utf8Path) -> Result<Option<FileKind>, Why> {
        Ok(match path.as_str() {
            "/" => Some(FileKind::Directory),
            "/other.nix" | "/t.nix" => Some(FileKind::Regular),
            _ => None,
        })
    }

    fn position(&self, _: Site) -> Option<(u32, u32)> {
        Some((1, 1))
    }

    fn path_of(&self, _: FileId) -> Utf8PathBuf {
        Utf8PathBuf::from("/t.nix")
    }
}
