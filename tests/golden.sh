#!/bin/sh
# SPDX-License-Identifier: MIT
# Each shipped scenario gives the fingerprint that is written down in tests/golden/fingerprints.txt.
# A fingerprint changes only with a change that means to, and that says why.
#
#     tests/golden.sh             the test; the program is $skein, or build/skein
#     tests/golden.sh --print     scenario, fingerprint and digest of each run, for comparisons
#     tests/golden.sh --print small   likewise, without the scenarios of 100,000 peers
#     tests/golden.sh --update    writes the file anew
set -u
export LC_ALL=C
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/tap.sh"
skein=${skein:-$tests/../build/skein}
golden=$tests/golden/fingerprints.txt

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT

# One line for a scenario file: its name, the fingerprint, the digest.
run_scenario()
{
    name=$(basename "$1" .yaml)
    "$skein" run "$1" -o "$folder/$name.db" --quiet --json >"$folder/$name.json" || return
    fingerprint=$(sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p' "$folder/$name.json")
    digest=$("$skein" digest "$folder/$name.db") || return
    rm "$folder/$name.db"
    [ -n "$fingerprint" ] && printf '%s\t%s\t%s\n' "$name" "$fingerprint" "${digest%% *}"
}

print_all()
{
    for file in "$tests"/../scenarios/*.yaml; do
        case ${1-all}:$file in
        small:*-100000.yaml) ;;
        *) run_scenario "$file" || return ;;
        esac
    done
}

has_golden()
{
    result=$(run_scenario "$1") || return
    expected=$(grep "^$(basename "$1" .yaml)	" "$golden")
    echo "found:    $result"
    echo "expected: ${expected:-no line for it in $golden}"
    [ "$(echo "$result" | cut -f 1,2)" = "$expected" ]
}

case ${1-} in
--print)
    print_all "${2-all}"
    exit
    ;;
--update)
    print_all >"$folder/all" || exit
    cut -f 1,2 "$folder/all" >"$golden"
    exit
    ;;
esac

for file in "$tests"/../scenarios/*.yaml; do
    check "$(basename "$file") has its golden fingerprint" has_golden "$file"
done
while read -r name fingerprint; do
    [ -f "$tests/../scenarios/$name.yaml" ] || flunk "golden $name $fingerprint has a scenario"
done <"$golden"
finish
