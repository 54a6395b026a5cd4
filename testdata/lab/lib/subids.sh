# Subordinate ids: what one user reads of another.

# give NAME:START:COUNT: these ids, too.
give() { echo "$1" | tee -a /etc/subuid >> /etc/subgid; }
# only NAME:START:COUNT: these and no others.
only() { echo "$1" | tee /etc/subuid > /etc/subgid; }

# A file of a container of lab's, of the user 999 in it, which user $1 of a container of mate's reads and writes.
collide() {
    as_user lab podman unshare sh -c 'mkdir /tmp/lab; echo container secret > /tmp/lab/f; chown -R 999:999 /tmp/lab; chmod 700 /tmp/lab; chmod 600 /tmp/lab/f'
    as_user mate podman unshare sh -c "as='setpriv --reuid=$1 --regid=$1 --clear-groups'; \$as cat /tmp/lab/f; \$as sh -c 'echo changed > /tmp/lab/f && echo wrote'" 2>&1
}

# A key of mate's own, which the second id of lab's range reads.
read_mates_key() {
    echo 'private key' > /home/mate/id
    chown mate:mate /home/mate/id
    chmod 600 /home/mate/id
    as_user lab podman unshare sh -c 'setpriv --reuid=1 --regid=1 --clear-groups cat /home/mate/id' 2>&1
}

# A container of lab's, as these users of the image.
run_as() {
    chown -R lab:lab /lab/root
    for u in "$@"; do as_user lab podman run --rm --network=none --user "$u" --rootfs /lab/root /bin/id 2>&1; done
}
