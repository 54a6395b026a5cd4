//! Keys that mean something in a module.

use nixpod_eval::{Attr, Attrs, Evaluator, Symbol};

/// Their symbols.
pub(crate) struct Keys {
    pub(crate) imports: Symbol,
    pub(crate) require: Symbol,
    pub(crate) config: Symbol,
    pub(crate) options: Symbol,
    pub(crate) key: Symbol,
    pub(crate) disabled: Symbol,
    pub(crate) freeform: Symbol,
    pub(crate) tag: Symbol,
    pub(crate) meta: Symbol,
    pub(crate) file: Symbol,
    pub(crate) class: Symbol,
}

impl Keys {
    pub(crate) fn new(ev: &mut Evaluator<'_>) -> Self {
        Self {
            imports: ev.intern("imports"),
            require: ev.intern("require"),
            config: ev.intern("config"),
            options: ev.intern("options"),
            key: ev.intern("key"),
            disabled: ev.intern("disabledModules"),
            freeform: ev.intern("freeformType"),
            tag: ev.intern("_type"),
            meta: ev.intern("meta"),
            file: ev.intern("_file"),
            class: ev.intern("_class"),
        }
    }

    /// Keys that are not configuration in a module without `config`.
    pub(crate) fn special(&self, name: Symbol) -> bool {
        [
            self.imports,
            self.require,
            self.key,
            self.disabled,
            self.freeform,
            self.file,
            self.class,
        ]
        .contains(&name)
    }

    /// What stands beside `config` or `options` at the top of a module and has no business there, for which Nix refuses the
    /// module.
    pub(crate) fn strays<'a>(&'a self, set: &'a Attrs) -> impl Iterator<Item = &'a Attr> {
        let structured = set.get(self.config).is_some() || set.get(self.options).is_some();
        let structured = structured && set.get(self.tag).is_none();
        let known = [self.config, self.options, self.meta];
        let entries = set.entries.iter().filter(move |_| structured);
        entries.filter(move |attr| !self.special(attr.name) && !known.contains(&attr.name))
    }
}
