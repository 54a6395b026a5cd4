{ config, lib, ... }:
let
  names = lib.attrNames config.containers;
  address = index: "10.20.0.${toString (index + 10)}";
  place = lib.listToAttrs (lib.imap0 (index: name: lib.nameValuePair name { localAddress = address index; }) [ "api" "cache" "db" "mail" "web" ]);
in
{
  containers = lib.mkMerge [
    place
    (lib.mapAttrs (_: _: { privateNetwork = true; hostAddress = "10.20.0.1"; }) place)
    { web.additionalCapabilities = lib.mkBefore [ "CAP_NET_BIND_SERVICE" ]; web.extraFlags = lib.mkAfter [ "--hosts=${toString (lib.length names)}" ]; }
  ];
}
