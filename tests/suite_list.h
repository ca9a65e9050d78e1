/* SPDX-License-Identifier: MIT */
/* The suites of tests/unit, in the order in which they run. */
X(call_text)
X(event)
X(exact_math)
X(loss)
X(metric)
X(nearest)
X(peer_set)
X(random)
X(record)
X(settings)
X(topology_regular)
X(value_text)
