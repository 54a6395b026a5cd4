# lib.gvariant: values of GLib's typed variants, as text.
{ lib, prim }:
let
  inherit (builtins)
    all
    concatStringsSep
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    ;
  inherit (prim) concatMapStringsSep;

  type = {
    arrayOf = inner: "a${inner}";
    maybeOf = inner: "m${inner}";
    tupleOf = inner: "(${concatStringsSep "" inner})";
    dictionaryEntryOf = key: value: "{${key}${value}}";
    string = "s";
    boolean = "b";
    uchar = "y";
    int16 = "n";
    uint16 = "q";
    int32 = "i";
    uint32 = "u";
    int64 = "x";
    uint64 = "t";
    double = "d";
    variant = "v";
  };

  make = type: value: {
    _type = "gvariant";
    inherit type value;
    __toString = self: "@${self.type} ${toString self.value}";
  };
  shown = type: value: show: make type value // { __toString = show; };

  isGVariant = value: value._type or "" == "gvariant";

  int = name: type: min: max: {
    inherit
      name
      type
      min
      max
      ;
  };
  intConstructors = [
    (int "mkInt32" type.int32 (-2147483648) 2147483647)
    (int "mkUint32" type.uint32 0 4294967295)
    (int "mkInt64" type.int64 null null)
    (int "mkUint64" type.uint64 0 null)
    (int "mkInt16" type.int16 (-32768) 32767)
    (int "mkUint16" type.uint16 0 65535)
    (int "mkUchar" type.uchar 0 255)
  ];

  mkValue =
    value:
    if isGVariant value then
      value
    else if isInt value then
      throw "The GVariant type for number “${toString value}” is unclear.\nPlease wrap the value with one of the constructors of `lib.gvariant`, such as `lib.gvariant.mkInt32`"
    else if isBool value then
      mkBoolean value
    else if isFloat value then
      mkDouble value
    else if isString value then
      mkString value
    else if isList value then
      mkArray value
    else if isAttrs value then
      throw "Cannot construct GVariant value from an attribute set. If you want to construct a dictionary, you will need to create an array containing items constructed with mkDictionaryEntry."
    else
      throw "The GVariant type of “${builtins.typeOf value}” can't be inferred.";

  mkArray =
    elems:
    let
      values = map mkValue elems;
      elemType =
        if values == [ ] then
          throw "Please create empty array with mkEmptyArray."
        else if all (value: value.type == (head values).type) values then
          (head values).type
        else
          throw "Elements in a list should have same type.";
    in
    shown (type.arrayOf elemType) values (self: "@${self.type} [${concatMapStringsSep "," toString self.value}]");
  mkEmptyArray = elemType: shown (type.arrayOf elemType) [ ] (self: "@${self.type} []");
  mkVariant =
    elem:
    let
      value = mkValue elem;
    in
    shown type.variant value (self: "<${toString self.value}>");
  mkDictionaryEntry =
    name: value:
    let
      key = mkValue name;
      content = mkValue value;
      dictionaryType = type.dictionaryEntryOf key.type content.type;
    in
    shown dictionaryType { inherit name value; } (self: "@${self.type} {${toString key},${toString content}}");
  mkMaybe =
    elemType: elem:
    shown (type.maybeOf elemType) elem (
      self: if self.value == null then "@${self.type} nothing" else "just ${toString self.value}"
    );
  mkJust =
    elem:
    let
      value = mkValue elem;
    in
    mkMaybe value.type value;
  mkTuple =
    elems:
    let
      values = map mkValue elems;
    in
    shown (type.tupleOf (map (value: value.type) values)) values (self: "@${self.type} (${concatMapStringsSep "," toString self.value})");
  mkBoolean = value: shown type.boolean value (self: lib.trivial.boolToString self.value);
  escaped = text: lib.strings.replaceString "\n" "\\n" (lib.strings.escape [ "'" "\\" ] text);
  mkString = value: shown type.string value (self: "'${escaped self.value}'");
  mkObjectpath = value: shown "o" value (self: "objectpath '${lib.strings.escape [ "'" ] self.value}'");
  mkDouble = value: shown type.double value (self: toString self.value);
in
{
  inherit
    intConstructors
    isGVariant
    mkArray
    mkBoolean
    mkDictionaryEntry
    mkDouble
    mkEmptyArray
    mkJust
    mkMaybe
    mkObjectpath
    mkString
    mkTuple
    mkValue
    mkVariant
    type
    ;
  mkNothing = elemType: mkMaybe elemType null;
  mkUchar = make type.uchar;
  mkInt16 = make type.int16;
  mkUint16 = make type.uint16;
  mkInt32 = value: shown type.int32 value (self: toString self.value);
  mkUint32 = make type.uint32;
  mkInt64 = make type.int64;
  mkUint64 = make type.uint64;
}
