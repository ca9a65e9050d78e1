/* SPDX-License-Identifier: MIT */
/* A partition plan from the models of a network. */
#include "models/network_cut.h"

#include "models/peer.h"
#include "sim/value_text.h"

/* Over the whole timeline. */
static SimDuration minimum(const void *data, EntityId sender, EntityId receiver)
{
    const Network *network = data;
    SimDuration least = SIM_TIME_MAX;
    for (guint i = 0; i < network->latencies->len; i++) {
        least = MIN(least, latency_model_minimum(g_ptr_array_index(network->latencies, i), sender,
                                                 receiver));
    }
    return least;
}

static uint32_t place(const void *data, EntityId peer)
{
    const Network *network = data;
    return network->latencies->len == 1
               ? latency_model_peer_place(g_ptr_array_index(network->latencies, 0), peer)
               : peer;
}

static uint32_t load(const void *data, EntityId peer)
{
    return 1 + topology_degree(((const Network *)data)->topology, peer);
}

static bool is_uniform(const Network *network)
{
    bool is_uniform = true;
    for (guint i = 0; i < network->latencies->len; i++) {
        is_uniform &= latency_model_is_uniform(g_ptr_array_index(network->latencies, i));
    }
    return is_uniform;
}

static void warn(Network *network, char *text)
{
    g_ptr_array_add(network->warnings, text);
}

void network_cut(Network *network, SimulationOptions *options, PartitionPlan *plan)
{
    options->partition_count = MAX(1, MIN(options->partition_count, network->peer_count));
    options->thread_count = MAX(1, MIN(options->thread_count, options->partition_count));
    if (options->partition_count == 1) {
        return;
    }
    if (network->application->has_coordinator) {
        warn(network, g_strdup_printf("module %s has a coordinator, so there is no lookahead: the "
                                      "run is not cut into partitions and uses one thread",
                                      network->application->name));
        options->partition_count = options->thread_count = 1;
        return;
    }
    partition_plan_make(plan, &(PlanInput){.peers = network->peer_count,
                                           .partitions = options->partition_count,
                                           .lower_bound = network->lookahead,
                                           .minimum = is_uniform(network) ? NULL : minimum,
                                           .place = place,
                                           .load = load,
                                           .data = network});
    options->partition_of = plan->partition_of;
    options->lookahead = plan->lookahead;
    if (options->thread_count > 1 && plan->lookahead < NETWORK_CUT_LOOKAHEAD_MIN) {
        g_autofree char *lookahead = value_print(plan->lookahead, VALUE_DURATION);
        warn(network, g_strdup_printf("link.latency can be as small as %s, which leaves threads no "
                                      "lookahead: the run uses one thread",
                                      lookahead));
        options->thread_count = 1;
    }
}
