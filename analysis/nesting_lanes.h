/* SPDX-License-Identifier: MIT */
/* Intervals on as few lanes as it takes for those of a lane to nest: of any two, one lies within
 * the other, or they do not overlap. Viewers of slices need that.
 *
 * Intervals come by their start, of equal starts the longest first. Each goes to the first lane
 * where it nests; behind the first LANES_WITH_NESTING lanes, which are searched one after the
 * other, a lane takes one interval at a time. Memory is that of the intervals that overlap. */
#ifndef ANALYSIS_NESTING_LANES_H
#define ANALYSIS_NESTING_LANES_H

#include <glib.h>
#include <stdint.h>

#define LANES_WITH_NESTING 64

typedef struct NestingLanes NestingLanes;

/* `label` is what the interval was placed with. */
typedef void (*NestingLanesEnd)(void *data, guint lane, int64_t end, const char *label);

NestingLanes *nesting_lanes_new(NestingLanesEnd report, void *data);
void nesting_lanes_free(NestingLanes *lanes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NestingLanes, nesting_lanes_free)

/* Ends all intervals and forgets the lanes. Freeing reports nothing. */
void nesting_lanes_clear(NestingLanes *lanes);

/* The lane for the interval, from 0; the first time a lane is given, it is one more than all before
 * it. Takes ownership of the label. */
guint nesting_lanes_place(NestingLanes *lanes, int64_t start, int64_t end, char *label);

#endif
