//! What is asked of a host that has a module which could not be read.
