/* SPDX-License-Identifier: MIT */
/* Identify's push: who is told, when, in how many bytes, how many at once, and what becomes of it
 * when one side goes. Links take 10 ms, so a round trip takes 20. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"
#include "tests/toy_network.h"

#include <string.h>

#define YAMUX "yamux.measure=0 yamux.keep-alive=0 stack.name=tcp/noise/yamux"

static ToyNetwork *run(const char *settings, const char *const *rows, const ToyHooks *hooks,
                       const char *log)
{
    g_autofree char *text = g_strconcat("record.packets=yes ", settings, NULL);
    g_auto(GStrv) list = g_strsplit(text, " ", -1);
    return toy_network_expect((const char *const *)list, rows, hooks, log);
}

#define SPANS                                                                                      \
    "SELECT peer_id, start_ns / 1000000, end_ns / 1000000, status, attributes ->> '$.pushes',"     \
    " attributes ->> '$.failed', attributes ->> '$.bytes_sent', parent_id IS NULL"                 \
    " FROM span WHERE name = 'identify push' ORDER BY start_ns, peer_id"

/* A stream (12) with the proposal (12 and 20 + 21 for /ipfs/id/push/1.0.0); its acceptance (12)
 * with header and echo (32 and 33); the message, 600 and 2 of length (614), and the end (12); the
 * end of the other half. On each, noise 18 and TCP/IP 52. */
static void push_takes_its_bytes_and_time(void)
{
    static const char *const ROWS[] = {"0ms dial 0 1", "1s announce 1", NULL};
    g_autoptr(ToyNetwork) toy =
        run("identify.size=600B " YAMUX, ROWS, NULL, "80 0 dialed 1 open; ");
    g_autofree char *packets =
        g_strdup_printf("1000|1|%d;1010|0|%d;1020|1|%d;1030|0|%d", 52 + 18 + 12 + 12 + 41,
                        52 + 18 + 12 + 32 + 33, 52 + 18 + 614 + 12, 52 + 18 + 12);
    database_fixture_expect(toy->database,
                            "SELECT sent_ns / 1000000, sender_id, size_bytes FROM packet"
                            " WHERE sent_ns >= 1000000000 AND size_bytes > 52 ORDER BY sent_ns, id",
                            packets);
    database_fixture_expect(toy->database, SPANS, "1|1000|1020|ok|1|0|602|1");
}

/* Identify is not answered within 15 ms as long as links take 10, so streams are negotiated before
 * they are used; once pushed to, a peer opens them lazily, and only that one. */
static void push_makes_protocols_known(void)
{
    static const char *const STACKS[] = {"tcp/noise/yamux", "tcp/tls/mplex", "quic"};
    static const char *const LOGS[] = {
        "75 0 dialed 1 open; 515 1 opened by 0; 515 1 got 1 from 0; 705 1 opened by 0; "
        "705 1 got 2 from 0; 815 0 opened by 1; 815 0 got 3 from 1; 1005 0 opened by 1; "
        "1005 0 got 4 from 1; ",
        "75 0 dialed 1 open; 515 1 opened by 0; 515 1 got 1 from 0; 705 1 opened by 0; "
        "705 1 got 2 from 0; 815 0 opened by 1; 815 0 got 3 from 1; 1005 0 opened by 1; "
        "1005 0 got 4 from 1; ",
        "35 0 dialed 1 open; 515 1 opened by 0; 515 1 got 1 from 0; 705 1 opened by 0; "
        "705 1 got 2 from 0; 815 0 opened by 1; 815 0 got 3 from 1; 1005 0 opened by 1; "
        "1005 0 got 4 from 1; ",
    };
    static const char *const ROWS[] = {"0ms dial 0 1",
                                       "400ms set link.latency 5ms",
                                       "500ms send 0 1 0 1",
                                       "600ms announce 1",
                                       "700ms send 0 1 1 2",
                                       "800ms send 1 0 0 3",
                                       "900ms announce 0",
                                       "1s send 1 0 1 4",
                                       NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        g_autofree char *settings =
            g_strconcat("identify.timeout=15ms stack.name=", STACKS[i], NULL);
        g_autoptr(ToyNetwork) toy = run(settings, ROWS, NULL, LOGS[i]);
        database_fixture_expect(toy->database,
                                "SELECT count(*), sum(attributes ->> '$.pushes') FROM span"
                                " WHERE name = 'identify push' AND status = 'ok'",
                                "2|2");
    }
}

/* Peers 1 to 40 are connected to peer 0, half of them by its own dials. */
static ToyNetwork *run_hub(const char *settings, const char *rows)
{
    g_autofree char *text =
        g_strconcat("peers.count=41 record.packets=yes identify.size=600B ", settings, NULL);
    g_auto(GStrv) list = g_strsplit(text, " ", -1);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    for (unsigned peer = 1; peer <= 40; peer++) {
        g_ptr_array_add(all, peer % 2 == 0 ? g_strdup_printf("0ms dial %u 0", peer)
                                           : g_strdup_printf("0ms dial 0 %u", peer));
    }
    g_auto(GStrv) more = g_strsplit(rows, "; ", -1);
    for (char **row = more; *row != NULL; row++) {
        g_ptr_array_add(all, g_strdup(*row));
    }
    g_ptr_array_add(all, NULL);
    ToyNetwork *toy = toy_network_new((const char *const *)list, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, (const char *const *)(void *)all->pdata, 30 * SIM_SECOND);
    return toy;
}

/* 135 bytes propose a push, 696 are one. */
#define PUSH_PACKETS                                                                               \
    "SELECT sent_ns / 1000000, size_bytes, count(*) FROM packet WHERE sender_id = 0 AND"           \
    " sent_ns >= 1000000000 AND size_bytes IN (135, 696) GROUP BY 1, 2 ORDER BY 1, 2"

static void pushes_begin_32_at_a_time(void)
{
    g_autoptr(ToyNetwork) toy = run_hub(YAMUX, "1s announce 0");
    database_fixture_expect(toy->database, PUSH_PACKETS,
                            "1000|135|32;1020|135|8;1020|696|32;1040|696|8");
    database_fixture_expect(toy->database, SPANS, "0|1000|1040|ok|40|0|24080|1");
}

/* The 8 that were still to come carry the news already; the others are told again. */
static void announcement_meanwhile_goes_through_them_again(void)
{
    g_autoptr(ToyNetwork) toy = run_hub(YAMUX, "1s announce 0; 1001ms announce 0");
    database_fixture_expect(
        toy->database, PUSH_PACKETS,
        "1000|135|32;1020|135|8;1020|696|32;1040|135|32;1040|696|8;1060|696|32");
    database_fixture_expect(toy->database, SPANS, "0|1000|1060|ok|72|0|43344|1");
}

/* The pusher crashes before its messages: nobody gets one, and after the restart it has nobody to
 * tell, until a connection is there again. */
static void crash_of_the_pusher_ends_its_pushes(void)
{
    g_autoptr(ToyNetwork) toy =
        run_hub(YAMUX, "1s announce 0; 1015ms crash 0; 1100ms restart 0; 1200ms announce 0; "
                       "1300ms dial 1 0; 2s announce 0");
    database_fixture_expect(toy->database, PUSH_PACKETS, "1000|135|32;2000|135|1;2020|696|1");
    database_fixture_expect(toy->database, SPANS,
                            "0|1000|1015|error|NULL|NULL|NULL|1;0|1200|1200|ok|0|0|0|1;"
                            "0|2000|2020|ok|1|0|602|1");
}

/* Of the receivers one goes: its kernel says so, or nobody does, and the place is taken until the
 * push has waited for identify.timeout. */
static void crash_of_a_receiver_fails_its_push(void)
{
    static const struct {
        const char *settings, *spans;
    } CASES[] = {
        {YAMUX, "0|1000|1040|ok|39|1|23478|1"},
        {"tcp.crash=host " YAMUX, "0|1000|6000|ok|39|1|23478|1"},
        {"tcp.crash=host identify.timeout=2s " YAMUX, "0|1000|3000|ok|39|1|23478|1"},
        {"quic.idle-timeout=20s stack.name=quic", "0|1000|6000|ok|39|1|23478|1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(ToyNetwork) toy = run_hub(CASES[i].settings, "1s announce 0; 1005ms crash 7");
        database_fixture_expect(toy->database, SPANS, CASES[i].spans);
    }
}

static void connections_from_before_the_run_are_told(void)
{
    static const char *const ROWS[] = {"1s announce 2", NULL};
    static const char *const STACKS[] = {YAMUX, "stack.name=quic"};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        g_autofree char *settings = g_strconcat("topology.preconnected=yes ", STACKS[i], NULL);
        g_autoptr(ToyNetwork) toy = run(settings, ROWS, NULL, "");
        database_fixture_expect(toy->database, SPANS, "2|1000|1020|ok|3|0|1806|1");
    }
}

static void stacks_without_identify_say_nothing(void)
{
    static const char *const ROWS[] = {"0ms dial 0 1", "1s announce {0, 1}", NULL};
    static const char *const SETTINGS[] = {
        "stack.name=ideal record.packets=no", "stack.name=datagram record.packets=no",
        "stack.name=tcp", "identify.enabled=no stack.name=tcp/noise/yamux",
        "stack.preset=plain stack.name=quic"};
    for (size_t i = 0; i < G_N_ELEMENTS(SETTINGS); i++) {
        g_auto(GStrv) list = g_strsplit(SETTINGS[i], " ", -1);
        g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)list, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_run(toy, ROWS, 10 * SIM_SECOND);
        database_fixture_expect(toy->database, SPANS, "");
        CU_ASSERT_PTR_NOT_NULL(strstr(toy->log->str, "dialed 1 open"));
    }
}

static const char SCENARIO[] = "scenario:\n"
                               "  module: ping\n"
                               "  stop: 9s\n"
                               "peers:\n"
                               "  count: 40\n"
                               "link:\n"
                               "  latency: uniform(5ms, 15ms)\n"
                               "timeline:\n"
                               "  - 1s: announce {0..3, 30}\n"
                               "  - 1010ms: announce 2\n"
                               "  - 1015ms: crash {3, 20}\n"
                               "  - 2s: announce {0..39}\n";

static void pushes_are_the_same_in_any_partitioning(void)
{
    static const char *const STACKS[] = {"stack.name=tcp/noise/yamux", "stack.name=quic"};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        const char *const sets[] = {STACKS[i], NULL};
        g_autofree char *first = NULL;
        for (unsigned partitions = 1; partitions <= 3; partitions++) {
            g_autoptr(ScenarioFixture) fixture =
                scenario_fixture_new(SCENARIO, sets, partitions, true);
            CU_ASSERT_FATAL(fixture != NULL && scenario_fixture_run(fixture));
            CU_ASSERT(scenario_fixture_integer(fixture, "SELECT sum(attributes ->> '$.pushes')"
                                                        " FROM span WHERE name = 'identify push'") >
                      38 * 37);
            g_autofree char *digest = scenario_fixture_digest(fixture);
            if (first == NULL) {
                first = g_steal_pointer(&digest);
            } else {
                CU_ASSERT_STRING_EQUAL(digest, first);
            }
        }
    }
}

CU_TestInfo suite_identify_push[] = {
    {"push_takes_its_bytes_and_time", push_takes_its_bytes_and_time},
    {"push_makes_protocols_known", push_makes_protocols_known},
    {"pushes_begin_32_at_a_time", pushes_begin_32_at_a_time},
    {"announcement_meanwhile_goes_through_them_again",
     announcement_meanwhile_goes_through_them_again},
    {"crash_of_the_pusher_ends_its_pushes", crash_of_the_pusher_ends_its_pushes},
    {"crash_of_a_receiver_fails_its_push", crash_of_a_receiver_fails_its_push},
    {"connections_from_before_the_run_are_told", connections_from_before_the_run_are_told},
    {"stacks_without_identify_say_nothing", stacks_without_identify_say_nothing},
    {"pushes_are_the_same_in_any_partitioning", pushes_are_the_same_in_any_partitioning},
    CU_TEST_INFO_NULL,
};
