//! Lowered files as bytes.
//!
//! Parsing the prelude takes longer than checking a small file, so that build scripts lower it once. The program
//! unpacks it node by node, for a run asks for few of them. The format is that of one build: it is never kept or
//! exchanged. Numbers take a byte for every seven bits, lists begin with their length, the text of all names is in one
//! piece, and before the nodes there is a table of where each begins.

use super::node::{
    AttrName, Attrs, BinaryOp, DynamicEntry, Entry, EntryValue, Expr, NameId, Param, PathKind, PatternField,
    StrPart, VarRef,
};
use nixpod_source::ExprId;
use smol_str::SmolStr;
use std::sync::OnceLock;

/// The bytes of a lowered file.
pub(super) fn pack(root: ExprId, names: &[SmolStr], exprs: &[Expr]) -> Vec<u8> {
    let mut out = Vec::new();
    let text: String = names.iter().map(SmolStr::as_str).collect();
    text.as_str().write(&mut out);
    (names.len() as u32).write(&mut out);
    for name in names {
        (name.len() as u32).write(&mut out);
    }
    root.write(&mut out);
    (exprs.len() as u32).write(&mut out);
    let mut nodes = Vec::new();
    for expr in exprs {
        out.extend_from_slice(&(nodes.len() as u32).to_le_bytes());
        expr.write(&mut nodes);
    }
    out.append(&mut nodes);
    out
}

/// Root, names and nodes of a file; none if [`pack`] did not write these bytes.
pub(super) fn unpack(bytes: &'static [u8]) -> Option<(ExprId, Vec<SmolStr>, Nodes)> {
    let mut input = Input { rest: bytes };
    let mut text = input.text()?;
    let count = input.count()?;
    let mut names = Vec::with_capacity(count);
    for _ in 0..count {
        let (name, rest) = text.split_at_checked(u32::read(&mut input)? as usize)?;
        names.push(SmolStr::new(name));
        text = rest;
    }
    let root = ExprId::read(&mut input)?;
    let count = input.count()?;
    let (starts, nodes) = input
        .rest
        .split_at_checked(count.checked_mul(size_of::<u32>())?)?;
    let nodes = Nodes {
        starts,
        nodes,
        read: std::iter::repeat_with(OnceLock::new).take(count).collect(),
    };
    Some((root, names, nodes))
}

/// The nodes of a packed file, each read once.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    starts: &'static [u8],
    nodes: &'static [u8],
    read: Box<[OnceLock<Box<Expr>>]>,
}

impl PartialEq for Nodes {
    fn eq(&self, other: &Self) -> bool {
        (self.starts, self.nodes) == (other.starts, other.nodes)
    }
}

impl Nodes {
    /// A node; what is not there is missing.
    pub(super) fn get(&self, id: ExprId) -> &Expr {
        static MISSING: Expr = Expr::Missing;
        let index = id.0 as usize;
        match self.read.get(index) {
            Some(cell) => cell.get_or_init(|| Box::new(self.node(index).unwrap_or(Expr::Missing))),
            None => &MISSING,
        }
    }

    fn node(&self, index: usize) -> Option<Expr> {
        let start = self.starts.get(index * size_of::<u32>()..)?.first_chunk()?;
        let rest = self.nodes.get(u32::from_le_bytes(*start) as usize..)?;
        Expr::read(&mut Input { rest })
    }
}

/// What is still to be read.
struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// The length of a list, each element of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        let count = u32::read(self)? as usize;
        (count <= self.rest.len()).then_some(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u32::read(self)? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}

/// What can be packed.
trait Packed: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(input: &mut Input<'_>) -> Option<Self>;
}

/// Text is only written; how it is read depends on what it becomes.
trait Write {
    fn write(&self, out: &mut Vec<u8>);
}

impl Write for str {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u32).write(out);
        out.extend_from_slice(self.as_bytes());
    }
}

impl Packed for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }

    #[inline]
    fn read(input: &mut Input<'_>) -> Option<Self> {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = input.byte()?;
            value |= Self::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
            shift += 7;
            if shift > 28 {
                return None;
            }
        }
    }
}

impl Packed for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        let (bytes, rest) = input.rest.split_first_chunk()?;
        input.rest = rest;
        Some(Self::from_le_bytes(*bytes))
    }
}

impl Packed for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        Some(input.byte()? == 1)
    }
}

impl Packed for SmolStr {
    fn write(&self, out: &mut Vec<u8>) {
        self.as_str().write(out);
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        input.text().map(Self::new)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        match bool::read(input)? {
            true => T::read(input).map(Some),
            false => Some(None),
        }
    }
}

impl<T: Packed> Packed for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (**self).write(out);
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        T::read(input).map(Self::new)
    }
}

impl<T: Packed> Packed for Box<[T]> {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u32).write(out);
        for item in self {
            item.write(out);
        }
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        let count = input.count()?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(T::read(input)?);
        }
        Some(items.into_boxed_slice())
    }
}

/// Packs numbers, structures and alternatives of these parts, in the order given.
macro_rules! packed {
    ($type:ident($part:ident)) => {
        impl Packed for $type {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }

            #[inline]
            fn read(input: &mut Input<'_>) -> Option<Self> {
                $part::read(input).map(Self)
            }
        }
    };
    ($type:ident { $($part:ident),+ }) => {
        impl Packed for $type {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$part.write(out);)+
            }

            fn read(input: &mut Input<'_>) -> Option<Self> {
                $(let $part = Packed::read(input)?;)+
                Some(Self { $($part),+ })
            }
        }
    };
    ($type:ident: $($tag:literal = $name:ident $(($($part:ident),+))? $({ $($field:ident),+ })?),+ $(,)?) => {
        impl Packed for $type {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name $(($($part),+))? $({ $($field),+ })? => {
                        out.push($tag);
                        $($($part.write(out);)+)?
                        $($($field.write(out);)+)?
                    })+
                }
            }

            fn read(input: &mut Input<'_>) -> Option<Self> {
                Some(match input.byte()? {
                    $($tag => {
                        $($(let $part = Packed::read(input)?;)+)?
                        $($(let $field = Packed::read(input)?;)+)?
                        Self::$name $(($($part),+))? $({ $($field),+ })?
                    })+
                    _ => return None,
                })
            }
        }
    };
}

packed!(NameId(u32));
packed!(ExprId(u32));
packed!(Attrs {
    recursive,
    entries,
    dynamic,
    froms
});
packed!(Entry { name, key, value });
packed!(DynamicEntry { name, value });
packed!(PatternField { name, key, default });
packed!(EntryValue: 0 = Expr(expr), 1 = Inherit(expr), 2 = From(index));
packed!(AttrName: 0 = Static(name, key), 1 = Dynamic(expr));
packed!(Param: 0 = Name(name, key), 1 = Pattern { fields, ellipsis, alias });
packed!(StrPart: 0 = Text(text), 1 = Interp(expr));
packed!(PathKind: 0 = Relative, 1 = Absolute, 2 = Home, 3 = Search);
packed!(VarRef: 0 = Local { depth, slot }, 1 = Global, 2 = With(depths));
packed!(BinaryOp:
    0 = Concat, 1 = Update, 2 = Add, 3 = Sub, 4 = Mul, 5 = Div, 6 = And, 7 = Or, 8 = Implies, 9 = Equal,
    10 = NotEqual, 11 = Less, 12 = LessOrEq, 13 = More, 14 = MoreOrEq,
);
packed!(Expr:
    0 = Missing, 1 = Key(name), 2 = Int(value), 3 = Float(value), 4 = Str(parts), 5 = Path(kind, parts),
    6 = Var(name, target), 7 = CurPos, 8 = List(items), 9 = Attrs(attrs), 10 = Let(attrs, body),
    11 = With(namespace, body), 12 = Lambda(param, body), 13 = Apply(function, argument),
    14 = Select(base, path, default), 15 = HasAttr(base, path), 16 = If(condition, then, otherwise),
    17 = Assert(condition, body), 18 = Binary(op, left, right), 19 = Not(inner), 20 = Negate(inner),
);

impl Packed for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        self.cast_unsigned().write(out);
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        u64::read(input).map(u64::cast_signed)
    }
}

impl Packed for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        self.to_bits().write(out);
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        u64::read(input).map(Self::from_bits)
    }
}

#[cfg(test)]
mod tests {
    use crate::hir::{Expr, Hir};
    use nixpod_source::ExprId;

    #[test]
    fn packing_keeps_everything() {
        let text = r#"{ lib, x ? 1.5, ... }@all: with lib; let inherit (all) y; in rec {
            a.b = "t${toString x}\n"; ${y} = ./p/${y}.nix; c = <n> + ~/h; d = -x or 2; e = [ (!y) __curPos ];
            f = if all ? a.b then assert x == 1; a else y // { z = x -> y; };
            g = a.${y} or /abs; h = n: -9223372036854775807 * n / 2 - 3 < 4 && 5 <= 6 || 7 > 8 && 9 >= n != true;
            i = "é${"ü"}" ++ ''many words that are longer than what is kept in place''; inherit x;
        }"#;
        let parsed = crate::parse(text);
        assert_eq!(parsed.errors, []);
        let bytes: &'static [u8] = parsed.hir.pack().leak();
        let hir = Hir::unpack(bytes).unwrap();
        assert_eq!((hir.root(), hir.names()), (parsed.hir.root(), parsed.hir.names()));
        for (index, expr) in parsed.hir.exprs().iter().enumerate() {
            assert_eq!(hir.expr(ExprId(index as u32)), expr);
        }
        assert_eq!(hir.expr(ExprId(u32::MAX)), &Expr::Missing);
        for end in 0..bytes.len() {
            // What is cut off is missing.
            if let Some(hir) = Hir::unpack(&bytes[..end]) {
                let last = parsed.hir.exprs().len() - 1;
                assert_eq!(hir.expr(ExprId(last as u32)), &Expr::Missing);
            }
        }
    }
}
