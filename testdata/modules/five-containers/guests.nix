{ config, lib, ... }:
let
  inherit (lib) genAttrs mkDefault mkForce mkIf mkMerge;
  paths = rec { root = "/srv"; data = "${root}/data"; of = name: "${data}/${name}"; };
  defaults = name: {
    autoStart = mkDefault true;
    privateUsers = mkDefault "pick";
    bindMounts."/data" = { hostPath = paths.of name; isReadOnly = false; };
    extraFlags = [ "--drop-capability=CAP_SYS_PTRACE" ] ++ lib.optional (name == "mail") "--tmpfs=/spool";
  };
in
{
  containers = mkMerge [
    (genAttrs [ "web" "api" "mail" "cache" ] defaults)
    { db = mkMerge [ (defaults "db") { privateUsers = mkForce "identity"; settings.memory.max = 4096; } ]; }
    (mkIf config.site.production { web.settings = { workers = 8; log.level = "warn"; }; cache.autoStart = false; })
    (mkIf (!config.site.production) { web.settings.debug = true; })
  ];
}
