# What quadlet-nix declares, in both forms that exist: SEIAROTg's, with an option for every key, and mirkolenz's, with
# the keys as quadlet spells them. Both are modules for NixOS and for Home Manager.
#
# The outer function is called once, as in the model of NixOS.
{ lib }:
let
  inherit (lib) mkOption types genAttrs;
  opt = type: default: mkOption { inherit type default; };
  set = types.attrsOf types.anything;
  all = type: default: names: genAttrs names (_: opt type default);
  lists = all (types.listOf types.str) [ ];
  texts = all (types.nullOr types.str) null;
  switches = all (types.nullOr types.bool) null;
  numbers = all (types.nullOr types.int) null;
  # A list of strings or a set of them, and what else is left as it is written.
  others = all types.anything null;
  pairs = all types.anything { };
  sets = all (types.attrsOf types.str) { };

  section = options: opt (types.submodule { freeformType = set; inherit options; }) { };

  common = {
    autoStart = opt types.anything true;
    enable = opt types.bool true;
    uid = opt (types.nullOr types.int) null;
    rootlessConfig.uid = opt (types.nullOr types.int) null;
    rawConfig = opt (types.nullOr types.str) null;
    extraConfig = opt set { };
    unitConfig = opt set { };
    serviceConfig = opt set { };
    quadletConfig.defaultDependencies = opt (types.nullOr types.bool) null;
  };
  object = extension: options: opt
    (types.attrsOf (types.submodule ({ name, ... }: {
      freeformType = set;
      options = common // options // { ref = opt types.str "${name}.${extension}"; };
    })))
    { };

  container = section (
    lists [
      "addCapabilities" "addGroups" "addHosts" "devices" "dns" "dnsOption" "dnsSearch" "dropCapabilities"
      "environmentFiles" "exposePorts" "gidMaps" "globalArgs" "logOptions" "modules" "mounts" "networkAliases"
      "networks" "podmanArgs" "publishPorts" "secrets" "tmpfses" "uidMaps" "ulimits" "volumes"
    ]
    // texts [
      "appArmor" "cgroupsMode" "group" "healthCmd" "healthInterval" "healthLogDestination" "healthOnFailure"
      "healthStartPeriod" "healthStartupCmd" "healthStartupInterval" "healthStartupTimeout" "healthTimeout"
      "hostname" "image" "ip" "ip6" "logDriver" "mask" "memory" "name" "pod" "pull" "reloadSignal" "retryDelay"
      "rootfs" "seccompProfile" "securityLabelFileType" "securityLabelLevel" "securityLabelType" "shmSize"
      "stopSignal" "subGIDMap" "subUIDMap" "timezone" "unmask" "user" "userns" "workdir"
    ]
    // switches [
      "environmentHost" "httpProxy" "noNewPrivileges" "readOnly" "readOnlyTmpfs" "runInit" "securityLabelDisable"
      "securityLabelNested" "startWithPod"
    ]
    // numbers [
      "healthMaxLogCount" "healthMaxLogSize" "healthRetries" "healthStartupRetries" "healthStartupSuccess"
      "pidsLimit" "retry" "stopTimeout"
    ]
    // others [ "autoUpdate" "entrypoint" "exec" "notify" "reloadCmd" ]
    // pairs [ "annotations" "labels" ]
    // sets [ "environments" "sysctl" ]
  );

  pod = section (
    lists [
      "addHosts" "dns" "dnsOptions" "dnsSearches" "gidMaps" "globalArgs" "modules" "networkAliases" "networks"
      "podmanArgs" "publishPorts" "uidMaps" "volumes"
    ]
    // texts [ "exitPolicy" "hostname" "ip" "ip6" "name" "shmSize" "subGIDMap" "subUIDMap" "userns" ]
    // numbers [ "stopTimeout" ]
    // pairs [ "labels" ]
  );

  # Of these, other objects only use the name.
  named = section (texts [ "name" ]);
in
{
  options.virtualisation.quadlet = {
    enable = opt (types.nullOr types.bool) null;
    autoEscape = opt types.bool true;
    autoUpdate = {
      enable = opt types.bool false;
      calendar = opt types.str "*-*-* 00:00:00";
      startAt = opt types.str "*-*-* 00:00:00";
    };
    containers = object "container" {
      containerConfig = container;
      imageFile = opt types.anything null;
      imageStream = opt types.anything null;
    };
    pods = object "pod" { podConfig = pod; };
    networks = object "network" { networkConfig = named; };
    volumes = object "volume" { volumeConfig = named; };
    builds = object "build" { buildConfig = section (texts [ "tag" "file" "workdir" ]); };
    images = object "image" { imageConfig = section (texts [ "image" "tag" "creds" "authFile" ]); };
    kubes = object "kube" { kubeConfig = section { }; };
    artifacts = object "artifact" { artifactConfig = section { }; };
  };
}
