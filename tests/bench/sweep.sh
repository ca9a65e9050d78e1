#!/bin/sh
# SPDX-License-Identifier: MIT
# What a sweep of 1,000 runs of 20 peers, some 10 ms each, makes of two cores: runs per second with
# one and two workers, and the share of all processor time that is inside the runs, from building a
# run to its last row (getrusage of all processes; the runs measure themselves). Needs two idle
# cores. SECONDS of virtual time per run as argument, for shorter and longer runs.
set -eu
export LC_ALL=C
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
skein=${skein:-$top_srcdir/build/skein}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >sweep.yaml <<END
scenario:
  module: ping
  stop: ${1:-240}s
peers:
  count: 20
topology:
  kind: random-regular
link:
  latency: lognormal(40ms, 0.4)
stack:
  name: datagram
ping:
  target: random
  count: 0
sweep:
  link.loss: [0, 1%, 2%, 5%]
  repeat: 250
END
measure()
{
    "$skein" sweep sweep.yaml -j "$1" -o "$1.db" --progress none --json >summary
    sqlite3 -separator ' ' :memory: "SELECT json_extract(s, '\$.runs'),
        json_extract(s, '\$.wall_seconds'), json_extract(s, '\$.cpu_seconds'),
        json_extract(s, '\$.run_cpu_seconds') FROM (SELECT readfile('summary') AS s)"
}
measure 1 >one
measure 2 >two
cat one two | awk '
    {
        printf "-j%d: %.1f runs/s, %.2f ms of processor time a run, %.1f %% of it inside runs\n",
            NR, $1 / $2, $4 / $1 * 1000, 100 * $4 / $3
        rate[NR] = $1 / $2
    }
    END { printf "-j2 does %.2f times the runs of -j1\n", rate[2] / rate[1] }'
digests=$("$skein" digest 1.db 2.db | cut -c 1-64 | uniq | wc -l)
[ "$digests" = 1 ] && echo 'both have the same digest'
