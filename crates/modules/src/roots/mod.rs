pub(crate) mod built;
pub(crate) mod hosts;
pub(crate) mod outputs;
