//! The typed container spec shared by all surfaces: plain data with public fields.
//!
//! This crate must never know rnix, the evaluator, or which surface a container came from beyond a tag.

mod container;
mod fact;
mod system;
mod text;

pub use container::{
    Container, Device, EnvVar, Existence, Flag, FlagForm, Image, Mount, Namespace, NamespaceMode,
    NetworkMode, Nspawn, OwnOption, Port, Surface, Userns,
};
pub use fact::{Definition, Fact, Field, NotAnalysed};
pub use system::{
    Engines, Host, HostId, Kernel, Release, SecretSlot, SecretValue, StateVersion, SubIdRange, System,
    SystemId, SystemKind, User, World,
};
pub use text::{StoreRef, Text, TextPart};
