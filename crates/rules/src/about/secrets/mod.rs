//! What looks like a secret: by its shape, or by the name it is given to.
//!
//! The cost of a false alarm is high here: real configurations carry hundreds of variables. So a name counts by its
//! last words only (`DB_PASSWORD`, not `PASSWORD_STORE`), and a value that is a path, a reference, a switch or empty
//! never counts.

mod containers;
mod files;
mod found;
mod hit;
mod lines;
mod local;
mod logins;
mod names;
mod shapes;
mod sql;
mod systems;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use containers::check_container;
pub(crate) use files::{is_encrypted_name, is_of_variables, is_public, is_secret_name, is_sure_name};
use hit::{Hit, Kind};
pub(crate) use lines::judge_lines;
use lines::{is_replaced, judge, judge_credential, judge_option, judge_words};
pub(crate) use names::announced_by;
#[cfg(test)]
pub(crate) use shapes::TOKENS;
pub(crate) use systems::check_system;
use values::is_configuration;
