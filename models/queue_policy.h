/* SPDX-License-Identifier: MIT */
/* How the queue before a transmitter is run, and how much it holds: the text of `link.queue` and
 * `access.queue`. A policy is immutable; what a queue remembers is the port's.
 *
 *     64KiB, 100packets, unlimited            drop-tail: what finds no room is dropped
 *     drop-tail(64KiB)                        the same
 *     red(min, max, probability, ...)         random early detection (Floyd and Jacobson 1993)
 *     codel(limit, target, interval)          RFC 8289
 *     fq-codel(limit, target, interval, ...)  RFC 8290
 *
 * The limit counts what waits, not the packet that is being sent. */
#ifndef MODELS_QUEUE_POLICY_H
#define MODELS_QUEUE_POLICY_H

#include "sim/sim_time.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum QueueKind { QUEUE_DROP_TAIL, QUEUE_RED, QUEUE_CODEL, QUEUE_FQ_CODEL } QueueKind;

typedef struct QueuePolicy {
    QueueKind kind;
    bool counts_bytes;         /* limit, min and max are bytes, else packets */
    uint64_t limit;            /* UINT64_MAX: none */
    SimDuration target;        /* CoDel */
    SimDuration interval;      /* CoDel */
    uint32_t flows;            /* FQ-CoDel: how many queues */
    uint32_t quantum_bytes;    /* FQ-CoDel */
    double minimum, maximum;   /* RED: of the average queue */
    double probability;        /* RED: of a drop at the maximum */
    double weight;             /* RED: of a new observation */
    uint32_t mean_packet_size; /* RED: bytes, for the time that the queue was empty */
} QueuePolicy;

bool queue_policy_parse(const char *text, QueuePolicy *ret_policy, GError **error);

/* True when a packet's fate depends on what comes after it: such a queue stores its packets. */
static inline bool queue_policy_is_managed(const QueuePolicy *policy)
{
    return policy->kind == QUEUE_CODEL || policy->kind == QUEUE_FQ_CODEL;
}

/* How the forms of the text are written, one by one; NULL past the end. */
const char *queue_policy_usage(unsigned index);

#endif
