/* SPDX-License-Identifier: MIT */
/* An array of events, and chunks that bodies are cut from. */
#include "sim/outbox.h"

#define CHUNK_SIZE_BYTES ((size_t)16 << 10)

struct OutboxChunk {
    OutboxChunk *next;
    size_t size_bytes;
    _Alignas(8) uint8_t bytes[];
};

void outbox_clear(Outbox *outbox)
{
    for (OutboxChunk *chunk = outbox->chunks, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        g_free(chunk);
    }
    g_free(outbox->items);
    *outbox = (Outbox){0};
}

void outbox_empty(Outbox *outbox)
{
    outbox->count = 0;
    outbox->open = outbox->chunks;
    outbox->used_bytes = 0;
}

void outbox_add(Outbox *outbox, const Event *event, PayloadBlock *body)
{
    if (outbox->count == outbox->capacity) {
        outbox->capacity = MAX(64, 2 * outbox->capacity);
        outbox->items = g_renew(OutboxItem, outbox->items, outbox->capacity);
    }
    outbox->first = outbox->count == 0 ? event->time : MIN(outbox->first, event->time);
    outbox->items[outbox->count++] = (OutboxItem){.event = *event, .body = body};
}

/* Opens the next chunk that has room: one that is there, or a new one after the open one. */
static void open_chunk(Outbox *outbox, size_t need_bytes)
{
    OutboxChunk **place = outbox->open == NULL ? &outbox->chunks : &outbox->open->next;
    if (*place == NULL || (*place)->size_bytes < need_bytes) {
        const size_t size_bytes = MAX(CHUNK_SIZE_BYTES, need_bytes);
        OutboxChunk *chunk = g_malloc(sizeof *chunk + size_bytes);
        chunk->size_bytes = size_bytes;
        chunk->next = *place;
        *place = chunk;
    }
    outbox->open = *place;
    outbox->used_bytes = 0;
}

PayloadBlock *outbox_body(Outbox *outbox, uint16_t kind, uint32_t size_bytes)
{
    const size_t need_bytes = (sizeof(PayloadBlock) + size_bytes + 7) & ~(size_t)7;
    if (outbox->open == NULL || outbox->open->size_bytes - outbox->used_bytes < need_bytes) {
        open_chunk(outbox, need_bytes);
    }
    PayloadBlock *block = (PayloadBlock *)(void *)(outbox->open->bytes + outbox->used_bytes);
    outbox->used_bytes += need_bytes;
    *block = (PayloadBlock){.size_bytes = size_bytes, .kind = kind};
    return block;
}

size_t outbox_size_bytes(const Outbox *outbox)
{
    size_t size_bytes = outbox->capacity * sizeof(OutboxItem);
    for (const OutboxChunk *chunk = outbox->chunks; chunk != NULL; chunk = chunk->next) {
        size_bytes += sizeof *chunk + chunk->size_bytes;
    }
    return size_bytes;
}
