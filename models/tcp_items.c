/* SPDX-License-Identifier: MIT */
/* Items in a byte stream. */
#include "models/tcp_items.h"

#include <string.h>

static void *take(BlockPool *blocks, size_t size_bytes)
{
    return blocks == NULL ? g_malloc0(size_bytes) : block_pool_take(blocks, size_bytes);
}

static void give(BlockPool *blocks, void *block, size_t size_bytes)
{
    if (blocks == NULL) {
        g_free(block);
    } else {
        block_pool_give(blocks, block, size_bytes);
    }
}

TcpItems *tcp_items_new(BlockPool *blocks)
{
    TcpItems *items = take(blocks, sizeof *items);
    items->blocks = blocks;
    return items;
}

void tcp_items_free(TcpItems *items)
{
    if (items == NULL) {
        return;
    }
    BlockPool *blocks = items->blocks;
    for (uint32_t i = 0; i < items->early_count; i++) {
        give(blocks, items->early[i], items->early[i]->size_bytes);
    }
    give(blocks, items->early, items->early_capacity * sizeof *items->early);
    give(blocks, items->sent, items->capacity);
    give(blocks, items, sizeof *items);
}

/* Sending. */

static TcpItem *item_at(const TcpItems *items, uint32_t offset)
{
    return (TcpItem *)(void *)(items->sent + offset);
}

/* Moves the items to the front when that makes enough room, else into a larger block. */
static void make_room(TcpItems *items, uint32_t size_bytes)
{
    const uint32_t used = items->tail - items->head;
    if (used + (uint64_t)size_bytes > items->capacity / 2) {
        const uint32_t capacity =
            items->capacity == 0 ? MAX(256, size_bytes) : 2 * (used + size_bytes);
        uint8_t *larger = take(items->blocks, capacity);
        if (used > 0) {
            memcpy(larger, items->sent + items->head, used);
        }
        give(items->blocks, items->sent, items->capacity);
        items->sent = larger;
        items->capacity = capacity;
    } else {
        memmove(items->sent, items->sent + items->head, used);
    }
    items->cursor -= items->head;
    items->tail = used;
    items->head = 0;
}

void *tcp_items_add(TcpItems *items, uint64_t end, uint32_t kind, uint32_t body_size_bytes)
{
    const uint32_t size_bytes = (uint32_t)sizeof(TcpItem) + (body_size_bytes + 7) / 8 * 8;
    if (items->capacity - items->tail < size_bytes) {
        make_room(items, size_bytes);
    }
    TcpItem *item = item_at(items, items->tail);
    items->tail += size_bytes;
    item->end = end;
    item->size_bytes = size_bytes;
    item->kind = kind;
    item->body[(size_bytes - sizeof(TcpItem)) / 8 - 1] = 0; /* what pads it */
    return item->body;
}

const TcpItem *tcp_items_within(TcpItems *items, uint64_t start, uint64_t end,
                                uint32_t *ret_size_bytes)
{
    uint32_t first = start >= items->cursor_place ? items->cursor : items->head;
    while (first < items->tail && item_at(items, first)->end <= start) {
        first += item_at(items, first)->size_bytes;
    }
    uint32_t past = first;
    while (past < items->tail && item_at(items, past)->end <= end) {
        past += item_at(items, past)->size_bytes;
    }
    if (end > items->cursor_place) {
        items->cursor = past;
        items->cursor_place = end;
    }
    *ret_size_bytes = past - first;
    return past > first ? item_at(items, first) : NULL;
}

void tcp_items_acknowledge(TcpItems *items, uint64_t place)
{
    while (items->head < items->tail && item_at(items, items->head)->end <= place) {
        items->head += item_at(items, items->head)->size_bytes;
    }
    if (items->head == items->tail) {
        items->head = items->tail = items->cursor = 0;
    }
    items->cursor = MAX(items->cursor, items->head);
}

const TcpItem *tcp_items_next(const TcpItems *items, const TcpItem *after)
{
    const uint32_t offset =
        after == NULL ? items->head
                      : (uint32_t)((const uint8_t *)after - items->sent) + after->size_bytes;
    return offset < items->tail ? item_at(items, offset) : NULL;
}

/* Receiving. */

void tcp_items_keep(TcpItems *items, const TcpItem *item)
{
    uint32_t at = items->early_count;
    while (at > 0 && items->early[at - 1]->end > item->end) {
        at--;
    }
    if (at > 0 && items->early[at - 1]->end == item->end) {
        return;
    }
    if (items->early_count == items->early_capacity) {
        const uint32_t capacity = MAX(4, 2 * items->early_capacity);
        TcpItem **larger = take(items->blocks, capacity * sizeof *larger);
        if (items->early_count > 0) {
            memcpy(larger, items->early, items->early_count * sizeof *larger);
        }
        give(items->blocks, items->early, items->early_capacity * sizeof *larger);
        items->early = larger;
        items->early_capacity = capacity;
    }
    memmove(&items->early[at + 1], &items->early[at],
            (items->early_count - at) * sizeof *items->early);
    items->early[at] = take(items->blocks, item->size_bytes);
    memcpy(items->early[at], item, item->size_bytes);
    items->early_count++;
}

TcpItem *tcp_items_take_early(TcpItems *items, uint64_t place)
{
    if (items->early_count == 0 || items->early[0]->end > place) {
        return NULL;
    }
    TcpItem *item = items->early[0];
    items->early_count--;
    memmove(&items->early[0], &items->early[1], items->early_count * sizeof *items->early);
    return item;
}
