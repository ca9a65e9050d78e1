/* SPDX-License-Identifier: MIT */
/* Dials over several transports under hosts: who wins and when, what becomes of the others, and of
 * what is said meanwhile. Links take 10 ms unless a case says otherwise, so a round trip R takes
 * 20. */
#include "tests/suite.h"

#include "models/quic_endpoint.h"
#include "models/ranked.h"
#include "models/tcp_endpoint.h"
#include "tests/scenario_fixture.h"
#include "tests/toy_network.h"

typedef struct RankedCase {
    const char *settings; /* besides the stack */
    const char *rows[10];
    const char *log;
    const char *query, *found; /* NULL: none */
} RankedCase;

static void expect_cases(const RankedCase *cases, size_t count, const ToyHooks *hooks)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text =
            g_strconcat("stack.name=quic+tcp/noise/yamux ", cases[i].settings, NULL);
        g_auto(GStrv) settings = g_strsplit(g_strstrip(text), " ", -1);
        g_autoptr(ToyNetwork) toy =
            toy_network_expect((const char *const *)settings, cases[i].rows, hooks, cases[i].log);
        if (cases[i].query != NULL) {
            database_fixture_expect(toy->database, cases[i].query, cases[i].found);
        }
    }
}

#define PLAIN "stack.preset=plain "
#define BLOCKED "quic.blocked={1} "
#define ROWS_OF_DIALS                                                                              \
    "SELECT stack, outcome, dialed_ns / 1000000, opened_ns / 1000000, closed_ns / 1000000 FROM "   \
    "connection ORDER BY id"

/* QUIC is there in 1 R, with identify in 2. */
static void quic_wins(void)
{
    static const RankedCase CASES[] = {
        {PLAIN, {"0ms dial 0 1"}, "20 0 dialed 1 open; ", ROWS_OF_DIALS, "quic|open|0|20|NULL"},
        {"", {"0ms dial 0 1"}, "40 0 dialed 1 open; ", ROWS_OF_DIALS, "quic|open|0|40|NULL"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* Where a round trip takes longer than dial.rank-delay, TCP is tried too and called off. */
static void slow_quic_still_wins(void)
{
    static const RankedCase CASES[] = {
        {PLAIN "link.latency=300ms",
         {"0ms dial 0 1"},
         "600 0 dialed 1 open; ",
         ROWS_OF_DIALS,
         "quic|open|0|600|NULL;tcp/noise/yamux|cancelled|250|NULL|600"},
        {PLAIN "link.latency=300ms dial.rank-delay=700ms",
         {"0ms dial 0 1"},
         "600 0 dialed 1 open; ",
         ROWS_OF_DIALS,
         "quic|open|0|600|NULL"},
        {PLAIN "link.latency=300ms dial.timeout=200ms",
         {"0ms dial 0 1"},
         "200 0 dialed 1 timeout; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|0|NULL|200;quic|timeout|0|NULL|200"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* A network that drops UDP at either end: TCP begins 250 ms later and takes its round trips. */
static void tcp_wins_where_udp_is_blocked(void)
{
    static const RankedCase CASES[] = {
        {PLAIN BLOCKED,
         {"0ms dial 0 1"},
         "310 0 dialed 1 open; ",
         ROWS_OF_DIALS,
         "quic|cancelled|0|NULL|310;tcp/noise/yamux|open|0|310|NULL"},
        {PLAIN BLOCKED, {"0ms dial 1 0"}, "310 1 dialed 0 open; ", NULL, NULL},
        {PLAIN BLOCKED, {"0ms dial 2 3"}, "20 2 dialed 3 open; ", NULL, NULL},
        {BLOCKED, {"0ms dial 0 1"}, "330 0 dialed 1 open; ", NULL, NULL},
        {PLAIN BLOCKED "security.early-muxer=no",
         {"0ms dial 0 1"},
         "330 0 dialed 1 open; ",
         NULL,
         NULL},
        {PLAIN BLOCKED "dial.rank-delay=30ms",
         {"0ms dial 0 1"},
         "90 0 dialed 1 open; ",
         NULL,
         NULL},
        {PLAIN BLOCKED "stack.name=quic+ws/tls/mplex",
         {"0ms dial 0 1"},
         "330 0 dialed 1 open; ",
         ROWS_OF_DIALS,
         "quic|cancelled|0|NULL|330;ws/tls/mplex|open|0|330|NULL"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

static void answer(Host *host, Stream *stream, const Message *message)
{
    int64_t number;
    memcpy(&number, message->content, sizeof number);
    if (number < 100) {
        toy_send(host, stream, number + 100);
    }
}

#define FATES "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1"

/* What is said during the dial goes out on the winner, in order; what is reset by then does not. */
static void streams_move_to_the_winner(void)
{
    static const RankedCase CASES[] = {
        {PLAIN BLOCKED,
         {"0ms send 0 1 0 1", "5ms send 0 1 0 2", "260ms send 0 1 1 3", "270ms half 0 1",
          "280ms send 0 1 2 4", "285ms reset 0 2", "400ms send 0 1 0 5"},
         "320 1 opened by 0; 320 1 got 1 from 0; 320 1 got 2 from 0; 320 1 opened by 0; "
         "320 1 got 3 from 0; 320 1 half-closed by 0; 330 0 got 101 from 1; 330 0 got 102 from 1; "
         "330 0 got 103 from 1; 410 1 got 5 from 0; 420 0 got 105 from 1; ",
         FATES,
         "delivered|8;reset|1"},
        {PLAIN,
         {"0ms send 0 1 0 1", "1s send 1 0 1 2"},
         "30 1 opened by 0; 30 1 got 1 from 0; 40 0 got 101 from 1; 1010 0 opened by 1; "
         "1010 0 got 2 from 1; 1020 1 got 102 from 0; ",
         FATES,
         "delivered|4"},
        /* It stands in the record with the connection that carries it. */
        {PLAIN BLOCKED,
         {"0ms send 0 1 0 1"},
         "320 1 opened by 0; 320 1 got 1 from 0; 330 0 got 101 from 1; ",
         "SELECT s.outcome, c.stack FROM stream s LEFT JOIN connection c ON c.id = s.connection_id",
         "open|tcp/noise/yamux"},
        /* One that has ended before there was a connection had none, though its message arrives. */
        {PLAIN BLOCKED,
         {"0ms send 0 1 0 1", "5ms close 0 0"},
         "320 1 opened by 0; 320 1 got 1 from 0; 320 1 ended with 0: closed; ",
         "SELECT m.fate, s.outcome, s.connection_id FROM message m JOIN stream s ON s.id = "
         "m.stream_id WHERE m.sender_id = 0",
         "delivered|closed|NULL"},
        /* The dial is given up, or fails, or is still under way in the end. */
        {PLAIN BLOCKED,
         {"0ms send 0 1 0 1", "260ms disconnect 0 1"},
         "",
         "SELECT fate, (SELECT group_concat(stack || ' ' || outcome, ', ') FROM connection) FROM "
         "message",
         "reset|quic cancelled, tcp/noise/yamux cancelled, quic+tcp/noise/yamux closed"},
        {PLAIN BLOCKED "tcp.crash=host",
         {"0ms crash 1", "0ms send 0 1 0 1"},
         "5250 0 ended with 1: timeout; ",
         "SELECT m.fate, s.outcome, c.stack FROM message m, stream s JOIN connection c ON c.id = "
         "s.connection_id",
         "reset|timeout|quic+tcp/noise/yamux"},
        {PLAIN BLOCKED "tcp.crash=host upgrade.connect-timeout=1h dial.timeout=1h",
         {"0ms crash 1", "0ms send 0 1 0 1"},
         "",
         "SELECT fate, (SELECT group_concat(stack || ' ' || outcome, ', ') FROM (SELECT * FROM "
         "connection ORDER BY id)) FROM message",
         "in-flight|quic+tcp/noise/yamux dialing, quic timeout, tcp/noise/yamux dialing"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), &(ToyHooks){.received = answer});
}

/* When all have failed, the dial ends as the last one did. TCP does not wait for its turn once QUIC
 * has failed. */
static void failures(void)
{
    static const RankedCase CASES[] = {
        {PLAIN,
         {"0ms crash 1", "1ms dial 0 1"},
         "5001 0 dialed 1 timeout; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|1|NULL|5001;quic|timeout|1|NULL|5001;"
         "tcp/noise/yamux|refused|251|NULL|271"},
        {PLAIN "quic.handshake-timeout=100ms",
         {"0ms crash 1", "0ms dial 0 1"},
         "120 0 dialed 1 refused; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|refused|0|NULL|120;quic|timeout|0|NULL|100;"
         "tcp/noise/yamux|refused|100|NULL|120"},
        {PLAIN BLOCKED "quic.handshake-timeout=100ms",
         {"0ms dial 0 1"},
         "160 0 dialed 1 open; ",
         ROWS_OF_DIALS,
         "quic|timeout|0|NULL|100;tcp/noise/yamux|open|0|160|NULL"},
        {PLAIN "security.impostors={1}",
         {"0ms dial 0 1"},
         "80 0 dialed 1 wrong-peer; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|wrong-peer|0|NULL|80;quic|wrong-peer|0|NULL|20;"
         "tcp/noise/yamux|wrong-peer|20|NULL|80"},
        {PLAIN BLOCKED "dial.timeout=2s tcp.crash=host",
         {"0ms crash 1", "0ms dial 0 1"},
         "2000 0 dialed 1 timeout; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|0|NULL|2000;quic|timeout|0|NULL|2000;"
         "tcp/noise/yamux|timeout|250|NULL|2000"},
        /* What answers too late makes no connection. */
        {PLAIN BLOCKED "dial.timeout=305ms",
         {"0ms dial 0 1"},
         "305 0 dialed 1 timeout; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|0|NULL|305;quic|timeout|0|NULL|305;"
         "tcp/noise/yamux|timeout|250|NULL|305"},
        {PLAIN BLOCKED "security.accept=[tls]",
         {"0ms dial 0 1"},
         "5000 0 dialed 1 timeout; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|0|NULL|5000;quic|timeout|0|NULL|5000;"
         "tcp/noise/yamux|no-protocol|250|NULL|290"},
        {BLOCKED "negotiation.refuse={1}",
         {"0ms send 0 1 0 1"},
         "350 0 ended with 1: no-protocol; ",
         FATES,
         "reset|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* In the middle of a race: of the dialer while both wait for an answer, and when one is there; of
 * the listener during TCP's handshake, and while the dial waits for identify. */
static void crashes(void)
{
    static const RankedCase CASES[] = {
        {PLAIN "link.latency=300ms",
         {"0ms send 0 1 0 1", "400ms crash 0"},
         "",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|crashed|0|NULL|400;quic|crashed|0|NULL|400;"
         "tcp/noise/yamux|crashed|250|NULL|400"},
        {PLAIN BLOCKED,
         {"0ms send 0 1 0 1", "285ms crash 0", "400ms restart 0", "500ms send 0 1 0 2"},
         "400 0 restarts; 400 0 has 0 and 0; 820 1 opened by 0; 820 1 got 2 from 0; ",
         FATES,
         "delivered|1;reset|1"},
        {PLAIN BLOCKED,
         {"0ms send 0 1 0 1", "265ms crash 1"},
         "5000 0 ended with 1: timeout; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|0|NULL|5000;quic|timeout|0|NULL|5000;"
         "tcp/noise/yamux|reset|250|NULL|275"},
        {BLOCKED,
         {"0ms send 0 1 0 1", "315ms crash 1"},
         "325 0 ended with 1: reset; ",
         ROWS_OF_DIALS,
         "quic|cancelled|0|NULL|310;tcp/noise/yamux|reset|0|NULL|325"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* Nothing of an attempt that was called off is left, on either side: TCP's that had come to the
 * handshake of the security layer, and QUIC's that had come to nothing. */
static void attempts_leave_nothing_behind(void)
{
    static const struct {
        const char *settings;
        RankedWay winner;
    } CASES[] = {
        {PLAIN "link.latency=300ms dial.rank-delay=10ms link.mtu=1400B", RANKED_QUIC},
        {PLAIN BLOCKED, RANKED_LAYERS},
    };
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *text =
            g_strconcat("stack.name=quic+tcp/noise/yamux ", CASES[i].settings, NULL);
        g_auto(GStrv) settings = g_strsplit(g_strstrip(text), " ", -1);
        g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_prepare(toy, ROWS);
        simulation_run(network_simulation(toy->network), 20 * SIM_SECOND, false, UINT64_MAX);
        for (EntityId peer = 0; peer < 2; peer++) {
            const Host *host = host_of(simulation_entity(network_simulation(toy->network), peer));
            const QuicHost *quic = ranked_table(host, RANKED_QUIC);
            const TcpHost *tcp = ranked_table(host, RANKED_LAYERS);
            CU_ASSERT_EQUAL(quic == NULL ? 0 : g_hash_table_size(quic->endpoints),
                            CASES[i].winner == RANKED_QUIC);
            CU_ASSERT_EQUAL(tcp == NULL ? 0 : tcp->endpoints.count,
                            CASES[i].winner == RANKED_LAYERS);
            const Connection *connection = host->contacts.contacts[0].connections;
            CU_ASSERT_PTR_NOT_NULL_FATAL(connection);
            CU_ASSERT_EQUAL(ranked_way(connection->id), CASES[i].winner);
            CU_ASSERT_EQUAL(connection->state, CONNECTION_OPEN);
            CU_ASSERT_PTR_NULL(connection->next);
        }
        toy_network_go_on(toy, 21 * SIM_SECOND);
    }
}

static void dials_are_shared(void)
{
    static const RankedCase CASES[] = {
        {PLAIN BLOCKED "dial.reuse=yes",
         {"0ms dial 0 1", "260ms dial 0 1", "400ms dial 0 1"},
         "310 0 dialed 1 open; 310 0 dialed 1 open; 400 0 dialed 1 open; ",
         "SELECT count(*) FROM connection WHERE outcome = 'open'",
         "1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* TCP is refused at 270 ms and rests until 5270; QUIC fails at 5 s and rests until 10. So a dial in
 * between goes to TCP at once; its success clears the peer, and the next begins with QUIC again. */
static void transports_back_off(void)
{
    static const RankedCase CASES[] = {
        {PLAIN BLOCKED "dial.back-off=yes",
         {"0ms crash 1", "0ms dial 0 1", "5100ms restart 1", "5200ms dial 0 1", "5500ms dial 0 1",
          "6000ms dial 0 1"},
         "5000 0 dialed 1 timeout; 5100 1 restarts; 5100 1 has 0 and 0; 5200 0 dialed 1 back-off; "
         "5560 0 dialed 1 open; 6310 0 dialed 1 open; ",
         ROWS_OF_DIALS,
         "quic+tcp/noise/yamux|timeout|0|NULL|5000;quic+tcp/noise/yamux|back-off|5200|NULL|5200;"
         "quic|timeout|0|NULL|5000;quic|cancelled|6000|NULL|6310;"
         "tcp/noise/yamux|refused|250|NULL|270;tcp/noise/yamux|open|5500|5560|NULL;"
         "tcp/noise/yamux|open|6000|6310|NULL"},
        /* An attempt that was called off is no failure; one that ran into dial.timeout is. */
        {PLAIN BLOCKED "dial.back-off=yes",
         {"0ms dial 0 1", "1s disconnect 0 1", "2s dial 0 1"},
         "310 0 dialed 1 open; 2310 0 dialed 1 open; ",
         NULL,
         NULL},
        {PLAIN BLOCKED "dial.back-off=yes dial.timeout=1s tcp.crash=host",
         {"0ms crash 1", "0ms dial 0 1", "2s dial 0 1", "6000ms dial 0 1"},
         "1000 0 dialed 1 timeout; 2000 0 dialed 1 back-off; 7000 0 dialed 1 timeout; ",
         NULL,
         NULL},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* What stood before the run is on QUIC, and a dial makes another one. */
static void preconnected_peers_are_on_quic(void)
{
    static const RankedCase CASES[] = {
        {PLAIN "topology.preconnected=yes",
         {"0ms send 0 1 0 1", "100ms disconnect 0 1", "200ms send 0 1 1 2"},
         "10 1 opened by 0; 10 1 got 1 from 0; 110 1 ended with 0: closed; 230 1 opened by 0; "
         "230 1 got 2 from 0; ",
         "SELECT stack, outcome FROM connection ORDER BY dialed_ns",
         "quic|closed;quic|open"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* Attempts hang under the dial, phases under attempts, identify under the dial. */
static void spans_tell_the_race(void)
{
    static const RankedCase CASES[] = {
        {BLOCKED "record.packets=yes",
         {"0ms dial 0 1"},
         "330 0 dialed 1 open; ",
         "SELECT p.name, coalesce(json_extract(p.attributes, '$.stack'), ''), s.name, "
         "s.start_ns / 1000000, s.end_ns / 1000000, s.status, "
         "coalesce(json_extract(s.attributes, '$.outcome'), '') FROM span s JOIN span p ON p.id = "
         "s.parent_id ORDER BY s.start_ns, s.id",
         "dial|tcp/noise/yamux|attempt|0|310|ok|cancelled;attempt|quic|quic|0|310|error|;"
         "dial|tcp/noise/yamux|attempt|250|310|ok|;"
         "attempt|tcp/noise/yamux|transport|250|270|ok|;"
         "attempt|tcp/noise/yamux|security|270|310|ok|;"
         "dial|tcp/noise/yamux|identify|310|330|ok|"},
        /* Packets say of which connection they are. */
        {PLAIN BLOCKED "record.packets=yes",
         {"0ms dial 0 1"},
         "310 0 dialed 1 open; ",
         "SELECT c.stack, p.flags, p.fate, count(*) FROM packet p JOIN connection c ON c.id = "
         "p.connection_id WHERE p.sent_ns <= 270000000 GROUP BY 1, 2, 3 ORDER BY 1, 2",
         "quic|Initial|blocked|1;tcp/noise/yamux|ACK|delivered|1;"
         "tcp/noise/yamux|PSH|ACK|delivered|1;tcp/noise/yamux|SYN|delivered|1;"
         "tcp/noise/yamux|SYN|ACK|delivered|1"},
    };
    expect_cases(CASES, G_N_ELEMENTS(CASES), NULL);
}

/* Loss, copies and reordering: each message once, and in order on its stream, whoever wins. */
static void every_message_comes_once_and_in_order(void)
{
    static const char *const SETTINGS[] = {"stack.name=quic+tcp/noise/yamux",
                                           "link.loss=20%",
                                           "link.duplication=10%",
                                           "link.reorder=yes",
                                           "link.jitter=uniform(0ms,30ms)",
                                           "dial.timeout=60s",
                                           "dial.rank-delay=1ms",
                                           "quic.handshake-timeout=60s",
                                           NULL};
    enum { COUNT = 60, PEERS = 4 };
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (int k = 0; k < COUNT; k++) {
        g_ptr_array_add(
            rows, g_strdup_printf("%dms send %d %d 0 %d", 3 * k, k % PEERS, (k + 1) % PEERS, k));
    }
    g_ptr_array_add(rows, NULL);
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, (const char *const *)(void *)rows->pdata, 1000 * SIM_SECOND);
    int64_t last[PEERS] = {-1, -1, -1, -1};
    for (const char *at = toy->log->str; (at = strstr(at, "got ")) != NULL; at++) {
        const int64_t number = g_ascii_strtoll(at + strlen("got "), NULL, 10);
        CU_ASSERT(last[number % PEERS] < number);
        last[number % PEERS] = number;
    }
    database_fixture_expect(toy->database, FATES, "delivered|60");
}

/* A shipped scenario where every second peer is behind a network that drops UDP, and packets are
 * lost: the same run however it is cut, and every message arrives. */
static void partitions_change_nothing(void)
{
    static const char *const SETS[] = {"stack.name=quic+tcp/noise/yamux",
                                       "quic.blocked={0,2,4,6,8}", "link.loss=5%",
                                       "record.packets=yes", NULL};
    g_autofree char *first = NULL;
    for (unsigned k = 1; k <= 3; k++) {
        g_autoptr(ScenarioFixture) fixture = scenario_fixture_new("lossy-line.yaml", SETS, k, true);
        CU_ASSERT_PTR_NOT_NULL_FATAL(fixture);
        CU_ASSERT_TRUE(scenario_fixture_run(fixture));
        CU_ASSERT_EQUAL(scenario_fixture_integer(
                            fixture, "SELECT count(*) FROM message WHERE fate <> 'delivered'"),
                        0);
        CU_ASSERT(scenario_fixture_integer(
                      fixture, "SELECT count(*) FROM connection WHERE outcome = 'cancelled'") > 0);
        g_autofree char *digest = scenario_fixture_digest(fixture);
        if (first == NULL) {
            first = g_steal_pointer(&digest);
        } else {
            CU_ASSERT_STRING_EQUAL(digest, first);
        }
    }
}

static void what_cannot_be_ranked_is_refused(void)
{
    static const struct {
        const char *settings, *found;
    } CASES[] = {
        {"stack.name=tcp/noise/yamux+quic", "expected quic+ and layers"},
        {"stack.name=quic+tcp", "expected quic+ and layers"},
        {"stack.name=quic+", "expected quic+ and layers"},
        {"stack.name=+", "expected quic+ and layers"},
        {"stack.name=quic+quic", "expected quic+ and layers"},
        {"stack.name=quic+tcp/noise/yamux+ws/noise/yamux", "of other transports only one"},
        {"stack.name=quic+udp/noise/yamux", "expected a transport: tcp or ws"},
        {"stack.name=quic+tcp/noise", "expected TRANSPORT/SECURITY/MUXER"},
        {"stack.name=quic+tcp/noise/yamux quic.early-data=yes", "quic.early-data"},
        {"stack.name=quic+tcp/noise/yamux quic.blocked={9}", "quic.blocked"},
        {"stack.name=quic quic.blocked=some", "quic.blocked"},
        {"stack.name=quic+tcp/noise/yamux link.mtu=1000B", "quic.datagram"},
        {"dial.rank-delay=0", "dial.rank-delay"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_auto(GStrv) settings = g_strsplit(CASES[i].settings, " ", -1);
        g_autoptr(GError) error = NULL;
        g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)settings, &error);
        CU_ASSERT_PTR_NULL(toy);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, CASES[i].found));
        if (strstr(error->message, CASES[i].found) == NULL) {
            printf("%s\n", error->message);
        }
    }
}

CU_TestInfo suite_ranked_dial[] = {
    {"quic_wins", quic_wins},
    {"slow_quic_still_wins", slow_quic_still_wins},
    {"tcp_wins_where_udp_is_blocked", tcp_wins_where_udp_is_blocked},
    {"streams_move_to_the_winner", streams_move_to_the_winner},
    {"failures", failures},
    {"crashes", crashes},
    {"attempts_leave_nothing_behind", attempts_leave_nothing_behind},
    {"dials_are_shared", dials_are_shared},
    {"transports_back_off", transports_back_off},
    {"preconnected_peers_are_on_quic", preconnected_peers_are_on_quic},
    {"spans_tell_the_race", spans_tell_the_race},
    {"every_message_comes_once_and_in_order", every_message_comes_once_and_in_order},
    {"partitions_change_nothing", partitions_change_nothing},
    {"what_cannot_be_ranked_is_refused", what_cannot_be_ranked_is_refused},
    CU_TEST_INFO_NULL,
};
