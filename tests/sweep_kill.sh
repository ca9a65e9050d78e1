#!/bin/sh
# SPDX-License-Identifier: MIT
# Kills of a sweep at random moments, by signal 9: of the parent, of a worker, of the whole group,
# each followed by --resume. After each one the file has to be sound, with no run doubled and none
# marked as done without its rows, and no worker may be left; in the end the digest is that of a
# sweep that nobody disturbed. `sh tests/sweep_kill.sh 100` kills a hundred times; the suite, fewer.
set -u
export LC_ALL=C
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
skein=${skein:-$top_srcdir/build/skein}
. "$top_srcdir/tests/tap.sh"
kills=${1:-${SWEEP_KILLS:-9}}

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

cat >sweep.yaml <<END
scenario:
  module: ping
  stop: 120s
peers:
  count: 10
topology:
  kind: ring
link:
  latency: lognormal(40ms, 0.4)
stack:
  name: datagram
ping:
  interval: 1s
  count: 0
sweep:
  link.loss: [0, 1%, 5%]
  peers.count: 8..20 step 4
  repeat: 60
END

seed=${SWEEP_KILL_SEED:-$(od -An -N 3 -tu4 /dev/urandom | tr -d ' ')}
echo "# moments follow from SWEEP_KILL_SEED=$seed"

# A number from 0 to $1 - 1; each call another one.
draw()
{
    seed=$(((seed * 1103515245 + 12345) & 2147483647))
    drawn=$((seed / 65536 % $1))
}

query()
{
    sqlite3 -cmd '.timeout 5000' sweep.db "$1" 2>&1
}

# Says nothing when all is well.
find_damage()
{
    [ -s sweep.db ] || return 0
    [ "$(query 'SELECT count(*) FROM sqlite_schema')" != 0 ] || return 0
    [ "$(query 'PRAGMA integrity_check')" = ok ] || echo "damaged: $(query 'PRAGMA integrity_check')"
    query "SELECT 'without rows: ' || cell || ' ' || repetition FROM run WHERE status = 'complete'
        AND id NOT IN (SELECT run_id FROM metric)
        UNION ALL SELECT 'without parameters: ' || cell || ' ' || repetition FROM run
        WHERE status = 'complete' AND id NOT IN (SELECT run_id FROM parameter)
        UNION ALL SELECT 'doubled: ' || cell || ' ' || repetition FROM run
        GROUP BY experiment, cell, repetition HAVING count(*) > 1
        UNION ALL SELECT DISTINCT 'rows of no run: ' || run_id FROM metric
        WHERE run_id NOT IN (SELECT id FROM run)"
}

# Living processes with this parent (4) or of this group (5), by the fields of /proc/PID/stat.
processes()
{
    cat /proc/[0-9]*/stat 2>/dev/null |
        awk -v field="$1" -v value="$2" '{ sub(/\(.*\)/, "name") }
            $field == value && $3 != "Z" { print $1 }'
}

# Starts the sweep in a group of its own, waits, and kills: kill_once WHAT.
kill_once()
{
    setsid "$skein" sweep sweep.yaml -j 2 --resume -o sweep.db --quiet >out 2>&1 &
    parent=$!
    draw 900
    sleep "$(printf '0.%03d' "$drawn")"
    case $1 in
    parent) kill -9 "$parent" 2>/dev/null ;;
    worker)
        worker=$(processes 4 "$parent" | tail -n 1)
        [ -z "$worker" ] || kill -9 "$worker" 2>/dev/null
        ;;
    group) kill -9 -- "-$parent" 2>/dev/null ;;
    esac
    wait "$parent" 2>/dev/null
    # What is killed may take a moment to be gone.
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        [ -n "$(processes 5 "$parent")" ] || return 0
        sleep "$short"
    done
    echo 'workers outlive their parent'
}

check 'a sweep that nobody disturbs' "$skein" sweep sweep.yaml -j 2 -o whole.db --quiet
whole=$("$skein" digest whole.db | cut -c 1-64)
cp whole.db whole.copy

short=0.2
landed=0
finished=0
problems=
i=0
while [ $i -lt "$kills" ]; do
    case $((i % 3)) in
    0) what=parent ;;
    1) what=group ;;
    2) what=worker ;;
    esac
    i=$((i + 1))
    left=$(kill_once $what)
    # kill_once ran in a subshell: its draws are made here again.
    draw 900
    damage=$(find_damage)
    runs=$(query "SELECT count(*) FROM run WHERE status = 'complete'" 2>/dev/null)
    echo "# kill $i of the $what: ${runs:-no} runs are there"
    [ -z "$left$damage" ] || problems="$problems
kill $i of the $what: $left$damage"
    case $runs in
    720)
        finished=$((finished + 1))
        [ "$("$skein" digest sweep.db | cut -c 1-64)" = "$whole" ] || problems="$problems
kill $i: complete, but another digest"
        rm -f sweep.db sweep.db-wal sweep.db-shm
        ;;
    *[1-9]*) landed=$((landed + 1)) ;;
    esac
done
check 'after each kill the file is sound' test -z "$problems"
[ -z "$problems" ] || echo "$problems" | comment
check 'some kills hit a sweep that had begun' test "$landed" -gt 0
check 'the sweep goes on to its end' "$skein" sweep sweep.yaml -j 2 --resume -o sweep.db --quiet
check 'with the digest of one that nobody disturbed' \
    test "$("$skein" digest sweep.db | cut -c 1-64)" = "$whole"
echo "# $kills kills, $landed within a sweep, $finished sweeps completed between"
finish
