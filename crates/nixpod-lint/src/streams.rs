//! Standard output and standard error, at whose other end there may be nobody, or a runner that takes orders.

use crate::runner;
use std::io::{self, ErrorKind, Write};

/// Turns a broken pipe into success: whoever reads our output has seen enough.
pub(crate) fn unless_broken_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes to standard error; a closed one is nobody's problem.
pub(crate) fn to_stderr(message: &str) {
    let message = match runner::listens() {
        true => runner::defuse(message),
        false => message.into(),
    };
    let _ = writeln!(anstream::stderr().lock(), "{message}");
}
