#!/bin/sh
# SPDX-License-Identifier: MIT
# Snapshots from outside: what the commands show of them, and the snapshot of 100,000 peers in 1 GiB.
# tests/check.sh searches for seeds that make them wrong.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1
scenarios=$top_srcdir/scenarios

# PATTERN COMMAND...: the command succeeds and prints a line like that.
shows()
{
    pattern=$1
    shift
    "$@" >shown || return
    cat shown
    grep -q "$pattern" shown
}

check 'the bank runs' "$skein" run "$scenarios/bank.yaml" -o bank.db --quiet
check 'stats list snapshots' shows 'chandy-lamport .* 24  complete  consistent' "$skein" stats bank.db
check 'and states and channels' shows '{"tokens":[0-9]*}.*[0-9]: {"tokens":[0-9]*}' "$skein" stats bank.db
check 'the picture has a cut and what is in the channels' shows "title 'in a channel'" \
    "$skein" plot bank.db snapshot --script
check 'of the snapshot that is asked for' shows 'Snapshot 21474836481 of peer 5' \
    "$skein" plot bank.db snapshot --snapshot 21474836481 --script
refuses 'a snapshot that is not there' 1 "$skein" plot bank.db snapshot --snapshot 99 --script
check 'the picture of sizes' shows '^8 [0-9.]* 24$' "$skein" plot bank.db snapshot-scaling --script

refuses 'a bank whose markers overtake' 1 "$skein" run "$scenarios/bank.yaml" -o wrong.db --quiet \
    --set snapshot.channel=stream-per-message
check 'the picture shows what is wrong' shows "title 'missed'" "$skein" plot wrong.db snapshot --script

# An address sanitizer takes terabytes of address space.
if "$skein" run "$scenarios/worked-states.yaml" -o probe.db --quiet &&
    (ulimit -v 1048576 && "$skein" run "$scenarios/worked-states.yaml" -o probe.db --force --quiet) 2>/dev/null; then
    in_1_gib()
    {
        (ulimit -v 1048576 && "$skein" run "$scenarios/bank-100000.yaml" -o large.db --quiet)
    }
    check 'a snapshot of 100,000 peers in 1 GiB' in_1_gib
    check 'is complete and right' shows 'chandy-lamport .* 800000  complete  consistent' "$skein" stats large.db
else
    skip 'a snapshot of 100,000 peers in 1 GiB' 'this program does not start in 1 GiB of address space'
fi
finish
