//! Containers that scripts run.

use super::containers;
use expect_test::expect;

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn scripts_of_services() {
    containers(
        r#"
{ config, lib, pkgs, ... }:
{
  systemd.services.backup = {
    preStart = "${pkgs.podman}/bin/podman rm -f backup || true";
    script = ''
      # podman run --privileged commented
      exec ${lib.getExe pkgs.podman} run --rm --name backup --privileged \
        -v /:/host:ro -e "TOKEN=a b" --cap-add=sys_admin,net_admin -p 80:80 \
        --env-file ${config.sops.secrets.env.path} \
        docker.io/library/backup:1 save --all "/data"
    '';
  };
  systemd.services.plain = {
    serviceConfig.User = "pods";
    serviceConfig.ExecStartPre = [ "-+${pkgs.docker}/bin/docker run --net host -v /var/run/docker.sock:/s a" "podman pull b" ];
    serviceConfig.ExecStart = "${pkgs.podman}/bin/podman run -it --security-opt 'label=disable' b:2";
  };
  systemd.user.services.own.script = "podman create --userns=keep-id -v $HOME/.ssh:/k -v ~/.config:/c c";
}
"#,
        expect![[r#"
            command-line backup in `box` <- exec 
              engine: podman <- exec 
              privileged: true <- --privileged
              capability: CAP_SYS_ADMIN <- sys_admin
              capability: CAP_NET_ADMIN <- net_admin
              mount: / at /host ro <- /:/host:ro
              port: - 80 -> 80 <- 80:80
              environment: TOKEN = a b <- TOKEN=a b
              environment file: ${sops.secrets.env.path} <- {…
              image: docker.io/library/backup:1 <- docker.io/library/backup:1
              command: save <- save
              command: --all <- --all
              command: /data <- /data
              flag: --rm <- --rm
              flag: --name <- --name
              flag value: backup <- backup
              flag: --privileged <- --privileged
              flag: -v <- -v
              flag value: /:/host:ro <- /:/host:ro
              flag: -e <- -e
              flag value: TOKEN=a b <- TOKEN=a b
              flag: --cap-add=sys_admin,net_admin <- --cap-add=sys_admin,net_admin
              flag: -p <- -p
              flag value: 80:80 <- 80:80
              flag: --env-file <- --env-file
              flag value: ${sops.secrets.env.path} <- {…
              option: name = backup <- backup
            command-line systemd.services.plain in `box` <- /bin/docker run --net host -v /var/run/docker.sock:/s a
              engine: docker <- /bin/docker run --net host -v /var/run/docker.sock:/s a
              network: Host <- host
              mount: /var/run/docker.sock at /s rw <- /var/run/docker.sock:/s
              image: a <- a
              flag: --net <- --net
              flag value: host <- host
              flag: -v <- -v
              flag value: /var/run/docker.sock:/s <- /var/run/docker.sock:/s
            command-line systemd.services.plain (2) in `box` <- /bin/podman run -it --security-opt 'label=disable' b:2
              engine: podman <- /bin/podman run -it --security-opt 'label=disable' b:2
              rootful: false <- "pods"
              runs as: pods <- "pods"
              image: b:2 <- b:2
              security: label=disable <- label=disable
              flag: -it <- -it
              flag: --security-opt <- --security-opt
              flag value: label=disable <- label=disable
            command-line systemd.user.services.own in `box` <- podman create --userns=keep-id -v $HOME/.ssh:/k -v ~/.config:/c c
              engine: podman <- podman create --userns=keep-id -v $HOME/.ssh:/k -v ~/.config:/c c
              rootful: default false
              users: KeepId <- --userns=keep-id
              mount: $HOME/.ssh at /k rw <- $HOME
              mount: ~/.config at /c rw <- ~/.config:/c
              image: c <- c
              flag: --userns=keep-id <- --userns=keep-id
              flag: -v <- -v
              flag value: $HOME/.ssh:/k <- $HOME
              flag: -v <- -v
              flag value: ~/.config:/c <- ~/.config:/c
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn lines_of_nspawn() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.guest.script = ''
    ${pkgs.systemd}/bin/systemd-nspawn -D /srv/guest -M guest -U --bind=/srv/a:/b --bind-ro /etc --capability=CAP_NET_ADMIN -n -p 80 --setenv=A=b -b
  '';
  systemd.services.open.serviceConfig.ExecStart = "systemd-nspawn --directory=/srv/open --boot --bind=/:/host $EXTRA";
  systemd.services.long.serviceConfig.ExecStart = ''
    ${pkgs.systemd}/bin/systemd-nspawn --machine=long \
      --directory=/srv/long \
      --bind=/dev
  '';
}
"#,
        expect![[r#"
            command-line guest in `box` <- /bin/systemd-nspawn -D /srv/guest -M guest -U --bind=/srv/a:/b --bind-ro /etc --capability=CAP_NET_ADMIN -n -p 80 --setenv=A=b -b
              engine: nspawn <- /bin/systemd-nspawn -D /srv/guest -M guest -U --bind=/srv/a:/b --bind-ro /etc --capability=CAP_NET_ADMIN -n -p 80 --setenv=A=b -b
              users: Pick <- -U
              capability: CAP_NET_ADMIN <- --capability=CAP_NET_ADMIN
              network: Private <- -n
              mount: /srv/a at /b rw <- --bind=/srv/a:/b
              mount: /etc at /etc ro <- /etc
              port: - 80 -> 80 <- 80
              environment: A = b <- --setenv=A=b
              flag: -D <- -D
              flag value: /srv/guest <- /srv/guest
              flag: -M <- -M
              flag value: guest <- guest
              flag: -U <- -U
              flag: --bind=/srv/a:/b <- --bind=/srv/a:/b
              flag: --bind-ro <- --bind-ro
              flag value: /etc <- /etc
              flag: --capability=CAP_NET_ADMIN <- --capability=CAP_NET_ADMIN
              flag: -n <- -n
              flag: -p <- -p
              flag value: 80 <- 80
              flag: --setenv=A=b <- --setenv=A=b
              flag: -b <- -b
              private users: Pick <- -U
              ownership: true <- -U
              private network: default false
              tun: default false
              other private network: true <- -n
            command-line long in `box` <- /bin/systemd-nspawn --machine=long 
              engine: nspawn <- /bin/systemd-nspawn --machine=long 
              network: default Host
              mount: /dev at /dev rw <- --bind=/dev
              flag: --machine=long <- --machine=long
              flag: --directory=/srv/long <- --directory=/srv/long
              flag: --bind=/dev <- --bind=/dev
              private users: default Host
              ownership: default false
              private network: default false
              tun: default false
              other private network: default false
            command-line systemd.services.open in `box` <- systemd-nspawn --directory=/srv/open --boot --bind=/:/host $EXTRA
              engine: nspawn <- systemd-nspawn --directory=/srv/open --boot --bind=/:/host $EXTRA
              users: unknown: a variable of a unit depends on the machine
              network: unknown: a variable of a unit depends on the machine
              mount: / at /host rw <- --bind=/:/host
              flag: --directory=/srv/open <- --directory=/srv/open
              flag: --boot <- --boot
              flag: --bind=/:/host <- --bind=/:/host
              flag: unknown: a variable of a unit depends on the machine <- $EXTRA
              private users: unknown: a variable of a unit depends on the machine
              ownership: default false
              private network: default false
              tun: default false
              other private network: default false
              not known: which options it is started with: a variable of a unit depends on the machine <- $EXTRA
            not analysed: systemd.services.open: a variable of a unit depends on the machine <- $EXTRA
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn what_a_script_says_before() {
    containers(
        r#"
{
  systemd.services.x.script = ''
    podman volume create --opt type=none --opt device=/ --opt o=bind everything
    podman pod create --name shared --network host -p 8080:80 --userns=auto
    podman run -d --pod shared -v everything:/host --name a img:1
    args=(-v /srv:/srv)
    if [ -e /dev/kvm ]; then args+=(--device /dev/kvm); fi
    for dir in /etc "/var/lib/x"; do args+=(-v "$dir:$dir:ro"); done
    IMAGE=registry.example.org/b:2
    podman run "''${args[@]}" "$IMAGE" sh -c 'podman run no'
    podman run $OPTIONS --privileged img3 c
    docker create --name d --privileged img4
    docker network connect other d && docker start d
    docker exec d sh
  '';
}
"#,
        expect![[r#"
            command-line a in `box` <- podman run -d --pod shared -v everything:/host --name a img:1
              engine: podman <- podman run -d --pod shared -v everything:/host --name a img:1
              users: Pick <- --userns=auto
              network: Host <- host
              mount: / at /host rw <- everything:/host
              port: - 8080 -> 80 of pod shared <- 8080:80
              image: img:1 <- img:1
              flag: -d <- -d
              flag: --pod <- --pod
              flag value: shared <- shared
              flag: -v <- -v
              flag value: everything:/host <- everything:/host
              flag: --name <- --name
              flag value: a <- a
              option: pod = shared <- shared
              option: name = a <- a
            command-line systemd.services.x in `box` <- podman run "''${args[@]}" "$IMAGE" sh -c 'podman run no'
              engine: podman <- podman run "''${args[@]}" "$IMAGE" sh -c 'podman run no'
              mount: /srv at /srv rw <- /srv:/srv
              mount: /etc at /etc ro <- /etc
              mount: /var/lib/x at /var/lib/x ro <- /var/lib/x
              device: maybe[[ -e /dev/kvm ]] /dev/kvm rwm <- /dev/kvm
              image: registry.example.org/b:2 <- registry.example.org/b:2
              command: sh <- sh
              command: -c <- -c
              command: podman run no <- podman run no
              flag: -v <- -v
              flag value: /srv:/srv <- /srv:/srv
              flag: maybe[[ -e /dev/kvm ]] --device <- --device
              flag value: maybe[[ -e /dev/kvm ]] /dev/kvm <- /dev/kvm
              flag: -v <- -v
              flag value: /etc:/etc:ro <- /etc
              flag: -v <- -v
              flag value: /var/lib/x:/var/lib/x:ro <- /var/lib/x
            command-line systemd.services.x (2) in `box` <- podman run $OPTIONS --privileged img3 c
              engine: podman <- podman run $OPTIONS --privileged img3 c
              privileged: maybe[] true <- --privileged
              image: unknown: words before the image may be options or the image itself <- img3
              command: maybe[] c <- c
              flag: unknown: the variable `OPTIONS` of a script depends on the machine <- $OPTIONS
              flag: maybe[] --privileged <- --privileged
              not known: which image it runs: words before the image may be options or the image itself <- img3
              not known: which options it is started with: the variable `OPTIONS` of a script depends on the machine <- $OPTIONS
            command-line d in `box` <- docker create --name d --privileged img4
              engine: docker <- docker create --name d --privileged img4
              privileged: true <- --privileged
              image: img4 <- img4
              flag: --name <- --name
              flag value: d <- d
              flag: --privileged <- --privileged
              option: name = d <- d
            not analysed: systemd.services.x (2): words before the image may be options or the image itself <- img3
            not analysed: systemd.services.x (2): the variable `OPTIONS` of a script depends on the machine <- $OPTIONS
        "#]],
    );
}

#[test]
fn what_is_no_container() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.x = {
    description = "docker run --privileged x";
    script = ''
      echo docker run --privileged y
      printf 'podman run z'
      cat > /root/start.sh <<EOF
      podman run --privileged w
      EOF
      podman exec -it --privileged a sh
      docker ps; docker build .; podman system prune
      ssh other docker run v
      docker -H ssh://other run u
      podman --url tcp://other:1 run t
    '';
  };
  environment.etc."README.md".text = "```sh\ndocker run --privileged x\n```";
}
"#,
        expect![[r#"
            command-line systemd.services.x maybe[] in `box` <- podman run --privileged w
              engine: podman <- podman run --privileged w
              privileged: true <- --privileged
              image: w <- w
              flag: --privileged <- --privileged
            not analysed: systemd.services.x: `docker run on another machine` is not modelled <- docker
            not analysed: systemd.services.x: `docker run on another machine` is not modelled <- docker -H ssh://other run u
            not analysed: systemd.services.x: `podman run on another machine` is not modelled <- podman --url tcp://other:1 run t
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn scripts_in_here_documents() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.x.script = ''
    cat > /run/start.sh <<'END'
    #!/bin/sh
    podman run --privileged written
    END
    cat <<END
    podman run --privileged shown
    END
    cat > notes.txt <<END
    podman run --privileged noted
    END
    sudo tee /run/other.sh <<-END >/dev/null
    	podman run --privileged "$1"
    	END
    sudo -u ann bash -s <<END
    podman run --net=host ${pkgs.x}
    END
    bash run.sh <<END
    podman run --privileged read
    END
    eval "podman run" --privileged evaluated
    xargs -n 1 podman run --privileged < images
    find . | xargs -I{} podman run -v {}:/x --privileged y
    while read -r line; do podman run --privileged z; done <<END
    podman run --privileged a-line
    END
  '';
}
"#,
        expect![[r#"
            command-line systemd.services.x maybe[] in `box` <- podman run --privileged written
              engine: podman <- podman run --privileged written
              privileged: true <- --privileged
              image: written <- written
              flag: --privileged <- --privileged
            command-line systemd.services.x (2) maybe[] in `box` <- podman run --privileged "
              engine: podman <- podman run --privileged "
              privileged: true <- --privileged
              image: ${…} <- $1
              flag: --privileged <- --privileged
              not known: which image it runs: the variable `1` of a script depends on the machine <- $1
            command-line systemd.services.x (3) in `box` <- podman run --net=host 
              engine: podman <- podman run --net=host 
              rootful: false <- ann
              runs as: ann <- ann
              network: Host <- --net=host
              image: ${pkgs.x} by nix <- pkgs
              flag: --net=host <- --net=host
            command-line systemd.services.x (4) in `box` <- podman run
              engine: podman <- podman run
              privileged: true <- --privileged
              image: evaluated <- evaluated
              flag: --privileged <- --privileged
            command-line systemd.services.x (5) in `box` <- xargs -n 1 podman run --privileged < images
              engine: podman <- xargs -n 1 podman run --privileged < images
              privileged: true <- --privileged
              image: ${…} <- x
              flag: --privileged <- --privileged
              not known: which image it runs: what `xargs` reads is not known <- x
            command-line systemd.services.x (6) in `box` <- xargs -I{} podman run -v {}:/x --privileged y
              engine: podman <- xargs -I{} podman run -v {}:/x --privileged y
              privileged: true <- --privileged
              mount: ${…} at /x rw <- x
              image: y <- y
              flag: -v <- -v
              flag value: ${…}:/x <- x
              flag: --privileged <- --privileged
              not known: what it mounts: what `xargs` reads is not known <- x
            command-line systemd.services.x (7) maybe[depending on read -r line] in `box` <- podman run --privileged z
              engine: podman <- podman run --privileged z
              privileged: true <- --privileged
              image: z <- z
              flag: --privileged <- --privileged
            not analysed: systemd.services.x (2): the variable `1` of a script depends on the machine <- $1
            not analysed: systemd.services.x (5): what `xargs` reads is not known <- x
            not analysed: systemd.services.x (6): what `xargs` reads is not known <- x
        "#]],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "mostly expected text")]
fn scripts_of_people() {
    containers(
        r#"
{ pkgs, ... }: {
  environment.shellAliases.dr = "docker run --rm -it --privileged";
  environment.systemPackages = [
    pkgs.docker
    (pkgs.writeShellScriptBin "start" ''
      podman run --privileged a
    '')
    (pkgs.writeShellApplication { name = "app"; text = "docker run -v /:/h b"; })
    (pkgs.writeTextDir "notes.md" "docker run --privileged c")
  ];
  programs.fish.shellAbbrs.p = { expansion = "podman run --pid=host d"; };
  environment.interactiveShellInit = ''
    box() { podman run --rm -v "$PWD:/w" "$1"; }
  '';
  system.activationScripts.net.text = "docker network create x; docker run --net=host e";
  systemd.services.s.serviceConfig.ExecStart = pkgs.writeShellScript "go" "exec podman run --privileged f";
  systemd.services.t.script = "${pkgs.writeShellScript "deep" "sudo -u ann podman run --privileged g"} now";
}
"#,
        expect![[r#"
            command-line systemd.services.s in `box` <- exec podman run --privileged f
              engine: podman <- exec podman run --privileged f
              privileged: true <- --privileged
              image: f <- f
              flag: --privileged <- --privileged
            command-line systemd.services.t in `box` <- sudo -u ann podman run --privileged g
              engine: podman <- sudo -u ann podman run --privileged g
              rootful: false <- ann
              runs as: ann <- ann
              privileged: true <- --privileged
              image: g <- g
              flag: --privileged <- --privileged
            command-line system.activationScripts.net in `box` <- docker run --net=host e
              auto start: default false
              engine: docker <- docker run --net=host e
              network: Host <- --net=host
              image: e <- e
              flag: --net=host <- --net=host
            command-line environment.shellAliases.dr in `box` <- docker run --rm -it --privileged
              auto start: default false
              engine: docker <- docker run --rm -it --privileged
              privileged: true <- --privileged
              flag: --rm <- --rm
              flag: -it <- -it
              flag: --privileged <- --privileged
            command-line programs.fish.shellAbbrs.p in `box` <- podman run --pid=host d
              auto start: default false
              engine: podman <- podman run --pid=host d
              rootful: default false
              namespace: pid Host <- --pid=host
              image: d <- d
              flag: --pid=host <- --pid=host
            command-line environment.interactiveShellInit maybe[] in `box` <- podman run --rm -v "$PWD:/w" "$1"
              auto start: default false
              engine: podman <- podman run --rm -v "$PWD:/w" "$1"
              rootful: default false
              mount: ${…} at /w rw <- $PWD
              image: ${…} <- $1
              flag: --rm <- --rm
              flag: -v <- -v
              flag value: ${…}:/w <- $PWD
              not known: what it mounts: the variable `PWD` of a script depends on the machine <- $PWD
              not known: which image it runs: the variable `1` of a script depends on the machine <- $1
            command-line environment.systemPackages.start in `box` <- podman run --privileged a
              auto start: default false
              engine: podman <- podman run --privileged a
              rootful: default false
              privileged: true <- --privileged
              image: a <- a
              flag: --privileged <- --privileged
            command-line environment.systemPackages.app in `box` <- docker run -v /:/h b
              auto start: default false
              engine: docker <- docker run -v /:/h b
              mount: / at /h rw <- /:/h
              image: b <- b
              flag: -v <- -v
              flag value: /:/h <- /:/h
            not analysed: environment.interactiveShellInit: the variable `PWD` of a script depends on the machine <- $PWD
            not analysed: environment.interactiveShellInit: the variable `1` of a script depends on the machine <- $1
        "#]],
    );
}

#[test]
fn what_is_told_and_not_read() {
    containers(
        r#"
{ pkgs, ... }: {
  systemd.services.x.script = ''
    docker compose -f ${./compose.yaml} up -d
    docker-compose down
    podman-compose up
    podman kube play pod.yaml
    unshare -r --mount sh
    docker compose ps
  '';
  systemd.services.y.script = "podman run 'a";
  programs.fish.interactiveShellInit = "abbr -a pr podman run --privileged";
  programs.fish.shellInit = "set x podme";
}
"#,
        expect![[r#"
            not analysed: programs.fish.interactiveShellInit: `scripts of fish` is not modelled <- "abbr -a pr podman run --privileged"
            not analysed: systemd.services.x: `docker compose` is not modelled <- docker compose -f 
            not analysed: systemd.services.x: `podman-compose` is not modelled <- podman-compose up
            not analysed: systemd.services.x: `podman kube play` is not modelled <- podman kube play pod.yaml
            not analysed: systemd.services.x: `unshare` is not modelled <- unshare -r --mount sh
            not analysed: systemd.services.y.script: syntax error: a quotation mark that is never closed <- '
        "#]],
    );
}

/// Whose engine it is says its address, whoever runs the script.
#[test]
fn addresses_of_engines() {
    containers(
        r#"
{
  systemd.services.a = {
    serviceConfig.User = "ann";
    environment.DOCKER_HOST = "unix:///run/user/1000/docker.sock";
    script = "docker run a";
  };
  systemd.services.b.script = "export DOCKER_HOST=unix://$XDG_RUNTIME_DIR/docker.sock\ndocker run b";
  systemd.services.c = {
    serviceConfig.User = "ann";
    environment.CONTAINER_HOST = "unix:///run/podman/podman.sock";
    script = "podman run c";
  };
  systemd.services.d = { serviceConfig.DynamicUser = true; script = "podman run d"; };
  systemd.services.e = { environment.DOCKER_HOST = "tcp://far:2375"; script = "docker run e"; };
  systemd.services.f.script = "docker -H unix:///run/user/1/docker.sock run f";
}
"#,
        expect![[r#"
            command-line systemd.services.a in `box` <- docker run a
              engine: docker <- docker run a
              rootful: false <- unix:///run/user/1000/docker.sock
              runs as: ann <- "ann"
              image: a <- a
            command-line systemd.services.b in `box` <- docker run b
              engine: docker <- docker run b
              rootful: false <- unix://
              image: b <- b
            command-line systemd.services.c in `box` <- podman run c
              engine: podman <- podman run c
              rootful: true <- unix:///run/podman/podman.sock
              image: c <- c
            command-line systemd.services.d in `box` <- podman run d
              engine: podman <- podman run d
              rootful: default false
              image: d <- d
            command-line systemd.services.f in `box` <- docker -H unix:///run/user/1/docker.sock run f
              engine: docker <- docker -H unix:///run/user/1/docker.sock run f
              rootful: false <- docker -H unix:///run/user/1/docker.sock run f
              image: f <- f
            not analysed: systemd.services.e: `docker run on another machine` is not modelled <- docker run e
        "#]],
    );
}
