//! Maps the language server protocol to the analysis, and owns the event loop.

/// Runs the server on standard input and output.
pub fn run_stdio(_rules: &'static [&'static nixpod_analysis::Rule]) -> std::io::Result<bool> {
    Ok(true)
}
