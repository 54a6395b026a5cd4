//! The typed container spec shared by all surfaces: plain data with public fields.
//!
//! This crate must never know rnix, the evaluator, or which surface a container came from beyond a tag.
//!
//! Begin with [`Container`] and the kinds of certainty, [`Fact`] and [`Field`]; then [`World`], which holds the containers
//! and systems of one root by their names ([`ContainerId`], [`SystemId`], [`HostId`]).
//!
//! What holds always:
//!
//! - What is not known is [`Fact::Unknown`] with its reason, and never a default, an empty text or a missing entry.
//! - Every fact says where it comes from, by places that stay right while white space and comments move.
//! - Every fact is shown to a [`Visitor`]: see [`Container::visit`].
//! - A world is plain data: two that compare equal have the same findings.

// A fact that is taken out of its struct and shown to nobody.
#![deny(unused_variables)]

mod command;
mod container;
mod engine;
mod engines;
mod fact;
mod firewall;
mod ids;
mod release;
mod rights;
mod secret;
mod spec;
mod symbol;
mod system;
mod text;
mod unit;
mod unknown;
mod user;
mod visit;
mod world;

pub use command::{CommandWord, CommandWriter, Commands, EngineCommand};
pub use container::{Container, Existence, Listing, Nspawn, OwnOption, Task};
pub use engine::Engine;
pub use engines::{Api, Engines, Registries, Storage};
pub use fact::{Definition, Fact, Field, NotAnalysed, Subject, Written};
pub use firewall::{Firewall, FirewallBackend, OpenPorts, UsersBy};
pub use ids::{ContainerId, EntryName, HostId, Surface, SystemId};
pub use release::{GoneOption, Release, StateVersion};
pub use rights::{ForgeRunner, JobUser, Right, RightBy, XAccess, XClients};
pub use secret::{ManagedSecret, SecretSlot, SecretValue};
pub use spec::{
    BoundVolume, Device, EnvVar, Flag, FlagForm, Image, MissingNetwork, Mount, Namespace, NamespaceMode,
    NetworkMode, NetworkOption, Port, UnknownOption, Userns,
};
pub use symbol::symbol_in_words;
pub use system::{Host, Kernel, Role, Seen, Standing, System, SystemKind, Unseen};
pub use text::{Holds, StoreRef, Text, TextPart};
pub use unit::{Consequence, PodmanRelease, RunOption, UnitProblem};
pub use unknown::UnknownFacts;
pub use user::{SubIdRange, User};
pub use visit::{Doubt, FactInfo, FactValue, Topic, Unset, Visitor, VisitorMut};
pub use world::{ById, Defined, DefinedState, World};
