#!/bin/sh
# SPDX-License-Identifier: MIT
# The program as a whole, from outside: equal runs are equal and others are not, and an environment
# that fails gets exit status 3 and leaves no file. What the commands print is in tests/commands.sh,
# what they refuse in tests/bad_input.sh.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1
scenarios=$top_srcdir/scenarios

run()
{
    "$skein" run --quiet "$@"
}

fingerprint()
{
    run --json "$@" -o fingerprint.db --force | sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p'
}

digest()
{
    line=$("$skein" digest "$1") && echo "${line%% *}"
}

are_equal()
{
    echo "$1 and $2"
    [ -n "$1" ] && [ "$1" = "$2" ]
}

differ()
{
    echo "$1 and $2"
    [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]
}

is_absent()
{
    ls -l
    for path in "$@"; do
        [ ! -e "$path" ] || return 1
    done
}


# -- Runs

check 'a run leaves a database' run "$scenarios/testbed.yaml" -o first.db
check 'and no partial one' is_absent first.db.partial
check 'run again' run "$scenarios/testbed.yaml" -o second.db
check 'twice the same scenario, twice the same digest' \
    are_equal "$(digest first.db)" "$(digest second.db)"
check 'twice the same fingerprint' \
    are_equal "$(fingerprint "$scenarios/testbed.yaml")" "$(fingerprint "$scenarios/testbed.yaml")"
check 'run with seed 2' run "$scenarios/testbed.yaml" --seed 2 -o seed2.db
check 'two seeds, two digests' differ "$(digest first.db)" "$(digest seed2.db)"
check 'two seeds, two fingerprints' differ \
    "$(fingerprint "$scenarios/testbed.yaml" --seed 1)" \
    "$(fingerprint "$scenarios/testbed.yaml" --seed 2)"
cp "$scenarios/testbed.yaml" renamed.yaml
check 'the folder of the file does not matter' are_equal \
    "$(fingerprint renamed.yaml)" "$(fingerprint "$scenarios/testbed.yaml")"
mkdir sub
ln -s "$scenarios" sub/scenarios
check 'a relative path to a file that reads others' run sub/scenarios/testbed-cities.yaml -o sub/r.db
check 'rerun finds them' "$skein" rerun --quiet sub/r.db

# -- The environment

check 'with --force a database is replaced' run "$scenarios/testbed.yaml" -o seed2.db --force
check 'by the new run' are_equal "$(digest first.db)" "$(digest seed2.db)"
refuses 'a folder that does not exist' 3 run "$scenarios/testbed.yaml" -o absent/bad.db
# A disk with room for 64 blocks of 512 bytes.
small_disk()
{
    (
        ulimit -f 64
        "$skein" run --quiet "$scenarios/testbed.yaml" -o full.db
    )
}
refuses 'a full disk' 3 small_disk
check 'leaves nothing either' is_absent full.db full.db.partial full.db.partial-journal

if [ -w /dev/full ]; then
    full_output()
    {
        "$skein" list >/dev/full
    }
    refuses 'output that cannot be written' 3 full_output
else
    skip 'output that cannot be written' 'there is no /dev/full'
fi

# -- Words

check 'skein --help' "$skein" --help
check 'skein --version' "$skein" --version
refuses 'no command' 2 "$skein"
refuses 'an unknown command' 2 "$skein" rnu
refuses 'an unknown option' 2 run "$scenarios/testbed.yaml" --sede 3
for command in $("$skein" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'); do
    check "skein $command --help has examples" sh -c '"$0" "$1" --help | grep -q Examples' \
        "$skein" "$command"
done
finish
