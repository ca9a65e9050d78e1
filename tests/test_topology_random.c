/* SPDX-License-Identifier: MIT */
/* Generated topologies: what must hold for every seed, and statistics at fixed ones. */
#include "tests/suite.h"

#include "models/topology.h"
#include "sim/mix.h"

#include <math.h>
#include <string.h>

static Topology *make(const char *kind, uint32_t peers, TopologyOptions options, uint64_t seed,
                      GError **error)
{
    options.kind = call_text_new(kind, NULL);
    Topology *topology = topology_new(&options, peers, seed, NULL, error);
    call_text_free(options.kind);
    return topology;
}

/* Ascending, mutual, dialled from one side; the count is right. Returns a hash of the edges. */
static uint64_t check_topology(const Topology *topology)
{
    uint64_t edges = 0, hash = 0;
    bool is_sound = true;
    for (EntityId peer = 0; peer < topology_peer_count(topology); peer++) {
        for (uint32_t k = 0; k < topology_degree(topology, peer); k++) {
            const EntityId other = topology_neighbour(topology, peer, k);
            is_sound &= other != peer && other < topology_peer_count(topology);
            is_sound &= k == 0 || topology_neighbour(topology, peer, k - 1) < other;
            is_sound &= topology_has_edge(topology, other, peer);
            is_sound &= topology_dials(topology, peer, k) == (peer < other);
            if (peer < other) {
                edges++;
                hash = mix_two(hash, (uint64_t)peer << 32 | other);
            }
        }
    }
    CU_ASSERT_TRUE(is_sound);
    CU_ASSERT_EQUAL(edges, topology_edge_count(topology));
    return hash;
}

static uint32_t count_reachable(const Topology *topology)
{
    g_autofree uint8_t *is_seen = g_new0(uint8_t, topology_peer_count(topology));
    g_autofree EntityId *open = g_new(EntityId, topology_peer_count(topology));
    uint32_t count = 1, at = 0;
    open[0] = 0;
    is_seen[0] = 1;
    for (; at < count; at++) {
        for (uint32_t k = 0; k < topology_degree(topology, open[at]); k++) {
            const EntityId other = topology_neighbour(topology, open[at], k);
            if (!is_seen[other]) {
                is_seen[other] = 1;
                open[count++] = other;
            }
        }
    }
    return count;
}

static void topology_random_regular_is_regular_simple_and_connected(void)
{
    static const struct {
        uint32_t peers;
        int64_t degree;
    } cases[] = {{2, 1},  {3, 2},  {4, 3},  {5, 4},    {6, 3},    {8, 2},    {9, 4},   {10, 9},
                 {20, 7}, {50, 2}, {64, 3}, {100, 49}, {1000, 2}, {1000, 8}, {2001, 4}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (uint64_t seed = 1; seed <= (cases[i].peers <= 100 ? 20 : 2); seed++) {
            g_autoptr(Topology) topology =
                make("random-regular", cases[i].peers, (TopologyOptions){.degree = cases[i].degree},
                     seed, NULL);
            CU_ASSERT_PTR_NOT_NULL_FATAL(topology);
            check_topology(topology);
            for (EntityId peer = 0; peer < cases[i].peers; peer++) {
                CU_ASSERT_EQUAL(topology_degree(topology, peer), cases[i].degree);
            }
            CU_ASSERT_EQUAL(count_reachable(topology), cases[i].peers);
        }
    }
}

static void check_all_edges_alike(uint32_t peers)
{
    /* Each pair is an edge of a random 3-regular graph with probability 3 / (peers - 1); over 2,000
     * seeds each count is within 4.5 standard deviations. */
    enum { SEEDS = 2000 };
    g_autofree unsigned *counts = g_new0(unsigned, (size_t)peers *peers);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        g_autoptr(Topology) topology =
            make("random-regular", peers, (TopologyOptions){.degree = 3}, seed, NULL);
        for (EntityId a = 0; a < peers; a++) {
            for (uint32_t k = 0; k < 3; k++) {
                counts[a * peers + topology_neighbour(topology, a, k)]++;
            }
        }
    }
    const double share = 3.0 / (peers - 1);
    const double deviation = sqrt(SEEDS * share * (1 - share));
    for (EntityId a = 0; a < peers; a++) {
        for (EntityId b = 0; b < a; b++) {
            CU_ASSERT(fabs(counts[a * peers + b] - SEEDS * share) < 4.5 * deviation);
        }
    }
}

static void topology_random_regular_draws_all_edges_alike(void)
{
    check_all_edges_alike(8);  /* dense: by mixing */
    check_all_edges_alike(24); /* sparse: by pairing */
}

static void topology_erdos_renyi_has_the_binomial_count(void)
{
    static const double probabilities[] = {0, 0.001, 0.05, 0.5, 1};
    for (size_t i = 0; i < G_N_ELEMENTS(probabilities); i++) {
        const double p = probabilities[i], pairs = 400.0 * 399 / 2;
        g_autoptr(Topology) topology =
            make("erdos-renyi", 400, (TopologyOptions){.probability = p}, 3, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(topology);
        check_topology(topology);
        const double edges = (double)topology_edge_count(topology);
        CU_ASSERT(fabs(edges - pairs * p) <= 3.3 * sqrt(pairs * p * (1 - p)));
        /* No corner of the matrix is favoured: the first half of the peers has a quarter. */
        double low = 0;
        for (EntityId a = 0; a < 200; a++) {
            for (uint32_t k = 0; k < topology_degree(topology, a); k++) {
                low += topology_neighbour(topology, a, k) < a;
            }
        }
        const double low_pairs = 200.0 * 199 / 2;
        CU_ASSERT(fabs(low - low_pairs * p) <= 3.3 * sqrt(low_pairs * p * (1 - p)));
    }
}

/* The mean share of a peer's pairs of neighbours that are neighbours themselves. */
static double clustering(const Topology *topology)
{
    double sum = 0;
    for (EntityId peer = 0; peer < topology_peer_count(topology); peer++) {
        const uint32_t degree = topology_degree(topology, peer);
        uint32_t closed = 0;
        for (uint32_t i = 0; i < degree; i++) {
            for (uint32_t j = 0; j < i; j++) {
                closed += topology_has_edge(topology, topology_neighbour(topology, peer, i),
                                            topology_neighbour(topology, peer, j));
            }
        }
        sum += degree > 1 ? closed / (degree * (degree - 1) / 2.0) : 0;
    }
    return sum / topology_peer_count(topology);
}

static void topology_small_world_clusters_as_known(void)
{
    /* C(0) = 3(k-2)/(4(k-1)) and C(beta) is about C(0)(1-beta)^3 (Barrat and Weigt 2000). */
    static const double betas[] = {0, 0.1, 0.5, 1};
    for (size_t i = 0; i < G_N_ELEMENTS(betas); i++) {
        g_autoptr(Topology) topology =
            make("small-world", 1000, (TopologyOptions){.degree = 10, .beta = betas[i]}, 5, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(topology);
        check_topology(topology);
        CU_ASSERT_EQUAL(topology_edge_count(topology), 5000);
        const double expected = 3 * 8 / (4 * 9.0) * pow(1 - betas[i], 3);
        CU_ASSERT_DOUBLE_EQUAL(clustering(topology), expected, betas[i] == 0 ? 1e-12 : 0.03);
    }
}

static void topology_scale_free_has_a_heavy_head(void)
{
    /* P(degree >= k) = m(m+1)/(k(k+1)) for a large network: here m = 2. */
    g_autoptr(Topology) topology =
        make("scale-free", 20000, (TopologyOptions){.degree = 2}, 7, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(topology);
    check_topology(topology);
    CU_ASSERT_EQUAL(topology_edge_count(topology), 2 + 2 * (20000 - 3));
    CU_ASSERT_EQUAL(count_reachable(topology), 20000);
    static const uint32_t degrees[] = {2, 3, 5, 10, 20, 40};
    uint32_t largest = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(degrees); i++) {
        double count = 0;
        for (EntityId peer = 0; peer < 20000; peer++) {
            count += topology_degree(topology, peer) >= degrees[i];
            largest = MAX(largest, topology_degree(topology, peer));
        }
        const double share = 6.0 / (degrees[i] * (degrees[i] + 1.0));
        CU_ASSERT(fabs(count / 20000 - share) <=
                  4 * sqrt(share * (1 - MIN(share, 1)) / 20000) + 1e-3);
    }
    CU_ASSERT(largest > 140); /* grows as m sqrt(N) = 283; a random graph has some 15 */
}

static void topology_generators_have_golden_edges(void)
{
    /* These change only when the generators or sim/random.h do. */
    static const struct {
        const char *kind;
        uint64_t hash;
    } cases[] = {
        {"random-regular", UINT64_C(0xdee01493f8856642)},
        {"erdos-renyi", UINT64_C(0x79c9852bc79c1d84)},
        {"small-world", UINT64_C(0x8efd058e3e67ddd2)},
        {"scale-free", UINT64_C(0x7d86dbdcf760f085)},
    };
    const TopologyOptions options = {.degree = 6, .probability = 0.1, .beta = 0.2};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Topology) topology = make(cases[i].kind, 100, options, 1, NULL);
        g_autoptr(Topology) other = make(cases[i].kind, 100, options, 2, NULL);
        const uint64_t hash = check_topology(topology);
        CU_ASSERT_EQUAL(hash, cases[i].hash);
        CU_ASSERT_NOT_EQUAL(hash, check_topology(other));
        if (hash != cases[i].hash) {
            g_printerr("\n%s %#" G_GINT64_MODIFIER "x\n", cases[i].kind, hash);
        }
    }
}

static void topology_impossible_parameters_are_refused(void)
{
    static const struct {
        const char *kind;
        uint32_t peers;
        int64_t degree;
        double probability;
        const char *says;
    } cases[] = {
        {"random-regular", 5, 3, 0, "degree: found 3 with 5 peers"},
        {"random-regular", 5, 5, 0, "degree: found 5 with 5 peers"},
        {"random-regular", 4, 1, 0, "cannot be connected"},
        {"small-world", 10, 3, 0, "degree: found 3"},
        {"small-world", 4, 4, 0, "degree: found 4 with 4 peers"},
        {"scale-free", 3, 3, 0, "degree: found 3 with 3 peers"},
        {"erdos-renyi", 1000000, 0, 0.5, "probability: found 0.5"},
        {"edge-list", 3, 0, 0, "without a file"},
        {"graphml(no-such-file)", 3, 0, 0, "no-such-file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Topology) topology =
            make(cases[i].kind, cases[i].peers,
                 (TopologyOptions){.degree = cases[i].degree, .probability = cases[i].probability},
                 1, &error);
        CU_ASSERT_PTR_NULL(topology);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].says));
    }
}

CU_TestInfo suite_topology_random[] = {
    {"topology_random_regular_is_regular_simple_and_connected",
     topology_random_regular_is_regular_simple_and_connected},
    {"topology_random_regular_draws_all_edges_alike",
     topology_random_regular_draws_all_edges_alike},
    {"topology_erdos_renyi_has_the_binomial_count", topology_erdos_renyi_has_the_binomial_count},
    {"topology_small_world_clusters_as_known", topology_small_world_clusters_as_known},
    {"topology_scale_free_has_a_heavy_head", topology_scale_free_has_a_heavy_head},
    {"topology_generators_have_golden_edges", topology_generators_have_golden_edges},
    {"topology_impossible_parameters_are_refused", topology_impossible_parameters_are_refused},
    CU_TEST_INFO_NULL,
};
