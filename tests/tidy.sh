#!/bin/sh
# SPDX-License-Identifier: MIT
# The rules of the house that a machine can see, over this tree or the one named. Each rule is one
# test; tests/tidy_test.sh plants an offence against each.
set -u
export LC_ALL=C
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/tap.sh"
cd "${1:-$tests/..}" || exit 1

# The version whose formatting the tree has; others differ in details.
clang_format_version=14

offences=$(mktemp)
trap 'rm -f "$offences" "$tap_output"' EXIT

lists=$(find sim models scenarios analysis cli tests -name '*_list.h' 2>/dev/null)
# What a build inside the tree leaves behind is none of ours: objects, logs, files without a dot.
files=$(find bootstrap .ci/run configure.ac README.md sim models scenarios analysis cli tests docs \
    -type f ! -name '.*' ! -path '*/.*/*' ! -name '*~' ! -name '*.o' ! -name '*.a' ! -name '*.log' \
    ! -name '*.trs' ! -name '*.png' ! -name '*.db' ! -name '*.partial' ! -name '*_list.h' \
    \( -name '*.*' -o -name bootstrap -o -path .ci/run \) 2>/dev/null | sort)
# Results belong to no tree: what git has, or where there is no git, what is there.
if [ "$(git rev-parse --show-prefix 2>/dev/null || echo none)" = '' ]; then
    databases=$(git ls-files -- '*.db' '*.partial' '*.db-journal')
else
    databases=$(find ./*.db ./*.partial sim models scenarios analysis cli tests docs -type f \
        \( -name '*.db' -o -name '*.partial' -o -name '*.db-journal' \) 2>/dev/null)
fi
awk -f "$tests/tidy.awk" Makefile.am $lists $files >"$offences" || flunk 'tidy.awk runs'

rule()
{
    if grep -q "^$1	" "$offences"; then
        flunk "$1"
        sed -n "s/^$1	/# /p" "$offences"
    else
        pass "$1"
    fi
}

rule 'includes point downwards'
rule 'scenarios reach the network through hosts only'
rule 'every file is in a list of Makefile.am'
rule 'every module is in its list'
rule 'every header is used'
rule 'files are named after their concept'
rule 'files have at most 500 lines'
rule 'functions have at most 70 lines'
rule 'every source names its licence'
rule 'nothing is marked as unfinished'
rule 'no path of one machine'
rule 'no global mutable state'
rule 'runs draw only named random numbers'
rule 'runs use no inexact libm'
rule 'the engine reads no clock'
rule 'tests do not look at the clock'
check 'no database is in the tree' [ -z "$databases" ]
[ -z "$databases" ] || echo "$databases" | comment

version=$(clang-format --version 2>/dev/null | sed 's/.*version \([0-9]*\).*/\1/')
if [ "$version" = $clang_format_version ]; then
    check 'the format is clang-format'"'"'s' clang-format --dry-run --Werror \
        $(echo "$lists" "$files" | tr ' ' '\n' | grep '\.[ch]$')
else
    skip 'the format is clang-format'"'"'s' "clang-format $clang_format_version is not there"
fi
finish
