/* SPDX-License-Identifier: MIT */
/* Contacts in order of acquaintance, with an index by peer. */
#include "models/contact.h"

#include <string.h>

static uint32_t slot_of(const ContactTable *table, EntityId peer)
{
    return (peer * UINT32_C(2654435769)) >> (32 - table->index_bits);
}

static void index_add(ContactTable *table, uint32_t position)
{
    const uint32_t mask = (UINT32_C(1) << table->index_bits) - 1;
    uint32_t slot = slot_of(table, table->contacts[position].peer);
    while (table->index[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    table->index[slot] = position + 1;
}

static void grow(ContactTable *table)
{
    table->capacity = table->capacity == 0 ? 4 : table->capacity * 2;
    table->contacts = g_renew(Contact, table->contacts, table->capacity);
    table->index_bits = 1;
    while ((UINT32_C(1) << table->index_bits) < table->capacity * 2) {
        table->index_bits++;
    }
    g_free(table->index);
    table->index = g_new0(uint32_t, UINT32_C(1) << table->index_bits);
    for (uint32_t i = 0; i < table->count; i++) {
        index_add(table, i);
    }
}

void contact_table_clear(ContactTable *table)
{
    g_free(table->contacts);
    g_free(table->index);
    memset(table, 0, sizeof *table);
}

Contact *contact_table_find(const ContactTable *table, EntityId peer)
{
    if (table->count == 0) {
        return NULL;
    }
    const uint32_t mask = (UINT32_C(1) << table->index_bits) - 1;
    for (uint32_t slot = slot_of(table, peer); table->index[slot] != 0; slot = (slot + 1) & mask) {
        Contact *contact = &table->contacts[table->index[slot] - 1];
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
