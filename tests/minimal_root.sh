#!/bin/sh
# SPDX-License-Identifier: MIT
# What a newcomer does: a clean clone in a minimal Debian 12, where not even a compiler or git is
# installed, and `./bootstrap demo`, twice. Takes root, debootstrap, and some minutes; not part of
# ./bootstrap check.
#
#     tests/minimal_root.sh [--check] [--keep]
#
# --check runs ./bootstrap check there too; --keep leaves the folder and says where it is. The
# mirror, proxies, certificates and keys are those of this machine's apt. The folder of shared data
# is seen there as here: ../shared, or what SKEIN_SHARED names.
set -u
export LC_ALL=C
tests=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$tests")
. "$tests/tap.sh"
release=bookworm

with_check=no
keep=no
for option in "$@"; do
    case $option in
    --check) with_check=yes ;;
    --keep) keep=yes ;;
    *)
        echo "usage: $0 [--check] [--keep]" >&2
        exit 2
        ;;
    esac
done

give_up()
{
    echo "1..0 # SKIP $1"
    echo "SKIPPED: tests/minimal_root.sh: $1" >&2
    exit 77
}

[ "$(id -u)" -eq 0 ] || give_up 'it takes root'
for tool in debootstrap git apt-get unshare; do
    command -v $tool >/dev/null || give_up "there is no $tool"
done
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' |
    awk -v release=$release '$1 == release { print $2; exit }')
[ -n "$mirror" ] || give_up "apt has no source for $release"

root=$(mktemp -d)
log=$root.log
clean_up()
{
    rm -f "$tap_output"
    if [ $keep = yes ]; then
        echo "# kept: $root, its log is $log"
    else
        rm -rf --one-file-system "$root" "$log"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# debootstrap asks no apt.conf.
for scheme in http https; do
    proxy=
    eval "$(apt-config shell proxy Acquire::$scheme::Proxy)"
    [ -z "$proxy" ] || export ${scheme}_proxy="$proxy"
done

make_root()
{
    debootstrap --variant=minbase $release "$root" "$mirror" || return
    rm -f "$root/etc/apt/sources.list"
    for part in sources.list sources.list.d apt.conf apt.conf.d auth.conf auth.conf.d preferences \
        preferences.d keyrings trusted.gpg trusted.gpg.d; do
        [ ! -e "/etc/apt/$part" ] || cp -RL "/etc/apt/$part" "$root/etc/apt/" || return
    done
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/" || return
    # Without the package ca-certificates there is no other way to trust an https mirror.
    certificates=/etc/ssl/certs/ca-certificates.crt
    if [ -f $certificates ]; then
        mkdir -p "$root/etc/ssl/certs" && cp -L $certificates "$root$certificates" || return
    fi
    mkdir -p "$root/srv/shared" && git clone -q --no-hardlinks "$top" "$root/srv/skein"
}

# Runs a command in the root, with nothing of this shell's environment but the proxies. The mounts
# end with the command.
inside()
{
    unshare --mount sh -eu -c '
        root=$1 shared=$2
        shift 2
        mount -t proc proc "$root/proc"
        if [ -d "$shared" ]; then
            mount --bind "$shared" "$root/srv/shared"
        else
            rmdir "$root/srv/shared" 2>/dev/null || true
        fi
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
            ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
            "$@"' inside "$root" "${SKEIN_SHARED:-$top/../shared}" "$@" </dev/null
}

lacks_tools()
{
    ! inside sh -c 'command -v gcc || command -v git || command -v make'
}

demo()
{
    inside srv/skein/bootstrap demo >"$log" 2>&1
    status=$?
    cat "$log"
    return $status
}

has_results()
{
    test -s "$root/srv/skein/build/demo/demo-$1.db" || return
    pictures=0
    for picture in "$root/srv/skein/build/demo/demo-$1"-*.png; do
        [ "$(head -c 4 "$picture" | tail -c 3)" != PNG ] || pictures=$((pictures + 1))
    done
    echo "$pictures pictures"
    [ $pictures -ge 2 ]
}

check "a minimal $release" make_root || exit 1
check 'without a compiler, git or make' lacks_tools
check './bootstrap demo' demo
check 'a database and two pictures' has_results 1
check 'a summary' grep -q 'ping' "$log"
check './bootstrap demo again' demo
check 'a second database and two pictures' has_results 2
check 'the digest is equal' grep -q 'The digest is equal' "$log"
check 'the digest files are equal' cmp "$root/srv/skein/build/demo/demo-1.digest" \
    "$root/srv/skein/build/demo/demo-2.digest"
if [ $with_check = yes ]; then
    check './bootstrap check' inside srv/skein/bootstrap check
fi
finish
