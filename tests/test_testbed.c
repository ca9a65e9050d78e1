/* SPDX-License-Identifier: MIT */
/* The testbed against what the original did: counts, span tree, and the law of its PING latency. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <math.h>

static void testbed_has_the_original_counts(void)
{
    g_autoptr(ScenarioFixture) testbed = scenario_fixture_new("testbed.yaml", NULL, 1, true);
    CU_ASSERT_FATAL(testbed != NULL && scenario_fixture_run(testbed));
    static const struct {
        const char *sql;
        int64_t expected;
    } CASES[] = {
        {"SELECT count(*) FROM connection WHERE outcome = 'open'", 190},
        {"SELECT count(*) FROM connection WHERE dialer_id < listener_id", 190},
        {"SELECT count(*) FROM span WHERE name = 'DialPeer' AND end_ns IS NOT NULL", 190},
        {"SELECT count(*) FROM span WHERE name = 'PING' AND parent_id IS NULL", 1},
        {"SELECT count(*) FROM span WHERE name = 'PONG'", 1},
        {"SELECT count(*) FROM span WHERE name = 'cl_snapshot' AND parent_id IS NULL", 1},
        {"SELECT count(*) FROM span WHERE name = 'snapshot'", 380},
        {"SELECT count(*) FROM span WHERE name = 'snapshot' AND attributes ->> '$.state.pet' IS "
         "NOT NULL",
         19},
        {"SELECT count(*) FROM span WHERE name = 'cl_snapshot' AND attributes ->> '$.state.peerID' "
         "= 1",
         1},
        {"SELECT count(DISTINCT attributes ->> '$.state.peerID') FROM span WHERE attributes ->> "
         "'$.state' IS NOT NULL",
         20},
        {"SELECT count(*) FROM span WHERE json_array_length(attributes, '$.state.conns') = 19", 20},
        {"SELECT count(*) FROM message WHERE kind = 'cl_snapshot' AND fate = 'delivered'", 380},
        {"SELECT count(*) FROM span_event WHERE name = 'finished again'", 18},
        {"SELECT count(*) FROM span", 1 + 1 + 1 + 190 + 2 + 1 + 380},
        {"SELECT attributes ->> '$.peerCount' FROM span WHERE name = 'Setup'", 20},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const int64_t found = scenario_fixture_integer(testbed, CASES[i].sql);
        if (found != CASES[i].expected) {
            printf("\n    %s gives %lld, not %lld\n", CASES[i].sql, (long long)found,
                   (long long)CASES[i].expected);
        }
        CU_ASSERT_EQUAL(found, CASES[i].expected);
    }
}

static void testbed_has_the_original_span_tree(void)
{
    g_autoptr(ScenarioFixture) testbed = scenario_fixture_new("testbed.yaml", NULL, 1, true);
    CU_ASSERT_FATAL(testbed != NULL && scenario_fixture_run(testbed));
    static const struct {
        const char *child, *parent, *also;
        int64_t count;
    } CASES[] = {
        {"NewNetwork", "Setup", "1", 1},
        {"connectPeers", "Setup", "1", 1},
        {"DialPeer", "connectPeers", "c.peer_id = c.attributes ->> '$.from'", 190},
        {"PONG", "PING", "c.start_ns > p.start_ns AND c.end_ns < p.end_ns", 1},
        {"snapshot", "cl_snapshot", "p.peer_id = 1 AND c.peer_id <> 1", 19},
        {"snapshot", "snapshot", "p.peer_id <> c.peer_id AND p.attributes IS NOT NULL", 361},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM span c JOIN span p ON p.id = "
                                               "c.parent_id AND p.trace_id = c.trace_id"
                                               " WHERE c.name = '%s' AND p.name = '%s' AND %s",
                                               CASES[i].child, CASES[i].parent, CASES[i].also);
        CU_ASSERT_EQUAL(scenario_fixture_integer(testbed, sql), CASES[i].count);
    }
}

static void testbed_dials_one_after_another_in_order(void)
{
    g_autoptr(ScenarioFixture) testbed = scenario_fixture_new("testbed.yaml", NULL, 1, true);
    CU_ASSERT_FATAL(testbed != NULL && scenario_fixture_run(testbed));
    /* Each dial begins after the one before it has ended, and follows it in the order of pairs. */
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(
            testbed,
            "SELECT count(*) FROM (SELECT dialed_ns, lag(opened_ns) OVER w AS before,"
            " dialer_id * 20 + listener_id AS pair, lag(dialer_id * 20 + listener_id) OVER w AS"
            " pair_before FROM connection WINDOW w AS (ORDER BY dialed_ns))"
            " WHERE dialed_ns > before AND pair > pair_before"),
        189);
    /* One round trip each, and 2 ns for the coordinator's part. */
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(testbed, "SELECT max(opened_ns) - min(dialed_ns) FROM connection"),
        190 * 2000000 + 189 * 2);
}

static void testbed_all_pairs_pings_each_ordered_pair_once(void)
{
    static const char *const SETS[] = {"testbed.pings=all-pairs", NULL};
    g_autoptr(ScenarioFixture) testbed = scenario_fixture_new("testbed.yaml", SETS, 1, true);
    CU_ASSERT_FATAL(testbed != NULL && scenario_fixture_run(testbed));
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(testbed, "SELECT count(*) FROM span WHERE name = 'PING'"), 381);
    CU_ASSERT_EQUAL(scenario_fixture_integer(
                        testbed, "SELECT count(DISTINCT peer_id * 20 + (attributes ->> '$.to'))"
                                 " FROM span WHERE name = 'PING'"
                                 " AND attributes ->> '$.to' <> peer_id"),
                    380);
}

enum { SEEDS = 10000, STEPS = 199 };

/* The share of the sum of two uniform integers 0..99 is triangular. */
static double expected_share(int64_t sum)
{
    return (double)(100 - llabs(sum - 99)) / 10000;
}

static void testbed_ping_latency_is_the_sum_of_two_uniform_delays(void)
{
    static const int64_t ROUND_TRIP = 2 * 1000000;
    unsigned counts[STEPS] = {0};
    double sum = 0;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        g_autofree char *set = g_strdup_printf("scenario.seed=%u", seed);
        const char *const sets[] = {set, NULL};
        g_autoptr(ScenarioFixture) testbed = scenario_fixture_new("testbed.yaml", sets, 1, false);
        CU_ASSERT_FATAL(testbed != NULL && scenario_fixture_run(testbed));
        const Metric *rtt = scenario_fixture_metric(testbed, "testbed.rtt");
        CU_ASSERT_EQUAL_FATAL(metric_count(rtt), 1);
        const int64_t delays = metric_minimum(rtt) - ROUND_TRIP;
        CU_ASSERT_EQUAL_FATAL(delays % 1000000, 0);
        CU_ASSERT_FATAL(delays >= 0 && delays / 1000000 < STEPS);
        counts[delays / 1000000]++;
        sum += (double)delays / 1e6;
    }
    /* The standard error of the mean is sqrt(2 * 9999 / 12 / 10000) = 0.408 ms: 3.3 of them, 99.9
     * %. */
    CU_ASSERT_DOUBLE_EQUAL(sum / SEEDS, 99, 1.35);
    /* Neighbouring sums pooled to 40 classes of 5 (the last of 4), each expected at least 15 times.
     */
    double chi_square = 0;
    for (unsigned class = 0; class < 40; class ++) {
        double expected = 0, found = 0;
        for (unsigned i = class * 5; i < class * 5 + 5 && i < STEPS; i++) {
            expected += SEEDS * expected_share(i);
            found += counts[i];
        }
        chi_square += (found - expected) * (found - expected) / expected;
    }
    CU_ASSERT(chi_square < 72.05); /* chi-square, 39 degrees of freedom, 99.9 % */
}

CU_TestInfo suite_testbed[] = {
    {"testbed_has_the_original_counts", testbed_has_the_original_counts},
    {"testbed_has_the_original_span_tree", testbed_has_the_original_span_tree},
    {"testbed_dials_one_after_another_in_order", testbed_dials_one_after_another_in_order},
    {"testbed_all_pairs_pings_each_ordered_pair_once",
     testbed_all_pairs_pings_each_ordered_pair_once},
    {"testbed_ping_latency_is_the_sum_of_two_uniform_delays",
     testbed_ping_latency_is_the_sum_of_two_uniform_delays},
    CU_TEST_INFO_NULL,
};
