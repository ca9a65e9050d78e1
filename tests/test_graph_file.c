/* SPDX-License-Identifier: MIT */
/* The two readers of graphs, edge lists and GraphML. */
#include "tests/suite.h"

#include "models/edge_list.h"
#include "models/graphml.h"

#include <string.h>

/* `d3: 0>1@5 1>2` for a directed graph of 3 nodes, latencies in ns after @, loss after %; then
 * names and places of nodes and warnings; or the error. Takes the graph. */
static char *graph_text(Graph *graph, const GPtrArray *warnings, const GError *error)
{
    if (graph == NULL) {
        return g_strdup(error->message);
    }
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%c%u:", graph_is_directed(graph) ? 'd' : 'u',
                           graph_node_count(graph));
    for (size_t i = 0; i < graph_edge_count(graph); i++) {
        const GraphEdge *edge = graph_edge(graph, i);
        g_string_append_printf(text, " %u>%u", edge->from, edge->to);
        if (edge->latency > 0) {
            g_string_append_printf(text, "@%" G_GINT64_FORMAT, edge->latency);
        }
        if (edge->loss > 0) {
            g_string_append_printf(text, "%%%g", edge->loss);
        }
    }
    for (uint32_t i = 0; i < graph_node_count(graph); i++) {
        double latitude = 0, longitude = 0;
        if (graph_name(graph, i) != NULL) {
            g_string_append_printf(text, " %u=%s", i, graph_name(graph, i));
        }
        if (graph_location(graph, i, &latitude, &longitude)) {
            g_string_append_printf(text, "(%g,%g)", latitude, longitude);
        }
    }
    for (guint i = 0; i < warnings->len; i++) {
        g_string_append_printf(text, "!%s", (char *)g_ptr_array_index(warnings, i));
    }
    graph_free(graph);
    return g_string_free(text, FALSE);
}

static void expect(const char *found, const char *expected)
{
    CU_ASSERT_STRING_EQUAL(found, expected);
    if (strcmp(found, expected) != 0) {
        g_printerr("\nfound    %s\nexpected %s\n", found, expected);
    }
}

static void edge_lists_are_read(void)
{
    static const struct {
        const char *text;
        EdgeListOptions options;
        const char *expected;
    } cases[] = {
        {"0 1\n1 2\n", {false, NULL}, "u3: 0>1 1>2"},
        {"# p2p\n0\t1\n1\t2\n", {true, NULL}, "d3: 0>1 1>2"},
        {"0,1,0.5\n2,1,7\n", {false, NULL}, "u3: 0>1 2>1"},
        {"0,1,0.5\n2,1,7\n", {false, "us"}, "u3: 0>1@500 2>1@7000"},
        {"src,dst\n0,1\n", {false, NULL}, "u2: 0>1"},
        {"4 2\n0 1\n1 2\n",
         {false, NULL},
         "u4: 0>1 1>2!e: 1 of the nodes 0 to 3 are in no edge, "
         "the first is 3"},
        {"4 2\n0 1\n1 4\n",
         {false, NULL},
         "u5: 4>2 0>1 1>4!e: 1 of the nodes 0 to 4 are in no "
         "edge, the first is 3"},
        {"ann bob\nbob eve\n", {false, NULL}, "u3: 0>1 1>2 0=ann 1=bob 2=eve"},
        {"0 1\n0 1\n1 0\n2 2\n", {false, NULL}, "u3: 0>1 0>1 1>0 2>2"},
        {"0 2000\n",
         {false, NULL},
         "e:1: found nodes up to 2000 in only 1 edges, expected numbers from 0 without large gaps"},
        {"", {false, NULL}, "e:1: found no edges, expected one a line"},
        {"0\n",
         {false, NULL},
         "e:1:1: found 1 cells, expected the two ends of an edge and perhaps a weight"},
        {"0 1\n1 x\n",
         {false, NULL},
         "e:2:3: found 'x', expected a whole number from 0 to 9999999"},
        {"0 1\n1 -2\n",
         {false, NULL},
         "e:2:3: found '-2', expected a whole number from 0 to 9999999"},
        {"0 1 far\n", {false, NULL}, "e:1:5: found 'far', expected a number"},
        {"0 1\n", {false, "ms"}, "e:1:1: found 2 cells, expected a number in cell 3"},
        {"0 1 0\n", {false, "ms"}, "e:1:5: found a latency of '0', expected at least 1ns"},
        {",a,b\n", {false, NULL}, "e:1:1: found an empty cell, expected a node"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        Graph *graph = edge_list_parse(cases[i].text, strlen(cases[i].text), "e", &cases[i].options,
                                       warnings, &error);
        g_autofree char *found = graph_text(graph, warnings, error);
        expect(found, cases[i].expected);
    }
}

#define KEYS                                                                                       \
    "<graphml><key id='n' for='node' attr.name='label'/>"                                          \
    "<key id='y' for='node' attr.name='Latitude'/><key id='x' for='node' attr.name='Longitude'/>"  \
    "<key id='l' for='edge' attr.name='latency'/><key id='p' for='edge' attr.name='packet_loss'/>"

static void graphml_is_read(void)
{
    static const struct {
        const char *text, *unit, *expected;
    } cases[] = {
        {"<graphml><graph edgedefault='undirected'><node id='a'/><node id='b'/>"
         "<edge source='a' target='b'/><edge source='b' target='a'/></graph></graphml>",
         NULL, "u2: 0>1 1>0"},
        {KEYS "<graph edgedefault='directed'><node id='a'><data key='n'> A &amp; Co </data>"
              "<data key='y'>-5.5</data><data key='x'>170</data></node>"
              "<node id='b'><data key='y'>1</data></node>"
              "<edge source='b' target='a'><data key='l'>3 ms</data><data key='p'>1%</data></edge>"
              "</graph></graphml>",
         NULL, "d2: 1>0@3000000%0.01 0=A & Co(-5.5,170)"},
        {KEYS "<graph edgedefault='undirected'><edge source='a' target='b'><data key='l'>2.5"
              "</data></edge><node id='a'/><node id='b'/></graph></graphml>",
         "us", "u2: 0>1@2500"},
        {"<graphml><key id='l' for='edge' attr.name='delay'><default>7us</default></key>"
         "<graph edgedefault='undirected'><node id='a'/><edge source='a' target='a'/>"
         "<edge source='a' target='a'><data key='l'>8us</data></edge></graph></graphml>",
         NULL, "u1: 0>0@7000 0>0@8000"},
        {"<graphml><graph edgedefault='undirected'><node id='a'/><node id='b'/>"
         "<edge source='a' target='b'/><edge directed='true' source='a' target='b'/>"
         "</graph></graphml>",
         NULL, "d2: 0>1 1>0 0>1"},
        {"<graphml>\n<graph><node id='a'/>\n<edge source='a' target='b'/></graph></graphml>", NULL,
         "g:3: found an edge to the node 'b', which is not there"},
        {"<graphml><graph>\n<node id='a'/><node id='a'/></graph></graphml>", NULL,
         "found the node 'a' twice"},
        {"<graphml><graph><node id='a'><data key='q'>1</data></node></graph></graphml>", NULL,
         "found data of the key 'q', which is not declared"},
        {"<graphml><graph></graph></graphml>", NULL, "found no nodes, expected a graph"},
        {"<graphml><graph><node/></graph></graphml>", NULL, "found a node without an id"},
        {"<graphml><graph><node id='a'/><edge source='a'/></graph></graphml>", NULL,
         "found an edge without a target"},
        {"<graphml><graph><node id='a'/><hyperedge/></graph></graphml>", NULL,
         "found a hyperedge, which is not supported"},
        {"<graphml><graph edgedefault='up'><node id='a'/></graph></graphml>", NULL,
         "edgedefault: found 'up', expected directed or undirected"},
        {"<graphml><graph><node id='a'>", NULL, "no well-formed GraphML"},
        {"", NULL, "no well-formed GraphML"},
        {"0 1\n", NULL, "no well-formed GraphML"},
        {KEYS "<graph><node id='a'><data key='y'>91</data><data key='x'>0</data></node></graph>"
              "</graphml>",
         NULL, "latitude: found '91', expected degrees from -90 to 90"},
        {KEYS "<graph><node id='a'/><edge source='a' target='a'><data key='l'>0</data></edge>"
              "</graph></graphml>",
         NULL, "latency: found '0', expected at least 1ns"},
        {KEYS "<graph><node id='a'/><edge source='a' target='a'><data key='l'>5</data></edge>"
              "</graph></graphml>",
         NULL, "or the option unit=ms"},
        {KEYS "<graph><node id='a'/><edge source='a' target='a'><data key='p'>2</data></edge>"
              "</graph></graphml>",
         NULL, "loss: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        const GraphmlOptions options = {.unit = cases[i].unit};
        Graph *graph =
            graphml_parse(cases[i].text, strlen(cases[i].text), "g", &options, warnings, &error);
        const bool is_read = graph != NULL;
        g_autofree char *found = graph_text(graph, warnings, error);
        if (is_read) {
            expect(found, cases[i].expected);
        } else {
            CU_ASSERT(g_str_has_prefix(found, "g:"));
            CU_ASSERT_PTR_NOT_NULL(strstr(found, cases[i].expected));
        }
    }
}

static void graph_exits_follow_the_direction(void)
{
    for (int is_directed = 0; is_directed < 2; is_directed++) {
        g_autoptr(Graph) graph = graph_new(is_directed);
        for (int i = 0; i < 3; i++) {
            graph_add_node(graph, NULL);
        }
        graph_add_edge(graph, &(GraphEdge){.from = 0, .to = 1});
        graph_add_edge(graph, &(GraphEdge){.from = 2, .to = 0});
        graph_add_edge(graph, &(GraphEdge){.from = 0, .to = 0});
        graph_finish(graph);
        CU_ASSERT_EQUAL(graph_exit_count(graph, 0), is_directed ? 2 : 3);
        CU_ASSERT_EQUAL(graph_exit_count(graph, 1), is_directed ? 0 : 1);
        CU_ASSERT_EQUAL(graph_exit(graph, 2, 0), 1);
        CU_ASSERT_EQUAL(graph_exit(graph, 0, is_directed ? 1 : 2), 2);
    }
}

CU_TestInfo suite_graph_file[] = {
    {"edge_lists_are_read", edge_lists_are_read},
    {"graphml_is_read", graphml_is_read},
    {"graph_exits_follow_the_direction", graph_exits_follow_the_direction},
    CU_TEST_INFO_NULL,
};
