/* SPDX-License-Identifier: MIT */
/* A graph as it stands in a file: nodes with a name and a place on the globe where the file has
 * them, edges with a latency and a loss where it has them, loops and parallel edges included. What
 * they mean is the reader's business: an overlay (models/topology_file.c) or an underlay
 * (models/latency_graph.c).
 *
 * Nodes and edges are added, then graph_finish() makes the rows of edges by node; after that the
 * graph does not change. */
#ifndef MODELS_GRAPH_H
#define MODELS_GRAPH_H

#include "sim/sim_time.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Graph Graph;

typedef struct GraphEdge {
    uint32_t from, to;
    SimDuration latency;               /* 0: the file does not say */
    double loss;                       /* 0 where the file does not say */
    int64_t bandwidth_bits_per_second; /* likewise */
} GraphEdge;

Graph *graph_new(bool is_directed);
void graph_free(Graph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Graph, graph_free)

/* Returns the number of the new node. name may be NULL. */
uint32_t graph_add_node(Graph *graph, const char *name);
void graph_set_name(Graph *graph, uint32_t node, const char *name);
void graph_set_location(Graph *graph, uint32_t node, double latitude, double longitude);
void graph_add_edge(Graph *graph, const GraphEdge *edge);
void graph_finish(Graph *graph);

bool graph_is_directed(const Graph *graph);
uint32_t graph_node_count(const Graph *graph);
size_t graph_edge_count(const Graph *graph);
const GraphEdge *graph_edge(const Graph *graph, size_t number);
const char *graph_name(const Graph *graph, uint32_t node); /* or NULL */
/* Degrees; false when the file does not say. */
bool graph_location(const Graph *graph, uint32_t node, double *ret_latitude, double *ret_longitude);

/* The edges by which one can leave a node, ascending: all that touch it in an undirected graph, a
 * loop once. After graph_finish. */
size_t graph_exit_count(const Graph *graph, uint32_t node);
size_t graph_exit(const Graph *graph, uint32_t node, size_t k); /* number of the edge */

/* The end of an edge that is not `node`. */
static inline uint32_t graph_edge_other(const GraphEdge *edge, uint32_t node)
{
    return edge->from == node ? edge->to : edge->from;
}

#endif
