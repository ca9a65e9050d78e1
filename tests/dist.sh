#!/bin/sh
# SPDX-License-Identifier: MIT
# The distribution archive holds all that is needed: unpacked into a read-only tree it configures,
# builds, passes its own tests, installs and uninstalls (`make distcheck`). Of the tests those that
# need what is distributed are run: all have just passed in the tree itself.
set -u
. "$top_srcdir/tests/tap.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS

check 'make distcheck' make -s -C "$(dirname "$skein")" -j "$(getconf _NPROCESSORS_ONLN)" distcheck \
    TESTS='tests/unit tests/golden.sh tests/program.sh tests/check.sh'
finish
