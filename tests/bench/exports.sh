#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/bench/exports.sh [SPANS [SKEIN]]: processor seconds, peak memory and size of each export of a run
# with that many spans (1,000,000 unless told) and as many messages among a thousand peers; docs/exports.md
# has the figures. In a temporary folder (TMPDIR) it takes, for each million spans, some two minutes,
# 300 MB of database, and up to 1 GB for an export and as much for SQLite's sorter.
set -eu
spans=${1:-1000000}
skein=$(realpath "${2:-$(dirname "$0")/../../build/skein}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export SQLITE_TMPDIR="$folder"
cat >spans.yaml <<END
scenario:
  module: ping
  title: $spans spans
  seed: 1
peers:
  count: 1000
topology:
  kind: full-mesh
  preconnected: yes
link:
  latency: uniform(10ms, 90ms)
ping:
  target: random
  interval: 1s
  count: $((spans / 2000))
END
"$skein" run --quiet spans.yaml -o spans.db
sqlite3 spans.db "SELECT count(*) || ' spans, ' || (SELECT count(*) FROM message) || ' messages' FROM span"
printf '%-8s %8s %8s %8s\n' format 'CPU s' MiB 'size MB'
for format in otlp jaeger zipkin chrome shiviz csv graphml gexf dot; do
    python3 -c '
import os, subprocess, sys
child = subprocess.Popen([sys.argv[1], "export", "spans.db", sys.argv[2], "-o", "out", "--force"])
_, status, usage = os.wait4(child.pid, 0)
files = [os.path.join("out", name) for name in os.listdir("out")] if os.path.isdir("out") else ["out"]
print("%-8s %8.1f %8.0f %8.0f" % (sys.argv[2], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
      sum(map(os.path.getsize, files)) / 1e6))
sys.exit(status != 0)' "$skein" $format
    rm -rf out
done
