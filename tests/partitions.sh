#!/bin/sh
# SPDX-License-Identifier: MIT
# Each shipped scenario without a coordinator, cut into 1, 2, 3 and 7 partitions, gives the same
# fingerprint and the same digest, metrics included; and so it does with each event queue.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

# FILE OPTION...: fingerprint and digest of the run.
result()
{
    "$skein" run "$@" --force --json -o result.db 2>messages |
        sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p'
    "$skein" digest result.db | cut -d' ' -f1
}

are_equal()
{
    echo "$1 and $2"
    [ "$(printf %s "$1" | wc -c)" -eq 81 ] && [ "$1" = "$2" ]
}

# All queues, as the program names them when it is asked for another.
queues=$("$skein" run "$top_srcdir/scenarios/ring.yaml" --queue none 2>&1 | sed -n 's/.*expected one of: //p' | tr -d ,)
for file in "$top_srcdir"/scenarios/*.yaml; do
    name=$(basename "$file")
    whole=$(result "$file")
    "$skein" run "$file" --partitions 2 --set record.level=metrics -o probe.db --force \
        >messages 2>&1
    if grep -q 'no lookahead' messages; then
        check "$name has a coordinator, so it is not cut" are_equal "$whole" \
            "$(result "$file" --partitions 3)"
    else
        for count in 2 3 7; do
            check "$name in $count partitions" are_equal "$whole" \
                "$(result "$file" --partitions $count)"
        done
    fi
    for queue in $queues; do
        check "$name with queue $queue" are_equal "$whole" "$(result "$file" --queue "$queue")"
    done
done
finish
