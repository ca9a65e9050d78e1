/* SPDX-License-Identifier: MIT */
/* The other peers that a host has had to do with, in the order in which it came to know them, found
 * by number. A contact holds the sending side of the link to that peer (the counters of its random
 * draws, the state of its loss model) and the connections to it. */
#ifndef MODELS_CONTACT_H
#define MODELS_CONTACT_H

#include "models/loss.h"
#include "sim/block_pool.h"
#include "sim/event.h"

#include <glib.h>

/* What every message touches comes first, in half a cache line. */
typedef struct Contact {
    EntityId peer;
    uint32_t messages;              /* sent on the link: the index of the next message's draws */
    uint32_t controls;              /* likewise for dials, closes and resets */
    LossState loss;                 /* of the link */
    bool was_lost;                  /* a connection ended: a preconnected one does not come back */
    bool other_was_lost;            /* with one each way: the one that the other side had dialled */
    struct Connection *connections; /* oldest first */
    SimTime floor;           /* nothing arrives before this: what was sent earlier was first */
    struct PairPorts *ports; /* NULL until a packet has used them */
    struct HeldItem *held;   /* the last of a ring, models/held_items.h; NULL: none */
} Contact;

/* One block of the pool: room for the contacts, then what finds them by peer. That is their numbers
 * in order while they are few, which are read in one go, else an index by open addressing: 1 +
 * position, 0 empty. */
typedef struct ContactTable {
    BlockPool *pool; /* borrowed; set before the first use */
    Contact *contacts;
    uint32_t count, capacity;
    uint32_t index_bits; /* 0: numbers in order */
} ContactTable;

void contact_table_clear(ContactTable *table);

/* NULL when unknown. A pointer is valid until the next contact_table_get(). */
Contact *contact_table_find(const ContactTable *table, EntityId peer);
Contact *contact_table_get(ContactTable *table, EntityId peer);

#endif
