# lib.trivial: small functions of no particular subject.
{ lib, prim }:
let
  inherit (builtins)
    elem
    filter
    foldl'
    isAttrs
    isInt
    toJSON
    trace
    ;

  # The digits of a number in some base, most significant first.
  toBaseDigits =
    base: n:
    let
      go = rest: digits: if rest < base then [ rest ] ++ digits else go (rest / base) ([ (mod rest base) ] ++ digits);
    in
    assert isInt base;
    assert isInt n;
    assert base >= 2;
    assert n >= 0;
    go n [ ];

  mod = base: int: base - (int * (base / int));

  warn =
    message: value:
    if !builtins.isString message && !(isAttrs message && message ? __toString) && !(isAttrs message && message ? outPath) then
      throw "lib.warn: the message must be a string"
    else
      builtins.warn message value;

  functionArgs =
    f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;

  isFunction = f: builtins.isFunction f || (f ? __functor && isFunction (f.__functor f));

  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };

  hexDigits = [ "0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "A" "B" "C" "D" "E" "F" ];
in
{
  inherit (builtins)
    pathExists
    readFile
    isBool
    isInt
    isFloat
    add
    sub
    lessThan
    seq
    deepSeq
    genericClosure
    mul
    div
    bitAnd
    bitOr
    bitXor
    ceil
    floor
    ;
  inherit
    mod
    toBaseDigits
    warn
    functionArgs
    isFunction
    setFunctionArgs
    ;
  inherit (prim) fromHexString;

  id = x: x;
  const = x: _: x;
  pipe = foldl' (value: f: f value);
  concat = x: y: x ++ y;
  "or" = x: y: x || y;
  and = x: y: x && y;
  xor = x: y: (!x) != (!y);
  bitNot = builtins.sub (-1);
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";
  mergeAttrs = x: y: x // y;
  flip = f: a: b: f b a;
  defaultTo = default: value: if value == null then default else value;
  mapNullable = f: value: if value == null then null else f value;

  release = prim.external "lib.trivial.release";
  version = prim.external "lib.version";
  nixpkgsVersion = prim.external "lib.version";
  codeName = prim.external "lib.trivial.codeName";
  versionSuffix = prim.external "lib.trivial.versionSuffix";
  revisionWithDefault = default: prim.external "lib.trivial.revision";
  oldestSupportedRelease = prim.external "lib.trivial.oldestSupportedRelease";
  oldestSupportedReleaseIsAtLeast = _: prim.external "lib.trivial.oldestSupportedRelease";
  isInOldestRelease = _: prim.external "lib.trivial.oldestSupportedRelease";
  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = prim.external "lib.trivial.inPureEvalMode";

  min = x: y: if x < y then x else y;
  max = x: y: if x > y then x else y;
  compare =
    a: b:
    if a < b then
      -1
    else if a > b then
      1
    else
      0;
  splitByAndCompare =
    p: yes: no: a: b:
    if p a then
      if p b then yes a b else -1
    else if p b then
      1
    else
      no a b;

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  warnIf = condition: message: if condition then warn message else (x: x);
  warnIfNot = condition: message: if condition then (x: x) else warn message;
  throwIf = condition: message: if condition then throw message else (x: x);
  throwIfNot = condition: message: if condition then (x: x) else throw message;
  info = message: trace "INFO: ${message}";
  showWarnings = warnings: value: foldl' (result: message: warn message result) value warnings;
  checkListOfEnum =
    message: valid: given: value:
    let
      unexpected = filter (x: !(elem x valid)) given;
      shown = prim.concatMapStringsSep ", " (x: "'${toString x}'");
    in
    if unexpected == [ ] then
      value
    else
      throw "${message}: ${shown unexpected} unexpected; valid ones: ${shown valid}";

  mirrorFunctionArgs =
    f:
    let
      args = functionArgs f;
    in
    g: setFunctionArgs g args;
  toFunction = v: if isFunction v then v else _: v;

  toHexString = n: builtins.concatStringsSep "" (map (builtins.elemAt hexDigits) (toBaseDigits 16 n));
}
