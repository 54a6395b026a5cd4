//! The typed container spec shared by all surfaces: plain data with public fields.
//!
//! This crate must never know rnix, the evaluator, or which surface a container came from beyond a tag.

mod container;
mod fact;
mod ids;
mod system;
mod text;
mod world;

pub use container::{
    Container, Device, EnvVar, Existence, Flag, FlagForm, Image, Listing, Mount, Namespace, NamespaceMode,
    NetworkMode, Nspawn, OwnOption, Port, Userns,
};
pub use fact::{Definition, Fact, Field, NotAnalysed};
pub use ids::{ContainerId, EntryName, HostId, Surface, SystemId};
pub use system::{
    Engines, Host, Kernel, Release, SecretSlot, SecretValue, StateVersion, SubIdRange, System, SystemKind,
    User,
};
pub use text::{StoreRef, Text, TextPart};
pub use world::{ById, World};
