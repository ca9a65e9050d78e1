/* SPDX-License-Identifier: MIT */
/* Shortest paths by latency through a graph (Dijkstra). Of several shortest paths the one is taken
 * that was found first when nodes are settled in the order of (distance, number), so the loss along
 * it is the same in every run. */
#ifndef MODELS_SHORTEST_PATH_H
#define MODELS_SHORTEST_PATH_H

#include "models/graph.h"

typedef struct PathEnd {
    SimDuration latency;               /* from the source; SIM_TIME_MAX: there is no way */
    double passes;                     /* probability of coming through all edges of the path */
    int64_t bandwidth_bits_per_second; /* the least of its edges; 0: none says one */
} PathEnd;

/* latencies holds that of each edge, at least 1. ret_ends has room for every node. */
void shortest_paths(const Graph *graph, const SimDuration *latencies, uint32_t source,
                    PathEnd *ret_ends);

#endif
