# The options of containers, engines and users as NixOS and Home Manager declare them (names, types and defaults), for
# both comparisons with real Nix: that of recorded module trees and that of fetched files and flakes.
#
# `loose` is the type of what nobody declares; `guest` gives a container's name, its other options and the definitions
# of its `config` and gets the guest's configuration.
{ lib, loose, guest }:
let
  inherit (lib) mkDefault mkOption types;
  inherit (types) attrsOf bool either enum int listOf nullOr path port str submodule;
  o = type: default: mkOption { inherit type default; };
  r = type: mkOption { inherit type; };
  sub = options: submodule { inherit options; };
  free = options: submodule { freeformType = types.lazyAttrsOf loose; inherit options; };
  strings = o (listOf str) [ ];
  string = o (nullOr str) null;
  scalar = nullOr (types.oneOf [ bool int str path ]);
  sections = o (attrsOf loose) { };

  address = {
    hostBridge = string;
    hostAddress = string;
    hostAddress6 = string;
    localAddress = string;
    localAddress6 = string;
    localMacAddress = string;
    forwardPorts = o (listOf (sub {
      protocol = o str "tcp";
      hostPort = r port;
      containerPort = o (nullOr port) null;
    })) [ ];
  };

  common = { autoStart = o bool true; description = string; extraConfig = sections; extraPodmanArgs = strings; };
in
{
  inherit o r free strings string common;

  nspawn = submodule ({ name, config, ... }: {
    options = address // {
      config = mkOption {
        default = null;
        type = lib.mkOptionType {
          name = "nested system";
          merge = _: defs: guest name config (map (d: d.value) defs);
        };
      };
      path = o (nullOr path) null;
      flake = string;
      nixpkgs = o loose null;
      specialArgs = o (attrsOf types.unspecified) { };
      additionalCapabilities = strings;
      ephemeral = o bool false;
      enableTun = o bool false;
      copyResolvConf = o bool true;
      privateNetwork = o bool false;
      networkNamespace = o (nullOr path) null;
      privateUsers = o (either types.ints.u32 (enum [ "no" "identity" "pick" ])) "no";
      interfaces = strings;
      macvlans = strings;
      extraVeths = o (attrsOf (sub address)) { };
      autoStart = o bool false;
      restartIfChanged = o bool true;
      timeoutStartSec = o str "1min";
      bindMounts = o (attrsOf (submodule ({ name, ... }: {
        options = { mountPoint = r str; hostPath = string; isReadOnly = o bool true; };
        config.mountPoint = mkDefault name;
      }))) { };
      allowedDevices = o (listOf (sub { node = r str; modifier = r str; })) [ ];
      tmpfs = strings;
      extraFlags = strings;
    };
  });

  oci = backend: submodule ({ name, ... }: {
    options = {
      image = r str;
      imageFile = o (nullOr types.package) null;
      imageStream = o (nullOr types.package) null;
      serviceName = o str "${backend}-${name}";
      login = { username = string; passwordFile = string; registry = string; };
      cmd = strings;
      labels = o (attrsOf str) { };
      entrypoint = string;
      environment = o (attrsOf str) { };
      environmentFiles = o (listOf path) [ ];
      log-driver = o str "journald";
      ports = strings;
      user = string;
      volumes = strings;
      workdir = string;
      dependsOn = strings;
      hostname = string;
      preRunExtraOptions = strings;
      extraOptions = strings;
      autoStart = o bool true;
      podman = o (nullOr (sub {
        sdnotify = o (enum [ "conmon" "healthy" "container" ]) "conmon";
        user = o str "root";
      })) null;
      pull = o (enum [ "always" "missing" "never" "newer" ]) "missing";
      capabilities = o (types.lazyAttrsOf (nullOr bool)) { };
      devices = strings;
      privileged = o bool false;
      autoRemoveOnStop = o bool true;
      networks = strings;
    };
  });

  # Home Manager's `services.podman`; `more` are options besides.
  homePodman = more: free ({
    enable = o bool false;
    containers = o (attrsOf (free (common // {
      addCapabilities = strings;
      autoUpdate = o (enum [ null "registry" "local" ]) null;
      devices = strings;
      dropCapabilities = strings;
      entrypoint = string;
      environment = o (attrsOf (either scalar (listOf scalar))) { };
      environmentFile = strings;
      exec = string;
      group = o (nullOr (either int str)) null;
      image = r str;
      ip4 = string;
      ip6 = string;
      labels = o (attrsOf str) { };
      network = mkOption {
        type = either str (listOf str);
        default = [ ];
        apply = v: if builtins.isString v then [ v ] else v;
      };
      networkAlias = strings;
      ports = strings;
      userNS = string;
      user = o (nullOr (either int str)) null;
      volumes = strings;
    }))) { };
    networks = o (attrsOf (free common)) { };
    volumes = o (attrsOf (free common)) { };
  } // more);

  # `more` and `implied` are options besides, and what a normal user has in them.
  # Two users are NixOS's own.
  user = { more ? { }, implied ? { } }: submodule ({ name, config, ... }: let
    own = {
      root = { uid = 0; group = "root"; home = "/root"; };
      nobody = { uid = 65534; group = "nogroup"; isSystemUser = true; };
    }.${name} or { };
  in {
    freeformType = types.lazyAttrsOf loose;
    options = {
      name = o str name;
      uid = o (nullOr int) (own.uid or null);
      group = o str (own.group or "");
      extraGroups = strings;
      isNormalUser = o bool false;
      isSystemUser = o bool (own.isSystemUser or false);
      linger = o (nullOr bool) null;
      home = o path (own.home or "/var/empty");
      autoSubUidGidRange = o bool false;
      subUidRanges = o (listOf (sub { startUid = r int; count = o int 1; })) [ ];
      subGidRanges = o (listOf (sub { startGid = r int; count = o int 1; })) [ ];
    } // more;
    config = lib.mkIf config.isNormalUser ({
      group = mkDefault "users";
      home = mkDefault "/home/${config.name}";
      autoSubUidGidRange = lib.mkIf (config.subUidRanges == [ ] && config.subGidRanges == [ ]) (mkDefault true);
    } // implied);
  });
}
