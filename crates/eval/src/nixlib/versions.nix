# lib.versions
{ lib, prim }:
let
  inherit (builtins) concatStringsSep elemAt length;
  splitVersion = builtins.splitVersion;
  part = at: version: elemAt (splitVersion version) at;
in
{
  inherit (builtins) compareVersions splitVersion;
  major = part 0;
  minor = part 1;
  patch = part 2;
  majorMinor = version: concatStringsSep "." (lib.lists.take 2 (splitVersion version));
  pad =
    n: version:
    let
      split = builtins.match "([^-]*)(-.*)?" version;
      parts = splitVersion (elemAt split 0);
      suffix = elemAt split 1;
      zeros = lib.lists.replicate (lib.trivial.max 0 (n - length parts)) "0";
    in
    concatStringsSep "." (lib.lists.take n (parts ++ zeros)) + (if suffix == null then "" else suffix);
}
