/* SPDX-License-Identifier: MIT */
/* The reference queue: a heap of events by value, four children to a node, so that the children of
 * a node lie in two cache lines. Nothing clever; the fast queue is held against it. */
#include "sim/event_queue.h"

enum { CHILDREN = 4 };

typedef struct HeapQueue {
    EventQueue queue;
    Event *events;
    size_t count, capacity;
} HeapQueue;

static EventQueue *heap_new(void)
{
    HeapQueue *heap = g_new0(HeapQueue, 1);
    heap->queue.kind = &EVENT_QUEUE_HEAP;
    return &heap->queue;
}

static void heap_free(EventQueue *queue)
{
    HeapQueue *heap = (HeapQueue *)queue;
    g_free(heap->events);
    g_free(heap);
}

/* Puts the event where the hole at `at` belongs, moving later parents down. */
static void sift_up(HeapQueue *heap, size_t at, Event event)
{
    while (at > 0) {
        const size_t parent = (at - 1) / CHILDREN;
        if (!event_before(&event, &heap->events[parent])) {
            break;
        }
        heap->events[at] = heap->events[parent];
        at = parent;
    }
    heap->events[at] = event;
}

/* The same downwards, moving earlier children up. */
static void sift_down(HeapQueue *heap, size_t at, Event event)
{
    for (;;) {
        const size_t first = at * CHILDREN + 1;
        if (first >= heap->count) {
            break;
        }
        const size_t end = MIN(first + CHILDREN, heap->count);
        size_t least = first;
        for (size_t child = first + 1; child < end; child++) {
            if (event_before(&heap->events[child], &heap->events[least])) {
                least = child;
            }
        }
        if (!event_before(&heap->events[least], &event)) {
            break;
        }
        heap->events[at] = heap->events[least];
        at = least;
    }
    heap->events[at] = event;
}

static void heap_push(EventQueue *queue, Event event)
{
    HeapQueue *heap = (HeapQueue *)queue;
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity == 0 ? 64 : heap->capacity * 2;
        heap->events = g_renew(Event, heap->events, heap->capacity);
    }
    sift_up(heap, heap->count++, event);
}

static bool heap_peek(EventQueue *queue, Event *ret_event)
{
    const HeapQueue *heap = (const HeapQueue *)queue;
    if (heap->count == 0) {
        return false;
    }
    *ret_event = heap->events[0];
    return true;
}

static bool heap_pop_before(EventQueue *queue, SimTime limit, Event *ret_event)
{
    HeapQueue *heap = (HeapQueue *)queue;
    if (heap->count == 0 || heap->events[0].time >= limit) {
        return false;
    }
    *ret_event = heap->events[0];
    const Event last = heap->events[--heap->count];
    if (heap->count > 0) {
        sift_down(heap, 0, last);
    }
    return true;
}

static size_t heap_count(const EventQueue *queue)
{
    return ((const HeapQueue *)queue)->count;
}

static size_t heap_size_bytes(const EventQueue *queue)
{
    return sizeof(HeapQueue) + ((const HeapQueue *)queue)->capacity * sizeof(Event);
}

static void heap_each(const EventQueue *queue, void (*visit)(const Event *event, void *data),
                      void *data)
{
    const HeapQueue *heap = (const HeapQueue *)queue;
    for (size_t i = 0; i < heap->count; i++) {
        visit(&heap->events[i], data);
    }
}

static void heap_sweep(EventQueue *queue, bool (*is_dead)(const Event *event, void *data),
                       void *data)
{
    HeapQueue *heap = (HeapQueue *)queue;
    size_t kept = 0;
    for (size_t i = 0; i < heap->count; i++) {
        if (!is_dead(&heap->events[i], data)) {
            heap->events[kept++] = heap->events[i];
        }
    }
    heap->count = kept;
    for (size_t at = kept / CHILDREN + 1; at-- > 0;) {
        if (at < kept) {
            sift_down(heap, at, heap->events[at]);
        }
    }
}

static void heap_check(const EventQueue *queue)
{
    const HeapQueue *heap = (const HeapQueue *)queue;
    g_assert(heap->count <= heap->capacity);
    for (size_t i = 1; i < heap->count; i++) {
        g_assert(event_before(&heap->events[(i - 1) / CHILDREN], &heap->events[i]));
    }
}

const EventQueueKind EVENT_QUEUE_HEAP = {
    .name = "heap",
    .new = heap_new,
    .free = heap_free,
    .push = heap_push,
    .peek = heap_peek,
    .pop_before = heap_pop_before,
    .count = heap_count,
    .size_bytes = heap_size_bytes,
    .each = heap_each,
    .sweep = heap_sweep,
    .check = heap_check,
};
