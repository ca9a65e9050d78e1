/* SPDX-License-Identifier: MIT */
/* The events of one list, sorted: what a ladder pops from while it drains a bucket. Loaded as a
 * whole, then only read from the front. */
#ifndef SIM_EVENT_RUN_H
#define SIM_EVENT_RUN_H

#include "sim/event_chunks.h"

/* A list of up to so many events is sorted without a branch that could be guessed wrong. */
#define EVENT_RUN_FEW 24

/* Starts zeroed; its owner clears it. */
typedef struct EventRun {
    Event *next, *end; /* what is left */
    Event *events;
    size_t capacity;
    uint64_t moves; /* events copied so far */
} EventRun;

/* Sorts the list into the run, which has ended. The chunks go back to the pool. */
void event_run_load(EventRun *run, EventList list, EventChunkPool *pool);
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
