# Displays of the user lab, and what a guest sees of them that is this Debian.

mkdir -p /lab/mnt/run
chmod 777 /lab/mnt

# await FILE: until it is there.
await() { for i in $(seq 200); do [ -e "$1" ] && break; sleep 0.05; done; }

# x_start NUMBER PROGRAM WORD...: an X server of the user lab.
x_start() {
    socket=/tmp/.X11-unix/X$1
    shift
    mkdir -p /tmp/.X11-unix
    chmod 1777 /tmp/.X11-unix
    as_user lab "$@" >/tmp/x.log 2>&1 </dev/null &
    await "$socket"
}

# x_cookie: a cookie that a server may ask for, in lab's home.
x_cookie() {
    printf '\377\377\0\0\0\0\0\022MIT-MAGIC-COOKIE-1\0\0200123456789abcdef' > /home/lab/.Xauthority
    chown lab:lab /home/lab/.Xauthority
    chmod 600 /home/lab/.Xauthority
}

# The screen of lab: a window that is filled with one colour, into which a password is typed as soon as the guest listens.
x_session() {
    as_user lab env DISPLAY=:0 xclock -digital -bg '#123456' >/dev/null 2>&1 &
    (await /lab/mnt/ready; as_user lab env DISPLAY=:0 xdotool type hunter2; : > /lab/mnt/typed) &
}
cat > /lab/mnt/x-spy.sh <<'S'
export PATH=/usr/bin:/bin DISPLAY=${DISPLAY:-:0}
xinput test-xi2 --root > /tmp/keys 2>&1 &
listens=$!
for i in $(seq 20); do [ -s /tmp/keys ] && break; sleep 0.05; done
: > /mnt/ready
if xwd -silent -root > /tmp/screen; then
    od -An -tx1 -v /tmp/screen | tr -d ' \n' | grep -q 563412 && echo the window is seen
fi
for i in $(seq 60); do [ -e /mnt/typed ] && break; sleep 0.05; done
sleep 0.2
kill $listens 2>/dev/null
wait
echo keys $(grep -A3 RawKeyPress /tmp/keys | grep detail | sed 's/.*: //')
S

# sway_start: a compositor of the user lab without hardware, with a screen of one colour and something on the clipboard.
sway_start() {
    mkdir -p /home/lab/.config/sway
    printf "output HEADLESS-1 resolution 320x240\nxwayland disable\nexec swaybg -c '#123456'\n" > /home/lab/.config/sway/config
    chown -R lab:lab /home/lab
    as_user lab env WLR_BACKENDS=headless WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 sway >/tmp/sway.log 2>&1 </dev/null &
    await /run/user/1001/wayland-1
    sleep 0.5
    echo 'copied secret' | as_user lab env WAYLAND_DISPLAY=wayland-1 wl-copy
}
cat > /lab/mnt/wayland-spy.sh <<'S'
export PATH=/usr/bin:/bin HOME=/tmp XDG_RUNTIME_DIR=/run/user/1001 WAYLAND_DISPLAY=wayland-1
grim -t ppm /tmp/screen && od -An -tx1 -v /tmp/screen | tr -d ' \n' | grep -q 123456123456 && echo the screen is seen
timeout 2 wl-paste
timeout 2 wtype hello && echo typed
S
cat > /lab/mnt/sway-command.sh <<'S'
export PATH=/usr/bin:/bin SWAYSOCK=$(ls -d /run/user/1001/sway-ipc*)
setpriv --reuid=1001 --regid=1001 --clear-groups swaymsg exec 'sh -c "id -u > /lab/mnt/owned"'
S

# guest SCRIPT WORD...: runs it in a guest.
guest() {
    spy=$1
    shift
    systemd-nspawn -q -D /suite --register=no --as-pid2 -M web --read-only --link-journal=no --tmpfs=/tmp --bind=/lab/mnt:/mnt --keep-unit "$@" \
        /bin/sh "/mnt/$spy.sh" 2>&1 </dev/null
}
