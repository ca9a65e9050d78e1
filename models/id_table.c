/* SPDX-License-Identifier: MIT */
/* Linear probing; what stands behind a removed entry moves up, so nothing marks where one was. */
#include "models/id_table.h"

enum { CAPACITY_AT_FIRST = 4 };

static void place(IdTable *table, uint64_t id, void *value)
{
    uint32_t at = id_table_start(table, id);
    while (table->entries[at].value != NULL) {
        g_assert(table->entries[at].id != id);
        at = (at + 1) & (table->capacity - 1);
    }
    table->entries[at] = (IdEntry){.id = id, .value = value};
}

static void grow(IdTable *table, BlockPool *blocks)
{
    const IdTable old = *table;
    table->capacity = old.capacity == 0 ? CAPACITY_AT_FIRST : 2 * old.capacity;
    table->entries = block_pool_take(blocks, table->capacity * sizeof *table->entries);
    for (uint32_t i = 0; i < old.capacity; i++) {
        if (old.entries[i].value != NULL) {
            place(table, old.entries[i].id, old.entries[i].value);
        }
    }
    block_pool_give(blocks, old.entries, old.capacity * sizeof *old.entries);
}

void id_table_add(IdTable *table, BlockPool *blocks, uint64_t id, void *value)
{
    g_assert(value != NULL);
    if (4 * (uint64_t)(table->count + 1) > 3 * (uint64_t)table->capacity) {
        grow(table, blocks);
    }
    place(table, id, value);
    table->count++;
}

void id_table_remove(IdTable *table, uint64_t id)
{
    const uint32_t mask = table->capacity - 1;
    IdEntry *entries = table->entries;
    g_assert(table->count > 0);
    uint32_t hole = id_table_start(table, id);
    while (entries[hole].id != id || entries[hole].value == NULL) {
        g_assert(entries[hole].value != NULL);
        hole = (hole + 1) & mask;
    }
    for (uint32_t at = (hole + 1) & mask; entries[at].value != NULL; at = (at + 1) & mask) {
        /* It may stand in the hole if that is not before the place where its search begins. */
        const uint32_t start = id_table_start(table, entries[at].id);
        if (((at - start) & mask) >= ((at - hole) & mask)) {
            entries[hole] = entries[at];
            hole = at;
        }
    }
    entries[hole] = (IdEntry){.value = NULL};
    table->count--;
}

void id_table_clear(IdTable *table, BlockPool *blocks)
{
    block_pool_give(blocks, table->entries, table->capacity * sizeof *table->entries);
    *table = (IdTable){.entries = NULL};
}
