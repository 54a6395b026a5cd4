# Users under the old name of their option and under the new one, in several modules and in one.
{ lib, ... }: {
  imports = [
    { users.extraUsers.ash.extraGroups = [ "old-first" ]; }
    { users.users.ash.extraGroups = [ "new-second" ]; }
    { users.extraUsers.ash.extraGroups = [ "old-third" ]; users.users.ash.extraGroups = [ "new-third" ]; }
    { users.users.elm.extraGroups = [ "new-first" ]; }
    { users.extraUsers.elm.extraGroups = lib.mkBefore [ "old-before" ]; }
    { users.extraUsers.elm.extraGroups = [ "old" ]; users.extraUsers.fir = lib.mkForce { uid = 7; extraGroups = [ "forced" ]; }; }
    { users.users.fir.extraGroups = [ "lost" ]; users.users.oak.uid = 9; }
  ];
  users.users = { ash.extraGroups = [ "new-own" ]; oak = { }; };
  users.extraUsers = { ash.extraGroups = [ "old-own" ]; oak.extraGroups = [ "old-own" ]; };
}
