//! Tests over all rules, and of their decisions on worlds built by hand.

mod binds;
mod facts;
mod fixes;
mod fixes_refused;
mod homes;
mod isolation;
mod people;
mod registry;
mod settings;
mod silenced;
mod together;
mod traps;
mod ways;
mod wild;
mod worlds;
