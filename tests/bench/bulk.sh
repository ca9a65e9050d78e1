#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/bench/bulk.sh [BENCH]: TCP transfers on a link with a queue, here and in ns-3 in turns: when they
# complete, CPU time and events of a simulated megabyte, and the ratio; then an exchange here. ns-3's
# program (tests/bench/ns3/bulk.cc) is built on the fly, which needs Debian's g++, pkgconf, libns3-dev
# and libgsl-dev. BENCH is tests/bench/bench in build/ unless told. docs/performance.md has the figures.
set -eu
export LC_ALL=C
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
bench=$(realpath "${1:-$here/../../build/tests/bench/bench}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
turns=5
modules='ns3-applications ns3-internet ns3-point-to-point'
[ -x "$bench" ] || { echo "bulk.sh: there is no $bench; make tests/bench/bench builds it" >&2; exit 3; }
peer=
# shellcheck disable=SC2046,SC2086
if command -v g++ >/dev/null && pkg-config --exists $modules 2>/dev/null &&
    g++ -O2 -std=c++17 $(pkg-config --cflags $modules) "$here/ns3/bulk.cc" -o "$folder/ns3" \
        $(pkg-config --libs $modules) 2>"$folder/complaint"; then
    peer=$folder/ns3
else
    echo 'SKIPPED: ns-3, which is not there (libns3-dev, libgsl-dev, g++, pkgconf): nothing to compare with'
    [ ! -s "$folder/complaint" ] || tail -n 5 "$folder/complaint"
fi
turn=0
while [ $turn -lt $turns ]; do
    turn=$((turn + 1))
    "$bench" bulk >"$folder/own"
    cat "$folder/own" >>"$folder/all"
    [ -n "$peer" ] || continue
    # The same transfers, by what the benchmark says of its own.
    sed -n 's/^bulk\t.*size=\([0-9]*\)MB rate=\([0-9]*\)Mbit.*latency=\([0-9]*\)ms queue=\([0-9]*\)p.*s to complete$/\1 \2 \3 \4/p' \
        "$folder/own" | while read -r megabytes rate latency queue; do
        "$peer" "$megabytes" "$rate" "$latency" "$queue" >>"$folder/all"
    done
done
awk -F '\t' '
    function median(name, how_many, i, j, swap, sorted) {
        for (i = 1; i <= how_many; i++) {
            sorted[i] = value[name, i] + 0
            for (j = i; j > 1 && sorted[j] < sorted[j - 1]; j--) {
                swap = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = swap
            }
        }
        return sorted[int((how_many + 1) / 2)]
    }
    {
        sub(/^stack=[a-z]* /, "", $2)
        if (!($2 in seen)) { seen[$2] = ++cases; title[cases] = $2 }
        name = $1 "|" $2 "|" $4
        value[name, ++count[name]] = $3
    }
    END {
        for (i = 1; i <= cases; i++) {
            of = title[i]
            print of
            split("s to complete|CPU us/MB|events/MB|CPU us/exchange|events/exchange", units, "|")
            for (u = 1; u <= 5; u++) {
                own = "bulk|" of "|" units[u]
                other = "ns3-bulk|" of "|" units[u]
                if (!(own in count)) continue
                line = sprintf("  %-16s skein %10.4g", units[u], median(own, count[own]))
                if (other in count) {
                    for (t = 1; t <= count[own]; t++) value["ratio|" u, t] = value[other, t] / value[own, t]
                    line = line sprintf("   ns-3 %10.4g   ratio %.4g", median(other, count[other]), median("ratio|" u, count[own]))
                }
                print line
            }
        }
    }' "$folder/all"
