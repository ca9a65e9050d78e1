/* SPDX-License-Identifier: MIT */
/* Swarm testing (Groce, Zhang, Eide, Chen and Regehr, ISSTA 2012): runs that differ in what their
 * network is like find more than runs that differ in luck only. The section `swarm` of a scenario
 * lists what may vary; each seed takes one value of each list.
 *
 *     swarm:
 *       link.latency: [5ms, 'uniform(1ms, 100ms)']      any setting
 *       scenario.ties: [order, permuted]
 *       faults: [none, crash, partition crash]          at random times, peers and lengths
 *       within: 2s                                      when faults begin; 1s without it
 *
 * `crash` is a crash of one peer and its restart, `partition` one of all peers in two parts and its
 * healing. Without the section, the order of ties and the latency vary: neither takes away what a
 * scenario relies on, as loss and faults would.
 *
 * All is drawn from the seed by named randomness, so the same seed is the same run everywhere. */
#ifndef SCENARIOS_SWARM_H
#define SCENARIOS_SWARM_H

#include "scenarios/scenario_file.h"

#include <stdint.h>

/* Chooses for a seed and puts it over the file. What was set is appended to ret_sets (of char *,
 * `link.loss=1%`), rows of the timeline to ret_rows (`20ms: crash 3`). */
bool swarm_apply(ScenarioFile *file, uint64_t seed, GPtrArray *ret_sets, GPtrArray *ret_rows,
                 GError **error);

#endif
