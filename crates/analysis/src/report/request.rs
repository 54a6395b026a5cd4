//! What the command `eval` asks, and what it gets.

use camino::Utf8PathBuf;

/// What to evaluate, and how to print it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvalRequest {
    /// The expression's source.
    pub input: EvalInput,
    /// Force the value fully before it is printed, as `nix-instantiate --eval --strict` does.
    pub strict: bool,
    /// Print JSON instead of Nix syntax.
    pub json: bool,
    /// Where the relative paths of expressions start; `None`: at the project's root.
    pub directory: Option<Utf8PathBuf>,
    /// Evaluate these as one module tree; `input` is not looked at then. What is no file is an expression.
    pub modules: Vec<Utf8PathBuf>,
    /// Print only this attribute path; of a module tree `config`, if there is none.
    pub attr: Option<String>,
    /// A warning is an error, as with Nix's option `abort-on-warn`.
    pub abort_on_warn: bool,
}

/// Where the expression comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalInput {
    /// A file.
    File(Utf8PathBuf),
    /// A text.
    Expr(String),
}

impl Default for EvalInput {
    fn default() -> Self {
        Self::Expr(String::new())
    }
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvalOutcome {
    /// The printed value, without a final line break; `None` if it failed.
    pub output: Option<String>,
    /// Why it failed, or is not known.
    pub error: Option<String>,
    /// What `builtins.trace` and `lib.warn` said, in order.
    pub traces: Vec<String>,
}
