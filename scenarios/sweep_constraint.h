/* SPDX-License-Identifier: MIT */
/* What has to hold for a combination of values to be a cell of a sweep: two sums compared,
 *
 *     peers.count * link.loss < 10
 *     link.latency <= 2 * ping.interval
 *     stack.name != datagram
 *
 * with + - * / ( ), the signs < <= > >= == !=, numbers with units (20ms, 5%), and settings, swept
 * or not. Durations count in nanoseconds, sizes in bytes, rates in bits per second. A side of == or
 * != that is one setting or word is compared as text when it is no number. */
#ifndef SCENARIOS_SWEEP_CONSTRAINT_H
#define SCENARIOS_SWEEP_CONSTRAINT_H

#include <glib.h>
#include <stdbool.h>

/* The text of a setting's value in force, or NULL when there is no such setting. */
typedef const char *(*SweepLookup)(void *data, const char *key);

bool sweep_constraint_holds(const char *constraint, SweepLookup lookup, void *data, bool *ret_holds,
                            GError **error);

#endif
