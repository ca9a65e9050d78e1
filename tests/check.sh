#!/bin/sh
# SPDX-License-Identifier: MIT
# skein check: what holds, what fails and how it is said, what is left of it after shrinking, and
# that this is the same whatever the number of workers.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"
faulty=${skein%/*}/tests/skein-faulty

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
    "$@" >output 2>&1 </dev/null || status=$?
    problem=
    [ $status -eq "$expected" ] || problem="exit status $status, not $expected"
    saved_ifs=$IFS
    IFS='
'
    for part in $text; do
        grep -qF -- "$part" output || problem="no such text: $part"
    done
    IFS=$saved_ifs
    if [ -z "$problem" ]; then
        pass "$name"
    else
        flunk "$name"
        echo "# $problem"
        comment output
    fi
}

# JSON PEERS MESSAGES: what is shrunk is at most so large, and 1-minimal.
is_small()
{
    grep -q '"minimal": true' "$1" &&
        [ "$(sed 's/.*"shrunk": {"peers": \([0-9]*\).*/\1/' "$1")" -le "$2" ] &&
        [ "$(sed 's/.*"shrunk": {[^}]*"messages": \([0-9]*\).*/\1/' "$1")" -le "$3" ]
}

cat >ring.yaml <<'EOF'
scenario:
  module: ping
peers:
  count: 6
topology:
  kind: ring
ping:
  count: 3
expect:
  - ping.rtt.min == 100ms
EOF
sed 's/count: 3/count: 40/; s/100ms/1s/' ring.yaml |
    sed '/^expect/,$d' >lossy.yaml
printf 'link:\n  latency: normal(40ms, 5ms, min=10ms)\n  loss: 1%%\nstack:\n  name: datagram\n' \
    >>lossy.yaml

prints 'what holds under all seeds' 0 'seeds        60 of 60 from 1 on
holds  every ping is answered (ping.loss == 0)
holds  ping.rtt.min == 100ms' "$skein" check ring.yaml --seeds 60
prints 'from a seed on' 0 'seeds        5 of 5 from 70 on' \
    "$skein" check ring.yaml --seeds 5 --seed 70
prints 'an expectation that fails' 1 'failed seed  1
FAILS        ping.rtt.min == 100ms: ping.rtt.min is 102ms
replay by    skein run ring.yaml --seed 1 --set link.latency=51ms' \
    "$skein" check ring.yaml --set link.latency=51ms --no-shrink
check 'nothing is written without shrinking' [ ! -e ring-shrunk.yaml ]
prints 'what no run has put to the test' 0 'untested  every ping is answered' \
    "$skein" check ring.yaml --seeds 2 --set ping.pingers=none --ignore 'ping.rtt.min == 100ms'
prints 'what is left out' 0 'ignored  every ping is answered' \
    "$skein" check lossy.yaml --seeds 20 --ignore 'every ping is answered'

prints 'a property that is violated' 1 'violated     every ping is answered (ping.loss == 0)
shrunk to    2 peers, 1 message, 1 row of the timeline
1-minimal
run it by    skein run lossy-shrunk.yaml' "$skein" check lossy.yaml -j 1
replay=$(sed -n 's/^replay by *skein//p' output)
prints 'the command that replays it' 0 'violated  every ping is answered' \
    sh -c "\"$skein\" $replay -o replay.db"
prints 'what is shrunk fails in the same way' 1 'FAILS  ping.loss == 0: ping.loss is 1' \
    "$skein" run lossy-shrunk.yaml
check 'it is deterministic' "$skein" verify lossy-shrunk.yaml
prints 'the latencies are in the list' 0 'lost' cat lossy-shrunk.csv
check 'three workers find the same seed' sh -c \
    "'$skein' check lossy.yaml -j 3 -o three >three.txt; grep 'failed seed' three.txt >a &&
     grep 'failed seed' output >b || true; sed 's/three/lossy-shrunk/' three.yaml >three.sed &&
     cmp three.sed lossy-shrunk.yaml && cmp three.csv lossy-shrunk.csv"

# What a module cannot write down keeps to the seed, and is tried with fewer peers.
printf 'scenario:\n  module: testbed\npeers:\n  count: 8\nlink:\n  latency: uniform(5ms, 50ms)\n' \
    >testbed.yaml
printf 'expect:\n  - testbed.rtt.max < 230ms\n' >>testbed.yaml
refuses 'the testbed is not always fast' 1 sh -c \
    "'$skein' check testbed.yaml --json --quiet >testbed.json"
check 'which takes no more than three peers' is_small testbed.json 3 10
prints 'and is so in what is shrunk' 1 'FAILS  testbed.rtt.max < 230ms' \
    "$skein" run testbed-shrunk.yaml
# The story of a partition that holds messages back.
cat >story.yaml <<'EOF'
scenario:
  module: ping
  stop: 20s
peers:
  count: 30
topology:
  kind: random-regular
link:
  latency: normal(20ms, 9ms, min=1ms)
ping:
  count: 0
  interval: 200ms
timeline:
  - 3s: partition {0..9} {10..29}
  - 4s: heal
  - 5s: crash {3, 4, 5}
  - 6s: restart {3, 4}
  - 8s: set {0..9} {10..20} link.latency 300ms
expect:
  - ping.rtt.max < 700ms
EOF
prints 'a long story has a short core' 1 'shrunk to    2 peers, 2 messages, 3 rows' \
    "$skein" check story.yaml --ignore 'every ping is answered'
prints 'a partition' 0 '  - 0: partition 0 1
  - 0: ping 0 1
: heal' cat story-shrunk.yaml

# Snapshots and their oracle, in small: docs/check.md has the long commands.
cat >bank.yaml <<'EOF'
scenario:
  module: bank
peers:
  count: 8
topology:
  kind: ring
link:
  latency: uniform(1ms, 50ms)
snapshot:
  initiators: {0, 3}
  count: 3
  start: 300ms
  interval: 100ms
EOF
printf '8,12\n0,1\n1,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,0\n0,2\n5,1\n3,7\n6,0\n' >directed.csv
directed='--set topology.kind=edge-list(directed.csv) --set topology.directed=yes'
wrong()
{
    name=$1
    shift
    refuses "$name: wrong within 1,000 seeds" 1 sh -c \
        '"$@" --json --quiet --force -o wrong >wrong.json' sh "$skein" check bank.yaml "$@"
    check "$name: shrunk to 3 peers and 10 messages or less" is_small wrong.json 3 10
    prints "$name: and that is wrong, too" 1 'FAILS  snapshot.inconsistent.sum == 0' \
        "$skein" run wrong.yaml --force
}
wrong 'Chandy-Lamport on datagram' --set stack.name=datagram
wrong 'Chandy-Lamport on a stream for each message' --set snapshot.channel=stream-per-message
wrong 'the original' --set snapshot.algorithm=original
wrong 'the original in perfect order' --set snapshot.algorithm=original \
    --set ideal.order=connection
wrong 'Chandy-Lamport on directed datagrams' --seed 3001 --set stack.name=datagram $directed
right()
{
    name=$1
    shift
    prints "right: $name" 0 'holds  no snapshot is wrong' \
        "$skein" check bank.yaml --seeds 150 "$@"
}
for topology in ring full-mesh random-regular; do
    right "Chandy-Lamport, $topology" --set topology.kind=$topology
done
right 'Chandy-Lamport, directed' $directed
right 'Chandy-Lamport on a stream for each message, in order' --set ideal.order=connection \
    --set snapshot.channel=stream-per-message
right 'Lai-Yang on datagram' --set snapshot.algorithm=lai-yang --set stack.name=datagram
right 'Lai-Yang on a stream for each message' --set snapshot.algorithm=lai-yang \
    --set snapshot.channel=stream-per-message

# Swarms.
cat bank.yaml - >swarm.yaml <<'EOF'
swarm:
  link.latency: [5ms, 'uniform(1ms, 20ms)', exponential(20ms)]
  bank.tokens: [5, 100]
  faults: [partition, none partition partition]
  within: 2s
expect:
  - message.loss.count > 0
EOF
prints 'a swarm that holds' 0 'holds  no snapshot is wrong' \
    "$skein" check swarm.yaml --swarm --seeds 50
prints 'one that fails tells what it chose' 1 'set          link.latency=
timeline     
: partition 
: heal
replay by    skein run swarm-seed-1.yaml' \
    "$skein" check swarm.yaml --swarm --set bank.transfers=0 --set snapshot.count=0 --no-shrink
prints 'and its scenario fails' 1 'FAILS  message.loss.count > 0' "$skein" run swarm-seed-1.yaml
prints 'settings alone are told as options' 1 'replay by    skein run bank.yaml --seed 3 --set stack.name=datagram --set scenario.ties=' \
    "$skein" check bank.yaml --swarm --set stack.name=datagram --no-shrink --seed 3

# Runs that come to no end.
printf 'scenario:\n  module: fatal_crash\n' >crash.yaml
printf 'scenario:\n  module: fatal_hang\n' >hang.yaml
prints 'a run that crashes is found' 1 'found        the run crashed: signal 6' \
    "$faulty" check crash.yaml
prints 'and shrunk' 0 '  count: 1' cat crash-shrunk.yaml
refuses 'and crashes again' 134 sh -c "'$faulty' run crash-shrunk.yaml"
prints 'a run that hangs is found' 1 'found        took longer than 0.3 s' \
    "$faulty" check hang.yaml --time-limit 300ms --no-shrink

# Bad input.
prints 'an existing result' 2 'lossy-shrunk.yaml exists; --force replaces it' \
    "$skein" check lossy.yaml
prints 'an existing list' 2 'other.csv exists' sh -c ": >other.csv; '$skein' check lossy.yaml -o other"
prints 'no file' 2 'none.yaml' "$skein" check none.yaml
prints 'a bad setting' 2 'did you mean' "$skein" check ring.yaml --set ping.cuont=3
prints 'a property that is none' 2 "--ignore: found 'luck', expected a property of module ping" \
    "$skein" check ring.yaml --ignore luck
for option in '--seeds 0' '--seeds -1' '-j -1' '-j 5000' '--time-limit 0' '--time-limit 3'; do
    prints "$option" 2 'expected' "$skein" check ring.yaml $option
done
prints 'more seeds than there are' 2 'expected' \
    "$skein" check ring.yaml --seed 18446744073709551615 --seeds 2
cat ring.yaml - >bad.yaml <<'EOF'
swarm:
  faults: [none, earthquake]
EOF
prints 'a fault that is none' 2 "bad.yaml:12:18: swarm.faults: found 'earthquake'" \
    "$skein" check bad.yaml --swarm
sed 's/faults.*/loss: [1%]/' bad.yaml >worse.yaml
prints 'a swarm key that is none' 2 "worse.yaml:12:3: found 'loss', expected a key such as" \
    "$skein" check worse.yaml --swarm

# Interruption.
mkdir scratch
interrupted()
{
    TMPDIR=$folder/scratch "$skein" check ring.yaml --seeds 100000000 -j 2 >output 2>&1 &
    child=$!
    while [ -z "$(ls scratch)" ]; do
        kill -0 $child || return 9
    done
    kill -TERM $child
    wait $child
}
refuses 'TERM ends a check with exit status 3' 3 interrupted
check 'which tells how far it came' grep -q 'interrupted; none failed until then' output
check 'and leaves no file' [ -z "$(ls scratch)" ]
finish
