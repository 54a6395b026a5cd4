# What nobody declares merges by itself: sets deeply, lists one after the other, priorities as ever.
{ config, lib, ... }: {
  imports = [
    { boot.kernel.sysctl."net.ipv4.ip_forward" = lib.mkDefault 1; services.thing = { enable = true; list = [ "a" ]; deep.er.x = 1; }; }
    { services.thing = { list = [ "b" ]; deep.er.y = lib.mkIf true 2; deep.er.z = lib.mkIf false 3; word = lib.mkDefault "weak"; }; }
    { services.thing = { word = "strong"; list = lib.mkBefore [ "first" ]; forced = lib.mkForce [ "only" ]; }; }
    { services.thing.forced = [ "lost" ]; services.thing.text = "t"; }
  ];
  boot.kernel.sysctl."net.ipv4.ip_forward" = 0;
  services.reads = lib.optional config.services.thing.enable config.services.thing.word;
}
