#!/bin/sh
# SPDX-License-Identifier: MIT
# skein sweep from outside: equal digests whatever the number of workers and however often the sweep
# was interrupted, runs that fail, and files that were changed in between. Kills are in
# tests/sweep_kill.sh, shards and merging in tests/sweep_shards.sh.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"
faulty=${skein%/*}/tests/skein-faulty

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

sweep()
{
    "$skein" sweep --quiet "$@"
}

digest()
{
    "$skein" digest "$1" | cut -c 1-64
}

are_equal()
{
    echo "$1 and $2"
    [ -n "$1" ] && [ "$1" = "$2" ]
}

query()
{
    sqlite3 "$1" "$2"
}

# refuses, and keeps what was said.
refuses_saying()
{
    refuses "$@"
    cp "$tap_output" said
}

says()
{
    grep -e "$1" said || { cat said; return 1; }
}

# The text of a sweep: loss_file LOSSES REPEAT.
loss_file()
{
    cat <<END
scenario:
  module: ping
  seed: 3
  stop: 4s
peers:
  count: 6
topology:
  kind: ring
link:
  latency: lognormal(40ms, 0.4)
stack:
  name: datagram
ping:
  interval: 1s
sweep:
  link.loss: [$1]
  peers.count: 4..8 step 2
  repeat: $2
END
}

# -- Any number of workers

loss_file '0, 1%, 10%' 4 >loss.yaml
check 'a dry run lists the cells' "$skein" sweep loss.yaml --dry-run
check 'and counts the runs' are_equal "$("$skein" sweep loss.yaml --dry-run | tail -n 1)" \
    '9 cells, 36 runs'
check 'and writes nothing' test ! -e loss.db
check 'with one worker' sweep loss.yaml -j1 -o one.db
check 'with two' sweep loss.yaml -j 2 -o two.db
check 'with seven' sweep loss.yaml -j7 -o seven.db
whole=$(digest one.db)
check 'one and two workers give one digest' are_equal "$whole" "$(digest two.db)"
check 'one and seven as well' are_equal "$whole" "$(digest seven.db)"
check 'nothing is left beside the database' test ! -e one.db-wal -a ! -e one.db-shm
refuses 'a database that is there is refused' 2 sweep loss.yaml -o one.db
check 'unless it shall be replaced' sweep loss.yaml -o two.db --force
check 'which gives the same' are_equal "$whole" "$(digest two.db)"

# -- Growing

loss_file '0, 10%' 2 >grow.yaml
check 'a smaller sweep' sweep grow.yaml -o grow.db
query grow.db 'SELECT value FROM execution WHERE key = "date" ORDER BY run_id' >dates
loss_file '0, 1%, 10%' 4 | sed 's/^link:/# Cities are slow.\nlink:/' >grow.yaml
check 'grows with its file' sweep grow.yaml -o grow.db --resume
query grow.db 'SELECT value FROM execution WHERE key = "date" ORDER BY run_id' |
    head -n "$(wc -l <dates)" >kept
check 'what was there was not run again' cmp dates kept
query grow.db 'UPDATE run SET scenario = "loss"'
check 'and it is as if it had never been smaller' are_equal "$whole" "$(digest grow.db)"
check 'a complete one has nothing to do' sweep loss.yaml -o one.db --resume --json
check 'and is as it was' are_equal "$whole" "$(digest one.db)"

# -- What has changed

sed 's/lognormal(40ms, 0.4)/50ms/' loss.yaml >other.yaml
cp one.db changed.db
refuses_saying 'another latency is refused' 2 sweep other.yaml -o changed.db --resume
check 'and named' says "link.latency was 'lognormal(40ms, 0.4)', is '50ms'"
check 'and nothing has changed' are_equal "$whole" "$(digest changed.db)"
sweep other.yaml -o other.db
check 'with --force the runs are made anew' sweep other.yaml -o changed.db --resume --force
query changed.db 'UPDATE run SET scenario = "other"'
check 'as if by themselves' are_equal "$(digest other.db)" "$(digest changed.db)"
{ cat loss.yaml; echo 'timeline:'; echo '  - 1s: crash {0}'; } >other.yaml
refuses_saying 'another timeline is refused' 2 sweep other.yaml -o one.db --resume
check 'and named' says 'the timeline is another one'
printf '1\n2\n3\n4\n' >names.txt
printf '0,10\n10,0\n' >matrix.csv
sed 's/latency: .*/latency: matrix(matrix.csv, unit=ms, kind=rtt)/; s/4..8 step 2/2/' loss.yaml \
    >matrix.yaml
check 'a sweep that reads a file' sweep matrix.yaml -o matrix.db
printf '0,11\n11,0\n' >matrix.csv
refuses_saying 'a changed file is refused' 2 sweep matrix.yaml -o matrix.db --resume
check 'and named' says "input 'matrix.csv' has another content"

# -- One run

check 'one run of a sweep' "$skein" run loss.yaml --cell 'peers.count=8, link.loss=0.01' \
    --repetition 3 -o run.db --quiet
check 'is the run that the sweep made' are_equal \
    "$(query run.db 'SELECT cell, repetition, seed, fingerprint FROM run')" \
    "$(query one.db 'SELECT cell, repetition, seed, fingerprint FROM run
        WHERE cell = "link.loss=1%, peers.count=8" AND repetition = 3')"
refuses_saying 'a cell that is not there is refused' 2 "$skein" run loss.yaml --cell link.loss=2% -o no.db
check 'with those that are' says 'link.loss=1%, peers.count=8'

# -- Runs that fail

cat >unruly.yaml <<END
scenario:
  module: unruly
peers:
  count: 2
unruly:
  spared: spared
sweep:
  unruly.mode: [calm, crash, assertion, hang]
  repeat: 3
END
touch spared
check 'runs that behave' "$faulty" sweep unruly.yaml -o calm.db --quiet
rm spared
refuses_saying 'crashes and hanging runs fail' 1 \
    "$faulty" sweep unruly.yaml -j2 -o unruly.db --timeout 2s
check 'each failure is told' says 'unruly.mode=crash repetition 2 failed: the run crashed: '
check 'with the assertion' says 'mode != ASSERTION'
check 'the time' says 'unruly.mode=hang repetition 1 failed: took longer than 2 s'
check 'and what to type next' says '9 runs failed; to try them again: skein sweep'
check 'the others went on' are_equal \
    "$(query unruly.db 'SELECT status, count(*) FROM run GROUP BY status')" \
    "$(printf 'complete|3\nfailed|9')"
check 'reasons are in the database' are_equal "$(query unruly.db "SELECT count(*) FROM execution
    WHERE key = 'failure' AND value LIKE 'took longer than 2 s'")" 3
touch spared
check 'they are tried again' "$faulty" sweep unruly.yaml -o unruly.db --resume --quiet
check 'and then nothing tells of the failures' \
    are_equal "$(digest calm.db)" "$(digest unruly.db)"
rm spared
refuses 'the first failure may end the sweep' 1 \
    "$faulty" sweep unruly.yaml -j1 -o fast.db --fail-fast
check 'with what was done until then' are_equal "$(query fast.db 'SELECT status, cell FROM run')" \
    "$(printf 'complete|unruly.mode=calm\nfailed|unruly.mode=crash')"

sed 's/\[calm.*/eat/; s/repeat: 3/repeat: 1/' unruly.yaml >glutton.yaml
refuses_saying 'a glutton fails' 1 "$faulty" sweep glutton.yaml -o glutton.db --memory 300MiB \
    --timeout 60s
check 'for the memory' says 'more than the 300.0 MiB allowed'

# -- As precise as wanted

loss_file '0, 5%, 20%' 1 | sed 's/repeat: .*/until: halfwidth(ping.rtt.p99) < 6%\n  repeat-max: 40/' \
    >until.yaml
check 'until the intervals are narrow' sweep until.yaml -j1 -o until1.db
check 'with any number of workers' sweep until.yaml -j5 -o until5.db
check 'the same runs' are_equal "$(digest until1.db)" "$(digest until5.db)"
check 'looks are at 10, 15, 23, 35 and the most' are_equal "$(query until1.db \
    'SELECT count(*) FROM (SELECT count(*) AS n FROM run GROUP BY cell) WHERE n NOT IN
        (10, 15, 23, 35, 40)')" 0
check 'a resumed one does not look further' sweep until.yaml -o until1.db --resume
check 'so it is as it was' are_equal "$(digest until1.db)" "$(digest until5.db)"
sed 's/ping.rtt.p99/ping.rtx.p99/' until.yaml >unknown.yaml
refuses_saying 'a metric that there is not is refused' 2 sweep unknown.yaml -o unknown.db
check 'with the nearest' says "unknown.yaml:.*did you mean 'ping.rtt'"

# -- Progress

"$skein" sweep loss.yaml -o json.db --progress json --json 2>lines >summary
tail -n 1 lines >last
check 'progress may be JSON' are_equal "$(sqlite3 :memory: \
    "SELECT json_extract(readfile('last'), '$.event'), json_extract(readfile('last'), '$.done')")" \
    'progress|36'
check 'and so the summary' are_equal "$(sqlite3 :memory: \
    "SELECT json_extract(readfile('summary'), '$.complete', '$.runs')")" '[true,36]'

# -- Control-C

sed 's/stop: 4s/stop: 2000s/; s/repeat: .*/repeat: 1000/; s/interval: 1s/interval: 1s\n  count: 0/' loss.yaml >long.yaml
rm said
"$skein" sweep long.yaml -j2 -o long.db --progress json --set dial.timeout=14s 2>said &
pid=$!
short=0.1
while [ ! -s said ] && kill -0 $pid; do
    sleep "$short"
done
kill -INT $pid
wait $pid
check 'an interrupted sweep ends with status 3' test $? -eq 3
check 'says how to go on' says \
    'are done and safe in long.db; to go on: skein sweep long.yaml -o long.db --resume --set=dial'
check 'and stands alone' test ! -e long.db-wal
check 'with less than all runs' test "$(query long.db 'SELECT count(*) FROM run')" -lt 3000

# -- Bad input

loss_file '0, 120%' 1 >bad.yaml
refuses_saying 'a bad value is found before anything starts' 2 sweep bad.yaml -o bad.db
check 'with its place' says 'bad.yaml:.*link.loss: found .120%'
check 'and no database is made' test ! -e bad.db
refuses 'a swept setting cannot be set' 2 sweep loss.yaml --set link.loss=1% -o bad.db
refuses 'a file without a sweep is refused' 2 sweep "$top_srcdir/scenarios/ring.yaml" -o bad.db
refuses 'no unit' 2 sweep loss.yaml --timeout 5 -o bad.db
refuses 'no workers' 2 sweep loss.yaml -j -1 -o bad.db
echo hello >text.db
refuses 'a file that is no database is refused' 2 sweep loss.yaml -o text.db --resume
check 'and stays' are_equal "$(cat text.db)" hello
cp one.db foreign.db
query foreign.db 'PRAGMA user_version = 99'
refuses 'another schema version is refused' 2 sweep loss.yaml -o foreign.db --resume
finish
