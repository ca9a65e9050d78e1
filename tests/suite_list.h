/* SPDX-License-Identifier: MIT */
/* The suites of tests/unit, in the order in which they run. */
X(call_text)
X(event)
X(loss)
X(nearest)
X(peer_set)
X(exact_math)
X(random)
X(settings)
X(topology_regular)
X(value_text)
