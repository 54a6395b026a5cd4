# lib.generators: values as text of other languages.
{ lib, prim }:
let
  inherit (builtins)
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    length
    mapAttrs
    replaceStrings
    split
    tail
    toJSON
    ;
  inherit (prim) concatMapStringsSep mapAttrsToList;
  inherit (lib.strings)
    concatMapStrings
    escape
    escapeNixIdentifier
    escapeXML
    floatToString
    ;
  inherit (lib.attrsets) isDerivation;

  mkValueStringDefault =
    { }:
    value:
    let
      refuse = kind: abort "generators.mkValueStringDefault: ${kind} not supported: ${toPretty { } value}";
    in
    if isInt value then
      toString value
    else if isDerivation value || isString value then
      toString value
    else if value == true then
      "true"
    else if value == false then
      "false"
    else if value == null then
      "null"
    else if isList value then
      refuse "lists"
    else if isAttrs value then
      refuse "attrsets"
    else if lib.trivial.isFunction value then
      refuse "functions"
    else if isFloat value then
      floatToString value
    else
      refuse "this value is";

  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    sep: key: value:
    "${escape [ sep ] key}${sep}${mkValueString value}";

  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    let
      line = key: value: indent + mkKeyValue key value + "\n";
      lines = if listsAsDuplicateKeys then key: value: map (line key) (if isList value then value else [ value ]) else key: value: [ (line key value) ];
    in
    set: concatStringsSep "" (builtins.concatLists (mapAttrsToList lines set));

  toINI =
    {
      mkSectionName ? (name: escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    let
      section = name: values: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values;
    in
    sections: concatStringsSep "\n" (mapAttrsToList section sections);

  # Sets below the first level become sections whose names are the path with dots.
  gitSections =
    value:
    let
      go =
        path: value:
        if isAttrs value && !isDerivation value then
          builtins.concatLists (mapAttrsToList (name: go (path ++ [ name ])) value)
        else
          let
            parents = lib.lists.init path;
            key = lib.lists.last path;
          in
          if parents == [ ] then
            [ { ${key} = value; } ]
          else
            [ { ${concatStringsSep "." parents}.${key} = value; } ];
    in
    builtins.foldl' prim.recursiveUpdate { } (go [ ] value);

  toPretty =
    {
      multiline ? true,
      allowPrettyValues ? false,
      indent ? "",
    }:
    let
      go =
        indent: value:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
        in
        if isInt value then
          toString value
        else if isFloat value then
          toJSON value
        else if isString value then
          let
            lines = filter (part: !isList part) (split "\n" value);
            escaped = map (replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
            last = lib.lists.last escaped;
          in
          if multiline && length lines > 1 then
            "''" + open + concatStringsSep open (lib.lists.init escaped) + (if last == "" then close else open + last) + "''"
          else
            "\"" + concatMapStringsSep "\\n" (escape [ "\\" "\"" "\${" ]) lines + "\""
        else if isBool value then
          lib.trivial.boolToString value
        else if value == null then
          "null"
        else if builtins.isPath value then
          toString value
        else if isList value then
          if value == [ ] then "[ ]" else "[" + open + concatMapStringsSep open (go (indent + "  ")) value + close + "]"
        else if lib.trivial.isFunction value then
          let
            args = lib.trivial.functionArgs value;
            shown = concatStringsSep ", " (mapAttrsToList (name: optional: if optional then name + "?" else name) args);
          in
          if args == { } then "<function>" else "<function, args: {${shown}}>"
        else if isAttrs value then
          if allowPrettyValues && value ? __pretty && value ? val then
            value.__pretty value.val
          else if value == { } then
            "{ }"
          else if value ? type && value.type == "derivation" then
            "<derivation ${value.name or "???"}>"
          else
            "{" + open + concatStringsSep open (mapAttrsToList (name: inner: "${escapeNixIdentifier name} = ${go (indent + "  ") inner};") value) + close + "}"
        else
          abort "generators.toPretty: should never happen (v = ${toString value})";
    in
    go indent;

  withRecursion =
    {
      depthLimit,
      throwOnDepthLimit ? true,
    }:
    assert isInt depthLimit;
    let
      special = [ "__functor" "__functionArgs" "__toString" "__pretty" ];
      limited =
        depth:
        if depth > depthLimit then
          if throwOnDepthLimit then
            throw "Exceeded maximum eval-depth limit of ${toString depthLimit} while trying to evaluate with `generators.withRecursion'!"
          else
            _: "<unevaluated>"
        else
          value: value;
      go =
        depth: value:
        let
          each = inner: go (depth + 1) (limited (depth + 1) inner);
        in
        if isAttrs value then
          mapAttrs (name: inner: if elem name special then inner else each inner) value
        else if isList value then
          map each value
        else
          limited (depth + 1) value;
    in
    go 0;

  toPlist =
    {
      escape ? false,
    }:
    value:
    let
      text = if escape then escapeXML else (x: x);
      element =
        indent: value:
        let
          inner = indent + "\t";
          wrap = tag: lines: "${indent}<${tag}>\n${lines}\n${indent}</${tag}>";
        in
        if value == null then
          ""
        else if isBool value then
          "${indent}<${lib.trivial.boolToString value}/>"
        else if isInt value then
          "${indent}<integer>${toString value}</integer>"
        else if isString value || builtins.isPath value then
          "${indent}<string>${text (toString value)}</string>"
        else if isList value then
          wrap "array" (concatMapStringsSep "\n" (element inner) value)
        else if isAttrs value then
          wrap "dict" (
            concatStringsSep "\n" (
              builtins.concatLists (
                mapAttrsToList (
                  name: v:
                  prim.optionals (v != null) [
                    "${inner}<key>${text name}</key>"
                    (element inner v)
                  ]
                ) value
              )
            )
          )
        else if isFloat value then
          "${indent}<real>${toString value}</real>"
        else
          abort "generators.toPlist: should never happen (v = ${toString value})";
      doctype = ''<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'';
    in
    ''<?xml version="1.0" encoding="UTF-8"?>'' + "\n${doctype}\n<plist version=\"1.0\">\n${element "" value}\n</plist>";

  toDhall =
    options: value:
    if isAttrs value then
      "{ ${concatStringsSep ", " (mapAttrsToList (name: inner: "${name} = ${toDhall options inner}") value)} }"
    else if isList value then
      "[ ${concatMapStringsSep ", " (toDhall options) value} ]"
    else if isInt value then
      "${if value < 0 then "" else "+"}${toString value}"
    else if isBool value then
      (if value then "True" else "False")
    else if lib.trivial.isFunction value then
      abort "generators.toDhall: cannot convert a function to Dhall"
    else if value == null then
      abort "generators.toDhall: cannot convert a null to Dhall"
    else
      toJSON value;

  toLua =
    {
      multiline ? true,
      indent ? "",
      asBindings ? false,
    }@args:
    value:
    let
      inside = "${indent}  ";
      open = if multiline then "\n${inside}" else " ";
      close = if multiline then "\n${indent}" else " ";
      inner =
        toLua (removeAttrs args [ "asBindings" ] // { indent = inside; });
      table = items: if items == [ ] then "{}" else "{${open}${concatStringsSep ",${open}" items}${close}}";
      bindings = set: concatMapStrings (name: "${indent}${luaName name} = ${toLua (args // { asBindings = false; }) set.${name}}\n") (builtins.attrNames set);
      luaName =
        name:
        if builtins.match "[a-zA-Z_][a-zA-Z0-9_]*(\\.[a-zA-Z_][a-zA-Z0-9_]*)*" name == null then
          throw "attribute \"${name}\" is not a valid Lua identifier"
        else
          name;
    in
    if asBindings then
      bindings value
    else if value == null then
      "nil"
    else if isInt value || isFloat value || isString value || isBool value then
      toJSON value
    else if builtins.isPath value || isDerivation value then
      toJSON "${value}"
    else if isList value then
      table (map inner value)
    else if isAttrs value then
      if value._type or null == "lua-inline" then
        "(${value.expr})"
      else
        table (mapAttrsToList (name: v: "[${toJSON name}] = ${inner v}") value)
    else
      abort "generators.toLua: type ${builtins.typeOf value} is unsupported";
in
{
  inherit
    mkKeyValueDefault
    mkValueStringDefault
    toDhall
    toINI
    toKeyValue
    toLua
    toPlist
    toPretty
    withRecursion
    ;
  toINIWithGlobalSection =
    {
      mkSectionName ? (name: escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    {
      globalSection,
      sections ? { },
    }:
    (if globalSection == { } then "" else toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } globalSection + "\n")
    + toINI { inherit mkSectionName mkKeyValue listsAsDuplicateKeys; } sections;
  toGitINI =
    let
      mkSectionName =
        name:
        let
          parts = prim.splitString "." name;
        in
        if prim.hasInfix "\"" name || tail parts == [ ] then
          name
        else
          "${head parts} \"${concatStringsSep "." (tail parts)}\"";
      quoted = value: "\"${replaceStrings [ "\n" "\t" "\"" "\\" ] [ "\\n" "\\t" "\\\"" "\\\\" ] value}\"";
      mkKeyValue =
        key: value:
        concatMapStringsSep "\n" (one: "\t" + mkKeyValueDefault { mkValueString = v: mkValueStringDefault { } (if isString v then quoted v else v); } " = " key one) (
          if isList value then value else [ value ]
        );
    in
    set: toINI { inherit mkSectionName mkKeyValue; } (gitSections set);
  mkDconfKeyValue = mkKeyValueDefault { mkValueString = value: toString (lib.gvariant.mkValue value); } "=";
  toDconfINI = toINI { mkKeyValue = lib.generators.mkDconfKeyValue; };
  mkLuaInline = expr: {
    _type = "lua-inline";
    inherit expr;
  };
  toJSON = { }: toJSON;
  toYAML = { }: toJSON;
}
