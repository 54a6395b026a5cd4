//! Mutates the Nix files of the test data and evaluates what comes of it, with small bounds, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-eval --example fuzz-nix -- SECONDS [SEED [FOLDER]]`, or `--replay FILE`.

#[path = "../tests/support/mutate.rs"]
mod mutate;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The parser asks for a large stack, which would be mapped anew for every run.
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    let thread = thread.spawn(move || mutate::target().long(&arguments));
    let ended = thread.map(std::thread::JoinHandle::join);
    ended
        .unwrap_or(Ok(Err("no thread".to_owned())))
        .unwrap_or(Err("panics".to_owned()))
}
