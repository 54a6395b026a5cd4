# lib.customisation: packages that can be made again with other arguments.
{ lib, prim }:
let
  inherit (builtins)
    attrNames
    intersectAttrs
    isAttrs
    mapAttrs
    ;
  inherit (lib.trivial) functionArgs mirrorFunctionArgs setFunctionArgs;

  callPackageWith =
    autoArgs: fn: args:
    let
      f = if lib.trivial.isFunction fn then fn else import fn;
      wanted = functionArgs f;
      all = intersectAttrs wanted autoArgs // args;
      missing = builtins.filter (name: !wanted.${name} && !(all ? ${name})) (attrNames wanted);
    in
    if missing == [ ] then
      makeOverridable f all
    else
      abort "lib.customisation.callPackageWith: Function called without required argument \"${builtins.head missing}\"";

  # A function that is a set keeps its other attributes; what overrides it overrides this one too.
  makeOverridable =
    f:
    if isAttrs f then
      f
      // overridable f
      // (if f ? override then { override = new: makeOverridable (f.override new); } else { })
    else
      overridable f;

  overridable =
    f:
    mirrorFunctionArgs f (
      args:
      let
        result = f args;
        given = new: args // (if lib.trivial.isFunction new then new args else new);
        again = change: makeOverridable (mirrorFunctionArgs f (new: change (f new))) args;
        override = mirrorFunctionArgs f (new: makeOverridable f (given new));
      in
      if isAttrs result then
        result
        // {
          inherit override;
          overrideDerivation = change: again (drv: overrideDerivation drv change);
          ${if result ? overrideAttrs then "overrideAttrs" else null} =
            change: again (drv: drv.overrideAttrs change);
        }
      else if lib.trivial.isFunction result then
        setFunctionArgs result (functionArgs result) // { inherit override; }
      else
        result
    );

  overrideDerivation =
    drv: change:
    let
      old = drv.drvAttrs;
    in
    extendDerivation (drv.drvAttrs or { } ? name) (
      {
        meta = drv.meta or { };
        passthru = drv.passthru or { };
      }
      // (drv.passthru or { })
    ) (derivation (old // change drv));

  extendDerivation =
    condition: passthru: drv:
    let
      outputs = drv.outputs or [ "out" ];
      common = drv // builtins.listToAttrs outputSets // { all = map (output: output.value) outputSets; } // passthru;
      outputSets = map (name: {
        inherit name;
        value =
          common
          // {
            inherit (drv.${name}) type outputName;
            outputSpecified = true;
            drvPath =
              assert condition;
              drv.${name}.drvPath;
            outPath =
              assert condition;
              drv.${name}.outPath;
          }
          // passthru;
      }) outputs;
    in
    common
    // {
      drvPath =
        assert condition;
        drv.drvPath;
      outPath =
        assert condition;
        drv.outPath;
    };

  makeScopeWithSplicing' =
    {
      splicePackages,
      newScope,
    }:
    {
      otherSplices,
      keep ? (_: { }),
      extra ? (_: { }),
      f,
    }:
    let
      own = f self // {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
        overrideScope =
          overlay:
          makeScopeWithSplicing' { inherit splicePackages newScope; } {
            inherit otherSplices keep extra;
            f = lib.fixedPoints.extends overlay f;
          };
        packages = f;
      };
      self = own // keep own // extra own;
    in
    self;

  makeScope =
    newScope: f:
    let
      self = {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
      } // f self // {
        overrideScope = overlay: makeScope newScope (lib.fixedPoints.extends overlay f);
        packages = f;
      };
    in
    self;

  crossNames = [
    "buildBuild"
    "buildHost"
    "buildTarget"
    "hostHost"
    "hostTarget"
    "targetTarget"
  ];
  capitalised = name: prim.toUpper (builtins.substring 0 1 name) + builtins.substring 1 (-1) name;
  pick = f: builtins.listToAttrs (map f crossNames);
in
{
  inherit
    callPackageWith
    extendDerivation
    makeOverridable
    makeScope
    makeScopeWithSplicing'
    overrideDerivation
    ;
  callPackagesWith =
    autoArgs: fn: args:
    let
      f = if lib.trivial.isFunction fn then fn else import fn;
      all = intersectAttrs (functionArgs f) autoArgs // args;
      packages = f all;
    in
    if lib.attrsets.isDerivation packages then
      throw "callPackages: the function gives one package, not a set of packages; use callPackage"
    else
      mapAttrs (name: _: makeOverridable (mirrorFunctionArgs f (new: (f new).${name})) all) (removeAttrs packages [ "recurseForDerivations" ])
      // (if packages ? recurseForDerivations then { inherit (packages) recurseForDerivations; } else { });
  hydraJob =
    drv:
    if drv == null then
      null
    else
      { inherit (drv) name system meta outputs; type = "derivation"; }
      // builtins.listToAttrs (
        map (name: {
          inherit name;
          value = { inherit (drv.${name}) outPath type; };
        }) (drv.outputs or [ "out" ])
      );
  makeScopeWithSplicing =
    splicePackages: newScope: otherSplices: keep: extra: f:
    makeScopeWithSplicing' { inherit splicePackages newScope; } {
      inherit
        otherSplices
        keep
        extra
        f
        ;
    };
  extendMkDerivation =
    {
      constructDrv,
      excludeDrvArgNames ? [ ],
      excludeFunctionArgNames ? [ ],
      extendDrvArgs,
      inheritFunctionArgs ? true,
      transformDrv ? (x: x),
    }:
    let
      passed = args: removeAttrs args excludeDrvArgNames;
    in
    setFunctionArgs (
      fpargs:
      transformDrv (
        constructDrv (
          final:
          let
            args = if lib.trivial.isFunction fpargs then fpargs final else fpargs;
          in
          passed args // extendDrvArgs final args
        )
      )
    ) (
      removeAttrs (
        (if inheritFunctionArgs then functionArgs constructDrv else { })
        // functionArgs (extendDrvArgs { })
      ) excludeFunctionArgNames
    );
  renameCrossIndexFrom =
    prefix: x:
    pick (name: {
      inherit name;
      value = x."${prefix}${capitalised name}";
    });
  renameCrossIndexTo =
    prefix: x:
    pick (name: {
      name = "${prefix}${capitalised name}";
      value = x.${name};
    });
  mapCrossIndex =
    f: x:
    pick (name: {
      inherit name;
      value = f x.${name};
    });
}
