/* SPDX-License-Identifier: MIT */
/* Random early detection: a queue that drops with a probability that grows with its average length,
 * before it is full. After Floyd and Jacobson, "Random early detection gateways for congestion
 * avoidance", 1993, section 4, with the gentle slope above the maximum that Floyd proposed in 2000:
 * between max and twice max the probability goes from `probability` to 1. */
#ifndef MODELS_RED_H
#define MODELS_RED_H

#include "models/queue_policy.h"

/* Zero-filled is a new queue. */
typedef struct RedState {
    double average;
    uint32_t since_drop; /* packets that passed since the last early drop, or since it was low */
} RedState;

/* True when the packet that arrives is dropped. `waiting` is in the policy's unit; `idle` is for
 * how long queue and transmitter have been empty, `packet_time` how long a packet of mean size
 * takes. */
bool red_drops(RedState *state, const QueuePolicy *policy, uint64_t waiting, SimDuration idle,
               SimDuration packet_time, uint64_t word);

#endif
