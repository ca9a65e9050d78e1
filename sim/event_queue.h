/* SPDX-License-Identifier: MIT */
/* The pending events, popped in key order (sim/event.h). All kinds of queue give the same order, so
 * which one a run uses changes its speed and nothing else. `heap` is the reference, simple enough
 * to be believed; `ladder` is the fast one. A kind is one file and one line in
 * sim/event_queue_list.h.
 *
 * Events are values that the queue copies; it owns nothing they refer to. A time may be any but
 * INT64_MIN. What is pushed comes after the last popped event in key order: it may lie at the same
 * time (a timer that goes back), and it may come before an event that a peek or a refused pop has
 * shown already.
 *
 * Whatever the times are - all equal, bursts, years apart, ever earlier - a kind takes at most
 * O(log n) moves for an event, and memory of a small multiple of the most events it has held;
 * tests/test_event_queue.c holds every kind to both. `make bench` measures their speed: from some
 * hundred pending events on the ladder is the faster one, at a million some three to four times. */
#ifndef SIM_EVENT_QUEUE_H
#define SIM_EVENT_QUEUE_H

#include "sim/event.h"

#include <glib.h>
#include <stddef.h>

typedef struct EventQueue EventQueue;

typedef struct EventQueueKind {
    const char *name;
    EventQueue *(*new)(void);
    void (*free)(EventQueue *queue);
    /* The fields of the event in registers: written to the stack one by one and read as a whole,
     * an event would have to wait for the cache to take all that was written before it, which
     * made up a tenth of the time or more. */
    void (*push)(EventQueue *queue, SimTime time, uint32_t origin, uint32_t sequence,
                 EntityId target, uint32_t payload);
    bool (*peek)(EventQueue *queue, Event *ret_event); /* false: empty */
    bool (*pop_before)(EventQueue *queue, SimTime limit,
                       Event *ret_event); /* false: none with time < limit */
    size_t (*count)(const EventQueue *queue);
    size_t (*size_bytes)(const EventQueue *queue);
    /* Calls visit for each event, in no particular order. */
    void (*each)(const EventQueue *queue, void (*visit)(const Event *event, void *data),
                 void *data);
    /* Removes the events for which is_dead is true (outdated timers, in bulk). */
    void (*sweep)(EventQueue *queue, bool (*is_dead)(const Event *event, void *data), void *data);
    /* How often the structure has copied an event of its own accord so far: its work, in a unit
     * that does not depend on the machine. */
    uint64_t (*moves)(const EventQueue *queue);
    /* Walks the structure and asserts its invariants. */
    void (*check)(const EventQueue *queue);
} EventQueueKind;

/* Who wants to know what will pop soon, to fetch into the cache what the event will touch; from
 * some hundred targets on that is most of the time of an event. A queue that can tell calls fetch()
 * for an event `steps` + 1 times, with step 0 first and some events later the next one, so that a
 * step may follow the pointers that the one before has fetched. Nothing is promised: not all events
 * are told, some events more than once. */
typedef struct EventLookout {
    void (*fetch)(void *data, const Event *event, unsigned step); /* NULL: nobody */
    void *data;
    unsigned steps; /* 0 .. EVENT_LOOKOUT_STEPS_MAX */
} EventLookout;

#define EVENT_LOOKOUT_STEPS_MAX 3

/* Every queue begins with this. */
struct EventQueue {
    const EventQueueKind *kind;
    EventLookout lookout; /* zero, or set by its owner */
};

#define X(name, text) extern const EventQueueKind EVENT_QUEUE_##name;
#include "sim/event_queue_list.h"
#undef X

/* By name, NULL when there is none; the names, NULL-terminated. */
const EventQueueKind *event_queue_kind(const char *name);
const char *const *event_queue_names(void);

static inline void event_queue_free(EventQueue *queue)
{
    if (queue != NULL) {
        queue->kind->free(queue);
    }
}

static inline void event_queue_push(EventQueue *queue, Event event)
{
    queue->kind->push(queue, event.time, event.origin, event.sequence, event.target, event.payload);
}

static inline bool event_queue_pop_before(EventQueue *queue, SimTime limit, Event *ret_event)
{
    return queue->kind->pop_before(queue, limit, ret_event);
}

static inline bool event_queue_peek(EventQueue *queue, Event *ret_event)
{
    return queue->kind->peek(queue, ret_event);
}

static inline size_t event_queue_count(const EventQueue *queue)
{
    return queue->kind->count(queue);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventQueue, event_queue_free)

#endif
