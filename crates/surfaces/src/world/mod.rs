//! From evaluated roots to the world: systems in systems and the containers of each.
//!
//! Begin with `root`, which reads a root and reads it again after an edit.

mod commands;
mod containers;
mod defined;
mod joined;
mod limits;
mod memo;
mod networks;
mod root;
mod systems;
mod texts;
mod units;
mod walk;

pub use root::RootReader;
pub use texts::{
    folder_of_text, has_containers, is_text, is_text_with, is_unit, may_be_text, read_texts, text_commands,
};
