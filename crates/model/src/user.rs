//! The users of a system.

use crate::{FactInfo, FactValue, Field, Text, Visitor, VisitorMut};
use nixpod_source::Origin;

/// A user of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The attribute name.
    pub name: String,
    /// Where it is defined.
    pub origin: Origin,
    /// `isNormalUser`.
    pub is_normal: Field<bool>,
    /// `isSystemUser`.
    pub is_system: Field<bool>,
    /// `uid`.
    pub uid: Field<Option<i64>>,
    /// `linger`; `None` is null.
    pub linger: Field<Option<bool>>,
    /// `autoSubUidGidRange`, with what `isNormalUser` implies.
    pub auto_sub_ids: Field<bool>,
    /// `subUidRanges`.
    pub sub_uids: Vec<Field<SubIdRange>>,
    /// `subGidRanges`.
    pub sub_gids: Vec<Field<SubIdRange>>,
    /// Are the lists of ranges certain (no unknown definition)?
    pub sub_ids_known: bool,
    /// `group`.
    pub group: Field<Option<String>>,
    /// `extraGroups`.
    pub extra_groups: Vec<Field<String>>,
}

/// A range of subordinate ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubIdRange {
    /// The first id.
    pub start: i64,
    /// How many; NixOS' default is 1.
    pub count: i64,
    /// Was `count` written?
    pub count_written: bool,
}

/// The same of a user as there is of a container.
macro_rules! every_fact {
    ($user:expr, $visitor:expr) => {{
        let visitor = $visitor;
        let User {
            name: _,
            origin: _,
            is_normal,
            is_system,
            uid,
            linger,
            auto_sub_ids,
            sub_uids,
            sub_gids,
            sub_ids_known: _,
            group,
            extra_groups,
        } = $user;
        let default = FactInfo::by_default;
        visitor.fact(default("normal", "whether it is a person"), is_normal);
        visitor.fact(default("system", "whether it is a system user"), is_system);
        visitor.fact(default("uid", "which id it has"), uid);
        visitor.fact(default("linger", "whether it lingers"), linger);
        visitor.fact(
            default("auto sub-ids", "which subordinate ids it has"),
            auto_sub_ids,
        );
        for range in sub_uids {
            visitor.fact(
                FactInfo::certain("sub-uids", "which subordinate ids it has"),
                range,
            );
        }
        for range in sub_gids {
            visitor.fact(
                FactInfo::certain("sub-gids", "which subordinate ids it has"),
                range,
            );
        }
        visitor.fact(default("group", "which groups it is in"), group);
        for group in extra_groups {
            visitor.fact(FactInfo::certain("extra group", "which groups it is in"), group);
        }
    }};
}

impl User {
    /// A user of whom nothing is said.
    pub fn new(name: impl Into<String>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            origin,
            is_normal: Field::default(false),
            is_system: Field::default(false),
            uid: Field::default(None),
            linger: Field::default(None),
            auto_sub_ids: Field::default(false),
            sub_uids: Vec::new(),
            sub_gids: Vec::new(),
            sub_ids_known: true,
            group: Field::default(None),
            extra_groups: Vec::new(),
        }
    }

    /// Shows all facts.
    pub fn visit(&self, visitor: &mut impl Visitor) {
        every_fact!(self, visitor);
    }

    /// Hands out all facts for changing.
    pub fn visit_mut(&mut self, visitor: &mut impl VisitorMut) {
        every_fact!(self, visitor);
    }
}

impl FactValue for SubIdRange {
    fn texts(&self) -> Vec<&Text> {
        let Self {
            start: _,
            count: _,
            count_written: _,
        } = self;
        Vec::new()
    }

    fn describe(&self) -> String {
        let unwritten = if self.count_written { "" } else { " unwritten" };
        format!("{} + {}{unwritten}", self.start, self.count)
    }
}
