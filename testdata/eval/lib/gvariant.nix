# Cases for lib.gvariant, made from arguments.txt. What they give with nixpkgs' own lib is in gvariant.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "mkValue" = [
    (try (toString (lib.gvariant.mkValue "x")))
    (try (toString (lib.gvariant.mkValue 1.5)))
    (try (toString (lib.gvariant.mkValue [ "a" "b" ])))
    (try (toString (lib.gvariant.mkValue [ (lib.gvariant.mkDictionaryEntry "k" "v") ])))
    (try (toString (lib.gvariant.mkValue (lib.gvariant.mkInt32 4))))
    (try (toString (lib.gvariant.mkValue true)))
  ];
  "mkVariant" = [
    (try (toString (lib.gvariant.mkVariant "x")))
    (try (toString (lib.gvariant.mkVariant 1.5)))
    (try (toString (lib.gvariant.mkVariant [ "a" "b" ])))
    (try (toString (lib.gvariant.mkVariant [ (lib.gvariant.mkDictionaryEntry "k" "v") ])))
    (try (toString (lib.gvariant.mkVariant (lib.gvariant.mkInt32 4))))
    (try (toString (lib.gvariant.mkVariant true)))
  ];
  "mkJust" = [
    (try (toString (lib.gvariant.mkJust "x")))
    (try (toString (lib.gvariant.mkJust 1.5)))
    (try (toString (lib.gvariant.mkJust [ "a" "b" ])))
    (try (toString (lib.gvariant.mkJust [ (lib.gvariant.mkDictionaryEntry "k" "v") ])))
    (try (toString (lib.gvariant.mkJust (lib.gvariant.mkInt32 4))))
    (try (toString (lib.gvariant.mkJust true)))
  ];
  "isGVariant" = [
    (try (lib.gvariant.isGVariant 1))
    (try (lib.gvariant.isGVariant { }))
    (try (lib.gvariant.isGVariant (lib.gvariant.mkInt32 1)))
    (try (lib.gvariant.isGVariant { _type = "gvariant"; }))
  ];
  "mkArray" = [
    (try (toString (lib.gvariant.mkArray [ 1 2 ])))
    (try (toString (lib.gvariant.mkArray [ "a" "b'" ])))
    (try (toString (lib.gvariant.mkArray [ ])))
    (try (toString (lib.gvariant.mkArray [ 1 "a" ])))
  ];
  "mkBoolean" = [
    (try (toString (lib.gvariant.mkBoolean true)))
    (try (toString (lib.gvariant.mkBoolean false)))
  ];
  "mkDictionaryEntry" = [
    (try (toString (lib.gvariant.mkDictionaryEntry "a" 1)))
    (try (toString (lib.gvariant.mkDictionaryEntry 1 [ "x" ])))
  ];
  "mkDouble" = [
    (try (toString (lib.gvariant.mkDouble 1.5)))
    (try (toString (lib.gvariant.mkDouble 100.25)))
  ];
  "mkEmptyArray" = [
    (try (toString (lib.gvariant.mkEmptyArray lib.gvariant.type.string)))
    (try (toString (lib.gvariant.mkEmptyArray "i")))
  ];
  "mkInt16" = [
    (try (toString (lib.gvariant.mkInt16 5)))
  ];
  "mkInt32" = [
    (try (toString (lib.gvariant.mkInt32 (-5))))
  ];
  "mkInt64" = [
    (try (toString (lib.gvariant.mkInt64 5)))
  ];
  "mkUchar" = [
    (try (toString (lib.gvariant.mkUchar 5)))
  ];
  "mkUint16" = [
    (try (toString (lib.gvariant.mkUint16 5)))
  ];
  "mkUint32" = [
    (try (toString (lib.gvariant.mkUint32 5)))
  ];
  "mkUint64" = [
    (try (toString (lib.gvariant.mkUint64 5)))
  ];
  "mkMaybe" = [
    (try (toString (lib.gvariant.mkMaybe "i" null)))
    (try (toString (lib.gvariant.mkMaybe "s" (lib.gvariant.mkString "x"))))
  ];
  "mkNothing" = [
    (try (toString (lib.gvariant.mkNothing "i")))
  ];
  "mkObjectpath" = [
    (try (toString (lib.gvariant.mkObjectpath "/a/b")))
  ];
  "mkString" = [
    (try (toString (lib.gvariant.mkString "it's \"x\" \\ \n")))
    (try (toString (lib.gvariant.mkString "")))
  ];
  "mkTuple" = [
    (try (toString (lib.gvariant.mkTuple [ 1 "a" ])))
    (try (toString (lib.gvariant.mkTuple [ ])))
    (try (toString (lib.gvariant.mkTuple [ [ 1 ] ])))
  ];
}
