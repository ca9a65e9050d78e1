/* SPDX-License-Identifier: MIT */
/* A ring in which each peer is joined to `degree` nearest ones; then each edge, with probability
 * `beta`, keeps its near end and gets a far end drawn at random among those it may have. Source:
 * Watts and Strogatz, Nature 393 (1998). */
#include "models/topology_kind.h"

#include "sim/error.h"
#include "sim/random.h"

static bool generate(TopologyRequest *request, GError **error)
{
    const int64_t degree = request->options->degree;
    const uint32_t peers = request->peers;
    if (degree < 2 || degree % 2 != 0 || degree >= peers) {
        return skein_refuse(error,
                            "degree: found %" G_GINT64_FORMAT
                            " with %u peers, expected an even number below the peers",
                            degree, peers);
    }
    for (uint32_t step = 1; step <= (uint64_t)degree / 2; step++) {
        for (EntityId i = 0; i < peers; i++) {
            edge_set_add(request->edges, i, (EntityId)(((uint64_t)i + step) % peers));
        }
    }
    /* Number and place of each edge are the same whatever beta is, and so are its draws. */
    const size_t count = edge_set_count(request->edges);
    for (size_t i = 0; i < count; i++) {
        const uint64_t key = random_word(request->key, i);
        const EntityId near = edge_set_edge(request->edges, i).from;
        if (!random_chance(random_word(key, 0), request->options->beta)) {
            continue;
        }
        for (uint64_t draw = 1; draw <= 1000; draw++) {
            const EntityId far = (EntityId)random_below(random_word(key, draw), peers);
            if (edge_set_replace(request->edges, i, near, far)) {
                break;
            }
        }
    }
    return true;
}

const TopologyKind TOPOLOGY_SMALL_WORLD = {
    .name = "small-world",
    .help = "a ring of 'degree' neighbours each, a share 'beta' of the edges rewired at random",
    .generate = generate,
};
