//! Random well-typed Nix expressions, built from a stream of choices so that proptest can shrink them.

/// Choices, all of them zero once the bytes are used up: zero always leads to a leaf.
pub(crate) struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    fresh: usize,
    /// Names in scope, by type.
    scope: Vec<(String, Type)>,
    /// Are fields of `input` used?
    input: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    Int,
    Bool,
    Text,
    /// A list of integers.
    Numbers,
    /// `{ a = int; b = text; c = numbers; }`
    Record,
}

/// The fields of `input`: name, type, a value.
pub(crate) const INPUTS: [(&str, Type, &str); 5] = [
    ("number", Type::Int, "3"),
    ("flag", Type::Bool, "true"),
    ("text", Type::Text, "\"ab\""),
    ("list", Type::Numbers, "[ 1 2 ]"),
    ("set", Type::Record, "{ a = 1; b = \"x\"; c = [ 7 ]; }"),
];

const TYPES: [Type; 5] = [Type::Int, Type::Bool, Type::Text, Type::Numbers, Type::Record];

/// An expression of a type.
pub(crate) fn expression(bytes: &[u8], input: bool) -> String {
    let mut choices = Choices {
        bytes: bytes.iter(),
        fresh: 0,
        scope: Vec::new(),
        input,
    };
    let wanted = TYPES[choices.next(TYPES.len())];
    choices.of(wanted, 0)
}

impl Choices<'_> {
    fn next(&mut self, options: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % options
    }

    fn name(&mut self) -> String {
        self.fresh += 1;
        format!("v{}", self.fresh)
    }

    fn within(&mut self, names: Vec<(String, Type)>, wanted: Type, depth: usize) -> String {
        let before = self.scope.len();
        self.scope.extend(names);
        let text = self.of(wanted, depth);
        self.scope.truncate(before);
        text
    }

    fn leaf(&mut self, wanted: Type) -> String {
        let bound: Vec<String> = self
            .scope
            .iter()
            .filter(|(_, kind)| *kind == wanted)
            .map(|(name, _)| name.clone())
            .collect();
        let pick = self.next(4);
        if pick > 1 && !bound.is_empty() {
            let at = self.next(bound.len());
            return bound[at].clone();
        }
        if pick == 1 && self.input {
            let name = INPUTS
                .iter()
                .find(|(_, kind, _)| *kind == wanted)
                .map_or("", |(name, ..)| name);
            return format!("input.{name}");
        }
        let at = self.next(4);
        match wanted {
            Type::Int => ["1", "0", "7", "(-2)"][at],
            Type::Bool => ["true", "false", "(1 < 2)", "(\"a\" == \"b\")"][at],
            Type::Text => ["\"a\"", "\"\"", "\"b-c\"", "''\n  two\n    lines\n''"][at],
            Type::Numbers => ["[ ]", "[ 1 ]", "[ 3 1 2 ]", "(builtins.genList (x: x) 3)"][at],
            Type::Record => [
                "{ a = 1; b = \"r\"; c = [ ]; }",
                "(rec { a = 2; b = toString a; c = [ a ]; })",
            ][at % 2],
        }
        .to_owned()
    }

    fn of(&mut self, wanted: Type, depth: usize) -> String {
        if depth > 5 {
            return self.leaf(wanted);
        }
        let deeper = depth + 1;
        let pick = self.next(16);
        match pick {
            0..=2 => self.leaf(wanted),
            3 => {
                let (condition, then, other) = (
                    self.of(Type::Bool, deeper),
                    self.of(wanted, deeper),
                    self.of(wanted, deeper),
                );
                format!("(if {condition} then {then} else {other})")
            }
            4 => {
                let kind = TYPES[self.next(TYPES.len())];
                let (name, value) = (self.name(), self.of(kind, deeper));
                let body = self.within(vec![(name.clone(), kind)], wanted, deeper);
                format!("(let {name} = {value}; in {body})")
            }
            5 => {
                let kind = TYPES[self.next(TYPES.len())];
                let name = self.name();
                let body = self.within(vec![(name.clone(), kind)], wanted, deeper);
                let argument = self.of(kind, deeper);
                format!("(({name}: {body}) {argument})")
            }
            6 => {
                let (a, b) = (self.name(), self.name());
                let default = self.of(Type::Int, deeper);
                let body = self.within(
                    vec![(a.clone(), Type::Text), (b.clone(), Type::Int)],
                    wanted,
                    deeper,
                );
                let argument = self.of(Type::Text, deeper);
                format!("(({{ {a}, {b} ? {default}, ... }}: {body}) {{ {a} = {argument}; other = 1; }})")
            }
            7 => {
                let (condition, body) = (self.of(Type::Bool, deeper), self.of(wanted, deeper));
                format!("(assert {condition}; {body})")
            }
            _ => self.operation(wanted, pick, deeper),
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table")]
    fn operation(&mut self, wanted: Type, pick: usize, depth: usize) -> String {
        match (wanted, pick % 8) {
            (Type::Int, 0) => self.two("({} + {})", Type::Int, Type::Int, depth),
            (Type::Int, 1) => self.two("({} - {})", Type::Int, Type::Int, depth),
            (Type::Int, 2) => self.one("({} / 3)", Type::Int, depth),
            (Type::Int, 3) => self.one("(builtins.length {})", Type::Numbers, depth),
            (Type::Int, 4) => self.one("{}.a", Type::Record, depth),
            (Type::Int, 5) => self.one("(builtins.stringLength {})", Type::Text, depth),
            (Type::Int, 6) => self.one("(builtins.foldl' (a: b: a + b) 0 {})", Type::Numbers, depth),
            (Type::Int, _) => self.two("(builtins.elemAt ({} ++ [ 5 ]) 0 - {})", Type::Numbers, Type::Int, depth),
            (Type::Bool, 0) => self.two("({} && {})", Type::Bool, Type::Bool, depth),
            (Type::Bool, 1) => self.two("({} || {})", Type::Bool, Type::Bool, depth),
            (Type::Bool, 2) => self.two("({} == {})", Type::Text, Type::Text, depth),
            (Type::Bool, 3) => self.two("({} < {})", Type::Int, Type::Int, depth),
            (Type::Bool, 4) => self.two("({} == {})", Type::Record, Type::Record, depth),
            (Type::Bool, 5) => self.one("({} ? b)", Type::Record, depth),
            (Type::Bool, 6) => self.two("(builtins.elem {} {})", Type::Int, Type::Numbers, depth),
            (Type::Bool, _) => self.one("(!{})", Type::Bool, depth),
            (Type::Text, 0) => self.two("({} + {})", Type::Text, Type::Text, depth),
            (Type::Text, 1) => self.two("\"<${{}}-${toString {}}>\"", Type::Text, Type::Int, depth),
            (Type::Text, 2) => self.one("{}.b", Type::Record, depth),
            (Type::Text, 3) => self.one("(builtins.toJSON {})", Type::Record, depth),
            // Older versions of Nix evaluate all replacements, so these cannot fail.
            (Type::Text, 4) => {
                self.one("(builtins.replaceStrings [ \"a\" \"b-\" ] [ \"zz\" \"\" ] {})", Type::Text, depth)
            }
            (Type::Text, 5) => self.one("(builtins.substring 1 2 {})", Type::Text, depth),
            (Type::Text, 6) => {
                self.one("(builtins.concatStringsSep \",\" (map toString {}))", Type::Numbers, depth)
            }
            (Type::Text, _) => {
                self.one("(builtins.head (builtins.split \"-\" {}))", Type::Text, depth)
            }
            (Type::Numbers, 0) => self.two("({} ++ {})", Type::Numbers, Type::Numbers, depth),
            (Type::Numbers, 1) => self.mapped("(map ({}: {}) {})", Type::Int, depth),
            (Type::Numbers, 2) => self.mapped("(builtins.filter ({}: {}) {})", Type::Bool, depth),
            (Type::Numbers, 3) => self.one("(builtins.sort builtins.lessThan {})", Type::Numbers, depth),
            (Type::Numbers, 4) => self.one("{}.c", Type::Record, depth),
            (Type::Numbers, 5) => self.two("[ {} {} ]", Type::Int, Type::Int, depth),
            (Type::Numbers, 6) => self.mapped("(builtins.concatMap ({}: {}) {})", Type::Numbers, depth),
            (Type::Numbers, _) => {
                self.one("(map (builtins.stringLength) (builtins.attrValues {{ x = {}; y = \"q\"; }}))", Type::Text, depth)
            }
            (Type::Record, 0) => self.two("({} // {})", Type::Record, Type::Record, depth),
            (Type::Record, 1) => self.two("({} // {{ a = {}; }})", Type::Record, Type::Int, depth),
            (Type::Record, 2) => self.two("(rec {{ a = {}; b = {}; c = [ a ]; }})", Type::Int, Type::Text, depth),
            (Type::Record, 3) => self.two(
                "(builtins.listToAttrs [ {{ name = \"a\"; value = {}; }} {{ name = \"b\"; value = {}; }} {{ name = \"c\"; value = [ 1 ]; }} ])",
                Type::Int,
                Type::Text,
                depth,
            ),
            (Type::Record, 4) => {
                self.two("(removeAttrs ({} // {{ extra = {}; }}) [ \"extra\" ])", Type::Record, Type::Int, depth)
            }
            (Type::Record, 5) => self.one("(builtins.mapAttrs (n: v: v) {})", Type::Record, depth),
            (Type::Record, 6) => self.two(
                "(builtins.intersectAttrs {{ a = 1; b = 1; c = 1; }} ({} // {{ c = {}; }}))",
                Type::Record,
                Type::Numbers,
                depth,
            ),
            (Type::Record, _) => self.one("(with {}; {{ inherit a b c; }})", Type::Record, depth),
        }
    }

    /// Puts expressions into the holes `{}` of a template; doubled braces are braces.
    fn fill(template: &str, parts: &[String]) -> String {
        let mut out = template.to_owned();
        for part in parts {
            let marked = part.replace('{', "\u{1}").replace('}', "\u{2}");
            out = out.replacen("{}", &marked, 1);
        }
        out.replace("{{", "{")
            .replace("}}", "}")
            .replace('\u{1}', "{")
            .replace('\u{2}', "}")
    }

    fn one(&mut self, template: &str, a: Type, depth: usize) -> String {
        let parts = [self.of(a, depth)];
        Self::fill(template, &parts)
    }

    fn two(&mut self, template: &str, a: Type, b: Type, depth: usize) -> String {
        let parts = [self.of(a, depth), self.of(b, depth)];
        Self::fill(template, &parts)
    }

    /// A function of one integer over a list.
    fn mapped(&mut self, template: &str, result: Type, depth: usize) -> String {
        let name = self.name();
        let body = self.within(vec![(name.clone(), Type::Int)], result, depth);
        let list = self.of(Type::Numbers, depth);
        Self::fill(template, &[name, body, list])
    }
}
