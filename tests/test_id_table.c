/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "models/id_table.h"
#include "sim/random.h"

enum { IDS = 500, STEPS = 200000 };

/* Adds and removes at random, with few ids, so that runs of entries grow, meet and are cut at every
 * place, beyond the end of the table too; what is there is known from elsewhere. */
static void id_table_holds_what_was_added_and_not_removed(void)
{
    BlockPool blocks = {.slabs = NULL};
    IdTable table = {.entries = NULL};
    uint64_t values[IDS];
    bool is_there[IDS] = {false};
    uint32_t count = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        const uint64_t word = random_word(1, step);
        /* Sizes between which it has to grow, and those at which it is nearly empty. */
        const unsigned range = step < STEPS / 2 ? 40 : IDS;
        const unsigned number = (unsigned)(word % range);
        const uint64_t id = (uint64_t)number << 32 | number % 7;
        if (!is_there[number]) {
            id_table_add(&table, &blocks, id, &values[number]);
            count++;
        } else {
            id_table_remove(&table, id);
            count--;
        }
        is_there[number] = !is_there[number];
        CU_ASSERT_EQUAL_FATAL(table.count, count);
        const unsigned other = (unsigned)((word >> 32) % IDS);
        CU_ASSERT_PTR_EQUAL_FATAL(id_table_find(&table, (uint64_t)other << 32 | other % 7),
                                  is_there[other] ? &values[other] : NULL);
    }
    uint32_t walked = 0;
    for (uint32_t i = 0; i < table.capacity; i++) {
        walked += table.entries[i].value != NULL;
    }
    CU_ASSERT_EQUAL(walked, count);
    CU_ASSERT(table.capacity <= 1024);
    id_table_clear(&table, &blocks);
    CU_ASSERT_EQUAL(blocks.used_bytes, 0);
    CU_ASSERT_PTR_NULL(id_table_find(&table, 1));
    block_pool_clear(&blocks);
}

CU_TestInfo suite_id_table[] = {
    {"id_table_holds_what_was_added_and_not_removed",
     id_table_holds_what_was_added_and_not_removed},
    CU_TEST_INFO_NULL,
};
