/* SPDX-License-Identifier: MIT */
/* Block classes in chunks that never move. */
#include "sim/payload_pool.h"

#include <stdbool.h>
#include <string.h>

/* The first of blocks of 32 << class bytes that is large enough. */
static unsigned class_for(uint32_t size_bytes)
{
    const uint32_t needed_bytes = size_bytes + (uint32_t)sizeof(PayloadBlock);
    return 27 - (unsigned)__builtin_clz((needed_bytes - 1) | 31);
}

void payload_pool_clear(PayloadPool *pool)
{
    for (unsigned class = 0; class < PAYLOAD_CLASSES; class ++) {
        for (uint32_t i = 0; i < pool->classes[class].chunk_count; i++) {
            g_free(pool->classes[class].chunks[i]);
        }
        g_free(pool->classes[class].chunks);
    }
    memset(pool, 0, sizeof *pool);
}

/* A block of the class that was never used. */
static G_GNUC_NO_INLINE uint32_t new_block(PayloadClass *blocks, unsigned class)
{
    const uint32_t index = blocks->used++;
    g_assert(index < UINT32_C(1) << 26);
    if (index >> payload_class_shift(class) == blocks->chunk_count) {
        blocks->chunks = g_renew(uint8_t *, blocks->chunks, blocks->chunk_count + 1);
        blocks->chunks[blocks->chunk_count++] =
            g_malloc((gsize)UINT64_C(32) << class << payload_class_shift(class));
    }
    return index;
}

PayloadBlock *payload_pool_take(PayloadPool *pool, uint16_t kind, uint32_t size_bytes,
                                uint32_t *ret_handle)
{
    g_assert(size_bytes <= PAYLOAD_SIZE_BYTES_MAX);
    const unsigned class = class_for(size_bytes);
    PayloadClass *blocks = &pool->classes[class];
    const bool is_new = blocks->free == 0;
    const uint32_t index = is_new ? new_block(blocks, class) : blocks->free - 1;
    *ret_handle = (uint32_t) class << 26 | index;
    PayloadBlock *block = payload_pool_at(pool, *ret_handle);
    if (!is_new) {
        memcpy(&blocks->free, block->body, sizeof blocks->free);
    }
    *block = (PayloadBlock){.size_bytes = size_bytes, .kind = kind};
    return block;
}

void payload_pool_give(PayloadPool *pool, uint32_t handle)
{
    PayloadClass *blocks = &pool->classes[handle >> 26];
    memcpy(payload_pool_at(pool, handle)->body, &blocks->free, sizeof blocks->free);
    blocks->free = (handle & ((UINT32_C(1) << 26) - 1)) + 1;
}

size_t payload_pool_size_bytes(const PayloadPool *pool)
{
    size_t sum = 0;
    for (unsigned class = 0; class < PAYLOAD_CLASSES; class ++) {
        sum +=
            pool->classes[class].chunk_count * ((size_t)32 << class << payload_class_shift(class));
    }
    return sum;
}
