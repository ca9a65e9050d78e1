/* SPDX-License-Identifier: MIT */
/* The scenario modules: X(ping) stands for `const ScenarioModule SCENARIO_ping` in
 * scenarios/ping.c. */
X(testbed)
X(ping)
X(bank)
X(traffic)
X(counter_ring)
X(deadlock)
X(snapshot_ping)
