/* SPDX-License-Identifier: MIT */
/* What one stream carries over all layers, with TCP below and a round trip of 100 ms: as much as
 * yamux' window lets through, or as the link does once the window has been tuned. */
#include "tests/suite.h"

#include "tests/toy_network.h"

enum { MESSAGE_BYTES = 32768, MESSAGES = 4000 };

static void write_all(Host *host, EntityId peer, Outcome outcome)
{
    CU_ASSERT_EQUAL(outcome, OUTCOME_OPEN);
    Stream *stream = host_open(host, peer, 0, NULL);
    for (int64_t i = 0; i < MESSAGES; i++) {
        const int64_t content = -1;
        stream_send(host, stream,
                    &(Message){.content = &content,
                               .content_size_bytes = sizeof content,
                               .size_bytes = MESSAGE_BYTES});
    }
}

/* Bytes of messages a second between two instants. */
static double rate_between(const char *settings, unsigned from_s, unsigned to_s)
{
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    g_auto(GStrv) list = g_strsplit(settings, " ", -1);
    g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)list, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy->hooks.dialed = write_all;
    toy_network_run(toy, ROWS, (SimTime)to_s * SIM_SECOND);
    g_autofree char *query = g_strdup_printf(
        "SELECT count(*) FROM message WHERE received_ns >= %u * 1000000000 AND received_ns < %u * "
        "1000000000",
        from_s, to_s);
    g_autofree char *count = database_fixture_query(toy->database, query);
    return g_ascii_strtod(count, NULL) * MESSAGE_BYTES / (to_s - from_s);
}

#define PATH "stack.name=tcp/noise/yamux link.latency=50ms link.queue=16MiB link.bandwidth="

static void fixed_window_limits_to_window_per_round_trip(void)
{
    const double expected = 262144 / 0.1;
    const double rate = rate_between(PATH "10Gbit/s yamux.auto-tune=no", 5, 25);
    CU_ASSERT_DOUBLE_EQUAL(rate, expected, 0.01 * expected);
}

/* 1,448 bytes of TCP's data in 1,500 on the link, yamux' and noise's headers in those. */
static void tuned_window_fills_the_path(void)
{
    const double expected = 12.5e6 * 1448 / 1500 * 32768 / (32768 + 12 + 18);
    const double rate = rate_between(PATH "100Mbit/s", 4, 10);
    CU_ASSERT_DOUBLE_EQUAL(rate, expected, 0.02 * expected);
}

CU_TestInfo suite_yamux_stack[] = {
    {"fixed_window_limits_to_window_per_round_trip", fixed_window_limits_to_window_per_round_trip},
    {"tuned_window_fills_the_path", tuned_window_fills_the_path},
    CU_TEST_INFO_NULL,
};
