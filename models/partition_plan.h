/* SPDX-License-Identifier: MIT */
/* Which partition of a run each peer belongs to. Two things are wanted of a cut: a long lookahead,
 * the least latency between peers of different partitions, so that threads seldom wait for each
 * other; and an even load.
 *
 * Peers at the same place (a region, a node of the underlay) have the same latencies. Places that
 * are nearer to each other than some bound stay together, which leaves groups at least that far
 * apart; the plan takes the longest bound whose groups still fill the partitions evenly. Where
 * every pair has the same bound, or there are more places than can be compared pair by pair, the
 * cut is into small blocks of consecutive peers. What a peer is expected to have to do is one more
 * than its number of neighbours.
 *
 * A plan changes how fast a run is, never its result. */
#ifndef MODELS_PARTITION_PLAN_H
#define MODELS_PARTITION_PLAN_H

#include "sim/event.h"

#include <glib.h>

typedef struct PlanInput {
    uint32_t peers;
    unsigned partitions;     /* at most `peers` */
    SimDuration lower_bound; /* of the latency between any two peers */
    /* NULL: every pair has the same bound. */
    SimDuration (*minimum)(const void *data, EntityId sender, EntityId receiver);
    uint32_t (*place)(const void *data, EntityId peer); /* any numbers */
    uint32_t (*load)(const void *data, EntityId peer);  /* at least 1 */
    const void *data;
} PlanInput;

typedef struct PartitionPlan {
    uint16_t *partition_of; /* of each peer */
    SimDuration lookahead;
} PartitionPlan;

/* `plan` is cleared by its owner. */
void partition_plan_make(PartitionPlan *plan, const PlanInput *input);
void partition_plan_clear(PartitionPlan *plan);

#endif
