/* SPDX-License-Identifier: MIT */
/* GraphML of any bytes: it is read as a graph, or refused with its name in front. */
#include "models/graphml.h"

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
    const GraphmlOptions options = {.unit = size_bytes % 2 == 0 ? "ms" : NULL};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Graph) graph =
        graphml_parse((const char *)data, size_bytes, "g", &options, warnings, &error);
    if (graph == NULL) {
        g_assert(error != NULL && g_str_has_prefix(error->message, "g:"));
    } else {
        g_assert(error == NULL);
        check_graph(graph);
    }
    return 0;
}
