/* SPDX-License-Identifier: MIT */
/* Items in a byte stream. */
#include "models/tcp_items.h"

#include <glib.h>
#include <string.h>

void tcp_items_free(TcpItems *items)
{
    if (items == NULL) {
        return;
    }
    for (uint32_t i = 0; i < items->early_count; i++) {
        g_free(items->early[i]);
    }
    g_free(items->early);
    g_free(items->sent);
    g_free(items);
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
        items->capacity = MAX(256, 2 * (used + size_bytes));
        uint8_t *larger = g_malloc(items->capacity);
        if (used > 0) {
            memcpy(larger, items->sent + items->head, used);
        }
        g_free(items->sent);
        items->sent = larger;
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
        items->early_capacity = MAX(4, 2 * items->early_capacity);
        items->early = g_renew(TcpItem *, items->early, items->early_capacity);
    }
    memmove(&items->early[at + 1], &items->early[at],
            (items->early_count - at) * sizeof *items->early);
    items->early[at] = g_memdup2(item, item->size_bytes);
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
