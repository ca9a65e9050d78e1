/* SPDX-License-Identifier: MIT */
/* Inside models/: how a run is cut into partitions, and whether threads can share them. */
#ifndef MODELS_NETWORK_CUT_H
#define MODELS_NETWORK_CUT_H

#include "models/network.h"
#include "models/partition_plan.h"

/* Where peers of different partitions may be nearer to each other than this, threads would wait for
 * each other more than they work. */
#define NETWORK_CUT_LOOKAHEAD_MIN SIM_MICROSECOND

/* For network_prepare(): decides partition_count and thread_count of the options, and makes the
 * plan unless there is one partition only. Falls back to one thread where a coordinator or the
 * latencies leave no lookahead, which becomes a warning of the network. */
void network_cut(Network *network, SimulationOptions *options, PartitionPlan *plan);

#endif
