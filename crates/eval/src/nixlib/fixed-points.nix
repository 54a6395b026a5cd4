# lib.fixedPoints: values that refer to themselves.
{ lib, prim }:
let
  fix =
    f:
    let
      x = f x;
    in
    x;

  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;

  composeExtensions =
    f: g: final: prev:
    let
      first = f final prev;
    in
    first // g final (prev // first);

  makeExtensibleWithCustomName =
    name: f:
    fix (
      self:
      f self
      // {
        ${name} = overlay: makeExtensibleWithCustomName name (extends overlay f);
      }
    );
in
{
  inherit
    fix
    extends
    composeExtensions
    makeExtensibleWithCustomName
    ;

  fix' =
    f:
    let
      x = f x // {
        __unfix__ = f;
      };
    in
    x;
  converge =
    f: x:
    let
      next = f x;
    in
    if next == x then x else lib.fixedPoints.converge f next;
  composeManyExtensions = lib.lists.foldr composeExtensions (_: _: { });
  makeExtensible = makeExtensibleWithCustomName "extend";
  toExtension =
    f:
    if lib.trivial.isFunction f then
      final: prev:
      let
        one = f prev;
      in
      if lib.trivial.isFunction one then f final prev else one
    else
      _: _: f;
}
