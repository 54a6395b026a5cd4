{ lib, ... }:
{
  users.users.mara.extraGroups = lib.mkForce [ ];
}
