/* SPDX-License-Identifier: MIT */
/* The suites of tests/unit, in the order in which they run. */
X(event)
X(random)
