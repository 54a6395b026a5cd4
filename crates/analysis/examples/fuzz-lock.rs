//! Mutates `flake.lock` and checks a flake with it, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-analysis --example fuzz-lock -- SECONDS [SEED [FOLDER]]`, or `--replay FILE`.

#[path = "../tests/support/lock.rs"]
mod lock;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    lock::target().long(&arguments)
}
