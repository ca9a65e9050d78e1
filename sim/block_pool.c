/* SPDX-License-Identifier: MIT */
/* Slabs and free lists. AddressSanitizer is told which blocks are out. */
#include "sim/block_pool.h"

#include "sim/zero_pages.h"

#include <stdint.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef HAS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(block, size_bytes) ((void)(block), (void)(size_bytes))
#define ASAN_UNPOISON_MEMORY_REGION(block, size_bytes) ((void)(block), (void)(size_bytes))
#endif

struct BlockSlab {
    BlockSlab *next;
    size_t size_bytes;
    _Alignas(64) char bytes[];
};

/* Slabs double, so that a small run takes little and a large one has few. */
#define SLAB_SIZE_BYTES_MIN ((size_t)32 << 10)
#define SLAB_SIZE_BYTES_MAX ((size_t)4 << 20)

#define FINE_SIZE_BYTES_MAX 64     /* steps of 16 up to here, */
#define COARSE_SIZE_BYTES_MAX 4096 /* of 32 up to here, then powers of two */
#define FINE_CLASSES (FINE_SIZE_BYTES_MAX / 16)
#define COARSE_CLASSES (COARSE_SIZE_BYTES_MAX / 32 - 2)

/* Classes 0-3: 16 to 64; 4-129: 96 to 4096; from 130 on 8 KiB and so on. */
static unsigned class_of(size_t size_bytes)
{
    g_assert(size_bytes > 0);
    if (size_bytes <= FINE_SIZE_BYTES_MAX) {
        return (unsigned)(size_bytes - 1) / 16;
    }
    if (size_bytes <= COARSE_SIZE_BYTES_MAX) {
        return FINE_CLASSES + (unsigned)(size_bytes - 1) / 32 - 2;
    }
    const unsigned class = FINE_CLASSES + COARSE_CLASSES + g_bit_storage(size_bytes - 1) - 13;
    g_assert(class < BLOCK_POOL_CLASSES);
    return class;
}

static size_t size_of(unsigned class)
{
    if (class < FINE_CLASSES) {
        return (size_t)16 * (class + 1);
    }
    if (class < FINE_CLASSES + COARSE_CLASSES) {
        return (size_t)32 * (class - FINE_CLASSES + 3);
    }
    return (size_t)1 << (class - FINE_CLASSES - COARSE_CLASSES + 13);
}

size_t block_pool_rounded(size_t size_bytes)
{
    return size_of(class_of(size_bytes));
}

void block_pool_clear(BlockPool *pool)
{
    for (BlockSlab *slab = pool->slabs, *next; slab != NULL; slab = next) {
        next = slab->next;
        ASAN_UNPOISON_MEMORY_REGION(slab->bytes, slab->size_bytes - sizeof *slab);
        zero_pages_free(slab, slab->size_bytes);
    }
    *pool = (BlockPool){.slabs = NULL};
}

/* What is left of the slab before is given up: less than a block, or a 16th of a large one. */
static void add_slab(BlockPool *pool, size_t need_bytes)
{
    size_t size_bytes = pool->slabs == NULL ? SLAB_SIZE_BYTES_MIN
                                            : MIN(2 * pool->slabs->size_bytes, SLAB_SIZE_BYTES_MAX);
    size_bytes = MAX(size_bytes, need_bytes + sizeof(BlockSlab));
    BlockSlab *slab = zero_pages_new(size_bytes);
    slab->size_bytes = size_bytes;
    slab->next = pool->slabs;
    pool->slabs = slab;
    pool->size_bytes += size_bytes;
    pool->fresh = slab->bytes;
    pool->fresh_bytes = size_bytes - sizeof *slab;
    ASAN_POISON_MEMORY_REGION(pool->fresh, pool->fresh_bytes);
}

static char *cut(BlockPool *pool, size_t size_bytes)
{
    const size_t alignment = MIN(size_bytes & -size_bytes, 64);
    size_t skipped_bytes = -(uintptr_t)pool->fresh % alignment;
    if (pool->fresh_bytes < skipped_bytes + size_bytes) {
        add_slab(pool, size_bytes);
        skipped_bytes = 0;
    }
    char *block = pool->fresh + skipped_bytes;
    pool->fresh += skipped_bytes + size_bytes;
    pool->fresh_bytes -= skipped_bytes + size_bytes;
    return block;
}

void *block_pool_take(BlockPool *pool, size_t size_bytes)
{
    const unsigned class = class_of(size_bytes);
    const size_t rounded_bytes = size_of(class);
    pool->used_bytes += rounded_bytes;
    void *block = pool->free[class];
    if (block == NULL) {
        block = cut(pool, rounded_bytes);
        ASAN_UNPOISON_MEMORY_REGION(block, size_bytes);
        return block; /* fresh memory is zero */
    }
    ASAN_UNPOISON_MEMORY_REGION(block, rounded_bytes);
    memcpy(&pool->free[class], block, sizeof(void *));
    memset(block, 0, size_bytes);
    ASAN_POISON_MEMORY_REGION((char *)block + size_bytes, rounded_bytes - size_bytes);
    return block;
}

void block_pool_give(BlockPool *pool, void *block, size_t size_bytes)
{
    if (block == NULL) {
        return;
    }
    const unsigned class = class_of(size_bytes);
    pool->used_bytes -= size_of(class);
    ASAN_UNPOISON_MEMORY_REGION(block, size_of(class));
    memcpy(block, &pool->free[class], sizeof(void *));
    pool->free[class] = block;
    ASAN_POISON_MEMORY_REGION(block, size_of(class));
}

void *block_pool_resize(BlockPool *pool, void *block, size_t old_bytes, size_t new_bytes)
{
    if (block != NULL && class_of(old_bytes) == class_of(new_bytes) && new_bytes <= old_bytes) {
        return block;
    }
    void *resized = block_pool_take(pool, new_bytes);
    if (block != NULL) {
        memcpy(resized, block, MIN(old_bytes, new_bytes));
        block_pool_give(pool, block, old_bytes);
    }
    return resized;
}
