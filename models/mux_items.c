/* SPDX-License-Identifier: MIT */
/* Queues of channel items. */
#include "models/mux_items.h"

#include <string.h>

enum { BYTES_AT_FIRST = 256 };

uint32_t mux_items_add(MuxItems *items, BlockPool *blocks, uint32_t size_bytes)
{
    uint32_t moved = 0;
    if (items->capacity - items->tail < size_bytes) {
        const uint32_t used = items->tail - items->head;
        g_assert(used <= UINT32_MAX / 4 && size_bytes <= UINT32_MAX / 4);
        moved = items->head;
        if (used + size_bytes > items->capacity / 2) {
            const uint32_t capacity =
                items->capacity == 0 ? MAX(BYTES_AT_FIRST, size_bytes) : 2 * (used + size_bytes);
            uint8_t *larger = block_pool_take(blocks, capacity);
            if (used > 0) {
                memcpy(larger, items->bytes + items->head, used);
            }
            block_pool_give(blocks, items->bytes, items->capacity);
            items->bytes = larger;
            items->capacity = capacity;
        } else {
            memmove(items->bytes, items->bytes + items->head, used);
        }
        items->tail = used;
        items->head = 0;
    }
    items->tail += size_bytes;
    return moved;
}

void mux_items_remove(MuxItems *items, BlockPool *blocks)
{
    g_assert(items->head < items->tail);
    items->head += mux_items_at(items, items->head)->size_bytes;
    if (items->head == items->tail) {
        mux_items_clear(items, blocks);
    }
}

void mux_items_clear(MuxItems *items, BlockPool *blocks)
{
    block_pool_give(blocks, g_steal_pointer(&items->bytes), items->capacity);
    items->head = items->tail = items->capacity = 0;
}
