# Cases for lib.gvariant, made of generated arguments. What they give with nixpkgs' own lib is in gvariant.exp.
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
}
