# A real systemd with D-Bus and logind boots as process 1 of the host, where the user lab has a quadlet unit with
# WantedBy=default.target.
boot_with_user_unit() {
    mkdir -p /etc/pam.d
    for f in other systemd-user; do
        printf 'account required pam_permit.so\nsession required pam_permit.so\nauth required pam_permit.so\n' > /etc/pam.d/$f
    done
    chown -R lab:lab /lab/root
    mkdir -p /lab/tree /run/systemd/system /home/lab/.config/containers/systemd
    chmod 777 /lab/tree
    cat > /home/lab/.config/containers/systemd/web.container <<'UNIT'
[Container]
Rootfs=/lab/root
Network=none
PodmanArgs=--cgroups=disabled
Volume=/lab/tree:/tree
Exec=/bin/sh -c "echo as $(id -u) > /tree/out"
[Service]
Type=oneshot
[Install]
WantedBy=default.target
[Quadlet]
DefaultDependencies=false
UNIT
    chown -R lab:lab /home/lab
    # pam_systemd, which is not here, would set this.
    mkdir -p /run/systemd/system/user@.service.d
    printf '[Service]\nEnvironment=XDG_RUNTIME_DIR=/run/user/%%i\n' > /run/systemd/system/user@.service.d/lab.conf
    cat > /lab/look.sh <<'LOOK'
for i in $(seq 30); do [ -s /lab/tree/out ] && break; sleep 0.1; done
systemctl is-active user@1001.service > /lab/out
echo container $(cat /lab/tree/out 2>&1) >> /lab/out
systemctl --force --no-block exit 0
LOOK
    cat > /run/systemd/system/lab.service <<'UNIT'
[Unit]
DefaultDependencies=no
Wants=dbus.socket systemd-logind.service
After=dbus.socket systemd-logind.service
[Service]
Type=oneshot
ExecStart=/bin/sh /lab/look.sh
UNIT
    export container=lab
    exec /usr/lib/systemd/systemd --unit=lab.service --log-target=null --show-status=no
}
