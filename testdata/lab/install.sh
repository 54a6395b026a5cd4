#!/bin/sh
# install.sh FOLDER GENERATION [-PACKAGE]... PACKAGE...: unpacks the packages of a Debian release, and all that they depend
# on, into FOLDER/root without touching the system; FOLDER/versions tells which. Packages with a dash before their names are
# left out, with what only they depend on. Needs root, apt-get, dpkg-deb, tar and the key of Debian's archive.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1 generation=$2
shift 2
archive=$(apt-get indextargets --format '$(REPO_URI)' | grep -v -e security -e backports | sort -u | head -n 1)
rm -rf "$dir"
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/root"
trap 'rm -rf "$dir/apt"' EXIT
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $generation main" > "$dir/apt/sources.list"
: > "$dir/apt/status"
apt() {
    program=$1
    shift
    "$program" -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" \
        -o Dir::State::status="$dir/apt/status" -o APT::Sandbox::User=root \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -qq "$@"
}
apt apt-get update
for name in "$@"; do
    case $name in
    -*)
        # What is installed already is not downloaded.
        apt apt-cache show --no-all-versions "${name#-}" 2>/dev/null | awk '
            NF == 0 { exit }
            /^(Pre-Depends|Depends|Breaks|Conflicts):/ { next }
            { print }
            /^Package:/ { print "Status: install ok installed" }
            END { print "" }' >> "$dir/apt/status"
        shift
        ;;
    esac
done
apt apt-get -y --no-install-recommends --download-only install "$@"
for link in bin sbin lib lib64; do
    mkdir -p "$dir/root/usr/$link"
    ln -sfn "usr/$link" "$dir/root/$link"
done
for deb in "$dir"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$dir/root"
    dpkg-deb -W --showformat '${Package} ${Version}\n' "$deb" >> "$dir/versions"
done
for folder in share/doc share/man share/locale share/info share/perl lib/x86_64-linux-gnu/perl; do
    rm -rf "$dir/root/usr/$folder"
done
sh "$here/etc.sh" "$dir/root" "$generation"
