//! What a system does with secrets: where options put literal ones, and what managers make of encrypted ones.

use crate::{FactInfo, Field, Text, Visitor};

/// Where a secret would be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSlot {
    /// `users.users.<u>.password` or `initialPassword`: user and option name.
    Password(String, &'static str),
    /// `users.users.<u>.hashedPassword` or `initialHashedPassword`.
    HashedPassword(String, &'static str),
    /// The text of a written file: `environment.etc.<n>.text`, `pkgs.writeText`: its name.
    WrittenFile(String),
    /// The same of a unit, of which containers are read by themselves: its name.
    Unit(String),
    /// An environment variable: its name, and the option that has it with those beside it.
    Environment {
        /// Its name.
        variable: String,
        /// The option, such as `systemd.services.web.environment`.
        of: String,
    },
    /// An option of a service of which something is read from a file while Nix evaluates: its path.
    Setting(String),
    /// An option whose value is a credential, such as an image's `password`: its path.
    Credential(String),
    /// `SetCredential=` of a unit: the credential's id.
    UnitCredential(String),
    /// An option that takes the path of a secret file: its path.
    SecretFile(String),
    /// An option whose value is a file of whatever content: its path.
    File(String),
    /// Lines of a shell or of a unit that start programs: the option's path.
    Script(String),
}

impl SecretSlot {
    fn info(&self) -> FactInfo {
        let info = FactInfo::secret("secret", "what is stored");
        match self {
            // Containers are read of these by themselves.
            Self::Unit(_) | Self::Script(_) => info.whole(),
            _ => info,
        }
    }
}

/// A value that a rule should look at for secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretValue {
    /// Where it would be stored.
    pub slot: SecretSlot,
    /// The value.
    pub value: Field<Text>,
}

/// A file that a manager of secrets makes at run time, or to which systemd-tmpfiles gives a mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedSecret {
    /// The option that declares it, such as `age.secrets.token`; of a line for systemd-tmpfiles the path.
    pub option: String,
    /// The type of that line, such as `z`.
    pub line: Option<char>,
    /// Its mode, in octal digits, if one is asked for.
    pub mode: Option<Field<Text>>,
    /// Its owner, by name or number, if one is asked for.
    pub owner: Option<Field<Text>>,
    /// Its group likewise.
    pub group: Option<Field<Text>>,
}

/// Shows what a system does with secrets.
pub(crate) fn visit_secrets(
    literal: &[SecretValue],
    managed: &[ManagedSecret],
    keys: &[Field<Text>],
    visitor: &mut impl Visitor,
) {
    for SecretValue { slot, value } in literal {
        visitor.fact(slot.info(), value);
    }
    for ManagedSecret {
        option: _,
        line: _,
        mode,
        owner,
        group,
    } in managed
    {
        for (name, said) in [
            ("secret mode", mode),
            ("secret owner", owner),
            ("secret group", group),
        ] {
            if let Some(said) = said {
                visitor.fact(FactInfo::certain(name, "who may read its secrets"), said);
            }
        }
    }
    for key in keys {
        visitor.fact(FactInfo::certain("key", "what decrypts its secrets"), key);
    }
}
