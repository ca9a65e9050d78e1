/* SPDX-License-Identifier: MIT */
/* CoDel (RFC 8289): a first-in first-out queue that drops at its head when packets have waited
 * longer than a target for a whole interval, at times that come closer with the square root of the
 * number of drops. It stores what waits, because the fate of a packet is decided when it leaves: by
 * then others may have come behind it. */
#ifndef MODELS_CODEL_H
#define MODELS_CODEL_H

#include "models/queue_policy.h"

/* A packet that waits: the queue's fields, and whatever its owner keeps behind them. */
typedef struct QueueItem {
    struct QueueItem *next;
    SimTime enqueued;
    uint64_t flow;
    uint32_t size_bytes;
    uint32_t body_size_bytes;
    uint64_t body[];
} QueueItem;

typedef struct CodelState {
    SimTime first_above; /* when the sojourn time will have been above target for an interval */
    SimTime drop_next;
    uint32_t count, last_count; /* of drops in this and the last state of dropping */
    bool is_dropping;
} CodelState;

/* Zero-filled is an empty queue. */
typedef struct CodelQueue {
    QueueItem *first, *last;
    uint64_t waiting_bytes;
    uint32_t waiting_packets;
    uint32_t packet_bytes_max; /* seen so far: a queue of no more is never too long */
    CodelState state;
} CodelQueue;

void codel_add(CodelQueue *queue, QueueItem *item);

/* The next packet to be sent at `now`, NULL when none is left. What is dropped before it is put in
 * front of *dropped. Both are the caller's then. */
QueueItem *codel_take(CodelQueue *queue, const QueuePolicy *policy, SimTime now,
                      QueueItem **dropped);

/* The packet at the head, by force; NULL when there is none. */
QueueItem *codel_pop(CodelQueue *queue);

#endif
