/* SPDX-License-Identifier: MIT */
/* The series of QUIC against the machine whose they are: a transfer over a link that loses packets
 * is stopped now and then, and both ends are asked. */
#include "tests/suite.h"

#include "models/quic_endpoint.h"
#include "tests/toy_network.h"

enum { BULK_BYTES = 64 * 1024, BULK_MESSAGES = 40, LOOKS = 12 };

static void write_bulk(Host *host, EntityId peer, Outcome outcome)
{
    CU_ASSERT_EQUAL(outcome, OUTCOME_OPEN);
    Stream *stream = host_open(host, peer, 0, NULL);
    for (int64_t i = 0; i < BULK_MESSAGES; i++) {
        const int64_t content = -1;
        stream_send(host, stream,
                    &(Message){.content = &content,
                               .content_size_bytes = sizeof content,
                               .size_bytes = BULK_BYTES});
    }
}

/* What the series should say at that time of the host: a row for each. */
static void look(Network *network, SimTime time, EntityId peer, GString *rows)
{
    const Host *host = (const Host *)simulation_entity(network_simulation(network), peer);
    g_autoptr(GPtrArray) endpoints = quic_host_list(host);
    CU_ASSERT_EQUAL_FATAL(endpoints->len, 1);
    const Quic *quic = &((const QuicEndpoint *)g_ptr_array_index(endpoints, 0))->quic;
    const struct {
        const char *name;
        uint64_t value;
    } VALUES[] = {{"quic.window", quic->window},
                  {"quic.in-flight", quic->in_flight},
                  {"quic.round-trip", (uint64_t)quic->smoothed},
                  {"quic.lost", quic->packets_lost}};
    for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
        g_string_append_printf(rows, "%s(%" G_GINT64_FORMAT ",%u,'%s',%" G_GUINT64_FORMAT ")",
                               rows->len == 0 ? "" : ",", time, peer, VALUES[i].name,
                               VALUES[i].value);
    }
}

static void each_says_what_the_machine_has(void)
{
    static const char *const SETTINGS[] = {"stack.name=quic",
                                           "link.loss=2%",
                                           "link.bandwidth=10Mbit/s",
                                           "peers.count=2",
                                           "record.packets=yes",
                                           "record.series=[quic.window, quic.in-flight, "
                                           "quic.round-trip, quic.lost]",
                                           NULL};
    static const char *const ROWS[] = {"0ms dial 0 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy->hooks.dialed = write_bulk;
    toy_network_prepare(toy, ROWS);
    Simulation *simulation = network_simulation(toy->network);
    g_autoptr(GString) rows = g_string_new(NULL);
    for (SimTime i = 1; i <= LOOKS; i++) {
        const SimTime time = i * 150 * SIM_MILLISECOND;
        simulation_run(simulation, time, false, UINT64_MAX);
        look(toy->network, time, 0, rows);
        look(toy->network, time, 1, rows);
    }
    toy_network_go_on(toy, 10 * SIM_SECOND);

    /* The last sample until then, of each look. */
    g_autofree char *wrong = g_strdup_printf(
        "WITH look(time_ns, peer_id, name, value) AS (VALUES %s)"
        " SELECT count(*), sum(value IS NOT (SELECT s.value FROM series s WHERE s.name = look.name"
        "  AND s.peer_id = look.peer_id AND s.time_ns <= look.time_ns"
        "  ORDER BY s.time_ns DESC, s.rowid DESC LIMIT 1)) FROM look",
        rows->str);
    database_fixture_expect(toy->database, wrong, "96|0");
    /* They have something to say: the window came down, and the round trip is not what it was. */
    database_fixture_expect(
        toy->database,
        "SELECT name, count(DISTINCT value) > 10 FROM series WHERE peer_id = 0 GROUP BY 1",
        "quic.in-flight|1;quic.lost|1;quic.round-trip|1;quic.window|1");
    /* In the end, what was taken for lost is what the link lost, and nothing is out. */
    database_fixture_expect(
        toy->database,
        "SELECT (SELECT count(*) FROM packet WHERE sender_id = 0 AND fate = 'lost' AND"
        "  data_bytes > 0) - max(value) FROM series WHERE name = 'quic.lost' AND peer_id = 0",
        "0.0");
    database_fixture_expect(toy->database,
                            "SELECT value FROM series WHERE name = 'quic.in-flight' AND"
                            " peer_id = 0 ORDER BY time_ns DESC, rowid DESC LIMIT 1",
                            "0.0");
}

CU_TestInfo suite_quic_series[] = {
    {"each_says_what_the_machine_has", each_says_what_the_machine_has},
    CU_TEST_INFO_NULL,
};
