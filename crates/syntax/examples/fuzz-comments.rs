//! Mutates suppression comments and reads them both ways, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-syntax --example fuzz-comments -- SECONDS [SEED [FOLDER]]`, or `--replay FILE`.

#[path = "../tests/support/comments.rs"]
mod comments;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    comments::target().long(&arguments)
}
