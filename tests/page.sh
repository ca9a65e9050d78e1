#!/bin/sh
# SPDX-License-Identifier: MIT
# skein report and skein view: from the command line, and as a person sees them in Chromium where
# that is installed (chromium, chromedriver and node). Screenshots stay in SKEIN_PICTURES if it is set.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
driver=
server=
clean_up()
{
    [ -z "$driver" ] || kill "$driver" 2>/dev/null
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$folder" "$tap_output"
}
trap clean_up EXIT
cd "$folder" || exit 1
mkfifo pipe
scenarios=$top_srcdir/scenarios

# -- The report, from outside --

"$skein" run "$scenarios/testbed.yaml" -o testbed.db --quiet
check 'a report beside its database' "$skein" report testbed.db
check 'is under 2 MB' [ "$(wc -c <testbed.html)" -lt 2000000 ]
check 'asks no network' sh -c '! grep -Eo "(src|href)=\"?(https?:)?//" testbed.html'
refuses 'an existing report stays' 2 "$skein" report testbed.db
check 'unless told otherwise' "$skein" report testbed.db --force
"$skein" run "$scenarios/partition.yaml" -o one.db --quiet
"$skein" run "$scenarios/partition.yaml" -o two.db --quiet --partitions 3 2>/dev/null
"$skein" report one.db >/dev/null && "$skein" report two.db >/dev/null
check 'equal digests give equal pages' cmp one.html two.html
"$skein" report one.db -o few.html --max-spans 50 >/dev/null
check 'a page with few spans is smaller' [ "$(wc -c <few.html)" -lt "$(wc -c <one.html)" ]
check 'and says what it carries' grep -q '"span_total":[0-9]*,"message_total":' few.html
trace=$(sqlite3 testbed.db "SELECT trace_id FROM span WHERE name = 'PING'")
"$skein" report testbed.db -o trace.html --trace "$trace" >/dev/null
check 'a page of one trace' grep -q '"span_total":2,' trace.html
sqlite3 one.db "INSERT INTO run SELECT 2, scenario, module, experiment, 'b', 1, seed, status, fingerprint,
    events, end_ns FROM run; INSERT INTO metric SELECT 2, name, unit, count, sum, sum_squares, min, max,
    buckets FROM metric"
check 'a page for each run' sh -c '[ "$("$0" report one.db -o each.html --every-run)" = each.html ] &&
    [ -s each-2.html ] && [ ! -e each-3.html ]' "$skein"
check 'that links to the other' grep -q '"pages":"each.html"' each-2.html
refuses 'every run and one run' 2 "$skein" report one.db -o no.html --every-run --run 1
refuses 'no such trace' 2 "$skein" report testbed.db -o no.html --trace 77
refuses 'a trace that is no number' 2 "$skein" report testbed.db -o no.html --trace PING
refuses 'no such run' 2 "$skein" report testbed.db -o no.html --run 9
refuses 'a time without a unit' 2 "$skein" report testbed.db -o no.html --from 3
refuses 'no spans at all' 2 "$skein" report testbed.db -o no.html --max-spans 0
refuses 'no database' 2 "$skein" report absent.db
echo text >text.db
refuses 'a text' 2 "$skein" report text.db
check 'none of them left a page' [ ! -e no.html ]

# -- The viewer, from outside --

serve()
{
    "$skein" view "$1" >pipe 2>complaint &
    server=$!
    read -r url <pipe
}
refuses 'an address that others reach' 2 "$skein" view testbed.db --address 0.0.0.0
refuses 'an address that is none' 2 "$skein" view testbed.db --address here
refuses 'a port that is none' 2 "$skein" view testbed.db --port 70000
refuses 'a viewer of no database' 2 "$skein" view absent.db
sum=$(sha256sum <testbed.db)
serve testbed.db
check 'the viewer says where it is' expr "$url" : 'http://127.0.0.1:[0-9]*/$'
kill -INT $server
wait $server
check 'Ctrl-C ends it cleanly' [ $? -eq 0 ]
server=
check 'the database is as it was' [ "$(sha256sum <testbed.db)" = "$sum" ]

# -- A run that is being written: every answer has its counts, or says to ask again --

if command -v curl >/dev/null; then
    timeout 120 "$skein" run "$scenarios/ping-1000.yaml" --set ping.count=400 -o live.db --quiet &
    writer=$!
    turn=0
    url=
    while [ -z "$url" ] && [ $turn -lt 1000 ]; do # until there is a file
        turn=$((turn + 1))
        timeout 120 "$skein" view live.db >pipe 2>complaint &
        server=$!
        read -r url <pipe
    done
    : >answers
    turn=0
    while kill -0 $writer 2>/dev/null && [ $turn -lt 5000 ]; do
        turn=$((turn + 1))
        curl -s -m 60 -w '%{http_code}\n' "${url}run/0" | sed -n 's/.*"status":"\([a-z]*\)".*"span_count":\([0-9]*\),.*}200$/200 \1 \2/p
            t
            s/.*}\([0-9]*\)$/\1 without counts/p' >>answers
    done
    wait $writer
    check 'a run ends that is watched' [ $? -eq 0 ]
    curl -s -m 60 "${url}run/0" >last
    total=$(sqlite3 live.db 'SELECT count(*) FROM span')
    check 'it was seen while it ran' grep -q '^200 running [1-9]' answers
    check 'each answer had its counts, or asked for patience' \
        [ "$(grep -c -v -e '^200 [a-z]* [0-9]*$' -e '^503 ' answers)" -eq 0 ]
    check 'most had' [ "$(grep -c ^503 answers)" -le "$((turn / 2))" ]
    check 'spans only came' sh -c 'grep ^200 answers | cut -d " " -f 3 | sort -n -c'
    check 'in the end all of them' grep -q "\"status\":\"complete\".*\"span_count\":$total," last
    kill $server && wait $server 2>/dev/null
    server=
else
    skip 'a run that is being written' 'there is no curl'
fi

# -- In a browser --

for tool in chromium chromedriver node; do
    if ! command -v $tool >/dev/null; then
        skip "the page in a browser" "$tool is not installed"
        echo "SKIPPED: tests/page.sh: no $tool, so no page was opened" >&2
        finish
        exit
    fi
done
pictures=${SKEIN_PICTURES-}
[ -z "$pictures" ] || mkdir -p "$pictures"
chromedriver --port=0 >pipe 2>&1 &
driver=$!
exec 4<pipe
port=
while [ -z "$port" ] && read -r line <&4; do
    port=$(echo "$line" | sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p')
done

# NAME URL: each line `ok` or `not ok` of the script is a test.
look()
{
    [ -z "$pictures" ] || mkdir -p "$pictures/$3"
    timeout 120 node "$top_srcdir/tests/page_test.mjs" "http://127.0.0.1:$port" "$1" "$2" \
        ${pictures:+"$pictures/$3"} >looked 2>&1
    grep -q '^ok the console has no errors' looked || comment looked
    while read -r line; do
        case $line in
        'ok '*) pass "$3: ${line#ok }" ;;
        'not ok '*) flunk "$3: ${line#not ok }" ;;
        esac
    done <looked
    check "$3: was looked at" grep -q 'ok the console' looked
}

hostile='<img src=x onerror=hurt=1>'
sqlite3 testbed.db .dump | sqlite3 hostile.db
sqlite3 hostile.db "PRAGMA application_id = $(sqlite3 testbed.db 'PRAGMA application_id');
    PRAGMA user_version = $(sqlite3 testbed.db 'PRAGMA user_version');
    UPDATE span SET name = '$hostile' WHERE name = 'PING';
    UPDATE span SET attributes = '{\"</script><script>hurt=1</script>\":\"<b id=evil>\"}' WHERE name = 'PONG';
    UPDATE peer SET name = '<iframe src=javascript:hurt=1>' || id;
    UPDATE message SET kind = '</script><script>hurt=1</script>';
    UPDATE run SET scenario = '$hostile', module = '<!--<script>';
    UPDATE parameter SET value = '</SCRIPT><svg onload=hurt=1>' WHERE key = 'scenario.title';"
"$skein" report hostile.db >/dev/null
check 'no name ends the script element' [ "$(grep -o '</script' hostile.html | wc -l)" -eq 2 ]

look testbed "file://$folder/testbed.html" report
look sweep "file://$folder/each.html" sweep
look hostile "file://$folder/hostile.html" hostile-report
serve testbed.db
look testbed "$url" view
kill $server && wait $server
serve hostile.db
look hostile "$url" hostile-view
kill $server && wait $server
server=
if [ -f "$scenarios/bank.yaml" ]; then
    "$skein" run "$scenarios/bank.yaml" -o bank.db --quiet && "$skein" report bank.db >/dev/null
    look cut "file://$folder/bank.html" bank
fi
finish
