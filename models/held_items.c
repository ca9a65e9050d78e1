/* SPDX-License-Identifier: MIT */
/* A ring for each contact, which knows its last item. */
#include "models/held_items.h"

HeldItem *held_item_new(Host *host, uint32_t size_bytes)
{
    HeldItem *item = block_pool_take(&host_part(host)->blocks, sizeof *item + size_bytes);
    item->size_bytes = size_bytes;
    return item;
}

void held_item_free(Host *host, HeldItem *item)
{
    block_pool_give(&host_part(host)->blocks, item, sizeof *item + item->size_bytes);
}

void held_items_add(Contact *contact, HeldItem *item)
{
    HeldItem *last = contact->held;
    if (last == NULL) {
        item->next = item;
    } else {
        item->next = last->next;
        last->next = item;
    }
    contact->held = item;
}

HeldItem *held_items_take(Contact *contact)
{
    HeldItem *last = contact->held;
    if (last == NULL) {
        return NULL;
    }
    HeldItem *first = last->next;
    if (first == last) {
        contact->held = NULL;
    } else {
        last->next = first->next;
    }
    return first;
}

void held_items_release(Contact *contact, uint64_t connection)
{
    HeldItem *item = contact->held;
    if (item != NULL) {
        do {
            item->connection = item->connection == connection ? 0 : item->connection;
            item = item->next;
        } while (item != contact->held);
    }
}

uint32_t held_items_count(const Contact *contact)
{
    uint32_t count = 0;
    const HeldItem *item = contact->held;
    if (item != NULL) {
        do {
            count++;
            item = item->next;
        } while (item != contact->held);
    }
    return count;
}

void held_item_record(const Host *host, EntityId peer, const HeldItem *item, const char *fate)
{
    if (item->kind == KIND_MESSAGE) {
        message_record(host, (const MessageHeader *)item->body, peer, RECORD_NO_TIME, fate);
    }
}
