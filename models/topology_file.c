/* SPDX-License-Identifier: MIT */
/* Topologies out of files: node i is peer i. A file with more nodes than there are peers gives its
 * first nodes and the edges among them; with fewer it is refused. Loops and repeated edges are left
 * out, with a warning. */
#include "models/topology_kind.h"

#include "models/data_file.h"
#include "models/edge_list.h"
#include "models/graphml.h"
#include "sim/error.h"

/* True when it is the first edge from there to there; arcs are those before. */
static bool is_new_arc(GHashTable *arcs, const GraphEdge *edge)
{
    const int64_t key = (int64_t)edge->from << 32 | edge->to;
    return edge->from != edge->to && g_hash_table_add(arcs, g_memdup2(&key, sizeof key));
}

/* Takes what the graph says about the peers. */
static bool take_graph(TopologyRequest *request, const Graph *graph, GError **error)
{
    const uint32_t nodes = graph_node_count(graph);
    g_autoptr(GHashTable) arcs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    size_t left_out = 0;
    if (nodes < request->peers) {
        return skein_refuse(error, "%s: found %u nodes, expected at least %u, one for each peer",
                            request->file, nodes, request->peers);
    }
    for (size_t i = 0; i < graph_edge_count(graph); i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        if (edge->from < request->peers && edge->to < request->peers) {
            const bool is_new = edge_set_add(request->edges, edge->from, edge->to);
            const bool is_arc = graph_is_directed(graph) && is_new_arc(arcs, edge);
            left_out += !is_new && !is_arc;
            if (!is_new && is_arc) {
                const Edge opposite = {edge->from, edge->to};
                g_array_append_val(request->opposite, opposite);
            }
        }
    }
    if (left_out > 0) {
        g_ptr_array_add(request->warnings,
                        g_strdup_printf("%s: left out %" G_GSIZE_FORMAT
                                        " edges that are loops or join the same two peers again",
                                        request->file, left_out));
    }
    if (nodes > request->peers) {
        g_ptr_array_add(request->warnings,
                        g_strdup_printf("%s: the first %u of %u nodes are the peers", request->file,
                                        request->peers, nodes));
    }
    request->is_directed = graph_is_directed(graph);
    return true;
}

/* Names of nodes that no two have. */
static void take_names(TopologyRequest *request, const Graph *graph)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    bool has_name = false;
    for (uint32_t i = 0; i < request->peers; i++) {
        const char *name = graph_name(graph, i);
        has_name |= name != NULL;
    }
    for (uint32_t i = 0; i < request->peers && has_name; i++) {
        const char *name = graph_name(graph, i);
        const bool is_new = name != NULL && g_hash_table_add(seen, (gpointer)(uintptr_t)name);
        g_ptr_array_add(request->names, is_new ? g_strdup(name) : NULL);
    }
}

static bool generate_edge_list(TopologyRequest *request, GError **error)
{
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    const EdgeListOptions options = {.is_directed = request->options->directed};
    if (!data_file_read(request->file, request->directory, &text, &size_bytes, error)) {
        return false;
    }
    g_autoptr(Graph) graph =
        edge_list_parse(text, size_bytes, request->file, &options, request->warnings, error);
    if (graph == NULL || !take_graph(request, graph, error)) {
        return false;
    }
    take_names(request, graph);
    return true;
}

static bool generate_graphml(TopologyRequest *request, GError **error)
{
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    const GraphmlOptions options = {.unit = "ms"}; /* latencies mean nothing here */
    if (!data_file_read(request->file, request->directory, &text, &size_bytes, error)) {
        return false;
    }
    g_autoptr(Graph) graph =
        graphml_parse(text, size_bytes, request->file, &options, request->warnings, error);
    if (graph == NULL || !take_graph(request, graph, error)) {
        return false;
    }
    take_names(request, graph);
    return true;
}

const TopologyKind TOPOLOGY_EDGE_LIST = {
    .name = "edge-list",
    .help = "edge-list(FILE): one edge a line",
    .reads_file = true,
    .generate = generate_edge_list,
};

const TopologyKind TOPOLOGY_GRAPHML = {
    .name = "graphml",
    .help = "graphml(FILE)",
    .reads_file = true,
    .generate = generate_graphml,
};
