# Users, groups and sub-ids: defaults that depend on each other, lists from several modules.
{ config, lib, ... }:
let people = { ana = 1000; ben = 1001; };
in {
  imports = [
    { users.users.ana.extraGroups = [ "wheel" ]; }
    { users.users.ana.extraGroups = lib.mkBefore [ "audio" ]; users.groups.podman.members = [ "ana" ]; }
    { users.users = lib.mapAttrs (name: uid: { inherit uid; isNormalUser = true; linger = lib.mkDefault true; }) people; }
    { users.groups.podman = { gid = 990; members = lib.attrNames people; }; }
  ];
  users.users = {
    ben = { linger = false; subUidRanges = [ { startUid = 200000; count = 65536; } ]; subGidRanges = [ { startGid = 200000; count = 65536; } ]; };
    runner = { isSystemUser = true; group = "podman"; home = "/var/lib/runner"; createHome = true; autoSubUidGidRange = true; };
    root.hashedPassword = lib.mkForce "!";
  };
}
