/* SPDX-License-Identifier: MIT */
/* Inside models/: things by their ids (of connections, say), for a look-up with each packet: open
 * addressing, the id beside the pointer, so that a look-up touches one cache line and nothing of
 * other things. Its block is of the pool that is handed in, always the same one. The order in which
 * it is walked is nobody's to rely on. */
#ifndef MODELS_ID_TABLE_H
#define MODELS_ID_TABLE_H

#include "sim/block_pool.h"
#include "sim/mix.h"

typedef struct IdEntry {
    uint64_t id;
    void *value; /* NULL: the entry is free */
} IdEntry;

/* Starts zeroed. */
typedef struct IdTable {
    IdEntry *entries;
    uint32_t count, capacity; /* capacity: a power of two, or 0 */
} IdTable;

/* Where the search for an id begins. */
static inline uint32_t id_table_start(const IdTable *table, uint64_t id)
{
    return (uint32_t)mix_two(id, 0) & (table->capacity - 1);
}

/* NULL: there is none. */
static inline void *id_table_find(const IdTable *table, uint64_t id)
{
    if (table->count == 0) {
        return NULL;
    }
    const IdEntry *entries = table->entries;
    uint32_t at = id_table_start(table, id);
    while (entries[at].value != NULL && entries[at].id != id) {
        at = (at + 1) & (table->capacity - 1);
    }
    return entries[at].value;
}

/* An id that is not there yet; the value is not NULL. */
void id_table_add(IdTable *table, BlockPool *blocks, uint64_t id, void *value);
/* One that is there. */
void id_table_remove(IdTable *table, uint64_t id);
void id_table_clear(IdTable *table, BlockPool *blocks);

#endif
