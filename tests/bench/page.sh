#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/bench/page.sh [SPANS [SKEIN]]: what skein report and skein view make of a run with that many spans
# (1,000,000 unless told) and as many messages among a thousand peers: time and peak memory of the
# report; when the server is ready, what it takes, and how long a window takes at it; and in Chromium,
# where that is installed, the first paint and a window that moves, by the browser's clock.
# docs/pages.md has the figures.
set -eu
spans=${1:-1000000}
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
skein=$(realpath "${2:-$here/../../build/skein}")
folder=$(mktemp -d)
server= driver=
clean_up()
{
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$driver" ] || kill "$driver" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
cd "$folder"
"$skein" run --quiet "$here/../../scenarios/ping-1000.yaml" --set "ping.count=$((spans / 2000))" -o big.db
sqlite3 big.db "SELECT count(*) || ' spans, ' || (SELECT count(*) FROM message) || ' messages' FROM span"
python3 -c '
import os, subprocess, sys, time
start = time.monotonic()
child = subprocess.Popen([sys.argv[1], "report", "big.db", "-o", "big.html"], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print("report: %.1f s, %.1f s of CPU, %.0f MiB, a page of %.1f MB" % (time.monotonic() - start,
      usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.path.getsize("big.html") / 1e6))
sys.exit(status != 0)' "$skein"
mkfifo pipe
start=$(date +%s.%N)
"$skein" view big.db >pipe &
server=$!
read -r url <pipe
end=$(sqlite3 big.db 'SELECT end_ns FROM run')
python3 -c '
import re, sys, time, urllib.request
start, server, url, end = float(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
print("view: ready after %.1f s, %s kB in memory" % (time.time() - start,
      re.search(r"VmRSS:\s*(\d+)", open("/proc/%s/status" % server).read())[1]))
def ask(title, path):
    times = []
    for turn in range(5):
        before = time.monotonic()
        size = len(urllib.request.urlopen(url + path).read())
        times.append(time.monotonic() - before)
    print("view: %s %.0f ms (median of 5), %d kB" % (title, 1000 * sorted(times)[2], size / 1000))
ask("the overview", "run/0")
ask("all of the time", "run/0/window?from=0&to=%d" % end)
ask("a hundredth of it", "run/0/window?from=%d&to=%d" % (end // 2, end // 2 + end // 100))
ask("100 traces", "run/0/traces?limit=100")' "$start" "$server" "$url" "$end"
for tool in chromium chromedriver node; do
    command -v $tool >/dev/null || { echo "SKIPPED: Chromium: there is no $tool"; exit 0; }
done
mkfifo started
chromedriver --port=0 >started 2>&1 &
driver=$!
port=
while [ -z "$port" ] && read -r line; do
    port=$(echo "$line" | sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p')
done <started
for page in "view $url" "report file://$folder/big.html"; do
    echo "Chromium, ${page%% *}:"
    timeout 120 node "$here/../page_test.mjs" "http://127.0.0.1:$port" big "${page#* }" || true
done
