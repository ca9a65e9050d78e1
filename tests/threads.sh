#!/bin/sh
# SPDX-License-Identifier: MIT
# skein run -j N: the threads really share the work, the results are those of one thread, and where
# one thread does it all, the program says why.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

# Loss, partition, crash and changes of links, all at once.
cat >faults.yaml <<'END'
scenario: {module: ping, stop: 12s}
peers: {count: 40}
topology: {kind: small-world, degree: 4, beta: 0.2}
link: {latency: "uniform(2ms, 30ms)", jitter: exponential(1ms), loss: 2%}
stack: {name: datagram}
ping: {count: 0, interval: 100ms, timeout: 1s, target: random, stream: per-ping}
timeline:
  - 2s: partition {0..19} {20..39}
  - 4s: heal
  - 5s: crash 7
  - 6s: restart 7
  - 7s: set {0..9} {10..39} link.latency 50ms
  - 8s: set {0..39} {0..39} link.loss 10%
END

# Snapshots under way among moving tokens.
cat >snapshot.yaml <<'END'
scenario: {module: bank, stop: 3s}
peers: {count: 60}
topology: {kind: random-regular, degree: 4}
link: {latency: "uniform(5ms, 50ms)"}
snapshot: {count: 2, start: 1s, initiators: "{0, 17, 40}"}
END

# FILE OPTION...: fingerprint and digest of the run. What each thread did is left in `summary`.
result()
{
    "$skein" run "$@" --force --json -o result.db >summary 2>messages || cat messages >&2
    sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p' summary
    "$skein" digest result.db | cut -d' ' -f1
}

are_equal()
{
    echo "$1 and $2"
    [ "$(printf %s "$1" | wc -c)" -eq 81 ] && [ "$1" = "$2" ]
}

# N: so many threads have executed events, each of them a fair share.
all_work()
{
    cat summary
    sed -n 's/.*"thread_events": \[\([^]]*\)\].*/\1/p' summary | tr ',' '\n' |
        awk -v n="$1" '{ sum += $1; if (NR == 1 || $1 < least) least = $1 }
                       END { exit !(NR == n && least > sum / n / 4) }'
}

# What the file says under peers: count:, nothing where it is the default.
peers_of()
{
    awk '/^peers:/ { here = 1; next } /^[^ #]/ { here = 0 } here && $1 == "count:" { print $2 }' "$1"
}

for file in faults.yaml snapshot.yaml "$top_srcdir"/scenarios/*.yaml; do
    name=$(basename "$file" .yaml)
    # Too long, or of two peers, which cannot keep three threads busy.
    case $name in ping-100000 | bank-100000 | worked-*) continue ;; esac
    one=$(result "$file")
    two=$(result "$file" -j 2)
    check "$name in 2 threads" are_equal "$one" "$two"
    if grep -q 'one thread' messages; then
        check "$name has a coordinator, so one thread does it all" \
            grep -q 'has a coordinator.* uses one thread' messages
        check "$name: one thread" all_work 1
        continue
    fi
    check "$name: both work" all_work 2
    [ "$(peers_of "$file")" = 2 ] && continue
    check "$name in 3 threads" are_equal "$one" "$(result "$file" -j 3)"
    check "$name in 7 partitions for 3 threads" are_equal "$one" \
        "$(result "$file" -j 3 --partitions 7)"
    check "$name: all 3 work" all_work 3
done

cat >near.yaml <<'END'
scenario: {module: ping}
peers: {count: 8}
topology: {kind: full-mesh}
link: {latency: "uniform(900ns, 2us)"}
ping: {count: 2}
END
check 'near peers in one thread' are_equal "$(result near.yaml)" "$(result near.yaml -j 2)"
check 'near peers: says why' \
    grep -q 'link.latency can be as small as 900ns.* uses one thread' messages

refuses 'no threads' 2 "$skein" run near.yaml -j 0
refuses 'too many threads' 2 "$skein" run near.yaml -j 65

"$skein" run faults.yaml -o logged.db --log all=info >/dev/null 2>one.log
"$skein" run faults.yaml -o logged.db --force -j 2 --log all=info >/dev/null 2>two.log
same_lines()
{
    wc -l one.log
    [ "$(wc -l <one.log)" -gt 1000 ] && sort one.log >one && sort two.log >two && cmp one two &&
        cut -d s -f 1 two.log >times && sort -n -c times
}
check 'log lines of two threads, in order of time' same_lines
finish
