//! What is evaluated as a whole: the hosts of a flake, systems that files build, and modules that belong to no host.

pub(crate) mod built;
pub(crate) mod files;
pub(crate) mod hosts;
pub(crate) mod islands;
pub(crate) mod literal;
pub(crate) mod outputs;
pub(crate) mod projects;
pub(crate) mod root;
