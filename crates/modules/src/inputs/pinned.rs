//! Sources that npins and niv pin: their own files fetch them, so that to us they are inputs, known by name.

use crate::own;
use crate::system::evaluation::Library;
use nixpod_eval::{Evaluator, NO_SITE, OriginId, ThunkId, Value};
use nixpod_source::Utf8Path;
use std::rc::Rc;

/// Answers imports of `npins/default.nix` and niv's `sources.nix`.
pub(crate) fn register(ev: &mut Evaluator<'_>, library: &Library) {
    let library = library.clone();
    ev.set_import_hook(Rc::new(move |ev, path| sources(ev, &library, path)));
}

/// The sources that lie beside such a file; `None` where it is another.
fn sources(ev: &mut Evaluator<'_>, library: &Library, path: &Utf8Path) -> Option<ThunkId> {
    let directory = path.parent()?;
    let is_ours = match path.file_name()? {
        "default.nix" => directory.file_name()? == "npins",
        name => name == "sources.nix",
    };
    if !is_ours {
        return None;
    }
    let text = ev.source().read(&directory.join("sources.json")).ok()?;
    let text = ev.alloc(Value::string(String::from_utf8(text).ok()?), OriginId::default());
    let from_json = ev.intern("fromJSON");
    let builtins = ev.builtins();
    let builtins = ev.force(builtins).ok()?;
    let from_json = ev.select_value(&builtins, from_json, NO_SITE).ok()?;
    let pinned = ev.apply(&from_json, text, NO_SITE).ok()?;
    if !matches!(pinned.value, Value::Attrs(_)) {
        return None;
    }
    let pinned = ev.alloc_tracked(pinned);
    let store_path = crate::inputs::flake::store_path(ev);
    let open = crate::inputs::packages::open(ev);
    let is_harmless = crate::inputs::flake::harmless_test(ev);
    let [store_path, open, is_harmless] =
        [store_path, open, is_harmless].map(|value| ev.alloc(value, OriginId::default()));
    let arguments = ev.attrs_from(vec![
        ("lib", library.lib),
        ("storePath", store_path),
        ("open", open),
        ("isHarmless", is_harmless),
        ("pinned", pinned),
    ]);
    let arguments = ev.alloc(Value::attrs(arguments), OriginId::default());
    let model = own::SOURCES.value(ev);
    let model = ev.alloc_apply(model, &[arguments], NO_SITE);
    let model = ev.force(model).ok()?;
    crate::inputs::flake::register_names(ev, library, &model).ok()?;
    crate::inputs::flake::register_harmless(ev, library, &model).ok()?;
    let release = crate::inputs::flake::release(ev, &model);
    let sources = ev.intern("sources");
    let sources = ev.select_value(&model, sources, NO_SITE).ok()?;
    let shared = library.shared.clone();
    // A file is asked for once, but its value by everybody who makes use of it.
    Some(ev.alloc_native(move |ev| {
        if let Some(release) = release {
            shared.follows_release(ev, release);
        }
        Ok(sources.clone())
    }))
}
