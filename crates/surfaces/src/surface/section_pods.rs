//! Sections of pods.

use crate::read::OptionReader;
use crate::surface::section::{Section, name_by_entry};
use crate::vocabulary::pods::Pod;
use crate::vocabulary::unit::run;
use nixpod_model::Container;

/// A pod by its section, in words of Podman's command; the module calls it this. Where it is a text, Podman does.
pub(crate) fn pod(reader: &mut OptionReader<'_, '_>, section: &Section<'_>, entry: &str) -> Pod {
    let mut values = section.values(reader);
    let own = match &section.raw {
        Some(_) => Some(format!("systemd-{entry}")),
        None => {
            name_by_entry(&mut values, entry);
            None
        }
    };
    let name = values.last("PodName");
    Pod {
        name: name.map_or(own, |name| name.value()?.as_known()),
        id_file: None,
        options: run::of_pod(&values, &section.around()),
    }
}

/// Reads a pod's section into a container that is in it.
pub(crate) fn read_pod(
    reader: &mut OptionReader<'_, '_>,
    section: &Section<'_>,
    name: &str,
    container: &mut Container,
) {
    let values = section.values(reader);
    run::pod(&values, name, &section.around(), container);
}
