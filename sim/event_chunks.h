/* SPDX-License-Identifier: MIT */
/* Lists of events that only grow at the end and are emptied as a whole, as the buckets of a ladder
 * are. A list is a ring of chunks of 15 events, known by its last chunk; one pointer is a whole
 * list, so a thousand empty buckets are 8 KB. Events keep the order in which they were appended.
 *
 * Chunks come from a pool and go back to it, so the memory of an emptied bucket serves the next
 * one. The pool grows by slabs, and gives all but the first one back once no chunk is in use. A
 * list belongs to the pool it was filled from, and the pool to one queue.
 *
 *     while (event_list_take_chunk(&list, &chunk)) {
 *         ... chunk->events[0 .. chunk->count - 1] ...
 *         event_chunk_pool_give(pool, chunk);
 *     }
 */
#ifndef SIM_EVENT_CHUNKS_H
#define SIM_EVENT_CHUNKS_H

#include "sim/event.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define EVENT_CHUNK_EVENTS 15

/* 384 bytes: six cache lines. */
typedef struct EventChunk {
    struct EventChunk *next; /* the last chunk's is the first one */
    size_t before;           /* events in the chunks before this one */
    size_t count;
    Event events[EVENT_CHUNK_EVENTS];
} EventChunk;

static inline void event_chunk_prefetch(const EventChunk *chunk)
{
    for (size_t i = 0; i < sizeof(EventChunk); i += 64) {
        __builtin_prefetch((const char *)chunk + i);
    }
}

typedef struct EventList {
    EventChunk *last; /* NULL: empty */
} EventList;

typedef struct EventSlab EventSlab;

/* Starts zeroed; its owner clears it. */
typedef struct EventChunkPool {
    EventChunk *free;              /* linked by next */
    EventChunk *fresh, *fresh_end; /* of the newest slab: never used yet */
    EventSlab *slabs;              /* newest first */
    size_t in_use;                 /* chunks */
    size_t size_bytes;
} EventChunkPool;

/* Frees all chunks; lists that still hold some are void. */
void event_chunk_pool_clear(EventChunkPool *pool);
/* Called when no chunk is in use. */
void event_chunk_pool_shrink(EventChunkPool *pool);

void event_list_each(EventList list, void (*visit)(const Event *event, void *data), void *data);
/* Asserts that the ring closes and the chunks are counted. */
void event_list_check(EventList list);

static inline void event_chunk_pool_give(EventChunkPool *pool, EventChunk *chunk)
{
    chunk->next = pool->free;
    pool->free = chunk;
    if (--pool->in_use == 0) {
        event_chunk_pool_shrink(pool);
    }
}

static inline size_t event_list_count(EventList list)
{
    return list.last == NULL ? 0 : list.last->before + list.last->count;
}

/* Puts an empty chunk at the end of the list. Out of line: appending is then a handful of
 * instructions that save no registers. */
EventChunk *event_list_extend(EventList *list, EventChunkPool *pool);

static inline void event_list_append(EventList *list, EventChunkPool *pool, const Event *event)
{
    EventChunk *chunk = list->last;
    if (chunk == NULL || chunk->count == EVENT_CHUNK_EVENTS) {
        chunk = event_list_extend(list, pool);
    }
    chunk->events[chunk->count++] = *event;
}

/* Removes the first chunk, which the caller gives back to the pool; false when the list is empty.
 */
static inline bool event_list_take_chunk(EventList *list, EventChunk **ret_chunk)
{
    if (list->last == NULL) {
        return false;
    }
    EventChunk *first = list->last->next;
    if (first == list->last) {
        list->last = NULL;
    } else {
        list->last->next = first->next;
        event_chunk_prefetch(first->next);
    }
    *ret_chunk = first;
    return true;
}

/* The chunk after `chunk`, or the first one after NULL; NULL after the last. For reading on. */
static inline const EventChunk *event_list_next(EventList list, const EventChunk *chunk)
{
    if (chunk == NULL) {
        return list.last == NULL ? NULL : list.last->next;
    }
    return chunk == list.last ? NULL : chunk->next;
}

#endif
