/* SPDX-License-Identifier: MIT */
/* What travels on a stream of a connection: a piece of a message, which takes `length` bytes of the
 * stream and is there when the last of them is. Muxers and QUIC carry items and do not look into
 * them. Plain bytes without padding, the next item behind the body. */
#ifndef MODELS_CHANNEL_ITEM_H
#define MODELS_CHANNEL_ITEM_H

#include <stdint.h>

/* Flags: it goes out in one write with the item behind it, which the writer is about to add; the
 * carrier has said that it is lost. */
enum { CHANNEL_ITEM_MORE = 1, CHANNEL_ITEM_LOST = 2 };

typedef struct ChannelItem {
    uint32_t size_bytes; /* of all of it, a multiple of 8 */
    uint32_t length;     /* on the stream, >= 1 */
    uint16_t kind, flags;
    uint32_t reserved;
    uint64_t body[];
} ChannelItem;

static inline uint32_t channel_item_size_bytes(uint32_t body_size_bytes)
{
    return (uint32_t)sizeof(ChannelItem) + (body_size_bytes + 7) / 8 * 8;
}

#endif
