# SPDX-License-Identifier: MIT
# For tests in sh, to be read in with `.`: counted lines of the Test Anything Protocol, which
# Automake's tap-driver reads.
#
#     check 'a ring runs' skein run ring.yaml      passes when the command does
#     refuses 'no peers' 2 skein run none.yaml     passes when the command exits with 2
#     pass TEXT, flunk TEXT, skip TEXT REASON      for what was decided otherwise
#     finish                                       last: the plan, and status 1 if anything failed
#
# What the commands print is shown, as a comment, only where the test fails.

tap_count=0
tap_failures=0
tap_output=$(mktemp)
trap 'rm -f "$tap_output"' EXIT

pass()
{
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1"
}

flunk()
{
    tap_count=$((tap_count + 1))
    tap_failures=$((tap_failures + 1))
    echo "not ok $tap_count - $1"
}

skip()
{
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

comment()
{
    sed 's/^/# /' "$@"
}

refuses()
{
    tap_name=$1
    tap_expected=$2
    shift 2
    tap_status=0
    "$@" >"$tap_output" 2>&1 </dev/null || tap_status=$?
    if [ "$tap_status" -eq "$tap_expected" ]; then
        pass "$tap_name"
        return 0
    fi
    flunk "$tap_name"
    echo "# exit status $tap_status, not $tap_expected: $*"
    # Of a long output, the end and what looks like the reason.
    if [ "$(wc -l <"$tap_output")" -gt 60 ]; then
        grep -m 20 -A 5 -E '^not ok|^FAIL|: error: ' "$tap_output" | comment
        echo '# ...'
    fi
    tail -n 40 "$tap_output" | comment
    return 1
}

check()
{
    tap_title=$1
    shift
    refuses "$tap_title" 0 "$@"
}

finish()
{
    echo "1..$tap_count"
    [ "$tap_failures" -eq 0 ]
}
