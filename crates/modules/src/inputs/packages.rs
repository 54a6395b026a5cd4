//! `pkgs` as symbols: every package is an unknown of its name; files written by Nix keep their text.

use crate::values::{look_up, plain};
use nixpod_eval::{
    Attrs, ContextItem, Evaluator, NO_SITE, NixString, OriginId, Res, StringPart, ThunkId, Tracked, Unknown,
    Value, Whence,
};
use nixpod_source::{Outside, Site, Why};
use std::rc::Rc;
use std::sync::Arc;

/// The function that makes a written file: name, then text. `is_program`: one that may be run.
pub(crate) fn written(ev: &mut Evaluator<'_>, is_program: bool) -> Value {
    ev.primop("written", 2, 1, move |ev, args, site| {
        let (name, _) = ev.force_string_with_holes(args[0], site)?;
        let text = args[1];
        let label = name.text.clone();
        let hole = Unknown {
            why: Why::External(Arc::new(Outside::store_path_of(&label))),
            store_path: true,
            likely: None,
            text: None,
            given: Vec::new(),
            whence: Whence::Name,
            literal: None,
        };
        let context: Rc<[ContextItem]> = Rc::new([ContextItem::Written {
            name: label.clone(),
            text,
            is_program,
        }]);
        let part = StringPart {
            len: 0,
            origin: OriginId::default(),
            offset: 0,
            hole: Some(Rc::new(hole)),
        };
        let path = NixString {
            text: "".into(),
            parts: Some(Rc::new([part])),
            context: Some(context),
        };
        let path = ev.alloc(Value::String(Rc::new(path)), OriginId::default());
        let kind = ev.alloc(Value::string("derivation"), OriginId::default());
        let name = ev.alloc(Value::string(label.clone()), OriginId::default());
        let mut set = ev.attrs_from(vec![
            ("type", kind),
            ("name", name),
            ("outPath", path),
            ("text", text),
        ]);
        set.open = Some(Unknown::new(Why::named(&format!("written file {label}"))));
        Ok(plain(Value::attrs(set)))
    })
}

/// The function that importing nixpkgs gives. Of what overlays add, `lib` counts, which systems may be made with; packages
/// stay symbols.
pub(crate) fn import(ev: &mut Evaluator<'_>, packages: ThunkId) -> Value {
    ev.primop("import nixpkgs", 1, 0, move |ev, args, site| {
        let mut made = ev.force(packages)?;
        let given = ev.force_or_unknown(args[0]);
        if let Value::Attrs(known) = &made.value
            && let Some(overlays) = look_up(ev, &given, "overlays")
            && let Ok(overlays) = ev.list_or_open(overlays, site)
            && !overlays.elems.is_empty()
        {
            let overlays = overlays.elems.iter().map(|elem| elem.thunk).collect();
            made.value = Value::attrs(overlaid(ev, known.clone(), overlays, site));
        }
        Ok(made)
    })
}

fn overlaid(ev: &mut Evaluator<'_>, packages: Rc<Attrs>, overlays: Vec<ThunkId>, site: Site) -> Attrs {
    let last = ev.reserve();
    let extra = ev.attrs_from(vec![("lib", last)]);
    let all = ev.update_attrs(&packages, &extra);
    let all_packages = ev.alloc(Value::attrs(all.clone()), OriginId::default());
    ev.fill_native(last, move |ev| {
        let name = ev.intern("lib");
        let whole = plain(Value::Attrs(packages.clone()));
        let mut lib = ev.select_value(&whole, name, NO_SITE)?;
        for overlay in &overlays {
            let overlay = ev.force_or_unknown(*overlay);
            let before = ev.alloc_tracked(lib.clone());
            let before = ev.attrs_from(vec![("lib", before)]);
            let before = ev.update_attrs(&packages, &before);
            let before = ev.alloc(Value::attrs(before), OriginId::default());
            let added = ev.apply_all(&overlay, &[all_packages, before], site);
            // One that is not known is taken to add packages.
            if let Ok(added) = ev.settle(added)
                && let Some(added) = look_up(ev, &added, "lib")
                && matches!(added.value, Value::Attrs(_))
            {
                lib = added;
            }
        }
        Ok(lib)
    });
    all
}

/// A package set: what is modelled, open for everything else.
pub(crate) fn set(ev: &mut Evaluator<'_>, modelled: ThunkId, name: &str) -> Res<Tracked> {
    let modelled = ev.force_attrs(modelled, NO_SITE)?;
    let mut set: Attrs = (*modelled).clone();
    set.open = Some(Unknown::new(Why::named(name)));
    Ok(plain(Value::attrs(set)))
}

/// The function that makes a set open under a name: name, then set.
pub(crate) fn open(ev: &mut Evaluator<'_>) -> Value {
    ev.primop("open", 2, 3, move |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        let mut set = (*ev.force_attrs(args[1], site)?).clone();
        set.open = Some(Unknown::new(Why::named(&name.text)));
        Ok(plain(Value::attrs(set)))
    })
}
