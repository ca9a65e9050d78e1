/* SPDX-License-Identifier: MIT */
/* Contacts in order of acquaintance, with an index by peer. */
#include "models/contact.h"

#include <string.h>

/* So many numbers are a cache line, and found faster by looking at each. */
#define FEW 16

static uint32_t *index_of(const ContactTable *table)
{
    return (uint32_t *)(void *)(table->contacts + table->capacity);
}

static uint32_t slot_of(const ContactTable *table, EntityId peer)
{
    return (peer * UINT32_C(2654435769)) >> (32 - table->index_bits);
}

static void index_add(ContactTable *table, uint32_t position)
{
    uint32_t *index = index_of(table);
    if (table->index_bits == 0) {
        index[position] = table->contacts[position].peer;
        return;
    }
    const uint32_t mask = (UINT32_C(1) << table->index_bits) - 1;
    uint32_t slot = slot_of(table, table->contacts[position].peer);
    while (index[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    index[slot] = position + 1;
}

static size_t size_bytes(const ContactTable *table)
{
    const size_t words = table->index_bits == 0 ? table->capacity : (size_t)1 << table->index_bits;
    return table->capacity * sizeof(Contact) + words * sizeof(uint32_t);
}

static void grow(ContactTable *table)
{
    const ContactTable old = *table;
    /* By little: most peers of a large network know very few others. */
    table->capacity = old.capacity < 4 ? old.capacity + 1 : old.capacity + old.capacity / 2;
    if (table->capacity > FEW) {
        table->index_bits = 1;
        while ((UINT32_C(1) << table->index_bits) < table->capacity * 2) {
            table->index_bits++;
        }
    }
    table->contacts = block_pool_take(table->pool, size_bytes(table));
    if (old.count > 0) {
        memcpy(table->contacts, old.contacts, old.count * sizeof(Contact));
        block_pool_give(table->pool, old.contacts, size_bytes(&old));
    }
    for (uint32_t i = 0; i < table->count; i++) {
        index_add(table, i);
    }
}

void contact_table_clear(ContactTable *table)
{
    if (table->capacity > 0) {
        block_pool_give(table->pool, table->contacts, size_bytes(table));
    }
    *table = (ContactTable){.pool = table->pool};
}

static Contact *find_among_few(const ContactTable *table, EntityId peer)
{
    const uint32_t *peers = index_of(table);
    for (uint32_t i = 0; i < table->count; i++) {
        if (peers[i] == peer) {
            return &table->contacts[i];
        }
    }
    return NULL;
}

Contact *contact_table_find(const ContactTable *table, EntityId peer)
{
    if (table->index_bits == 0) {
        return table->count == 0 ? NULL : find_among_few(table, peer);
    }
    const uint32_t *index = index_of(table);
    const uint32_t mask = (UINT32_C(1) << table->index_bits) - 1;
    for (uint32_t slot = slot_of(table, peer); index[slot] != 0; slot = (slot + 1) & mask) {
        Contact *contact = &table->contacts[index[slot] - 1];
        if (contact->peer == peer) {
            return contact;
        }
    }
    return NULL;
}

Contact *contact_table_get(ContactTable *table, EntityId peer)
{
    Contact *contact = contact_table_find(table, peer);
    if (contact != NULL) {
        return contact;
    }
    if (table->count == table->capacity) {
        grow(table);
    }
    contact = &table->contacts[table->count];
    *contact = (Contact){.peer = peer};
    index_add(table, table->count++);
    return contact;
}
