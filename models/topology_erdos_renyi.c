/* SPDX-License-Identifier: MIT */
/* Each pair is an edge with `probability`, alone. The pairs are walked in the order (1,0), (2,0),
 * (2,1), (3,0) ... in leaps: the number of pairs up to the next edge is geometric, so the work is
 * in proportion to the edges. Source: Batagelj and Brandes, Phys. Rev. E 71, 036113 (2005). */
#include "models/topology_kind.h"

#include "sim/error.h"
#include "sim/exact_math.h"
#include "sim/random.h"

static const double EDGES_MAX = 1e9;

static bool generate(TopologyRequest *request, GError **error)
{
    const double probability = request->options->probability;
    const uint64_t peers = request->peers;
    const double expected = (double)peers * ((double)peers - 1) / 2 * probability;
    if (expected > EDGES_MAX) {
        return skein_refuse(error,
                            "probability: found %g with %u peers, some %.3g edges; expected at "
                            "most 1e9 edges (kind full-mesh needs no memory)",
                            probability, request->peers, expected);
    }
    if (probability <= 0) {
        return true;
    }
    const uint64_t pairs = peers * (peers - 1) / 2;
    const double scale = probability < 1 ? 1 / exact_log1p(-probability) : 0;
    uint64_t draws = 0, row = 1;
    uint64_t row_start = 0; /* the number of the pair (row, 0) */
    for (uint64_t pair = 0;; pair++) {
        const double unit = random_unit(random_word(request->key, draws++));
        const double leap = exact_log(unit) * scale;
        if (leap >= (double)(pairs - pair)) {
            return true;
        }
        pair += (uint64_t)leap;
        if (pair >= pairs) {
            return true;
        }
        while (pair - row_start >= row) {
            row_start += row;
            row++;
        }
        edge_set_add(request->edges, (EntityId)(pair - row_start), (EntityId)row);
    }
}

const TopologyKind TOPOLOGY_ERDOS_RENYI = {
    .name = "erdos-renyi",
    .help = "each pair is an edge with 'probability'; need not be connected",
    .generate = generate,
};
