# What arion declares: projects of Docker Compose, whose services may have a NixOS inside. A module for NixOS, which the
# model of that says more of.
#
# The outer function is called once, as in the model of NixOS.
{ lib }:
let
  inherit (lib) mkOption mkIf types;
  opt = type: default: mkOption { inherit type default; };
  # Other versions of arion, and modules of a project's own, have more options than are here.
  partly = option: option // { nixpodExtensible = true; };
  str = types.str;
  nullStr = types.nullOr str;
  strings = types.listOf str;
  any = types.unspecified;
  set = types.attrsOf any;
  scalars = types.attrsOf (types.either str types.int);
  enable = opt types.bool false;

  # A module, or a list of them.
  guest = types.submoduleWith { modules = [ ]; nixpodSystem = "image"; };
  modules = types.coercedTo (types.listOf types.raw) (imports: { inherit imports; }) guest;

  serviceOptions = {
    service = {
      build = {
        context = opt nullStr null;
        dockerfile = opt nullStr null;
        target = opt nullStr null;
      };
      blkio_config = opt any null;
      capabilities = opt (types.attrsOf (types.nullOr types.bool)) { };
      command = opt any null;
      container_name = opt nullStr null;
      defaultExec = opt strings [ "/bin/sh" ];
      depends_on = opt (types.either strings set) [ ];
      devices = opt strings [ ];
      dns = opt strings [ ];
      entrypoint = opt nullStr null;
      env_file = opt strings [ ];
      environment = opt scalars { };
      expose = opt strings [ ];
      external_links = opt strings [ ];
      extra_hosts = opt strings [ ];
      healthcheck = opt set { };
      hostStoreAsReadOnly = opt types.bool true;
      hostname = opt nullStr null;
      image = opt nullStr null;
      labels = opt (types.attrsOf str) { };
      links = opt strings [ ];
      network_mode = opt nullStr null;
      networks = opt (types.either strings set) [ ];
      ports = opt (types.listOf any) [ ];
      privileged = opt (types.nullOr types.bool) null;
      restart = opt nullStr null;
      stop_grace_period = opt nullStr null;
      stop_signal = opt nullStr null;
      sysctls = opt scalars { };
      tmpfs = opt strings [ ];
      tty = opt (types.nullOr types.bool) null;
      useHostNixDaemon = enable;
      useHostStore = enable;
      user = opt nullStr null;
      volumes = opt (types.listOf any) [ ];
      working_dir = opt nullStr null;
    };
    out.service = opt set { };
    build.image = opt (types.nullOr types.package) null;
    image = {
      command = opt strings [ ];
      contents = opt (types.listOf types.package) [ ];
      fakeRootCommands = opt types.lines "";
      includeStorePaths = opt types.bool true;
      name = mkOption { type = str; };
      nixBuild = mkOption { type = types.bool; };
      rawConfig = opt set { };
    };
    nixos = {
      configuration = opt modules { };
      useSystemd = enable;
    };
    assertions = opt (types.listOf any) [ ];
    warnings = opt strings [ ];
  };
  # With systemd, arion adds to what the project says of the system inside.
  service = types.submodule ({ config, name, ... }: {
    options = serviceOptions // {
      service = serviceOptions.service // { name = opt str name; };
      composition = mkOption { type = types.raw; };
      host = mkOption { type = types.raw; };
    };
    config.nixos.configuration = mkIf config.nixos.useSystemd {
      boot.isContainer = true;
      networking.hostName = "";
    };
  });

  settings = types.submoduleWith {
    modules = [ (lib.mkRenamedOptionModule [ "docker-compose" "services" ] [ "services" ]) {
      options = {
        project.name = mkOption { type = nullStr; };
        services = partly (opt (types.attrsOf service) { });
        networks = opt (types.attrsOf set) { };
        enableDefaultNetwork = opt types.bool true;
        docker-compose = {
          raw = opt set { };
          extended = opt set { };
          volumes = opt set { };
        };
        host = opt set { };
        assertions = opt (types.listOf any) [ ];
        warnings = opt strings [ ];
      };
    } ];
  };

  project = types.submodule ({ name, ... }: {
    options = {
      settings = partly (opt settings { });
      serviceName = opt str "arion-${name}";
    };
  });
in
{
  options.virtualisation.arion = {
    backend = mkOption { type = types.enum [ "podman-socket" "docker" ]; };
    package = mkOption { type = types.raw; };
    projects = opt (types.attrsOf project) { };
  };
}
