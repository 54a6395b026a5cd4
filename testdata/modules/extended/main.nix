# extendModules, options introspection, evalModules inside evalModules, types as functions of other evaluations.
{ lib }:
let
  inherit (lib) mkDefault mkForce mkOption types;
  base = lib.evalModules {
    modules = [
      { options.a = mkOption { type = types.int; default = 1; description = "A."; }; options.l = mkOption { type = types.listOf types.int; default = [ ]; }; }
      { l = [ 1 ]; }
    ];
  };
  more = base.extendModules { modules = [ { a = mkForce 5; l = [ 2 ]; } ]; };
  outer = lib.evalModules {
    modules = [
      { options.inner = mkOption { type = types.submoduleWith { modules = [ { options.q = mkOption { type = types.str; default = "q"; }; } ]; }; default = { }; }; }
      { inner.q = mkDefault "r"; }
    ];
  };
in {
  base = { inherit (base.config) a l; };
  more = { inherit (more.config) a l; };
  defined = { a = base.options.a.isDefined; l = more.options.l.isDefined; };
  declared = base.options.a.type.name;
  described = base.options.a.description;
  loc = more.options.l.loc;
  values = map (d: d.value) more.options.l.definitionsWithLocations;
  class = base ? _type || base ? type;
  inner = outer.config.inner.q;
}
