pub(crate) mod arguments;
pub(crate) mod by_type;
pub(crate) mod collect;
pub(crate) mod compound;
pub(crate) mod meta;
pub(crate) mod option;
pub(crate) mod option_value;
pub(crate) mod tree;
