#!/bin/sh
# SPDX-License-Identifier: MIT
# What skein new writes compiles without a warning, runs on both stacks and breaks no rule.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1

check 'new writes a module' "$skein" new my_gossip .
echo 'X(my_gossip)' >list.h
check 'which compiles' make -s -C "${skein%/*}" module-program MODULE_LIST="$folder/list.h" \
    MODULE_SOURCE="$folder/my_gossip.c" MODULE_PROGRAM="$folder/skein-new"
check 'is known to the program' sh -c './skein-new list | grep -q my_gossip'
check 'runs, and its expectation holds' ./skein-new run my_gossip.yaml
check 'runs on datagram' ./skein-new run my_gossip.yaml -o datagram.db --set stack.name=datagram
check 'measures every greeting' sh -c \
    './skein-new run my_gossip.yaml --force --json | grep -q "my_gossip.time\", \"unit\": \"ns\", \"count\": 60,"'
check 'is deterministic' ./skein-new verify my_gossip.yaml
check 'fits in 120 lines' [ "$(wc -l <my_gossip.c)" -le 120 ]
for header in $(sed -n 's/^#include "\(.*\)"/\1/p' my_gossip.c); do
    check "includes $header, which a module may" [ "$header" = scenarios/scenario_module.h ]
done
if clang-format --version 2>/dev/null | grep -q 'version 14'; then
    cp "$top_srcdir/.clang-format" .
    check 'is formatted' clang-format --dry-run --Werror my_gossip.c
else
    skip 'is formatted' 'clang-format 14 is not there'
fi
finish
