# lib.strings
{ lib, prim }:
let
  inherit (builtins)
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    isString
    length
    mapAttrs
    match
    replaceStrings
    split
    stringLength
    substring
    toJSON
    ;
  inherit (prim)
    concatMapStringsSep
    escapeShellArg
    hasPrefix
    hasSuffix
    mapAttrsToList
    removeSuffix
    splitString
    stringToCharacters
    toLower
    toUpper
    ;

  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  escape = list: replaceStrings list (map (c: "\\${c}") list);
  escapeNixString = text: escape [ "$" ] (toJSON text);
  optionalString = cond: string: if cond then string else "";
  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString =
    x:
    isStringLike x
    || elem (builtins.typeOf x) [
      "null"
      "int"
      "float"
      "bool"
    ]
    || (isList x && builtins.all isConvertibleWithToString x);

  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;

  makeSearchPath = dir: paths: concatStringsSep ":" (map (path: path + "/" + dir) (prim.present paths));
  makeSearchPathOutput = output: dir: pkgs: makeSearchPath dir (map (lib.attrsets.getOutput output) pkgs);

  toShellVar =
    name: value:
    let
      valid = isValidPosixName name;
    in
    if !valid then
      throw "toShellVar: ${name} is not a valid shell variable name"
    else if builtins.isAttrs value && !isStringLike value then
      "declare -A ${name}=(${
        concatStringsSep " " (mapAttrsToList (key: v: "[${escapeShellArg key}]=${escapeShellArg v}") value)
      })"
    else if isList value then
      "declare -a ${name}=(${concatMapStringsSep " " escapeShellArg value})"
    else
      "${name}=${escapeShellArg value}";

  # A whole number in decimal, perhaps with blanks around it.
  number = text: match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
  plainNumber = digits: match "-?(0|[1-9][0-9]*)" digits != null;

  toIntBase10 =
    text:
    let
      digits = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
      stripped = match "(-?)0*([0-9]+)" (head (number text));
      parsed = builtins.fromJSON (concatStrings stripped);
    in
    if number text == null || digits == null then
      throw "toIntBase10: Could not convert ${toJSON text} to int."
    else
      parsed;

  toInt =
    text:
    let
      digits = head (number text);
    in
    if number text == null then
      throw "toInt: Could not convert ${toJSON text} to int."
    else if plainNumber digits then
      builtins.fromJSON digits
    else
      throw "toInt: Ambiguity in interpretation of ${toJSON text} between octal and zero padded integer.";

  commonPrefixLength =
    a: b:
    let
      m = lib.trivial.min (stringLength a) (stringLength b);
      go = n: if n >= m || substring n 1 a != substring n 1 b then n else go (n + 1);
    in
    go 0;
  commonSuffixLength =
    a: b:
    let
      la = stringLength a;
      lb = stringLength b;
      m = lib.trivial.min la lb;
      go = n: if n >= m || substring (la - n - 1) 1 a != substring (lb - n - 1) 1 b then n else go (n + 1);
    in
    go 0;

  cmakeOptionType =
    type: feature: value:
    if !elem (toUpper type) [ "BOOL" "STRING" "PATH" "FILEPATH" "INTERNAL" "STATIC" ] then
      throw "lib.strings.cmakeOptionType: unknown type ${type}"
    else if !isString feature || !isString value then
      throw "lib.strings.cmakeOptionType: the feature and the value must be strings"
    else
      "-D${feature}:${toUpper type}=${value}";
  mesonOption =
    feature: value:
    if isString feature && isString value then "-D${feature}=${value}" else throw "lib.strings.mesonOption: expected strings";

  enableFeature =
    flag: feature:
    if !builtins.isBool flag || !isString feature then
      throw "lib.strings.enableFeature: expected a Boolean and a string"
    else
      "--${if flag then "enable" else "disable"}-${feature}";
  withFeature =
    flag: feature:
    if !isString feature then throw "lib.strings.withFeature: expected a string" else "--${if flag then "with" else "without"}-${feature}";

  fixedWidthString =
    width: filler: text:
    let
      missing = width - stringLength text;
    in
    if missing < 0 then
      throw "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString (stringLength text)})"
    else
      # The filler is one character as a rule; a longer one is cut to fit.
      substring 0 missing (concatStrings (genList (_: filler) missing)) + text;

  trimWith =
    {
      start ? false,
      end ? false,
    }:
    prim.trim start end;
in
{
  inherit (builtins)
    compareVersions
    elem
    elemAt
    filter
    fromJSON
    genList
    head
    isAttrs
    isInt
    isList
    isPath
    isString
    match
    parseDrvName
    readFile
    replaceStrings
    split
    storeDir
    stringLength
    substring
    tail
    toJSON
    typeOf
    unsafeDiscardStringContext
    appendContext
    concatStringsSep
    ;
  inherit (prim)
    concatMapStringsSep
    escapeShellArg
    hasInfix
    hasPrefix
    hasSuffix
    removePrefix
    removeSuffix
    splitString
    stringToCharacters
    toLower
    toUpper
    ;
  inherit
    cmakeOptionType
    commonPrefixLength
    commonSuffixLength
    concatMapStrings
    concatStrings
    enableFeature
    escape
    escapeNixString
    fixedWidthString
    isConvertibleWithToString
    isStringLike
    isValidPosixName
    lowerChars
    makeSearchPath
    makeSearchPathOutput
    mesonOption
    optionalString
    toInt
    toIntBase10
    toShellVar
    trimWith
    upperChars
    withFeature
    ;

  join = concatStringsSep;
  concatImapStrings = f: list: concatStrings (prim.imap1 f list);
  concatImapStringsSep = sep: f: list: concatStringsSep sep (prim.imap1 f list);
  concatMapAttrsStringSep = sep: f: set: concatStringsSep sep (mapAttrsToList f set);
  concatLines = concatMapStrings (line: line + "\n");
  intersperse =
    sep: list:
    if length list < 2 then
      list
    else
      [ (head list) ]
      ++ builtins.concatMap (x: [
        sep
        x
      ]) (builtins.tail list);
  replicate = n: text: concatStrings (genList (_: text) n);
  replaceString = from: to: replaceStrings [ from ] [ to ];
  trim = prim.trim true true;
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";
  normalizePath = path: prim.normalizePath path;
  stringAsChars = f: text: concatStrings (map f (stringToCharacters text));
  charToInt = prim.charToInt;
  escapeC =
    list: replaceStrings list (map (c: "\\x${fixedWidthString 2 "0" (toLower (lib.trivial.toHexString (prim.charToInt c)))}") list);
  escapeURL = prim.escapeURL;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  toShellVars = vars: concatStringsSep "\n" (mapAttrsToList toShellVar vars);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeNixIdentifier = text: if prim.isNixIdentifier text then text else escapeNixString text;
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  toSentenceCase =
    text:
    if !isString text then
      throw "toSentenceCase does only accepts string values, but got ${builtins.typeOf text}"
    else
      toUpper (substring 0 1 text) + toLower (substring 1 (stringLength text) text);
  toCamelCase =
    text:
    if !isString text then
      throw "toCamelCase does only accepts string values, but got ${builtins.typeOf text}"
    else
      prim.toCamelCase text;
  addContextFrom = source: target: substring 0 0 source + target;
  splitStringBy =
    pred: keep: text:
    let
      len = stringLength text;
      step =
        state: at:
        let
          current = substring at 1 text;
          before = if at == 0 then "" else substring (at - 1) 1 text;
        in
        if at != 0 && pred before current || at == 0 && pred "" current then
          {
            done = state.done ++ [ state.open ];
            open = if keep then current else "";
          }
        else
          {
            inherit (state) done;
            open = state.open + current;
          };
      final = foldl' step {
        done = [ ];
        open = "";
      } (genList (n: n) len);
    in
    if text == "" then [ "" ] else final.done ++ [ final.open ];
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: builtins.compareVersions b a != 1;
  getName =
    x:
    let
      parse = drv: (builtins.parseDrvName drv).name;
    in
    if isString x then parse x else x.pname or (parse x.name);
  getVersion =
    x:
    let
      parse = drv: (builtins.parseDrvName drv).version;
    in
    if isString x then parse x else x.version or (parse x.name);
  nameFromURL =
    url: sep:
    let
      file = lib.lists.last (splitString "/" url);
      name = head (splitString sep file);
    in
    if name == file then throw "nameFromURL: the URL ${url} does not contain '${sep}'" else name;
  cmakeBool =
    feature: flag:
    if builtins.isBool flag then
      cmakeOptionType "bool" feature (if flag then "TRUE" else "FALSE")
    else
      throw "lib.strings.cmakeBool: expected a Boolean";
  cmakeFeature = feature: value: cmakeOptionType "string" feature value;
  mesonBool = feature: flag: mesonOption feature (lib.trivial.boolToString flag);
  mesonEnable = feature: flag: mesonOption feature (if flag then "enabled" else "disabled");
  enableFeatureAs = flag: feature: value: enableFeature flag feature + optionalString flag "=${value}";
  withFeatureAs = flag: feature: value: withFeature flag feature + optionalString flag "=${value}";
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  floatToString =
    float:
    let
      text = toString float;
      exact = builtins.fromJSON text;
    in
    if exact == float then text else builtins.trace "Imprecise conversion from float to string ${text}" text;
  isStorePath = prim.isStorePath;
  fileContents = file: removeSuffix "\n" (builtins.readFile file);
  sanitizeDerivationName = prim.sanitizeDerivationName;
  levenshtein = prim.levenshtein;
  levenshteinAtMost = k: a: b: prim.levenshtein a b <= k;
}
