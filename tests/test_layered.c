/* SPDX-License-Identifier: MIT */
/* Stacks of layers under hosts: how long dials, first messages and refusals take, ends, crashes,
 * and what becomes of messages. Links take 10 ms, so a round trip takes 20. */
#include "tests/suite.h"

#include "tests/toy_network.h"

typedef struct LayeredCase {
    const char *settings;
    const char *rows[8];
    const char *log;
    const char *fates; /* of messages, in the order of their names; NULL: any */
} LayeredCase;

static void expect_cases(const LayeredCase *cases, size_t count, const ToyHooks *hooks)
{
    for (size_t i = 0; i < count; i++) {
        g_auto(GStrv) settings = g_strsplit(cases[i].settings, " ", -1);
        g_autoptr(ToyNetwork) toy =
            toy_network_expect((const char *const *)settings, cases[i].rows, hooks, cases[i].log);
        if (cases[i].fates != NULL) {
            database_fixture_expect(toy->database,
                                    "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
                                    cases[i].fates);
        }
    }
}

#define PLAIN "stack.preset=plain stack.name="
#define JS "stack.preset=js-libp2p stack.name="
#define GO "stack.name="
#define LATE " security.early-muxer=no"

/* Round trips of libp2p's stacks: TCP 1, agreeing on the security 1, the handshake 1, the muxer 1
 * unless the handshake names it, identify 1 where it is waited for; a websocket 1 more; plaintext's
 * exchange comes with the answer. */
static void dials_take_their_round_trips(void)
{
    static const struct {
        const char *settings;
        unsigned round_trips;
    } CASES[] = {
        {PLAIN "tcp/noise/yamux", 3},
        {PLAIN "tcp/noise/yamux" LATE, 4},
        {PLAIN "tcp/tls/yamux", 3},
        {PLAIN "tcp/tls/yamux" LATE, 4},
        {PLAIN "tcp/noise/mplex", 3},
        {PLAIN "tcp/plaintext/mplex", 3},
        {PLAIN "ws/noise/yamux", 4},
        {PLAIN "ws/tls/yamux" LATE, 5},
        {GO "tcp/noise/yamux", 4},
        {GO "tcp/noise/yamux" LATE, 5},
        {GO "tcp/tls/yamux", 4},
        {GO "ws/noise/yamux", 5},
        {JS "tcp/noise/yamux", 3},
        {JS "tcp/noise/mplex" LATE, 4},
        {PLAIN "tcp/noise/yamux negotiation.connections=strict", 4},
        {PLAIN "tcp/noise/yamux negotiation.connections=strict" LATE, 6},
        {PLAIN "tcp/noise/yamux security.propose=[tls,noise] security.accept=[noise]", 4},
        {PLAIN "tcp/noise/yamux muxer.propose=[mplex,yamux] muxer.accept=[yamux]", 3},
        {PLAIN "tcp/noise/yamux muxer.propose=[mplex,yamux] muxer.accept=[yamux]" LATE, 5},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *log = g_strdup_printf("%u 0 dialed 1 open; ", 20 * CASES[i].round_trips);
        expect_cases(&(LayeredCase){CASES[i].settings, {"0ms dial 0 1"}, log, ""}, 1, NULL);
    }
}

static void answer(Host *host, Stream *stream, const Message *message)
{
    int64_t number;
    memcpy(&number, message->content, sizeof number);
    if (number < 100) {
        toy_send(host, stream, number + 100);
    }
}

/* The reply to the first message of a stream that makes its connection, and of the next one: from
 * the cold, then on the open connection with a new stream, then on the same stream. */
static void first_replies_take_their_round_trips(void)
{
    static const struct {
        const char *settings;
        unsigned cold, stream, same;
    } CASES[] = {
        {PLAIN "tcp/noise/yamux", 4, 1, 1},
        {PLAIN "tcp/noise/yamux" LATE, 5, 1, 1},
        {PLAIN "ws/noise/yamux", 5, 1, 1},
        {GO "tcp/noise/yamux", 5, 1, 1},
        {GO "tcp/noise/yamux" LATE, 6, 1, 1},
        {GO "tcp/tls/yamux", 5, 1, 1},
        {JS "tcp/noise/yamux", 5, 2, 1},
        {JS "tcp/noise/mplex" LATE, 6, 2, 1},
        {PLAIN "tcp/noise/yamux negotiation.streams=pipelined", 5, 2, 1},
        {PLAIN "tcp/noise/yamux negotiation.streams=strict", 6, 3, 1},
        {PLAIN "tcp/noise/yamux negotiation.streams=lazy-when-known", 5, 2, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const unsigned cold = 20 * CASES[i].cold, stream = 1000 + 20 * CASES[i].stream,
                       same = 2000 + 20 * CASES[i].same;
        g_autofree char *log = g_strdup_printf(
            "%u 1 opened by 0; %u 1 got 1 from 0; %u 0 got 101 from 1; "
            "%u 1 opened by 0; %u 1 got 2 from 0; %u 0 got 102 from 1; "
            "%u 1 got 3 from 0; %u 0 got 103 from 1; ",
            cold - 10, cold - 10, cold, stream - 10, stream - 10, stream, same - 10, same);
        expect_cases(&(LayeredCase){CASES[i].settings,
                                    {"0ms send 0 1 0 1", "1s send 0 1 1 2", "2s send 0 1 1 3"},
                                    log,
                                    "delivered|6"},
                     1, &(ToyHooks){.received = answer});
    }
}

/* The matrix of outcomes: who refuses, and when that is known. */
static void refusals_and_timeouts(void)
{
    static const LayeredCase CASES[] = {
        {GO "tcp/noise/yamux", {"0ms crash 1", "1ms dial 0 1"}, "21 0 dialed 1 refused; ", ""},
        {GO "tcp/noise/yamux tcp.crash=host",
         {"0ms crash 1", "0ms dial 0 1"},
         "5000 0 dialed 1 timeout; ",
         ""},
        {GO "tcp/noise/yamux tcp.crash=host dial.timeout=2s",
         {"0ms crash 1", "0ms dial 0 1"},
         "2000 0 dialed 1 timeout; ",
         ""},
        {GO "tcp/noise/yamux security.impostors={1}",
         {"0ms dial 0 1"},
         "60 0 dialed 1 wrong-peer; ",
         ""},
        {GO "tcp/noise/yamux security.accept=[tls]",
         {"0ms dial 0 1"},
         "40 0 dialed 1 no-protocol; ",
         ""},
        {GO "tcp/noise/yamux security.propose=[plaintext,noise] security.accept=[tls]",
         {"0ms dial 0 1"},
         "60 0 dialed 1 no-protocol; ",
         ""},
        {GO "tcp/noise/yamux muxer.accept=[mplex]",
         {"0ms dial 0 1"},
         "60 0 dialed 1 no-protocol; ",
         ""},
        {GO "tcp/noise/yamux muxer.accept=[mplex]" LATE,
         {"0ms dial 0 1"},
         "80 0 dialed 1 no-protocol; ",
         ""},
        /* The listener dies in the middle of the handshake: its kernel says so, or nobody does. */
        {GO "tcp/noise/yamux", {"0ms dial 0 1", "35ms crash 1"}, "45 0 dialed 1 reset; ", ""},
        {GO "tcp/noise/yamux tcp.crash=host upgrade.negotiate-timeout=9s",
         {"0ms dial 0 1", "35ms crash 1"},
         "9020 0 dialed 1 timeout; ",
         ""},
        /* Given up while identify is awaited. */
        {GO "tcp/noise/yamux", {"0ms dial 0 1", "75ms disconnect 0 1"}, "", ""},
        /* The other side does not speak the stream's protocol. */
        {PLAIN "tcp/noise/yamux negotiation.refuse={1}",
         {"0ms send 0 1 0 1"},
         "80 0 ended with 1: no-protocol; ",
         "reset|1"},
        {JS "tcp/noise/yamux negotiation.refuse={1}",
         {"0ms send 0 1 0 1"},
         "80 0 ended with 1: no-protocol; ",
         "reset|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

static void ends_of_streams(void)
{
    static const LayeredCase CASES[] = {
        {PLAIN "tcp/noise/yamux",
         {"0ms send 0 1 0 1", "200ms send 0 1 0 2", "200ms close 0 0"},
         "70 1 opened by 0; 70 1 got 1 from 0; 210 1 got 2 from 0; 210 1 ended with 0: closed; ",
         "delivered|2"},
        {PLAIN "tcp/noise/mplex",
         {"0ms send 0 1 0 1", "200ms reset 0 0"},
         "70 1 opened by 0; 70 1 got 1 from 0; 210 1 ended with 0: reset; ",
         "delivered|1"},
        /* Closed while the connection is made: what was sent still goes. */
        {GO "tcp/noise/yamux",
         {"0ms send 0 1 0 1", "0ms close 0 0"},
         "90 1 opened by 0; 90 1 got 1 from 0; 90 1 ended with 0: closed; ",
         "delivered|1"},
        {GO "tcp/noise/yamux", {"0ms send 0 1 0 1", "5ms reset 0 0"}, "", "reset|1"},
        {GO "tcp/noise/yamux",
         {"0ms send 0 1 0 1", "200ms send 0 1 0 2", "200ms disconnect 0 1"},
         "90 1 opened by 0; 90 1 got 1 from 0; 210 1 got 2 from 0; 210 1 ended with 0: closed; ",
         "delivered|2"},
        /* Two streams on one connection, one of the other side's. */
        {GO "tcp/noise/yamux",
         {"0ms send 0 1 0 1", "200ms send 1 0 0 2", "300ms disconnect 1 0"},
         "90 1 opened by 0; 90 1 got 1 from 0; 210 0 opened by 1; 210 0 got 2 from 1; "
         "310 0 ended with 1: closed; 310 0 ended with 1: closed; ",
         "delivered|2"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
    static const LayeredCase HALVES[] = {
        {PLAIN "tcp/tls/yamux",
         {"0ms send 0 1 0 1", "200ms half 0 0", "205ms send 0 1 0 2"},
         "70 1 opened by 0; 70 1 got 1 from 0; 205 0 cannot send 2; 210 1 half-closed by 0; "
         "220 0 ended with 1: closed; ",
         "delivered|1"},
    };
    expect_cases(HALVES, G_N_ELEMENTS(HALVES), &(ToyHooks){.half_closed = stream_close_write});
}

static void crashes_and_partitions(void)
{
    static const LayeredCase CASES[] = {
        {PLAIN "tcp/noise/yamux",
         {"0ms send 0 1 0 1", "200ms crash 1", "205ms send 0 1 0 2", "300ms restart 1"},
         "70 1 opened by 0; 70 1 got 1 from 0; 210 0 ended with 1: reset; 300 1 restarts; "
         "300 1 has 0 and 0; ",
         "dead-peer|1;delivered|1"},
        /* Its machine goes without a word. yamux asks 5 s after the last frame, which came at 80
         * ms, and gives up after 2. */
        {PLAIN "tcp/noise/yamux tcp.crash=host yamux.measure=0 yamux.keep-alive=5s "
               "yamux.write-timeout=2s",
         {"0ms send 0 1 0 1", "200ms crash 1"},
         "70 1 opened by 0; 70 1 got 1 from 0; 7080 0 ended with 1: timeout; ",
         "delivered|1"},
        {PLAIN "tcp/noise/yamux",
         {"0ms send 0 1 0 1", "65ms crash 0"},
         "70 1 opened by 0; 70 1 got 1 from 0; 75 1 ended with 0: reset; ",
         "delivered|1"},
        {PLAIN "tcp/noise/yamux topology.preconnected=yes",
         {"0ms send 0 1 0 1", "0ms send 1 0 0 2"},
         "10 1 opened by 0; 10 1 got 1 from 0; 10 0 opened by 1; 10 0 got 2 from 1; ",
         "delivered|2"},
        /* The session's ping is not answered: yamux gives the connection up. */
        {PLAIN "tcp/noise/yamux tcp.retries=20 yamux.keep-alive=5s yamux.write-timeout=2s",
         {"0ms send 0 1 0 1", "200ms partition {0} {1}"},
         NULL,
         "delivered|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES) - 1, NULL);
}

/* Loss, copies and reordering: each message once, and in order on its stream. */
static void every_message_comes_once_and_in_order(void)
{
    static const char *const STACKS[] = {"stack.name=tcp/noise/yamux", "stack.name=tcp/tls/mplex",
                                         "stack.name=ws/noise/yamux"};
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        const char *const settings[] = {STACKS[i],
                                        "link.loss=20%",
                                        "link.duplication=10%",
                                        "link.reorder=yes",
                                        "link.jitter=uniform(0ms,30ms)",
                                        "dial.timeout=60s",
                                        "upgrade.connect-timeout=60s",
                                        "upgrade.accept-timeout=60s",
                                        NULL};
        toy_network_expect_in_order(settings);
    }
}

/* What waits for a dial that fails is lost, also where the run ends before TCP has taken leave. */
static void what_waits_for_a_failed_dial_is_lost(void)
{
    static const char *const SETTINGS[] = {"stack.name=tcp/noise/yamux",
                                           "security.accept=[plaintext]", NULL};
    static const char *const ROWS[] = {"0ms send 0 1 0 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, ROWS, 41 * SIM_SECOND / 1000);
    toy_network_expect_log(toy, "40 0 ended with 1: no-protocol; ");
    database_fixture_expect(toy->database, "SELECT fate FROM message", "reset");
}

/* A dial each half second: from 30 s on the sessions' pings are under way at each of them. The run
 * ends once all dials are done, though the pings go on. */
static void pings_of_sessions_let_a_run_be_idle(void)
{
    enum { PEERS = 24, DIALS = PEERS * (PEERS - 1) / 2 };
    static const char *const STACKS[] = {"tcp/noise/yamux", "ws/tls/yamux"};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (unsigned a = 0; a < PEERS; a++) {
        for (unsigned b = a + 1; b < PEERS; b++) {
            g_ptr_array_add(rows, g_strdup_printf("%ums dial %u %u", 500 * rows->len, a, b));
        }
    }
    g_ptr_array_add(rows, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        g_autofree char *stack = g_strconcat("stack.name=", STACKS[i], NULL);
        const char *const settings[] = {"peers.count=24", "link.latency=50ms", stack, NULL};
        g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_prepare(toy, (const char *const *)(void *)rows->pdata);
        Simulation *simulation = network_simulation(toy->network);
        CU_ASSERT_EQUAL(simulation_run(simulation, 1000 * SIM_SECOND, true, UINT64_MAX), RUN_IDLE);
        CU_ASSERT(simulation_now(simulation) >= DIALS / 2 * SIM_SECOND);
        CU_ASSERT(simulation_now(simulation) <= (DIALS / 2 + 31) * SIM_SECOND);
        toy_network_go_on(toy, simulation_now(simulation));
        database_fixture_expect(toy->database,
                                "SELECT count(*) FROM connection WHERE outcome = 'open'", "276");
    }
}

/* The steps of a dial are spans in it, with what they took. Bytes as in test_upgrade.c. */
static void a_dial_tells_its_steps(void)
{
    static const char *const SETTINGS[] = {"stack.name=tcp/noise/yamux", "security.early-muxer=no",
                                           NULL};
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_expect(SETTINGS, ROWS, NULL, "100 0 dialed 1 open; ");
    database_fixture_expect(
        toy->database,
        "SELECT s.name, (s.start_ns - p.start_ns) / 1000000, (s.end_ns - s.start_ns) / 1000000,"
        " json_extract(s.attributes, '$.bytes_sent'), json_extract(s.attributes, "
        "'$.bytes_received'), json_extract(s.attributes, '$.round_trips')"
        " FROM span s JOIN span p ON p.id = s.parent_id WHERE p.name = 'dial' ORDER BY s.start_ns",
        "transport|0|20|60|60|1;security|20|40|232|230|2;muxer|60|20|52|52|1;"
        "identify|80|20|NULL|602|1");
}

CU_TestInfo suite_layered[] = {
    {"dials_take_their_round_trips", dials_take_their_round_trips},
    {"first_replies_take_their_round_trips", first_replies_take_their_round_trips},
    {"refusals_and_timeouts", refusals_and_timeouts},
    {"ends_of_streams", ends_of_streams},
    {"crashes_and_partitions", crashes_and_partitions},
    {"every_message_comes_once_and_in_order", every_message_comes_once_and_in_order},
    {"what_waits_for_a_failed_dial_is_lost", what_waits_for_a_failed_dial_is_lost},
    {"pings_of_sessions_let_a_run_be_idle", pings_of_sessions_let_a_run_be_idle},
    {"a_dial_tells_its_steps", a_dial_tells_its_steps},
    CU_TEST_INFO_NULL,
};
