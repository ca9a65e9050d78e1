/* SPDX-License-Identifier: MIT */
/* Inside the muxers: channel items that wait, one behind the other in one block. An offset of an
 * item stays what it is until the next mux_items_add(), which says how far items have moved. The
 * block is of the pool that is handed in, always the same one, and there is none without items. */
#ifndef MODELS_MUX_ITEMS_H
#define MODELS_MUX_ITEMS_H

#include "models/channel_item.h"
#include "sim/block_pool.h"

#include <stdbool.h>

typedef struct MuxItems {
    uint8_t *bytes;
    uint32_t head, tail, capacity;
} MuxItems;

static inline bool mux_items_is_empty(const MuxItems *items)
{
    return items->head == items->tail;
}

static inline ChannelItem *mux_items_at(const MuxItems *items, uint32_t offset)
{
    return (ChannelItem *)(void *)(items->bytes + offset);
}

/* Room for an item of size_bytes behind the others, not filled in; returns how far the others have
 * moved to the front. */
uint32_t mux_items_add(MuxItems *items, BlockPool *blocks, uint32_t size_bytes);
/* Forgets the first one, and the block with the last. */
void mux_items_remove(MuxItems *items, BlockPool *blocks);
void mux_items_clear(MuxItems *items, BlockPool *blocks);

#endif
