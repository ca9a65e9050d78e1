/* SPDX-License-Identifier: MIT */
/* Sorting: by rank where events are few, as they nearly always are, else by the C library. */
#include "sim/event_run.h"

#include <stdlib.h>
#include <string.h>

/* Room that an ended run may keep. */
#define CAPACITY_KEPT 1024

/* As many are moved for an inserted one: a few cache lines. */
#define MOVED_MAX 32

/* So many events are sorted without a branch that could be guessed wrong. */
#define FEW 24

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
static void sort_few(Event *to, EventList list, EventChunkPool *pool)
{
    Event events[FEW];
    Key keys[FEW];
    size_t places[FEW];
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
        to[places[i]] = events[i];
    }
}

/* Slots of equal width for events from `first` on, at least one and at most two for each. */
typedef struct Slots {
    SimTime first;
    unsigned shift;
    uint16_t ends[2 * EVENT_RUN_SORTED]; /* of each: where its next event goes */
} Slots;

static inline size_t slot_of(const Slots *slots, SimTime time)
{
    return ((uint64_t)time - (uint64_t)slots->first) >> slots->shift;
}

/* Lays out slots for the events; false where one of them would have many. */
static bool lay_slots(Slots *slots, EventList list)
{
    SimTime first = SIM_TIME_MAX, last = INT64_MIN;
    for (const EventChunk *chunk = NULL; (chunk = event_list_next(list, chunk)) != NULL;) {
        event_chunk_prefetch(chunk->next);
        for (size_t i = 0; i < chunk->count; i++) {
            first = MIN(first, chunk->events[i].time);
            last = MAX(last, chunk->events[i].time);
        }
    }
    const unsigned bits = g_bit_storage(event_list_count(list)); /* of the number of slots */
    const unsigned span_bits = g_bit_storage((uint64_t)last - (uint64_t)first);
    slots->first = first;
    slots->shift = span_bits > bits ? span_bits - bits : 0;
    memset(slots->ends, 0, sizeof slots->ends[0] << bits);
    unsigned most = 0;
    for (const EventChunk *chunk = NULL; (chunk = event_list_next(list, chunk)) != NULL;) {
        for (size_t i = 0; i < chunk->count; i++) {
            const unsigned count = ++slots->ends[slot_of(slots, chunk->events[i].time)];
            most = MAX(most, count);
        }
    }
    unsigned end = 0;
    for (size_t i = 0; i < (size_t)1 << bits; i++) {
        const unsigned start = end;
        end += slots->ends[i];
        slots->ends[i] = (uint16_t)start;
    }
    return most <= FEW;
}

/* Puts each event into its slot, where it has a neighbour or two at most, then into its place among
 * these. */
static void sort_slots(Event *to, Slots *slots, EventList list, EventChunkPool *pool)
{
    const size_t count = event_list_count(list);
    EventChunk *chunk;
    while (event_list_take_chunk(&list, &chunk)) {
        for (size_t i = 0; i < chunk->count; i++) {
            to[slots->ends[slot_of(slots, chunk->events[i].time)]++] = chunk->events[i];
        }
        event_chunk_pool_give(pool, chunk);
    }
    for (size_t i = 1; i < count; i++) {
        if (G_UNLIKELY(key_of(&to[i]) < key_of(&to[i - 1]))) {
            const Event event = to[i];
            size_t place = i;
            do {
                to[place] = to[place - 1];
                place--;
            } while (place > 0 && event_before(&event, &to[place - 1]));
            to[place] = event;
        }
    }
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
static void sort_many(EventRun *run, EventList list, EventChunkPool *pool)
{
    Event *to = run->end;
    size_t count = 0;
    EventChunk *chunk;
    while (event_list_take_chunk(&list, &chunk)) {
        memcpy(to + count, chunk->events, chunk->count * sizeof(Event));
        count += chunk->count;
        event_chunk_pool_give(pool, chunk);
    }
    if (!is_sorted(to, count)) {
        qsort(to, count, sizeof(Event), compare_events);
        run->moves += count * g_bit_storage(count);
    }
}

/* Room for `count` events behind those that are left, and for some to be inserted on both sides. */
static void make_room(EventRun *run, size_t count)
{
    const size_t left = event_run_count(run), need = left + count + 2 * MOVED_MAX;
    Event *events = run->events;
    if (need > run->capacity) {
        run->capacity = MAX(need, CAPACITY_KEPT);
        events = g_new(Event, run->capacity);
    }
    if (left > 0) {
        memmove(events + MOVED_MAX, run->next, left * sizeof(Event));
    }
    if (events != run->events) {
        g_free(run->events);
        run->events = events;
    }
    run->next = events + MOVED_MAX;
    run->end = run->next + left;
}

/* Moves those that come before `event` one place towards the front, and puts it behind them. False
 * where there is no room, or there are more than MOVED_MAX. */
static bool insert_ahead(EventRun *run, const Event *event)
{
    const Event *end = run->end;
    if (run->next == run->events ||
        (end - run->next > MOVED_MAX && run->next[MOVED_MAX].time <= event->time)) {
        return false;
    }
    Event *place = run->next--;
    for (; place < end && place->time < event->time; place++) {
        place[-1] = *place;
    }
    for (; place < end && event_before(place, event); place++) {
        place[-1] = *place; /* simultaneous ones */
    }
    place[-1] = *event;
    run->moves += (uint64_t)(place - run->next);
    return true;
}

/* The same with those behind it. */
static bool insert_behind(EventRun *run, const Event *event)
{
    if (run->end == run->events + run->capacity ||
        (run->end - run->next > MOVED_MAX && run->end[-1 - MOVED_MAX].time >= event->time)) {
        return false;
    }
    Event *place = run->end++;
    for (; place > run->next && event_before(event, place - 1); place--) {
        *place = place[-1];
    }
    *place = *event;
    run->moves += (uint64_t)(run->end - place);
    return true;
}

bool event_run_insert(EventRun *run, const Event *event)
{
    if (event_run_has_ended(run)) {
        make_room(run, 0);
    }
    return insert_ahead(run, event) || insert_behind(run, event);
}

void event_run_load(EventRun *run, EventList list, EventChunkPool *pool)
{
    const size_t count = event_list_count(list);
    make_room(run, count);
    run->moves += count;
    Slots slots;
    if (count <= FEW) {
        sort_few(run->end, list, pool);
    } else if (count <= EVENT_RUN_SORTED && lay_slots(&slots, list)) {
        sort_slots(run->end, &slots, list, pool);
    } else {
        sort_many(run, list, pool);
    }
    run->end += count;
}

void event_run_shrink(EventRun *run)
{
    g_assert(event_run_has_ended(run));
    if (run->capacity > CAPACITY_KEPT) {
        event_run_clear(run);
    }
}

void event_run_clear(EventRun *run)
{
    g_free(run->events);
    *run = (EventRun){.moves = run->moves};
}

void event_run_check(const EventRun *run)
{
    g_assert(run->events <= run->next && run->next <= run->end);
    g_assert((size_t)(run->end - run->events) <= run->capacity);
    g_assert(is_sorted(run->next, event_run_count(run)));
}
