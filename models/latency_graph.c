/* SPDX-License-Identifier: MIT */
/* The underlay: peers are attached to the nodes of a graph, and the latency and loss of a pair are
 * those of the shortest path by latency. An edge takes the time that its attribute says, else the
 * time of light in fibre along the great circle between its ends, times a detour; that needs both
 * ends to have a place. A node without one is put amid its neighbours that have one. `local` is the
 * latency between peers at one node, and the least of an edge between nodes at one place. */
#include "models/latency_option.h"

#include "models/edge_list.h"
#include "models/geography.h"
#include "models/graphml.h"
#include "models/peer_placement.h"
#include "models/shortest_path.h"
#include "sim/error.h"
#include "sim/exact_math.h"

#include <string.h>

/* The table of paths has a row and a column for each node with peers, 24 bytes an entry. */
static const uint32_t ATTACHED_NODES_MAX = 5000;

/* Two sites of one city are some kilometres apart; two peers at one site have their last mile. */
static const SimDuration DEFAULT_LOCAL = SIM_MILLISECOND;
static const SimDuration LEAST_EDGE = 10 * SIM_MICROSECOND;

typedef struct GraphSource {
    LatencySource base;
    Graph *graph;
    uint32_t *nodes;      /* by peer */
    uint32_t *slot_of;    /* by peer: row of its node in paths */
    uint32_t slots;       /* nodes that have peers */
    PathEnd *paths;       /* slots * slots */
    uint8_t *names_peers; /* by slot: one peer alone is there, and its name is the only one */
    SimDuration lower_bound;
} GraphSource;

static const char USAGE[] = "graph(FILE, unit=ms, detour=1.3, local=DURATION)";

static const GraphSource *source_of(const LatencySource *base)
{
    return (const GraphSource *)(const void *)base;
}

static const PathEnd *path_between(const GraphSource *source, EntityId sender, EntityId receiver)
{
    return &source->paths[(size_t)source->slot_of[sender] * source->slots +
                          source->slot_of[receiver]];
}

static SimDuration graph_minimum(const LatencySource *base, EntityId sender, EntityId receiver)
{
    return path_between(source_of(base), sender, receiver)->latency;
}

static SimDuration graph_delay(const LatencySource *base, EntityId sender, EntityId receiver,
                               uint64_t key, uint64_t index)
{
    (void)key;
    (void)index;
    return graph_minimum(base, sender, receiver);
}

static SimDuration graph_lower_bound(const LatencySource *base)
{
    return source_of(base)->lower_bound;
}

static double graph_path_loss(const LatencySource *base, EntityId sender, EntityId receiver)
{
    return 1 - path_between(source_of(base), sender, receiver)->passes;
}

static int64_t graph_path_bandwidth(const LatencySource *base, EntityId sender, EntityId receiver)
{
    return path_between(source_of(base), sender, receiver)->bandwidth_bits_per_second;
}

static bool graph_loses(const LatencySource *base)
{
    const GraphSource *source = source_of(base);
    for (size_t i = 0; i < (size_t)source->slots * source->slots; i++) {
        if (source->paths[i].passes < 1) {
            return true;
        }
    }
    return false;
}

static uint32_t graph_peer_place(const LatencySource *base, EntityId peer)
{
    return source_of(base)->slot_of[peer];
}

static const char *graph_peer_region(const LatencySource *base, EntityId peer)
{
    const GraphSource *source = source_of(base);
    return graph_name(source->graph, source->nodes[peer]);
}

static const char *graph_peer_name(const LatencySource *base, EntityId peer)
{
    const GraphSource *source = source_of(base);
    return source->names_peers[source->slot_of[peer]] ? graph_peer_region(base, peer) : NULL;
}

static void graph_source_free(LatencySource *base)
{
    GraphSource *source = (GraphSource *)(void *)base;
    graph_free(source->graph);
    g_free(source->nodes);
    g_free(source->slot_of);
    g_free(source->paths);
    g_free(source->names_peers);
    g_free(source);
}

/* -- Edges: from attributes or from places. */

/* One round: puts each node without a place amid its neighbours that have one. Returns how many. */
static uint32_t place_amid_neighbours(const Graph *graph, Place *places, uint8_t *is_placed)
{
    const uint32_t count = graph_node_count(graph);
    g_autofree Place *sums = g_new0(Place, count);
    uint32_t placed = 0;
    for (size_t i = 0; i < graph_edge_count(graph); i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        if (is_placed[edge->from] == is_placed[edge->to]) {
            continue;
        }
        const Place *place = &places[is_placed[edge->from] ? edge->from : edge->to];
        Place *sum = &sums[is_placed[edge->from] ? edge->to : edge->from];
        *sum = (Place){sum->x + place->x, sum->y + place->y, sum->z + place->z};
    }
    for (uint32_t i = 0; i < count; i++) {
        const Place sum = sums[i];
        const double length = exact_sqrt(sum.x * sum.x + sum.y * sum.y + sum.z * sum.z);
        if (!is_placed[i] && length > 1e-6) {
            places[i] = (Place){sum.x / length, sum.y / length, sum.z / length};
            is_placed[i] = 1;
            placed++;
        }
    }
    return placed;
}

/* Places for all nodes that can have one: what is placed in one round helps to place its neighbours
 * in the next. Returns how many were put amid others. */
static uint32_t find_places(const Graph *graph, Place *places, uint8_t *is_placed)
{
    uint32_t interpolated = 0, placed = 0;
    for (uint32_t i = 0; i < graph_node_count(graph); i++) {
        double latitude = 0, longitude = 0;
        is_placed[i] = graph_location(graph, i, &latitude, &longitude);
        places[i] = geography_place(latitude, longitude);
    }
    do {
        placed = place_amid_neighbours(graph, places, is_placed);
        interpolated += placed;
    } while (placed > 0);
    return interpolated;
}

static char *node_text(const Graph *graph, uint32_t node)
{
    const char *name = graph_name(graph, node);
    return name != NULL ? g_strdup_printf("%u (%s)", node, name) : g_strdup_printf("%u", node);
}

/* The latency of each edge, to be freed by g_free. */
static SimDuration *find_edge_latencies(const Graph *graph, const char *name, double detour,
                                        LatencyNotes *notes, GError **error)
{
    const uint32_t count = graph_node_count(graph);
    g_autofree SimDuration *latencies = g_new(SimDuration, graph_edge_count(graph) + 1);
    g_autofree Place *places = g_new(Place, count);
    g_autofree uint8_t *is_placed = g_new0(uint8_t, count);
    const uint32_t interpolated = find_places(graph, places, is_placed);
    size_t derived = 0, given = 0;
    for (size_t i = 0; i < graph_edge_count(graph); i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        latencies[i] = edge->latency;
        given += edge->latency > 0;
        if (edge->latency > 0) {
            continue;
        }
        if (!is_placed[edge->from] || !is_placed[edge->to]) {
            g_autofree char *from = node_text(graph, edge->from);
            g_autofree char *to = node_text(graph, edge->to);
            skein_refuse(error,
                         "%s: found neither a latency on the edge from node %s to node %s nor "
                         "Latitude and Longitude at both ends to work it out from",
                         name, from, to);
            return NULL;
        }
        latencies[i] = geography_delay(places[edge->from], places[edge->to], detour);
        latencies[i] = MAX(latencies[i], LEAST_EDGE);
        derived++;
    }
    if (derived > 0 && given > 0) {
        g_ptr_array_add(notes->warnings,
                        g_strdup_printf("%s: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                                        " edges have no latency; theirs follows from distance",
                                        name, derived, derived + given));
    }
    if (derived > 0 && interpolated > 0) {
        g_ptr_array_add(notes->warnings,
                        g_strdup_printf("%s: %u of %u nodes have no place; each was put amid its "
                                        "neighbours",
                                        name, interpolated, count));
    }
    return g_steal_pointer(&latencies);
}

/* -- Paths between the nodes that have peers. */

/* Numbers the nodes that have peers in the order of the peers. Returns the nodes by slot. */
static GArray *find_slots(GraphSource *source, uint32_t peers)
{
    const uint32_t count = graph_node_count(source->graph);
    g_autofree uint32_t *slot_of_node = g_new(uint32_t, count);
    GArray *attached = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    memset(slot_of_node, 0xff, count * sizeof slot_of_node[0]);
    source->slot_of = g_new(uint32_t, peers);
    for (uint32_t i = 0; i < peers; i++) {
        const uint32_t node = source->nodes[i];
        if (slot_of_node[node] == UINT32_MAX) {
            slot_of_node[node] = attached->len;
            g_array_append_val(attached, node);
        }
        source->slot_of[i] = slot_of_node[node];
    }
    source->slots = attached->len;
    return attached;
}

/* A node's name is a peer's when one peer is there and no other such node has the name. */
static void find_peer_names(GraphSource *source, const GArray *attached, uint32_t peers)
{
    g_autofree uint32_t *peers_at = g_new0(uint32_t, source->slots);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    source->names_peers = g_new0(uint8_t, source->slots);
    for (uint32_t i = 0; i < peers; i++) {
        peers_at[source->slot_of[i]]++;
    }
    for (uint32_t slot = 0; slot < source->slots; slot++) {
        const char *name = graph_name(source->graph, g_array_index(attached, uint32_t, slot));
        source->names_peers[slot] = name != NULL && peers_at[slot] == 1 &&
                                    g_hash_table_add(seen, (gpointer)(uintptr_t)name);
    }
}

static bool find_paths(GraphSource *source, const GArray *attached, const SimDuration *latencies,
                       const char *name, SimDuration local, GError **error)
{
    const uint32_t slots = source->slots;
    g_autofree PathEnd *ends = g_new(PathEnd, graph_node_count(source->graph));
    source->paths = g_new(PathEnd, (size_t)slots * slots);
    source->lower_bound = local;
    for (uint32_t from = 0; from < slots; from++) {
        const uint32_t node = g_array_index(attached, uint32_t, from);
        shortest_paths(source->graph, latencies, node, ends);
        for (uint32_t to = 0; to < slots; to++) {
            const uint32_t other = g_array_index(attached, uint32_t, to);
            PathEnd *path = &source->paths[(size_t)from * slots + to];
            *path = from == to ? (PathEnd){local, 1, 0} : ends[other];
            if (path->latency == SIM_TIME_MAX) {
                g_autofree char *one = node_text(source->graph, node);
                g_autofree char *two = node_text(source->graph, other);
                return skein_refuse(error,
                                    "%s: found no way from node %s to node %s, which both have "
                                    "peers",
                                    name, one, two);
            }
            source->lower_bound = MIN(source->lower_bound, path->latency);
        }
    }
    return true;
}

static Graph *read_graph(const char *name, const char *unit, const LatencyContext *context,
                         LatencyNotes *notes, GError **error)
{
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!latency_read_file(name, context, notes, &text, &size_bytes, error)) {
        return NULL;
    }
    const char *at = text;
    while (g_ascii_isspace(*at)) {
        at++;
    }
    if (*at == '<' || g_str_has_prefix(at, "\xef\xbb\xbf<")) {
        const GraphmlOptions options = {.unit = unit};
        return graphml_parse(text, size_bytes, name, &options, notes->warnings, error);
    }
    if (unit == NULL) {
        skein_refuse(error, "%s: found an edge list, expected unit=ms for its weights", name);
        return NULL;
    }
    const EdgeListOptions options = {.unit = unit};
    return edge_list_parse(text, size_bytes, name, &options, notes->warnings, error);
}

static bool build(GraphSource *source, const char *name, const LatencyContext *context,
                  double detour, SimDuration local, LatencyNotes *notes, GError **error)
{
    g_autofree SimDuration *latencies =
        find_edge_latencies(source->graph, name, detour, notes, error);
    if (latencies == NULL) {
        return false;
    }
    source->nodes = peer_placement_new(source->graph, name, context, notes, error);
    if (source->nodes == NULL) {
        return false;
    }
    g_autoptr(GArray) attached = find_slots(source, context->peers);
    if (attached->len > ATTACHED_NODES_MAX) {
        return skein_refuse(error, "%s: found %u nodes with peers, expected at most %u", name,
                            attached->len, ATTACHED_NODES_MAX);
    }
    find_peer_names(source, attached, context->peers);
    return find_paths(source, attached, latencies, name, local, error);
}

static LatencySource *graph_source_new(const CallText *call, const LatencyContext *context,
                                       LatencyNotes *notes, GError **error)
{
    static const char *const keys[] = {"unit", "detour", "local", NULL};
    const char *unit = NULL;
    double detour = GEOGRAPHY_DETOUR;
    SimDuration local = DEFAULT_LOCAL;
    if (!call_text_expect(call, 1, 1, keys, USAGE, error) ||
        !latency_option_number(call, "detour", 1, 100, &detour, error) ||
        !latency_option_duration(call, "local", &local, error)) {
        return NULL;
    }
    if (call_text_option(call, "unit") != NULL) {
        unit = latency_option_unit(call, USAGE, error);
        if (unit == NULL) {
            return NULL;
        }
    }
    const char *name = call_text_argument(call, 0);
    g_autoptr(Graph) graph = read_graph(name, unit, context, notes, error);
    if (graph == NULL) {
        return NULL;
    }
    GraphSource *source = g_new0(GraphSource, 1);
    source->base.kind = &LATENCY_graph;
    source->graph = g_steal_pointer(&graph);
    if (!build(source, name, context, detour, local, notes, error)) {
        graph_source_free(&source->base);
        return NULL;
    }
    return &source->base;
}

const LatencySourceKind LATENCY_graph = {
    .name = "graph",
    .usage = USAGE,
    .new = graph_source_new,
    .free = graph_source_free,
    .delay = graph_delay,
    .minimum = graph_minimum,
    .lower_bound = graph_lower_bound,
    .path_loss = graph_path_loss,
    .path_bandwidth = graph_path_bandwidth,
    .loses = graph_loses,
    .peer_name = graph_peer_name,
    .peer_region = graph_peer_region,
    .peer_place = graph_peer_place,
};
