let
  fix = f: let x = f x; in x;
  curried = a: b: { c, d ? c + 1, ... }@all: [ a b c d (all.e or "none") ];
in
{
  calls = [ (curried 1 2 { c = 3; }) (curried 1 2 { c = 3; d = 4; e = 5; }) ];
  fixed = (fix (self: { a = 1; b = self.a + 1; })).b;
  defaults = ({ a ? b, b ? 1 }: [ a b ]) { };
  defaultSeesArgument = ({ x, y ? x.z }@args: y) { x.z = 2; };
  partial = map (builtins.add 1) [ 1 2 ];
  printed = [ (x: x) builtins.add (builtins.add 1) throw ];
  recursion = (let fac = n: if n == 0 then 1 else n * fac (n - 1); in fac 20);
  mutual = let even = n: n == 0 || odd (n - 1); odd = n: n != 0 && even (n - 1); in [ (even 10) (odd 7) ];
  types = map builtins.typeOf [ 1 1.0 "" null true [ ] { } (x: x) /a ];
  checks = [ (builtins.isFunction builtins.add) (builtins.isAttrs { }) (builtins.isNull null) ];
  lazyArguments = (a: b: b) (throw "lazy") 1;
  caught = map (x: (builtins.tryEval x).success) [ (throw "a") (assert false; 1) 1 ];
  assertion = assert 1 == 1; "holds";
  sequence = [ (builtins.seq 1 2) (builtins.deepSeq { a = [ 1 ]; } 3) ];
  shared = let x = { a = [ 1 2 3 ]; }; in [ x x x.a [ ] [ ] { } { } ];
}
