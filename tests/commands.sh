#!/bin/sh
# SPDX-License-Identifier: MIT
# What run, list, describe, inspect, new and rerun print, and how a run is interrupted.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

# NAME STATUS TEXT COMMAND...: exit status STATUS, and the output has each line of TEXT.
prints()
{
    name=$1
    expected=$2
    text=$3
    shift 3
    status=0
    "$@" >"$tap_output" 2>&1 </dev/null || status=$?
    problem=
    [ $status -eq "$expected" ] || problem="exit status $status, not $expected"
    saved_ifs=$IFS
    IFS='
'
    for part in $text; do
        grep -qF -- "$part" "$tap_output" || problem="no such text: $part"
    done
    IFS=$saved_ifs
    if [ -z "$problem" ]; then
        pass "$name"
    else
        flunk "$name"
        echo "# $problem"
        comment "$tap_output"
    fi
}

query()
{
    "$skein" run ring.yaml --json --force "$@" 2>messages
}

# NAME QUERY RESULT COMMAND...: the command prints JSON, from which sqlite3 takes the result; `json`
# is the name of the text.
json()
{
    name=$1
    query=$2
    expected=$3
    shift 3
    "$@" >json 2>"$tap_output" </dev/null
    check "$name" [ "$(sqlite3 :memory: "WITH t(json) AS (SELECT CAST(readfile('json') AS TEXT))
        SELECT $query FROM t")" = "$expected" ]
}

cat >ring.yaml <<'EOF'
scenario:
  module: ping
  title: Six in a ring
peers:
  count: 6
topology:
  kind: ring
link:
  latency: 20ms
ping:
  count: 3
expect:
  - ping.loss == 0
  - ping.rtt.min == 40ms
EOF

# run

prints 'the default database has the name of the scenario' 0 'database     ring.db
holds  ping.loss == 0: ping.loss is 0' "$skein" run ring.yaml
check 'and is there' [ -f ring.db ]
prints 'an expectation that does not hold is exit status 1' 1 \
    'FAILS  ping.rtt.min == 40ms: ping.rtt.min is 50ms' \
    "$skein" run ring.yaml --force --set link.latency=25ms
prints 'the database is there all the same' 0 'ping.rtt' "$skein" run ring.yaml -o kept.db
prints '--quiet says nothing' 0 '' "$skein" run ring.yaml --force --quiet
check 'not a line' [ ! -s "$tap_output" ]
query --seed 18446744073709551615 >summary.json
check '--json gives fingerprint, status, seed' sh -c 'grep -q \
    "\"status\": \"complete\".*\"fingerprint\": \"[0-9a-f]\{16\}\".*\"seed\": 18446744073709551615" \
    summary.json'
check 'one object a line' [ "$(wc -l <summary.json)" -eq 1 ]
check 'partitions change nothing' [ "$(query --partitions 1 | cut -d, -f1-4)" = \
    "$(query --partitions 3 | cut -d, -f1-4)" ]
printf 'scenario:\n  module: ping\ntimeline:\n  - 1.5s: crash {1..4}\n' >log.yaml
prints 'log lines of one peer, with their time' 0 '1.500000000s peer 3: crashes' \
    "$skein" run log.yaml --force --log 3=info
check 'and of no other' sh -c '! grep -q "peer [^3]:" "$0"' "$tap_output"
prints 'pings, in words' 0 's peer 5: sends ping 1 to peer ' "$skein" run log.yaml --force --log 5=info
prints 'the last filter that fits decides' 0 '1.500000000s peer 2: crashes' \
    "$skein" run log.yaml --force --log all=info --log 3=off
check 'and takes peers out' sh -c '! grep -q "peer 3:" "$0"' "$tap_output"
prints 'warnings alone' 0 's peer 0: cannot dial peer 4: refused' \
    "$skein" run log.yaml --force --log 0=warning --set topology.kind=full-mesh \
    --set topology.preconnected=no --set link.latency=800ms
check 'and nothing below them' sh -c '! grep -q "sends ping" "$0"' "$tap_output"
prints 'debug shows connections' 0 'peer 5: is connected to peer' \
    "$skein" run log.yaml --force --log 5=debug
printf 'sweep:\n  link.latency: [10ms, 20ms]\n' | cat ring.yaml - >sweep.yaml
prints 'a file with a sweep runs the base values and says so' 0 'base values' \
    "$skein" run sweep.yaml
prints 'a coordinator takes no partitions and says so' 0 'no lookahead' \
    "$skein" run "$top_srcdir/scenarios/testbed.yaml" -o testbed.db --partitions 2

# Ties. Messages are recorded in the order in which they arrive.

cat >ties.yaml <<'EOF'
scenario:
  module: ping
peers:
  count: 10
topology:
  kind: star
  preconnected: yes
link:
  latency: 20ms
ping:
  start: 1s
  count: 40
  interval: 1ms
EOF
arrivals()
{
    "$skein" run ties.yaml -o ties.db --force --quiet "$@" &&
        sqlite3 ties.db 'SELECT group_concat(sender_id) FROM (SELECT sender_id FROM message
            WHERE receiver_id = 0 AND received_ns = 1020000000 AND kind = "ping" ORDER BY rowid)'
}
check 'ties run in the order of peers' [ "$(arrivals)" = 1,2,3,4,5,6,7,8,9 ]
permuted=$(arrivals --set scenario.ties=permuted)
check 'or permuted' [ "$permuted" != 1,2,3,4,5,6,7,8,9 ]
check 'of the same peers' [ "$(echo "$permuted" | tr , '\n' | sort | tr '\n' ,)" = 1,2,3,4,5,6,7,8,9, ]
check 'by the seed' [ "$(arrivals --set scenario.ties=permuted --seed 2)" != "$permuted" ]
arrivals --set scenario.ties=permuted --set 'link.jitter=uniform(0ms, 50ms)' \
    --set ideal.order=connection >first.out
together='FROM message a JOIN message b USING (sender_id, receiver_id, received_ns)
    WHERE a.sent_ns < b.sent_ns'
check 'jitter brings messages of one connection together' \
    [ "$(sqlite3 ties.db "SELECT count(*) > 100 $together")" = 1 ]
check 'permuted ties keep each connection in order' \
    [ "$(sqlite3 ties.db "SELECT count(*) $together AND a.rowid > b.rowid")" = 0 ]
check 'and are the same in every execution' "$skein" verify ties.yaml --set scenario.ties=permuted

# Interruption: pings for eleven years.

printf 'scenario:\n  module: ping\n  stop: 100000h\nping:\n  count: 0\nrecord:\n  level: %s\n' metrics >endless.yaml
interrupted()
{
    "$skein" run endless.yaml -o "$1.db" --json >"$1.json" 2>"$1.messages" &
    child=$!
    while [ ! -e "$1.db.partial" ]; do
        kill -0 $child || return 9
    done
    kill -TERM $child
    wait $child
}
refuses 'TERM ends a run with exit status 3' 3 interrupted term
check 'which is saved' "$skein" digest term.db
check 'with status interrupted' grep -q '"status": "interrupted"' term.json
refuses 'what was interrupted cannot be run again' 2 "$skein" rerun term.db
cat >twice.yaml <<'EOF'
scenario:
  module: ping
  stop: 100000h
peers:
  count: 200
ping:
  count: 0
  interval: 1ms
EOF
interrupted_twice()
{
    "$skein" run twice.yaml -o twice.db --quiet &
    child=$!
    while [ "$(wc -c <twice.db.partial 2>/dev/null || echo 0)" -lt 4000000 ]; do
        kill -0 $child || return 9
    done
    kill -INT $child
    while kill -INT $child 2>/dev/null; do
        :
    done
    wait $child
}
refuses 'a second signal ends it at once' 3 interrupted_twice
check 'and leaves nothing' [ ! -e twice.db.partial ]
check 'no database either' [ ! -e twice.db ]

# describe, list, inspect

prints 'describe of a module' 0 'ping:
  interval
partition
ping.rtt [ns]
message.loss
plots: ' "$skein" describe ping
prints 'describe of a file, with origins' 0 'ring.yaml:9:12
# default
# set
expects ping.loss == 0' "$skein" describe ring.yaml --set ping.size=64B
prints 'the JSON Schema' 0 '"$schema"
"timeline"
"interval"' "$skein" describe ping --json-schema
# The scenario files are those beside the folder of the program.
mkdir -p tree/build
cp "$skein" tree/build/skein
ln -s "$top_srcdir/scenarios" tree/scenarios
prints 'list' 0 'testbed
ring.yaml' tree/build/skein list
prints 'inspect of a peer' 0 'peer 3
state {
connection with
pending at' "$skein" inspect ring.yaml --at 1s --peer 3
prints 'inspect of all' 0 'events executed
peer 0
peer 5' "$skein" inspect ring.yaml --at 1s

json 'inspect, for a program' "json ->> '$.peers[0].peer' || (json ->> '$.peers[0].state.sent') ||
    json_array_length(json, '$.peers[0].connections')" 313 \
    "$skein" inspect ring.yaml --at 1s --peer 3 --json
json 'all peers and no coordinator' "json_array_length(json, '$.peers') || (json ->> '$.at_ns')" \
    61000000000 "$skein" inspect ring.yaml --at 1s --json
json 'verify, for a program' "json ->> '$.equal' || json_array_length(json, '$.variants')" 16 \
    "$skein" verify ring.yaml --json
json 'digest, for a program' "json ->> '\$[1].digest' = (json ->> '\$[0].digest')" 1 \
    "$skein" digest kept.db kept.db --json
json 'list, for a program' "json ->> '$.modules[0].name'" testbed "$skein" list --json

# rerun

json 'rerun, for a program' "json ->> '$.equal' || (json ->> '$.stored_digest' = json ->> '$.digest')" \
    11 "$skein" rerun kept.db --json
prints 'rerun gives the same' 0 'equal: digest ' "$skein" rerun kept.db
check 'and keeps a database where it is told to' "$skein" rerun kept.db -o again.db
check 'which is equal' [ "$("$skein" digest <kept.db kept.db | cut -d' ' -f1)" = \
    "$("$skein" digest again.db | cut -d' ' -f1)" ]
rm ring.yaml
check 'rerun needs no scenario file' "$skein" rerun kept.db
"$skein" run sweep.yaml -o set.db --quiet --seed 5 --set link.latency=7ms --set peers.count=9
prints 'rerun takes what --set and --seed said' 0 'equal' "$skein" rerun set.db
printf '0,10,20\n10,0,30\n20,30,0\n' >rtt.csv
printf 'scenario:\n  module: ping\npeers:\n  count: 3\nlink:\n  latency: %s\n' \
    '"matrix(rtt.csv, unit=ms, kind=rtt)"' >matrix.yaml
"$skein" run matrix.yaml --quiet
prints 'rerun with the same input' 0 'equal' "$skein" rerun matrix.db
printf '0,10,20\n10,0,31\n20,31,0\n' >rtt.csv
prints 'rerun names the input that has changed' 2 "input 'rtt.csv' has changed" \
    "$skein" rerun matrix.db
rm rtt.csv
prints 'or that is gone' 2 "input 'rtt.csv'" "$skein" rerun matrix.db

# new

prints 'new writes a module and a scenario' 0 'X(my_gossip)' "$skein" new my_gossip .
check 'both' [ -s my_gossip.c -a -s my_gossip.yaml ]
cp my_gossip.c before.c
refuses 'new touches no existing file' 2 "$skein" new my_gossip .
check 'really' cmp my_gossip.c before.c
refuses 'new with a bad name' 2 "$skein" new My-Gossip .
refuses 'new in no folder' 2 "$skein" new other absent
finish
