/* SPDX-License-Identifier: MIT */
/* An edge list of any bytes: it is read as a graph, or refused with its name in front. The first
 * byte chooses the options. */
#include "models/edge_list.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_graph(const Graph *graph)
{
    const uint32_t nodes = graph_node_count(graph);
    size_t exits = 0, expected = 0;
    for (size_t i = 0; i < graph_edge_count(graph); i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        g_assert(edge->from < nodes && edge->to < nodes && edge->latency >= 0);
        g_assert(edge->loss >= 0 && edge->loss <= 1);
        expected += graph_is_directed(graph) || edge->from == edge->to ? 1 : 2;
    }
    for (uint32_t i = 0; i < nodes; i++) {
        exits += graph_exit_count(graph, i);
    }
    g_assert(nodes > 0 && exits == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    if (size_bytes == 0) {
        return 0;
    }
    const EdgeListOptions options = {.is_directed = (data[0] & 1) != 0,
                                     .unit = (data[0] & 2) != 0 ? "ms" : NULL};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Graph) graph =
        edge_list_parse((const char *)data + 1, size_bytes - 1, "e", &options, warnings, &error);
    if (graph == NULL) {
        g_assert(error != NULL && g_str_has_prefix(error->message, "e:"));
    } else {
        g_assert(error == NULL);
        check_graph(graph);
    }
    return 0;
}
