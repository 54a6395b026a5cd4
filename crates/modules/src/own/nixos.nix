# What NixOS declares and adds by itself, as far as container specs and the rules need it: names, types and defaults.
# Options that are not here merge as they are defined.
#
# The outer function is called once: types and declarations that do not depend on a system are shared by all of them.
# So options of a submodule stand outside of the function of its name: systems have tens of thousands of users and binds.
{ lib, ids }:
let
  inherit (lib) mkOption mkIf mkDefault mkMerge types;
  opt = type: default: mkOption { inherit type default; };
  # NixOS itself adds to these sets: these things for certain, and more.
  grown = grownBy { };
  grownBy = fixed: type: mkOption { inherit type; default = { }; nixpodOpen = fixed; };
  # Each thing in it has more options than are here.
  partly = option: option // { nixpodExtensible = true; };
  str = types.str;
  nullStr = types.nullOr types.str;
  bool = types.bool;
  strings = types.listOf types.str;
  set = types.attrsOf types.anything;
  enable = opt bool false;

  forwardPort = types.submodule {
    options = {
      protocol = opt str "tcp";
      hostPort = mkOption { type = types.port; };
      containerPort = opt (types.nullOr types.port) null;
    };
  };

  address = {
    hostBridge = opt nullStr null;
    forwardPorts = opt (types.listOf forwardPort) [ ];
    hostAddress = opt nullStr null;
    hostAddress6 = opt nullStr null;
    localAddress = opt nullStr null;
    localAddress6 = opt nullStr null;
    localMacAddress = opt nullStr null;
  };

  bindMountOptions = {
    hostPath = opt nullStr null;
    isReadOnly = opt bool true;
  };
  bindMount = types.submodule ({ name, ... }: {
    options = bindMountOptions // { mountPoint = opt str name; };
  });

  extra = types.submodule {
    options = {
      addressPrefix = opt nullStr null;
      enableWAN = enable;
      exposeLocalhost = enable;
      firewallAllowHost = enable;
      enableSSH = enable;
    };
  };

  nspawnOptions = address // {
    config = opt (types.nullOr (types.submoduleWith { modules = [ ]; nixpodSystem = "guest"; })) null;
    path = opt (types.nullOr types.path) null;
    flake = opt nullStr null;
    nixpkgs = opt types.anything null;
    pkgs = opt types.anything null;
    specialArgs = opt (types.lazyAttrsOf types.raw) { };
    additionalCapabilities = opt strings [ ];
    allowedDevices = opt (types.listOf (types.submodule {
      options = {
        node = mkOption { type = str; };
        modifier = mkOption { type = str; };
      };
    })) [ ];
    autoStart = enable;
    bindMounts = opt (types.attrsOf bindMount) { };
    copyResolvConf = opt bool true;
    enableTun = enable;
    ephemeral = enable;
    extraFlags = opt strings [ ];
    extraVeths = opt (types.attrsOf (types.submodule { options = address; })) { };
    interfaces = opt strings [ ];
    macvlans = opt strings [ ];
    networkNamespace = opt (types.nullOr types.path) null;
    privateNetwork = enable;
    privateUsers = opt (types.either types.ints.u32 (types.enum [ "no" "identity" "pick" ])) "no";
    restartIfChanged = opt bool true;
    timeoutStartSec = opt str "1min";
    tmpfs = opt strings [ ];
    # What extra-container adds.
    extra = mkOption { type = extra; nixpodElsewhere = true; };
  };
  nspawn = types.submodule ({ config, ... }: let prefix = config.extra.addressPrefix or null; in {
    options = nspawnOptions;
    config = mkIf (prefix != null) {
      privateNetwork = true;
      hostAddress = "${prefix}.1";
      localAddress = "${prefix}.2";
    };
  });

  ociOptions = {
      image = mkOption { type = str; };
      imageFile = opt (types.nullOr types.package) null;
      imageStream = opt (types.nullOr types.package) null;
      login = {
        username = opt nullStr null;
        passwordFile = opt nullStr null;
        registry = opt nullStr null;
      };
      cmd = opt strings [ ];
      labels = opt (types.attrsOf str) { };
      entrypoint = opt nullStr null;
      environment = opt (types.attrsOf str) { };
      environmentFiles = opt (types.listOf types.path) [ ];
      log-driver = opt str "journald";
      ports = opt strings [ ];
      user = opt nullStr null;
      volumes = opt strings [ ];
      workdir = opt nullStr null;
      dependsOn = opt strings [ ];
      hostname = opt nullStr null;
      preRunExtraOptions = opt strings [ ];
      extraOptions = opt strings [ ];
      autoStart = opt bool true;
      podman = opt (types.nullOr (types.submodule {
        options = {
          sdnotify = opt (types.enum [ "conmon" "healthy" "container" ]) "conmon";
          user = opt str "root";
        };
      })) null;
      pull = opt (types.enum [ "always" "missing" "never" "newer" ]) "missing";
      capabilities = opt (types.lazyAttrsOf (types.nullOr bool)) { };
      devices = opt strings [ ];
      privileged = enable;
      autoRemoveOnStop = opt bool true;
      networks = opt strings [ ];
  };
  backends = types.enum [ "podman" "docker" ];
  # `nixpodAround` is the configuration that has the container.
  oci = types.submodule ({ name, nixpodAround, ... }: {
    options = ociOptions // {
      serviceName = opt str "${nixpodAround.virtualisation.oci-containers.backend}-${name}";
    };
  });
  ociContainers = opt (types.attrsOf oci) { };

  idRange = start: types.submodule {
    options = {
      ${start} = mkOption { type = types.int; };
      count = opt types.int 1;
    };
  };

  userOptions = {
    enable = opt bool true;
    description = opt str "";
    uid = opt (types.nullOr types.int) null;
    isNormalUser = enable;
    isSystemUser = enable;
    group = opt str "";
    extraGroups = opt strings [ ];
    home = opt types.path "/var/empty";
    createHome = enable;
    homeMode = opt str "700";
    subUidRanges = opt (types.listOf (idRange "startUid")) [ ];
    subGidRanges = opt (types.listOf (idRange "startGid")) [ ];
    autoSubUidGidRange = enable;
    linger = opt (types.nullOr bool) null;
    password = opt nullStr null;
    initialPassword = opt nullStr null;
    hashedPassword = opt nullStr null;
    initialHashedPassword = opt nullStr null;
    hashedPasswordFile = opt nullStr null;
    passwordFile = opt nullStr null;
    shell = opt (types.nullOr types.anything) null;
    packages = opt (types.listOf types.anything) [ ];
    openssh = opt set { };
    useDefaultShell = enable;
    ignoreShellProgramCheck = enable;
    cryptHomeLuks = opt nullStr null;
    pamMount = opt set { };
    expires = opt nullStr null;
  };
  # The users that every system has.
  fixedUsers = {
    root = {
      uid = opt (types.nullOr types.int) ids.uids.root;
      group = opt str "root";
      home = opt types.path "/root";
    };
    nobody = {
      uid = opt (types.nullOr types.int) ids.uids.nobody;
      group = opt str "nogroup";
      isSystemUser = opt bool true;
    };
  };
  user = types.submodule ({ config, name, ... }: {
    options = userOptions // { name = opt str name; } // (fixedUsers.${name} or { });
    config = mkIf config.isNormalUser {
      group = mkDefault "users";
      createHome = mkDefault true;
      home = mkDefault "/home/${config.name}";
      useDefaultShell = mkDefault true;
      autoSubUidGidRange = mkIf (config.subUidRanges == [ ] && config.subGidRanges == [ ]) (mkDefault true);
    };
  });

  groupOptions = {
    gid = opt (types.nullOr types.int) null;
    members = opt strings [ ];
  };
  # The groups that every system has.
  fixedGroups = lib.genAttrs ids.groups (name: { inherit name; gid = ids.gids.${name}; members = [ ]; });
  fixedGroupOptions = lib.mapAttrs (_: { gid, ... }: { gid = opt (types.nullOr types.int) gid; }) fixedGroups;
  group = types.submodule ({ name, ... }: {
    options = groupOptions // { name = opt str name; } // (fixedGroupOptions.${name} or { });
  });

  etcOptions = {
    enable = opt bool true;
    text = opt (types.nullOr types.lines) null;
    source = mkOption { type = types.path; };
    mode = opt str "symlink";
    user = opt str "+0";
    group = opt str "+0";
    uid = opt types.anything 0;
    gid = opt types.anything 0;
  };
  etc = types.submodule ({ name, ... }: {
    options = etcOptions // { target = opt str name; };
  });

  # Scripts add up.
  lines = opt types.lines "";
  service = types.submodule {
    options = {
      script = lines;
      preStart = lines;
      postStart = lines;
      reload = lines;
      preStop = lines;
      postStop = lines;
    };
  };
  activationScripts = grown (types.attrsOf (types.either types.str (types.submodule {
    freeformType = set;
    options.text = lines;
  })));
  backup = types.submodule {
    options = { preHook = lines; postHook = lines; postCreate = lines; postPrune = lines; };
  };
  shell = {
    interactiveShellInit = lines;
    loginShellInit = lines;
    shellInit = lines;
  };

  # Who may run what as root.
  sudoCommand = types.submodule {
    options = {
      command = mkOption { type = str; };
      options = opt strings [ ];
    };
  };
  sudo = {
    wheelNeedsPassword = opt bool true;
    extraConfig = lines;
    extraRules = opt (types.listOf (types.submodule {
      options = {
        users = opt (types.listOf (types.either str types.int)) [ ];
        groups = opt (types.listOf (types.either str types.int)) [ ];
        host = opt str "ALL";
        runAs = opt str "ALL:ALL";
        commands = opt (types.listOf (types.either str sudoCommand)) [ ];
      };
    })) [ ];
  };
  doasRule = types.submodule {
    options = {
      users = opt (types.listOf (types.either str types.int)) [ ];
      groups = opt (types.listOf (types.either str types.int)) [ ];
      noPass = enable;
      noLog = enable;
      persist = enable;
      keepEnv = enable;
      setEnv = opt strings [ ];
      runAs = opt nullStr null;
      cmd = opt nullStr null;
      args = opt (types.nullOr strings) null;
    };
  };
  wrapper = types.submodule {
    options = {
      source = mkOption { type = types.path; };
      owner = mkOption { type = str; };
      group = mkOption { type = str; };
      setuid = enable;
      setgid = enable;
      permissions = opt str "u+rx,g+x,o+x";
    };
  };
  # Files that hjem writes for users, and their services.
  hjemFile = types.submodule ({ name, ... }: {
    options = hjemFileOptions // { target = opt str name; };
  });
  hjemFileOptions = {
    enable = opt bool true;
    text = opt (types.nullOr types.lines) null;
    source = mkOption { type = types.path; };
    executable = enable;
  };
  hjemFiles = partly (opt (types.attrsOf hjemFile) { });
  hjemUser = types.submodule {
    options = {
      enable = opt bool true;
      files = hjemFiles;
      xdg = lib.genAttrs [ "cache" "config" "data" "state" ] (_: { files = hjemFiles; });
      systemd.services = partly (opt (types.attrsOf service) { });
    };
  };

  # What gives a job its container.
  gitlabRunner = types.submodule {
    options = {
      executor = opt str "docker";
      dockerAllowedImages = opt strings [ ];
      dockerAllowedServices = opt strings [ ];
      dockerDisableCache = enable;
      dockerExtraHosts = opt strings [ ];
      dockerImage = opt nullStr null;
      dockerPrivileged = enable;
      dockerVolumes = opt strings [ ];
      environmentVariables = opt (types.attrsOf str) { };
      registrationFlags = opt strings [ ];
    };
  };
  actRunnerOptions = {
    enable = enable;
    settings = opt (types.submodule { freeformType = set; }) { };
  };
  giteaRunner = types.submodule {
    options = actRunnerOptions // {
      labels = opt strings [ ];
      token = opt nullStr null;
    };
  };
  forgejoRunner = types.submodule {
    options = actRunnerOptions // {
      connections = partly (opt (types.attrsOf (types.submodule {
        options = {
          labels = opt strings [ ];
          token = opt nullStr null;
        };
      })) { });
    };
  };
  woodpeckerAgent = types.submodule {
    options = {
      enable = enable;
      environment = opt (types.attrsOf str) { };
      extraGroups = opt strings [ ];
    };
  };

  # What does not depend on the system.
  declared = {
    assertions = opt (types.listOf types.unspecified) [ ];
    warnings = opt strings [ ];

    containers = opt (types.attrsOf nspawn) { };

    nixpkgs.hostPlatform = mkOption { type = types.either str types.attrs; apply = lib.systems.elaborate; };

    services = {
      gitlab-runner = {
        enable = enable;
        services = partly (opt (types.attrsOf gitlabRunner) { });
      };
      gitea-actions-runner.instances = partly (opt (types.attrsOf giteaRunner) { });
      forgejo-runner.instances = partly (opt (types.attrsOf forgejoRunner) { });
      woodpecker-agents.agents = partly (opt (types.attrsOf woodpeckerAgent) { });
      # What firewalls are opened for by name.
      nginx = {
        defaultHTTPListenPort = opt types.port 80;
        defaultSSLListenPort = opt types.port 443;
      };
      openssh.ports = opt (types.listOf types.port) [ 22 ];
      tailscale.port = opt types.port 41641;
    };

    virtualisation = {
      podman = {
        enable = enable;
        dockerCompat = enable;
        dockerSocket.enable = enable;
        enableNvidia = enable;
        networkSocket = {
          enable = enable;
          openFirewall = enable;
          port = opt types.port 2376;
          listenAddress = opt str "0.0.0.0";
        };
        autoPrune = {
          enable = enable;
          flags = opt strings [ ];
          dates = opt str "weekly";
        };
        defaultNetwork.settings = opt set { };
      };
      docker = {
        enable = enable;
        extraOptions = opt (types.separatedString " ") "";
        rootless.extraOptions = opt (types.separatedString " ") "";
        rootless.enable = enable;
        rootless.setSocketVariable = enable;
      };
      containers = {
        enable = enable;
        containersConf.settings = opt (types.attrsOf types.anything) { };
        storage.settings = opt (types.attrsOf types.anything) { };
        registries = {
          search = opt strings [ "docker.io" "quay.io" ];
          insecure = opt strings [ ];
          block = opt strings [ ];
        };
        policy = opt set { };
      };
      lxd.enable = enable;
      incus.enable = enable;
      libvirtd.enable = enable;
    };

    users = {
      users = grown (types.attrsOf user);
      groups = grownBy fixedGroups (types.attrsOf group);
      mutableUsers = opt bool true;
      manageLingering = opt bool true;
      allowNoPasswordLogin = enable;
      defaultUserHome = opt str "/home";
    };

    ids = {
      uids = grownBy ids.uids (types.attrsOf types.int);
      gids = grownBy ids.gids (types.attrsOf types.int);
    };

    boot = {
      postBootCommands = lines;
      initrd.services.udev.rules = lines;
      isContainer = enable;
      enableContainers = opt bool true;
      kernelPackages = mkOption { type = types.raw; };
      kernel.sysctl = grown (types.attrsOf types.anything);
    };

    security = {
      allowUserNamespaces = opt bool true;
      unprivilegedUsernsClone = enable;
      protectKernelImage = enable;
      lockKernelModules = enable;
      inherit sudo;
      sudo-rs = sudo;
      doas.extraRules = opt (types.listOf doasRule) [ ];
      doas.extraConfig = lines;
      polkit.extraConfig = lines;
      wrappers = partly (grown (types.attrsOf wrapper));
    };

    system.activationScripts = activationScripts;
    system.userActivationScripts = activationScripts;

    # A number in systems of nix-darwin, whose files often lie beside.
    system.stateVersion = opt (types.nullOr (types.either types.str types.int)) null;

    services.udev = { extraRules = lines; initrdRules = lines; };
    services.borgbackup.jobs = partly (opt (types.attrsOf backup) { });

    networking = {
      localCommands = lines;
      hostName = opt str "nixos";
      domain = opt nullStr null;
    };
    time.timeZone = opt nullStr null;

    nix.extraOptions = lines;
    nix.settings = {
      trusted-users = opt strings [ ];
      # Declared by nobody but as "any atom, or a list of them"; Nix splits a string at blanks.
      extra-trusted-users = opt (types.either str strings) [ ];
    };

    environment = shell // {
      etc = partly (grown (types.attrsOf etc));
      extraInit = lines;
    };
    programs = {
      bash = shell;
      fish = shell;
      zsh = shell;
    };
    systemd.services = partly (grown (types.attrsOf service));
    systemd.user.services = partly (grown (types.attrsOf service));

    # Systems beside this one: with it, unless they say otherwise, and with more.
    specialisation = opt (types.attrsOf (types.submodule {
      options = {
        inheritParentConfig = opt bool true;
        configuration = opt (types.submoduleWith { modules = [ ]; nixpodSystem = "variant"; }) { };
      };
    })) { };

    fileSystems = partly (opt (types.attrsOf (types.submodule ({ name, ... }: {
      options = {
        mountPoint = opt str name;
        device = opt types.anything null;
        fsType = opt str "auto";
        options = opt strings [ "defaults" ];
        neededForBoot = enable;
      };
    }))) { });

    hjem.users = partly (opt (types.attrsOf hjemUser) { });

    home-manager = {
      users = opt (types.attrsOf (types.submoduleWith { modules = [ ]; nixpodSystem = "home"; })) { };
      extraSpecialArgs = opt (types.lazyAttrsOf types.raw) { };
      sharedModules = opt (types.listOf types.raw) [ ];
      useGlobalPkgs = enable;
      useUserPackages = enable;
      backupFileExtension = opt nullStr null;
    };
  };
in
{ config, ... }:
let
  inherit (config.virtualisation) arion oci-containers quadlet;
  by-arion = backend: arion.projects != { } && arion.backend == backend;
  # Where nobody says whether, any object enables it.
  quadlet-nix = quadlet.enable == true || quadlet.enable == null && (
    quadlet.builds != { } || quadlet.containers != { } || quadlet.images != { } || quadlet.kubes != { }
    || quadlet.networks != { } || quadlet.pods != { } || quadlet.volumes != { }
  );
in
{
  options = declared // {
    virtualisation = declared.virtualisation // {
      oci-containers = {
        backend = mkOption {
          type = backends;
          default = if !lib.isString config.system.stateVersion then "podman" else if lib.versionAtLeast config.system.stateVersion "22.05" then "podman" else "docker";
        };
        containers = ociContainers;
      };
    };
  };

  config = {
    virtualisation.podman.enable = mkIf (quadlet-nix || oci-containers.containers != { } && oci-containers.backend == "podman" || by-arion "podman-socket") true;
    virtualisation.docker.enable = mkIf (oci-containers.containers != { } && oci-containers.backend == "docker" || by-arion "docker") true;
  };
}
