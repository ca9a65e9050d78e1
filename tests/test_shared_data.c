/* SPDX-License-Identifier: MIT */
/* The measured data beside the source tree: every file is read by the reader that suits it, or is
 * refused with a place. The folder is what SKEIN_SHARED names, else ../shared beside the source;
 * without it these tests are skipped and say so. */
#include "tests/suite.h"

#include "models/latency.h"
#include "models/matrix.h"
#include "models/topology.h"

#include <string.h>

/* The folder of data, or NULL after a line that says that the test is skipped. */
static char *find_data(const char *test)
{
    const char *shared = g_getenv("SKEIN_SHARED");
    const char *top = g_getenv("top_srcdir");
    g_autofree char *data =
        shared != NULL ? g_build_filename(shared, "data", NULL)
                       : g_build_filename(top != NULL ? top : ".", "..", "shared", "data", NULL);
    if (!g_file_test(data, G_FILE_TEST_IS_DIR)) {
        g_printerr("SKIPPED: %s: no folder of shared data; SKEIN_SHARED names it\n", test);
        return NULL;
    }
    return g_steal_pointer(&data);
}

static LatencyModel *make_latency(const char *text, uint32_t peers, const char *data,
                                  GError **error)
{
    const LatencyContext context = {.peers = peers, .directory = data};
    return latency_model_new(text, &context, error);
}

static Topology *make_topology(const char *text, uint32_t peers, const char *data, GError **error)
{
    TopologyOptions options = {.kind = call_text_new(text, NULL)};
    Topology *topology = topology_new(&options, peers, 1, data, error);
    call_text_free(options.kind);
    return topology;
}

static void planetlab_round_trips_are_exact(void)
{
    g_autofree char *data = find_data("planetlab_round_trips_are_exact");
    if (data == NULL) {
        return;
    }
    g_autofree char *path =
        g_build_filename(data, "latency", "planetlab490_slice01_rtt_ms.tsv", NULL);
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    CU_ASSERT_FATAL(g_file_get_contents(path, &text, &size_bytes, NULL));
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Matrix) matrix =
        matrix_parse(text, size_bytes, "m", &(MatrixOptions){.unit = "ms"}, warnings, NULL);
    g_autoptr(LatencyModel) model = make_latency(
        "matrix(latency/planetlab490_slice01_rtt_ms.tsv, unit=ms, kind=rtt)", 490, data, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(matrix);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    CU_ASSERT_EQUAL(matrix_size(matrix), 490);
    CU_ASSERT_EQUAL(matrix_entry(matrix, 0, 3), 121420000);
    unsigned wrong = 0;
    for (EntityId i = 0; i < 490; i++) {
        for (EntityId j = 0; j < i; j++) {
            const SimDuration there = latency_model_delay(model, i, j, 0, 0);
            const SimDuration back = latency_model_delay(model, j, i, 0, 0);
            wrong += there + back != matrix_entry(matrix, i, j) || there < back || there - back > 1;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(latency_model_lower_bound(model), 43000); /* 0.086 ms is the least */
}

static void measured_latencies_are_read_or_refused(void)
{
    static const struct {
        const char *text;
        uint32_t peers;
        const char *refused; /* NULL: it is read */
    } cases[] = {
        {"matrix(latency/seattle99_slice001_rtt.tsv, unit=s, kind=rtt, zero=5ms)", 99, NULL},
        {"matrix(latency/seattle99_slice100_rtt.tsv, unit=s, kind=rtt, zero=5ms)", 99, NULL},
        {"matrix(latency/seattle99_slice300_rtt.tsv, unit=s, kind=rtt, zero=5ms)", 99, NULL},
        {"matrix(latency/seattle99_slice500_rtt.tsv, unit=s, kind=rtt, zero=5ms)", 99, NULL},
        {"matrix(latency/seattle99_slice688_rtt.tsv, unit=s, kind=rtt, zero=5ms)", 99, NULL},
        {"matrix(latency/seattle99_slice001_rtt.tsv, unit=s, kind=rtt)", 99,
         "latency/seattle99_slice001_rtt.tsv:1:27: found '0'"},
        {"matrix(latency/wondernetwork_pings.csv, unit=ms, kind=rtt, column=min_ms, missing=200ms)",
         242, NULL},
        {"matrix(latency/wondernetwork_pings.csv, unit=ms, kind=rtt, column=min_ms)", 242,
         "found 515 of 58322 pairs missing"},
        {"matrix(latency/wondernetwork_pings.csv, unit=ms, kind=rtt)", 242,
         "latency/wondernetwork_pings.csv:1:1: found 4 columns"},
        {"coordinates(latency/wondernetwork_cities.csv)", 238, NULL},
        {"coordinates(latency/wondernetwork_cities.csv)", 242,
         "latency/wondernetwork_cities.csv:240:"},
        {"coordinates(latency/skitter15000_coords.csv, access=1ms)", 15000, NULL},
        {"coordinates(regions/mercury_node_geolocation.txt)", 8002, NULL},
        {"regions(regions/simblock_latency_ms_2015.csv, unit=ms, kind=one-way)", 100, NULL},
        {"regions(regions/simblock_latency_ms_2019.csv, unit=ms, kind=one-way, "
         "shares=regions/simblock_region_distribution.csv, row=bitcoin_2019)",
         1000, NULL},
        {"regions(regions/ibmcloud_interregion_rtt_ms_2026-08.csv, unit=ms, kind=rtt, local=1ms)",
         100, NULL},
        {"regions(regions/ibmcloud_interregion_rtt_ms_2026-08.csv, unit=ms, kind=rtt)", 100,
         "regions/ibmcloud_interregion_rtt_ms_2026-08.csv:2:8: found an empty cell"},
        {"matrix(regions/ibmcloud_interregion_rtt_ms_2026-08.csv, unit=ms, kind=rtt)", 13, NULL},
        {"graph(topology/Abilene.graphml)", 11, NULL},
        {"graph(topology/DeutscheTelekom.graphml)", 39, NULL},
        {"graph(topology/Geant2012.graphml)", 40, NULL},
        {"graph(topology/Interoute.graphml)", 110, NULL},
        {"graph(topology/Cogentco.graphml)", 1000, NULL},
    };
    g_autofree char *data = find_data("measured_latencies_are_read_or_refused");
    for (size_t i = 0; i < G_N_ELEMENTS(cases) && data != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LatencyModel) model = make_latency(cases[i].text, cases[i].peers, data, &error);
        CU_ASSERT_EQUAL(model == NULL, cases[i].refused != NULL);
        const char *expected = cases[i].refused != NULL ? cases[i].refused : "";
        const char *found = error != NULL ? error->message : "";
        CU_ASSERT_PTR_NOT_NULL(strstr(found, expected));
        if ((model == NULL) != (cases[i].refused != NULL) || strstr(found, expected) == NULL) {
            g_printerr("\n%s: %s\n", cases[i].text, found);
        }
        for (EntityId peer = 1; model != NULL && peer < cases[i].peers; peer++) {
            CU_ASSERT(latency_model_delay(model, peer, 0, 0, 0) >=
                      latency_model_lower_bound(model));
        }
    }
}

static void measured_overlays_are_read(void)
{
    static const struct {
        const char *text;
        uint32_t peers;
        uint64_t edges;
        const char *name; /* of peer 0 */
    } cases[] = {
        {"edge-list(overlay/goerli_testnet_topology.edgelist)", 1355, 19146, NULL},
        {"edge-list(overlay/snap_gnutella08_edges.tsv)", 6301, 20777, NULL},
        {"graphml(topology/Abilene.graphml)", 11, 14, "New York"},
        {"graphml(topology/Geant2012.graphml)", 40, 61, "NL"},
        {"graphml(topology/Interoute.graphml)", 110, 146, NULL}, /* 158 less 10 parallel, 2 loops */
        {"graphml(topology/Cogentco.graphml)", 197, 243, NULL},  /* 245 less 2 parallel */
    };
    g_autofree char *data = find_data("measured_overlays_are_read");
    for (size_t i = 0; i < G_N_ELEMENTS(cases) && data != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Topology) topology = make_topology(cases[i].text, cases[i].peers, data, &error);
        CU_ASSERT_PTR_NOT_NULL(topology);
        if (topology == NULL) {
            g_printerr("\n%s\n", error->message);
            continue;
        }
        CU_ASSERT_EQUAL(topology_edge_count(topology), cases[i].edges);
        if (cases[i].name != NULL) {
            CU_ASSERT_STRING_EQUAL(topology_peer_name(topology, 0), cases[i].name);
        }
    }
}

static void files_of_other_kinds_are_refused_with_their_line(void)
{
    static const char *const names[] = {
        "regions/simblock_bandwidth_bps.csv",
        "regions/simblock_region_distribution.csv",
        "regions/speedtest2020_country_bandwidth.csv",
        "overlay/p2p_livestream_links_sample.csv",
        "overlay/simblock_degree_cdf.csv",
        "latency/wondernetwork_cities.csv",
        "latency/skitter15000_coords.csv",
        "topology/Abilene.graphml",
    };
    g_autofree char *data = find_data("files_of_other_kinds_are_refused_with_their_line");
    for (size_t i = 0; i < G_N_ELEMENTS(names) && data != NULL; i++) {
        g_autofree char *matrix =
            g_strdup_printf("matrix(%s, unit=ms, kind=rtt, zero=1ms, missing=1ms)", names[i]);
        g_autofree char *edges = g_strdup_printf("edge-list(%s)", names[i]);
        g_autofree char *place = g_strdup_printf("%s:", names[i]);
        g_autoptr(GError) latency_error = NULL, topology_error = NULL;
        g_autoptr(LatencyModel) model = make_latency(matrix, 2, data, &latency_error);
        g_autoptr(Topology) topology = make_topology(edges, 2, data, &topology_error);
        CU_ASSERT_PTR_NULL(model);
        CU_ASSERT_PTR_NULL(topology);
        if (latency_error != NULL && topology_error != NULL) {
            CU_ASSERT(g_str_has_prefix(latency_error->message, place));
            CU_ASSERT(g_ascii_isdigit(latency_error->message[strlen(place)]));
            CU_ASSERT(g_str_has_prefix(topology_error->message, place));
            CU_ASSERT(g_ascii_isdigit(topology_error->message[strlen(place)]));
        }
    }
}

CU_TestInfo suite_shared_data[] = {
    {"planetlab_round_trips_are_exact", planetlab_round_trips_are_exact},
    {"measured_latencies_are_read_or_refused", measured_latencies_are_read_or_refused},
    {"measured_overlays_are_read", measured_overlays_are_read},
    {"files_of_other_kinds_are_refused_with_their_line",
     files_of_other_kinds_are_refused_with_their_line},
    CU_TEST_INFO_NULL,
};
