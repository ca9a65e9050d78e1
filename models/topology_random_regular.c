/* SPDX-License-Identifier: MIT */
/* A random graph in which each peer has `degree` neighbours, simple and connected.
 *
 * Sparse: the peers' edge ends are shuffled and paired (the configuration model). The few loops and
 * doubles among the pairs are left out at first, and each is then worked in by opening an edge
 * drawn at random: a-b and c-d become a-c and b-d. Dense: a ring in which each is joined to its
 * nearest neighbours, mixed by exchanging the ends of random pairs of edges, ten times as many as
 * there are edges. What falls apart in the end is joined by exchanging an edge of a cycle for two
 * edges across; no degree changes in that. */
#include "models/topology_kind.h"

#include "sim/error.h"
#include "sim/random.h"

typedef struct Mixer {
    TopologyRequest *request;
    uint32_t degree;
    uint64_t draws;
} Mixer;

static uint64_t draw_below(Mixer *mixer, uint64_t bound)
{
    return random_below(random_word(mixer->request->key, mixer->draws++), bound);
}

/* Each peer `degree` times, in random order; to be freed by g_free. */
static EntityId *shuffled_ends(Mixer *mixer, size_t count)
{
    EntityId *ends = g_new(EntityId, count);
    for (size_t i = 0; i < count; i++) {
        ends[i] = (EntityId)(i / mixer->degree);
    }
    for (size_t i = count; i > 1; i--) {
        const size_t other = (size_t)draw_below(mixer, i);
        const EntityId end = ends[i - 1];
        ends[i - 1] = ends[other];
        ends[other] = end;
    }
    return ends;
}

/* Works the pair a, b in by opening another edge. false when no try succeeds. */
static bool work_in(Mixer *mixer, EntityId a, EntityId b)
{
    EdgeSet *edges = mixer->request->edges;
    for (unsigned try = 0; try < 1000; try++) {
        const size_t number = (size_t)draw_below(mixer, edge_set_count(edges));
        const Edge edge = edge_set_edge(edges, number);
        if (a == edge.from || b == edge.to || edge_set_has(edges, a, edge.from) ||
            edge_set_has(edges, b, edge.to) || (a == edge.to && b == edge.from)) {
            continue;
        }
        return edge_set_replace(edges, number, a, edge.from) && edge_set_add(edges, b, edge.to);
    }
    return false;
}

static bool pair_ends(Mixer *mixer)
{
    const size_t count = (size_t)mixer->request->peers * mixer->degree;
    g_autofree EntityId *ends = shuffled_ends(mixer, count);
    g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(Edge));
    for (size_t i = 0; i < count; i += 2) {
        if (!edge_set_add(mixer->request->edges, ends[i], ends[i + 1])) {
            const Edge edge = {ends[i], ends[i + 1]};
            g_array_append_val(left, edge);
        }
    }
    for (guint i = 0; i < left->len; i++) {
        const Edge *edge = &g_array_index(left, Edge, i);
        if (!work_in(mixer, edge->from, edge->to)) {
            return false;
        }
    }
    return true;
}

static void mix_ring(Mixer *mixer)
{
    EdgeSet *edges = mixer->request->edges;
    const uint32_t peers = mixer->request->peers;
    edge_set_clear(edges);
    for (EntityId i = 0; i < peers; i++) {
        for (uint32_t step = 1; step <= mixer->degree / 2; step++) {
            edge_set_add(edges, i, (EntityId)(((uint64_t)i + step) % peers));
        }
        /* An odd degree has an even number of peers: each is joined to its opposite. */
        if (mixer->degree % 2 == 1 && i < peers / 2) {
            edge_set_add(edges, i, i + peers / 2);
        }
    }
    const size_t count = edge_set_count(edges);
    for (size_t i = 0; i < 10 * count; i++) {
        const size_t first = (size_t)draw_below(mixer, count);
        const size_t second = (size_t)draw_below(mixer, count);
        edge_set_swap(edges, first, second, draw_below(mixer, 2) == 1);
    }
}

static EntityId find_root(EntityId *parents, EntityId peer)
{
    while (parents[peer] != peer) {
        parents[peer] = parents[parents[peer]];
        peer = parents[peer];
    }
    return peer;
}

/* Joins the parts. Each has a cycle, as every degree is at least 2: an edge that closes one can be
 * taken away without parting anything. */
static void connect(Mixer *mixer)
{
    EdgeSet *edges = mixer->request->edges;
    const uint32_t peers = mixer->request->peers;
    const size_t count = edge_set_count(edges);
    g_autofree EntityId *parents = g_new(EntityId, peers);
    g_autofree size_t *closing = g_new(size_t, peers); /* by root: an edge that closes a cycle */
    for (EntityId i = 0; i < peers; i++) {
        parents[i] = i;
        closing[i] = SIZE_MAX;
    }
    for (size_t i = 0; i < count; i++) {
        const Edge edge = edge_set_edge(edges, i);
        const EntityId one = find_root(parents, edge.from);
        const EntityId two = find_root(parents, edge.to);
        const EntityId root = MIN(one, two);
        if (one == two) {
            closing[root] = i;
        } else {
            parents[MAX(one, two)] = root;
            closing[root] = closing[root] != SIZE_MAX ? closing[root] : closing[MAX(one, two)];
        }
    }
    /* Peer 0 is the root of its part, whose edge 0-x is used again and again. */
    size_t anchor = 0;
    while (edge_set_edge(edges, anchor).from != 0 && edge_set_edge(edges, anchor).to != 0) {
        anchor++;
    }
    for (EntityId root = 1; root < peers; root++) {
        if (parents[root] == root) {
            g_assert(closing[root] != SIZE_MAX);
            const bool is_joined = edge_set_swap(edges, anchor, closing[root], false);
            g_assert(is_joined);
        }
    }
}

static bool generate(TopologyRequest *request, GError **error)
{
    const int64_t degree = request->options->degree;
    const uint32_t peers = request->peers;
    if (degree < 1 || degree >= peers || (uint64_t)degree * peers % 2 != 0) {
        return skein_refuse(error,
                            "degree: found %" G_GINT64_FORMAT
                            " with %u peers, expected less than the peers, and an even product",
                            degree, peers);
    }
    if (degree == 1 && peers > 2) {
        return skein_refuse(error,
                            "degree: found 1 with %u peers, which cannot be connected; "
                            "expected at least 2",
                            peers);
    }
    Mixer mixer = {.request = request, .degree = (uint32_t)degree};
    if (degree > peers / 8 || !pair_ends(&mixer)) {
        mix_ring(&mixer);
    }
    if (degree > 1) {
        connect(&mixer);
    }
    return true;
}

const TopologyKind TOPOLOGY_RANDOM_REGULAR = {
    .name = "random-regular",
    .help = "each peer has 'degree' neighbours, drawn at random; connected",
    .generate = generate,
};
