# The module system's part of lib that is clearer in Nix. Written for nixpod-lint; every value made here is marked as
# not written by the user, so it never appears in a trail.
{ lib, natives, types, hm }:
let
  inherit (builtins) isAttrs isBool isFunction isList isString concatMap elemAt filter length head map mapAttrs;

  wrap = tag: priority: content: { _type = tag; inherit priority content; };

  literalExpression = text: { _type = "literalExpression"; inherit text; };

  isOption = value: isAttrs value && (value._type or null) == "option";
  isType = name: value: isAttrs value && (value._type or null) == name;

  mkOverride = wrap "override";
  mkOrder = wrap "order";
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOptionType = { name, description ? null, ... }@given: {
    _type = "option-type";
    check = _: true;
    descriptionClass = null;
    deprecationMessage = null;
    emptyValue = { };
    getSubOptions = _: { };
    nestedTypes = { };
    getSubModules = null;
    substSubModules = _: null;
  } // given // { description = if description == null then name else description; };
  mkOption = declaration: declaration // { _type = "option"; };

  showPath = lib.concatStringsSep ".";

  optionAt = path: options:
    builtins.foldl'
      (found: name: if found ? ${name} then found.${name} else throw "the option `${lib.concatStringsSep "." path}' does not exist")
      options
      path;

  # How a definition is wrapped, or "".
  kindOf = value: if isAttrs value then value._type or "" else "";

  # The values that a definition is in the end: without `mkMerge`, and without `mkIf` where its condition holds.
  dischargeProperties = definition:
    let kind = kindOf definition; in
    if kind == "merge" then concatMap dischargeProperties definition.contents
    else if kind == "if" then
      if !isBool definition.condition then throw "‘mkIf’ called with a non-Boolean condition"
      else if definition.condition then dischargeProperties definition.content
      else [ ]
    else [ definition ];

  # A set of definitions as sets without wrappers, of which each name has what was wrapped around the whole.
  pushDownProperties = definition:
    let
      kind = kindOf definition;
      below = wrapEach: map (set: if isAttrs set then mapAttrs (_: wrapEach) set else set) (pushDownProperties definition.content);
    in
    if kind == "merge" then concatMap pushDownProperties definition.contents
    else if kind == "if" then below (natives.mkIf definition.condition)
    else if kind == "override" then below (mkOverride definition.priority)
    else [ definition ];

  filterOverrides' = definitions:
    let
      isOverride = definition: kindOf definition.value == "override";
      priority = definition: if isOverride definition then definition.value.priority else 100;
      highestPrio = builtins.foldl' (best: definition: lib.min (priority definition) best) 9999 definitions;
      bare = definition: if isOverride definition then definition // { value = definition.value.content; } else definition;
    in
    { values = map bare (filter (definition: priority definition == highestPrio) definitions); inherit highestPrio; };

  sortProperties = definitions:
    let
      bare = definition:
        if kindOf definition.value == "order"
        then definition // { value = definition.value.content; inherit (definition.value) priority; }
        else definition;
    in
    builtins.sort (a: b: (a.priority or 1000) < (b.priority or 1000)) (map bare definitions);

  mergeDefinitions = location: type: definitions: rec {
    defsFinal' =
      let
        located = definition: value: if kindOf value == "definition" then value else { inherit (definition) file; inherit value; };
        filtered = filterOverrides' (concatMap (definition: map (located definition) (dischargeProperties definition.value)) definitions);
      in
      { values = sortProperties filtered.values; inherit (filtered) highestPrio; };
    defsFinal = defsFinal'.values;
    isDefined = defsFinal != [ ];
    mergedValue =
      if isDefined then
        if builtins.all (definition: type.check definition.value) defsFinal then type.merge location defsFinal
        else throw "A definition for option `${lib.showOption location}' is not of type `${type.description}'. Definition values:${lib.showDefs (filter (definition: !(type.check definition.value)) defsFinal)}"
      else type.emptyValue.value or (throw "The option `${lib.showOption location}' was accessed but has no value defined. Try setting the option.");
    optionalValue = if isDefined then { value = mergedValue; } else { };
    checkedAndMerged = { headError = null; value = mergedValue; valueMeta = { }; };
  };

  # What is shown for a value in documentation.
  renderOptionValue = value:
    if value ? _type && value ? text then value
    else literalExpression (lib.generators.toPretty { multiline = true; allowPrettyValues = true; } value);

  optionAttrSetToDocList' = _: options: concatMap
    (option:
      let
        name = lib.showOption option.loc;
        visible = option.visible or true;
        kind = option.type or { };
        # The default that a type gives by itself says nothing where the options inside are told by themselves.
        hasEmpty = (kind.emptyValue or { }) ? value && (kind.getSubModules or null) == null;
        inside = option.type.getSubOptions option.loc;
        told = {
          inherit name;
          inherit (option) loc;
          description = option.description or null;
          declarations = filter (file: file != unknownModule) option.declarations;
          internal = option.internal or false;
          visible = if isBool visible then visible else visible == "shallow";
          readOnly = option.readOnly or false;
          type = kind.description or "unspecified";
        }
        // lib.optionalAttrs (option ? example) { example = renderOptionValue option.example; }
        // lib.optionalAttrs (option ? defaultText || option ? default || hasEmpty) {
          default = renderOptionValue (option.defaultText or option.default or kind.emptyValue.value);
        }
        // lib.optionalAttrs ((option.relatedPackages or null) != null) { inherit (option) relatedPackages; };
      in
      [ told ] ++ lib.optionals (if isBool visible then visible else visible == "transparent")
        (if inside == { } then [ ] else optionAttrSetToDocList' option.loc inside))
    (lib.collect isOption options);

  unknownModule = "<unknown-file>";

  # Does the description of a type stand inside of another one as it is? Otherwise it is in parentheses.
  optionDescriptionPhrase = plain: type:
    if plain (type.descriptionClass or null) then type.description else "(${type.description})";

  numbers =
    let
      checked = test: says: types.addCheck types.number test // says;
    in
    {
      between = lowest: highest:
        if lowest > highest then throw "numbers.between: lowest must be smaller than highest"
        else checked (number: number >= lowest && number <= highest) {
          name = "numberBetween";
          description = "integer or floating point number between ${builtins.toJSON lowest} and ${builtins.toJSON highest} (both inclusive)";
        };
      nonnegative = checked (number: number >= 0) {
        name = "numberNonnegative";
        description = "nonnegative integer or floating point number, meaning >=0";
        descriptionClass = "nonRestrictiveClause";
      };
      positive = checked (number: number > 0) {
        name = "numberPositive";
        description = "positive integer or floating point number, meaning >0";
        descriptionClass = "nonRestrictiveClause";
      };
    };

  # Whatever can be written in a format such as JSON.
  serializableValueWith = { typeName, nullable ? true }:
    let
      inner = types.oneOf [ types.bool types.int types.float types.str types.path (types.attrsOf outer) (types.listOf outer) ];
      outer = (if nullable then types.nullOr inner else inner) // { description = "${typeName} value"; };
    in
    outer;

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
  # Home Manager's own functions, which it adds to lib.
  hm = hm // {
    dag = hm.dag // rec {
      entryBetween = before: after: data: { inherit data after before; };
      entryAnywhere = entryBetween [ ] [ ];
      entryAfter = entryBetween [ ];
      entryBefore = before: entryBetween before [ ];
    };
  };
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
    inherit isType numbers optionDescriptionPhrase serializableValueWith;
    json = serializableValueWith { typeName = "JSON"; };
    toml = serializableValueWith { typeName = "TOML"; nullable = false; };
    passwdEntry = entry: types.addCheck entry (text: !(lib.hasInfix ":" text || lib.hasInfix "\n" text)) // {
      name = "passwdEntry ${entry.name}";
      description = "${optionDescriptionPhrase (class: class == "noun") entry}, not containing newlines or colons";
      descriptionClass = "nonRestrictiveClause";
    };
    fileset = mkOptionType {
      name = "fileset";
      descriptionClass = "noun";
      check = lib.fileset.isFileset;
      merge = _: definitions: lib.fileset.unions (map (definition: definition.value) definitions);
      emptyValue.value = lib.fileset.empty;
    };
    optionDeclaration = mkOptionType {
      name = "optionDeclaration";
      description = "option declaration";
      descriptionClass = "noun";
      check = value: isOption value && !(value ? value);
    };
    inherit mkOptionType;
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
    else if builtins.all builtins.isInt values && builtins.all (value: value == head values) values then head values
    else throw "Cannot merge definitions of `${lib.showOption location}'. Definition values:${lib.showDefs definitions}";
  mergeOneOption = location: definitions:
    if length definitions == 1 then (head definitions).value
    else throw "The option `${lib.showOption location}' is defined multiple times while it's expected to be unique.";
  mergeUniqueOption = { message, merge ? null }: location: definitions:
    if length definitions == 1 then (head definitions).value
    else throw "The option `${lib.showOption location}' is defined multiple times while it's expected to be unique.\n${message}";
  mergeEqualOption = location: definitions:
    if builtins.all (definition: definition.value == (head definitions).value) definitions then (head definitions).value
    else throw "The option `${lib.showOption location}' has conflicting definition values";

  inherit mkOptionType;
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
  inherit dischargeProperties filterOverrides' mergeDefinitions pushDownProperties sortProperties;
  filterOverrides = definitions: (filterOverrides' definitions).values;
  # Of an option that is a set: by name, what its definitions are together, and how strong the strongest is.
  mergeAttrDefinitionsWithPrio = option:
    let
      located = definition: map (mapAttrs (_: value: definition // { inherit value; })) (pushDownProperties definition.value);
    in
    if option.type.name != "attrsOf" && option.type.name != "lazyAttrsOf" then throw "the option `${lib.showOption option.loc}' is not a set"
    else mapAttrs
      (name: definitions:
        let merging = mergeDefinitions (option.loc ++ [ name ]) option.type.nestedTypes.elemType definitions; in
        { value = merging.mergedValue; inherit (merging.defsFinal') highestPrio; })
      (lib.zipAttrs (concatMap located option.definitionsWithLocations));
  fixupOptionType = _: option: option;
  scrubOptionValue = value:
    if lib.isDerivation value then { type = "derivation"; drvPath = value.name; outPath = value.name; inherit (value) name; }
    else if isList value then map lib.scrubOptionValue value
    else if isAttrs value then mapAttrs (_: lib.scrubOptionValue) (removeAttrs value [ "_args" ])
    else value;
  inherit optionAttrSetToDocList' renderOptionValue unknownModule;
  optionAttrSetToDocList = optionAttrSetToDocList' [ ];
  mkTypedPackageOption = packages: name: mkOption { type = types.package; };
}
