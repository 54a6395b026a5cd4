//! `pkgs` as symbols: every package is an unknown of its name; files written by Nix keep their text.

use crate::values::plain;
use nixpod_eval::{
    Attrs, ContextItem, Evaluator, NO_SITE, NixString, OriginId, Res, StringPart, ThunkId, Tracked, Unknown,
    Value,
};
use nixpod_source::Why;
use std::rc::Rc;

/// The function that makes a written file: name, then text.
pub(crate) fn written(ev: &mut Evaluator<'_>) -> Value {
    ev.primop("written", 2, 1, |ev, args, site| {
        let (name, _) = ev.force_string_with_holes(args[0], site)?;
        let text = args[1];
        let label = name.text.clone();
        let hole = Unknown {
            why: Why::External(format!("store path of {label}")),
            store_path: true,
        };
        let context: Rc<[ContextItem]> = Rc::new([ContextItem::Written {
            name: label.clone(),
            text,
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
        set.open = Some(Unknown::new(Why::External(format!("written file {label}"))));
        Ok(plain(Value::attrs(set)))
    })
}

/// A package set: what is modelled, open for everything else.
pub(crate) fn set(ev: &mut Evaluator<'_>, modelled: ThunkId, name: &str) -> Res<Tracked> {
    let modelled = ev.force_attrs(modelled, NO_SITE)?;
    let mut set: Attrs = (*modelled).clone();
    set.open = Some(Rc::new(Unknown {
        why: Why::External(name.to_owned()),
        store_path: false,
    }));
    Ok(plain(Value::attrs(set)))
}

/// The function that makes a set open under a name: name, then set.
pub(crate) fn open(ev: &mut Evaluator<'_>) -> Value {
    ev.primop("open", 2, 3, move |ev, args, site| {
        let name = ev.force_string(args[0], site)?;
        let mut set = (*ev.force_attrs(args[1], site)?).clone();
        set.open = Some(Unknown::new(Why::External(name.text.to_string())));
        Ok(plain(Value::attrs(set)))
    })
}
