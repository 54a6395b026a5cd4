//! Mutates units and reads the containers that they are, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-surfaces --example fuzz-units -- SECONDS [SEED [FOLDER]]`, or `--replay FILE`.

#[path = "../tests/support/places.rs"]
mod places;
#[path = "../tests/support/units.rs"]
mod units;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    units::target().long(&arguments)
}
