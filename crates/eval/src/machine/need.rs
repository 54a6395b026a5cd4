//! What values are evaluated for.

use crate::Value;

/// What an expression is evaluated for: of most values that are looked at and dropped nobody asks where they come from.
/// Of what is not known it is always said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The value may be kept, so all steps of its way belong to it.
    Origin,
    /// Pieces of a text, and whatever can become one.
    Text,
    /// What is in the value and nothing beside it: operands, conditions, sets of which something is selected.
    Value,
}

impl Need {
    /// Is the origin of a value needed?
    #[inline]
    pub(crate) fn is_for(self, value: &Value) -> bool {
        match value {
            Value::Lambda(_) | Value::Primop(_) | Value::Opaque(_) => false,
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => self == Self::Origin,
            Value::List(list) => self != Self::Value || list.open.is_some(),
            Value::Attrs(attrs) => self != Self::Value || attrs.open.is_some(),
            Value::String(_) | Value::Path(_) | Value::Unknown(_) | Value::Either(_) => true,
        }
    }
}
