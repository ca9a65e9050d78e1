/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "models/contact.h"

enum { PEERS = 3000 };

/* Through all sizes of the table: in order of acquaintance, each found, and no other. */
static void contacts_are_found_by_number_and_kept_in_order(void)
{
    BlockPool pool = {.slabs = NULL};
    ContactTable table = {.pool = &pool};
    unsigned mistakes = 0;
    for (uint32_t i = 0; i < PEERS; i++) {
        const EntityId peer = i * 7919 % 100003;
        mistakes += contact_table_find(&table, peer) != NULL;
        contact_table_get(&table, peer)->messages = i;
        mistakes += table.count != i + 1;
        for (uint32_t k = 0; k <= i; k += 1 + i / 20) {
            const Contact *contact = contact_table_find(&table, k * 7919 % 100003);
            mistakes += contact != &table.contacts[k] || contact->messages != k;
        }
        mistakes += contact_table_get(&table, peer) != &table.contacts[i];
    }
    CU_ASSERT_EQUAL(mistakes, 0);
    contact_table_clear(&table);
    CU_ASSERT_EQUAL(pool.used_bytes, 0);
    CU_ASSERT_PTR_NULL(contact_table_find(&table, 0));
    block_pool_clear(&pool);
}

CU_TestInfo suite_contact[] = {
    {"contacts_are_found_by_number_and_kept_in_order",
     contacts_are_found_by_number_and_kept_in_order},
    CU_TEST_INFO_NULL,
};
