#!/bin/sh
# SPDX-License-Identifier: MIT
# What real tools make of exports: the testbed, a bank with snapshots, a run of 100,000 spans, and one
# with hostile names, each format read by a reader that is not ours, with the counts of the database;
# and a damaged file is refused by the same reader. The readers are Debian packages, and those that
# tests/readers/install.sh has put into readers/ beside the program.
set -u
export LC_ALL=C.UTF-8
. "$top_srcdir/tests/tap.sh"
with=$top_srcdir/tests/readers
readers=$(dirname "$skein")/readers
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

# has TITLE COMMAND...: true when the tool is there; says what is skipped when not.
has()
{
    title=$1
    shift
    if "$@" >/dev/null 2>&1; then
        return 0
    fi
    skip "$title" "not there: $*"
    return 1
}

ask()
{
    sqlite3 -separator ' ' "$1" "$2"
}

# reads TITLE EXPECTED COMMAND...: the reader prints what the database says.
reads()
{
    title=$1 expected=$2
    shift 2
    status=0
    found=$("$@" 2>"$folder/complaint") || status=$?
    if [ "$status" -eq 0 ] && [ "$found" = "$expected" ] && [ -n "$expected" ]; then
        pass "$title"
        return
    fi
    flunk "$title"
    echo "# expected $expected"
    echo "# found    $found"
    tail -n 5 "$folder/complaint" | comment
}

# rejects TITLE COMMAND...: the reader fails; that it can is what makes it a test.
rejects()
{
    title=$1
    shift
    if "$@" >"$folder/complaint" 2>&1; then
        flunk "$title"
        comment <"$folder/complaint"
    else
        pass "$title"
    fi
}

# damage FILE SIZE: the first SIZE-th of the file.
cut_off()
{
    head -c "$(($(wc -c <"$1") / $2))" "$1"
}

write()
{
    check "$1 is exported as $2" "$skein" export "$1.db" "$2" -o "$1$3"
}

spans="(SELECT span.*, ifnull(end_ns, (SELECT end_ns FROM run)) AS until_ns FROM span)"
found_parents="(SELECT count(*) FROM span AS child JOIN span ON span.id = child.parent_id)"

otlp()
{
    write "$1" otlp .jsonl
    expected=$(ask "$1.db" "SELECT count(*), count(parent_id), $found_parents, sum(until_ns - start_ns),
        (SELECT count(*) FROM span_event), (SELECT count(*) FROM span_link), sum(status = 'error')
        FROM $spans")
    has "$1: the .proto of OpenTelemetry" test -d "$readers/protobufjs" || return
    reads "$1: the .proto of OpenTelemetry reads OTLP" "$expected" \
        node "$with/otlp.mjs" "$readers" "$1.jsonl"
}

jaeger()
{
    write "$1" jaeger .jaeger.json
    expected=$(ask "$1.db" "SELECT count(DISTINCT trace_id), count(*), count(parent_id), $found_parents,
        sum(until_ns / 1000 - start_ns / 1000), (SELECT count(*) FROM span_event),
        sum(status = 'error') FROM $spans")
    has "$1: the rules of the Jaeger UI" command -v node || return
    reads "$1: by the rules of the Jaeger UI" "$expected" node "$with/jaeger.mjs" "$1.jaeger.json"
}

zipkin()
{
    write "$1" zipkin .zipkin.json
    expected=$(ask "$1.db" "SELECT count(*), count(parent_id), $found_parents,
        sum(iif(end_ns IS NULL, 0, max(end_ns / 1000 - start_ns / 1000, 1))),
        (SELECT count(*) FROM span_event), sum(end_ns IS NULL), sum(status = 'error') FROM $spans")
    has "$1: Zipkin's model" test -x zipkin || return
    reads "$1: Zipkin's model reads it" "$expected" ./zipkin "$1.zipkin.json"
}

chrome()
{
    write "$1" chrome .trace.json
    expected=$(ask "$1.db" "SELECT (SELECT count(*) FROM span), count(*), count(received_ns),
        count(received_ns), count(received_ns), (SELECT count(parent_id) FROM span),
        (SELECT sum(until_ns - start_ns) FROM $spans) FROM message")
    has "$1: speedscope" test -d "$readers/speedscope" || return
    reads "$1: speedscope reads it" "$expected" \
        node "$with/speedscope.mjs" "$readers" "$1.trace.json"
}

# What the page Performance of its developer tools reads files with. It joins the arrows that lead to
# peers behind the sender in the file.
chromium()
{
    expected=$(ask "$1.db" "SELECT (SELECT count(*) FROM span), count(*) + count(received_ns),
        ifnull(sum(sender_id < receiver_id AND received_ns IS NOT NULL), 0),
        (SELECT count(parent_id) FROM span), (SELECT sum(until_ns - start_ns) FROM $spans) FROM message")
    has "$1: Chromium" command -v chromium || return
    has "$1: chromedriver" command -v chromedriver || return
    has "$1: node" command -v node || return
    reads "$1: Chromium's developer tools read it" "$expected" \
        node "$with/chromium.mjs" "$1.trace.json"
}

shiviz()
{
    write "$1" shiviz .log
    expected=$(ask "$1.db" "WITH host AS (SELECT sender_id FROM message UNION SELECT receiver_id FROM
        message UNION SELECT peer_id FROM snapshot_state) SELECT (SELECT count(*) FROM host),
        count(*) + count(received_ns) + (SELECT count(*) FROM snapshot_state), count(*),
        count(received_ns), (SELECT count(*) FROM snapshot_state) FROM message")
    has "$1: the rules of ShiViz" command -v node || return
    reads "$1: by the rules of ShiViz" "$expected" sh -c 'node "$1" "$2" | cut -d " " -f 1-5' sh \
        "$with/shiviz.mjs" "$1.log"
}

csv()
{
    write "$1" csv -csv
    expected=$(
        for table in $(ask "$1.db" "SELECT name FROM sqlite_schema WHERE type = 'table'"); do
            ask "$1.db" "SELECT count(*) FROM $table"
        done | awk '{ rows += $1 } END { print NR, rows }'
    )
    has "$1: Python's csv" command -v python3 || return
    reads "$1: Python's csv reads all tables as they are" "$expected" \
        /usr/bin/python3 "$with/tables.py" "$1.db" "$1-csv"
}

graphs()
{
    write "$1" graphml .graphml
    write "$1" gexf .gexf
    write "$1" dot .dot
    expected=$(ask "$1.db" "SELECT (SELECT count(*) FROM peer), (SELECT count(*) FROM (SELECT sender_id,
        receiver_id FROM link UNION SELECT sender_id, receiver_id FROM message UNION SELECT dialer_id,
        listener_id FROM connection WHERE opened_ns IS NOT NULL)), count(*), count(received_ns),
        sum(size_bytes), (SELECT sum(latency_ns_min) FROM link), count(*), count(received_ns)
        FROM message")
    for reader in networkx-graphml:graphml networkx-gexf:gexf igraph-graphml:graphml; do
        has "$1: ${reader%:*}" /usr/bin/python3 -c 'import igraph, networkx' || continue
        reads "$1: ${reader%:*} reads the topology" "$expected" sh -c \
            '/usr/bin/python3 "$1" "$2" "$3" | cut -d " " -f 1-8' sh "$with/graph.py" \
            "${reader%:*}" "$1.${reader#*:}"
    done
    has "$1: graphviz" command -v gc || return
    reads "$1: graphviz reads the topology" "$(echo "$expected" | cut -d ' ' -f 1-2)" \
        sh -c 'gc -n -e "$1" | awk "{ print \$1, \$2 }"' sh "$1.dot"
}

everything()
{
    for format in otlp jaeger zipkin chrome chromium shiviz csv graphs; do
        $format "$1"
    done
}

# Views, as another build of SQLite sees them.
views()
{
    expected=$(
        for view in $(ask "$1.db" "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY 1"); do
            echo "$view $(ask "$1.db" "SELECT count(*) FROM $view")"
        done
    )
    has "$1: sql.js" test -d "$readers/sql.js" || return
    reads "$1: sql.js reads the views" "$expected" node "$with/views.mjs" "$readers" "$1.db"
}

# Each reader refuses a file that is cut off, and one where something small is wrong.
damaged()
{
    if has 'damaged OTLP' test -d "$readers/protobufjs"; then
        for change in 's/"spanId":"./"spanId":"/' 's/"kind":1/"kind":"internal"/' \
            's/"startTimeUnixNano"/"startTime"/' 's/\("endTimeUnixNano":"[0-9]*\)/\1.5/'; do
            sed "2$change" testbed.jsonl >bad.jsonl
            rejects "OTLP with $change is refused" node "$with/otlp.mjs" "$readers" bad.jsonl
        done
        cut_off testbed.jsonl 2 >bad.jsonl
        rejects 'OTLP that is cut off is refused' node "$with/otlp.mjs" "$readers" bad.jsonl
    fi
    if has 'damaged Zipkin' test -x zipkin; then
        cut_off testbed.zipkin.json 2 >bad.json
        rejects 'a cut off Zipkin file is refused' ./zipkin bad.json
        sed '5s/"id":"[0-9a-f]*"/"id":"no number"/' testbed.zipkin.json >bad.json
        rejects 'an id that is none is refused' ./zipkin bad.json
        sed '5s/"duration":\([0-9]*\)/"duration":"\1"/' testbed.zipkin.json >bad.json
        rejects 'a duration in quotes is refused' ./zipkin bad.json
    fi
    if has 'damaged trace events' test -d "$readers/speedscope"; then
        cut_off testbed.trace.json 2 >bad.trace.json
        rejects 'trace events that are cut off are refused' \
            node "$with/speedscope.mjs" "$readers" bad.trace.json
        grep -v '"ph":"E".*"name":"PONG"' testbed.trace.json >bad.trace.json
        rejects 'a slice without an end is refused' \
            node "$with/speedscope.mjs" "$readers" bad.trace.json
    fi
    if has 'trace events for Chromium' command -v chromedriver; then
        cut_off testbed.trace.json 2 >bad.trace.json
        rejects 'Chromium refuses trace events that are cut off' \
            node "$with/chromium.mjs" bad.trace.json
        grep -v '"ph":"E".*"name":"PONG"' testbed.trace.json >bad.trace.json
        rejects 'and a slice without an end' node "$with/chromium.mjs" bad.trace.json
    fi
    if has 'damaged files of Jaeger and ShiViz' command -v node; then
        sed 's/"processID":"p7"/"processID":"p777"/' testbed.jaeger.json >bad.json
        rejects 'a span without its process is refused' node "$with/jaeger.mjs" bad.json
        sed '7s/{"\([0-9]*\)":\([0-9]*\)/{"\1":9\2/' testbed.log >bad.log
        rejects 'a clock that jumps is refused' node "$with/shiviz.mjs" bad.log
        sed 's/,"3":[0-9]*/,"33":1/' testbed.log >bad.log
        rejects 'a clock that names a missing host is refused' node "$with/shiviz.mjs" bad.log
    fi
    cp -r testbed-csv bad-csv
    sed -i '3s/.*/"a","b/' bad-csv/span.csv
    rejects 'a broken CSV file is refused' /usr/bin/python3 "$with/tables.py" testbed.db bad-csv
    if has 'damaged graphs' /usr/bin/python3 -c 'import igraph, networkx'; then
        for kind in networkx-graphml:graphml networkx-gexf:gexf igraph-graphml:graphml; do
            cut_off "testbed.${kind#*:}" 2 >bad
            rejects "${kind%:*} refuses a file that is cut off" \
                /usr/bin/python3 "$with/graph.py" "${kind%:*}" bad
        done
    fi
    if has 'damaged DOT' command -v gc; then
        cut_off testbed.dot 2 >bad.dot
        rejects 'graphviz refuses a file that is cut off' sh -c 'gc bad.dot 2>&1 | tee complaint
            ! grep -q -i error complaint'
    fi
    if has 'a damaged database' test -d "$readers/sql.js"; then
        cut_off testbed.db 2 >bad.db
        rejects 'sql.js refuses a database that is cut off' node "$with/views.mjs" "$readers" bad.db
    fi
}

# What names look like when the readers are done with them.
hostile_names()
{
    name=$(printf 'a"b\\N<c>&amp;,\047{x}')
    if has 'hostile names' /usr/bin/python3 -c 'import igraph, networkx'; then
        reads 'networkx gives the name back' "$name" /usr/bin/python3 -c \
            'import networkx; print(networkx.read_graphml("hostile.graphml").nodes["1"]["name"])'
        reads 'igraph does' "$name" /usr/bin/python3 -c \
            'import igraph; print(igraph.Graph.Read_GraphML("hostile.graphml").vs[1]["name"])'
        reads 'GEXF, too' "$name" /usr/bin/python3 -c \
            'import networkx; print(networkx.read_gexf("hostile.gexf").nodes["1"]["label"])'
    fi
    if has 'hostile names' command -v dot; then
        reads 'graphviz draws the name of five' 5 sh -c 'dot -Tsvg hostile.dot | grep -c "$1"' sh \
            '>a&quot;b\\N&lt;c&gt;&amp;amp;,&#39;{x}<'
    fi
    if has 'hostile names' command -v node; then
        reads 'JSON gives the name back' "$name" node -e 'const {data} = JSON.parse(
            require("fs").readFileSync("hostile.jaeger.json")); console.log(
            data.flatMap(t => Object.entries(t.processes)).find(p => p[0] === "p1")[1].serviceName)'
    fi
}

if ! command -v sqlite3 >/dev/null; then
    skip 'exports as real tools read them' 'there is no sqlite3'
    finish
    exit
fi
if command -v go >/dev/null && [ -d "$readers/zipkin-go" ]; then
    check "Zipkin's model is built" env GO111MODULE=off GOFLAGS= GOPATH="$readers/zipkin-go" \
        GOCACHE="$readers/go-cache" go build -o zipkin "$with/zipkin.go"
fi

cat >bank.yaml <<'END'
scenario:
  module: bank
  seed: 1
  stop: 20s
peers:
  count: 12
link:
  latency: uniform(5ms, 50ms)
snapshot:
  count: 3
END
cat >large.yaml <<'END'
scenario:
  module: ping
  seed: 1
peers:
  count: 100
topology:
  kind: random-regular
  degree: 8
  preconnected: yes
stack:
  name: datagram
link:
  loss: 1%
ping:
  target: random
  interval: 100ms
  count: 503
END
check 'the testbed runs' "$skein" run --quiet "$top_srcdir/scenarios/testbed.yaml" -o testbed.db
check 'a bank runs' "$skein" run --quiet bank.yaml -o bank.db
check '100,000 spans run' "$skein" run --quiet large.yaml -o large.db
reads '100,000 there are' 1 ask large.db 'SELECT count(*) >= 100000 FROM span'
reads 'and snapshots in the bank' 3 ask bank.db \
    "SELECT count(*) FROM snapshot WHERE status = 'complete'"
# Every text of the testbed gets one of four unkind ones: markup and quotes, control characters and
# line ends, bytes that are no UTF-8, nothing; all times 500 ns later, and the last span has no end.
cp testbed.db hostile.db
ask hostile.db "UPDATE peer SET name = CASE id % 4 WHEN 1 THEN 'a\"b\\N<c>&amp;,''{x}'
    WHEN 2 THEN 'x' || char(1, 10, 13, 9, 27, 127, 8232, 65535) WHEN 3 THEN CAST(x'41ff42c3' AS TEXT)
    ELSE '' END;
    UPDATE peer SET region = (SELECT name FROM peer AS p WHERE p.id = (peer.id + 1) % 20);
    UPDATE span SET name = ifnull((SELECT name FROM peer WHERE peer.id = span.peer_id), ']]>'),
    start_ns = start_ns + 500, end_ns = end_ns + 500,
    attributes = json_object('\"<&' || char(10), name || '\\u0000', 'n', json_array(1, '}'));
    UPDATE span SET attributes = '{\"cut' WHERE id % 7 = 0;
    UPDATE span SET end_ns = NULL WHERE rowid = 3; UPDATE span SET status = 'error' WHERE rowid = 4;
    UPDATE message SET kind = (SELECT name FROM peer WHERE peer.id = (message.id + 1) % 20);
    UPDATE run SET scenario = (SELECT name FROM peer WHERE id = 1)"
for name in testbed bank large hostile; do
    everything $name
done
for name in testbed bank; do
    views $name
done
hostile_names
damaged
# What was looked for, so that nobody looks for it again without need.
skip 'the page of Jaeger' "$(echo "no such package: npm's jaeger-ui is empty, @jaegertracing/jaeger-ui," \
    "@jaegertracing/jaeger-ui-components and @grafana/jaeger-ui-components are not there," \
    "@jaegertracing/plexus draws graphs only, Debian has clients only; its rules were checked")"
skip 'the page of ShiViz' \
    "no such package: npm's shiviz is not there, nor has Debian one; its rules were checked"
skip 'Perfetto' "$(echo "no such package: npm's @perfetto/trace-processor and trace-viewer are not there," \
    "Python's perfetto fetches its reader from elsewhere when it runs, chrome://tracing does not open in" \
    "Debian's Chromium; speedscope and Chromium's developer tools read the same files")"
finish
