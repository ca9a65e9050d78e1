/* SPDX-License-Identifier: MIT */
/* A queue that stores what waits and decides at its exit, by the policy codel (one CoDel queue) or
 * fq-codel (RFC 8290): flows are dealt out to queues by a hash, each a CoDel queue, and the queues
 * take turns by bytes, a quantum each, those of flows that have just begun before the others. It is
 * given the time. When the limit is exceeded, codel drops what comes, fq-codel drops at the head of
 * the queue that holds the most bytes. */
#ifndef MODELS_MANAGED_QUEUE_H
#define MODELS_MANAGED_QUEUE_H

#include "models/codel.h"

typedef struct ManagedQueue ManagedQueue;

/* The policy is borrowed. */
ManagedQueue *managed_queue_new(const QueuePolicy *policy);
void managed_queue_free(ManagedQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ManagedQueue, managed_queue_free)

/* A block for an item with a body of so many bytes, to be freed by g_free. */
QueueItem *queue_item_new(uint32_t body_size_bytes);

/* Takes ownership of the item, whose flow and size_bytes are set. What has to go instead (it may be
 * the item) is returned and is the caller's, NULL when all fits. */
QueueItem *managed_queue_add(ManagedQueue *queue, SimTime now, QueueItem *item);

/* The next to be sent at `now`, and before it what is dropped, linked by next in no order; all are
 * the caller's. */
QueueItem *managed_queue_take(ManagedQueue *queue, SimTime now, QueueItem **ret_dropped);

/* Any one that waits, NULL when there is none: for the end of a run. */
QueueItem *managed_queue_remove(ManagedQueue *queue);

uint64_t managed_queue_waiting_bytes(const ManagedQueue *queue);
uint32_t managed_queue_waiting_packets(const ManagedQueue *queue);

#endif
