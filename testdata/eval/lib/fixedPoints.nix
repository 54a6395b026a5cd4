# Cases for lib.fixedPoints, made from arguments.txt. What they give with nixpkgs' own lib is in fixedPoints.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "fix" = [
    (try (lib.fixedPoints.fix (self: { a = 1; b = self.a + 1; })))
  ];
  "converge" = [
    (try (lib.fixedPoints.converge (x: x / 2) 0))
    (try (lib.fixedPoints.converge (x: x / 2) 16))
  ];
  "fix'" = [
    (try ((lib.fixedPoints.fix' (self: { a = 1; b = self.a + 1; })).b))
    (try (builtins.attrNames (lib.fixedPoints.fix' (self: { a = 1; }))))
  ];
  "extends" = [
    (try (lib.fix (lib.fixedPoints.extends (final: prev: { b = final.a + 1; }) (self: { a = 1; }))))
    (try (lib.fix (lib.fixedPoints.extends (final: prev: { a = prev.a + 1; c = final.a; }) (self: { a = 1; }))))
  ];
  "composeExtensions" = [
    (try (lib.fix (lib.extends (lib.fixedPoints.composeExtensions (final: prev: { b = prev.a + 1; }) (final: prev: { c = prev.b + 1; a = 5; })) (self: { a = 1; }))))
  ];
  "composeManyExtensions" = [
    (try (lib.fix (lib.extends (lib.fixedPoints.composeManyExtensions [ (final: prev: { b = prev.a + 1; }) (final: prev: { c = prev.b + final.a; }) (final: prev: { a = 7; }) ]) (self: { a = 1; }))))
    (try (lib.fix (lib.extends (lib.fixedPoints.composeManyExtensions [ ]) (self: { a = 1; }))))
  ];
  "makeExtensible" = [
    (try ((lib.fixedPoints.makeExtensible (self: { a = 1; b = self.a; })).b))
    (try (((lib.fixedPoints.makeExtensible (self: { a = 1; b = self.a; })).extend (final: prev: { a = 4; })).b))
    (try ((((lib.fixedPoints.makeExtensible (self: { a = 1; b = self.a; })).extend (final: prev: { a = 4; })).extend (final: prev: { a = prev.a + 1; })).b))
  ];
  "makeExtensibleWithCustomName" = [
    (try (((lib.fixedPoints.makeExtensibleWithCustomName "more" (self: { a = 1; b = self.a; })).more (final: prev: { a = 4; })).b))
  ];
  "toExtension" = [
    (try (lib.fix (lib.extends (lib.fixedPoints.toExtension { b = 1; }) (self: { a = 1; }))))
    (try (lib.fix (lib.extends (lib.fixedPoints.toExtension (prev: { b = prev.a; })) (self: { a = 1; }))))
    (try (lib.fix (lib.extends (lib.fixedPoints.toExtension (final: prev: { b = final.a; a = prev.a + 1; })) (self: { a = 1; }))))
  ];
}
