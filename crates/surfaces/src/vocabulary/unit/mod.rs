//! Units: the text of systemd's and quadlet's files, and what Podman makes of their keys. Facts by Podman's own generator,
//! release by release.

pub(crate) mod check;
pub(crate) mod conflicts;
pub(crate) mod forms;
pub(crate) mod keys;
pub(crate) mod kinds;
pub(crate) mod line;
pub(crate) mod linked;
pub(crate) mod parse;
pub(crate) mod run;
pub(crate) mod specifiers;
pub(crate) mod split;
mod tables;
pub(crate) mod values;
pub(crate) mod written;
