/* SPDX-License-Identifier: MIT */
/* The original testbed on each stack: what its set-up, its PING, its first marker and a survey of
 * all ordered pairs cost in round trips. Links take 50 ms, peers answer at once. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <stdio.h>

enum { DIALS = 20 * 19 / 2, PAIRS = 20 * 19 };

static const int64_t ROUND_TRIP = 100 * 1000000;

/* The dials wait for each other: the coordinator hears of each 1 ns later and orders the next one,
 * which takes another. */
static const int64_t CONTROL = 2;

/* In round trips. A message on a new stream travels half of one after the negotiation of its
 * stream, for which an opener that is lazy does not wait: a PING is answered on its own stream, so
 * it takes 1 and the negotiation; the first marker comes back on another stream, so it takes 1 and
 * two negotiations. */
typedef struct StackCase {
    const char *settings;
    unsigned dial;   /* until the application hears of it */
    unsigned ping;   /* the one of the original, while all is quiet */
    unsigned marker; /* until the first one comes back to the initiator */
    unsigned pair;   /* each PING of the survey, which comes after the snapshot; 0: none comes */
} StackCase;

#define PLAIN "stack.preset=plain stack.name="
#define JS "stack.preset=js-libp2p stack.name="
#define GO "stack.preset=go-libp2p stack.name="
#define LATE " security.early-muxer=no"

static const StackCase CASES[] = {
    /* A dial is one exchange; streams cost nothing. */
    {"stack.name=ideal", 1, 1, 1, 1},
    /* No dials at all; who has not dialled knows nobody whom to send a marker, so the snapshot does
     * not end and the survey does not begin. */
    {"stack.name=datagram", 0, 1, 1, 0},
    /* SYN and SYN|ACK. One stream a connection: peer 0 has dialled the one that it pings, and peer
     * 1 those to which its markers go; whoever has only been dialled, or has used its connection,
     * dials first. */
    {"stack.name=tcp", 1, 1, 2, 2},
    /* TCP 1, multistream-select on Noise 1, XX with the muxers in it 1. */
    {PLAIN "tcp/noise/yamux", 3, 1, 1, 1},
    /* Identify is waited for: 1 more. It has named the protocol, so streams are lazy. */
    {GO "tcp/noise/yamux", 4, 1, 1, 1},
    /* Identify is not waited for; each stream is negotiated before it is used: 1 more. */
    {JS "tcp/noise/yamux", 3, 2, 3, 2},
    /* The muxer is agreed on after the handshake: 1 more. */
    {PLAIN "tcp/noise/yamux" LATE, 4, 1, 1, 1},
    {GO "tcp/noise/yamux" LATE, 5, 1, 1, 1},
    {JS "tcp/noise/yamux" LATE, 4, 2, 3, 2},
    /* TLS 1.3 takes as long as XX. */
    {PLAIN "tcp/tls/yamux", 3, 1, 1, 1},
    {GO "tcp/tls/yamux", 4, 1, 1, 1},
    {JS "tcp/tls/yamux" LATE, 4, 2, 3, 2},
    /* Plaintext's exchange comes with the echo of its name, but names no muxer. */
    {PLAIN "tcp/plaintext/mplex", 3, 1, 1, 1},
    {GO "tcp/plaintext/mplex", 4, 1, 1, 1},
    {JS "tcp/plaintext/mplex", 3, 2, 3, 2},
    /* The request of the websocket and its answer: 1 more. */
    {PLAIN "ws/noise/yamux", 4, 1, 1, 1},
    {GO "ws/noise/yamux", 5, 1, 1, 1},
    {JS "ws/noise/yamux", 4, 2, 3, 2},
    /* One handshake for transport and security, and no muxer to agree on. */
    {PLAIN "quic", 1, 1, 1, 1},
    {GO "quic", 2, 1, 1, 1},
    {JS "quic", 1, 2, 3, 2},
    /* The connection waits for the header before it proposes: 1 more. Streams too: header 1,
     * echo 1. */
    {PLAIN "tcp/noise/yamux negotiation.connections=strict", 4, 1, 1, 1},
    {PLAIN "tcp/noise/yamux negotiation.streams=strict", 3, 3, 5, 3},
};

static ScenarioFixture *run(const char *settings, const char *more)
{
    g_autofree char *text = g_strconcat("link.latency=50ms ", settings, more, NULL);
    g_auto(GStrv) sets = g_strsplit(text, " ", -1);
    ScenarioFixture *testbed =
        scenario_fixture_new("testbed.yaml", (const char *const *)sets, 1, true);
    CU_ASSERT_FATAL(testbed != NULL && scenario_fixture_run(testbed));
    return testbed;
}

static void expect(ScenarioFixture *testbed, const StackCase *at, const char *sql, int64_t expected)
{
    const int64_t found = scenario_fixture_integer(testbed, sql);
    if (found != expected) {
        printf("\n    %s: %s gives %lld, not %lld\n", at->settings, sql, (long long)found,
               (long long)expected);
    }
    CU_ASSERT_EQUAL(found, expected);
}

/* Asked for are 1 %; there is nothing that could make a difference but the coordinator's ns. */
static void setup_takes_the_round_trips_of_its_dials(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(ScenarioFixture) testbed = run(CASES[i].settings, "");
        expect(testbed, &CASES[i], "SELECT end_ns - start_ns FROM span WHERE name = 'connectPeers'",
               DIALS * (CASES[i].dial * ROUND_TRIP + CONTROL));
        expect(testbed, &CASES[i],
               "SELECT count(*) FROM span WHERE name = 'DialPeer' AND status = 'ok'", DIALS);
        expect(testbed, &CASES[i],
               "SELECT min(end_ns - start_ns) FROM span WHERE name = 'DialPeer'",
               CASES[i].dial * ROUND_TRIP);
        expect(testbed, &CASES[i],
               "SELECT max(end_ns - start_ns) FROM span WHERE name = 'DialPeer'",
               CASES[i].dial * ROUND_TRIP);
    }
}

static void pings_and_markers_take_their_round_trips(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const StackCase *at = &CASES[i];
        g_autoptr(ScenarioFixture) testbed =
            run(at->settings, " testbed.delay=0ms testbed.pings=all-pairs");
        expect(testbed, at,
               "SELECT end_ns - start_ns FROM span WHERE name = 'PING' AND attributes ->> '$.to' "
               "IS NULL",
               at->ping * ROUND_TRIP);
        expect(testbed, at, "SELECT end_ns - start_ns FROM span WHERE name = 'cl_snapshot'",
               at->marker * ROUND_TRIP);
        static const char *const EXTREMES[] = {"count(*)", "min(end_ns - start_ns)",
                                               "max(end_ns - start_ns)"};
        const int64_t expected[] = {at->pair == 0 ? 0 : PAIRS, at->pair * ROUND_TRIP,
                                    at->pair * ROUND_TRIP};
        for (size_t k = 0; k < G_N_ELEMENTS(EXTREMES); k++) {
            g_autofree char *sql =
                g_strdup_printf("SELECT %s FROM span WHERE name = 'PING' AND attributes ->> '$.to'"
                                " IS NOT NULL",
                                EXTREMES[k]);
            expect(testbed, at, sql, expected[k]);
        }
        /* A message takes half a round trip when it has not to wait for anything. */
        expect(testbed, at, "SELECT min(received_ns - sent_ns) FROM message WHERE kind = 'PONG'",
               ROUND_TRIP / 2);
        expect(testbed, at, "SELECT max(received_ns - sent_ns) FROM message WHERE kind = 'PONG'",
               ROUND_TRIP / 2);
    }
}

/* The sleeps of both sides come on top, the same on every stack: those of the original, whole ms
 * from 0 to 99. */
static void sleeps_are_the_same_on_every_stack(void)
{
    static const char SQL[] = "SELECT end_ns - start_ns FROM span WHERE name = 'PING'";
    int64_t sleeps = -1;
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(ScenarioFixture) testbed = run(CASES[i].settings, " scenario.seed=5");
        if (sleeps < 0) {
            sleeps = scenario_fixture_integer(testbed, SQL) - CASES[i].ping * ROUND_TRIP;
            CU_ASSERT(sleeps > 0 && sleeps <= 2 * 99 * 1000000 && sleeps % 1000000 == 0);
        }
        expect(testbed, &CASES[i], SQL, sleeps + CASES[i].ping * ROUND_TRIP);
    }
}

CU_TestInfo suite_testbed_stacks[] = {
    {"setup_takes_the_round_trips_of_its_dials", setup_takes_the_round_trips_of_its_dials},
    {"pings_and_markers_take_their_round_trips", pings_and_markers_take_their_round_trips},
    {"sleeps_are_the_same_on_every_stack", sleeps_are_the_same_on_every_stack},
    CU_TEST_INFO_NULL,
};
