#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/bench/exports.sh [SKEIN]: processor seconds, peak memory and size of each export of a run with
# 1,000,000 spans and 1,000,000 messages among a thousand peers (docs/exports.md has the figures).
# Takes some minutes, 300 MB of database and up to 1 GB for an export in a temporary folder.
set -eu
skein=$(realpath "${1:-$(dirname "$0")/../../build/skein}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >million.yaml <<'END'
scenario:
  module: ping
  title: A million spans
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
  count: 500
END
"$skein" run --quiet million.yaml -o million.db
sqlite3 million.db "SELECT count(*) || ' spans, ' || (SELECT count(*) FROM message) || ' messages' FROM span"
printf '%-8s %8s %8s %8s\n' format 'CPU s' MiB 'size MB'
for format in otlp jaeger zipkin chrome shiviz csv graphml gexf dot; do
    python3 -c '
import os, subprocess, sys
child = subprocess.Popen([sys.argv[1], "export", "million.db", sys.argv[2], "-o", "out", "--force"])
_, status, usage = os.wait4(child.pid, 0)
files = [os.path.join("out", name) for name in os.listdir("out")] if os.path.isdir("out") else ["out"]
print("%-8s %8.1f %8.0f %8.0f" % (sys.argv[2], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
      sum(map(os.path.getsize, files)) / 1e6))
sys.exit(status != 0)' "$skein" $format
    rm -rf out
done
