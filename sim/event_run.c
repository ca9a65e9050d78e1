/* SPDX-License-Identifier: MIT */
/* Sorting: by rank where events are few, as they nearly always are, else by the C library. */
#include "sim/event_run.h"

#include <stdlib.h>
#include <string.h>

/* Room that an ended run may keep. */
#define CAPACITY_KEPT 1024

/* The key as one number that is larger the later the event comes. */
__extension__ typedef __int128 Key;

static inline Key key_of(const Event *event)
{
    const uint64_t tie = (uint64_t)event->origin << 32 | event->sequence;
    return (Key)((unsigned __int128)event->time << 64 | tie);
}

/* Compares each event with each other: the place of an event is the number of those before it.
 * That is some thirty comparisons for eight events, twice as many as an insertion needs, but no
 * jump depends on them. */
static void load_few(EventRun *run, EventList list, EventChunkPool *pool)
{
    Event events[EVENT_RUN_FEW];
    Key keys[EVENT_RUN_FEW];
    size_t places[EVENT_RUN_FEW];
    size_t count = 0;
    EventChunk *chunk;
    while (event_list_take_chunk(&list, &chunk)) {
        for (size_t i = 0; i < chunk->count; i++, count++) {
            const Key key = key_of(&chunk->events[i]);
            size_t place = count;
            for (size_t j = 0; j < count; j++) {
                const bool is_before = key < keys[j];
                places[j] += is_before;
                place -= is_before;
            }
            events[count] = chunk->events[i];
            keys[count] = key;
            places[count] = place;
        }
        event_chunk_pool_give(pool, chunk);
    }
    for (size_t i = 0; i < count; i++) {
        run->events[places[i]] = events[i];
    }
    run->moves += count;
}

static int compare_events(const void *a, const void *b)
{
    return event_before(a, b) ? -1 : event_before(b, a);
}

static bool is_sorted(const Event *events, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!event_before(&events[i - 1], &events[i])) {
            return false;
        }
    }
    return true;
}

/* Events of one instant are often appended in their order already. */
static void load_many(EventRun *run, EventList list, EventChunkPool *pool)
{
    size_t count = 0;
    EventChunk *chunk;
    while (event_list_take_chunk(&list, &chunk)) {
        memcpy(run->events + count, chunk->events, chunk->count * sizeof(Event));
        count += chunk->count;
        event_chunk_pool_give(pool, chunk);
    }
    run->moves += count;
    if (!is_sorted(run->events, count)) {
        qsort(run->events, count, sizeof(Event), compare_events);
        run->moves += count * g_bit_storage(count);
    }
}

static void resize(EventRun *run, size_t capacity)
{
    g_free(run->events);
    run->events = run->next = run->end = g_new(Event, capacity);
    run->capacity = capacity;
}

void event_run_load(EventRun *run, EventList list, EventChunkPool *pool)
{
    g_assert(event_run_has_ended(run));
    const size_t count = event_list_count(list);
    if (count > run->capacity) {
        resize(run, MAX(count, EVENT_RUN_FEW));
    }
    if (count <= EVENT_RUN_FEW) {
        load_few(run, list, pool);
    } else {
        load_many(run, list, pool);
    }
    run->next = run->events;
    run->end = run->events + count;
}

void event_run_shrink(EventRun *run)
{
    g_assert(event_run_has_ended(run));
    if (run->capacity > CAPACITY_KEPT) {
        resize(run, CAPACITY_KEPT);
    }
}

void event_run_clear(EventRun *run)
{
    g_free(run->events);
    *run = (EventRun){0};
}

void event_run_check(const EventRun *run)
{
    g_assert(run->events <= run->next && run->next <= run->end);
    g_assert((size_t)(run->end - run->events) <= run->capacity);
    g_assert(is_sorted(run->next, event_run_count(run)));
}
