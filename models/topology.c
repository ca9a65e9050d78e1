/* SPDX-License-Identifier: MIT */
/* Finds the kind, has it generate its edges if it is not arithmetic, and keeps those as sorted rows
 * of neighbours. */
#include "models/topology.h"

#include "models/topology_kind.h"
#include "sim/error.h"
#include "sim/random.h"

#include <string.h>

#define X(identifier, name) extern const TopologyKind TOPOLOGY_##identifier;
#include "models/topology_list.h"
#undef X

static const TopologyKind *const KINDS[] = {
#define X(identifier, name) &TOPOLOGY_##identifier,
#include "models/topology_list.h"
#undef X
    NULL,
};

struct Topology {
    const TopologyKind *kind;
    TopologyShape shape;
    /* Generated kinds: the neighbours of i are neighbours[starts[i]] .. [starts[i + 1] - 1]. */
    uint64_t *starts;
    EntityId *neighbours;
    uint8_t *arcs; /* beside neighbours, of TopologyArc; NULL: the lower number dials */
    uint64_t edge_count;
    char *input;
    GPtrArray *names;    /* NULL: none */
    GPtrArray *warnings; /* NULL-terminated */
};

/* What a peer of a directed topology is to its neighbour. */
enum { ARC_DIALS = 1, ARC_SENDS = 2, ARC_RECEIVES = 4, ARC_TAIL = 3, ARC_HEAD = 4 };

static const TopologyKind *find_kind(const char *name)
{
    for (size_t i = 0; KINDS[i] != NULL; i++) {
        if (strcmp(KINDS[i]->name, name) == 0) {
            return KINDS[i];
        }
    }
    return NULL;
}

static bool fill_shape(TopologyShape *shape, const TopologyOptions *options, uint32_t peers,
                       GError **error)
{
    uint64_t columns = (uint64_t)options->columns;
    if (options->columns == 0) {
        for (columns = 1; columns * columns < peers; columns++) {
        }
    }
    if (options->columns < 0 || columns > peers) {
        skein_refuse(error,
                     "columns: found %" G_GINT64_FORMAT ", expected 1 to %u, the count of peers",
                     options->columns, peers);
        return false;
    }
    shape->peers = peers;
    shape->columns = (uint32_t)columns;
    shape->rows = (peers + shape->columns - 1) / shape->columns;
    shape->wrap = options->wrap;
    shape->arity = (uint32_t)CLAMP(options->arity, 1, peers);
    return true;
}

/* Rows of neighbours out of edges, each row ascending: edges are dealt out in the order of one end
 * into rows of the other, twice. Takes time and memory in proportion to the edges. */
static void fill_rows(Topology *topology, const EdgeSet *edges, bool is_directed)
{
    const size_t count = edge_set_count(edges);
    const uint32_t peers = topology->shape.peers;
    uint64_t *starts = g_new0(uint64_t, (size_t)peers + 1);
    for (size_t i = 0; i < count; i++) {
        const Edge edge = edge_set_edge(edges, i);
        starts[edge.from + 1]++;
        starts[edge.to + 1]++;
    }
    for (uint32_t i = 0; i < peers; i++) {
        starts[i + 1] += starts[i];
    }
    uint64_t *fill = g_memdup2(starts, ((size_t)peers + 1) * sizeof starts[0]);
    EntityId *unsorted = g_new(EntityId, 2 * count + 1);
    uint8_t *unsorted_arcs = is_directed ? g_new(uint8_t, 2 * count + 1) : NULL;
    for (size_t i = 0; i < count; i++) {
        const Edge edge = edge_set_edge(edges, i);
        if (is_directed) {
            unsorted_arcs[fill[edge.from]] = ARC_TAIL;
            unsorted_arcs[fill[edge.to]] = ARC_HEAD;
        }
        unsorted[fill[edge.from]++] = edge.to;
        unsorted[fill[edge.to]++] = edge.from;
    }
    /* Going through the rows in order, each peer is put at the end of its neighbours' rows. */
    memcpy(fill, starts, ((size_t)peers + 1) * sizeof starts[0]);
    topology->neighbours = g_new(EntityId, 2 * count + 1);
    topology->arcs = is_directed ? g_new(uint8_t, 2 * count + 1) : NULL;
    for (uint32_t i = 0; i < peers; i++) {
        for (uint64_t at = starts[i]; at < starts[i + 1]; at++) {
            const uint64_t place = fill[unsorted[at]]++;
            topology->neighbours[place] = i;
            if (is_directed) {
                topology->arcs[place] = unsorted_arcs[at] == ARC_TAIL ? ARC_HEAD : ARC_TAIL;
            }
        }
    }
    topology->starts = starts;
    topology->edge_count = count;
    g_free(fill);
    g_free(unsorted);
    g_free(unsorted_arcs);
}

/* The place of b in the row of a, in the array of neighbours; the edge must be there. */
static uint64_t find_place(const Topology *topology, EntityId a, EntityId b)
{
    uint64_t low = topology->starts[a], high = topology->starts[a + 1];
    while (low + 1 < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (topology->neighbours[middle] <= b) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Channels the other way, where the file has an edge in both directions. */
static void add_opposite(Topology *topology, const GArray *opposite)
{
    for (guint i = 0; i < opposite->len; i++) {
        const Edge edge = g_array_index(opposite, Edge, i);
        topology->arcs[find_place(topology, edge.from, edge.to)] |= ARC_SENDS;
        topology->arcs[find_place(topology, edge.to, edge.from)] |= ARC_RECEIVES;
    }
}

static bool generate(Topology *topology, const TopologyOptions *options, uint64_t seed,
                     const char *directory, GError **error)
{
    g_autoptr(EdgeSet) edges = edge_set_new();
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) opposite = g_array_new(FALSE, FALSE, sizeof(Edge));
    const char *argument = call_text_argument(options->kind, 0);
    const bool has_file = options->file != NULL && options->file[0] != '\0';
    if (topology->kind->reads_file && (argument == NULL) != has_file) {
        skein_refuse(
            error, "found kind %s %s, expected %s(FILE) or the key 'file'", topology->kind->name,
            has_file ? "with a file in both places" : "without a file", topology->kind->name);
        return false;
    }
    TopologyRequest request = {
        .options = options,
        .peers = topology->shape.peers,
        .key = random_key(seed, random_purpose("topology"), 0, 0),
        .file = argument != NULL ? argument : options->file,
        .directory = directory,
        .edges = edges,
        .opposite = opposite,
        .names = names,
        .warnings = topology->warnings,
    };
    if (!topology->kind->generate(&request, error)) {
        return false;
    }
    if (topology->kind->reads_file) {
        topology->input = g_strdup(request.file);
    }
    if (names->len > 0) {
        topology->names = g_steal_pointer(&names);
    }
    fill_rows(topology, edges, request.is_directed);
    if (request.is_directed) {
        add_opposite(topology, opposite);
    }
    return true;
}

Topology *topology_new(const TopologyOptions *options, uint32_t peers, uint64_t seed,
                       const char *directory, GError **error)
{
    const char *name = call_text_name(options->kind);
    const TopologyKind *kind = find_kind(name);
    if (kind == NULL || peers == 0) {
        skein_refuse(error,
                     kind == NULL ? "found topology '%s', expected a kind such as full-mesh"
                                  : "found topology '%s' of no peers, expected at least one",
                     name);
        return NULL;
    }
    if (!call_text_expect(options->kind, 0, kind->reads_file ? 1 : 0, NULL,
                          kind->reads_file ? "a kind with its FILE in parentheses"
                                           : "the kind alone; its parameters are keys",
                          error)) {
        return NULL;
    }
    g_autoptr(Topology) topology = g_new0(Topology, 1);
    topology->kind = kind;
    topology->warnings = g_ptr_array_new_with_free_func(g_free);
    if (!fill_shape(&topology->shape, options, peers, error) ||
        (kind->check != NULL && !kind->check(&topology->shape, error)) ||
        (kind->generate != NULL && !generate(topology, options, seed, directory, error))) {
        return NULL;
    }
    g_ptr_array_add(topology->warnings, NULL);
    return g_steal_pointer(&topology);
}

void topology_free(Topology *topology)
{
    if (topology != NULL) {
        g_free(topology->starts);
        g_free(topology->neighbours);
        g_free(topology->arcs);
        g_free(topology->input);
        g_clear_pointer(&topology->names, g_ptr_array_unref);
        g_ptr_array_unref(topology->warnings);
        g_free(topology);
    }
}

uint32_t topology_peer_count(const Topology *topology)
{
    return topology->shape.peers;
}

uint32_t topology_degree(const Topology *topology, EntityId peer)
{
    g_assert(peer < topology->shape.peers);
    if (topology->starts == NULL) {
        return topology->kind->degree(&topology->shape, peer);
    }
    return (uint32_t)(topology->starts[peer + 1] - topology->starts[peer]);
}

EntityId topology_neighbour(const Topology *topology, EntityId peer, uint32_t k)
{
    g_assert(k < topology_degree(topology, peer));
    if (topology->starts == NULL) {
        return topology->kind->neighbour(&topology->shape, peer, k);
    }
    return topology->neighbours[topology->starts[peer] + k];
}

static bool has_arc(const Topology *topology, EntityId peer, uint32_t k, unsigned arc)
{
    g_assert(k < topology_degree(topology, peer));
    return (topology->arcs[topology->starts[peer] + k] & arc) != 0;
}

bool topology_dials(const Topology *topology, EntityId peer, uint32_t k)
{
    if (topology->arcs != NULL) {
        return has_arc(topology, peer, k, ARC_DIALS);
    }
    return peer < topology_neighbour(topology, peer, k);
}

bool topology_is_directed(const Topology *topology)
{
    return topology->arcs != NULL;
}

bool topology_sends(const Topology *topology, EntityId peer, uint32_t k)
{
    return topology->arcs == NULL || has_arc(topology, peer, k, ARC_SENDS);
}

bool topology_receives(const Topology *topology, EntityId peer, uint32_t k)
{
    return topology->arcs == NULL || has_arc(topology, peer, k, ARC_RECEIVES);
}

bool topology_is_arithmetic(const Topology *topology)
{
    return topology->starts == NULL;
}

uint64_t topology_edge_count(const Topology *topology)
{
    return topology->starts == NULL ? topology->kind->edge_count(&topology->shape)
                                    : topology->edge_count;
}

bool topology_has_edge(const Topology *topology, EntityId a, EntityId b)
{
    uint32_t low = 0, high = topology_degree(topology, a);
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const EntityId found = topology_neighbour(topology, a, middle);
        if (found == b) {
            return true;
        }
        if (found < b) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

const char *topology_peer_name(const Topology *topology, EntityId peer)
{
    return topology->names != NULL && peer < topology->names->len
               ? g_ptr_array_index(topology->names, peer)
               : NULL;
}

const char *topology_input(const Topology *topology)
{
    return topology->input;
}

const char *const *topology_warnings(const Topology *topology)
{
    return (const char *const *)topology->warnings->pdata;
}

bool topology_kind(unsigned index, const char **ret_name, const char **ret_help)
{
    if (index >= G_N_ELEMENTS(KINDS) - 1) {
        return false;
    }
    *ret_name = KINDS[index]->name;
    *ret_help = KINDS[index]->help;
    return true;
}
