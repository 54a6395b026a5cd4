{
  absolute = /a/b/../c/./d;
  root = /.;
  concat = /a + "/b";
  concatDots = /a/b + "/../c";
  toString = toString /a/b;
  interpolated = /a/${"b"}/c;
  types = map builtins.typeOf [ /a (/a + "/b") "${toString /a}" ];
  baseName = baseNameOf /a/b.nix;
  dir = [ (dirOf /a/b) (dirOf /a) (dirOf /.) ];
  equal = [ (/a/b == /a/./b) (/a == "/a") ];
  toPath = builtins.toPath "/a/../b";
}
