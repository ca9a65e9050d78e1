/* SPDX-License-Identifier: MIT */
/* The module traffic on stacks whose times can be computed by hand. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <math.h>
#include <string.h>

/* Two peers, 10 ms apart, connected. */
#define BASE                                                                                       \
    "scenario: {module: traffic}\n"                                                                \
    "peers: {count: 2}\n"                                                                          \
    "topology: {kind: line, preconnected: yes}\n"                                                  \
    "link: {latency: 10ms}\n"

static ScenarioFixture *run_with(const char *text, const char *const *sets)
{
    ScenarioFixture *fixture = scenario_fixture_new(text, sets, 1, true);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture);
    CU_ASSERT_TRUE(scenario_fixture_run(fixture));
    return fixture;
}

static void expect_constant(ScenarioFixture *fixture, const char *name, uint64_t count,
                            int64_t value)
{
    const Metric *metric = scenario_fixture_metric(fixture, name);
    CU_ASSERT_EQUAL(metric_count(metric), count);
    CU_ASSERT_EQUAL(metric_minimum(metric), value);
    CU_ASSERT_EQUAL(metric_maximum(metric), value);
}

static void bulk_transfers_are_complete_at_the_receiver(void)
{
    const char *const sets[] = {"traffic.senders=0",   "traffic.size=1MB",       "traffic.count=5",
                                "traffic.chunk=64KiB", "traffic.interval=100ms", NULL};
    g_autoptr(ScenarioFixture) bulk = run_with(BASE, sets);
    expect_constant(bulk, "traffic.completion", 5, 10 * SIM_MILLISECOND);
    expect_constant(bulk, "traffic.goodput", 5, 800000000); /* 8 Mbit in 10 ms */
    CU_ASSERT_EQUAL(scenario_fixture_integer(bulk, "SELECT count(*) FROM message"), 5 * 16);
    CU_ASSERT_EQUAL(scenario_fixture_integer(bulk, "SELECT sum(size_bytes) FROM message"), 5000000);
    CU_ASSERT_EQUAL(scenario_fixture_integer(bulk, "SELECT count(*) FROM stream"), 1);
    CU_ASSERT_EQUAL(scenario_fixture_integer(
                        bulk, "SELECT group_concat(start_ns / 1000000, '') = '0100200300400' FROM "
                              "span WHERE name = 'transfer'"),
                    1);
}

static void exchanges_are_complete_at_the_requester(void)
{
    const char *const sets[] = {"traffic.pattern=exchange",
                                "traffic.senders=0",
                                "traffic.size=100B",
                                "traffic.reply=200kB",
                                "traffic.think=7ms",
                                "traffic.count=4",
                                "traffic.pace=closed",
                                "traffic.interval=3ms",
                                "record.series=[traffic.received]",
                                NULL};
    g_autoptr(ScenarioFixture) exchange = run_with(BASE, sets);
    expect_constant(exchange, "traffic.completion", 4, 27 * SIM_MILLISECOND);
    expect_constant(exchange, "traffic.goodput", 4, INT64_C(1600000000) / 27);
    expect_constant(exchange, "traffic.failure", 4, 0);
    /* The last of four begins after three exchanges and three pauses. */
    CU_ASSERT_EQUAL(scenario_fixture_integer(exchange,
                                             "SELECT max(start_ns) FROM span WHERE name = "
                                             "'transfer'"),
                    90 * SIM_MILLISECOND + 1);
    CU_ASSERT_EQUAL(scenario_fixture_integer(exchange, "SELECT sum(value) FROM series WHERE name = "
                                                       "'traffic.received' AND peer_id = 0"),
                    800000);
    CU_ASSERT_EQUAL(scenario_fixture_integer(exchange, "SELECT count(*) FROM stream"), 1);
}

/* Open arrivals while answers are under way need streams of their own. */
static void open_exchanges_overlap(void)
{
    const char *const sets[] = {"traffic.pattern=exchange", "traffic.senders=0", "traffic.count=10",
                                "traffic.interval=6ms", NULL};
    g_autoptr(ScenarioFixture) exchange = run_with(BASE, sets);
    expect_constant(exchange, "traffic.completion", 10, 20 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(scenario_fixture_integer(exchange, "SELECT count(*) FROM stream"), 4);
    const char *const more[] = {
        "traffic.pattern=exchange", "traffic.senders=0",           "traffic.count=10",
        "traffic.interval=6ms",     "traffic.stream=per-transfer", NULL};
    g_autoptr(ScenarioFixture) single = run_with(BASE, more);
    CU_ASSERT_EQUAL(
        scenario_fixture_integer(single, "SELECT count(*) FROM stream WHERE outcome = 'closed'"),
        10);
}

static void flows_are_between_the_chosen_pairs(void)
{
    static const struct {
        const char *pairs, *senders, *receivers, *streams;
        const char *expected; /* sender, receiver and how many transfers */
    } CASES[] = {
        {"all", "{0, 1}", "{1..3}", "1", "0>1:1 0>2:1 0>3:1 1>2:1 1>3:1"},
        {"neighbours", "all", "{0, 3}", "1", "1>0:1 2>3:1"},
        {"matched", "{0, 1}", "{3, 2}", "3", "0>2:3 1>3:3"},
        {"random", "0", "{0, 2}", "5", "0>2:5"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *pairs = g_strconcat("traffic.pairs=", CASES[i].pairs, NULL);
        g_autofree char *senders = g_strconcat("traffic.senders=", CASES[i].senders, NULL);
        g_autofree char *receivers = g_strconcat("traffic.receivers=", CASES[i].receivers, NULL);
        g_autofree char *streams = g_strconcat("traffic.streams=", CASES[i].streams, NULL);
        const char *const sets[] = {
            "peers.count=4", "traffic.size=10B", pairs, senders, receivers, streams, NULL};
        g_autoptr(ScenarioFixture) flows = run_with(BASE, sets);
        g_autofree char *sql = g_strdup_printf(
            "SELECT group_concat(flow, ' ') = '%s' FROM (SELECT sender_id || '>' || receiver_id || "
            "':' || count(*) AS flow FROM message GROUP BY sender_id, receiver_id)",
            CASES[i].expected);
        CU_ASSERT_EQUAL(scenario_fixture_integer(flows, sql), 1);
    }
}

/* Half of the time on, at 800 kbit/s: 50 kB/s over 400 s, within 4 standard deviations of the sum
 * of 400 exponential on times of 1 s mean in as many cycles: sqrt(2) / 2 / sqrt(200) = 5 % each. */
static void on_off_sources_send_at_their_rate(void)
{
    const char *const sets[] = {"traffic.pattern=on-off", "scenario.stop=400s",
                                "traffic.senders=0",      "traffic.rate=800kbit/s",
                                "traffic.chunk=1000B",    NULL};
    g_autoptr(ScenarioFixture) source = run_with(BASE, sets);
    const int64_t sent = scenario_fixture_integer(source, "SELECT count(*) FROM message");
    CU_ASSERT(llabs(sent - 20000) < 4000);
    /* 10 ms between two of an on time, longer between on times. */
    CU_ASSERT_EQUAL(scenario_fixture_integer(
                        source, "SELECT min(gap) FROM (SELECT sent_ns - lag(sent_ns) OVER "
                                "(ORDER BY sent_ns) AS gap FROM message) WHERE gap IS NOT NULL"),
                    10 * SIM_MILLISECOND);
}

static void transfers_of_the_timeline(void)
{
    static const char TEXT[] = BASE "traffic: {senders: 0, count: 1, size: 5B}\n"
                                    "timeline: [1s: transfer 1 0 bytes 70000]\n";
    g_autoptr(ScenarioFixture) timeline = run_with(TEXT, NULL);
    CU_ASSERT_EQUAL(scenario_fixture_integer(
                        timeline, "SELECT sum(size_bytes) FROM message WHERE sender_id = 1 AND "
                                  "sent_ns = 1000000000"),
                    70000);
}

/* Poisson arrivals of exponential messages on a link: the mean wait is that of Pollaczek and
 * Khinchine, lambda E(S^2) / (2 (1 - rho)). A message of 28 bytes more than an exponential one of
 * mean 572 takes 600 us on average at 1 MB/s, and E(S^2) = 600^2 + 572^2. The tolerance is that of
 * 60,000 messages at load 0.6: its standard error is 1.6 % (found over 50 seeds). */
static void links_queue_as_in_m_g_1(void)
{
    const char *const sets[] = {"topology.preconnected=no",
                                "stack.name=datagram",
                                "scenario.stop=60s",
                                "link.bandwidth=1MB/s",
                                "link.queue=unlimited",
                                "traffic.senders=0",
                                "traffic.count=0",
                                "traffic.interval=exponential(1ms, min=0)",
                                "traffic.size=exponential(572B, min=0)",
                                "record.level=metrics",
                                NULL};
    g_autoptr(ScenarioFixture) link = run_with(BASE, sets);
    const Metric *wait = scenario_fixture_metric(link, "packet.queueing");
    const double expected = 1e-3 * (600.0 * 600 + 572.0 * 572) / (2 * (1 - 0.6)) * 1e3;
    CU_ASSERT(metric_count(wait) > 59000);
    CU_ASSERT_DOUBLE_EQUAL(metric_mean(wait), expected, 0.04 * expected);
}

static void refused_settings_name_their_key(void)
{
    static const struct {
        const char *set, *more, *message;
    } CASES[] = {
        {"traffic.pace=closed", "traffic.pattern=bulk", "traffic.pace"},
        {"traffic.count=0", "scenario.stop=idle", "traffic.count"},
        {"traffic.pattern=on-off", "scenario.stop=idle", "traffic.pattern"},
        {"traffic.pairs=matched", "traffic.receivers=0", "traffic.receivers"},
        {"traffic.pairs=random", "traffic.receivers=0", "traffic.receivers"},
        {"traffic.senders={7}", "traffic.count=1", "traffic.senders"},
        {"traffic.interval=5", "traffic.count=1", "traffic.interval"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const sets[] = {CASES[i].set, CASES[i].more, NULL};
        g_autoptr(GError) error = NULL;
        CU_ASSERT_FALSE(scenario_fixture_is_accepted(BASE, sets, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, CASES[i].message));
    }
}

CU_TestInfo suite_traffic[] = {
    {"bulk_transfers_are_complete_at_the_receiver", bulk_transfers_are_complete_at_the_receiver},
    {"exchanges_are_complete_at_the_requester", exchanges_are_complete_at_the_requester},
    {"open_exchanges_overlap", open_exchanges_overlap},
    {"flows_are_between_the_chosen_pairs", flows_are_between_the_chosen_pairs},
    {"on_off_sources_send_at_their_rate", on_off_sources_send_at_their_rate},
    {"transfers_of_the_timeline", transfers_of_the_timeline},
    {"links_queue_as_in_m_g_1", links_queue_as_in_m_g_1},
    {"refused_settings_name_their_key", refused_settings_name_their_key},
    CU_TEST_INFO_NULL,
};
