/* SPDX-License-Identifier: MIT */
/* Small blocks of memory of many sizes for one owner: what a partition's entities hold during a
 * run. A block is cut from a slab and goes back to the free list of its size; the owner says the
 * size again when it gives one back, so a block has no header. Everything is freed at once at the
 * end, which spares a run of a million peers tens of millions of calls.
 *
 * Blocks are multiples of 16 bytes, or of 32 from 64 bytes on, and aligned to 64 or the largest
 * power of two in their size, so that none lies in more cache lines than it must. Blocks beyond 4
 * KiB are powers of two. */
#ifndef SIM_BLOCK_POOL_H
#define SIM_BLOCK_POOL_H

#include <glib.h>
#include <stddef.h>

enum { BLOCK_POOL_CLASSES = 160 };

typedef struct BlockSlab BlockSlab;

/* Starts zeroed; its owner clears it. */
typedef struct BlockPool {
    void *free[BLOCK_POOL_CLASSES];
    char *fresh;
    size_t fresh_bytes; /* left in the newest slab */
    BlockSlab *slabs;
    size_t size_bytes; /* of all slabs */
    size_t used_bytes; /* in blocks that are out */
} BlockPool;

void block_pool_clear(BlockPool *pool);

/* A block of zeros. size_bytes >= 1. */
void *block_pool_take(BlockPool *pool, size_t size_bytes);
/* NULL is fine. */
void block_pool_give(BlockPool *pool, void *block, size_t size_bytes);
/* A block of another size with the same beginning; what is new is zero. */
void *block_pool_resize(BlockPool *pool, void *block, size_t old_bytes, size_t new_bytes);

/* What a block of that size really takes. */
size_t block_pool_rounded(size_t size_bytes);

#endif
