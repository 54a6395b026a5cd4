let
  json = ''{"a":[1,-2.5,1e3,true,false,null],"b":{"c":"x\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"},"a b":{}}'';
in
{
  fromJSON = builtins.fromJSON json;
  roundTrip = builtins.toJSON (builtins.fromJSON json);
  toJSON = map builtins.toJSON [ null true 1 1.5 1.0 100000.0 1.0e20 1.0e-7 0.1 "a\"\\\n\t" [ ] { } { b = 1; a = [ 2 ]; } ];
  special = builtins.toJSON { a = { outPath = "/x"; y = 1; }; b = { __toString = _: "s"; }; };
  toXML = builtins.toXML { a = [ 1 1.5 "<&\">" null true ]; f = x: x; g = { a, b ? 1, ... }@c: a; p = builtins.add; };
  fromTOML = builtins.fromTOML ''
    title = "t"
    [owner]
    name = "n" # comment
    list = [ 1, 2.5, true, "x" ]
    [[items]]
    a.b = 1
    [[items]]
    c = """
    two
    lines"""
  '';
  versions = map ({ a, b }: builtins.compareVersions a b) [
    { a = "1.0"; b = "1.0"; }
    { a = "1.0"; b = "1.10"; }
    { a = "1.0pre1"; b = "1.0"; }
    { a = "2.3a"; b = "2.3"; }
    { a = "2.3.1"; b = "2.3a"; }
    { a = "2.3pre1"; b = "2.3a"; }
    { a = ""; b = "1"; }
  ];
  split = map builtins.splitVersion [ "1.2.3" "1.2pre-3" "" "a..b" ];
  names = map builtins.parseDrvName [ "hello-1.2" "a-b-c" "x-2-y-3" "-1" "a-" ];
}
