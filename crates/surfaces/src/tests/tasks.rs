//! What engines do besides running containers: builds, and images that are only fetched.

use super::{containers, dump, texts, world};
use expect_test::expect;
use nixpod_modules::Kind;

/// The steps of a build have what its unit says. One that says nothing of the kind is none of a container's business.
#[test]
fn builds_that_are_units() {
    texts(
        r#"
#- /web.build
[Build]
ImageTag=localhost/web:1
SetWorkingDirectory=unit
Volume=/:/host:ro
Volume=cache.volume:/cache
Network=host
Secret=id=npm,src=/root/.npmrc
TLSVerify=false
Environment=A=b
BuildArg=NPM_TOKEN=plum-cartwheel-41
PodmanArgs=--cap-add=sys_admin --pid host --label a=b -t other
#- /plain.build
[Build]
ImageTag=localhost/plain:1
File=./Containerfile
Network=none
TLSVerify=true
#- /cache.volume
[Volume]
Device=/srv/cache
Type=bind
#- /web.container
[Container]
Image=web.build
"#,
        expect![[r#"
            quadlet build of web in `files` <- Build
              rootful: unknown: which service manager runs the unit is not known
              capability: CAP_SYS_ADMIN <- --cap-add=sys_admin
              network: Host <- host
              namespace: pid Host <- host
              mount: / at /host ro <- /:/host:ro
              mount: /srv/cache at /cache rw <- cache.volume:/cache
              environment: NPM_TOKEN = plum-cartwheel-41 <- NPM_TOKEN=plum-cartwheel-41
              environment: A = b <- A=b
              flag: --cap-add=sys_admin <- --cap-add=sys_admin
              flag: --pid <- --pid
              flag: --label <- --label
              flag: -t <- -t
              option: secret = id=npm,src=/root/.npmrc <- id=npm,src=/root/.npmrc
              option: tls-verify = false <- false
            quadlet web in `files` <- Container
              rootful: unknown: which service manager runs the unit is not known
              image: localhost/web:1 <- web.build
        "#]],
    );
}

/// Whoever runs an image is told how it is fetched; of the others that is said of themselves.
#[test]
fn images_that_nobody_runs() {
    texts(
        r#"
#- /base.image
[Image]
Image=registry.example.org/base:1
Creds=ann:plum-cartwheel-41
TLSVerify=no
#- /used.image
[Image]
Image=registry.example.org/used:1
TLSVerify=false
#- /model.artifact
[Artifact]
Artifact=registry.example.org/model:1
PodmanArgs=--creds ann:plum-cartwheel-42
#- /plain.image
[Image]
Image=registry.example.org/plain:1
AuthFile=/run/secrets/auth.json
#- /web.container
[Container]
Image=used.image
"#,
        expect![[r#"
            quadlet base.image in `files` <- Image
              rootful: unknown: which service manager runs the unit is not known
              image: registry.example.org/base:1 <- registry.example.org/base:1
              option: creds = ann:plum-cartwheel-41 <- ann:plum-cartwheel-41
              option: tls-verify = false <- no
            quadlet model.artifact in `files` <- Artifact
              rootful: unknown: which service manager runs the unit is not known
              image: registry.example.org/model:1 <- registry.example.org/model:1
              option: creds = ann:plum-cartwheel-42 <- ann:plum-cartwheel-42
            quadlet web in `files` <- Container
              rootful: unknown: which service manager runs the unit is not known
              image: registry.example.org/used:1 <- used.image
              option: tls-verify = false <- false
        "#]],
    );
}

#[test]
fn units_that_options_write() {
    containers(
        r#"
        { config, ... }: {
          environment.etc."containers/systemd/web.build".text = ''
            [Build]
            ImageTag=localhost/web
            Volume=%t/podman/podman.sock:/s
            Volume=${config.site.sources}:/src
          '';
          environment.etc."containers/systemd/users/odd.build".text = config.site.build;
        }
        "#,
        expect![[r#"
            quadlet build of odd in `box` <- "containers/systemd/users/odd.build"
              auto start: unknown: option `site.build` is set nowhere in the analysed files
              rootful: default false
              users: unknown: option `site.build` is set nowhere in the analysed files
              privileged: unknown: option `site.build` is set nowhere in the analysed files
              network: unknown: option `site.build` is set nowhere in the analysed files
              not seen: option `site.build` is set nowhere in the analysed files
              not known: a part of its definition: option `site.build` is set nowhere in the analysed files <- text
            quadlet build of web in `box` <- "containers/systemd/web.build"
              mount: /run/podman/podman.sock at /s rw <- %t/podman/podman.sock:/s
              mount: ${site.sources} at /src rw <- {…
              not known: what it mounts: option `site.sources` is set nowhere in the analysed files <- {…
            not analysed: build of odd: option `site.build` is set nowhere in the analysed files <- text
            not analysed: build of web: option `site.sources` is set nowhere in the analysed files <- {…
        "#]],
    );
}

#[test]
fn objects_of_quadlet_nix() {
    containers(
        r#"
        { config, ... }: {
          virtualisation.quadlet = {
            volumes.host.volumeConfig = { type = "none"; device = "/"; options = "bind"; };
            builds.web.buildConfig = {
              volumes = [ "/:/host" "host.volume:/again" ];
              networks = [ "host" ];
              secrets = [ "id=npm" ];
              tlsVerify = false;
              buildArgs.NPM_TOKEN = "plum-cartwheel-41";
              podmanArgs = [ "--security-opt=label=disable" ];
            };
            builds.raw.rawConfig = "[Build]\nImageTag=raw\nNetwork=host\n";
            builds.plain.buildConfig.tag = "plain";
            builds.off = { enable = false; buildConfig.networks = [ "host" ]; };
            builds.ann = { rootlessConfig.uid = 1000; buildConfig.networks = [ "host" ]; };
            images.base.imageConfig = { image = "registry.example.org/base:1"; creds = "ann:plum-cartwheel-41"; tlsVerify = false; };
            images.used.imageConfig = { image = "registry.example.org/used:1"; tlsVerify = false; };
            artifacts.model.artifactConfig = { artifact = "registry.example.org/model:1"; tlsVerify = false; };
            containers.web.containerConfig.image = config.virtualisation.quadlet.images.used.ref;
          };
          users.users.ann = { isNormalUser = true; uid = 1000; };
        }
        "#,
        expect![[r#"
            quadlet-nix web in `box` <- containers.web.containerConfig.image = config.virtualisation.quadlet.images.used.ref
              image: registry.example.org/used:1 <- config.virtualisation.quadlet.images.used.ref
              option: tls-verify = false <- false
            quadlet-nix build of ann in `box` <- { rootlessConfig.uid = 1000; buildConfig.networks = [ "host" ]; }
              auto start: default false
              rootful: false <- 1000
              runs as: ann <- 1000
              network: Host <- "host"
            quadlet-nix build of raw in `box` <- builds.raw.rawConfig = "[Build]\nImageTag=raw\nNetwork=host\n"
              auto start: default false
              network: Host <- host
            quadlet-nix build of web in `box` <- builds.web.buildConfig = {…
              auto start: default false
              network: Host <- "host"
              mount: / at /host rw <- "/:/host"
              mount: / at /again rw <- "host.volume:/again"
              environment: NPM_TOKEN = plum-cartwheel-41 <- "plum-cartwheel-41"
              security: label=disable <- "--security-opt=label=disable"
              flag: --security-opt=label=disable <- "--security-opt=label=disable"
              option: secret = id=npm <- "id=npm"
              option: tls-verify = false <- false
            quadlet-nix base.image in `box` <- images.base.imageConfig = { image = "registry.example.org/base:1"; creds = "ann:plum-cartwheel-41"; tlsVerify = false; }
              auto start: default false
              image: registry.example.org/base:1 <- "registry.example.org/base:1"
              option: creds = ann:plum-cartwheel-41 <- "ann:plum-cartwheel-41"
              option: tls-verify = false <- false
            quadlet-nix model.artifact in `box` <- artifacts.model.artifactConfig = { artifact = "registry.example.org/model:1"; tlsVerify = false; }
              auto start: default false
              image: registry.example.org/model:1 <- "registry.example.org/model:1"
              option: tls-verify = false <- false
        "#]],
    );
}

/// The same with keys as quadlet spells them, in a home.
#[test]
fn objects_in_the_spelling_of_quadlet() {
    let (world, files) = world(
        r#"
        { lib, config, ... }: {
          home.username = "ada";
          virtualisation.quadlet = {
            builds.web.buildConfig = { Volume = [ "%h/.ssh:/keys" ]; Network = [ "host" ]; TLSVerify = false; };
            builds.odd.buildConfig = { Volume = config.site.volumes; };
            images.base.imageConfig = { Image = "registry.example.org/base:1"; Creds = "ann:plum-cartwheel-41"; };
            artifacts.model.artifactConfig = { Artifact = "registry.example.org/model:1"; TLSVerify = false; };
          };
        }
        "#,
        Kind::Home,
        true,
    );
    expect![[r#"
        quadlet-nix build of odd in `box` <- builds.odd.buildConfig = { Volume = config.site.volumes; }
          auto start: default false
          rootful: default false
          runs as: default ada
          mount: unknown: option `site.volumes` is set nowhere in the analysed files <- Volume
          not known: what it mounts: option `site.volumes` is set nowhere in the analysed files <- Volume
        quadlet-nix build of web in `box` <- builds.web.buildConfig = { Volume = [ "%h/.ssh:/keys" ]; Network = [ "host" ]; TLSVerify = false; }
          auto start: default false
          rootful: default false
          runs as: default ada
          network: Host <- "host"
          mount: %h/.ssh at /keys rw <- "%h/.ssh:/keys"
          option: tls-verify = false <- false
        quadlet-nix base.image in `box` <- images.base.imageConfig = { Image = "registry.example.org/base:1"; Creds = "ann:plum-cartwheel-41"; }
          auto start: default false
          rootful: default false
          runs as: default ada
          image: registry.example.org/base:1 <- "registry.example.org/base:1"
          option: creds = ann:plum-cartwheel-41 <- "ann:plum-cartwheel-41"
        quadlet-nix model.artifact in `box` <- artifacts.model.artifactConfig = { Artifact = "registry.example.org/model:1"; TLSVerify = false; }
          auto start: default false
          rootful: default false
          runs as: default ada
          image: registry.example.org/model:1 <- "registry.example.org/model:1"
          option: tls-verify = false <- false
        not analysed: virtualisation.quadlet.builds.odd: option `site.volumes` is set nowhere in the analysed files <- Volume
    "#]].assert_eq(&dump::containers(&world, &files));
}
