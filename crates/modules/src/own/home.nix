# What Home Manager declares by itself, as far as container specs need it.
#
# The outer function is called once, as in the model of NixOS.
{ lib }:
let
  inherit (lib) mkOption types;
  opt = type: default: mkOption { inherit type default; };
  # Home Manager itself adds to these sets.
  grown = type: mkOption { inherit type; default = { }; nixpodOpen = true; };
  str = types.str;
  nullStr = types.nullOr types.str;
  bool = types.bool;
  strings = types.listOf types.str;
  set = types.attrsOf types.anything;
  enable = opt bool false;

  container = types.submodule {
    options = {
      addCapabilities = opt strings [ ];
      autoStart = opt bool true;
      autoUpdate = opt (types.nullOr (types.enum [ "registry" "local" ])) null;
      description = opt nullStr null;
      devices = opt strings [ ];
      dropCapabilities = opt strings [ ];
      entrypoint = opt nullStr null;
      environment = opt (types.attrsOf types.anything) { };
      environmentFile = opt strings [ ];
      exec = opt nullStr null;
      extraConfig = opt set { };
      extraPodmanArgs = opt strings [ ];
      group = opt types.anything null;
      image = mkOption { type = str; };
      ip4 = opt nullStr null;
      ip6 = opt nullStr null;
      labels = opt (types.attrsOf str) { };
      network = mkOption {
        type = types.either str strings;
        default = [ ];
        apply = v: if builtins.isString v then [ v ] else v;
      };
      networkAlias = opt strings [ ];
      ports = opt strings [ ];
      user = opt types.anything null;
      userNS = opt nullStr null;
      volumes = opt strings [ ];
    };
  };

  # What networks, volumes and builds have in common; their other options are taken as they are written.
  resource = options: types.submodule {
    freeformType = set;
    options = {
      autoStart = opt bool true;
      description = opt nullStr null;
      extraConfig = opt set { };
      extraPodmanArgs = opt strings [ ];
    } // options;
  };

  fileOptions = {
    enable = opt bool true;
    text = opt (types.nullOr types.lines) null;
    source = mkOption { type = types.path; };
    executable = opt (types.nullOr bool) null;
    recursive = enable;
    force = enable;
    onChange = opt str "";
    ignorelinks = enable;
  };
  file = types.submodule ({ name, ... }: {
    options = fileOptions // { target = opt str name; };
  });

  # A unit in its sections. Modules of a user's own add options of theirs to it.
  unit = types.submodule { freeformType = types.attrsOf set; };

  # Scripts add up.
  lines = opt types.lines "";

  # What does not depend on the system.
  declared = {
    home = {
      username = mkOption { type = str; };
      homeDirectory = mkOption { type = types.path; };
      stateVersion = opt nullStr null;
      file = grown (types.attrsOf file);
    };
    programs = {
      bash = { bashrcExtra = lines; initExtra = lines; profileExtra = lines; logoutExtra = lines; };
      fish = { interactiveShellInit = lines; loginShellInit = lines; shellInit = lines; };
      zsh = {
        envExtra = lines;
        initContent = lines;
        initExtra = lines;
        initExtraBeforeCompInit = lines;
        initExtraFirst = lines;
        loginExtra = lines;
        logoutExtra = lines;
        profileExtra = lines;
      };
      distrobox = {
        enable = enable;
        containers = opt (types.attrsOf set) { };
      };
    };
    xsession = { initExtra = lines; profileExtra = lines; };
    systemd.user.services = grown (types.attrsOf unit);
    services.podman = {
      enable = enable;
      enableTypeChecks = enable;
      autoUpdate.enable = opt bool true;
      containers = opt (types.attrsOf container) { };
      networks = opt (types.attrsOf (resource {
        driver = opt nullStr null;
        gateway = opt nullStr null;
        internal = opt (types.nullOr bool) null;
        labels = opt (types.attrsOf str) { };
        subnet = opt nullStr null;
      })) { };
      volumes = opt (types.attrsOf (resource { })) { };
      builds = opt (types.attrsOf (resource { })) { };
      images = opt (types.attrsOf (types.submodule {
        options = {
          authFile = opt (types.nullOr types.path) null;
          certDir = opt (types.nullOr types.path) null;
          decryptionKeyFile = opt (types.nullOr types.path) null;
          image = mkOption { type = str; };
          password = opt nullStr null;
          username = opt nullStr null;
          tag = opt nullStr null;
          tlsVerify = opt bool true;
          autoStart = opt bool true;
          description = opt nullStr null;
          extraConfig = opt set { };
          extraPodmanArgs = opt strings [ ];
        };
      })) { };
      settings = opt set { };
    };
  };
in
{ config, ... }: {
  options = declared // {
    xdg = {
      configFile = grown (types.attrsOf file);
      dataFile = grown (types.attrsOf file);
      configHome = opt types.path "${config.home.homeDirectory}/.config";
      dataHome = opt types.path "${config.home.homeDirectory}/.local/share";
      stateHome = opt types.path "${config.home.homeDirectory}/.local/state";
      cacheHome = opt types.path "${config.home.homeDirectory}/.cache";
    };
  };
}
