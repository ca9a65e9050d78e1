/* SPDX-License-Identifier: MIT */
/* The events that come next, sorted: what a ladder pops from. It is loaded with a list at a time
 * and read from the front. */
#ifndef SIM_EVENT_RUN_H
#define SIM_EVENT_RUN_H

#include "sim/event_chunks.h"

/* A list of up to so many events is sorted in a few steps for each, within the first-level cache,
 * unless they lie in heaps. */
#define EVENT_RUN_SORTED 512

/* Starts zeroed; its owner clears it. */
typedef struct EventRun {
    Event *next, *end; /* what is left */
    Event *events;
    size_t capacity;
    uint64_t moves; /* events copied so far */
} EventRun;

/* Sorts the list, whose events come after all that are left, behind these. The chunks go back to
 * the pool. */
void event_run_load(EventRun *run, EventList list, EventChunkPool *pool);
/* Puts the event into its place among those that are left, where that is near one end of them or
 * they are few: what lies on that side is moved. False where that would be too much. */
bool event_run_insert(EventRun *run, const Event *event);
/* Gives back the room that a large list took. The run has ended. */
void event_run_shrink(EventRun *run);
void event_run_clear(EventRun *run);
/* Asserts that what is left is in order. */
void event_run_check(const EventRun *run);

static inline size_t event_run_count(const EventRun *run)
{
    return (size_t)(run->end - run->next);
}

static inline bool event_run_has_ended(const EventRun *run)
{
    return run->next == run->end;
}

#endif
