#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the fuzzers of tests/fuzz/fuzz_list.txt: tests/fuzz/run.sh [SECONDS [NAME...]], 20 seconds
# each unless told otherwise. The libraries are built a second time, by clang with libFuzzer and the
# sanitizers, in fuzz/ beside the program; what a fuzzer learns stays in fuzz/corpus/NAME, and an
# input that breaks something is left in fuzz/ and named.
set -u
export LC_ALL=C
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
top_srcdir=$(CDPATH='' cd "${top_srcdir:-$here/../..}" && pwd)
. "$top_srcdir/tests/tap.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS

seconds=${1:-20}
[ $# -gt 0 ] && shift
list=$top_srcdir/tests/fuzz/fuzz_list.txt
names=${*:-$(sed -n 's/^\([a-z][a-z_]*\).*/\1/p' "$list")}
fuzz=$(dirname "${skein:-$top_srcdir/build/skein}")/fuzz
flags='-g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=undefined'

build_libraries()
{
    if [ ! -f "$fuzz/build/config.status" ] ||
        [ -n "$(find "$top_srcdir/configure" -newer "$fuzz/build/config.status")" ]; then
        mkdir -p "$fuzz/build"
        (cd "$fuzz/build" && "$top_srcdir/configure" -q --enable-debug CC=clang \
            CFLAGS="$flags -fsanitize=fuzzer-no-link,address,undefined") || return
        touch "$fuzz/build/config.status"
    fi
    make -s -C "$fuzz/build" -j "$(getconf _NPROCESSORS_ONLN)" libraries
}

build_fuzzer()
{
    # shellcheck disable=SC2046,SC2086 # flags are words
    clang $flags -std=c11 -fsanitize=fuzzer,address,undefined -I"$top_srcdir" \
        $(pkg-config --cflags glib-2.0 sqlite3 yaml-0.1) \
        "$top_srcdir/tests/fuzz/fuzz_$1.c" -o "$fuzz/fuzz_$1" \
        -Wl,--start-group "$fuzz"/build/lib*.a -Wl,--end-group \
        $(pkg-config --libs glib-2.0 gio-2.0 sqlite3 yaml-0.1)
}

run_fuzzer()
{
    fuzzer=$1
    words=$top_srcdir/tests/fuzz/$fuzzer.dict
    mkdir -p "$fuzz/corpus/$fuzzer"
    set -- "$fuzz/corpus/$fuzzer"
    for folder in "tests/fuzz/seeds/$fuzzer" $(sed -n "s/^$fuzzer  *//p" "$list"); do
        [ -d "$top_srcdir/$folder" ] && set -- "$@" "$top_srcdir/$folder"
    done
    [ -f "$words" ] && set -- "$@" "-dict=$words"
    "$fuzz/fuzz_$fuzzer" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
        -rss_limit_mb=2048 -artifact_prefix="$fuzz/$fuzzer-" "$@"
}

listed()
{
    for file in "$top_srcdir"/tests/fuzz/fuzz_*.c; do
        name=${file##*/fuzz_}
        grep -q "^${name%.c}\( .*\)*$" "$list" || {
            echo "$file is not in tests/fuzz/fuzz_list.txt"
            return 1
        }
    done
}
check 'every fuzzer is in the list' listed

if ! clang -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null <<'END'
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size_bytes);
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size_bytes)
{
    return size_bytes > 0 && data[0] == 1 ? 0 : 0;
}
END
then
    skip 'the fuzzers' 'no clang with libFuzzer; on Debian: apt-get install clang'
elif check 'the libraries build for fuzzing' build_libraries; then
    for name in $names; do
        check "the fuzzer of $name builds" build_fuzzer "$name" &&
            check "$seconds s of fuzzing $name" run_fuzzer "$name"
    done
fi
finish
