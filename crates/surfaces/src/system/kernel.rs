//! The kernel of a host.

use crate::read::{Found, OptionReader};
use nixpod_eval::Value;
use nixpod_model::{Fact, Field, Kernel, Release, StateVersion};
use nixpod_source::{Origin, Why};

/// Default kernels by release, the first of each; read off the release notes.
const DEFAULTS: [((u32, u32), (u32, u32)); 8] = [
    ((20, 9), (5, 4)),
    ((21, 5), (5, 10)),
    ((22, 5), (5, 15)),
    ((23, 5), (6, 1)),
    ((24, 5), (6, 6)),
    ((25, 5), (6, 12)),
    ((26, 5), (6, 18)),
    // Later releases are at least that new; see `is_last`.
    ((26, 11), (6, 18)),
];

/// The default kernel of a release; `true`: or a newer one.
fn default_of(release: Release) -> Option<(u32, u32, bool)> {
    let release = (release.year, release.month);
    let (since, kernel) = DEFAULTS.iter().rev().find(|(since, _)| *since <= release)?;
    let is_last = DEFAULTS.last().is_some_and(|(last, _)| last == since);
    Some((kernel.0, kernel.1, is_last))
}

/// What an attribute of nixpkgs says about the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// This branch.
    Exactly(u32, u32),
    /// The release's default.
    Default,
    /// The release's default or newer.
    Newer,
    /// Anything.
    Nothing,
}

fn named(name: &str) -> Named {
    let name = name.strip_prefix("pkgs.").unwrap_or(name);
    let rest = name
        .strip_prefix("linuxPackages")
        .or_else(|| name.strip_prefix("linuxKernel.packages.linux"))
        .or_else(|| name.strip_prefix("linuxKernel.packageAliases.linux"))
        .or_else(|| name.strip_prefix("linuxKernel.kernels.linux"));
    let Some(rest) = rest else {
        return Named::Nothing;
    };
    match rest {
        "" | "_default" | "_hardened" => return Named::Default,
        "_latest" | "_testing" | "_zen" | "_xanmod" | "_xanmod_stable" | "_xanmod_latest" | "_lqx"
        | "-rt_latest" => return Named::Newer,
        _ => {}
    }
    let rest = rest.trim_start_matches("_rt").trim_start_matches('_');
    let mut parts = rest.split('_');
    let version = (
        parts.next().and_then(|part| part.parse().ok()),
        parts.next().and_then(|part| part.parse().ok()),
        parts.next(),
    );
    match version {
        (Some(major), Some(minor), None | Some("hardened")) => Named::Exactly(major, minor),
        _ => Named::Nothing,
    }
}

/// The kernel that `boot.kernelPackages` names, or the release's own.
pub(crate) fn read(
    reader: &mut OptionReader<'_, '_>,
    found: &Found,
    release: &Field<Release>,
    state_version: &Field<StateVersion>,
) -> Field<Kernel> {
    let by_default = default_kernel(release, state_version);
    let is_set = !reader.is_unset(found) && !reader.is_default(found);
    if !is_set {
        return match by_default {
            Some(kernel) => Field::default(kernel),
            None => Field::unknown(
                Why::UnsetOption("boot.kernelPackages".to_owned()),
                Origin::default(),
            ),
        };
    }
    let mut field = reader.field(found, |_, value, _| {
        let Value::Unknown(unknown) = &value.value else {
            return Err(Why::Undecided("it has a kernel of its own".to_owned()));
        };
        let name = unknown.name().unwrap_or_default();
        let kernel = match named(name) {
            Named::Exactly(major, minor) => Some(Kernel {
                major,
                minor,
                at_least: false,
                source: name.to_owned(),
            }),
            Named::Default => by_default.clone(),
            Named::Newer => by_default.clone().map(|kernel| Kernel {
                at_least: true,
                source: name.to_owned(),
                ..kernel
            }),
            Named::Nothing => None,
        };
        kernel.ok_or_else(|| unknown.why.clone())
    });
    if let Fact::Default(kernel) = field.fact {
        field.fact = Fact::Set(kernel);
    }
    field
}

fn default_kernel(release: &Field<Release>, state_version: &Field<StateVersion>) -> Option<Kernel> {
    if let Some(release) = release.certain() {
        let (major, minor, at_least) = default_of(*release)?;
        return Some(Kernel {
            major,
            minor,
            at_least,
            source: format!("default of NixOS {}.{:02}", release.year, release.month),
        });
    }
    // The system is at least that new, whatever its release.
    let oldest = state_version.certain()?;
    let (major, minor, _) = default_of(*oldest)?;
    Some(Kernel {
        major,
        minor,
        at_least: true,
        source: format!("default since NixOS {}.{:02}", oldest.year, oldest.month),
    })
}

#[cfg(test)]
mod tests {
    use super::{Named, default_of, named};
    use nixpod_model::Release;

    #[test]
    fn attribute_names() {
        let cases = [
            ("pkgs.linuxPackages", Named::Default),
            ("linuxPackages_latest", Named::Newer),
            ("pkgs.linuxPackages_5_10", Named::Exactly(5, 10)),
            ("pkgs.linuxPackages_6_6_hardened", Named::Exactly(6, 6)),
            ("pkgs.linuxKernel.packages.linux_6_12", Named::Exactly(6, 12)),
            ("pkgs.linuxPackages_rt_6_1", Named::Exactly(6, 1)),
            ("pkgs.linuxPackages_rpi4", Named::Nothing),
            ("pkgs.linuxPackages_custom", Named::Nothing),
            ("inputs.surface.kernel", Named::Nothing),
        ];
        for (name, expected) in cases {
            assert_eq!(named(name), expected, "{name}");
        }
    }

    #[test]
    fn releases_have_kernels() {
        let default = |year, month| default_of(Release { year, month });
        assert_eq!(default(19, 3), None);
        assert_eq!(default(21, 11), Some((5, 10, false)));
        assert_eq!(default(24, 11), Some((6, 6, false)));
        assert_eq!(default(25, 11), Some((6, 12, false)));
        assert_eq!(default(27, 5), Some((6, 18, true)));
    }
}
