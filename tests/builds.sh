#!/bin/sh
# SPDX-License-Identifier: MIT
# Results do not depend on how the program was built: each shipped scenario gives the same
# fingerprint and the same digest with gcc and clang, without optimisation and with much of it, and
# under the sanitizers. Warnings are errors in these builds. They stay in matrix/ beside the program,
# so that a second time costs little.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS

matrix=$(dirname "$skein")/matrix
mkdir -p "$matrix"

# NAME COMPILER CFLAGS OPTIONS
build()
{
    if [ ! -f "$matrix/$1/config.status" ] ||
        [ -n "$(find "$top_srcdir/configure" -newer "$matrix/$1/config.status")" ]; then
        mkdir -p "$matrix/$1"
        (cd "$matrix/$1" && "$top_srcdir/configure" -q CC="$2" CFLAGS="$3" --enable-werror $4) ||
            return
    fi
    make -s -C "$matrix/$1" -j "$(getconf _NPROCESSORS_ONLN)" all
}

# The unit tests of a build keep one core busy; the next build is made meanwhile.
waiting=

start_unit_tests()
{
    make -s -C "$matrix/$1" -j "$(getconf _NPROCESSORS_ONLN)" tests/unit || return
    make -s -C "$matrix/$1" VERBOSE=1 check TESTS=tests/unit >"$matrix/$1/unit.txt" 2>&1 &
    unit_process=$!
    waiting=$1
}

wait_for_unit_tests()
{
    wait "$unit_process" && return
    cat "$matrix/$waiting/unit.txt"
    return 1
}

end_unit_tests()
{
    [ -n "$waiting" ] || return 0
    check "$waiting: unit tests" wait_for_unit_tests
    waiting=
}

# Under the sanitizers 100,000 peers take minutes: there the smaller scenarios are compared.
same_runs()
{
    case $1 in
    *-sanitizers) which=small ;;
    *) which=all ;;
    esac
    skein=$matrix/$1/skein sh "$top_srcdir/tests/golden.sh" --print $which >"$matrix/$1/runs.txt" ||
        return
    if [ $which = small ]; then
        grep -v '^[^	]*-100000	' "$matrix/runs.txt" | diff - "$matrix/$1/runs.txt"
    else
        diff "$matrix/runs.txt" "$matrix/$1/runs.txt"
    fi
}

plain_runs()
{
    sh "$top_srcdir/tests/golden.sh" --print >"$matrix/runs.txt"
}

try()
{
    if ! command -v "$2" >/dev/null; then
        skip "$1" "there is no $2"
        return
    fi
    check "$1: builds without a warning" build "$@" || return
    end_unit_tests
    check "$1: builds its unit tests without a warning" start_unit_tests "$1"
    check "$1: fingerprints and digests as in the plain build" same_runs "$1"
}

check 'the plain build runs each scenario' plain_runs
# The longest first: unit tests under the sanitizers take minutes.
try gcc-sanitizers gcc '-O1 -g' --enable-sanitizers
try clang-sanitizers clang '-O1 -g' --enable-sanitizers
try gcc-O3 gcc '-O3 -march=native' ''
try clang-O2 clang '-O2 -g' ''
try gcc-O0 gcc '-O0 -g' ''
end_unit_tests
finish
