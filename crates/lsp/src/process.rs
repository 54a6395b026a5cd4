//! Is the client's process still there? One that crashes may leave our input open in somebody else's hands.

use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// How often one looks.
const INTERVAL: Duration = Duration::from_millis(500);

/// Ends when the process whose number is received is gone. Without a number, never.
pub(crate) async fn gone(mut numbers: UnboundedReceiver<i32>) {
    match numbers.recv().await {
        // What cannot be seen to begin with is a process of another container or machine.
        Some(number) if exists(number) => {
            while exists(number) {
                tokio::time::sleep(INTERVAL).await;
            }
        }
        _ => std::future::pending().await,
    }
}

#[cfg(unix)]
fn exists(number: i32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    // Zero is no process, and a negative number is none either.
    let process = Pid::from_raw(number.max(0));
    process.is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH))
}

/// Here the input is closed when the client ends.
#[cfg(not(unix))]
fn exists(_: i32) -> bool {
    false
}
