//! What may be written.

use super::host;
use camino::Utf8Path;
use expect_test::{Expect, expect};
use nixpod_source::TextSize;
use std::fmt::Write as _;

/// So many of a long list are shown.
const SHOWN: usize = 6;

/// Completes at `|` in `a.nix`, or in the file of that name, beside others.
fn complete(file: &str, text: &str, others: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let at = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    let mut files = vec![(file, text.as_str())];
    files.extend(others);
    let (host, _) = host(&files);
    let analysis = host.analysis();
    let path = format!("/p/{file}");
    let found = analysis.completions(Utf8Path::new(&path), TextSize::new(at as u32));
    assert_eq!(host.evaluations(), 0, "nothing is evaluated");
    let shown = found.into_iter().map(|one| {
        let replaced = &text[std::ops::Range::<usize>::from(one.replaced)];
        (one.label, format!("{replaced}→{}", one.insert), one.detail)
    });
    shown.collect()
}

fn check(file: &str, texts: &[&str], others: &[(&str, &str)], expected: &Expect) {
    let mut out = String::new();
    for text in texts {
        let found = complete(file, text, others);
        let _ = writeln!(out, "{}", text.replace('\n', "⏎"));
        for (_, change, detail) in found.iter().take(SHOWN) {
            let _ = writeln!(out, "  {change}  {detail}");
        }
        if found.len() > SHOWN {
            let _ = writeln!(out, "  and {} more", found.len() - SHOWN);
        }
    }
    expected.assert_eq(&out);
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn options_of_containers_that_are_not_finished() {
    check(
        "a.nix",
        &[
            "{ containers.web.|",
            "{ containers.web = { pri|",
            "{ containers.web = { autoStart = true; config = { }; | path = ./x; }; }",
            "{ containers.web.bindMounts.\"/a\".| }",
            "{ containers.web.allowedDevices = [ { | } ]; }",
            "{ virtualisation.oci-containers.containers.web = { po| }; }",
            "{ virtualisation.oci-containers.containers.web.podman.| }",
            "{ virtualisation.oci-containers.containers.web.capabilities = { | }; }",
            "{ services.podman.containers = lib.mkIf x { web.| }; }",
            "{ services.podman.containers.web.extraConfig.Container.| }",
            "{ virtualisation.quadlet.containers.web.| }",
            "{ virtualisation.quadlet.containers.web.containerConfig.n|",
            "{ services.gitlab-runner.services.x.docker| }",
            "{ nixosConfigurations.x = nixosSystem { modules = [ { containers.web.| } ]; }; }",
            "{ containers.web.config = { containers.inner.| }; }",
        ],
        &[],
        &expect![[r#"
            { containers.web.|
              →config  NixOS module
              →path  absolute path
              →flake  null or string
              →nixpkgs  absolute path
              →specialArgs  attribute set
              →additionalCapabilities  list of strings
              and 23 more
            { containers.web = { pri|
              pri→config  NixOS module
              pri→path  absolute path
              pri→flake  null or string
              pri→nixpkgs  absolute path
              pri→specialArgs  attribute set
              pri→additionalCapabilities  list of strings
              and 23 more
            { containers.web = { autoStart = true; config = { }; | path = ./x; }; }
              →flake  null or string
              →nixpkgs  absolute path
              →specialArgs  attribute set
              →additionalCapabilities  list of strings
              →allowedDevices  list of submodules
              →bindMounts  attribute set of submodules
              and 20 more
            { containers.web.bindMounts."/a".| }
              →mountPoint  string
              →hostPath  null or string
              →isReadOnly  boolean
            { containers.web.allowedDevices = [ { | } ]; }
              →node  string
              →modifier  string (subset of r, w, m)
            { virtualisation.oci-containers.containers.web = { po| }; }
              po→login  submodule
              po→image  string
              po→imageFile  null or package
              po→imageStream  null or package
              po→serviceName  string
              po→cmd  list of strings
              and 21 more
            { virtualisation.oci-containers.containers.web.podman.| }
              →sdnotify  one of "conmon", "healthy", "container"
              →user  string
            { virtualisation.oci-containers.containers.web.capabilities = { | }; }
              →CAP_AUDIT_CONTROL  switches the audit log of the host on and off, and changes its rules
              →CAP_AUDIT_READ  reads the audit log of the host
              →CAP_AUDIT_WRITE  writes lines to the audit log
              →CAP_BLOCK_SUSPEND  keeps the machine from sleeping
              →CAP_BPF  loads programs into the kernel
              →CAP_CHECKPOINT_RESTORE  saves and restores processes
              and 35 more
            { services.podman.containers = lib.mkIf x { web.| }; }
              →addCapabilities  list of strings
              →autoStart  boolean
              →autoUpdate  one of null, "registry", "local"
              →description  null or string
              →devices  list of strings
              →dropCapabilities  list of strings
              and 17 more
            { services.podman.containers.web.extraConfig.Container.| }
              →AddCapability  since Podman 4.4
              →AddDevice  since Podman 4.4
              →AddHost  since Podman 5.3
              →Annotation  since Podman 4.4
              →AppArmor  since Podman 5.8
              →AutoUpdate  since Podman 4.6
              and 88 more
            { virtualisation.quadlet.containers.web.| }
              →rootlessConfig  submodule
              →quadletConfig  submodule
              →containerConfig  submodule
              →autoStart  boolean or string
              →rawConfig  null or string
              →serviceConfig  attribute set of systemd unit option values
              and 1 more
            { virtualisation.quadlet.containers.web.containerConfig.n|
              n→addCapabilities  list of strings
              n→addGroups  list of strings
              n→addHosts  list of strings
              n→annotations  (list of strings) or attribute set of strings
              n→appArmor  null or string
              n→autoUpdate  null or one of "registry", "local"
              and 82 more
            { services.gitlab-runner.services.x.docker| }
              docker→executor  
              docker→dockerImage  
              docker→dockerPrivileged  
              docker→dockerVolumes  
              docker→dockerExtraHosts  
              docker→dockerPullPolicy  
              and 11 more
            { nixosConfigurations.x = nixosSystem { modules = [ { containers.web.| } ]; }; }
              →config  NixOS module
              →path  absolute path
              →flake  null or string
              →nixpkgs  absolute path
              →specialArgs  attribute set
              →additionalCapabilities  list of strings
              and 23 more
            { containers.web.config = { containers.inner.| }; }
              →config  NixOS module
              →path  absolute path
              →flake  null or string
              →nixpkgs  absolute path
              →specialArgs  attribute set
              →additionalCapabilities  list of strings
              and 23 more
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn values_of_options() {
    check(
        "a.nix",
        &[
            "{ containers.web.privateUsers = | }",
            "{ containers.web.privateUsers = \"p|\"; }",
            "{ containers.web.autoStart = lib.mkForce |; }",
            "{ containers.web.additionalCapabilities = [ \"CAP_SYS_A|\" ]; }",
            "{ containers.web.additionalCapabilities = [ CAP| ]; }",
            "{ containers.web.allowedDevices = [ { node = \"/dev/|\"; } ]; }",
            "{ containers.web.extraFlags = [ \"--bind=/a --pri|\" ]; }",
            "{ containers.web.extraFlags = [ \"--private-users=|\" ]; }",
            "{ virtualisation.oci-containers.containers.web.extraOptions = [ \"--ca|\" ]; }",
            "{ virtualisation.oci-containers.containers.web.extraOptions = [ \"--cap-add=CAP_CHOWN,|\" ]; }",
            "{ virtualisation.oci-containers.containers.web.extraOptions = [ \"--userns\" \"k|\" ]; }",
            "{ virtualisation.oci-containers.containers.web.extraOptions = [ | ]; }",
            "{ virtualisation.oci-containers.containers.web.pull = \"|\"; }",
            "{ virtualisation.quadlet.containers.web.containerConfig.userns = \"|\"; }",
        ],
        &[],
        &expect![[r#"
            { containers.web.privateUsers = | }
              →"no"  
              →"identity"  
              →"pick"  
            { containers.web.privateUsers = "p|"; }
              p→no  
              p→identity  
              p→pick  
            { containers.web.autoStart = lib.mkForce |; }
              →true  
              →false  
            { containers.web.additionalCapabilities = [ "CAP_SYS_A|" ]; }
              CAP_SYS_A→CAP_AUDIT_CONTROL  switches the audit log of the host on and off, and changes its rules
              CAP_SYS_A→CAP_AUDIT_READ  reads the audit log of the host
              CAP_SYS_A→CAP_AUDIT_WRITE  writes lines to the audit log
              CAP_SYS_A→CAP_BLOCK_SUSPEND  keeps the machine from sleeping
              CAP_SYS_A→CAP_BPF  loads programs into the kernel
              CAP_SYS_A→CAP_CHECKPOINT_RESTORE  saves and restores processes
              and 35 more
            { containers.web.additionalCapabilities = [ CAP| ]; }
              CAP→"CAP_AUDIT_CONTROL"  switches the audit log of the host on and off, and changes its rules
              CAP→"CAP_AUDIT_READ"  reads the audit log of the host
              CAP→"CAP_AUDIT_WRITE"  writes lines to the audit log
              CAP→"CAP_BLOCK_SUSPEND"  keeps the machine from sleeping
              CAP→"CAP_BPF"  loads programs into the kernel
              CAP→"CAP_CHECKPOINT_RESTORE"  saves and restores processes
              and 35 more
            { containers.web.allowedDevices = [ { node = "/dev/|"; } ]; }
              /dev/→/dev/bus/usb  all USB devices, read and written directly
              /dev/→/dev/dri  graphics: display and rendering
              /dev/→/dev/dri/renderD128  rendering on the first graphics card
              /dev/→/dev/fuse  file systems in user space
              /dev/→/dev/input  keyboards and mice: reads all that is typed
              /dev/→/dev/kfd  computing on AMD graphics cards
              and 10 more
            { containers.web.extraFlags = [ "--bind=/a --pri|" ]; }
              --pri→--ambient-capability=  
              --pri→--as-pid2  
              --pri→--background=  
              --pri→--bind=  Shows a path of the host to the container.
              --pri→--bind-ro=  Shows a path of the host to the container, read-only.
              --pri→--bind-user=  
              and 68 more
            { containers.web.extraFlags = [ "--private-users=|" ]; }
              →identity  a namespace in which all ids are the same as outside
              →no  no namespace: its root is root on the host
              →pick  a range of users of its own, which systemd-nspawn picks
            { virtualisation.oci-containers.containers.web.extraOptions = [ "--ca|" ]; }
              --ca→--add-host=  
              --ca→--annotation=  
              --ca→--arch=  
              --ca→--attach=  
              --ca→--authfile=  
              --ca→--blkio-weight=  
              and 159 more
            { virtualisation.oci-containers.containers.web.extraOptions = [ "--cap-add=CAP_CHOWN,|" ]; }
              →CAP_AUDIT_CONTROL  switches the audit log of the host on and off, and changes its rules
              →CAP_AUDIT_READ  reads the audit log of the host
              →CAP_AUDIT_WRITE  writes lines to the audit log
              →CAP_BLOCK_SUSPEND  keeps the machine from sleeping
              →CAP_BPF  loads programs into the kernel
              →CAP_CHECKPOINT_RESTORE  saves and restores processes
              and 35 more
            { virtualisation.oci-containers.containers.web.extraOptions = [ "--userns" "k|" ]; }
              k→auto  a range of users of its own, which Podman picks
              k→container:  that of another container
              k→host  no namespace: users are those of the engine
              k→keep-id  the user who runs it has the same id inside; rootless only
              k→nomap  the user who runs it is not mapped; rootless only
              k→ns:  the namespace at a path
            { virtualisation.oci-containers.containers.web.extraOptions = [ | ]; }
              →"--add-host="  
              →"--annotation="  
              →"--arch="  
              →"--attach="  
              →"--authfile="  
              →"--blkio-weight="  
              and 159 more
            { virtualisation.oci-containers.containers.web.pull = "|"; }
              →always  
              →missing  
              →never  
              →newer  
            { virtualisation.quadlet.containers.web.containerConfig.userns = "|"; }
              →auto  a range of users of its own, which Podman picks
              →container:  that of another container
              →host  no namespace: users are those of the engine
              →keep-id  the user who runs it has the same id inside; rootless only
              →nomap  the user who runs it is not mapped; rootless only
              →ns:  the namespace at a path
        "#]],
    );
}

#[test]
fn names_of_the_project() {
    let others = [
        (
            "b.nix",
            "{ virtualisation.quadlet.networks = { inner = { }; }; virtualisation.quadlet.pods.group = { };
               virtualisation.quadlet.volumes.data.volumeConfig = { };
               virtualisation.oci-containers.containers.db.image = \"x\"; containers.guest.config = { }; }",
        ),
        ("containers/systemd/lone.network", "[Network]\n"),
    ];
    check(
        "a.nix",
        &[
            "{ virtualisation.quadlet.containers.web.containerConfig.networks = [ \"in|\" ]; }",
            "{ virtualisation.quadlet.containers.web.containerConfig.pod = \"|\"; }",
            "{ virtualisation.quadlet.containers.web.containerConfig.volumes = [ \"|\" ]; }",
            "{ virtualisation.oci-containers.containers.web.dependsOn = [ \"|\" ]; }",
            "{ virtualisation.oci-containers.containers.|",
            "{ containers.|",
        ],
        &others,
        &expect![[r#"
            { virtualisation.quadlet.containers.web.containerConfig.networks = [ "in|" ]; }
              in→bridge  a bridge of the engine, with a network of its own
              in→container:  the network of another container
              in→host  the network of the host, with all that listens on its loopback
              in→none  no network
              in→ns:  the network namespace at a path
              in→pasta  a network of its own by pasta, for rootless containers
              and 3 more
            { virtualisation.quadlet.containers.web.containerConfig.pod = "|"; }
              →group.pod  pod
            { virtualisation.quadlet.containers.web.containerConfig.volumes = [ "|" ]; }
              →data.volume  volume
            { virtualisation.oci-containers.containers.web.dependsOn = [ "|" ]; }
              →db  container
            { virtualisation.oci-containers.containers.|
              →db  container
            { containers.|
              →guest  container
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn units() {
    let text = "{ environment.etc.\"containers/systemd/web.container\".text = ''\n  [Container]\n  ";
    check(
        "a.nix",
        &[
            &format!("{text}AddC|\n''; }}"),
            &format!("{text}AddCapability=CAP_CHOWN |''; }}"),
            &format!("{text}UserNS=|"),
            &format!("{text}ReadOnly=|"),
            &format!("{text}PodmanArgs=--pid|"),
            "{ virtualisation.quadlet.containers.web.rawConfig = \"[Container]\nNetwork=|",
            "{ a.\"web.container\".text = ''\n[|",
        ],
        &[],
        &expect![[r#"
            { environment.etc."containers/systemd/web.container".text = ''⏎  [Container]⏎  AddC|⏎''; }
              AddC→AddCapability=  Adds capabilities.
              AddC→AddDevice=  Passes a device of the host: `node[:inside][:rwm]`.
              AddC→AddHost=  since Podman 5.3
              AddC→Annotation=  since Podman 4.4
              AddC→AppArmor=  since Podman 5.8
              AddC→AutoUpdate=  since Podman 4.6
              and 88 more
            { environment.etc."containers/systemd/web.container".text = ''⏎  [Container]⏎  AddCapability=CAP_CHOWN |''; }
              →CAP_AUDIT_CONTROL  switches the audit log of the host on and off, and changes its rules
              →CAP_AUDIT_READ  reads the audit log of the host
              →CAP_AUDIT_WRITE  writes lines to the audit log
              →CAP_BLOCK_SUSPEND  keeps the machine from sleeping
              →CAP_BPF  loads programs into the kernel
              →CAP_CHECKPOINT_RESTORE  saves and restores processes
              and 35 more
            { environment.etc."containers/systemd/web.container".text = ''⏎  [Container]⏎  UserNS=|
              →auto  a range of users of its own, which Podman picks
              →container:  that of another container
              →host  no namespace: users are those of the engine
              →keep-id  the user who runs it has the same id inside; rootless only
              →nomap  the user who runs it is not mapped; rootless only
              →ns:  the namespace at a path
            { environment.etc."containers/systemd/web.container".text = ''⏎  [Container]⏎  ReadOnly=|
              →true  
              →false  
            { environment.etc."containers/systemd/web.container".text = ''⏎  [Container]⏎  PodmanArgs=--pid|
              --pid→--add-host=  
              --pid→--annotation=  
              --pid→--arch=  
              --pid→--attach=  
              --pid→--authfile=  
              --pid→--blkio-weight=  
              and 159 more
            { virtualisation.quadlet.containers.web.rawConfig = "[Container]⏎Network=|
              →bridge  a bridge of the engine, with a network of its own
              →container:  the network of another container
              →host  the network of the host, with all that listens on its loopback
              →none  no network
              →ns:  the network namespace at a path
              →pasta  a network of its own by pasta, for rootless containers
              and 1 more
            { a."web.container".text = ''⏎[|
              →Container]  section
              →Unit]  section
              →Service]  section
              →Install]  section
              →Quadlet]  section
        "#]],
    );
    check(
        "containers/systemd/web.container",
        &[
            "[Unit]\nDes|",
            "[Container]\nIma|ge=x\n",
            "[Container]\nPull=|",
            "# nixpod: ignore[toy-f|",
        ],
        &[],
        &expect![[r#"
            [Unit]⏎Des|
            [Container]⏎Ima|ge=x⏎
              Image→AddCapability  Adds capabilities.
              Image→AddDevice  Passes a device of the host: `node[:inside][:rwm]`.
              Image→AddHost  since Podman 5.3
              Image→Annotation  since Podman 4.4
              Image→AppArmor  since Podman 5.8
              Image→AutoUpdate  since Podman 4.6
              and 88 more
            [Container]⏎Pull=|
              →always  
              →missing  
              →newer  
              →never  
            # nixpod: ignore[toy-f|
              toy-f→toy-flag  uses `--all`
              toy-f→toy-absent  is not isolated
              toy-f→parse-error  text that does not parse
              toy-f→missing-import  import of a file that does not exist
              toy-f→malformed-suppression  suppression comment that is not complete
              toy-f→unknown-suppression  suppression of a rule that does not exist
              and 1 more
        "#]],
    );
}

#[test]
fn rules_in_suppressions() {
    check(
        "a.nix",
        &[
            "{ # nixpod: ignore[|",
            "{ # nixpod: ignore[toy-flag, |]\n }",
            "/* nixpod: ignore-file[toy-f|",
            "{ # nixpod: |",
            "{ # nixpod: ignore[toy-flag] |",
        ],
        &[],
        &expect![[r#"
            { # nixpod: ignore[|
              →toy-flag  uses `--all`
              →toy-absent  is not isolated
              →parse-error  text that does not parse
              →missing-import  import of a file that does not exist
              →malformed-suppression  suppression comment that is not complete
              →unknown-suppression  suppression of a rule that does not exist
              and 1 more
            { # nixpod: ignore[toy-flag, |]⏎ }
              →toy-absent  is not isolated
              →parse-error  text that does not parse
              →missing-import  import of a file that does not exist
              →malformed-suppression  suppression comment that is not complete
              →unknown-suppression  suppression of a rule that does not exist
              →unused-suppression  suppression comment without a finding
            /* nixpod: ignore-file[toy-f|
              toy-f→toy-flag  uses `--all`
              toy-f→toy-absent  is not isolated
              toy-f→parse-error  text that does not parse
              toy-f→missing-import  import of a file that does not exist
              toy-f→malformed-suppression  suppression comment that is not complete
              toy-f→unknown-suppression  suppression of a rule that does not exist
              and 1 more
            { # nixpod: |
            { # nixpod: ignore[toy-flag] |
        "#]],
    );
}

#[test]
fn silent_where_others_complete() {
    for text in [
        "|",
        "{ |",
        "{ services.nginx.| }",
        "{ virtualisation.| }",
        "{ config, l|, ... }: { }",
        "{ containers.web.autoStart = config.| }",
        "{ containers.web.config = { services.| }; }",
        "{ containers.web.config.networking.| }",
        "{ shop.containers.web.| }",
        "{ options.containers.web.| }",
        "{ containers.web = make { | }; }",
        "{ containers.web = { # a comment with [ |",
        "let containers.web = { | }; in { }",
        "{ containers.web.path = \"|\"; }",
        "{ virtualisation.oci-containers.containers.web.image = \"x${|}\"; }",
    ] {
        assert_eq!(complete("a.nix", text, &[]), [], "{text}");
    }
}

#[test]
fn documentation() {
    let (host, _) = host(&[]);
    let analysis = host.analysis();
    expect![[r#"
        `privateUsers`: integer or one of "no", "identity", "pick"

        How users of the container map to those of the host. By default its root is the host's.

        Default: `"no"`

        Since NixOS 25.05"#]]
    .assert_eq(&analysis.described("option/nspawn/privateUsers").unwrap());
    assert!(
        analysis
            .described("rule/toy-flag")
            .unwrap()
            .contains("The flag `--all`.")
    );
    assert_eq!(analysis.described("rule/none"), None);
    assert_eq!(analysis.described("value/x"), None);
}
