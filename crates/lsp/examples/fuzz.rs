//! Disturbs a server with messages that are changed at random, for as long as is asked:
//! `cargo run --profile fuzz -p nixpod-lsp --example fuzz -- SECONDS [SEED]`.
//!
//! After each disturbance there is a good request. If that has no answer within some seconds, the bytes are printed, and
//! the run has failed.

#[path = "../tests/support/mutate.rs"]
mod mutate;

use mutate::{Numbers, Trial};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A session this long has seen enough; a new one starts from a state that is known.
const ROUNDS: u64 = 1000;

/// Nothing that is sent takes long.
const PATIENCE: Duration = Duration::from_secs(5);

#[expect(clippy::print_stdout, reason = "printing is what this tool is for")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok())
        .collect();
    let seconds = arguments.first().copied().unwrap_or(60);
    let first = arguments.get(1).copied().unwrap_or(1);
    let (start, mut seed, mut rounds) = (Instant::now(), first, 0_u64);
    while start.elapsed().as_secs() < seconds {
        let (mut numbers, mut trial) = (Numbers(seed), Trial::start().await);
        for round in 0..ROUNDS {
            let sent = trial.mutant(&mut numbers);
            if !trial.survives(&sent, PATIENCE).await {
                println!(
                    "seed {seed}, round {round}: silent after {:?}",
                    String::from_utf8_lossy(&sent)
                );
                return ExitCode::FAILURE;
            }
            rounds += 1;
        }
        seed += 1;
    }
    println!(
        "{rounds} disturbances, seeds {first} to {}: all good requests were answered",
        seed - 1
    );
    ExitCode::SUCCESS
}
