/* SPDX-License-Identifier: MIT */
/* Modules of tests/skein-faulty alone: see tests/fatal_scenarios.c, tests/faulty_scenarios.c and
 * tests/unruly_scenario.c. */
X(fatal_crash)
X(fatal_hang)
X(faulty_address)
X(faulty_order)
X(faulty_byte)
X(faulty_state)
X(unruly)
