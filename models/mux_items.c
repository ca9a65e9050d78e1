/* SPDX-License-Identifier: MIT */
/* Queues of channel items. */
#include "models/mux_items.h"

#include <string.h>

enum { SMALL_BYTES = 256 }; /* kept while it is empty */

uint32_t mux_items_add(MuxItems *items, uint32_t size_bytes)
{
    uint32_t moved = 0;
    if (items->capacity - items->tail < size_bytes) {
        const uint32_t used = items->tail - items->head;
        g_assert(used <= UINT32_MAX / 4 && size_bytes <= UINT32_MAX / 4);
        moved = items->head;
        if (used + size_bytes > items->capacity / 2) {
            items->capacity = MAX(SMALL_BYTES, 2 * (used + size_bytes));
            uint8_t *larger = g_malloc(items->capacity);
            if (used > 0) {
                memcpy(larger, items->bytes + items->head, used);
            }
            g_free(items->bytes);
            items->bytes = larger;
        } else {
            memmove(items->bytes, items->bytes + items->head, used);
        }
        items->tail = used;
        items->head = 0;
    }
    items->tail += size_bytes;
    return moved;
}

void mux_items_remove(MuxItems *items)
{
    g_assert(items->head < items->tail);
    items->head += mux_items_at(items, items->head)->size_bytes;
    if (items->head == items->tail) {
        if (items->capacity > SMALL_BYTES) {
            mux_items_clear(items);
        }
        items->head = items->tail = 0;
    }
}

void mux_items_clear(MuxItems *items)
{
    g_clear_pointer(&items->bytes, g_free);
    items->head = items->tail = items->capacity = 0;
}
