/* SPDX-License-Identifier: MIT */
/* Slabs: where chunks come from. */
#include "sim/event_chunks.h"

#include <sys/mman.h>

struct EventSlab {
    EventSlab *next;
    size_t size_bytes;
    EventChunk chunks[];
};

/* Slabs double from the size of a small queue to the size of a huge page, so that at most half of
 * the pool, or one huge page, lies idle. */
#define SLAB_SIZE_BYTES_MIN ((size_t)8 << 10)
#define SLAB_SIZE_BYTES_MAX ((size_t)2 << 20)

static EventSlab *new_slab(size_t size_bytes)
{
    EventSlab *slab = g_aligned_alloc(1, size_bytes, MIN(size_bytes, SLAB_SIZE_BYTES_MAX));
#ifdef MADV_HUGEPAGE
    /* A large queue is read all over: one huge page spares hundreds of address translations. Only
     * advice, so a refusal does not matter. */
    if (size_bytes == SLAB_SIZE_BYTES_MAX) {
        (void)madvise(slab, size_bytes, MADV_HUGEPAGE);
    }
#endif
    slab->size_bytes = size_bytes;
    return slab;
}

/* A chunk from a slab, for when the free list is empty. */
static EventChunk *cut_chunk(EventChunkPool *pool)
{
    if (pool->fresh == pool->fresh_end) {
        EventSlab *slab =
            new_slab(pool->slabs == NULL ? SLAB_SIZE_BYTES_MIN
                                         : MIN(2 * pool->slabs->size_bytes, SLAB_SIZE_BYTES_MAX));
        slab->next = pool->slabs;
        pool->slabs = slab;
        pool->size_bytes += slab->size_bytes;
        pool->fresh = slab->chunks;
        pool->fresh_end =
            slab->chunks + (slab->size_bytes - sizeof(EventSlab)) / sizeof(EventChunk);
    }
    return pool->fresh++;
}

void event_chunk_pool_shrink(EventChunkPool *pool)
{
    g_assert(pool->in_use == 0);
    if (pool->size_bytes > SLAB_SIZE_BYTES_MAX) {
        event_chunk_pool_clear(pool);
    }
}

void event_chunk_pool_clear(EventChunkPool *pool)
{
    for (EventSlab *slab = pool->slabs, *next; slab != NULL; slab = next) {
        next = slab->next;
        g_aligned_free(slab);
    }
    *pool = (EventChunkPool){0};
}

EventChunk *event_list_extend(EventList *list, EventChunkPool *pool)
{
    EventChunk *chunk = pool->free;
    if (chunk != NULL) {
        pool->free = chunk->next;
    } else {
        chunk = cut_chunk(pool);
    }
    pool->in_use++;
    chunk->before = event_list_count(*list);
    chunk->count = 0;
    if (list->last == NULL) {
        chunk->next = chunk;
    } else {
        chunk->next = list->last->next;
        list->last->next = chunk;
    }
    list->last = chunk;
    return chunk;
}

void event_list_each(EventList list, void (*visit)(const Event *event, void *data), void *data)
{
    for (const EventChunk *chunk = NULL; (chunk = event_list_next(list, chunk)) != NULL;) {
        for (size_t i = 0; i < chunk->count; i++) {
            visit(&chunk->events[i], data);
        }
    }
}

void event_list_check(EventList list)
{
    size_t before = 0;
    for (const EventChunk *chunk = NULL; (chunk = event_list_next(list, chunk)) != NULL;) {
        g_assert(chunk->before == before);
        g_assert(chunk->count > 0 && chunk->count <= EVENT_CHUNK_EVENTS);
        before += chunk->count;
    }
}
