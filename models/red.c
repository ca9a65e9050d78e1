/* SPDX-License-Identifier: MIT */
/* The average queue, the probability of a drop, and the count that spaces drops evenly. */
#include "models/red.h"

#include "sim/exact_math.h"
#include "sim/random.h"

/* An empty queue counts as so many observations of 0 as packets could have been sent meanwhile. */
static void observe(RedState *state, const QueuePolicy *policy, uint64_t waiting, SimDuration idle,
                    SimDuration packet_time)
{
    if (idle > 0) {
        const double missed = packet_time > 0 ? (double)idle / (double)packet_time : 0x1p53;
        state->average *= exact_pow(1 - policy->weight, missed);
    }
    state->average += policy->weight * ((double)waiting - state->average);
}

/* Before it is spread over the packets since the last drop. */
static double probability_at(const QueuePolicy *policy, double average)
{
    if (average < policy->minimum) {
        return 0;
    }
    if (average < policy->maximum) {
        return policy->probability * (average - policy->minimum) /
               (policy->maximum - policy->minimum);
    }
    if (average < 2 * policy->maximum) {
        return policy->probability +
               (1 - policy->probability) * (average - policy->maximum) / policy->maximum;
    }
    return 1;
}

bool red_drops(RedState *state, const QueuePolicy *policy, uint64_t waiting, SimDuration idle,
               SimDuration packet_time, uint64_t word)
{
    observe(state, policy, waiting, idle, packet_time);
    const double base = probability_at(policy, state->average);
    if (base <= 0) {
        state->since_drop = 0;
        return false;
    }
    const double count = (double)state->since_drop++;
    const double probability = count * base < 1 ? base / (1 - count * base) : 1;
    if (probability >= 1 || random_chance(word, probability)) {
        state->since_drop = 0;
        return true;
    }
    return false;
}
