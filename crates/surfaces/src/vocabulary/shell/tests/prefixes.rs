//! Programs in front of commands.

use super::check;
use expect_test::expect;

#[test]
fn options_of_programs_in_front() {
    check(
        r#"
sudo -iu ann podman run a
sudo -nEH -u '#1000' --preserve-env=A podman run b
sudo -u root -g docker docker run c
doas -nu ann podman run d
run0 --user=ann --unit=x --property=A=b podman run e
run0 -D /srv podman run f
env -i - A=b podman run g
env -S "podman run" h
env -u A -C /srv --ignore-environment podman run i
nice -n10 nice -5 nice --adjustment=3 podman run j
ionice -c2 -n7 ionice -c 3 podman run k
timeout -k 5 --signal=KILL --foreground 1h podman run l
setsid -fw podman run m
nohup podman run n &
stdbuf -oL -e 0 podman run o
setpriv --reuid=pods --regid 1000 --init-groups --inh-caps=-all -- podman run p
setpriv --no-new-privs --bounding-set -all podman run q
chroot --userspec=ann /mnt podman run r
chrt -f 10 taskset -c 0-3 numactl -N 0 podman run s
systemd-inhibit --what=sleep --why 'a b' dbus-run-session -- podman run t
nsenter -t 1 -m -u podman run u
chronic unbuffer podman run v
exec -a name podman run w
$SUDO podman run x
"$(prefix)" docker run y
$RUN other podman run z
"#,
        expect![[r#"
            podman |run| |a| as ann <- sudo -iu ann podman run a
            podman |run| |b| as #1000 <- sudo -nEH -u '#1000' --preserve-env=A podman run b
            docker |run| |c| as root <- sudo -u root -g docker docker run c
            podman |run| |d| as ann <- doas -nu ann podman run d
            podman |run| |e| as ann <- run0 --user=ann --unit=x --property=A=b podman run e
            podman |run| |f| as root <- run0 -D /srv podman run f
            podman |run| |g| <- env -i - A=b podman run g
            podman |run| |h| <- podman run
            podman |run| |i| <- env -u A -C /srv --ignore-environment podman run i
            podman |run| |j| <- nice -n10 nice -5 nice --adjustment=3 podman run j
            podman |run| |k| <- ionice -c2 -n7 ionice -c 3 podman run k
            podman |run| |l| <- timeout -k 5 --signal=KILL --foreground 1h podman run l
            podman |run| |m| <- setsid -fw podman run m
            podman |run| |n| <- nohup podman run n
            podman |run| |o| <- stdbuf -oL -e 0 podman run o
            podman |run| |p| as pods <- setpriv --reuid=pods --regid 1000 --init-groups --inh-caps=-all -- podman run p
            podman |run| |q| <- setpriv --no-new-privs --bounding-set -all podman run q
            podman |run| |r| <- chroot --userspec=ann /mnt podman run r
            podman |run| |s| <- chrt -f 10 taskset -c 0-3 numactl -N 0 podman run s
            podman |run| |t| <- systemd-inhibit --what=sleep --why 'a b' dbus-run-session -- podman run t
            podman |run| |u| <- nsenter -t 1 -m -u podman run u
            podman |run| |v| <- chronic unbuffer podman run v
            podman |run| |w| <- exec -a name podman run w
            podman |run| |x| as ${…} if [] <- $SUDO podman run x
            prefix  <- prefix
            docker |run| |y| as ${…} if [] <- "$(prefix)" docker run y
            ￼ |other| |podman| |run| |z| <- $RUN other podman run z
        "#]],
    );
}

#[test]
fn commands_in_terminals() {
    check(
        r#"
tmux new-session -d 'podman run a'
tmux -L box new -ds work -c /srv podman run b
tmux send-keys -t work "podman run c" Enter
tmux attach -t work
screen -dmS work docker run d
xterm -T work -e podman run e
gnome-terminal -- podman run f
alacritty -e sh -c 'podman run g'
foot --title x
"#,
        expect![[r#"
            podman |run| |a| <- podman run a
            podman |run| |b| <- tmux -L box new -ds work -c /srv podman run b
            podman |run| |c| <- podman run c
            tmux |attach| |-t| |work| <- tmux attach -t work
            docker |run| |d| <- screen -dmS work docker run d
            podman |run| |e| <- xterm -T work -e podman run e
            podman |run| |f| <- gnome-terminal -- podman run f
            podman |run| |g| <- podman run g
            foot |--title| |x| <- foot --title x
        "#]],
    );
}

#[test]
fn who_a_command_is_run_as() {
    check(
        r#"
su -c 'podman run a'
su - ann -s /bin/sh -c 'podman run b'
su -lc 'podman run c' ann
su ann --command='podman run d'
su ann -- -c 'podman run e'
runuser -l ann -c 'podman run f'
runuser -u ann podman run g
runuser -u root -- podman run h
sg docker -c 'docker run i'
sg docker "docker run j"
systemd-run podman run k
systemd-run --user --scope -p MemoryMax=1G podman run l
systemd-run --uid=ann --on-calendar '*:0/5' podman run m
systemd-run -p User=ann -pNice=5 --wait --pty podman run n
systemd-run -p User=root -E A=b podman run o
machinectl shell ann@.host /usr/bin/podman run p
machinectl -q shell --setenv A=b .host /usr/bin/podman run q
machinectl shell guest /usr/bin/podman run r
gosu ann podman run s
sudo su - ann -c 'podman run t'
"#,
        expect![[r#"
            podman |run| |a| as root <- podman run a
            podman |run| |b| as ann <- podman run b
            podman |run| |c| as ann <- podman run c
            podman |run| |d| as ann <- podman run d
            podman |run| |e| as ann <- podman run e
            podman |run| |f| as ann <- podman run f
            podman |run| |g| as ann <- runuser -u ann podman run g
            podman |run| |h| as root <- runuser -u root -- podman run h
            docker |run| |i| <- docker run i
            docker |run| |j| <- docker run j
            podman |run| |k| as root <- systemd-run podman run k
            podman |run| |l| <- systemd-run --user --scope -p MemoryMax=1G podman run l
            podman |run| |m| as ann <- systemd-run --uid=ann --on-calendar '*:0/5' podman run m
            podman |run| |n| as ann <- systemd-run -p User=ann -pNice=5 --wait --pty podman run n
            podman |run| |o| as root <- systemd-run -p User=root -E A=b podman run o
            podman |run| |p| as ann <- machinectl shell ann@.host /usr/bin/podman run p
            podman |run| |q| as root <- machinectl -q shell --setenv A=b .host /usr/bin/podman run q
            machinectl |shell| |guest| |/usr/bin/podman| |run| |r| <- machinectl shell guest /usr/bin/podman run r
            podman |run| |s| <- gosu ann podman run s
            podman |run| |t| as ann <- podman run t
        "#]],
    );
}

#[test]
fn commands_that_are_put_together() {
    check(
        r#"
xargs podman run a
xargs -0 -n1 -P4 podman run b
xargs -I{} sh -c 'podman run {}'
xargs -I % podman run -v %:/x c
xargs -i podman run -v {}:/x d
parallel -j4 podman run {} ::: e f
parallel podman run ::: g
parallel 'podman run {} h' :::: list
find . -name x -exec podman run -v {}:/x i \; -print
find . -type f
watch -n 5 podman run j '&&' true
watch -x podman run k
watch 'podman run l | tee x'
script -qec "podman run m" /dev/null
script -c 'podman run n'
script log
flock /run/lock podman run o
flock -n /run/lock -c 'podman run p'
flock -w 5 9
nix-shell -p podman --run 'podman run q'
nix shell nixpkgs#podman nixpkgs#jq -c podman run r
nix develop --command podman run s
nix run nixpkgs#podman -- run t
nix run --impure nixpkgs#podman run u
nix build .#x
eval "podman run" "$(pwd)"
eval -- 'podman run v'
"#,
        expect![[r#"
            podman |run| |a| |${…}|* <- xargs podman run a
            podman |run| |b| |${…}|* <- xargs -0 -n1 -P4 podman run b
            podman |run| |${…}|* <- podman run 
            podman |run| |-v| |${…}:/x| |c| <- xargs -I % podman run -v %:/x c
            podman |run| |-v| |${…}:/x| |d| <- xargs -i podman run -v {}:/x d
            podman |run| |${…}| <- parallel -j4 podman run {} ::: e f
            podman |run| |${…}|* <- parallel podman run ::: g
            podman |run| |${…}|* |h| <- podman run 
            podman |run| |-v| |${…}:/x| |i| <- find . -name x -exec podman run -v {}:/x i \; -print
            find |.| |-type| |f| <- find . -type f
            podman |run| |j| <- podman
            podman |run| |k| <- watch -x podman run k
            podman |run| |l| <- podman run l
            tee |x| <- tee x
            podman |run| |m| <- podman run m
            podman |run| |n| <- podman run n
            podman |run| |o| <- flock /run/lock podman run o
            podman |run| |p| <- podman run p
            podman |run| |q| <- podman run q
            podman |run| |r| <- nix shell nixpkgs#podman nixpkgs#jq -c podman run r
            podman |run| |s| <- nix develop --command podman run s
            podman |run| |t| <- nix run nixpkgs#podman -- run t
            podman |run| |u| <- nix run --impure nixpkgs#podman run u
            nix |build| |.#x| <- nix build .#x
            pwd  <- pwd
            podman |run| |${…}|* <- podman run
            podman |run| |v| <- podman run v
        "#]],
    );
}

#[test]
fn shells_that_are_given_a_script() {
    check(
        r#"
sh -c 'podman run a'
sh -ec 'podman run b'
bash -euxo pipefail -c 'podman run c'
bash -o pipefail -lc 'podman run "$0" "$@"' d e
bash --login -c "podman run f"
zsh -ic 'podman run g'
bash -x script.sh
sh -c "sh -c \"sh -c 'podman run h'\""
sh
"#,
        expect![[r#"
            podman |run| |a| <- podman run a
            podman |run| |b| <- podman run b
            podman |run| |c| <- podman run c
            podman |run| |d| |${…}|* <- podman run "$0" "$@"
            podman |run| |f| <- podman run f
            podman |run| |g| <- podman run g
            bash |-x| |script.sh| <- bash -x script.sh
            podman |run| |h| <- podman run h
            sh  <- sh
        "#]],
    );
}

#[test]
fn what_runs_later() {
    check(
        r#"
NAME=box
cleanup() { podman rm -f x; }
trap 'podman run --name "$NAME" a' EXIT
trap "podman run b" INT TERM
trap -- 'cleanup; podman run c' 0
trap - EXIT
trap cleanup EXIT
alias p='podman run d' q="sudo podman"
alias -g G='| grep'
unalias p
"#,
        expect![[r#"
            podman |run| |--name| |box| |a| <- podman run --name "$NAME" a
            podman |run| |b| if [] <- podman run b
            cleanup  <- cleanup
            podman |run| |c| <- podman run c
            cleanup  <- cleanup
            podman |run| |d| if [] <- podman run d
            podman  as root if [] <- sudo podman
            grep  if [] <- grep
            unalias |p| <- unalias p
            podman |rm| |-f| |x| if [] <- podman rm -f x
        "#]],
    );
}

#[test]
fn other_machines() {
    check(
        r#"
ssh -i key -p 22 ann@host podman run a
ssh host 'cd /srv && docker run b; docker ps'
ssh host <<END
docker run c
END
ssh host bash -s <<'END'
docker run d
END
ssh host 'cat > x.sh' <<END
docker run not
END
DOCKER_HOST=ssh://host docker run e
DOCKER_HOST=unix:///run/docker.sock docker run f
DOCKER_HOST=tcp://localhost:2375 docker run g
export DOCKER_HOST=tcp://10.0.0.2:2375
docker run h
unset DOCKER_HOST
docker run i
systemd-run -M guest podman run j
systemd-run -H host podman run k
"#,
        expect![[r#"
            podman |run| |a| elsewhere <- podman
            cd |/srv| elsewhere <- cd /srv
            docker |run| |b| elsewhere <- docker run b
            docker |ps| elsewhere <- docker ps
            docker |run| |c| elsewhere <- docker run c
            sh  elsewhere <- ssh host <<END
            docker |run| |d| elsewhere <- docker run d
            bash |-s| elsewhere <- bash
            cat  elsewhere <- cat > x.sh
            docker |run| |e| elsewhere <- DOCKER_HOST=ssh://host docker run e
            docker |run| |f| <- DOCKER_HOST=unix:///run/docker.sock docker run f
            docker |run| |g| <- DOCKER_HOST=tcp://localhost:2375 docker run g
            docker |run| |h| elsewhere <- docker run h
            docker |run| |i| <- docker run i
            podman |run| |j| as root elsewhere <- systemd-run -M guest podman run j
            podman |run| |k| as root elsewhere <- systemd-run -H host podman run k
        "#]],
    );
}
