# The small namespaces: one set per name.
{ lib, prim }:
let
  inherit (builtins) elem elemAt head tail;


  tristate = value: {
    tristate = value;
    optional = false;
  };

  source = shortName: isSource: { inherit shortName isSource; };

  # ----- lib.misc

  checkFlag =
    set: name:
    if name == "true" then
      true
    else if name == "false" then
      false
    else
      elem name (set.flags or [ ]) || (set.${name} or false);
  getValue =
    set: defaults: name:
    set.${name} or (
      let
        given = builtins.filter (pair: head pair == name) defaults;
      in
      if checkFlag set name then
        true
      else if given == [ ] then
        null
      else
        elemAt (head given) 1
    );
  mergeAttrsWithFunc =
    f: a: b:
    let
      # The second set's value stands in for what only it has.
      both = b // a;
    in
    both // builtins.mapAttrs (name: value: f both.${name} value) b;
  maybeAttr = name: default: set: set.${name} or default;

  # Dependencies and theirs in turn, by store path.
  closePropagation =
    packages:
    map (item: item.val) (
      builtins.genericClosure {
        startSet = builtins.concatMap keyed packages;
        operator =
          item:
          builtins.concatMap keyed (
            (item.val.propagatedBuildInputs or [ ]) ++ (item.val.propagatedNativeBuildInputs or [ ])
          );
      }
    );
  keyed =
    package:
    if package != null && builtins.isAttrs package then
      [
        {
          key = package.outPath;
          val = package;
        }
      ]
    else
      [ ];

  # ----- lib.stringsWithDeps

  textClosureList =
    predefined:
    let
      go =
        done: names:
        if names == [ ] then
          {
            inherit done;
            result = [ ];
          }
        else
          let
            entry = head names;
            name = if builtins.isAttrs entry then null else entry;
            step = if name == null then entry else predefined.${name} or (throw "the step '${name}' is not defined");
            before = go (if name == null then done else done // { ${name} = 1; }) (step.deps or [ ]);
            after = go before.done (tail names);
          in
          if name != null && done ? ${name} then
            go done (tail names)
          else
            {
              result = before.result ++ [ (if builtins.isString step then step else step.text) ] ++ after.result;
              inherit (after) done;
            };
    in
    names: (go { } names).result;
  fullDepEntry = text: deps: { inherit text deps; };

  # ----- lib.network

  hextets =
    text:
    let
      parts = prim.splitString "::" text;
      words = part: if part == "" then [ ] else prim.splitString ":" part;
      left = words (head parts);
      right = if tail parts == [ ] then [ ] else words (elemAt parts 1);
      gap = 8 - builtins.length left - builtins.length right;
      number = word: if builtins.match "[0-9A-Fa-f]{1,4}" word == null then throw "\"${text}\" is not a valid IPv6 address" else lib.trivial.fromHexString word;
    in
    if builtins.length parts > 2 || gap < 0 || (tail parts == [ ] && gap != 0) then
      throw "\"${text}\" is not a valid IPv6 address"
    else
      map number (left ++ lib.lists.replicate gap "0" ++ right);
  hex = n: prim.toLower (lib.trivial.toHexString n);
in
{
  kernel = {
    option = value: value // { optional = true; };
    yes = tristate "y";
    no = tristate "n";
    module = tristate "m";
    unset = tristate null;
    freeform = value: {
      freeform = value;
      optional = false;
    };
    whenHelpers =
      version:
      let
        inherit (lib.strings) versionAtLeast versionOlder;
      in
      {
        whenAtLeast = low: lib.mkIf (versionAtLeast version low);
        whenOlder = high: lib.mkIf (versionOlder version high);
        whenBetween = low: high: lib.mkIf (versionAtLeast version low && versionOlder version high);
      };
  };

  sourceTypes = {
    fromSource = source "fromSource" true;
    binaryNativeCode = source "binaryNativeCode" false;
    binaryBytecode = source "binaryBytecode" false;
    binaryFirmware = source "binaryFirmware" false;
    obfuscatedCode = source "obfuscatedCode" false;
  };

  fetchers = {
    proxyImpureEnvVars = [
      "http_proxy"
      "https_proxy"
      "ftp_proxy"
      "all_proxy"
      "no_proxy"
      "HTTP_PROXY"
      "HTTPS_PROXY"
      "FTP_PROXY"
      "ALL_PROXY"
      "NO_PROXY"
      "NIX_SSL_CERT_FILE"
    ];
  };

  flakes = {
    inherit (builtins) parseFlakeRef flakeRefToString;
  };

  stringsWithDeps = {
    inherit textClosureList fullDepEntry;
    textClosureMap = f: predefined: names: builtins.concatStringsSep "\n" (map f (textClosureList predefined names));
    noDepEntry = text: fullDepEntry text [ ];
    packEntry = fullDepEntry "";
    stringAfter = deps: text: { inherit text deps; };
  };

  network.ipv6 = {
    fromString =
      address:
      let
        parts = prim.splitString "/" address;
        prefixLength = if tail parts == [ ] then 128 else lib.strings.toInt (elemAt parts 1);
      in
      if builtins.length parts > 2 || prefixLength < 1 || prefixLength > 128 then
        throw "\"${address}\" is not a valid IPv6 address"
      else
        {
          address = prim.concatMapStringsSep ":" hex (hextets (head parts));
          inherit prefixLength;
        };
    mkEUI64Suffix =
      mac:
      let
        octet = "([0-9A-Fa-f]{2})";
        found = builtins.match (builtins.concatStringsSep "[-:.]?" (lib.lists.replicate 6 octet)) mac;
        octets = if found == null then throw "\"${mac}\" is not a valid MAC address (expected 6 octets of hex digits)" else found;
        at = elemAt octets;
        # The bit that tells universal from local addresses is inverted.
        first = builtins.bitXor 512 (lib.trivial.fromHexString (at 0 + at 1));
      in
      prim.toLower "${lib.trivial.toHexString first}:${at 2}ff:fe${at 3}:${at 4}${at 5}";
  };

  misc = {
    inherit
      checkFlag
      closePropagation
      getValue
      maybeAttr
      mergeAttrsWithFunc
      ;
    closePropagationFast = closePropagation;
    closePropagationSlow = closePropagation;
    maybeAttrNullable = maybeAttr;
    maybeEnv =
      name: default:
      let
        value = builtins.getEnv name;
      in
      if value == "" then default else value;
    defaultMergeArg = default: given: given // { x = default // given; };
    defaultMerge = default: given: default // given;
    ifEnable =
      condition: value:
      if condition then
        value
      else if builtins.isList value then
        [ ]
      else if builtins.isAttrs value then
        { }
      else if builtins.isBool value then
        false
      else
        null;
    checkReqs =
      set: defaults: conditions:
      builtins.all (
        condition:
        checkFlag set (head condition)
        -> builtins.all (
          name:
          let
            value = getValue set defaults name;
          in
          value != null && value != false
        ) (tail condition)
      ) conditions;
    uniqList =
      {
        inputList,
        acc ? [ ],
      }:
      builtins.filter (x: !elem x acc) (prim.unique inputList);
    nvs = name: value: builtins.listToAttrs [ { inherit name value; } ];
    setAttr = set: name: value: set // { ${name} = value; };
    setAttrMerge =
      name: default: set: f:
      set // { ${name} = f (set.${name} or default); };
    mergeAttrsConcatenateValues = mergeAttrsWithFunc (a: b: a ++ b);
    mergeAttrsNoOverride =
      {
        mergeLists ? [ "buildInputs" "propagatedBuildInputs" ],
        overrideSnd ? [ "buildPhase" ],
      }:
      a: b:
      builtins.foldl' (
        result: name:
        result
        // {
          ${name} =
            if !(a ? ${name}) then
              b.${name}
            else if elem name mergeLists then
              a.${name} ++ b.${name}
            else if elem name overrideSnd then
              b.${name}
            else
              throw "duplicate attribute ${name}";
        }
      ) a (builtins.attrNames b);
    fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    fakeSha512 = builtins.concatStringsSep "" (builtins.genList (_: "0") 128);
    nixType =
      value:
      if builtins.isAttrs value then
        if value ? _type then value._type else "attrs"
      else if builtins.isFunction value then
        "function"
      else if builtins.isFloat value then
        "string"
      else
        builtins.typeOf value;
    imap = prim.imap1;
  };

  # What most of these names stand for changes from release to release and is metadata; the names say enough. What can
  # be computed with licences is written out, and those that nobody will ever change.
  licenses =
    let
      simple =
        shortName: { free ? true, redistributable ? free, spdxId ? null, fullName }:
        { inherit shortName free redistributable fullName; deprecated = false; licenseType = "simple"; }
        // (if spdxId == null then { } else { inherit spdxId; url = "https://spdx.org/licenses/${spdxId}.html"; });
      test =
        one: permissive:
        let
          recur = test one permissive;
          # `permissive` says what a choice needs: one that passes, or all.
          some = if permissive then builtins.any else builtins.all;
          every = if permissive then builtins.all else builtins.any;
        in
        license:
        {
          simple = one license;
          compound = (if license.operator == "OR" then some else every) recur license.licenses;
          exception = recur license.license && recur license.exception;
          plus = recur license.license;
        }.${license.licenseType};
      named = name: permissive: test (license: license.${name}) permissive;
      spdx =
        license:
        let
          inner =
            part:
            if part.licenseType == "compound" || part.licenseType == "exception" then "(${spdx part})" else spdx part;
        in
        {
          simple = license.spdxId or "LicenseRef-nixos-${license.shortName}";
          compound = builtins.concatStringsSep " ${license.operator} " (map inner license.licenses);
          exception = "${inner license.license} WITH ${inner license.exception}";
          plus = "${inner license.license}+";
        }.${license.licenseType};
    in
    prim.externalSet "lib.licenses"
    // builtins.mapAttrs simple {
      mit = { spdxId = "MIT"; fullName = "MIT License"; };
      asl20 = { spdxId = "Apache-2.0"; fullName = "Apache License 2.0"; };
      llvm-exception = { spdxId = "LLVM-exception"; fullName = "LLVM Exception"; };
      isc = { spdxId = "ISC"; fullName = "ISC License"; };
      mpl20 = { spdxId = "MPL-2.0"; fullName = "Mozilla Public License 2.0"; };
      eupl11 = { spdxId = "EUPL-1.1"; fullName = "European Union Public License 1.1"; };
      free = { fullName = "Unspecified free software license"; };
      unfree = { free = false; fullName = "Unfree"; };
      unfreeRedistributable = { free = false; redistributable = true; fullName = "Unfree redistributable"; };
    }
    // {
      OR = licenses: { licenseType = "compound"; operator = "OR"; inherit licenses; };
      AND = licenses: { licenseType = "compound"; operator = "AND"; inherit licenses; };
      WITH = license: exception: { licenseType = "exception"; operator = "WITH"; inherit license exception; };
      PLUS = license: { licenseType = "plus"; operator = "+"; inherit license; };
      evaluateProperty = test;
      evaluateNamedProperty = named;
      isFree = named "free" true;
      isRedistributable = named "redistributable" true;
      containsLicenses = wanted: test (license: builtins.elem license wanted) false;
      toSPDX = spdx;
    };
  maintainers = prim.externalSet "lib.maintainers";
  teams = prim.externalSet "lib.teams";
  platforms = prim.externalSet "lib.platforms";
  systems = prim.systems;
}
