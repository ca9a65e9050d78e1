/* SPDX-License-Identifier: MIT */
/* What pings put on the wire, stack by stack: the first one on a fresh stream, and a later one. The
 * packets that were sent are compared with sums of what each layer adds, after libp2p's
 * specifications (multistream-select, yamux, mplex, noise, tls), RFC 6455 and RFC 9000. */
#include "tests/suite.h"

#include "tests/database_fixture.h"
#include "tests/scenario_fixture.h"

#include <stdio.h>
#include <string.h>

/* The connection is there after 1 s; a ping is 32 bytes, and so is its answer. */
static const char SCENARIO[] = "scenario:\n"
                               "  module: ping\n"
                               "  stop: 3s\n"
                               "peers:\n"
                               "  count: 2\n"
                               "link:\n"
                               "  latency: 50ms\n"
                               "ping:\n"
                               "  pingers: none\n"
                               "record:\n"
                               "  packets: yes\n"
                               "timeline:\n"
                               "  - 1s: ping 0 1\n"
                               "  - 2s: ping 0 1\n";

enum {
    IP_TCP = 20 + 32, /* IPv4, TCP with timestamps */
    IP_UDP = 20 + 8,
    NOISE = 2 + 16,   /* length and tag */
    TLS = 5 + 1 + 16, /* record, type, tag */
    MASKED = 6,
    UNMASKED = 2,
    LONG = 2,                     /* a frame of a websocket; from 126 bytes on */
    QUIC = 1 + 4 + 2 + 16,        /* flags, connection id, packet number, tag */
    QUIC_STREAM = 1 + 1,          /* type and id of the last frame, from its start */
    QUIC_OFFSET = 2,              /* of 70 */
    QUIC_ACK = 1 + 1 + 1 + 1 + 1, /* type, largest, delay 0, no gaps, first range */
    YAMUX = 12,
    MPLEX = 1 + 1,     /* number with flag, length */
    MPLEX_NEW = 2 + 1, /* and the name `0` */
    HEADER = 20,       /* `/multistream/1.0.0` */
    PROTOCOL = 18,     /* `/ipfs/ping/1.0.0` */
    PREFIX = 1,        /* of these, the length */
    PING = 32,
    /* One write of the opener: a stream, and the proposal with the ping behind it. */
    FIRST_YAMUX = YAMUX + YAMUX + HEADER + PROTOCOL + PING,
    FIRST_MPLEX = MPLEX_NEW + MPLEX + HEADER + PROTOCOL + PING,
    /* Three writes of the listener's; yamux accepts the stream in a frame of its own. */
    ANSWER_YAMUX = YAMUX + YAMUX + HEADER + YAMUX + PROTOCOL + YAMUX + PING,
    ANSWER_MPLEX = MPLEX + HEADER + MPLEX + PROTOCOL + MPLEX + PING,
    LATER_YAMUX = YAMUX + PING,
    LATER_MPLEX = MPLEX + PING,
    /* js-libp2p writes each length apart, and has the echo before it speaks. */
    WORDS_YAMUX =
        YAMUX + 2 * (YAMUX + PREFIX) + YAMUX + HEADER - PREFIX + YAMUX + PROTOCOL - PREFIX,
};

static void sums_are_those_of_the_specifications(void)
{
    CU_ASSERT_EQUAL(FIRST_YAMUX, 94);
    CU_ASSERT_EQUAL(FIRST_YAMUX + NOISE, 112);
    CU_ASSERT_EQUAL(ANSWER_YAMUX, 12 + (12 + 20) + (12 + 18) + (12 + 32));
    CU_ASSERT_EQUAL(LATER_YAMUX + NOISE + IP_TCP, 114);
    CU_ASSERT_EQUAL(IP_UDP + QUIC, 51);
}

typedef struct PingCase {
    const char *settings;
    unsigned first, answer, later, later_answer; /* bytes of the packets */
} PingCase;

/* Packets that only acknowledge left out. */
static void expect_packets(const char *settings, const char *expected)
{
    g_auto(GStrv) sets = g_strsplit(settings, " ", -1);
    g_autoptr(ScenarioFixture) fixture =
        scenario_fixture_new(SCENARIO, (const char *const *)sets, 1, true);
    CU_ASSERT_FATAL(fixture != NULL && scenario_fixture_run(fixture));
    database_fixture_expect(&(DatabaseFixture){.database = fixture->database},
                            "SELECT sent_ns / 1000000, sender_id, size_bytes FROM packet"
                            " WHERE sent_ns >= 1000000000 AND size_bytes > 60"
                            " AND fate = 'delivered' ORDER BY sent_ns, id",
                            expected);
}

#define PLAIN "stack.preset=plain stack.name="

static void pings_take_one_packet_each_way(void)
{
    static const PingCase CASES[] = {
        {PLAIN "tcp/noise/yamux", IP_TCP + NOISE + FIRST_YAMUX, IP_TCP + NOISE + ANSWER_YAMUX,
         IP_TCP + NOISE + LATER_YAMUX, IP_TCP + NOISE + LATER_YAMUX},
        /* Identify has been before, which changes nothing. */
        {"stack.name=tcp/noise/yamux", IP_TCP + NOISE + FIRST_YAMUX, IP_TCP + NOISE + ANSWER_YAMUX,
         IP_TCP + NOISE + LATER_YAMUX, IP_TCP + NOISE + LATER_YAMUX},
        {PLAIN "tcp/tls/yamux", IP_TCP + TLS + FIRST_YAMUX, IP_TCP + TLS + ANSWER_YAMUX,
         IP_TCP + TLS + LATER_YAMUX, IP_TCP + TLS + LATER_YAMUX},
        {PLAIN "tcp/noise/mplex", IP_TCP + NOISE + FIRST_MPLEX, IP_TCP + NOISE + ANSWER_MPLEX,
         IP_TCP + NOISE + LATER_MPLEX, IP_TCP + NOISE + LATER_MPLEX},
        {PLAIN "tcp/plaintext/mplex", IP_TCP + FIRST_MPLEX, IP_TCP + ANSWER_MPLEX,
         IP_TCP + LATER_MPLEX, IP_TCP + LATER_MPLEX},
        {PLAIN "ws/noise/yamux", IP_TCP + MASKED + NOISE + FIRST_YAMUX,
         IP_TCP + UNMASKED + LONG + NOISE + ANSWER_YAMUX, IP_TCP + MASKED + NOISE + LATER_YAMUX,
         IP_TCP + UNMASKED + NOISE + LATER_YAMUX},
        /* No frames, no lengths: what is said on a stream stands behind each other. */
        {PLAIN "quic quic.path-mtu-discovery=no",
         IP_UDP + QUIC + QUIC_STREAM + HEADER + PROTOCOL + PING,
         IP_UDP + QUIC + QUIC_ACK + QUIC_STREAM + HEADER + PROTOCOL + PING,
         IP_UDP + QUIC + QUIC_STREAM + QUIC_OFFSET + PING,
         IP_UDP + QUIC + QUIC_ACK + QUIC_STREAM + QUIC_OFFSET + PING},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const PingCase *at = &CASES[i];
        g_autofree char *expected =
            g_strdup_printf("1000|0|%u;1050|1|%u;2000|0|%u;2050|1|%u", at->first, at->answer,
                            at->later, at->later_answer);
        expect_packets(at->settings, expected);
    }
}

static void js_has_the_echo_first(void)
{
    g_autofree char *expected = g_strdup_printf(
        "1000|0|%u;1050|1|%u;1100|0|%u;1150|1|%u;2000|0|%u;2050|1|%u", IP_TCP + NOISE + WORDS_YAMUX,
        IP_TCP + NOISE + WORDS_YAMUX, IP_TCP + NOISE + LATER_YAMUX, IP_TCP + NOISE + LATER_YAMUX,
        IP_TCP + NOISE + LATER_YAMUX, IP_TCP + NOISE + LATER_YAMUX);
    expect_packets("stack.preset=js-libp2p stack.name=tcp/noise/yamux", expected);
}

CU_TestInfo suite_ping_bytes[] = {
    {"sums_are_those_of_the_specifications", sums_are_those_of_the_specifications},
    {"pings_take_one_packet_each_way", pings_take_one_packet_each_way},
    {"js_has_the_echo_first", js_has_the_echo_first},
    CU_TEST_INFO_NULL,
};
