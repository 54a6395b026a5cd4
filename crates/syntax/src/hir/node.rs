//! What a lowered file consists of.

use nixpod_source::ExprId;
use smol_str::SmolStr;

/// An index into [`Hir::names`](super::Hir::names).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Something that did not parse; evaluates to an unknown (syntax error).
    Missing,
    /// A static attribute key, a parameter name or an inherited name: never evaluated, it only has a range.
    Key(NameId),
    /// An integer literal. One that does not fit 64 bits is a syntax error and lowers to `Missing`.
    Int(i64),
    /// A float literal.
    Float(f64),
    /// `"..."`, `''...''` or a bare URI. Adjacent text is one part; an empty string has no part.
    Str(Box<[StrPart]>),
    /// A path literal.
    Path(PathKind, Box<[StrPart]>),
    /// A variable.
    Var(NameId, VarRef),
    /// `__curPos`.
    CurPos,
    /// `[ a b ]`.
    List(Box<[ExprId]>),
    /// `{ ... }` or `rec { ... }`.
    Attrs(Box<Attrs>),
    /// `let ... in body`; the bindings are as those of a recursive set. Old-style `let { body = ..; }` lowers to a
    /// `Select` of `body` on a recursive set.
    Let(Box<Attrs>, ExprId),
    /// `with namespace; body`. The body is inside a frame of one slot that holds the namespace.
    With(ExprId, ExprId),
    /// `param: body`.
    Lambda(Box<Param>, ExprId),
    /// `function argument`.
    Apply(ExprId, ExprId),
    /// `base.a.b or default`.
    Select(ExprId, Box<[AttrName]>, Option<ExprId>),
    /// `base ? a.b`.
    HasAttr(ExprId, Box<[AttrName]>),
    /// `if a then b else c`.
    If(ExprId, ExprId, ExprId),
    /// `assert a; b`.
    Assert(ExprId, ExprId),
    /// `a op b`. Pipes lower to `Apply`.
    Binary(BinaryOp, ExprId, ExprId),
    /// `!a`.
    Not(ExprId),
    /// `-a`.
    Negate(ExprId),
}

/// A part of a string or path.
#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    /// Known text, escapes and indentation resolved.
    Text(SmolStr),
    /// `${expr}`.
    Interp(ExprId),
}

/// What a path literal is relative to. The text parts keep what is written, such as `./a/b.nix` or `../x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// To the directory of the file.
    Relative,
    /// To the root of the file system.
    Absolute,
    /// `~/x`; the parts hold what follows `~`.
    Home,
    /// `<nixpkgs/lib>`; one text part without the angle brackets.
    Search,
}

/// How a variable is found.
///
/// A frame is made by a lambda, a `let`, a recursive set and a `with`. `depth` counts frames outwards from the
/// variable (0 is the innermost), `slot` is the place in that frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VarRef {
    /// A lexical variable. Lexical variables win over every `with`.
    Local {
        /// Frames to go out.
        depth: u32,
        /// The slot in that frame.
        slot: u32,
    },
    /// One of [`crate::GLOBALS`]; those win over every `with`, too.
    Global,
    /// Found in one of the enclosing `with`s, at these depths, innermost first. Empty: undefined variable.
    With(Box<[u32]>),
}

/// The bindings of a set or a `let`.
///
/// Nested paths (`a.b = 1; a.c = 2;`) are merged already into nested sets. A recursive set and a `let` make one frame
/// whose slots are `entries` in order. Entries have distinct names; what was defined twice is a syntax error.
#[derive(Clone, Debug, PartialEq)]
pub struct Attrs {
    /// Do the values see the entries?
    pub recursive: bool,
    /// Bindings with a static name, in source order.
    pub entries: Box<[Entry]>,
    /// Bindings whose name is computed, in source order. In a recursive set their names and values see the frame.
    pub dynamic: Box<[DynamicEntry]>,
    /// The sources of `inherit (from) ...;`, each evaluated once. In a recursive set they see the frame.
    pub froms: Box<[ExprId]>,
}

/// A binding with a static name.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name.
    pub name: NameId,
    /// The key's node, an [`Expr::Key`]; for its position.
    pub key: ExprId,
    /// The value.
    pub value: EntryValue,
}

/// The value of a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryValue {
    /// `name = expr;`
    Expr(ExprId),
    /// `inherit name;`: a variable, resolved *outside* of the frame that a recursive set makes.
    Inherit(ExprId),
    /// `inherit (from) name;`: an index into [`Attrs::froms`].
    From(u32),
}

/// A binding whose name is computed: `${name} = value;`, `"a${b}" = value;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DynamicEntry {
    /// An expression that gives the name; null means that the binding is left out.
    pub name: ExprId,
    /// The value.
    pub value: ExprId,
}

/// A name in a select path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrName {
    /// A fixed name and its node (an [`Expr::Key`]).
    Static(NameId, ExprId),
    /// A computed name.
    Dynamic(ExprId),
}

/// The parameter of a lambda, which makes one frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// `x:`; slot 0. The node is an [`Expr::Key`].
    Name(NameId, ExprId),
    /// `{ a, b ? 1, ... } @ all:`; slots are the fields in order, then the alias.
    Pattern {
        /// The fields in source order.
        fields: Box<[PatternField]>,
        /// Was `...` written?
        ellipsis: bool,
        /// The name of the whole argument.
        alias: Option<NameId>,
    },
}

/// A field of a parameter pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternField {
    /// The name.
    pub name: NameId,
    /// Its node, an [`Expr::Key`].
    pub key: ExprId,
    /// `? default`, which sees the frame.
    pub default: Option<ExprId>,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Concat,
    Update,
    Add,
    Sub,
    Mul,
    Div,
    And,
    Or,
    Implies,
    Equal,
    NotEqual,
    Less,
    LessOrEq,
    More,
    MoreOrEq,
}
