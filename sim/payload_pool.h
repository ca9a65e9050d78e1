/* SPDX-License-Identifier: MIT */
/* Bodies of events: blocks of 32 bytes to 1 MiB in power-of-two classes, recycled through free
 * lists, named by a 30-bit handle that fits an event. A block never moves, so a handler may hold a
 * pointer while it posts more. A body is plain bytes without pointers: it may be copied to another
 * partition, and its bytes are hashed. */
#ifndef SIM_PAYLOAD_POOL_H
#define SIM_PAYLOAD_POOL_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum { PAYLOAD_CLASSES = 16, PAYLOAD_SIZE_BYTES_MAX = (32 << 15) - 8 };

typedef struct PayloadBlock {
    uint32_t size_bytes;
    uint16_t kind;
    uint16_t reserved;
    uint64_t body[];
} PayloadBlock;

typedef struct PayloadClass {
    uint8_t **chunks;
    uint32_t chunk_count;
    uint32_t used; /* blocks ever handed out */
    uint32_t free; /* first free block + 1, 0: none */
} PayloadClass;

typedef struct PayloadPool {
    PayloadClass classes[PAYLOAD_CLASSES];
} PayloadPool;

void payload_pool_clear(PayloadPool *pool);

/* A block for size_bytes <= PAYLOAD_SIZE_BYTES_MAX of body, whose contents are not set, and its
 * handle. */
PayloadBlock *payload_pool_take(PayloadPool *pool, uint16_t kind, uint32_t size_bytes,
                                uint32_t *ret_handle);
void payload_pool_give(PayloadPool *pool, uint32_t handle);

size_t payload_pool_size_bytes(const PayloadPool *pool);

/* A chunk is 64 KiB, or one block of that or more: 1 << shift blocks. */
static inline unsigned payload_class_shift(unsigned class)
{
    return class < 11 ? 11 - class : 0;
}

static inline PayloadBlock *payload_pool_at(const PayloadPool *pool, uint32_t handle)
{
    const unsigned class = handle >> 26;
    const uint32_t index = handle & ((UINT32_C(1) << 26) - 1);
    const unsigned shift = payload_class_shift(class);
    return (
        PayloadBlock *)(void *)(pool->classes[class].chunks[index >> shift] +
                                ((size_t)(index & ((UINT32_C(1) << shift) - 1)) << (class + 5)));
}

#endif
