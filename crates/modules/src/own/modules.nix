# The module system's part of lib that is clearer in Nix. Written for nixpod-lint; every value made here is marked as
# not written by the user, so it never appears in a trail.
{ lib, natives, types, hm }:
let
  inherit (builtins) isAttrs isFunction isList isString elemAt length head map;

  wrap = tag: priority: content: { _type = tag; inherit priority content; };

  literalExpression = text: { _type = "literalExpression"; inherit text; };

  isOption = value: isAttrs value && (value._type or null) == "option";
  isType = name: value: isAttrs value && (value._type or null) == name;

  mkOverride = wrap "override";
  mkOrder = wrap "order";
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOption = declaration: declaration // { _type = "option"; };

  showPath = lib.concatStringsSep ".";

  optionAt = path: options:
    builtins.foldl'
      (found: name: if found ? ${name} then found.${name} else throw "the option `${lib.concatStringsSep "." path}' does not exist")
      options
      path;

  # Sets of files, as the lists of their paths.
  fileset =
    let
      isSet = value: isAttrs value && (value._type or null) == "fileset";
      make = files: { _type = "fileset"; inherit files; };
      filesOf = value:
        if isSet value then value.files
        else if builtins.readFileType value == "directory" then lib.filesystem.listFilesRecursive value
        else [ value ];
      within = set: let files = filesOf set; in file: builtins.elem file files;
    in
    {
      toList = filesOf;
      fileFilter = predicate: path: make (builtins.filter
        (file:
          let name = baseNameOf file; in
          predicate { inherit name; type = "regular"; hasExt = extension: lib.hasSuffix ".${extension}" name; })
        (filesOf path));
      union = a: b: make (lib.unique (filesOf a ++ filesOf b));
      unions = sets: make (lib.unique (builtins.concatMap filesOf sets));
      intersection = a: b: make (builtins.filter (within b) (filesOf a));
      difference = a: b: make (builtins.filter (file: !(within b file)) (filesOf a));
      maybeMissing = path: if builtins.pathExists path then path else make [ ];
      fromSource = source: make (filesOf (source.origSrc or source));
      toSource = { root, fileset }: builtins.path { path = root; name = "source"; filter = _: _: true; };
      trace = _: value: value;
      traceVal = value: value;
      traceValSeq = value: value;
    };

  definitionsOf = option: natives.mkIf (isOption option && option.isDefined) (mkMerge option.definitions);

  rename = { from, to, use, visible ? false, withPriority ? true, condition ? true, warn ? false }:
    { options, config, ... }:
    let
      old = optionAt from options;
      forwarded = mkMerge old.definitions;
    in
    {
      options = lib.setAttrByPath from (mkOption {
        inherit visible;
        description = "Alias of another option.";
        apply = _: use (lib.getAttrFromPath to config);
      });
      config = mkMerge [
        (if warn && options ? warnings then {
          warnings = natives.mkIf (condition && old.isDefined) [
            "The option `${showPath from}' defined in ${lib.showFiles old.files} has been renamed to `${showPath to}'."
          ];
        } else { })
        (natives.mkIf condition (natives.mkIf old.isDefined (
          lib.setAttrByPath to (if withPriority then mkOverride old.highestPrio forwarded else forwarded)
        )))
      ];
    };
in
{
  inherit (natives) mkIf evalModules;
  inherit fileset;
  # Home Manager's own functions, which it adds to lib.
  inherit hm;
  inherit isOption isType mkOverride mkOrder mkMerge mkOption;

  isOptionType = isType "option-type";
  setType = name: value: value // { _type = name; };

  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkImageMediaOverride = mkOverride 60;
  mkDefault = mkOverride 1000;
  mkOptionDefault = mkOverride 1500;
  defaultOverridePriority = 100;
  defaultPriority = 100;
  defaultOrderPriority = 1000;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkAssert = ok: message: content: if ok then content else throw "\nFailed assertion: ${message}";
  mkFixStrictness = content: content;
  mkStrict = content: content;
  mkDefinition = arguments: arguments // { _type = "definition"; };

  # Changes what a definition is in the end, below all that says when and how strongly it holds.
  mapDefinitionValue = change: definition:
    let
      recur = lib.modules.mapDefinitionValue change;
      inside = name: definition // { ${name} = recur definition.${name}; };
      kind = if isAttrs definition then definition._type or null else null;
    in
    if kind == "merge" then definition // { contents = map recur definition.contents; }
    else if kind == "if" || kind == "override" || kind == "order" then inside "content"
    else if kind == "definition" then inside "value"
    else change definition;

  types = types // {
    inherit isType;
    isOptionType = isType "option-type";
    setType = name: value: value // { _type = name; };
    # Two declarations of one option: what both allow of types without parts, and the values of both enumerations.
    mergeTypes = a: b:
      if a.name == "enum" && b.name == "enum" then types.either a b // { name = "enum"; }
      else if a.name == b.name && a.nestedTypes == { } && b.nestedTypes == { } then a
      else { _type = "merge-error"; error = "Cannot merge types"; };
  };

  mkEnableOption = name: mkOption {
    default = false;
    example = true;
    description = "Whether to enable ${toString name}.";
    type = types.bool;
  };

  mkPackageOption = packages: name: { nullable ? false, default ? name, example ? null, extraDescription ? "", pkgsText ? "pkgs" }:
    let
      names = if isList name then name else [ name ];
      path = if isList default then default else if default == null then [ ] else [ default ];
      namedIn = set: parts: lib.concatStringsSep "." ([ set ] ++ map lib.strings.escapeNixIdentifier parts);
    in
    mkOption ({
      type = if nullable then types.nullOr types.package else types.package;
      description = "The ${lib.last names} package to use.${if extraDescription == "" then "" else " ${extraDescription}"}";
    } // (if default == null then (if nullable then { default = null; } else { }) else {
      default = lib.getAttrFromPath path packages;
      defaultText = literalExpression (namedIn pkgsText path);
    }) // (if example == null then { } else {
      example = literalExpression (if isList example then namedIn pkgsText example else example);
    }));
  mkPackageOptionMD = packages: name: arguments: mkOption { type = types.package; };

  mkSinkUndeclaredOptions = attributes: mkOption ({ internal = true; visible = false; default = false; type = types.anything; } // attributes);

  inherit literalExpression;
  literalExample = text: { _type = "literalExpression"; inherit text; };
  literalMD = text: { _type = "literalMD"; inherit text; };
  literalDocBook = text: { _type = "literalMD"; inherit text; };
  mdDoc = text: text;

  # What stands for any name (`*`, `<name>`) is shown as it is.
  showOption = parts: lib.concatStringsSep "." (map (part: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*|[*]|<.*>" part != null then part else builtins.toJSON part) parts);
  showFiles = files: lib.concatStringsSep " and " (map (file: "`${file}'") files);
  showDefs = definitions: lib.concatStrings (map (definition: "\n- In `${definition.file}'") definitions);
  getFiles = map (definition: definition.file);
  getValues = map (definition: definition.value);

  mergeDefaultOption = location: definitions:
    let values = map (definition: definition.value) definitions; in
    if length values == 1 then head values
    else if builtins.all isFunction values then argument: lib.mergeDefaultOption location (map (value: { file = ""; value = value argument; }) values)
    else if builtins.all isList values then builtins.concatLists values
    else if builtins.all isAttrs values then builtins.foldl' (merged: value: merged // value) { } values
    else if builtins.all builtins.isBool values then builtins.any (value: value) values
    else if builtins.all isString values then lib.concatStrings values
    else throw "Cannot merge definitions of `${lib.showOption location}'.";
  mergeOneOption = location: definitions:
    if length definitions == 1 then (head definitions).value
    else throw "The option `${lib.showOption location}' is defined multiple times while it's expected to be unique.";
  mergeUniqueOption = { message, merge ? null }: location: definitions:
    if length definitions == 1 then (head definitions).value
    else throw "The option `${lib.showOption location}' is defined multiple times while it's expected to be unique.\n${message}";
  mergeEqualOption = location: definitions:
    if builtins.all (definition: definition.value == (head definitions).value) definitions then (head definitions).value
    else throw "The option `${lib.showOption location}' has conflicting definition values";

  mkOptionType = { name, ... }@description: { _type = "option-type"; description = name; check = _: true; nestedTypes = { }; getSubModules = null; } // description;
  defaultTypeMerge = _: _: null;

  mkAliasDefinitions = definitionsOf;
  mkAliasAndWrapDefinitions = wrapper: option: natives.mkIf (isOption option && option.isDefined) (wrapper (mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority = wrapper: option: natives.mkIf (isOption option && option.isDefined) (wrapper (mkOverride option.highestPrio (mkMerge option.definitions)));
  mkAliasIfDef = option: natives.mkIf (isOption option && option.isDefined);
  mkDerivedConfig = option: f: natives.mkIf option.isDefined (mkOverride option.highestPrio (f option.value));

  doRename = { from, to, visible ? false, use ? (value: value), withPriority ? true, condition ? true, warn ? false }: rename { inherit from to visible use withPriority condition warn; };
  mkRenamedOptionModule = from: to: rename { inherit from to; use = value: value; };
  mkRenamedOptionModuleWith = { from, to, sinceRelease ? null }: rename { inherit from to; use = value: value; };
  mkAliasOptionModule = from: to: rename { inherit from to; use = value: value; visible = true; };
  mkAliasOptionModuleMD = from: to: rename { inherit from to; use = value: value; visible = true; };
  mkRemovedOptionModule = path: reason: { options, ... }: {
    options = lib.setAttrByPath path (mkOption {
      visible = false;
      apply = _: throw "The option `${lib.concatStringsSep "." path}' can no longer be used since it's been removed. ${reason}";
    });
  };
  mkChangedOptionModule = from: to: change: { options, config, ... }:
    let old = optionAt from options; in
    {
      options = lib.setAttrByPath from (mkOption { visible = false; });
      config = natives.mkIf old.isDefined (lib.setAttrByPath to (mkOverride old.highestPrio (change config)));
    };
  mkMergedOptionModule = froms: to: change: { options, config, ... }: {
    options = builtins.foldl' lib.recursiveUpdate { } (map (path: lib.setAttrByPath path (mkOption { visible = false; default = "_mkMergedOptionModule"; })) froms);
    config = natives.mkIf (builtins.any (path: (optionAt path options).isDefined) froms) (lib.setAttrByPath to (change config));
  };
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importApply = file: arguments: import file arguments;
  setDefaultModuleLocation = file: module: { _file = file; imports = [ module ]; };
  compileModuleSystemSyntax = module: module;
  fixMergeModules = modules: args: natives.evalModules { inherit modules; specialArgs = args; };
  unifyModuleSyntax = _: _: module: module;
  filterOverrides = definitions: definitions;
  fixupOptionType = _: option: option;
  dischargeProperties = definition: [ definition ];
  scrubOptionValue = value: value;
  optionAttrSetToDocList = _: [ ];
  unknownModule = "<unknown-file>";
  mkTypedPackageOption = packages: name: mkOption { type = types.package; };
}
