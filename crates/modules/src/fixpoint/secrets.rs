//! Where sops-nix and agenix put secrets when the system runs.

use crate::own::Kind;
use crate::path::{Step, dotted};
use crate::system::evaluation::{At, Mode};
use crate::values::{look_up, plain};
use nixpod_eval::{Evaluator, Res, ThunkId, Unknown, Value};
use nixpod_source::Why;
use smol_str::{SmolStr, format_smolstr};
use std::rc::Rc;

/// Programs that make an option `path` for each secret of a set.
#[derive(Clone, Copy)]
enum Program {
    SopsSecret,
    SopsTemplate,
    Age,
}

/// Where agenix puts secrets by itself.
pub(crate) const AGE_FOLDER: &str = "/run/agenix";

/// Options of a secret that its path depends on.
const MOVED_BY: [&str; 3] = ["name", "neededForUsers", "path"];

/// The option `path` of a secret that the analysed code declares without saying where it is: the name stays that of the
/// secret, and the text is where it lies.
///
/// `says`: does the code say this option of it?
pub(crate) fn path_of_secret(
    ev: &mut Evaluator<'_>,
    at: At<'_>,
    mut says: impl FnMut(&mut Evaluator<'_>, &str) -> bool,
) -> Option<ThunkId> {
    if at.mode() != Mode::WholeSystem || at.system.open_world() || at.system.setup.kind != Some(Kind::Nixos) {
        return None;
    }
    let (program, name) = secret_at(at.path.get(at.system.prefix.len()..)?)?;
    if MOVED_BY.iter().any(|option| says(ev, option)) {
        return None;
    }
    let (path, config) = (format!("{}.path", dotted(at.path)), at.system.config);
    Some(ev.alloc_native(move |ev| {
        let mut unknown = (*Unknown::new(Why::UnsetOption(path.clone()))).clone();
        unknown.text = folder(ev, program, config)?.map(|folder| format_smolstr!("{folder}/{name}"));
        Ok(plain(Value::Unknown(Rc::new(unknown))))
    }))
}

fn secret_at(path: &[Step]) -> Option<(Program, SmolStr)> {
    let [Step::Name(program), Step::Name(set), Step::Name(name)] = path else {
        return None;
    };
    let program = match (program.as_str(), set.as_str()) {
        ("sops", "secrets") => Program::SopsSecret,
        ("sops", "templates") => Program::SopsTemplate,
        ("age", "secrets") => Program::Age,
        _ => return None,
    };
    Some((program, name.clone()))
}

/// The folder in which it lies. `None`: somebody says another one, which is not known.
fn folder(ev: &mut Evaluator<'_>, program: Program, config: ThunkId) -> Res<Option<SmolStr>> {
    match program {
        Program::SopsSecret => return Ok(Some("/run/secrets".into())),
        Program::SopsTemplate => return Ok(Some("/run/secrets/rendered".into())),
        Program::Age => {}
    }
    let config = ev.force(config)?;
    let age = look_up(ev, &config, "age");
    let said = age.and_then(|age| look_up(ev, &age, "secretsDir"));
    Ok(match said.map(|said| said.value) {
        None => Some(AGE_FOLDER.into()),
        Some(Value::Unknown(unknown)) if matches!(unknown.why, Why::UnsetOption(_)) => {
            Some(AGE_FOLDER.into())
        }
        Some(Value::String(text)) if text.hole().is_none() => Some(text.text.as_str().into()),
        Some(_) => None,
    })
}
