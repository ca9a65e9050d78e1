/* SPDX-License-Identifier: MIT */
/* Events on their way from one partition to another during a window, with their bodies. Only the
 * sender writes here until the window ends; then only the receiver reads; then the sender empties
 * it. Bodies stand in the outbox itself and never move, so that neither partition touches the other
 * one's pool. */
#ifndef SIM_OUTBOX_H
#define SIM_OUTBOX_H

#include "sim/event.h"
#include "sim/payload_pool.h"

#include <glib.h>

typedef struct OutboxItem {
    Event event;        /* its payload counts only when there is no body */
    PayloadBlock *body; /* NULL: none */
} OutboxItem;

typedef struct OutboxChunk OutboxChunk;

/* Starts zeroed; its owner clears it. */
typedef struct Outbox {
    OutboxItem *items;
    size_t count, capacity;
    SimTime first; /* the earliest time, when count > 0 */
    OutboxChunk *chunks, *open;
    size_t used_bytes; /* of the open chunk */
} Outbox;

void outbox_clear(Outbox *outbox);

/* Forgets the events and keeps the memory. */
void outbox_empty(Outbox *outbox);

/* Adds an event; body may be NULL. */
void outbox_add(Outbox *outbox, const Event *event, PayloadBlock *body);

/* Room for a body of an event that is added next. */
PayloadBlock *outbox_body(Outbox *outbox, uint16_t kind, uint32_t size_bytes);

size_t outbox_size_bytes(const Outbox *outbox);

#endif
