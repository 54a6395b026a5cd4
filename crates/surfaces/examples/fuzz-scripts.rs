//! Mutates scripts and reads the containers that they run, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-surfaces --example fuzz-scripts -- SECONDS [SEED [FOLDER]]`, or `--replay FILE`.

#[path = "../tests/support/places.rs"]
mod places;
#[path = "../tests/support/scripts.rs"]
mod scripts;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    scripts::target().long(&arguments)
}
