/* SPDX-License-Identifier: MIT */
/* The arithmetic topologies against their edges written out. */
#include "tests/suite.h"

#include "models/topology.h"

#include <string.h>

static Topology *make(const char *kind, uint32_t peers, int64_t number, bool wrap)
{
    TopologyOptions options = {
        .kind = call_text_new(kind, NULL), .arity = number, .columns = number, .wrap = wrap};
    Topology *topology = topology_new(&options, peers, 1, NULL, NULL);
    call_text_free(options.kind);
    return topology;
}

/* Edges in dialling order, `0-1 0-2 1-2`, after checking what holds for every topology. */
static char *edges_text(const Topology *topology)
{
    GString *text = g_string_new(NULL);
    uint64_t edges = 0;
    for (EntityId peer = 0; peer < topology_peer_count(topology); peer++) {
        for (uint32_t k = 0; k < topology_degree(topology, peer); k++) {
            const EntityId other = topology_neighbour(topology, peer, k);
            CU_ASSERT(other != peer && other < topology_peer_count(topology));
            CU_ASSERT(k == 0 || topology_neighbour(topology, peer, k - 1) < other);
            CU_ASSERT(topology_has_edge(topology, other, peer));
            if (topology_dials(topology, peer, k)) {
                edges++;
                g_string_append_printf(text, "%s%u-%u", text->len > 0 ? " " : "", peer, other);
            }
        }
    }
    CU_ASSERT_EQUAL(edges, topology_edge_count(topology));
    return g_string_free(text, FALSE);
}

static void topology_regular_kinds_have_their_edges(void)
{
    static const struct {
        const char *kind;
        uint32_t peers;
        int64_t number;
        bool wrap;
        const char *edges;
    } cases[] = {
        {"full-mesh", 4, 0, false, "0-1 0-2 0-3 1-2 1-3 2-3"},
        {"full-mesh", 1, 0, false, ""},
        {"line", 4, 0, false, "0-1 1-2 2-3"},
        {"line", 1, 0, false, ""},
        {"ring", 4, 0, false, "0-1 0-3 1-2 2-3"},
        {"ring", 3, 0, false, "0-1 0-2 1-2"},
        {"ring", 2, 0, false, "0-1"},
        {"ring", 1, 0, false, ""},
        {"star", 4, 0, false, "0-1 0-2 0-3"},
        {"tree", 7, 2, false, "0-1 0-2 1-3 1-4 2-5 2-6"},
        {"tree", 6, 3, false, "0-1 0-2 0-3 1-4 1-5"},
        {"tree", 3, 1, false, "0-1 1-2"},
        {"grid", 6, 3, false, "0-1 0-3 1-2 1-4 2-5 3-4 4-5"},
        {"grid", 5, 3, false, "0-1 0-3 1-2 1-4 3-4"},
        {"grid", 4, 0, false, "0-1 0-2 1-3 2-3"},
        {"grid", 5, 0, false, "0-1 0-3 1-2 1-4 3-4"},
        {"grid", 9, 3, true,
         "0-1 0-2 0-3 0-6 1-2 1-4 1-7 2-5 2-8 3-4 3-5 3-6 4-5 4-7 5-8 6-7 6-8 7-8"},
        {"grid", 4, 2, true, "0-1 0-2 1-3 2-3"},
        {"grid", 3, 1, true, "0-1 0-2 1-2"},
        {"grid", 1, 1, true, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Topology) topology =
            make(cases[i].kind, cases[i].peers, cases[i].number, cases[i].wrap);
        CU_ASSERT_PTR_NOT_NULL_FATAL(topology);
        g_autofree char *edges = edges_text(topology);
        CU_ASSERT_STRING_EQUAL(edges, cases[i].edges);
    }
}

static void topology_full_mesh_of_a_million_is_arithmetic(void)
{
    g_autoptr(Topology) topology = make("full-mesh", 1000000, 0, false);
    CU_ASSERT_EQUAL(topology_edge_count(topology), UINT64_C(499999500000));
    CU_ASSERT_EQUAL(topology_degree(topology, 777), 999999);
    CU_ASSERT_EQUAL(topology_neighbour(topology, 777, 776), 776);
    CU_ASSERT_EQUAL(topology_neighbour(topology, 777, 777), 778);
    CU_ASSERT_FALSE(topology_dials(topology, 777, 776));
    CU_ASSERT_TRUE(topology_dials(topology, 777, 777));
}

static void topology_impossible_shapes_are_refused(void)
{
    static const struct {
        const char *kind;
        uint32_t peers;
        int64_t columns;
        bool wrap;
        const char *says;
    } cases[] = {
        {"grid", 7, 3, true, "7 peers in 3 columns"},
        {"grid", 7, 8, false, "columns: found 8"},
        {"ring", 0, 0, false, "no peers"},
        {"circle", 4, 0, false, "circle"},
        {"ring(5)", 4, 0, false, "ring"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        TopologyOptions options = {.kind = call_text_new(cases[i].kind, NULL),
                                   .columns = cases[i].columns,
                                   .wrap = cases[i].wrap};
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(topology_new(&options, cases[i].peers, 1, NULL, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].says));
        call_text_free(options.kind);
    }
}

static void topology_kinds_are_those_of_the_setting(void)
{
    const Setting *kind = TOPOLOGY_SETTINGS.settings;
    const char *name = NULL, *help = NULL;
    unsigned count = 0;
    for (; topology_kind(count, &name, &help); count++) {
        CU_ASSERT_STRING_EQUAL(name, kind->choices[count]);
        CU_ASSERT(help[0] != '\0');
    }
    CU_ASSERT_EQUAL(count, 12);
    CU_ASSERT_PTR_NULL(kind->choices[count]);
}

CU_TestInfo suite_topology_regular[] = {
    {"topology_regular_kinds_have_their_edges", topology_regular_kinds_have_their_edges},
    {"topology_full_mesh_of_a_million_is_arithmetic",
     topology_full_mesh_of_a_million_is_arithmetic},
    {"topology_impossible_shapes_are_refused", topology_impossible_shapes_are_refused},
    {"topology_kinds_are_those_of_the_setting", topology_kinds_are_those_of_the_setting},
    CU_TEST_INFO_NULL,
};
