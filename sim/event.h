/* SPDX-License-Identifier: MIT */
/* An event: 24 bytes, moved by value. Its key is (time, origin, sequence): the instant, who
 * scheduled it, and that entity's own count. No two events of a run have the same key, and the key
 * does not depend on how the run is executed, which is why partitions, threads and queues all give
 * one order.
 *
 * origin is the scheduling entity plus one, so that ORIGIN_SCRIPT (the timeline and the start of
 * the peers, known before the run) comes first among simultaneous events. With permuted ties it is
 * a bijection of that. */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "sim/sim_time.h"

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t EntityId;

#define ORIGIN_SCRIPT UINT32_C(0)

typedef struct Event {
    SimTime time;
    uint32_t origin;
    uint32_t sequence;
    EntityId target;
    uint32_t payload; /* what happens: see sim/simulation.h */
} Event;

/* True when a comes before b. Never true both ways: keys of different events differ. */
static inline bool event_before(const Event *a, const Event *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    if (a->origin != b->origin) {
        return a->origin < b->origin;
    }
    return a->sequence < b->sequence;
}

#endif
