/* SPDX-License-Identifier: MIT */
/* What hosts allow themselves: dials that share a connection, back-off, the connection manager.
 * Links take 10 ms, so a dial takes 20 on `ideal`. */
#include "tests/suite.h"

#include "tests/toy_network.h"

#include <string.h>

static void expect(const char *settings, const char *const *rows, const char *log,
                   const char *query, const char *found)
{
    g_auto(GStrv) list = g_strsplit(settings, " ", -1);
    g_autoptr(ToyNetwork) toy = toy_network_expect((const char *const *)list, rows, NULL, log);
    database_fixture_expect(toy->database, query, found);
}

#define COUNT "SELECT count(*) FROM connection"

static void dials_share_a_connection(void)
{
    static const char *const ROWS[] = {"0ms dial 0 1",   "0ms dial 0 1",   "5ms dial 0 1",
                                       "150ms dial 0 1", "200ms dial 1 0", NULL};
    expect("dial.reuse=yes", ROWS,
           "20 0 dialed 1 open; 20 0 dialed 1 open; 20 0 dialed 1 open; 150 0 dialed 1 open; "
           "200 1 dialed 0 open; ",
           COUNT, "1");
    expect("dial.reuse=yes stack.preset=plain stack.name=tcp/noise/yamux", ROWS,
           "60 0 dialed 1 open; 60 0 dialed 1 open; 60 0 dialed 1 open; 150 0 dialed 1 open; "
           "200 1 dialed 0 open; ",
           COUNT, "1");
    expect("dial.reuse=no", ROWS,
           "20 0 dialed 1 open; 20 0 dialed 1 open; 25 0 dialed 1 open; 170 0 dialed 1 open; "
           "220 1 dialed 0 open; ",
           COUNT, "5");
}

/* go keeps both. */
static void cross_dials_give_two_connections(void)
{
    static const char *const ROWS[] = {"0ms dial 0 1", "0ms dial 1 0", NULL};
    expect("dial.reuse=yes", ROWS, "20 1 dialed 0 open; 20 0 dialed 1 open; ", COUNT, "2");
    expect("dial.reuse=yes stack.preset=plain stack.name=tcp/noise/yamux", ROWS,
           "60 1 dialed 0 open; 60 0 dialed 1 open; ", COUNT, "2");
}

static void joined_dials_fail_together(void)
{
    static const char *const ROWS[] = {"0ms crash 1", "1ms dial 0 1", "2ms dial 0 1", NULL};
    expect("dial.reuse=yes", ROWS, "21 0 dialed 1 refused; 21 0 dialed 1 refused; ",
           "SELECT outcome FROM connection", "refused");
}

/* 5 s after the first failure, at 20 ms; 6 s after the second, 9 s after the third; a success
 * clears it. */
static void failed_dials_back_off(void)
{
    static const char *const ROWS[] = {
        "0ms crash 1",      "0ms dial 0 1",     "100ms dial 0 1",   "5010ms dial 0 1",
        "5020ms dial 0 1",  "11030ms dial 0 1", "11040ms dial 0 1", "17000ms restart 1",
        "17050ms dial 0 1", "17060ms dial 0 2", "20060ms dial 0 1", "21000ms crash 1",
        "22000ms dial 0 1", "27010ms dial 0 1", "27020ms dial 0 1", NULL};
    static const char LOG[] =
        "20 0 dialed 1 refused; 100 0 dialed 1 back-off; 5010 0 dialed 1 back-off; "
        "5040 0 dialed 1 refused; 11030 0 dialed 1 back-off; 11060 0 dialed 1 refused; 17000 1 "
        "restarts; 17000 1 has 0 and 0; "
        "17050 0 dialed 1 back-off; 17080 0 dialed 2 open; 20080 0 dialed 1 open; "
        "22020 0 dialed 1 refused; 27010 0 dialed 1 back-off; 27040 0 dialed 1 refused; ";
    expect("dial.back-off=yes", ROWS, LOG,
           "SELECT outcome, count(*) FROM connection GROUP BY 1 ORDER BY 1",
           "back-off|5;open|1;refused|5;reset|1");
}

/* Streams whose dial is not tried end in the same instant, on every stack, and so do their
 * messages. */
static void open_at_once(Host *host, EntityId peer, Outcome outcome)
{
    CU_ASSERT(outcome == OUTCOME_REFUSED || outcome == OUTCOME_TIMEOUT);
    Stream *streams[3];
    for (int64_t i = 0; i < 3; i++) {
        streams[i] = host_open(host, peer, 0, NULL);
        toy_send(host, streams[i], i);
    }
    stream_close_write(host, streams[1]);
    stream_reset(host, streams[2]);
}

static void open_and_give_up(Host *host, EntityId peer, Outcome outcome)
{
    open_at_once(host, peer, outcome);
    host_disconnect(host, peer);
}

static void streams_end_with_a_dial_that_backs_off(void)
{
    static const char *const ROWS[] = {"0ms crash 1", "0ms dial 0 1", NULL};
    static const char *const STACKS[] = {"ideal", "tcp", "tcp/noise/yamux", "quic"};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(STACKS); i++) {
        g_autofree char *stack = g_strdup_printf("stack.name=%s", STACKS[i / 2]);
        const char *const settings[] = {"dial.back-off=yes", stack, NULL};
        const ToyHooks hooks = {.dialed = i % 2 == 0 ? open_at_once : open_and_give_up};
        g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy->hooks = hooks;
        toy_network_run(toy, ROWS, 10 * SIM_SECOND);
        database_fixture_expect(toy->database, "SELECT fate FROM message", "reset;reset;reset");
        database_fixture_expect(toy->database, "SELECT outcome FROM stream ORDER BY id",
                                i % 2 == 1 ? "closed;closed;reset" : "back-off;back-off;reset");
    }
}

/* Peers 1 to 11 dial peer 0, three of them shortly before it looks; peer 1 has a stream. */
static void manager_closes_down_to_its_low_water(void)
{
    static const char *const ROWS[] = {"0ms dial 1 0",     "10ms open 1 0 0", "10ms send 1 0 0 5",
                                       "0ms dial 2 0",     "0ms dial 3 0",    "100ms dial 4 0",
                                       "200ms dial 5 0",   "300ms dial 6 0",  "400ms dial 7 0",
                                       "500ms dial 8 0",   "9500ms dial 9 0", "9500ms dial 10 0",
                                       "9500ms dial 11 0", "600ms dial 0 2",  NULL};
    static const char *const STACKS[] = {"ideal", "tcp/noise/yamux stack.preset=plain", "quic"};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        g_autofree char *text = g_strdup_printf(
            "peers.count=12 connections.high=8 connections.low=5 connections.grace=1s "
            "stack.name=%s",
            STACKS[i]);
        g_auto(GStrv) settings = g_strsplit(text, " ", -1);
        g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_run(toy, ROWS, 30 * SIM_SECOND);
        /* 12 connections, 9 past the grace: the 7 oldest inbound without a stream go; not peer
         * 1's, not its own to 2, not the new ones. */
        database_fixture_expect(
            toy->database,
            "SELECT dialer_id FROM connection WHERE closed_ns IS NOT NULL ORDER BY 1",
            "2;3;4;5;6;7;8");
        database_fixture_expect(
            toy->database,
            "SELECT count(*) FROM connection WHERE closed_ns BETWEEN 10000000000 AND 10200000000",
            "7");
    }
}

/* Peers 1 and 5 have a stream. The least tag goes first, and only among equals those without a
 * stream; peer 3 is protected. */
static void tags_and_protection_decide_who_stays(void)
{
    static const char *const ROWS[] = {"0ms dial 1 0",
                                       "0ms dial 2 0",
                                       "0ms dial 3 0",
                                       "0ms dial 4 0",
                                       "0ms dial 5 0",
                                       "0ms dial 6 0",
                                       "500ms send 1 0 0 7",
                                       "500ms send 5 0 0 7",
                                       "600ms tag 0 2 1",
                                       "600ms tag 0 4 2",
                                       "600ms tag 0 5 1",
                                       "600ms tag 0 6 9",
                                       "600ms tag 0 6 3",
                                       "700ms protect 0 3 1",
                                       "700ms tag 0 3 5",
                                       "800ms tag 0 3 0",
                                       NULL};
    static const struct {
        const char *settings, *closed;
    } CASES[] = {
        {"connections.high=5 connections.low=3", "1|2;2|2;5|2"},
        {"connections.high=5 connections.low=2", "1|2;2|2;4|2;5|2"},
        {"connections.high=0 connections.low=0", ""}, /* off */
        {"connections.high=1 connections.low=0", "1|2;2|2;4|2;5|2;6|2"},
    };
    static const char *const STACKS[] = {"ideal", "tcp/noise/yamux stack.preset=plain", "quic"};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS) * G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text = g_strdup_printf(
            "peers.count=7 connections.grace=1s connections.silence=2s %s stack.name=%s",
            CASES[i % G_N_ELEMENTS(CASES)].settings, STACKS[i / G_N_ELEMENTS(CASES)]);
        g_auto(GStrv) settings = g_strsplit(text, " ", -1);
        g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_run(toy, ROWS, 30 * SIM_SECOND);
        database_fixture_expect(toy->database,
                                "SELECT dialer_id, closed_ns / 1000000000 FROM connection"
                                " WHERE closed_ns IS NOT NULL ORDER BY 1",
                                CASES[i % G_N_ELEMENTS(CASES)].closed);
    }
}

/* While it is protected the manager keeps looking, for there are too many. */
static void protection_ends_and_is_forgotten(void)
{
    static const char *const ROWS[] = {"0ms protect 0 1 1",
                                       "0ms dial 1 0",
                                       "0ms dial 2 0",
                                       "0ms dial 0 3",
                                       "1s protect 0 2 1",
                                       "5s protect 0 2 0",
                                       NULL};
    static const char *const CRASH[] = {"0ms protect 0 1 1", "100ms crash 0",  "200ms restart 0",
                                        "300ms dial 1 0",    "400ms dial 2 0", NULL};
    expect("connections.high=1 connections.low=1 connections.grace=1s connections.silence=2s", ROWS,
           "20 1 dialed 0 open; 20 2 dialed 0 open; 20 0 dialed 3 open; ",
           "SELECT dialer_id, listener_id, closed_ns / 1000000000 FROM connection"
           " WHERE closed_ns IS NOT NULL ORDER BY 1",
           "0|3|2;2|0|6");
    expect("connections.high=1 connections.low=1 connections.grace=1s connections.silence=2s",
           CRASH, "200 0 restarts; 200 0 has 0 and 0; 320 1 dialed 0 open; 420 2 dialed 0 open; ",
           "SELECT dialer_id, closed_ns / 1000000000 FROM connection WHERE closed_ns IS NOT NULL",
           "1|2");
}

/* With a low water that needs it, the one with a stream goes last, and both ends are told. */
static void streams_of_closed_connections_are_reset(void)
{
    static const char *const ROWS[] = {"0ms dial 1 0", "100ms open 1 0 0", "100ms send 1 0 0 5",
                                       "0ms dial 2 0", "0ms dial 3 0",     NULL};
    expect("connections.high=1 connections.low=0 connections.grace=1s connections.silence=2s", ROWS,
           "20 1 dialed 0 open; 20 2 dialed 0 open; 20 3 dialed 0 open; 110 0 opened by 1; "
           "110 0 got 5 from 1; 2000 0 ended with 1: reset; 2010 1 ended with 0: reset; ",
           "SELECT count(*) FROM connection WHERE closed_ns IS NULL", "0");
}

static void grace_puts_the_closing_off(void)
{
    static const char *const ROWS[] = {"0ms dial 1 0", "0ms dial 2 0", "0ms dial 3 0", NULL};
    expect("connections.high=2 connections.low=1 connections.grace=25s connections.silence=10s",
           ROWS, "20 1 dialed 0 open; 20 2 dialed 0 open; 20 3 dialed 0 open; ",
           "SELECT closed_ns / 1000000 FROM connection WHERE closed_ns IS NOT NULL", "30010;30010");
}

static void contradictions_are_refused(void)
{
    static const char *const SETTINGS[] = {"connections.low=5", "connections.high=4", NULL};
    g_autoptr(GError) error = NULL;
    CU_ASSERT_PTR_NULL(toy_network_new(SETTINGS, &error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "connections.low"));
}

CU_TestInfo suite_host_policy[] = {
    {"dials_share_a_connection", dials_share_a_connection},
    {"cross_dials_give_two_connections", cross_dials_give_two_connections},
    {"joined_dials_fail_together", joined_dials_fail_together},
    {"failed_dials_back_off", failed_dials_back_off},
    {"streams_end_with_a_dial_that_backs_off", streams_end_with_a_dial_that_backs_off},
    {"manager_closes_down_to_its_low_water", manager_closes_down_to_its_low_water},
    {"tags_and_protection_decide_who_stays", tags_and_protection_decide_who_stays},
    {"protection_ends_and_is_forgotten", protection_ends_and_is_forgotten},
    {"streams_of_closed_connections_are_reset", streams_of_closed_connections_are_reset},
    {"grace_puts_the_closing_off", grace_puts_the_closing_off},
    {"contradictions_are_refused", contradictions_are_refused},
    CU_TEST_INFO_NULL,
};
