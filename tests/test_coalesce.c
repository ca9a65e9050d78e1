/* SPDX-License-Identifier: MIT */
/* muxer.coalesce: what is written shortly after each other shares a record, at the price of waiting
 * for it. Links take 10 ms; a message of the toy peers takes 8 bytes and yamux' 12, a record of
 * noise 18 more and a packet 52. */
#include "tests/suite.h"

#include "tests/toy_network.h"

#include <string.h>

#define STACK "stack.preset=plain yamux.measure=0 yamux.keep-alive=0 stack.name=tcp/noise/yamux"

enum { PACKET = 52 + 18, MESSAGE = 12 + 8, FULL = 1448 };

static ToyNetwork *run(const char *settings, const char *const *rows, const ToyHooks *hooks,
                       const char *log)
{
    g_autofree char *text = g_strconcat("record.packets=yes ", settings, NULL);
    g_auto(GStrv) list = g_strsplit(text, " ", -1);
    return toy_network_expect((const char *const *)list, rows, hooks, log);
}

/* The packets with data from a time on: ms, sender, bytes. */
static void expect_packets(ToyNetwork *toy, unsigned from_ms, const char *expected)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT sent_ns / 1e6, sender_id, size_bytes FROM packet"
                        " WHERE sent_ns >= %u * 1000000 AND size_bytes > 52 ORDER BY sent_ns, id",
                        from_ms);
    database_fixture_expect(toy->database, sql, expected);
}

static void answer_thrice(Host *host, Stream *stream, const Message *message)
{
    int64_t number;
    memcpy(&number, message->content, sizeof number);
    for (int64_t i = 0; number == 2 && i < 3; i++) {
        toy_send(host, stream, 100 + i);
    }
}

/* Off: what one handler writes leaves together, and nothing waits. Two handlers of one instant are
 * two; 1 ns joins them. */
static void writes_of_a_handler_share_a_record(void)
{
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "200ms send 0 1 0 2",
                                       "300ms send 0 1 0 3", "300ms send 0 1 0 4", NULL};
    static const char LOG[] = "70 1 opened by 0; 70 1 got 1 from 0; 210 1 got 2 from 0; "
                              "220 0 got 100 from 1; 220 0 got 101 from 1; 220 0 got 102 from 1; "
                              "310 1 got 3 from 0; 310 1 got 4 from 0; ";
    const ToyHooks hooks = {.received = answer_thrice};
    g_autoptr(ToyNetwork) off = run(STACK, ROWS, &hooks, LOG);
    g_autofree char *expected =
        g_strdup_printf("200.0|0|%u;210.0|1|%u;300.0|0|%u;300.0|0|%u", PACKET + MESSAGE,
                        PACKET + 3 * MESSAGE, PACKET + MESSAGE, PACKET + MESSAGE);
    expect_packets(off, 200, expected);
    g_auto(GStrv) settings = g_strsplit("record.packets=yes muxer.coalesce=1ns " STACK, " ", -1);
    g_autoptr(ToyNetwork) on = toy_network_new((const char *const *)settings, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(on);
    toy_network_run(on, ROWS, SIM_SECOND);
    database_fixture_expect(on->database,
                            "SELECT sent_ns, size_bytes FROM packet WHERE sent_ns >= 300000000 AND"
                            " size_bytes > 52",
                            "300000001|110");
}

static void answer(Host *host, Stream *stream, const Message *message)
{
    int64_t number;
    memcpy(&number, message->content, sizeof number);
    if (number == 2) {
        toy_send(host, stream, 102);
    }
}

/* On: 5 ms from the first write on, whoever writes. The end of the handshake does not wait, and
 * takes the first message with it. */
static void small_writes_wait_and_are_joined(void)
{
    static const char *const ROWS[] = {"0ms send 0 1 0 1",
                                       "200ms send 0 1 0 2",
                                       "300ms send 0 1 0 3",
                                       "302ms send 0 1 0 4",
                                       "304ms send 0 1 0 5",
                                       "306ms send 0 1 0 6",
                                       NULL};
    g_autoptr(ToyNetwork) toy =
        run(STACK " muxer.coalesce=5ms", ROWS, &(ToyHooks){.received = answer},
            "70 1 opened by 0; 70 1 got 1 from 0; 215 1 got 2 from 0; 230 0 got 102 from 1; "
            "315 1 got 3 from 0; 315 1 got 4 from 0; 315 1 got 5 from 0; 321 1 got 6 from 0; ");
    g_autofree char *expected =
        g_strdup_printf("205.0|0|%u;220.0|1|%u;305.0|0|%u;311.0|0|%u", PACKET + MESSAGE,
                        PACKET + MESSAGE, PACKET + 3 * MESSAGE, PACKET + MESSAGE);
    expect_packets(toy, 200, expected);
}

static void dials_do_not_wait(void)
{
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    static const char *const STACKS[] = {"tcp/noise/yamux", "tcp/tls/mplex", "ws/noise/yamux"};
    static const char *const LOGS[] = {"60 0 dialed 1 open; ", "60 0 dialed 1 open; ",
                                       "80 0 dialed 1 open; "};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        g_autofree char *settings =
            g_strconcat("stack.preset=plain muxer.coalesce=5ms stack.name=", STACKS[i], NULL);
        toy_network_free(run(settings, ROWS, NULL, LOGS[i]));
    }
}

/* A message each ms, and room for all of them in yamux' queue: the 72nd makes the record larger
 * than a segment, which then leaves with all of it, long before 100 ms are over. */
static void full_segment_does_not_wait(void)
{
    enum { FIRST_MS = 300, FILLING = (FULL - 18 + MESSAGE - 1) / MESSAGE, COUNT = FILLING + 1 };
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) log = g_string_new("70 1 opened by 0; 70 1 got 999 from 0; ");
    g_ptr_array_add(rows, g_strdup("0ms send 0 1 0 999"));
    for (unsigned i = 0; i < COUNT; i++) {
        g_ptr_array_add(rows, g_strdup_printf("%ums send 0 1 0 %u", FIRST_MS + i, i));
        const unsigned sent_ms =
            i < FILLING ? FIRST_MS + FILLING - 1 : FIRST_MS + FILLING + 100; /* 1 more waits */
        g_string_append_printf(log, "%u 1 got %u from 0; ", sent_ms + 10, i);
    }
    g_ptr_array_add(rows, NULL);
    g_autoptr(ToyNetwork) toy = run(STACK " yamux.queue=100 muxer.coalesce=100ms",
                                    (const char *const *)(void *)rows->pdata, NULL, log->str);
    g_autofree char *expected = g_strdup_printf(
        "%u.0|0|%u;%u.0|0|%u;%u.0|0|%u", FIRST_MS + FILLING - 1, 52 + FULL, FIRST_MS + FILLING - 1,
        52 + FILLING * MESSAGE + 18 - FULL, FIRST_MS + FILLING + 100, PACKET + MESSAGE);
    expect_packets(toy, FIRST_MS, expected);
}

/* More than the connection takes at once: from then on acknowledgements set the pace. */
static void write_all(Host *host, EntityId peer, Outcome outcome)
{
    CU_ASSERT_EQUAL(outcome, OUTCOME_OPEN);
    Stream *stream = host_open(host, peer, 0, NULL);
    const int64_t content = 7;
    stream_send(host, stream,
                &(Message){.content = &content,
                           .content_size_bytes = sizeof content,
                           .size_bytes = 200 * 1000});
}

static void flow_does_not_wait(void)
{
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    static const char *const DELAYS[] = {" muxer.coalesce=0", " muxer.coalesce=50ms"};
    g_auto(GStrv) packets = g_new0(char *, G_N_ELEMENTS(DELAYS) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(DELAYS); i++) {
        g_autofree char *settings = g_strconcat(STACK, DELAYS[i], NULL);
        /* 10 segments, 20, 40 and the rest, a round trip apart; the last after 3. */
        g_autoptr(ToyNetwork) toy =
            run(settings, ROWS, &(ToyHooks){.dialed = write_all},
                "60 0 dialed 1 open; 130 1 opened by 0; 130 1 got 7 from 0; ");
        packets[i] = database_fixture_query(
            toy->database, "SELECT sent_ns, size_bytes FROM packet WHERE sender_id = 0 AND"
                           " size_bytes > 52 ORDER BY sent_ns, id");
    }
    CU_ASSERT_STRING_EQUAL(packets[0], packets[1]);
}

static void close_of_the_connection_does_not_wait(void)
{
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "300ms send 0 1 0 2",
                                       "302ms disconnect 0 1", NULL};
    static const char LOG[] = "70 1 opened by 0; 70 1 got 1 from 0; 312 1 got 2 from 0; "
                              "312 1 ended with 0: closed; ";
    g_autoptr(ToyNetwork) toy = run(STACK " muxer.coalesce=5ms", ROWS, NULL, LOG);
    /* The message, the stream's FIN and the session's goodbye, in one record. */
    g_autofree char *expected = g_strdup_printf("302.0|0|%u", PACKET + MESSAGE + 12 + 12);
    g_autofree char *found = database_fixture_query(
        toy->database, "SELECT sent_ns / 1e6, sender_id, size_bytes FROM packet WHERE sent_ns >="
                       " 300000000 AND sender_id = 0 AND size_bytes > 52");
    CU_ASSERT_STRING_EQUAL(found, expected);
}

/* Pings of the session are nobody's writes, and let a run be idle. */
static void session_does_not_wait(void)
{
    static const char *const SETTINGS[] = {"stack.name=tcp/noise/yamux", "yamux.keep-alive=1s",
                                           "muxer.coalesce=1s", NULL};
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_prepare(toy, ROWS);
    Simulation *simulation = network_simulation(toy->network);
    CU_ASSERT_EQUAL(simulation_run(simulation, 1000 * SIM_SECOND, true, UINT64_MAX), RUN_IDLE);
    toy_network_go_on(toy, simulation_now(simulation));
}

CU_TestInfo suite_coalesce[] = {
    {"writes_of_a_handler_share_a_record", writes_of_a_handler_share_a_record},
    {"small_writes_wait_and_are_joined", small_writes_wait_and_are_joined},
    {"dials_do_not_wait", dials_do_not_wait},
    {"full_segment_does_not_wait", full_segment_does_not_wait},
    {"flow_does_not_wait", flow_does_not_wait},
    {"close_of_the_connection_does_not_wait", close_of_the_connection_does_not_wait},
    {"session_does_not_wait", session_does_not_wait},
    CU_TEST_INFO_NULL,
};
