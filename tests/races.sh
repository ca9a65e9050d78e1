#!/bin/sh
# SPDX-License-Identifier: MIT
# ThreadSanitizer finds no data race in runs of several threads: the unit tests, each shipped
# scenario, and one with faults, loss and everything recorded. The build stays in matrix/ beside the
# program. GLib's own allocator is left out, since it hands memory from thread to thread by locks
# that the sanitizer does not know.
set -u
export LC_ALL=C G_SLICE=always-malloc TSAN_OPTIONS=halt_on_error=1:exitcode=66
. "$top_srcdir/tests/tap.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS

matrix=$(dirname "$skein")/matrix/thread-sanitizer
mkdir -p "$matrix"

build()
{
    if [ ! -f "$matrix/config.status" ] ||
        [ -n "$(find "$top_srcdir/configure" -newer "$matrix/config.status")" ]; then
        (cd "$matrix" && "$top_srcdir/configure" -q CC=gcc CFLAGS='-O1 -g' --enable-werror \
            --enable-thread-sanitizer) || return
    fi
    # One after the other: `all` is a make of its own, and two would write the same archives.
    make -s -C "$matrix" -j "$(getconf _NPROCESSORS_ONLN)" all &&
        make -s -C "$matrix" -j "$(getconf _NPROCESSORS_ONLN)" tests/unit
}

# The sanitizer itself must be able to run here.
works()
{
    "$matrix/skein" --version
}

runs()
{
    "$matrix/skein" run "$@" --quiet --force -o "$matrix/races.db"
}

if ! check 'builds with ThreadSanitizer' build; then
    finish
    exit
fi
check 'starts' works
check 'crews, outboxes and windows' "$matrix/tests/unit" crew outbox simulation record run
for file in "$top_srcdir"/scenarios/*.yaml; do
    # The sanitizer takes several times the memory, here of 0.7 GiB; bank.yaml is the same in small.
    case $file in */bank-100000.yaml) continue ;; esac
    check "$(basename "$file") in 3 threads" runs "$file" -j 3
done
cat >"$matrix/races.yaml" <<'END'
scenario: {module: ping, stop: 5s}
peers: {count: 60}
topology: {kind: random-regular, degree: 4}
link: {latency: "uniform(2ms, 30ms)", jitter: exponential(1ms), loss: 2%}
stack: {name: datagram}
ping: {count: 0, interval: 100ms, timeout: 1s, target: random, stream: per-ping}
timeline:
  - 1s: partition {0..29} {30..59}
  - 2s: heal
  - 2500ms: crash 7
  - 3s: restart 7
  - 4s: set {0..59} {0..59} link.loss 10%
END
check 'faults and loss in 4 threads' runs "$matrix/races.yaml" -j 4
check 'log lines in 2 threads' runs "$matrix/races.yaml" -j 2 --log all=info
cat >"$matrix/snapshot.yaml" <<'END'
scenario: {module: bank, stop: 3s}
peers: {count: 60}
topology: {kind: random-regular, degree: 4}
link: {latency: "uniform(5ms, 50ms)"}
snapshot: {count: 2, start: 1s, initiators: "{0, 17, 40}"}
END
check 'snapshots in 3 threads' runs "$matrix/snapshot.yaml" -j 3
finish
