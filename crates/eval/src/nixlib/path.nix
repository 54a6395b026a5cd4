# lib.path
{ lib, prim }:
let
  inherit (builtins)
    concatStringsSep
    filter
    isPath
    isString
    length
    match
    split
    substring
    typeOf
    ;

  # Why a string is no subpath; null if it is one.
  refusal =
    value:
    if !isString value then
      "The given value is of type ${typeOf value}, but a string was expected"
    else if value == "" then
      "The given string is empty"
    else if substring 0 1 value == "/" then
      "The given string \"${value}\" starts with a `/`, representing an absolute path"
    else if match "(.*/)?\\.\\.(/.*)?" value != null then
      "The given string \"${value}\" contains a `..` component, which is not allowed in subpaths"
    else
      null;

  checked =
    name: value:
    if refusal value == null then value else throw "lib.path.${name}: Argument is not a valid subpath string:\n    ${refusal value}";

  components = text: filter (part: isString part && part != "" && part != ".") (split "/" text);
  joined = parts: if parts == [ ] then "./." else "./" + concatStringsSep "/" parts;

  pathParts =
    path:
    let
      text = toString path;
    in
    components text;

  isPrefixOf = a: b: lib.lists.take (length a) b == a;
  requirePath =
    name: which: value:
    if isPath value then value else throw "lib.path.${name}: The ${which} argument is of type ${typeOf value}, but a path was expected";

  storeParts = components builtins.storeDir;
in
{
  append =
    path: subpath:
    if !isPath path then
      throw "lib.path.append: The first argument is of type ${typeOf path}, but a path was expected"
    else if refusal subpath != null then
      throw "lib.path.append: Second argument is not a valid subpath string:\n    ${refusal subpath}"
    else
      path + ("/" + subpath);
  hasPrefix =
    prefix:
    let
      wanted = pathParts (requirePath "hasPrefix" "first" prefix);
    in
    path: isPrefixOf wanted (pathParts (requirePath "hasPrefix" "second" path));
  removePrefix =
    prefix:
    let
      wanted = pathParts (requirePath "removePrefix" "first" prefix);
    in
    path:
    let
      parts = pathParts (requirePath "removePrefix" "second" path);
    in
    if isPrefixOf wanted parts then
      joined (lib.lists.drop (length wanted) parts)
    else
      throw "lib.path.removePrefix: The first path argument \"${toString prefix}\" is not a component-wise prefix of the second path argument \"${toString path}\".";
  splitRoot =
    path:
    let
      parts = pathParts (requirePath "splitRoot" "first" path);
    in
    {
      root = /.;
      subpath = joined parts;
    };
  hasStorePathPrefix =
    path:
    let
      parts = pathParts (requirePath "hasStorePathPrefix" "first" path);
      name = builtins.elemAt parts (length storeParts);
    in
    isPrefixOf storeParts parts
    && length parts > length storeParts
    && match "[0-9a-z]{32}-.+" name != null;
  subpath = {
    isValid = value: refusal value == null;
    join =
      subpaths:
      joined (
        builtins.concatLists (
          prim.imap0 (
            at: value:
            if refusal value == null then
              components value
            else
              throw "lib.path.subpath.join: Element at index ${toString at} is not a valid subpath string:\n    ${refusal value}"
          ) subpaths
        )
      );
    components = value: components (checked "subpath.components" value);
    normalise = value: joined (components (checked "subpath.normalise" value));
  };
}
