//! Containers below an option whose name is computed: `${engine}.web = { image = ...; }`. Where that name is not known,
//! nothing that reads options comes to them.

use crate::census::names::{is_nspawn, is_quadlet, names};
use crate::census::path::Steps;
use crate::surface::tables;
use crate::vocabulary::options::Table;
use nixpod_model::Surface;
use nixpod_source::ExprId;
use nixpod_syntax::Hir;
use nixpod_syntax::hir::{Attrs, Expr};

/// Options of which a container of an engine has at least one.
const IMAGES: [&str; 3] = ["image", "imageFile", "imageStream"];

/// A set deeper below the computed name is the data of something.
const MAX_BELOW: usize = 3;

/// Can a file have such containers at all?
pub(super) fn may_have_any(hir: &Hir) -> bool {
    let has = |wanted: &str| hir.names().iter().any(|name| name == wanted);
    let may_look_like_one = IMAGES.iter().any(|name| has(name))
        || has("containerConfig")
        || table(Surface::Nspawn).is_some_and(|table| table.options.iter().any(|name| has(name)));
    let is_open = |expr: &Expr| matches!(expr, Expr::Attrs(attrs) if !attrs.dynamic.is_empty());
    may_look_like_one && hir.exprs().iter().any(is_open)
}

/// How many steps lead to the module that such an option is of, if a path is one: the first name of the option is computed,
/// or the one below `virtualisation`.
pub(super) fn module_of(path: &Steps, begins_module: bool) -> Option<usize> {
    let at = path.iter().position(|step| step.name.is_none())?;
    let below = path.len() - at - 1;
    let of_engines =
        at > 0 && path.get(at - 1).and_then(|step| step.name.as_deref()) == Some("virtualisation");
    let first = at - usize::from(of_engines);
    let in_config = first > 0 && path.get(first - 1).and_then(|step| step.name.as_deref()) == Some("config");
    let module = first - usize::from(in_config);
    let is_module = match module {
        0 => begins_module,
        _ => path.is_place_of_modules(module),
    };
    (is_module && (1..=MAX_BELOW).contains(&below)).then_some(module)
}

/// The surface that a set looks like a container of.
pub(super) fn table_of(hir: &Hir, value: ExprId) -> Option<&'static Table> {
    let Expr::Attrs(attrs) = hir.expr(value) else {
        return None;
    };
    let surface = match attrs {
        _ if is_quadlet(hir, attrs) => Surface::QuadletNix,
        _ if is_nspawn(hir, attrs) => Surface::Nspawn,
        _ if is_oci(hir, attrs) => Surface::OciContainers,
        _ => return None,
    };
    table(surface)
}

/// Does a set have an image and something beside it, and nothing that is no option of a container?
fn is_oci(hir: &Hir, attrs: &Attrs) -> bool {
    let options = table(Surface::OciContainers).map_or(&[][..], |table| table.options);
    attrs.entries.len() > 1
        && names(hir, attrs).any(|name| IMAGES.contains(&name))
        && names(hir, attrs).all(|name| options.contains(&name))
}

fn table(surface: Surface) -> Option<&'static Table> {
    tables().find(|table| table.surface == surface)
}
