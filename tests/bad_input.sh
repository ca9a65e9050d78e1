#!/bin/sh
# SPDX-License-Identifier: MIT
# Bad input of every kind: exit status 2, a message that names the place, the key, what was found and
# what was expected, and no file left behind.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1
mkdir out

# NAME TEXT OPTION...: `skein run bad.yaml OPTION...` is refused with each line of TEXT in its
# message.
complains()
{
    name=$1
    text=$2
    shift 2
    refused "$name" "$text" "$skein" run bad.yaml -o out/bad.db "$@"
}

# NAME TEXT COMMAND...
refused()
{
    name=$1
    text=$2
    shift 2
    status=0
    "$@" >"$tap_output" 2>&1 </dev/null || status=$?
    problem=
    [ $status -eq 2 ] || problem="exit status $status, not 2"
    [ -z "$(ls out)" ] || problem="files left: $(ls out)"
    saved_ifs=$IFS
    IFS='
'
    for part in $text; do
        grep -qF -- "$part" "$tap_output" || problem="no such text: $part"
    done
    IFS=$saved_ifs
    rm -rf out/*
    if [ -z "$problem" ]; then
        pass "$name"
    else
        flunk "$name"
        echo "# $problem"
        comment "$tap_output"
    fi
}

# A key and its value in a section of an otherwise good scenario: SECTION KEY VALUE.
with()
{
    printf 'scenario:\n  module: ping\n%s:\n  %s: %s\n' "$1" "$2" "$3"
}

# Names

printf 'scenario:\n  module: pign\n' >bad.yaml
complains 'an unknown module' "bad.yaml:2:11
did you mean 'ping'"
with ping cuont 3 >bad.yaml
complains 'an unknown key' 'bad.yaml:4:
cuont
count'
with pink count 3 >bad.yaml
complains 'an unknown section' 'bad.yaml:3:
ping'
with scenario title twice >bad.yaml
complains 'a section given twice' 'bad.yaml:3:'
printf 'scenario:\n  module: ping\n  seed: 1\n  seed: 2\n' >bad.yaml
complains 'a key given twice' 'bad.yaml:4:3
seed'
printf 'scenario:\n  title: none\n' >bad.yaml
complains 'no module' 'scenario.module'
printf 'peers:\n  count: 3\n' >bad.yaml
complains 'no section scenario' 'scenario.module'

# Figures

# LINE: a scenario with that line in its section plot.
figure()
{
    printf 'scenario:\n  module: ping\nplot:\n  - topology\n  - %s\n' "$1" >bad.yaml
}
figure lnes
complains 'an unknown kind of plot' "bad.yaml:5:5: plot
did you mean 'lines'"
refused 'described' "bad.yaml:5:5: plot" "$skein" describe bad.yaml
printf 'sweep:\n  link.latency: [1ms, 2ms]\n' >>bad.yaml
refused 'and swept' "bad.yaml:5:5: plot" "$skein" sweep bad.yaml -o out/bad.db
figure 'lines --metric ping.rt.p99'
complains 'an unknown metric of a plot' "bad.yaml:5:5: plot
did you mean 'ping.rtt'"
figure 'bands --metric link.quue'
complains 'an unknown series of a plot' "bad.yaml:5:5: plot
did you mean 'link.queue'"
figure 'latency-cdf --metric pong'
complains 'an unknown latency of a plot' "did you mean 'ping'"
figure 'lines --by link.los'
complains 'an unknown parameter of a plot' "did you mean 'link.loss'"
figure 'lines -o loss.gif'
complains 'a picture of an unknown format' '.png, .svg or .pdf'
figure 'latency-timeline --from 3'
complains 'a time of a plot without unit' "--from
'3'"
figure 'lines --help'
complains 'help in the middle of a file' 'bad.yaml:5:5: plot
command line'

# Values

with ping interval 10 >bad.yaml
complains 'a missing unit' "bad.yaml:4:13
ping.interval
'10'"
with link latency 20 >bad.yaml
complains 'a latency without a unit' 'bad.yaml:4:12
link.latency'
with link latency -5ms >bad.yaml
complains 'a negative latency' 'bad.yaml:4:12
link.latency'
with link latency 0 >bad.yaml
complains 'a latency of zero' 'bad.yaml:4:12
link.latency'
with link latency 0ms >bad.yaml
complains 'a latency of zero ms' 'bad.yaml:4:12
link.latency'
printf 'scenario:\n  module: ping\nstack:\n  name: datagram\nlink:\n  loss: 120%%\n' >bad.yaml
complains 'a probability over 1' "bad.yaml:6:9
link.loss
120%"
with link loss 1% >bad.yaml
complains 'loss on ideal' 'bad.yaml:4:9
datagram'
with link bandwidth 1Mbit/s >bad.yaml
complains 'a rate on ideal' 'bad.yaml:4:14
link.bandwidth
datagram, tcp'
printf 'scenario:\n  module: ping\ntimeline:\n  - 1s: set link.bandwidth 1Mbit/s\n' >bad.yaml
complains 'a rate on ideal, later' 'link.bandwidth
datagram, tcp'
with record packets yes >bad.yaml
complains 'packets of ideal' 'bad.yaml:4:12
record.packets
datagram, tcp'
with peers count 0 >bad.yaml
complains 'zero peers' 'bad.yaml:4:10
peers.count
1 to '
with peers count many >bad.yaml
complains 'a count that is no number' "peers.count
'many'"
with ping target nobody >bad.yaml
complains 'an unknown choice' 'ping.target
round-robin'
with topology kind rnig >bad.yaml
complains 'an unknown topology' 'topology.kind
ring'
with stack name tpc >bad.yaml
complains 'an unknown stack' 'bad.yaml:4:9
stack.name'
with stack name tcp/noise/yamux+quic >bad.yaml
complains 'transports in another order' "bad.yaml:4:
stack.name
found 'tcp/noise/yamux+quic'
quic+tcp/noise/yamux"
with stack name quic+tcp/noise/yamux >bad.yaml
complains 'peers without UDP that there are not' "quic.blocked
99" --set 'quic.blocked={99}'
with ping to 99 >bad.yaml
complains 'a peer that does not exist' 'ping.to' --set ping.target=fixed
printf 'scenario:\n  module: ping\n  stop: 10\n' >bad.yaml
complains 'a stop without a unit' \
    "bad.yaml:3:9
scenario.stop
'10'"
printf 'scenario:\n  module: ping\n  stop: -1s\n' >bad.yaml
complains 'a stop before the start' \
    'bad.yaml:3:9
scenario.stop'
for seed in -1 1.5 18446744073709551616 one; do
    printf 'scenario:\n  module: ping\n  seed: %s\n' $seed >bad.yaml
    complains "seed $seed" \
        "bad.yaml:3:9
scenario.seed
$seed"
done

# Text

printf 'scenario:\n  module: ping\n title: x\n' >bad.yaml
complains 'malformed YAML' 'bad.yaml:3:'
printf 'scenario: [\n' >bad.yaml
complains 'YAML that ends too early' 'bad.yaml:'
printf 'scenario:\n  module: &a ping\n' >bad.yaml
complains 'an anchor' 'bad.yaml:2:11'
printf 'scenario:\n  module: p\377ng\n' >bad.yaml
complains 'no UTF-8' 'bad.yaml:2:12'
printf '' >bad.yaml
complains 'an empty file' 'bad.yaml'
printf -- '---\nscenario: {module: ping}\n---\na: b\n' >bad.yaml
complains 'a second document' 'bad.yaml:3:'
refused 'no such file' 'absent.yaml' "$skein" run absent.yaml -o out/bad.db
refused 'a folder' 'out' "$skein" run out -o out/bad.db

# Data files

printf '0,1\n1,0,5\n' >ragged.csv
with link latency '"matrix(ragged.csv, unit=ms, kind=rtt)"' >bad.yaml
complains 'a ragged matrix' \
    'bad.yaml:4:12
ragged.csv:2' --set peers.count=2
with link latency '"matrix(absent.csv, unit=ms, kind=rtt)"' >bad.yaml
complains 'a matrix that is absent' \
    'bad.yaml:4:12
absent.csv'
with link latency '"matrix(ragged.csv, kind=rtt)"' >bad.yaml
complains 'a matrix without its unit' \
    'bad.yaml:4:12
unit'
printf '<graphml><graph edgedefault="directed"><node id="a"></graph></graphml>' >bad.graphml
with link latency 'graph(bad.graphml)' >bad.yaml
complains 'malformed GraphML' 'bad.yaml:4:12
bad.graphml'
with link latency 'graph(absent.graphml)' >bad.yaml
complains 'GraphML that is absent' 'absent.graphml'
printf '0 1\n1 x\n' >bad.txt
with topology kind 'edge-list(bad.txt)' >bad.yaml
complains 'a malformed edge list' 'bad.txt:2'

# Timeline and expectations

row()
{
    printf 'scenario:\n  module: ping\npeers:\n  count: 4\ntimeline:\n  - %s\n' "$1"
}
row '10s: crsh 3' >bad.yaml
complains 'an unknown row of the timeline' 'bad.yaml:6:
crash'
row '10: crash 3' >bad.yaml
complains 'a row whose time has no unit' 'bad.yaml:6:'
row '10s: crash 9' >bad.yaml
complains 'a row with a peer that does not exist' 'bad.yaml:6:
9'
row '10s: partition {0..1}' >bad.yaml
complains 'a row with too few words' 'bad.yaml:6:'
row '10s: set link.latency 0' >bad.yaml
complains 'a row that sets a latency of zero' 'bad.yaml:6:'
printf 'scenario:\n  module: ping\ntimeline: file(events.csv)\n' >timeline.yaml
printf 'time,action,arguments\n1s,crash,1\n2s,crsh,1\n' >events.csv
cp timeline.yaml bad.yaml
complains 'a bad row in a file' 'events.csv:3'
rm events.csv
complains 'a timeline that is absent' 'events.csv'
expect()
{
    printf 'scenario:\n  module: ping\nexpect:\n  - %s\n' "$1"
}
expect 'ping.los < 2%' >bad.yaml
complains 'an unknown metric' "bad.yaml:4:5
did you mean 'ping.loss'"
expect 'ping.rtt < 200' >bad.yaml
complains 'an expectation without a unit' 'bad.yaml:4:5
200'
expect 'ping.rtt' >bad.yaml
complains 'an expectation of nothing' 'bad.yaml:4:5'

# The command line

printf 'scenario:\n  module: ping\n  stop: 1s\n' >good.yaml
good()
{
    name=$1
    text=$2
    shift 2
    refused "$name" "$text" "$skein" run good.yaml -o out/bad.db "$@"
}
good '--set without a value' 'ping.count' --set ping.count
good '--set of an unknown key' '--set
cuont
count' --set ping.cuont=3
good '--set of a bad value' '--set
ping.interval' --set ping.interval=10
good '--seed that is no number' 'scenario.seed' --seed x
good '--queue that is none' 'heap' --queue hepa
good '--partitions below zero' 'partitions' --partitions -2
good '--partitions 0' 'partitions' --partitions 0
good 'a place of peers without an underlay' '--set: peers.attach' --set peers.attach=somewhere
good 'jitter without a unit' '--set: link.jitter' --set link.jitter=3
good '--log without a level' 'info' --log all
good '--log of an unknown level' 'debug' --log all=loud
good 'two files' 'unexpected' good.yaml
refused 'describe of nothing' 'did you mean' "$skein" describe pign
refused 'inspect without a time' '--at' "$skein" inspect good.yaml
refused 'inspect at a time without a unit' '--at' "$skein" inspect good.yaml --at 10
refused 'inspect of a peer that does not exist' '--peer' "$skein" inspect good.yaml --at 1s \
    --peer 99

# Databases

"$skein" run good.yaml -o kept.db --quiet
cp kept.db before.db
refused 'an existing output' 'kept.db' "$skein" run good.yaml -o kept.db
check 'is left as it was' cmp kept.db before.db
echo 'not a database' >other.db
: >empty.db
head -c 5000 kept.db >cut.db
for file in other empty cut absent; do
    refused "rerun of a database that is $file" "$file.db" "$skein" rerun $file.db
    refused "digest of a database that is $file" "$file.db" "$skein" digest $file.db
done
finish
