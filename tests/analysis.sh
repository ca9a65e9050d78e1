#!/bin/sh
# SPDX-License-Identifier: MIT
# digest, stats, plot and export on what the program itself recorded: what they print, what they refuse, and
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
check 'a sweep to compare' "$skein" sweep "$top_srcdir/tests/golden/cells.yaml" -o cells.db --quiet
prints 'stats by a parameter' '  5%         ping.loss     6            6' \
    "$skein" stats cells.db --by link.loss --metric ping.loss
prints 'stats as Markdown' '| link.loss | metric |' \
    "$skein" stats cells.db --by link.loss --metric ping.loss --markdown
prints 'a database against itself' 'paired t  no' "$skein" compare cells.db cells.db
prints 'two cells with the same luck' 'paired t' \
    "$skein" compare cells.db --from link.loss=0 --to link.loss=5% --metric ping.rtt.p99
fails 'an unknown metric of cells' 2 "did you mean 'ping.rtt'" \
    "$skein" stats cells.db --metric ping.rt
fails 'an unknown parameter' 2 "did you mean 'link.loss'" "$skein" stats cells.db --by link.los
fails 'an unknown cell' 2 "there are 'link.loss=0'" \
    "$skein" compare cells.db --from link.loss=7% --to link.loss=0
fails 'one database without cells' 2 '--from CELL' "$skein" compare cells.db
fails 'a level that is none' 2 '--level' "$skein" stats cells.db --metric ping.rtt --level 95
fails 'stats of no run' 2 'no run 7' "$skein" stats cities.db --run 7

check 'a run with a series' "$skein" run "$top_srcdir/scenarios/queues.yaml" \
    --set 'record.series=[access.up-queue]' -o long.db --quiet
prints 'a long run by batch means' 'settled' "$skein" stats long.db --metric access.up-queue \
    --warm-up mser5 --batch-means 30
check 'without its first two seconds' sh -c '"$1" stats long.db --metric access.up-queue --warm-up 2s \
    --csv | awk -F , "NR == 2 { exit !(\$7 > 0 && \$7 < \$6 && \$8 >= 2e9 && \$8 < 3e9) }"' sh "$skein"
prints 'spans, too' 'DialPeer     190         0' "$skein" stats cities.db --metric DialPeer \
    --batch-means 5
fails 'an unknown series' 2 "did you mean 'access.up-queue'" \
    "$skein" stats long.db --metric access.upqueue --warm-up mser5
fails 'a warm-up that is none' 2 'neither mser5 nor a time' \
    "$skein" stats long.db --metric access.up-queue --warm-up often
fails 'a negative warm-up' 2 'from 0 on' \
    "$skein" stats long.db --metric access.up-queue --warm-up=-1s
fails 'one batch' 2 'expected 2 to 1000' "$skein" stats long.db --metric DialPeer --batch-means 1
fails 'a warm-up of nothing' 2 '--metric' "$skein" stats long.db --warm-up mser5
fails 'a warm-up longer than the run' 2 'too few for 20 batches' \
    "$skein" stats long.db --metric access.up-queue --warm-up 1h

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

for kind in lines cell-cdf cell-quantiles box histogram tornado; do
    prints "$kind of cells as a script" 'set terminal pngcairo' "$skein" plot cells.db $kind --script
done
prints 'data alone' '# place mean low high' \
    "$skein" plot cells.db lines --metric ping.loss --by link.loss --data
fails 'a map of one parameter' 2 'needs 2 swept parameters' "$skein" plot cells.db heat-map -o no.png
fails 'bands without a series' 1 'record.series' "$skein" plot cells.db bands -o no.png
fails 'a metric that no cell has' 2 "did you mean 'ping.rtt'" \
    "$skein" plot cells.db lines --metric ping.rtx -o no.png
cp cells.db other.db
sqlite3 other.db 'PRAGMA user_version = 99'
fails 'another version of the schema' 2 '99' "$skein" plot other.db lines -o no.png
sqlite3 cells.db 'DELETE FROM run; DELETE FROM metric'
fails 'no cell at all' 2 'no metric' "$skein" plot cells.db lines -o no.png
printf 'plot:\n  - topology -o no-1.svg\n  - topologie -o no-2.svg\n' |
    cat "$top_srcdir/scenarios/ring.yaml" - >bad.yaml
fails 'a figure that is none, before any is drawn' 2 "bad.yaml:" "$skein" plot bad.yaml cities.db
fails 'a scenario without figures' 2 "no section 'plot'" \
    "$skein" plot "$top_srcdir/scenarios/ring.yaml" cities.db

if command -v gnuplot >/dev/null; then
    check 'a picture' "$skein" plot cities.db topology -o "it's a plot.svg"
    check 'which is one' grep -q '<svg' "it's a plot.svg"
    fails 'a picture that exists' 2 '--force' "$skein" plot cities.db topology -o "it's a plot.svg"
    check 'unless it is to be replaced' "$skein" plot cities.db topology -o "it's a plot.svg" --force
    printf 'plot:\n  - topology -o one.svg\n  - latency-cdf --metric dial\n' |
        cat "$top_srcdir/scenarios/ring.yaml" - >figures.yaml
    check 'the figures of a file' "$skein" plot figures.yaml cities.db
    check 'which are there' [ -s one.svg -a -s latency-cdf.png ]
    fails 'a folder that does not exist' 3 'no/no.png' \
        "$skein" plot cities.db topology -o no/no.png
else
    skip 'a picture' 'no gnuplot'
fi

# Every format to standard output and into a file gives the same bytes, from equal runs, too. For
# packets there is tests/pcapng.sh.
"$skein" run "$top_srcdir/scenarios/testbed-cities.yaml" -o again.db --quiet --partitions 3
for format in $("$skein" export --help | sed -n '/^Writes/,/^The second/s/^  \([a-z]*\)  *\..*/\1/p' | grep -v pcapng); do
    check "an export as $format" "$skein" export cities.db "$format" -o "cities.$format"
    check 'is the same on standard output' \
        sh -c '"$1" export again.db "$2" | cmp - "$3"' sh "$skein" "$format" "cities.$format"
done
check 'the formats were found' [ "$(find . -name "cities.[a-z]*" | wc -l)" -ge 9 ]
check 'an export as csv' "$skein" export cities.db csv -o tables
"$skein" export again.db csv -o tables-again/ >/dev/null
rm -f tables/execution.csv tables-again/execution.csv
check 'is the same for an equal run' diff -r tables tables-again
check 'one trace, by its id in an export' sh -c '
    id=$("$1" export cities.db zipkin | sed -n "s/^{\"traceId\":\"\([0-9a-f]*\)\".*/\1/p" | head -n 1)
    "$1" export cities.db zipkin --trace "$id" | grep -c "$id" | grep -q "^[1-9]"' sh "$skein"
prints 'peers by name' 'Lagos' "$skein" export cities.db dot --peers '{Tokyo, Lagos}'
fails 'an unknown format' 2 "did you mean 'jaeger'" "$skein" export cities.db jager -o no.json
fails 'an export that exists' 2 '--force' "$skein" export cities.db dot -o cities.dot
check 'unless it is to be replaced' "$skein" export cities.db dot -o cities.dot --force
fails 'a folder that exists' 2 '--force' "$skein" export cities.db csv -o tables
check 'likewise' "$skein" export cities.db csv -o tables --force
mkdir no-export && echo precious >no-export/letter.txt
fails 'a folder of other things is never replaced' 2 'no-export' \
    "$skein" export cities.db csv -o no-export --force
check 'and is as it was' grep -q precious no-export/letter.txt
rm -r no-export
fails 'a folder on standard output' 2 '-o FOLDER' "$skein" export cities.db csv
fails 'a trace where there are no spans' 2 '--trace' "$skein" export cities.db dot --trace 1 -o no.dot
fails 'a trace that is not there' 2 'no trace 12345' "$skein" export cities.db otlp --trace 12345 -o no.x
fails 'an export without its data' 1 'record.level' "$skein" export bare.db otlp -o no.jsonl
fails 'a full disk' 3 'standard output' \
    sh -c '"$1" export cities.db otlp >/dev/full' sh "$skein"
check 'nothing partial is left' [ -z "$(find . -name '*.partial')" ]
check 'no failure left a file' [ "$(find . -name 'no*' | wc -l)" -eq 0 ]
finish
