/* SPDX-License-Identifier: MIT */
/* A 4-ary heap of events by value: the children of slot i are the slots 4i+1 to 4i+4, and none
 * comes before its parent. Four children share two cache lines, so a heap of a million events costs
 * ten steps where a binary one costs twenty. The array halves when three quarters of it are
 * empty, so that a burst does not hold its memory for the rest of the run.
 *
 * A plain struct that starts zeroed; its owner clears it. Inline because a push or pop is a few
 * dozen instructions, and both kinds of queue live on it. */
#ifndef SIM_EVENT_HEAP_H
#define SIM_EVENT_HEAP_H

#include "sim/event.h"

#include <glib.h>
#include <stddef.h>

typedef struct EventHeap {
    Event *events;
    size_t count, capacity;
    uint64_t moves; /* steps up and down so far */
} EventHeap;

/* Takes the array to `capacity`, at least count. */
void event_heap_resize(EventHeap *heap, size_t capacity);
void event_heap_clear(EventHeap *heap);
/* Removes the events for which is_dead is true. */
void event_heap_sweep(EventHeap *heap, bool (*is_dead)(const Event *event, void *data), void *data);
/* Asserts that no child comes before its parent. */
void event_heap_check(const EventHeap *heap);

#define EVENT_HEAP_CAPACITY_MIN 64

/* Puts the event where slot i is free, or above. */
static inline void event_heap_rise(EventHeap *heap, size_t i, Event event)
{
    Event *events = heap->events;
    while (i > 0) {
        const size_t parent = (i - 1) / 4;
        if (!event_before(&event, &events[parent])) {
            break;
        }
        events[i] = events[parent];
        i = parent;
        heap->moves++;
    }
    events[i] = event;
}

/* Puts the event where slot i is free, or below. */
static inline void event_heap_sink(EventHeap *heap, size_t i, Event event)
{
    Event *events = heap->events;
    const size_t count = heap->count;
    for (size_t first; (first = 4 * i + 1) < count;) {
        const size_t end = first + 4 < count ? first + 4 : count;
        size_t least = first;
        for (size_t child = first + 1; child < end; child++) {
            if (event_before(&events[child], &events[least])) {
                least = child;
            }
        }
        if (!event_before(&events[least], &event)) {
            break;
        }
        events[i] = events[least];
        i = least;
        heap->moves++;
    }
    events[i] = event;
}

static inline void event_heap_push(EventHeap *heap, Event event)
{
    if (heap->count == heap->capacity) {
        event_heap_resize(heap, MAX(EVENT_HEAP_CAPACITY_MIN, 2 * heap->capacity));
    }
    event_heap_rise(heap, heap->count++, event);
}

/* The first event, which exists. */
static inline Event event_heap_pop(EventHeap *heap)
{
    const Event first = heap->events[0];
    const Event last = heap->events[--heap->count];
    if (heap->count > 0) {
        event_heap_sink(heap, 0, last);
    }
    if (heap->count < heap->capacity / 4 && heap->capacity > EVENT_HEAP_CAPACITY_MIN) {
        event_heap_resize(heap, heap->capacity / 2);
    }
    return first;
}

#endif
