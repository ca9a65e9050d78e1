/* SPDX-License-Identifier: MIT */
/* The stack `quic` under hosts: how long dials, first messages and refusals take, ends, crashes,
 * and what becomes of messages. Links take 10 ms, so a round trip takes 20. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"
#include "tests/toy_network.h"

typedef struct QuicCase {
    const char *settings; /* besides the stack */
    const char *rows[8];
    const char *log;
    const char *fates; /* of messages, in the order of their names */
} QuicCase;

static void expect_cases(const QuicCase *cases, size_t count, const ToyHooks *hooks)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = g_strconcat("stack.name=quic ", cases[i].settings, NULL);
        g_auto(GStrv) settings = g_strsplit(g_strstrip(text), " ", -1);
        g_autoptr(ToyNetwork) toy =
            toy_network_expect((const char *const *)settings, cases[i].rows, hooks, cases[i].log);
        database_fixture_expect(toy->database,
                                "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
                                cases[i].fates);
    }
}

#define PLAIN "stack.preset=plain "
#define JS "stack.preset=js-libp2p "

static void answer(Host *host, Stream *stream, const Message *message)
{
    int64_t number;
    memcpy(&number, message->content, sizeof number);
    if (number < 100) {
        toy_send(host, stream, number + 100);
    }
}

/* A dial takes 1 R, with identify 2; the first reply 1 R more when the stream is lazy. */
static void round_trips_are_those_of_libp2p(void)
{
    static const struct {
        const char *settings;
        unsigned dial, cold, stream, same;
    } CASES[] = {
        {PLAIN, 1, 2, 1, 1},
        {"", 2, 3, 1, 1},
        {JS, 1, 3, 2, 1},
        {PLAIN "quic.early-data=yes", 0, 1, 1, 1},
        {PLAIN "negotiation.streams=strict", 1, 4, 3, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const unsigned cold = 20 * CASES[i].cold, stream = 1000 + 20 * CASES[i].stream,
                       same = 2000 + 20 * CASES[i].same;
        g_autofree char *dialed = g_strdup_printf("%u 0 dialed 1 open; ", 20 * CASES[i].dial);
        expect_cases(&(QuicCase){CASES[i].settings, {"0ms dial 0 1"}, dialed, ""}, 1, NULL);
        g_autofree char *log = g_strdup_printf(
            "%u 1 opened by 0; %u 1 got 1 from 0; %u 0 got 101 from 1; "
            "%u 1 opened by 0; %u 1 got 2 from 0; %u 0 got 102 from 1; "
            "%u 1 got 3 from 0; %u 0 got 103 from 1; ",
            cold - 10, cold - 10, cold, stream - 10, stream - 10, stream, same - 10, same);
        expect_cases(&(QuicCase){CASES[i].settings,
                                 {"0ms send 0 1 0 1", "1s send 0 1 1 2", "2s send 0 1 1 3"},
                                 log,
                                 "delivered|6"},
                     1, &(ToyHooks){.received = answer});
    }
}

/* The matrix of outcomes: who refuses, and when that is known. */
static void refusals_and_timeouts(void)
{
    static const QuicCase CASES[] = {
        /* Nobody answers: no ICMP is trusted. */
        {"", {"0ms crash 1", "1ms dial 0 1"}, "5001 0 dialed 1 timeout; ", ""},
        {"dial.timeout=2s", {"0ms crash 1", "0ms dial 0 1"}, "2000 0 dialed 1 timeout; ", ""},
        {"", {"0ms partition {0} {1}", "1ms dial 0 1"}, "5001 0 dialed 1 timeout; ", ""},
        {"security.impostors={1}", {"0ms dial 0 1"}, "20 0 dialed 1 wrong-peer; ", ""},
        {PLAIN "negotiation.refuse={1}",
         {"0ms send 0 1 0 1"},
         "40 0 ended with 1: no-protocol; ",
         "reset|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

static void ends_of_streams(void)
{
    static const QuicCase CASES[] = {
        {PLAIN,
         {"0ms send 0 1 0 1", "200ms send 0 1 0 2", "200ms close 0 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 210 1 got 2 from 0; 210 1 ended with 0: closed; ",
         "delivered|2"},
        {PLAIN,
         {"0ms send 0 1 0 1", "200ms reset 0 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 210 1 ended with 0: reset; ",
         "delivered|1"},
        {"",
         {"0ms send 0 1 0 1", "0ms close 0 0"},
         "50 1 opened by 0; 50 1 got 1 from 0; 50 1 ended with 0: closed; ",
         "delivered|1"},
        {"", {"0ms send 0 1 0 1", "5ms reset 0 0"}, "", "reset|1"},
        {PLAIN,
         {"0ms send 0 1 0 1", "200ms send 0 1 0 2", "200ms disconnect 0 1"},
         "30 1 opened by 0; 30 1 got 1 from 0; 210 1 got 2 from 0; 210 1 ended with 0: closed; ",
         "delivered|2"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
    static const QuicCase HALVES[] = {
        {PLAIN,
         {"0ms send 0 1 0 1", "200ms half 0 0", "205ms send 0 1 0 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; 205 0 cannot send 2; 210 1 half-closed by 0; "
         "220 0 ended with 1: closed; ",
         "delivered|1"},
    };
    expect_cases(HALVES, G_N_ELEMENTS(HALVES), &(ToyHooks){.half_closed = stream_close_write});
}

static void crashes_and_partitions(void)
{
    static const QuicCase CASES[] = {
        /* What is sent again after the restart finds a stranger, who says so. */
        {PLAIN,
         {"0ms send 0 1 0 1", "200ms crash 1", "205ms send 0 1 0 2", "210ms restart 1"},
         "30 1 opened by 0; 30 1 got 1 from 0; 210 1 restarts; 210 1 has 0 and 0; "
         "225 0 ended with 1: reset; ",
         "dead-peer|1;delivered|1"},
        /* Else the silence ends it. */
        {PLAIN "quic.idle-timeout=500ms",
         {"0ms send 0 1 0 1", "200ms crash 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 575 1 ended with 0: timeout; ",
         "delivered|1"},
        {PLAIN "topology.preconnected=yes",
         {"0ms send 0 1 0 1", "0ms send 1 0 0 2"},
         "10 1 opened by 0; 10 1 got 1 from 0; 10 0 opened by 1; 10 0 got 2 from 1; ",
         "delivered|2"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* Loss, copies and reordering: each message once, and in order on its stream; also where the
 * handshake begins again twice. */
static void every_message_comes_once_and_in_order(void)
{
    static const struct {
        const char *again, *loss;
    } CASES[] = {{"no", "20%"}, {"yes", "20%"}, {"yes", "25%"}, {"yes", "30%"}, {"yes", "35%"}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *retry = g_strconcat("quic.retry=", CASES[i].again, NULL);
        g_autofree char *version = g_strconcat("quic.version-negotiation=", CASES[i].again, NULL);
        g_autofree char *loss = g_strconcat("link.loss=", CASES[i].loss, NULL);
        const char *const settings[] = {"stack.name=quic",
                                        retry,
                                        version,
                                        loss,
                                        "link.duplication=10%",
                                        "link.reorder=yes",
                                        "link.jitter=uniform(0ms,30ms)",
                                        "dial.timeout=60s",
                                        "quic.handshake-timeout=60s",
                                        NULL};
        toy_network_expect_in_order(settings);
    }
}

/* The handshake is a span in the dial, and its datagrams are those of RFC 9000, figure 5. */
static void a_dial_tells_its_steps(void)
{
    static const char *const SETTINGS[] = {"stack.name=quic", "stack.preset=plain",
                                           "record.packets=yes", NULL};
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_expect(SETTINGS, ROWS, NULL, "20 0 dialed 1 open; ");
    database_fixture_expect(
        toy->database,
        "SELECT s.name, (s.end_ns - s.start_ns) / 1000000,"
        " json_extract(s.attributes, '$.bytes_sent'), json_extract(s.attributes, "
        "'$.bytes_received'), json_extract(s.attributes, '$.round_trips')"
        " FROM span s JOIN span p ON p.id = s.parent_id WHERE p.name = 'dial'",
        "quic|20|1308|1308|1");
    database_fixture_expect(
        toy->database,
        "SELECT sender_id, flags, size_bytes, sent_ns / 1000000 FROM packet ORDER BY sent_ns, id"
        " LIMIT 4",
        "0|Initial|1308|0;1|Initial|Handshake|1308|10;0|Initial|Handshake|1308|20;"
        "1|1-RTT|52|30");
}

/* Retry and Version Negotiation take a round trip each, and are told as steps of the dial and as
 * packets: 20 ms of round trip, 28 bytes of IP and UDP. */
static void a_dial_may_begin_again(void)
{
    static const struct {
        const char *settings, *log, *span, *packets;
    } CASES[] = {
        {"quic.retry=yes", "40 0 dialed 1 open; ", "40|2616|1457|2",
         "0|Initial|1308|0|0;1|Retry|149|10|NULL;0|Initial|1308|20|1;1|Initial|Handshake|1308|30|"
         "0"},
        {"quic.retry=yes quic.version-negotiation=yes quic.token=40B", "60 0 dialed 1 open; ",
         "60|3924|1462|3",
         "0|Initial|1308|0|0;1|Version-Negotiation|55|10|NULL;0|Initial|1308|20|1;"
         "1|Retry|99|30|NULL"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text = g_strconcat(
            "stack.name=quic stack.preset=plain record.packets=yes ", CASES[i].settings, NULL);
        g_auto(GStrv) settings = g_strsplit(text, " ", -1);
        static const char *const ROWS[] = {"0ms dial 0 1", NULL};
        g_autoptr(ToyNetwork) toy =
            toy_network_expect((const char *const *)settings, ROWS, NULL, CASES[i].log);
        database_fixture_expect(
            toy->database,
            "SELECT (s.end_ns - s.start_ns) / 1000000, json_extract(s.attributes, '$.bytes_sent'),"
            " json_extract(s.attributes, '$.bytes_received'),"
            " json_extract(s.attributes, '$.round_trips') FROM span s WHERE s.name = 'quic'",
            CASES[i].span);
        database_fixture_expect(
            toy->database,
            "SELECT sender_id, flags, size_bytes, sent_ns / 1000000, number FROM"
            " packet ORDER BY sent_ns, id LIMIT 4",
            CASES[i].packets);
    }
}

/* A probe that the link does not carry is a packet with a fate of its own; a datagram that fits is
 * sent whole. */
static void the_search_for_the_mtu_stops_at_that_of_the_link(void)
{
    static const struct {
        const char *mtu, *sizes;
    } CASES[] = {{"link.mtu=1500B", "1394|delivered;1437|delivered;1458|delivered;1469|delivered"},
                 {"link.mtu=1400B", "1394|delivered;1437|too-big;1415|too-big;1404|too-big;"
                                    "1399|delivered;1418|too-big"},
                 {"link.mtu=1280B quic.datagram=1252B",
                  "1380|too-big;1330|too-big;1305|too-big;1292|too-big;1286|too-big;1283|too-big"}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text = g_strconcat(
            "stack.name=quic stack.preset=plain record.packets=yes ", CASES[i].mtu, NULL);
        g_auto(GStrv) settings = g_strsplit(text, " ", -1);
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        for (int k = 0; k < 100; k++) {
            g_ptr_array_add(rows, g_strdup_printf("%dms send 0 1 0 %d", 30 * k, k));
        }
        g_ptr_array_add(rows, NULL);
        g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_run(toy, (const char *const *)(void *)rows->pdata, 10 * SIM_SECOND);
        database_fixture_expect(toy->database,
                                "SELECT size_bytes, fate FROM packet WHERE sender_id = 0 AND"
                                " size_bytes > 1280 AND data_bytes = 0 ORDER BY sent_ns",
                                CASES[i].sizes);
        database_fixture_expect(toy->database, "SELECT fate, count(*) FROM message GROUP BY 1",
                                "delivered|100");
    }
}

/* Shipped scenarios end well on it, whatever the partitions. */
static void scenarios_run_on_it(void)
{
    static const char *const FILES[] = {"testbed.yaml", "lossy-line.yaml", "snapshot-ping.yaml"};
    static const char *const PLAIN_SETS[] = {"stack.name=quic", NULL};
    static const char *const AGAIN[] = {"stack.name=quic", "quic.retry=yes",
                                        "quic.version-negotiation=yes", NULL};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(FILES); i++) {
        const char *const *sets = i % 2 == 0 ? PLAIN_SETS : AGAIN;
        char *digests[2];
        for (unsigned k = 0; k < 2; k++) {
            g_autoptr(ScenarioFixture) fixture =
                scenario_fixture_new(FILES[i / 2], sets, 1 + 2 * k, true);
            CU_ASSERT_PTR_NOT_NULL_FATAL(fixture);
            CU_ASSERT_TRUE(scenario_fixture_run(fixture));
            CU_ASSERT_EQUAL(
                scenario_fixture_integer(fixture, "SELECT count(*) FROM message WHERE fate NOT IN"
                                                  " ('delivered', 'in-flight')"),
                0);
            digests[k] = scenario_fixture_digest(fixture);
        }
        CU_ASSERT_STRING_EQUAL(digests[0], digests[1]);
        g_free(digests[0]);
        g_free(digests[1]);
    }
}

/* What waits for a dial that fails is lost, also where the run ends before QUIC has taken leave. */
static void what_waits_for_a_failed_dial_is_lost(void)
{
    static const char *const SETTINGS[] = {"stack.name=quic", "security.impostors={1}", NULL};
    static const char *const ROWS[] = {"0ms send 0 1 0 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, ROWS, 21 * SIM_SECOND / 1000);
    toy_network_expect_log(toy, "20 0 ended with 1: wrong-peer; ");
    database_fixture_expect(toy->database, "SELECT fate FROM message", "reset");
}

CU_TestInfo suite_quic_stack[] = {
    {"round_trips_are_those_of_libp2p", round_trips_are_those_of_libp2p},
    {"refusals_and_timeouts", refusals_and_timeouts},
    {"ends_of_streams", ends_of_streams},
    {"crashes_and_partitions", crashes_and_partitions},
    {"every_message_comes_once_and_in_order", every_message_comes_once_and_in_order},
    {"a_dial_tells_its_steps", a_dial_tells_its_steps},
    {"a_dial_may_begin_again", a_dial_may_begin_again},
    {"the_search_for_the_mtu_stops_at_that_of_the_link",
     the_search_for_the_mtu_stops_at_that_of_the_link},
    {"scenarios_run_on_it", scenarios_run_on_it},
    {"what_waits_for_a_failed_dial_is_lost", what_waits_for_a_failed_dial_is_lost},
    CU_TEST_INFO_NULL,
};
