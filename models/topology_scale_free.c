/* SPDX-License-Identifier: MIT */
/* Peers come one by one, and each is joined to `degree` earlier ones, drawn in proportion to the
 * neighbours that these have: by drawing an end of an edge. It begins with a star of degree + 1
 * peers, so everything is connected. Degrees fall off with the third power. Source: Barabasi and
 * Albert, Science 286 (1999). */
#include "models/topology_kind.h"

#include "sim/error.h"
#include "sim/random.h"

/* Joins a newcomer. Drawing again on a repeated peer ends: there are more than `degree` peers with
 * an edge, and the newcomer is none of them at first. */
static void join(TopologyRequest *request, EntityId newcomer, uint32_t degree)
{
    const uint64_t key = random_word(request->key, newcomer);
    const uint64_t ends = 2 * (uint64_t)edge_set_count(request->edges);
    uint64_t draws = 0;
    for (uint32_t joined = 0; joined < degree;) {
        const uint64_t end = random_below(random_word(key, draws++), ends);
        const Edge edge = edge_set_edge(request->edges, (size_t)(end / 2));
        joined += edge_set_add(request->edges, newcomer, end % 2 == 0 ? edge.from : edge.to);
    }
}

static bool generate(TopologyRequest *request, GError **error)
{
    const int64_t degree = request->options->degree;
    if (degree < 1 || degree >= request->peers) {
        return skein_refuse(error,
                            "degree: found %" G_GINT64_FORMAT
                            " with %u peers, expected 1 up to less than the peers",
                            degree, request->peers);
    }
    for (EntityId i = 1; i <= (uint64_t)degree; i++) {
        edge_set_add(request->edges, 0, i);
    }
    for (EntityId i = (EntityId)degree + 1; i < request->peers; i++) {
        join(request, i, (uint32_t)degree);
    }
    return true;
}

const TopologyKind TOPOLOGY_SCALE_FREE = {
    .name = "scale-free",
    .help = "each newcomer joins 'degree' earlier peers, the well-connected more likely",
    .generate = generate,
};
