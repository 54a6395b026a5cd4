# The sources that npins and niv pin. Their own files fetch; what these would give is known by its name.
# `pinned` is what their `sources.json` says.
{ lib, storePath, open, isHarmless, pinned }:
let
  inherit (builtins) attrNames elemAt filter fromJSON head isAttrs isString mapAttrs match;
  # npins says the version of the file beside the pins, and niv nothing but sources.
  isNpins = isAttrs (pinned.pins or null);
  pins = lib.filterAttrs (_: isAttrs) (if isNpins then pinned.pins else pinned);

  text = value: if isString value then value else "";
  # Of a plain URL, the last part.
  repository = pin:
    let from = pin.repository.repo or pin.repository.url or pin.repo or ""; in
    lib.removeSuffix ".git" (lib.last (lib.splitString "/" (text from)));
  isNixpkgs = name:
    let pin = pins.${name}; in
    text (pin.type or "") == "Channel" || lib.toLower (repository pin) == "nixpkgs" || lib.hasPrefix "nixpkgs" name;
  names = attrNames pins;
  nixpkgsNames = filter isNixpkgs names;

  source = name: pin: open "inputs.${name}" (pin // { outPath = storePath "inputs.${name}"; });
  sources = mapAttrs source pins;

  ownerAndRepository = pin:
    let from = if isAttrs (pin.repository or null) then pin.repository else pin; in
    if isString (from.owner or null) && isString (from.repo or null) then "${from.owner}/${from.repo}" else "";
  isKnown = name:
    let both = ownerAndRepository pins.${name}; in
    if both != "" then isHarmless name both else isHarmless name "" || isHarmless (repository pins.${name}) "";
in
{
  sources = if isNpins then sources else sources // { __functor = _: _: sources; };
  inherit nixpkgsNames;
  harmless = filter isKnown names;
  others = filter (name: ownerAndRepository pins.${name} != "" && !isKnown name) names;
  # The branch or channel of the first nixpkgs.
  release =
    let
      first = if nixpkgsNames == [ ] then { } else pins.${if pins ? nixpkgs then "nixpkgs" else head nixpkgsNames};
      branch = match ".*(nixos|nixpkgs|release)-([0-9][0-9])\\.([0-9][0-9]).*" "${text (first.branch or "")} ${text (first.name or "")}";
    in
    if branch == null then null else [ (fromJSON (elemAt branch 1)) (elemAt branch 2) ];
}
