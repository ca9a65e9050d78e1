/* SPDX-License-Identifier: MIT */
/* The underlay: shortest paths, attributes, places, attachment. */
#include "tests/suite.h"

#include "models/geography.h"
#include "models/latency.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEYS                                                                                       \
    "<graphml><key id='n' for='node' attr.name='label'/>"                                          \
    "<key id='y' for='node' attr.name='Latitude'/><key id='x' for='node' attr.name='Longitude'/>"  \
    "<key id='l' for='edge' attr.name='latency'/><key id='p' for='edge' attr.name='packet_loss'/>"
#define NODE(id) "<node id='" id "'><data key='n'>" id "</data></node>"
#define PLACE(id, y, x)                                                                            \
    "<node id='" id "'><data key='n'>" id "</data><data key='y'>" y "</data><data key='x'>" x      \
    "</data></node>"
#define LINK(a, b) "<edge source='" a "' target='" b "'/>"
#define EDGE(a, b, l, p)                                                                           \
    "<edge source='" a "' target='" b "'><data key='l'>" l "</data><data key='p'>" p               \
    "</data></edge>"
#define GRAPH(kind, content) KEYS "<graph edgedefault='" kind "'>" content "</graph></graphml>"

/* A-B 5 ms twice (one lossy), B-C 7 ms, A-C 20 ms, and D aside with E. */
static const char NET[] =
    GRAPH("undirected", NODE("A") NODE("B") NODE("C") NODE("D") NODE("E") EDGE("A", "B", "6ms", "0")
                            EDGE("A", "B", "5ms", "10%") EDGE("B", "C", "7ms", "20%")
                                EDGE("A", "C", "20ms", "0") EDGE("D", "E", "1ms", "0"));

static LatencyModel *make(const char *text, const char *options, const char *attach, uint32_t peers,
                          GError **error)
{
    g_autofree char *directory = g_dir_make_tmp("skein-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "net.xml", NULL);
    g_autofree char *places = g_build_filename(directory, "places.csv", NULL);
    g_autofree char *latency = g_strdup_printf("graph(net.xml%s)", options);
    CU_ASSERT(g_file_set_contents(path, text, -1, NULL));
    CU_ASSERT(g_file_set_contents(places, "peer,node\n1,C\n0,0\n", -1, NULL));
    const LatencyContext context = {.peers = peers, .directory = directory, .attach = attach};
    LatencyModel *model = latency_model_new(latency, &context, error);
    g_unlink(path);
    g_unlink(places);
    g_rmdir(directory);
    return model;
}

static void latency_of_a_graph_follows_the_shortest_path(void)
{
    g_autoptr(LatencyModel) model = make(NET, "", NULL, 4, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    /* Peers 0 to 2 are at A, B, C, and peer 3 is at A again: D and E are left alone. */
    CU_ASSERT_EQUAL(latency_model_delay(model, 0, 1, 0, 0), 5 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(latency_model_delay(model, 0, 2, 0, 0), 12 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(latency_model_delay(model, 2, 0, 0, 0), 12 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(latency_model_delay(model, 0, 3, 0, 0), SIM_MILLISECOND);
    CU_ASSERT_EQUAL(latency_model_lower_bound(model), SIM_MILLISECOND);
    CU_ASSERT_DOUBLE_EQUAL(latency_model_path_loss(model, 0, 2), 1 - 0.9 * 0.8, 1e-15);
    CU_ASSERT_EQUAL(latency_model_path_loss(model, 0, 3), 0);
    CU_ASSERT(latency_model_loses(model));
    CU_ASSERT_STRING_EQUAL(latency_model_peer_region(model, 3), "A");
    CU_ASSERT_PTR_NULL(latency_model_peer_name(model, 3));
    CU_ASSERT_STRING_EQUAL(latency_model_peer_name(model, 2), "C");
    CU_ASSERT_PTR_NOT_NULL_FATAL(latency_model_warnings(model)[0]);
    CU_ASSERT_PTR_NOT_NULL(strstr(latency_model_warnings(model)[0], "2 of 5 nodes"));
}

static void latency_of_a_directed_graph_differs_by_direction(void)
{
    g_autoptr(LatencyModel) model =
        make(GRAPH("directed", NODE("A") NODE("B") NODE("C") EDGE("A", "B", "5ms", "0")
                                   EDGE("B", "C", "5ms", "0") EDGE("C", "A", "5ms", "0")),
             "", NULL, 3, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    CU_ASSERT_EQUAL(latency_model_delay(model, 0, 1, 0, 0), 5 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(latency_model_delay(model, 1, 0, 0, 0), 10 * SIM_MILLISECOND);
    CU_ASSERT_FALSE(latency_model_loses(model));
}

static void latency_of_a_graph_falls_back_to_distance(void)
{
    /* B has no place: it is put half-way between A and C, a quarter of the equator apart. */
    static const char text[] =
        GRAPH("undirected", PLACE("A", "0", "0") NODE("B") PLACE("C", "0", "90") LINK("A", "B")
                                LINK("B", "C") EDGE("A", "C", "90ms", "0"));
    g_autoptr(LatencyModel) model = make(text, ", detour=1", NULL, 3, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    const double eighth = GEOGRAPHY_EARTH_RADIUS_KM * 3.14159265358979 / 4 * GEOGRAPHY_NS_PER_KM;
    CU_ASSERT_DOUBLE_EQUAL((double)latency_model_delay(model, 0, 1, 0, 0), eighth, 1);
    CU_ASSERT_DOUBLE_EQUAL((double)latency_model_delay(model, 0, 2, 0, 0), 2 * eighth, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(latency_model_warnings(model)[0], "2 of 3 edges"));
    CU_ASSERT_PTR_NOT_NULL(strstr(latency_model_warnings(model)[1], "1 of 3 nodes"));
    g_autoptr(LatencyModel) longer = make(text, "", NULL, 3, NULL);
    CU_ASSERT_DOUBLE_EQUAL((double)latency_model_delay(longer, 0, 1, 0, 0), 1.3 * eighth, 1);
}

static void latency_of_a_graph_attaches_peers_as_told(void)
{
    static const struct {
        const char *attach, *regions[3];
    } cases[] = {
        {NULL, {"A", "B", "C"}}, {"round-robin", {"A", "B", "C"}}, {"C, A", {"C", "A", "C"}},
        {"2", {"C", "C", "C"}},  {"D, 4", {"D", "E", "D"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LatencyModel) model = make(NET, "", cases[i].attach, 3, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        for (EntityId peer = 0; peer < 3; peer++) {
            CU_ASSERT_STRING_EQUAL(latency_model_peer_region(model, peer), cases[i].regions[peer]);
        }
    }
    g_autoptr(LatencyModel) listed = make(NET, "", "file(places.csv)", 2, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(listed);
    CU_ASSERT_STRING_EQUAL(latency_model_peer_region(listed, 0), "A");
    CU_ASSERT_STRING_EQUAL(latency_model_peer_region(listed, 1), "C");
    CU_ASSERT_STRING_EQUAL(latency_model_inputs(listed)[1], "places.csv");
}

static void latency_of_a_graph_names_what_is_wrong(void)
{
    static const struct {
        const char *text, *options, *attach, *says;
    } cases[] = {
        {GRAPH("undirected", NODE("A") NODE("B") LINK("A", "B")), "", NULL,
         "neither a latency on the edge from node 0 (A) to node 1 (B)"},
        {NET, "", "A, D", "no way from node 0 (A) to node 3 (D)"},
        {GRAPH("directed", NODE("A") NODE("B") EDGE("A", "B", "5ms", "0")), "", NULL,
         "no way from node 1 (B) to node 0 (A)"},
        {NET, "", "Paris", "peers.attach: found 'Paris', expected a node of net.xml"},
        {NET, "", "5", "or a number below 5"},
        {NET, "", "file(places.csv)", "places.csv:3: found no line for peer 2"},
        {NET, ", detour=x", NULL, "detour"},
        {NET, ", unit=h", NULL, "unit: found 'h'"},
        {"0 1\n", "", NULL, "expected unit=ms"},
        {"0 1\n", ", unit=ms", NULL, "net.xml:1:1: "},
        {"<graphml>", "", NULL, "net.xml:1:"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LatencyModel) model =
            make(cases[i].text, cases[i].options, cases[i].attach, 3, &error);
        CU_ASSERT_PTR_NULL(model);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].says));
        if (strstr(error->message, cases[i].says) == NULL) {
            g_printerr("\n%s\n", error->message);
        }
    }
}

static void latency_of_an_edge_list_uses_its_weights(void)
{
    g_autoptr(LatencyModel) model = make("0 1 2.5\n1 2 1\n0 2 9\n", ", unit=ms", NULL, 3, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    CU_ASSERT_EQUAL(latency_model_delay(model, 0, 2, 0, 0), 3500000);
}

CU_TestInfo suite_latency_graph[] = {
    {"latency_of_a_graph_follows_the_shortest_path", latency_of_a_graph_follows_the_shortest_path},
    {"latency_of_a_directed_graph_differs_by_direction",
     latency_of_a_directed_graph_differs_by_direction},
    {"latency_of_a_graph_falls_back_to_distance", latency_of_a_graph_falls_back_to_distance},
    {"latency_of_a_graph_attaches_peers_as_told", latency_of_a_graph_attaches_peers_as_told},
    {"latency_of_a_graph_names_what_is_wrong", latency_of_a_graph_names_what_is_wrong},
    {"latency_of_an_edge_list_uses_its_weights", latency_of_an_edge_list_uses_its_weights},
    CU_TEST_INFO_NULL,
};
