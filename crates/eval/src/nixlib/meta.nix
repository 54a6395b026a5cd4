# lib.meta
{ lib, prim }:
let
  inherit (builtins) isString;

  addMetaAttrs =
    new: drv:
    if drv ? overrideAttrs then
      drv.overrideAttrs (old: { meta = (old.meta or { }) // new; })
    else
      drv // { meta = (drv.meta or { }) // new; };
  setName = name: drv: drv // { inherit name; };
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  hiPrio = setPrio (-10);

  platformMatch =
    platform: elem:
    let
      pattern = if isString elem then { system = elem; } else if elem ? parsed then elem else { parsed = elem; };
    in
    lib.attrsets.matchAttrs pattern platform;
in
{
  inherit
    addMetaAttrs
    hiPrio
    lowPrio
    platformMatch
    setName
    setPrio
    ;
  inherit (prim) getExe getExe';
  defaultPriority = 5;
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };
  updateName = f: drv: drv // { name = f drv.name; };
  appendToName =
    suffix:
    lib.meta.updateName (
      name:
      let
        parsed = builtins.parseDrvName name;
      in
      "${parsed.name}-${suffix}-${parsed.version}"
    );
  mapDerivationAttrset =
    f: set: builtins.mapAttrs (_: pkg: if lib.attrsets.isDerivation pkg then f pkg else pkg) set;
  lowPrioSet = set: lib.meta.mapDerivationAttrset lowPrio set;
  hiPrioSet = set: lib.meta.mapDerivationAttrset hiPrio set;
  availableOn =
    platform: pkg:
    pkg != null
    && (!(pkg ? meta.platforms) || builtins.any (platformMatch platform) pkg.meta.platforms)
    && builtins.all (elem: !platformMatch platform elem) (pkg.meta.badPlatforms or [ ]);
  getLicenseFromSpdxId = id: prim.external "lib.licenses by SPDX id";
  # What has other characters is nobody's identifier.
  getLicenseFromSpdxIdOr =
    id: default:
    if builtins.match "[A-Za-z0-9.+-]+" id == null then default else prim.external "lib.licenses by SPDX id";
  licensesSpdx = prim.external "lib.meta.licensesSpdx";
  cpeFullVersionWithVendor = vendor: version: {
    inherit vendor version;
    update = "*";
  };
}
