/* SPDX-License-Identifier: MIT */
/* What a host has sent to a peer and what is not yet on its way: a partition or an unfinished dial
 * holds it. Each contact has its own queue, so that a host with many dials under way looks at those
 * things only that a change concerns. The queue owns its items. */
#ifndef MODELS_HELD_ITEMS_H
#define MODELS_HELD_ITEMS_H

#include "models/peer.h"

typedef struct HeldItem {
    struct HeldItem *next; /* the next later one; the last one's is the first */
    uint64_t connection;   /* that must be open first; 0: none */
    SimTime floor;         /* what was sent before it on its stream arrives at this time */
    NetworkKind kind;
    uint32_t size_bytes;
    uint64_t body[];
} HeldItem;

/* Room for one with a body of size_bytes; and back, when it is in no queue. */
HeldItem *held_item_new(Host *host, uint32_t size_bytes);
void held_item_free(Host *host, HeldItem *item);

/* At the end of the queue. Takes ownership. */
void held_items_add(Contact *contact, HeldItem *item);
/* The first one, which is the caller's then; NULL when there is none. */
HeldItem *held_items_take(Contact *contact);
/* They may go without their connection from now on: it has closed after them. */
void held_items_release(Contact *contact, uint64_t connection);
uint32_t held_items_count(const Contact *contact);

/* Tells the record what became of it, when it is a message. */
void held_item_record(const Host *host, EntityId peer, const HeldItem *item, const char *fate);

#endif
