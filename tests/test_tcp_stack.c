/* SPDX-License-Identifier: MIT */
/* The stack `tcp` under hosts: dials, streams, ends, crashes, partitions, and what becomes of
 * messages. Links take 10 ms. */
#include "tests/suite.h"

#include "models/tcp_endpoint.h"
#include "tests/toy_network.h"

typedef struct StackCase {
    const char *settings; /* besides the stack */
    const char *rows[8];
    const char *log;
    const char *fates; /* of messages, in the order of their names */
} StackCase;

static void expect_cases(const StackCase *cases, size_t count, const ToyHooks *hooks)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = g_strconcat("stack.name=tcp ", cases[i].settings, NULL);
        g_auto(GStrv) settings = g_strsplit(g_strstrip(text), " ", -1);
        g_autoptr(ToyNetwork) toy =
            toy_network_expect((const char *const *)settings, cases[i].rows, hooks, cases[i].log);
        database_fixture_expect(toy->database,
                                "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
                                cases[i].fates);
    }
}

static void dials_and_streams(void)
{
    static const StackCase CASES[] = {
        {"", {"0ms dial 0 1"}, "20 0 dialed 1 open; ", ""},
        /* What is sent while the dial is under way goes with the end of the handshake. */
        {"",
         {"0ms send 0 1 0 1", "5ms send 0 1 0 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; 30 1 got 2 from 0; ",
         "delivered|2"},
        /* The second stream has a connection of its own, as has one of the other side. */
        {"",
         {"0ms send 0 1 0 1", "40ms send 0 1 1 2", "40ms send 1 0 0 3"},
         "30 1 opened by 0; 30 1 got 1 from 0; 70 1 opened by 0; 70 1 got 2 from 0; "
         "70 0 opened by 1; 70 0 got 3 from 1; ",
         "delivered|3"},
        /* Preconnected ones stand both ways and come back by a dial. */
        {"topology.preconnected=yes",
         {"0ms send 0 1 0 1", "0ms send 1 0 0 2", "40ms close 0 0", "60ms send 0 1 1 3"},
         "10 1 opened by 0; 10 1 got 1 from 0; 10 0 opened by 1; 10 0 got 2 from 1; "
         "50 1 ended with 0: closed; 90 1 opened by 0; 90 1 got 3 from 0; ",
         "delivered|3"},
        {"",
         {"0ms dial 0 1", "30ms send 0 1 0 1"}, /* the dialled one is used */
         "20 0 dialed 1 open; 40 1 opened by 0; 40 1 got 1 from 0; ",
         "delivered|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

static void ends_of_streams(void)
{
    static const StackCase CASES[] = {
        {"",
         {"0ms send 0 1 0 1", "50ms send 0 1 0 2", "50ms close 0 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 60 1 got 2 from 0; 60 1 ended with 0: closed; ",
         "delivered|2"},
        {"",
         {"0ms send 0 1 0 1", "50ms reset 0 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 60 1 ended with 0: reset; ",
         "delivered|1"},
        /* Closing in the middle of a handshake waits for it. */
        {"",
         {"0ms send 0 1 0 1", "0ms close 0 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 30 1 ended with 0: closed; ",
         "delivered|1"},
        {"",
         {"0ms send 0 1 0 1", "50ms send 0 1 0 2", "50ms disconnect 0 1"},
         "30 1 opened by 0; 30 1 got 1 from 0; 60 1 got 2 from 0; 60 1 ended with 0: closed; ",
         "delivered|2"},
        /* A reset while it opens: nobody hears of the stream. */
        {"", {"0ms send 0 1 0 1", "5ms reset 0 0"}, "", "reset|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
    static const StackCase HALVES[] = {
        {"",
         {"0ms send 0 1 0 1", "50ms half 0 0", "55ms send 0 1 0 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; 55 0 cannot send 2; 60 1 half-closed by 0; "
         "70 0 ended with 1: closed; ",
         "delivered|1"},
    };
    expect_cases(HALVES, G_N_ELEMENTS(HALVES), &(ToyHooks){.half_closed = stream_close_write});
}

static void answer_later(Host *host, Stream *stream)
{
    toy_send(host, stream, 7);
    stream_close_write(host, stream);
}

/* Messages on a stream that has been closed here are read and forgotten. */
static void close_at_once(Host *host, Stream *stream, const Message *message)
{
    (void)message;
    stream_close(host, stream);
}

static void half_closed_streams_carry_answers(void)
{
    static const StackCase ANSWER[] = {
        {"",
         {"0ms send 0 1 0 1", "50ms half 0 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 60 1 half-closed by 0; 70 0 got 7 from 1; "
         "70 0 ended with 1: closed; ",
         "delivered|2"},
    };
    expect_cases(ANSWER, G_N_ELEMENTS(ANSWER), &(ToyHooks){.half_closed = answer_later});
    static const StackCase CLOSED[] = {
        {"topology.preconnected=yes",
         {"0ms send 0 1 0 1", "1ms send 0 1 0 2", "2ms send 0 1 0 3"},
         "10 1 opened by 0; 10 1 got 1 from 0; 20 0 ended with 1: closed; ",
         "delivered|1;reset|2"},
    };
    expect_cases(CLOSED, G_N_ELEMENTS(CLOSED), &(ToyHooks){.received = close_at_once});
}

/* The kernel outlives its process and says so; a machine that is gone says nothing. */
static void crashes(void)
{
    static const StackCase CASES[] = {
        {"", {"0ms crash 1", "1ms dial 0 1"}, "21 0 dialed 1 refused; ", ""},
        {"tcp.crash=host", {"0ms crash 1", "1ms dial 0 1"}, "15001 0 dialed 1 timeout; ", ""},
        {"tcp.crash=host dial.timeout=1h tcp.syn-retries=2 tcp.syn-linear=0",
         {"0ms crash 1", "0ms dial 0 1"},
         "7000 0 dialed 1 timeout; ",
         ""},
        {"",
         {"0ms send 0 1 0 1", "50ms crash 1", "55ms send 0 1 0 2", "90ms restart 1"},
         "30 1 opened by 0; 30 1 got 1 from 0; 60 0 ended with 1: reset; 90 1 restarts; "
         "90 1 has 0 and 0; ",
         "dead-peer|1;delivered|1"},
        {"tcp.crash=host",
         {"0ms send 0 1 0 1", "50ms crash 1", "200ms restart 1", "300ms send 0 1 0 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; 200 1 restarts; 200 1 has 0 and 0; "
         "320 0 ended with 1: reset; ",
         "dead-peer|1;delivered|1"},
        /* Its own crash: what it had sent is with the other side. */
        {"",
         {"0ms send 0 1 0 1", "25ms crash 0"},
         "30 1 opened by 0; 30 1 got 1 from 0; 35 1 ended with 0: reset; ",
         "delivered|1"},
        {"tcp.crash=host tcp.retries=2", /* nobody answers any more */
         {"0ms send 0 1 0 1", "50ms crash 1", "1s send 0 1 0 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; 2760 0 ended with 1: timeout; ",
         "dead-peer|1;delivered|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* A partition is nothing but loss; TCP lives by its timers. */
static void partitions(void)
{
    static const StackCase CASES[] = {
        {"",
         {"0ms send 0 1 0 1", "50ms partition {0} {1}", "60ms send 0 1 0 2", "1000ms heal"},
         "30 1 opened by 0; 30 1 got 1 from 0; 1830 1 got 2 from 0; ",
         "delivered|2"},
        {"",
         {"0ms send 0 1 0 1", "5ms partition {0} {1}"},
         "15000 0 ended with 1: timeout; ",
         "reset|1"},
        {"tcp.retries=20",
         {"0ms send 0 1 0 1", "50ms partition {0} {1}", "60ms send 0 1 0 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; ",
         "delivered|1;in-flight|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* Loss, copies and reordering: each message once, in order. */
static void every_message_comes_once_and_in_order(void)
{
    static const char *const SETTINGS[] = {"stack.name=tcp",
                                           "link.loss=20%",
                                           "link.duplication=10%",
                                           "link.corruption=5%",
                                           "link.reorder=yes",
                                           "link.jitter=uniform(0ms,30ms)",
                                           NULL};
    toy_network_expect_in_order(SETTINGS);
}

static void both_halves_take_a_kibibyte(void)
{
    CU_ASSERT(2 * sizeof(TcpEndpoint) <= 1024);
}

CU_TestInfo suite_tcp_stack[] = {
    {"dials_and_streams", dials_and_streams},
    {"ends_of_streams", ends_of_streams},
    {"half_closed_streams_carry_answers", half_closed_streams_carry_answers},
    {"crashes", crashes},
    {"partitions", partitions},
    {"every_message_comes_once_and_in_order", every_message_comes_once_and_in_order},
    {"both_halves_take_a_kibibyte", both_halves_take_a_kibibyte},
    CU_TEST_INFO_NULL,
};
