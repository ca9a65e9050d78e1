#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/readers/install.sh FOLDER: fetches readers of exports into FOLDER for tests/exports.sh: the
# npm packages of packages.txt, and Zipkin's model for Go out of its Debian package, without what the
# rest of that package depends on. What is there already is left alone; an archive with another
# checksum than in packages.txt is refused. Exit status 3 when something cannot be fetched.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(CDPATH='' cd "$1" && pwd)
archive=$folder/archive
status=0

cannot()
{
    echo "install.sh: $*" >&2
    exit 3
}

fetch_npm_packages()
{
    command -v npm >/dev/null || cannot 'there is no npm'
    grep -v '^#' "$here/packages.txt" | while read -r name version checksum; do
        stamp=$folder/$name/.version
        [ "$(cat "$stamp" 2>/dev/null)" != "$version $checksum" ] || continue
        rm -rf "$archive" "${folder:?}/$name"
        mkdir -p "$archive" "$folder/$name"
        (cd "$archive" && npm pack --silent --ignore-scripts "$name@$version" >npm.log 2>&1) ||
            cannot "npm cannot fetch $name@$version: $(tail -n 3 "$archive/npm.log")"
        echo "$checksum  $(ls "$archive"/*.tgz)" | sha512sum -c --status ||
            cannot "$name@$version is not the archive of packages.txt"
        tar -xzf "$archive"/*.tgz -C "$folder/$name" --strip-components=1
        echo "$version $checksum" >"$stamp"
    done
    rm -rf "$archive"
}

fetch_zipkin_model()
{
    package=golang-github-openzipkin-zipkin-go-dev
    [ ! -d "$folder/zipkin-go" ] || return 0
    rm -rf "$archive"
    mkdir -p "$archive"
    (cd "$archive" && apt-get -q download "$package" >apt.log 2>&1) ||
        cannot "apt-get cannot fetch $package: $(tail -n 3 "$archive/apt.log" 2>/dev/null)"
    dpkg -x "$archive"/*.deb "$archive/files"
    mv "$archive/files/usr/share/gocode" "$folder/zipkin-go"
    rm -rf "$archive"
}

(fetch_npm_packages) || status=3
(fetch_zipkin_model) || status=3
exit $status
