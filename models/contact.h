/* SPDX-License-Identifier: MIT */
/* The other peers that a host has had to do with, in the order in which it came to know them, found
 * by number. A contact holds the sending side of the link to that peer (the counters of its random
 * draws, the state of its loss model) and the connections to it. */
#ifndef MODELS_CONTACT_H
#define MODELS_CONTACT_H

#include "models/loss.h"
#include "sim/event.h"

#include <glib.h>

typedef struct Contact {
    EntityId peer;
    uint32_t messages;       /* sent on the link: the index of the next message's draws */
    uint32_t controls;       /* likewise for dials, closes and resets */
    bool was_lost;           /* a connection ended: a preconnected one does not come back */
    LossState loss;          /* of the link */
    SimTime floor;           /* nothing arrives before this: what was sent earlier was first */
    struct PairPorts *ports; /* NULL until a packet has used them */
    struct Connection *connections; /* oldest first */
    struct HeldItem *held;          /* the last of a ring, models/held_items.h; NULL: none */
} Contact;

typedef struct ContactTable {
    Contact *contacts;
    uint32_t *index; /* open addressing: 1 + position, 0 empty */
    uint32_t count, capacity;
    uint32_t index_bits;
} ContactTable;

void contact_table_clear(ContactTable *table);

/* NULL when unknown. A pointer is valid until the next contact_table_get(). */
Contact *contact_table_find(const ContactTable *table, EntityId peer);
Contact *contact_table_get(ContactTable *table, EntityId peer);

#endif
