/* SPDX-License-Identifier: MIT */
/* The ping module against closed forms and a measured matrix. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <string.h>

enum { PLANETLAB = 490 };

/* Reads a decimal of milliseconds exactly; moves *text behind it. */
static int64_t read_milliseconds(const char **text)
{
    int64_t value = g_ascii_strtoll(*text, (char **)text, 10) * 1000000;
    if (**text == '.') {
        int64_t digit = 100000;
        for ((*text)++; g_ascii_isdigit(**text); (*text)++, digit /= 10) {
            value += (**text - '0') * digit;
        }
    }
    return value;
}

static int64_t *read_planetlab(const char *path)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return NULL;
    }
    int64_t *matrix = g_new(int64_t, PLANETLAB * PLANETLAB);
    const char *at = text;
    for (unsigned i = 0; i < PLANETLAB * PLANETLAB; i++) {
        at += strspn(at, " \t\r\n");
        matrix[i] = read_milliseconds(&at);
    }
    return matrix;
}

/* Each peer pings each other once: every one of the 490 x 489 round trips, to the nanosecond. */
static void ping_reproduces_the_planetlab_matrix(void)
{
    g_autofree char *path = scenario_fixture_shared("latency/planetlab490_slice01_rtt_ms.tsv");
    g_autofree int64_t *matrix = path == NULL ? NULL : read_planetlab(path);
    if (matrix == NULL) {
        return;
    }
    g_autofree char *text = g_strdup_printf("scenario: {module: ping}\n"
                                            "peers: {count: %d}\n"
                                            "topology: {kind: full-mesh, preconnected: yes}\n"
                                            "link: {latency: 'matrix(%s, unit=ms, kind=rtt)'}\n"
                                            "ping: {target: all, count: %d, interval: 10ms}\n",
                                            PLANETLAB, path, PLANETLAB - 1);
    g_autoptr(ScenarioFixture) ping = scenario_fixture_new(text, NULL, 1, true);
    CU_ASSERT_FATAL(ping != NULL && scenario_fixture_run(ping));
    sqlite3_stmt *rows = NULL;
    sqlite3_prepare_v2(ping->database,
                       "SELECT peer_id, attributes ->> '$.to', end_ns - start_ns FROM span"
                       " WHERE name = 'ping'",
                       -1, &rows, NULL);
    unsigned count = 0, wrong = 0;
    while (sqlite3_step(rows) == SQLITE_ROW) {
        const int64_t from = sqlite3_column_int64(rows, 0), to = sqlite3_column_int64(rows, 1);
        wrong += sqlite3_column_int64(rows, 2) != matrix[from * PLANETLAB + to];
        count++;
    }
    sqlite3_finalize(rows);
    CU_ASSERT_EQUAL(count, PLANETLAB * (PLANETLAB - 1));
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Of 1,000 pings at 1 % loss each way a share of 1 - 0.99^2 has no answer: 19.9, and between 7 and
 * 36 with 99.9 % (binomial quantiles 0.0005 and 0.9995 are 7 and 36). */
static void ping_on_datagrams_loses_what_the_binomial_law_says(void)
{
    static const char TEXT[] = "scenario: {module: ping}\n"
                               "peers: {count: 2}\n"
                               "topology: {kind: line}\n"
                               "link: {latency: 20ms, loss: 1%}\n"
                               "stack: {name: datagram}\n"
                               "ping: {count: 1000, interval: 100ms, timeout: 1s, pingers: 0}\n";
    g_autoptr(ScenarioFixture) ping = scenario_fixture_new(TEXT, NULL, 1, true);
    CU_ASSERT_FATAL(ping != NULL && scenario_fixture_run(ping));
    const Metric *loss = scenario_fixture_metric(ping, "ping.loss");
    CU_ASSERT_EQUAL(metric_count(loss), 1000);
    const double lost = metric_mean(loss) * 1000;
    CU_ASSERT(lost >= 7 && lost <= 36);
    const Metric *rtt = scenario_fixture_metric(ping, "ping.rtt");
    CU_ASSERT_EQUAL(metric_count(rtt), 1000 - (uint64_t)(lost + 0.5));
    CU_ASSERT_EQUAL(metric_minimum(rtt), 40000000);
    CU_ASSERT_EQUAL(metric_maximum(rtt), 40000000);
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(ping, "SELECT count(*) FROM message WHERE fate = 'lost'"),
        (int64_t)(lost + 0.5));
}

/* Constant links of 20 ms: with the answers' pace a round trip follows the other without a pause,
 * and a lost one costs its timeout. */
static void ping_at_the_pace_of_answers_is_back_to_back(void)
{
    static const char TEXT[] =
        "scenario: {module: ping, stop: 10s}\n"
        "peers: {count: 3}\n"
        "topology: {kind: full-mesh, preconnected: yes}\n"
        "link: {latency: 20ms}\n"
        "ping: {pace: answer, start: 1ms, count: 0, timeout: 1s, pingers: 1}\n"
        "timeline:\n"
        "  - 5001ms: ping 1 2\n";
    g_autoptr(ScenarioFixture) ping = scenario_fixture_new(TEXT, NULL, 1, true);
    CU_ASSERT_FATAL(ping != NULL && scenario_fixture_run(ping));
    /* One each 40 ms from 1 ms on, and one that is not of their row. */
    CU_ASSERT_EQUAL(metric_count(scenario_fixture_metric(ping, "ping.rtt")), 249 + 1);
    CU_ASSERT_EQUAL(scenario_fixture_integer(ping, "SELECT count(*) FROM span WHERE name = 'ping' "
                                                   "AND (start_ns - 1000000) % 40000000 = 0"),
                    250 + 1);
}

static void ping_at_the_pace_of_answers_goes_on_after_a_loss(void)
{
    static const char TEXT[] =
        "scenario: {module: ping, stop: idle}\n"
        "peers: {count: 2}\n"
        "topology: {kind: line}\n"
        "link: {latency: 20ms, loss: 100%}\n"
        "stack: {name: datagram}\n"
        "ping: {pace: answer, start: 1ms, count: 4, timeout: 1s, pingers: 0}\n";
    g_autoptr(ScenarioFixture) ping = scenario_fixture_new(TEXT, NULL, 1, true);
    CU_ASSERT_FATAL(ping != NULL && scenario_fixture_run(ping));
    CU_ASSERT_EQUAL(metric_count(scenario_fixture_metric(ping, "ping.loss")), 4);
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(ping, "SELECT max(start_ns) FROM span WHERE name = 'ping'"),
        3001000000);
}

/* The shipped scenarios, the largest made smaller. */
static const struct {
    const char *file;
    const char *sets[3];
} SHIPPED[] = {
    {"ring.yaml", {NULL}},
    {"lossy-line.yaml", {NULL}},
    {"partition.yaml", {NULL}},
    {"ping-1000.yaml", {"ping.count=2", NULL}},
    {"ping-100000.yaml", {"peers.count=2000", NULL}},
    {"testbed.yaml", {NULL}},
    {"testbed-cities.yaml", {NULL}},
};

static char *metrics_text(ScenarioFixture *fixture)
{
    GString *text = g_string_new(NULL);
    const Network *network = run_network(fixture->run);
    for (unsigned i = 0; i < network_metric_count(network); i++) {
        g_autofree char *sum = metric_sum_text(network_metric(network, i));
        g_autofree char *buckets = metric_buckets_text(network_metric(network, i));
        g_string_append_printf(text, "%s %s %s\n", network_metric_name(network, i), sum, buckets);
    }
    return g_string_free(text, FALSE);
}

static void shipped_scenarios_give_one_result_in_any_number_of_partitions(void)
{
    static const unsigned PARTITIONS[] = {1, 2, 3, 7};
    for (size_t i = 0; i < G_N_ELEMENTS(SHIPPED); i++) {
        uint64_t fingerprint = 0;
        g_autofree char *digest = NULL, *metrics = NULL;
        for (size_t k = 0; k < G_N_ELEMENTS(PARTITIONS); k++) {
            g_autoptr(ScenarioFixture) run =
                scenario_fixture_new(SHIPPED[i].file, SHIPPED[i].sets, PARTITIONS[k], true);
            CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
            g_autofree char *digest_here = scenario_fixture_digest(run),
                            *metrics_here = metrics_text(run);
            const uint64_t here = simulation_fingerprint(network_simulation(run_network(run->run)));
            if (k == 0) {
                fingerprint = here;
                digest = g_steal_pointer(&digest_here);
                metrics = g_steal_pointer(&metrics_here);
                continue;
            }
            CU_ASSERT_EQUAL(here, fingerprint);
            CU_ASSERT_STRING_EQUAL(digest_here, digest);
            CU_ASSERT_STRING_EQUAL(metrics_here, metrics);
        }
    }
}

static void recording_levels_change_nothing_that_is_simulated(void)
{
    static const char *const LEVELS[] = {"record.level=all", "record.level=sampled(30%)",
                                         "record.level=metrics"};
    uint64_t fingerprint = 0;
    int64_t all_spans = 0;
    g_autofree char *metrics = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(LEVELS); i++) {
        const char *const sets[] = {LEVELS[i], NULL};
        g_autoptr(ScenarioFixture) run = scenario_fixture_new("partition.yaml", sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        const uint64_t here = simulation_fingerprint(network_simulation(run_network(run->run)));
        const int64_t spans =
            scenario_fixture_integer(run, "SELECT count(*) FROM span WHERE name = 'ping'");
        g_autofree char *metrics_here = metrics_text(run);
        if (i == 0) {
            fingerprint = here;
            all_spans = spans;
            metrics = g_steal_pointer(&metrics_here);
            CU_ASSERT(spans > 500);
            continue;
        }
        CU_ASSERT_EQUAL(here, fingerprint);
        CU_ASSERT_STRING_EQUAL(metrics_here, metrics);
        const double share = (double)spans / (double)all_spans;
        CU_ASSERT(i == 1 ? share > 0.2 && share < 0.4 : spans == 0);
    }
}

CU_TestInfo suite_ping[] = {
    {"ping_reproduces_the_planetlab_matrix", ping_reproduces_the_planetlab_matrix},
    {"ping_at_the_pace_of_answers_is_back_to_back", ping_at_the_pace_of_answers_is_back_to_back},
    {"ping_at_the_pace_of_answers_goes_on_after_a_loss",
     ping_at_the_pace_of_answers_goes_on_after_a_loss},
    {"ping_on_datagrams_loses_what_the_binomial_law_says",
     ping_on_datagrams_loses_what_the_binomial_law_says},
    {"shipped_scenarios_give_one_result_in_any_number_of_partitions",
     shipped_scenarios_give_one_result_in_any_number_of_partitions},
    {"recording_levels_change_nothing_that_is_simulated",
     recording_levels_change_nothing_that_is_simulated},
    CU_TEST_INFO_NULL,
};
