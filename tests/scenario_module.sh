#!/bin/sh
# SPDX-License-Identifier: MIT
# The module of docs/scenario-module.md compiles as it stands there and does what the text says, on
# both stacks.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

# The lines between the fences of the first block of that language.
block()
{
    awk -v fence="^\`\`\`$1\$" '$0 ~ fence { inside = 1; next } /^```/ { if (inside) exit } inside' \
        "$top_srcdir/docs/scenario-module.md"
}

block c >rumour.c
block yaml >rumour.yaml
echo 'X(rumour)' >list.h
check 'the module has less than 80 lines' [ "$(wc -l <rumour.c)" -lt 80 ]
check 'which are all of it' grep -q 'SCENARIO_rumour' rumour.c
check 'it compiles' make -s -C "${skein%/*}" module-program MODULE_LIST="$folder/list.h" \
    MODULE_SOURCE="$folder/rumour.c" MODULE_PROGRAM="$folder/skein-rumour"
check 'it reaches every peer on ideal' ./skein-rumour run rumour.yaml
check 'it reaches every peer on datagram' ./skein-rumour run rumour.yaml -o datagram.db \
    --set stack.name=datagram
check 'it does not on a torn overlay' sh -c \
    '! ./skein-rumour run rumour.yaml -o torn.db --set topology.kind=erdos-renyi --set topology.probability=0.5%'
check 'it is deterministic' ./skein-rumour verify rumour.yaml
finish
