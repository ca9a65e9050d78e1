/* SPDX-License-Identifier: MIT */
/* Arrays of nodes and edges, and the edges by node in compressed rows. */
#include "models/graph.h"

typedef struct Node {
    char *name;
    double latitude, longitude;
    bool has_location;
} Node;

struct Graph {
    bool is_directed;
    GArray *nodes;       /* of Node */
    GArray *edges;       /* of GraphEdge */
    size_t *exit_starts; /* node count + 1 */
    size_t *exits;       /* numbers of edges */
};

static void node_clear(void *data)
{
    Node *node = data;
    g_free(node->name);
}

Graph *graph_new(bool is_directed)
{
    Graph *graph = g_new0(Graph, 1);
    graph->is_directed = is_directed;
    graph->nodes = g_array_new(FALSE, FALSE, sizeof(Node));
    g_array_set_clear_func(graph->nodes, node_clear);
    graph->edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge));
    return graph;
}

void graph_free(Graph *graph)
{
    if (graph != NULL) {
        g_array_unref(graph->nodes);
        g_array_unref(graph->edges);
        g_free(graph->exit_starts);
        g_free(graph->exits);
        g_free(graph);
    }
}

static Node *node_at(const Graph *graph, uint32_t node)
{
    g_assert(node < graph->nodes->len);
    return &g_array_index(graph->nodes, Node, node);
}

uint32_t graph_add_node(Graph *graph, const char *name)
{
    const Node node = {.name = g_strdup(name)};
    g_array_append_val(graph->nodes, node);
    return graph->nodes->len - 1;
}

void graph_set_name(Graph *graph, uint32_t node, const char *name)
{
    Node *at = node_at(graph, node);
    g_free(at->name);
    at->name = g_strdup(name);
}

void graph_set_location(Graph *graph, uint32_t node, double latitude, double longitude)
{
    Node *at = node_at(graph, node);
    at->latitude = latitude;
    at->longitude = longitude;
    at->has_location = true;
}

void graph_add_edge(Graph *graph, const GraphEdge *edge)
{
    g_assert(edge->from < graph->nodes->len && edge->to < graph->nodes->len);
    g_array_append_vals(graph->edges, edge, 1);
}

void graph_finish(Graph *graph)
{
    const size_t nodes = graph->nodes->len;
    const size_t edges = graph->edges->len;
    size_t *starts = g_new0(size_t, nodes + 1);
    for (size_t i = 0; i < edges; i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        starts[edge->from + 1]++;
        if (!graph->is_directed && edge->from != edge->to) {
            starts[edge->to + 1]++;
        }
    }
    for (size_t i = 0; i < nodes; i++) {
        starts[i + 1] += starts[i];
    }
    g_free(graph->exits);
    g_free(graph->exit_starts);
    graph->exits = g_new(size_t, starts[nodes] + 1);
    size_t *fill = g_memdup2(starts, (nodes + 1) * sizeof starts[0]);
    for (size_t i = 0; i < edges; i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        graph->exits[fill[edge->from]++] = i;
        if (!graph->is_directed && edge->from != edge->to) {
            graph->exits[fill[edge->to]++] = i;
        }
    }
    g_free(fill);
    graph->exit_starts = starts;
}

bool graph_is_directed(const Graph *graph)
{
    return graph->is_directed;
}

uint32_t graph_node_count(const Graph *graph)
{
    return graph->nodes->len;
}

size_t graph_edge_count(const Graph *graph)
{
    return graph->edges->len;
}

const GraphEdge *graph_edge(const Graph *graph, size_t number)
{
    g_assert(number < graph->edges->len);
    return &g_array_index(graph->edges, GraphEdge, number);
}

const char *graph_name(const Graph *graph, uint32_t node)
{
    return node_at(graph, node)->name;
}

bool graph_location(const Graph *graph, uint32_t node, double *ret_latitude, double *ret_longitude)
{
    const Node *at = node_at(graph, node);
    if (at->has_location) {
        *ret_latitude = at->latitude;
        *ret_longitude = at->longitude;
    }
    return at->has_location;
}

size_t graph_exit_count(const Graph *graph, uint32_t node)
{
    g_assert(graph->exit_starts != NULL && node < graph->nodes->len);
    return graph->exit_starts[node + 1] - graph->exit_starts[node];
}

size_t graph_exit(const Graph *graph, uint32_t node, size_t k)
{
    g_assert(k < graph_exit_count(graph, node));
    return graph->exits[graph->exit_starts[node] + k];
}
