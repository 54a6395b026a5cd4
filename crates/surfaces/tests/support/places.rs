//! What must hold of whatever is read of a text: every place is a stretch of it.

use nixpod_fixture::fuzz::Outcome;
use nixpod_model::{FactInfo, FactValue, Field, Visitor};
use nixpod_source::{FileId, Origin};
use nixpod_surfaces::{TextFile, read_texts};

/// Facts whose places are looked at.
struct Places<'t> {
    text: &'t str,
    facts: u64,
    wrong: Option<String>,
}

impl Places<'_> {
    fn look(&mut self, origin: &Origin) {
        for hop in &origin.hops {
            let Some((from, to)) = hop.place.within else {
                continue;
            };
            if self.text.get(from as usize..to as usize).is_none() {
                self.wrong = Some(format!("{from}..{to} is no stretch of the text"));
            }
        }
    }
}

impl Visitor for Places<'_> {
    fn fact<T: FactValue>(&mut self, _: FactInfo, field: &Field<T>) {
        self.facts += 1;
        self.look(&field.origin);
        if let Some(value) = field.value() {
            for text in value.texts() {
                text.origins(&mut |origin| self.look(origin));
            }
        }
    }
}

/// Reads a file of a name, and looks at every place in what was read.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let file = TextFile {
        path: path.to_owned(),
        place: path.to_owned(),
        file: FileId::project(0),
        text: text.clone(),
    };
    let world = read_texts("a", &[file]);
    let mut places = Places {
        text: &text,
        facts: 0,
        wrong: None,
    };
    let mut kind = String::new();
    for container in world.containers.values() {
        container.visit(&mut places);
        places.look(&container.origin);
        kind.push_str(&format!(
            "{} {:?} {:?};",
            container.mounts.len(),
            container.existence,
            container.engine.value()
        ));
    }
    for gap in &world.not_analysed {
        places.look(&gap.place.map(Origin::at).unwrap_or_default());
        kind.push_str(&format!("{:?}", std::mem::discriminant(&gap.why)));
    }
    Outcome {
        kind: kind.chars().take(120).collect(),
        fault: places.wrong,
        used: vec![
            ("containers", world.containers.len() as u64),
            ("facts", places.facts),
        ],
    }
}
