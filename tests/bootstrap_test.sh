#!/bin/sh
# SPDX-License-Identifier: MIT
# What ./bootstrap decides, shown on a small tree with pretended tools: which packages it installs
# and how, what it leaves alone the second time, and what it says about digests.
set -u
export LC_ALL=C
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
tree="$folder/a tree"
tools=$folder/tools
calls=$folder/calls
installed=$folder/installed
mkdir "$tree" "$tree/scenarios" "$tools"
cp "$tests/../bootstrap" "$tree/"
touch "$tree/configure.ac" "$tree/Makefile.am" "$calls" "$installed"
echo 'a: 1' >"$tree/scenarios/testbed-cities.yaml"

tool()
{
    {
        echo '#!/bin/sh'
        echo "calls='$calls' installed='$installed'"
        cat
    } >"$tools/$1"
    chmod +x "$tools/$1"
}

tool id <<'END'
echo "${PRETENDED_USER:-0}"
END
tool sudo <<'END'
exit 1
END
tool dpkg-query <<'END'
shift 3
for package in "$@"; do
    grep -qx "$package" $installed && echo "$package 1 install ok installed"
done
END
tool apt-cache <<'END'
test "$1" != show || grep -q 'apt-get update' $calls
END
tool apt-get <<'END'
words=
for word in "$@"; do
    case $word in
    -*) ;;
    *) words="$words $word" ;;
    esac
done
echo "apt-get$words" >>$calls
set -- $words
[ "$1" != install ] || { shift; printf '%s\n' "$@" >>$installed; }
END
tool autoreconf <<'END'
echo autoreconf >>$calls
mkdir -p build-aux
touch build-aux/tap-driver.sh Makefile.in
cat >configure <<CONFIGURE
#!/bin/sh
echo configure >>'$calls'
printf '#!/bin/sh\\necho "config.status %s" >>"%s"\\n' '\$*' '$calls' >config.status
chmod +x config.status
CONFIGURE
chmod +x configure
END
# Pretends to build a program whose runs all have the digest that stands in the file `digest`.
tool make <<'END'
echo "make $*" >>$calls
cat >build/skein <<'SKEIN'
#!/bin/sh
case $1 in
run) echo rows >"$5" ;;
digest) cat digest ;;
plot) : ;;
stats) echo 'ping 380' ;;
esac
SKEIN
chmod +x build/skein
END

bootstrap()
{
    : >"$calls"
    (cd / && PATH="$tools:$PATH" "$tree/bootstrap" "$@")
}

prints()
{
    shown=$1
    shift
    "$@" >"$folder/out" 2>&1
    status=$?
    cat "$folder/out" "$calls"
    grep -q -- "$shown" "$folder/out" && return $status
    return 99
}

called()
{
    cat "$calls"
    grep -q -- "$1" "$calls"
}

# -- Packages

printf '%s\n' gcc make autoconf automake >"$installed"
PRETENDED_USER=1000
export PRETENDED_USER
missing='gnuplot-nox libc6-dev libglib2.0-dev libmicrohttpd-dev libsqlite3-dev libyaml-dev pkgconf'
refuses 'without root it prints the command and ends with 3' 3 \
    prints "apt-get update && apt-get install --no-install-recommends $missing\$" bootstrap
refuses 'and has installed nothing' 1 called apt-get

PRETENDED_USER=0
check 'root installs and builds' prints 'Built: build/skein' bootstrap
check 'with fresh lists, since a package was unknown' called '^apt-get update'
check 'what was missing and nothing else' called "^apt-get install $missing\$"
check 'it generated configure' called autoreconf
check 'it configured' called configure
check 'run again' prints 'Built: build/skein' bootstrap
refuses 'nothing is installed' 1 called apt-get
refuses 'nor generated' 1 called autoreconf
refuses 'nor configured' 1 called config
echo libcunit1-dev >>"$installed"
bootstrap >"$tap_output" 2>&1
check 'another package: it configures again' called '^config.status --recheck'
refuses 'with the options it had' 1 called '^configure'

# What tests can do without is asked for, and not missed where it cannot be had.
printf '%s\n' gcc make autoconf automake $missing clang clang-format libcunit1-dev man-db sqlite3 \
    tshark xz-utils libclang-rt-14-dev >"$installed"
bootstrap check >"$tap_output" 2>&1
check 'the tests get a browser' called 'apt-get install.* chromium'
mv "$tools/apt-get" "$tools/apt-get.good"
tool apt-get <<'END'
echo "apt-get $*" >>$calls
exit 100
END
sed -i '/^chromium/d' "$installed"
check 'where there is none they are run without' prints 'so that some tests are skipped: chromium' \
    sh -c '"$0" "$@"; :' env PATH="$tools:$PATH" "$tree/bootstrap" check
mv "$tools/apt-get.good" "$tools/apt-get"

# -- Digests

echo "aaa  build/demo/demo-1.db" >"$tree/digest"
check 'the first demo' prints 'This is the first run' bootstrap demo
check 'the second has an equal digest' \
    prints 'The digest is equal to that of build/demo/demo-1.db' bootstrap demo
echo bbb >"$tree/digest"
refuses 'another digest from the same program fails' 1 \
    prints 'although the program is the same' bootstrap demo
check 'an interrupted run is no predecessor' touch "$tree/build/demo/demo-4.db"
check 'the next is compared with the one before' \
    prints 'equal to that of build/demo/demo-3.db' bootstrap demo
echo 'a: 2' >"$tree/scenarios/testbed-cities.yaml"
echo ccc >"$tree/digest"
check 'another digest from another scenario is only told' \
    prints 'the program or the scenario changed' bootstrap demo

refuses 'an unknown job' 2 prints 'usage: ./bootstrap' bootstrap dmeo
finish
