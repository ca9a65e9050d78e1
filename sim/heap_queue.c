/* SPDX-License-Identifier: MIT */
/* The reference among the queues: one heap, nothing else. */
#include "sim/event_heap.h"
#include "sim/event_queue.h"

typedef struct HeapQueue {
    EventQueue queue;
    EventHeap heap;
} HeapQueue;

static EventHeap *heap_of(EventQueue *queue)
{
    return &((HeapQueue *)queue)->heap;
}

static const EventHeap *heap_of_const(const EventQueue *queue)
{
    return &((const HeapQueue *)queue)->heap;
}

static EventQueue *heap_queue_new(void)
{
    HeapQueue *self = g_new0(HeapQueue, 1);
    self->queue.kind = &EVENT_QUEUE_HEAP;
    return &self->queue;
}

static void heap_queue_free(EventQueue *queue)
{
    event_heap_clear(heap_of(queue));
    g_free(queue);
}

static void heap_queue_push(EventQueue *queue, SimTime time, uint32_t origin, uint32_t sequence,
                            EntityId target, uint32_t payload)
{
    event_heap_push(heap_of(queue), (Event){time, origin, sequence, target, payload});
}

static bool heap_queue_peek(EventQueue *queue, Event *ret_event)
{
    const EventHeap *heap = heap_of(queue);
    if (heap->count == 0) {
        return false;
    }
    *ret_event = heap->events[0];
    return true;
}

static bool heap_queue_pop_before(EventQueue *queue, SimTime limit, Event *ret_event)
{
    EventHeap *heap = heap_of(queue);
    if (heap->count == 0 || heap->events[0].time >= limit) {
        return false;
    }
    *ret_event = event_heap_pop(heap);
    return true;
}

static size_t heap_queue_count(const EventQueue *queue)
{
    return heap_of_const(queue)->count;
}

static size_t heap_queue_size_bytes(const EventQueue *queue)
{
    return sizeof(HeapQueue) + heap_of_const(queue)->capacity * sizeof(Event);
}

static uint64_t heap_queue_moves(const EventQueue *queue)
{
    return heap_of_const(queue)->moves;
}

static void heap_queue_each(const EventQueue *queue, void (*visit)(const Event *event, void *data),
                            void *data)
{
    const EventHeap *heap = heap_of_const(queue);
    for (size_t i = 0; i < heap->count; i++) {
        visit(&heap->events[i], data);
    }
}

static void heap_queue_sweep(EventQueue *queue, bool (*is_dead)(const Event *event, void *data),
                             void *data)
{
    event_heap_sweep(heap_of(queue), is_dead, data);
}

static void heap_queue_check(const EventQueue *queue)
{
    event_heap_check(heap_of_const(queue));
}

const EventQueueKind EVENT_QUEUE_HEAP = {
    .name = "heap",
    .new = heap_queue_new,
    .free = heap_queue_free,
    .push = heap_queue_push,
    .peek = heap_queue_peek,
    .pop_before = heap_queue_pop_before,
    .count = heap_queue_count,
    .size_bytes = heap_queue_size_bytes,
    .moves = heap_queue_moves,
    .each = heap_queue_each,
    .sweep = heap_queue_sweep,
    .check = heap_queue_check,
};
