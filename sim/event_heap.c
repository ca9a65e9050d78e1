/* SPDX-License-Identifier: MIT */
/* The rarer work on a heap of events. */
#include "sim/event_heap.h"

void event_heap_resize(EventHeap *heap, size_t capacity)
{
    heap->events = g_renew(Event, heap->events, capacity);
    heap->capacity = capacity;
}

void event_heap_clear(EventHeap *heap)
{
    g_free(heap->events);
    *heap = (EventHeap){0};
}

void event_heap_sweep(EventHeap *heap, bool (*is_dead)(const Event *event, void *data), void *data)
{
    size_t living = 0;
    for (size_t i = 0; i < heap->count; i++) {
        if (!is_dead(&heap->events[i], data)) {
            heap->events[living++] = heap->events[i];
        }
    }
    heap->count = living;
    /* From the last parent to the root, each below which all is in order already: linear in all. */
    for (size_t i = living < 2 ? 0 : (living - 2) / 4 + 1; i-- > 0;) {
        event_heap_sink(heap, i, heap->events[i]);
    }
}

void event_heap_check(const EventHeap *heap)
{
    g_assert(heap->count <= heap->capacity);
    for (size_t i = 1; i < heap->count; i++) {
        g_assert(event_before(&heap->events[(i - 1) / 4], &heap->events[i]));
    }
}
