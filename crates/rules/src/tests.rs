//! Tests over all rules, and of their decisions on worlds built by hand.

mod registry;
mod worlds;
