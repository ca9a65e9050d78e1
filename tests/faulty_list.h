/* SPDX-License-Identifier: MIT */
/* Modules of tests/skein-faulty alone: see tests/faulty_scenarios.c and tests/unruly_scenario.c. */
X(faulty_address)
X(faulty_order)
X(faulty_byte)
X(faulty_state)
X(unruly)
