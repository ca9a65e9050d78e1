/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/block_pool.h"
#include "sim/mix.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BLOCKS = 500, STEPS = 20000 };

static bool is_filled(const uint8_t *block, size_t size_bytes, uint8_t with)
{
    for (size_t i = 0; i < size_bytes; i++) {
        if (block[i] != with) {
            return false;
        }
    }
    return true;
}

/* Mostly small, now and then up to 200 kB. */
static size_t draw_size(uint64_t word)
{
    return 1 + (word % 50 == 0 ? word >> 20 & 0x3ffff : word >> 20 & 0x1ff);
}

static void blocks_are_zero_apart_and_aligned(void)
{
    BlockPool pool = {.slabs = NULL};
    uint8_t *blocks[BLOCKS] = {NULL};
    size_t sizes[BLOCKS] = {0}, used_bytes = 0;
    unsigned mistakes = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        const uint64_t word = mix_two(3, step);
        const unsigned i = (unsigned)(word % BLOCKS);
        const uint8_t fill = (uint8_t)(i | 1);
        if (blocks[i] != NULL) {
            mistakes += !is_filled(blocks[i], sizes[i], fill);
            used_bytes -= block_pool_rounded(sizes[i]);
        }
        const size_t size_bytes = draw_size(word);
        if (step % 3 == 0 && blocks[i] != NULL) {
            const size_t kept_bytes = MIN(size_bytes, sizes[i]);
            blocks[i] = block_pool_resize(&pool, blocks[i], sizes[i], size_bytes);
            mistakes += !is_filled(blocks[i], kept_bytes, fill);
        } else {
            block_pool_give(&pool, blocks[i], sizes[i]);
            blocks[i] = block_pool_take(&pool, size_bytes);
            mistakes += !is_filled(blocks[i], size_bytes, 0);
        }
        const size_t rounded_bytes = block_pool_rounded(size_bytes);
        mistakes += (uintptr_t)blocks[i] % MIN(rounded_bytes & -rounded_bytes, 64) != 0;
        memset(blocks[i], fill, size_bytes);
        sizes[i] = size_bytes;
        used_bytes += block_pool_rounded(size_bytes);
        mistakes += pool.used_bytes != used_bytes;
    }
    CU_ASSERT_EQUAL(mistakes, 0);
    CU_ASSERT(pool.size_bytes >= used_bytes);
    block_pool_clear(&pool);
    CU_ASSERT_EQUAL(pool.size_bytes, 0);
}

static void blocks_given_back_are_used_again(void)
{
    BlockPool pool = {.slabs = NULL};
    void *first = block_pool_take(&pool, 100);
    const size_t size_bytes = pool.size_bytes;
    for (unsigned i = 0; i < 100000; i++) {
        block_pool_give(&pool, first, 100);
        CU_ASSERT_EQUAL(block_pool_take(&pool, 100), first);
    }
    CU_ASSERT_EQUAL(pool.size_bytes, size_bytes);
    block_pool_clear(&pool);
}

static void blocks_are_rounded_little(void)
{
    for (size_t size_bytes = 1; size_bytes <= 4096; size_bytes++) {
        const size_t rounded_bytes = block_pool_rounded(size_bytes);
        CU_ASSERT(rounded_bytes >= size_bytes &&
                  rounded_bytes < size_bytes + (size_bytes <= 64 ? 16 : 32));
    }
    CU_ASSERT_EQUAL(block_pool_rounded(4097), 8192);
    CU_ASSERT_EQUAL(block_pool_rounded(8192), 8192);
    CU_ASSERT_EQUAL(block_pool_rounded(8193), 16384);
}

CU_TestInfo suite_block_pool[] = {
    {"blocks_are_zero_apart_and_aligned", blocks_are_zero_apart_and_aligned},
    {"blocks_given_back_are_used_again", blocks_given_back_are_used_again},
    {"blocks_are_rounded_little", blocks_are_rounded_little},
    CU_TEST_INFO_NULL,
};
