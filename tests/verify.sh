#!/bin/sh
# SPDX-License-Identifier: MIT
# skein verify names the first event that differs: with planted faults of determinism
# (tests/faulty_scenarios.c), and against another program.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"
faulty=${skein%/*}/tests/skein-faulty

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

scenario()
{
    printf 'scenario:\n  module: %s\npeers:\n  count: 5\n' "$1" >"$1.yaml"
}

# NAME TEXT COMMAND...: the command exits with 1 and its output has the line.
differs()
{
    name=$1
    text=$2
    shift 2
    status=0
    "$@" >output 2>&1 || status=$?
    if [ $status -eq 1 ] && grep -qF -- "$text" output; then
        pass "$name"
    else
        flunk "$name"
        echo "# exit status $status; expected 1 and: $text"
        comment output
    fi
}

for fault in address order byte; do
    scenario faulty_$fault
    differs "$fault: the first event" 'first difference: time 800ms, entity peer 2, kind tick' \
        "$faulty" verify faulty_$fault.yaml
    check "$fault: its cause" grep -qF \
        'cause: scheduled by peer 2 at 700ms while it handled tick' output
    check "$fault: only memory is to blame" grep -q '^other memory *DIFFERENT' output
done
scenario faulty_state
differs 'state: no event shows it' 'but the state of peer 2 differs at the end' \
    "$faulty" verify faulty_state.yaml
check 'state: the same in JSON' test "$("$faulty" verify --json faulty_state.yaml 2>/dev/null |
    grep -o '"equal": false' | wc -l)" -eq 2
differs 'the fault lies where it is put' 'first difference: time 400ms, entity peer 2, kind tick' \
    "$faulty" verify faulty_address.yaml --set faulty_address.at=3
check 'without the fault all ways are equal' \
    "$faulty" verify faulty_address.yaml --set faulty_address.at=30

# More events than are compared one by one, so that checkpoints have to narrow them first.
differs 'in a long run' 'first difference: time 1275.1s, entity peer 2, kind tick' \
    "$faulty" verify faulty_address.yaml --set faulty_address.ticks=26000 \
    --set faulty_address.at=12750

printf 'scenario:\n  module: ping\n  stop: 5s\npeers:\n  count: 4\nping:\n  start: 1s\n' >ping.yaml
check 'against itself' "$skein" verify ping.yaml --against "$skein"
printf '#!/bin/sh\nexec "%s" "$@" --set ping.interval=900ms\n' "$skein" >other
chmod +x other
differs 'against a program that does something else' 'first difference: time 1.9s, entity peer 0' \
    "$skein" verify ping.yaml --against ./other
check 'says which has the event' grep -q 'reference: has no such event' output
printf '#!/bin/sh\necho nonsense\n' >other
refuses 'against a program that answers nonsense' 3 "$skein" verify ping.yaml --against ./other
refuses 'against a program that is absent' 3 "$skein" verify ping.yaml --against ./absent
refuses 'bad input' 2 "$skein" verify ping.yaml --set ping.cuont=3
finish
