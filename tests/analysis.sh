#!/bin/sh
# SPDX-License-Identifier: MIT
# digest, stats and plot on what the program itself recorded: what they print, what they refuse, and
# that a failure leaves no file.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

# NAME TEXT COMMAND...: the command succeeds and prints the text.
prints()
{
    name=$1
    text=$2
    shift 2
    check "$name" "$@" && { grep -qF -- "$text" "$tap_output" || flunk "$name, and prints: $text"; }
}

# NAME STATUS TEXT COMMAND...: likewise for one that fails.
fails()
{
    name=$1
    expected=$2
    text=$3
    shift 3
    refuses "$name" "$expected" "$@" && {
        grep -qF -- "skein: " "$tap_output" && grep -qF -- "$text" "$tap_output" ||
            flunk "$name, and says: $text"
    }
}

"$skein" run "$top_srcdir/scenarios/testbed-cities.yaml" -o cities.db --quiet
"$skein" run "$top_srcdir/scenarios/ring.yaml" -o bare.db --quiet --set record.level=metrics

prints 'stats count the markers' 'cl_snapshot   380        380' "$skein" stats cities.db
prints 'stats as CSV' 'dials,open,190,190,' "$skein" stats cities.db --csv
prints 'stats as JSON' '"span": "DialPeer", "count": 190' "$skein" stats cities.db --json
prints 'stats of metrics only' 'ping.rtt' "$skein" stats bare.db
fails 'stats of no run' 2 'no run 7' "$skein" stats cities.db --run 7

for kind in latency-cdf latency-histogram latency-timeline spacetime topology; do
    prints "$kind as a script" 'set terminal pngcairo' "$skein" plot cities.db $kind --script
done
prints 'the plot of pings has those of all pairs' '380 pings among 20 peers' \
    "$skein" plot cities.db latency-cdf --script
prints 'peers by name' '2 of 20 peers' \
    "$skein" plot cities.db spacetime --peers '{Tokyo, Lagos}' --script
prints 'a window' 'set xrange [39:40]' \
    "$skein" plot cities.db spacetime --script --from 39s --to 40s
prints 'metrics only still have a distribution' "from the metric''s histogram" \
    "$skein" plot bare.db latency-cdf --script

fails 'a plot without its data' 1 'no messages' "$skein" plot bare.db spacetime -o no.png
fails 'an unknown kind' 2 "did you mean 'topology'" "$skein" plot cities.db topologie -o no.png
fails 'no output' 2 '--script' "$skein" plot cities.db topology
fails 'another format' 2 '.png' "$skein" plot cities.db topology -o no.jpeg
fails 'a time without a unit' 2 '--from' "$skein" plot cities.db spacetime --from 12 -o no.png
fails 'a peer that is not there' 2 '--peers' \
    "$skein" plot cities.db spacetime --peers '{99}' -o no.png
fails 'an unknown metric' 2 'ping, dial or message' \
    "$skein" plot cities.db latency-cdf --metric pong -o no.png
fails 'no gnuplot' 3 'gnuplot-nox' env PATH="$folder" "$skein" plot cities.db topology -o no.png

if command -v gnuplot >/dev/null; then
    check 'a picture' "$skein" plot cities.db topology -o "it's a plot.svg"
    check 'which is one' grep -q '<svg' "it's a plot.svg"
    fails 'a picture that exists' 2 '--force' "$skein" plot cities.db topology -o "it's a plot.svg"
    check 'unless it is to be replaced' "$skein" plot cities.db topology -o "it's a plot.svg" --force
    fails 'a folder that does not exist' 3 'no/no.png' \
        "$skein" plot cities.db topology -o no/no.png
else
    skip 'a picture' 'no gnuplot'
fi
check 'no failure left a file' [ "$(find . -name 'no*' | wc -l)" -eq 0 ]
finish
