# nspawn in a unit of a real systemd, which becomes process 1 of the host: with the directives that NixOS gives the units of
# containers, those of /lab/lines, and the commands of /lab/start.sh and /lab/stop.sh.
boot_unit() {
    mkdir -p /run/systemd/system
    {
        cat <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
Slice=machine.slice
Delegate=true
KillMode=mixed
DevicePolicy=closed
UNIT
        cat /lab/lines
        cat <<'UNIT'
ExecStart=/bin/sh /lab/start.sh
ExecStopPost=/bin/sh /lab/stop.sh
StandardOutput=append:/lab/out
StandardError=append:/lab/out
UNIT
    } > /run/systemd/system/lab.service
    echo 'systemctl --force --no-block exit 0' >> /lab/stop.sh
    export container=lab
    : > /lab/out
    exec /usr/lib/systemd/systemd --unit=lab.service --log-target=console --log-level=warning --show-status=no
}
