#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/tidy.sh accepts a small tree in good order, and finds an offence of each kind that is planted
# in it.
set -u
export LC_ALL=C
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/tap.sh"

tree=$(mktemp -d)
trap 'rm -rf "$tree" "$tap_output"' EXIT

# What is planted is put together from pieces, so that this file itself stays tidy.
slash=/

tree_new()
{
    rm -rf "${tree:?}"
    mkdir -p "$tree/sim" "$tree/models" "$tree/scenarios" "$tree/analysis" "$tree/cli" "$tree/tests"
    cd "$tree" || exit 1
    echo 'DisableFormat: true' >.clang-format
    file sim/clock.c '#include "sim/clock.h"' '/* Not rand(), not exp(). */' 'static const int a = 1;'
    file sim/clock.h '/* A clock. */'
    file models/host.h '#include "sim/clock.h"'
    file scenarios/ping.c '#include "models/host.h"'
    file scenarios/scenario_list.h 'X(ping)'
    file analysis/stats.c '#include "analysis/stats.h"'
    file analysis/stats.h '/* Statistics. */'
    file cli/main.c '#include "analysis/stats.h"' '#include "models/host.h"' \
        '#include "scenarios/scenario_list.h"'
    file tests/suite_list.h 'X(clock)'
    file tests/test_clock.c '#include "sim/clock.h"' '#include "tests/suite_list.h"'
    {
        echo '# SPDX-License-Identifier: MIT'
        echo 'skein_SOURCES = \'
        find sim models scenarios analysis cli tests -type f | sed 's/^/	/; s/$/ \\/'
        echo '	end'
    } >Makefile.am
}

file()
{
    path=$1
    shift
    {
        case $path in
        *.sh) echo '# SPDX-License-Identifier: MIT' ;;
        *) echo '/* SPDX-License-Identifier: MIT */' ;;
        esac
        printf '%s\n' "$@"
    } >"$path"
}

# The offence planted in the tree breaks this rule, and no other.
finds()
{
    sh "$tests/tidy.sh" "$tree" >"$tap_output" 2>&1
    status=$?
    broken=$(sed -n 's/^not ok [0-9]* - //p' "$tap_output")
    if [ $status -ne 0 ] && [ "$broken" = "$1" ]; then
        pass "$2"
    else
        flunk "$2"
        echo "# status $status, broken: $broken"
        comment "$tap_output"
    fi
    tree_new
}

lines()
{
    awk -v count="$1" -v text="$2" 'BEGIN { while (count-- > 0) print text }'
}

tree_new
check 'a tree in good order passes' sh "$tests/tidy.sh" "$tree"

rule='includes point downwards'
echo '#include "models/host.h"' >>sim/clock.c
finds "$rule" 'an include from sim up to models'
echo '#include "sim/clock.h"' >>analysis/stats.c
finds "$rule" 'an include from analysis to sim'
echo '#include "clock.h"' >>sim/clock.c
finds "$rule" 'an include without its folder'
file cli/main.h '/* The program. */'
echo '	cli/main.h' >>Makefile.am
echo '#include "cli/main.h"' >>models/host.h
finds "$rule" 'an include of cli'

file models/link.h '/* A link. */'
echo '	models/link.h' >>Makefile.am
echo '#include "models/link.h"' >>scenarios/ping.c
finds 'scenarios reach the network through hosts only' 'a scenario that includes the link'

rule='every file is in a list of Makefile.am'
file sim/lost.c '/* Lost. */'
finds "$rule" 'a source that is not built'
echo 'a: 1' >scenarios/lost.yaml
finds "$rule" 'a scenario file that is not distributed'

file tests/test_lost.c '/* Lost. */'
echo '	tests/test_lost.c' >>Makefile.am
rule='every module is in its list'
finds "$rule" 'a suite that is not run'
echo 'const ScenarioModule SCENARIO_lost = {0};' >>scenarios/ping.c
finds "$rule" 'a scenario that is not known'
echo 'int command_lost(int argc, char **argv)' >>cli/main.c
finds "$rule" 'a command that is not known'

file models/lost.h '/* Lost. */'
echo '	models/lost.h' >>Makefile.am
finds 'every header is used' 'a header that nothing includes'

file sim/clock_utils.c '/* Odds and ends. */'
echo '	sim/clock_utils.c' >>Makefile.am
finds 'files are named after their concept' 'a file of odds and ends'

lines 500 '' >>cli/main.c
finds 'files have at most 500 lines' 'a file of more than 500 lines'

{
    echo 'int main(void)'
    echo '{'
    lines 68 '  f();'
    echo '}'
} >>cli/main.c
check 'a function of 70 lines passes' sh "$tests/tidy.sh" "$tree"
sed -i 's/^}$/  f();\n}/' cli/main.c
finds 'functions have at most 70 lines' 'a function of 71 lines'

printf '%s\n' '/* A clock. */' '/* No licence. */' >sim/clock.h
finds 'every source names its licence' 'a source without a licence'

echo "/* TO""DO: the rest. */" >>sim/clock.c
finds 'nothing is marked as unfinished' 'a mark of something unfinished'

echo "/* See ${slash}home/me/notes. */" >>sim/clock.c
finds 'no path of one machine' 'a path of one machine'

for name in testbed.db sim/run.db.partial; do
    echo 'SQLite format 3' >$name
    finds 'no database is in the tree' "$name"
done

rule='no global mutable state'
echo 'static int counter;' >>sim/clock.c
finds "$rule" 'a global variable'
echo 'static const char *text = "";' >>sim/clock.c
check 'a pointer to const is let through' sh "$tests/tidy.sh" "$tree"
tree_new

rule='runs draw only named random numbers'
echo 'int b = rand();' >>models/host.h
finds "$rule" 'a call of rand'
echo 'int b = g_random_int();' >>scenarios/ping.c
finds "$rule" 'a call of g_random_int'

echo 'double b = exp(1.0); /* e */' >>sim/clock.c
finds 'runs use no inexact libm' 'a call of exp'

echo "long b = g_get_""monotonic_time();" >>sim/clock.c
finds 'the engine reads no clock' 'a clock in the engine'

file tests/wait.sh "sle""ep 1"
echo '	tests/wait.sh' >>Makefile.am
finds 'tests do not look at the clock' 'a test that waits'

if [ "$(clang-format --version 2>/dev/null | grep -c 'version 14')" -eq 1 ]; then
    echo 'BasedOnStyle: LLVM' >.clang-format
    echo 'int   b ;' >>sim/clock.c
    finds "the format is clang-format's" 'a line out of format'
else
    skip 'a line out of format' 'clang-format 14 is not there'
fi
finish
