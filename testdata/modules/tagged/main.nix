# attrTag, deferredModule, functionTo, uniq, separatedString, ints, path types and strMatching.
{ config, lib, ... }:
let inherit (lib) mkOption types;
    of = type: mkOption { inherit type; };
in {
  imports = [ { deferred = { x = 1; }; functions = n: [ n ]; sep = "a"; } { deferred = { lib, ... }: { y = lib.mkForce 2; }; functions = n: [ (n + 1) ]; sep = "b"; } ];
  options = {
    tag = of (types.attrTag { number = of types.int; text = of types.str; });
    tags = of (types.listOf (types.attrTag { number = of types.int; text = of types.str; }));
    deferred = of types.deferredModule;
    evaluated = of types.anything;
    functions = of (types.functionTo (types.listOf types.int));
    called = of types.anything;
    sep = of (types.separatedString "-");
    uniq = of (types.uniq types.str);
    small = of (types.ints.between 1 9);
    tooBig = of types.ints.u8;
    positive = of types.ints.positive;
    matching = of (types.strMatching "[a-z]+");
    notMatching = of (types.strMatching "[a-z]+");
    single = of types.singleLineStr;
    float = of types.float;
    number = of types.number;
    nonEmpty = of types.nonEmptyStr;
  };
  config = {
    tag.number = 1;
    tags = [ { text = "t"; } { number = 2; } ];
    evaluated = (lib.evalModules { modules = [ config.deferred { options.x = of types.int; options.y = of types.int; config.y = 5; } ]; }).config;
    called = config.functions 10;
    uniq = "u";
    small = 9;
    tooBig = 256;
    positive = 1;
    matching = "abc";
    notMatching = "ABC";
    single = "line\n";
    float = 1.5;
    number = 2;
    nonEmpty = "x";
  };
}
