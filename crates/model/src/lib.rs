//! The typed container spec shared by all surfaces: plain data with public fields.
//!
//! This crate must never know rnix, the evaluator, or which surface a container came from beyond a tag.

mod container;
mod fact;
mod ids;
mod spec;
mod system;
mod text;
mod visit;
mod world;

pub use container::{Container, Existence, Listing, Nspawn, OwnOption};
pub use fact::{Definition, Fact, Field, NotAnalysed};
pub use ids::{ContainerId, EntryName, HostId, Surface, SystemId};
pub use spec::{
    Device, EnvVar, Flag, FlagForm, Image, Mount, Namespace, NamespaceMode, NetworkMode, Port, Userns,
};
pub use system::{
    Engines, Host, Kernel, Release, SecretSlot, SecretValue, StateVersion, SubIdRange, System, SystemKind,
    User,
};
pub use text::{StoreRef, Text, TextPart};
pub use visit::{FactInfo, FactValue, Unset, Visitor, VisitorMut};
pub use world::{ById, World};
