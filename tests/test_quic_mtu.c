/* SPDX-License-Identifier: MIT */
/* QUIC's search for the path's MTU: what sizes it tries, what it ends with, and that a lost probe
 * costs nothing but itself. */
#include "tests/quic_rig.h"
#include "tests/suite.h"

#include <stdio.h>
#include <string.h>

static const SimDuration MS = SIM_MILLISECOND;

/* Each side says something every 100 ms: a probe goes with that when it is due. */
static void converse(QuicRig *rig, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned end = 0; end < 2; end++) {
            quic_rig_write(rig, end, 1 + end, 100, i);
            quic_rig_flush(rig, end);
        }
        quic_rig_run(rig, rig->now + 100 * MS);
    }
}

/* What the client's probes were, `!` after those that were lost. */
static char *probes_of(const QuicRig *rig)
{
    GString *probes = g_string_new(NULL);
    for (const char *at = rig->log->str; (at = strstr(at, ">1(p)")) != NULL; at++) {
        const char *size = at + strlen(">1(p)");
        g_string_append_len(probes, size, (gssize)(strchr(size, ';') - size));
        g_string_append_c(probes, ' ');
    }
    return g_string_free(probes, FALSE);
}

/* quic-go's arithmetic by hand: the middle of what passes and what is refused, until they are 21
 * bytes apart; what is refused is the third that was lost, or 1,452. */
static void the_path_decides_what_a_datagram_holds(void)
{
    static const struct {
        uint32_t mtu_bytes;
        const char *datagram, *probes;
        unsigned found;
    } CASES[] = {
        {1500, "datagram=1280B", "1366 1409 1430 1441 ", 1441},
        {1400, "datagram=1280B", "1366 1409! 1387! 1376! 1371 1390! ", 1371},
        {1280, "datagram=1252B", "1352! 1302! 1277! 1264! 1258! 1255! ", 1252},
        {1228, "datagram=1200B", "1326! 1263! 1231! 1215! 1207! 1203! ", 1200},
        {1500, "datagram=1452B", "", 1452},
        {9000, "datagram-max=8972B", "5126 7049 8010 8491 8731 8851 8911 8941 8956 ", 8956},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {"path-mtu-discovery=yes", CASES[i].datagram, NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        rig.mtu_bytes = CASES[i].mtu_bytes;
        quic_rig_begin(&rig);
        quic_rig_run(&rig, 200 * MS);
        converse(&rig, 90);
        g_autofree char *probes = probes_of(&rig);
        if (strcmp(probes, CASES[i].probes) != 0) {
            printf("\n    found    %s\n    expected %s\n", probes, CASES[i].probes);
        }
        CU_ASSERT_STRING_EQUAL(probes, CASES[i].probes);
        CU_ASSERT_EQUAL(rig.ends[0].quic.datagram_bytes, CASES[i].found);
        CU_ASSERT_EQUAL(rig.ends[1].quic.datagram_bytes, CASES[i].found);
        quic_rig_clear(&rig);
    }
}

/* Not before the handshake is confirmed, five round trips apart, and full datagrams are as large as
 * was found. */
static void probes_are_five_round_trips_apart(void)
{
    static const char *const CHANGES[] = {"path-mtu-discovery=yes", "ack-delay=0", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_begin(&rig);
    quic_rig_run(&rig, 300 * MS);
    converse(&rig, 30);
    SimTime last = 200 * MS; /* HANDSHAKE_DONE */
    unsigned count = 0;
    for (const char *at = rig.log->str; (at = strstr(at, ">1(p)")) != NULL; at++) {
        const char *start = at;
        while (start > rig.log->str && start[-1] != ' ') {
            start--;
        }
        const SimTime time = (SimTime)(g_ascii_strtod(start, NULL) * 1e6);
        CU_ASSERT_TRUE(time >= last + 500 * MS && time <= last + 600 * MS);
        last = time;
        count++;
    }
    CU_ASSERT_EQUAL(count, 4);
    g_string_truncate(rig.log, 0);
    quic_rig_write(&rig, 0, 1, 20000, 0);
    quic_rig_flush(&rig, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.log->str, ">1(s)1441; "));
    CU_ASSERT_PTR_NULL(strstr(rig.log->str, ">1(s)1442; "));
    quic_rig_clear(&rig);
}

/* All probes are lost; neither the window nor the count of losses says so, and no timeout waits for
 * them. That of data would. */
static void a_lost_probe_is_no_congestion(void)
{
    static const char *const CHANGES[] = {"path-mtu-discovery=yes", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    rig.mtu_bytes = 1308;
    quic_rig_stand(&rig);
    converse(&rig, 90);
    const Quic *quic = &rig.ends[0].quic;
    g_autofree char *probes = probes_of(&rig);
    CU_ASSERT_STRING_EQUAL(probes, "1366! 1323! 1301! 1290! 1285! ");
    CU_ASSERT_EQUAL(quic->window, 32 * 1280);
    CU_ASSERT_EQUAL(quic->threshold, UINT64_MAX);
    CU_ASSERT_EQUAL(quic->packets_lost, 0);
    CU_ASSERT_EQUAL(quic->timeouts, 0);
    quic_rig_run(&rig, rig.now + SIM_SECOND);
    CU_ASSERT_EQUAL(quic->in_flight, 0);
    rig.ends[0].losses[0] = rig.ends[0].sent + 1;
    converse(&rig, 10);
    CU_ASSERT_EQUAL(quic->packets_lost, 1);
    CU_ASSERT_EQUAL(quic->window, (uint64_t)(32 * 1280 * 0.7));
    quic_rig_clear(&rig);
}

/* A probe that is lost by chance is not the end: two may be. The first is tried again after a
 * smaller one. */
static void two_probes_may_be_lost_by_chance(void)
{
    static const struct {
        unsigned lost;
        const char *probes;
    } CASES[] = {{1, "1366! 1323 1387 1419 1435 "}, {2, "1366! 1323! 1301 1376 1414 1433 "}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        static const char *const CHANGES[] = {"path-mtu-discovery=yes", NULL};
        QuicRig rig;
        quic_rig_init(&rig, CHANGES);
        quic_rig_stand(&rig);
        rig.mtu_bytes = 1308;
        unsigned before;
        do { /* until the link carries all */
            converse(&rig, 1);
            before = 0;
            for (const char *at = rig.log->str; (at = strstr(at, ">1(p)")) != NULL; at++) {
                before++;
            }
        } while (before < CASES[i].lost);
        rig.mtu_bytes = 0;
        converse(&rig, 60);
        g_autofree char *probes = probes_of(&rig);
        CU_ASSERT_STRING_EQUAL(probes, CASES[i].probes);
        if (strcmp(probes, CASES[i].probes) != 0) {
            printf("\n    found    %s\n", probes);
        }
        quic_rig_clear(&rig);
    }
}

/* Off, no datagram is larger than it was at first. */
static void it_can_be_left_out(void)
{
    static const char *const CHANGES[] = {"path-mtu-discovery=no", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    quic_rig_stand(&rig);
    converse(&rig, 90);
    CU_ASSERT_PTR_NULL(strstr(rig.log->str, "(p)"));
    CU_ASSERT_EQUAL(rig.ends[0].quic.datagram_bytes, 1280);
    quic_rig_clear(&rig);
}

CU_TestInfo suite_quic_mtu[] = {
    {"the_path_decides_what_a_datagram_holds", the_path_decides_what_a_datagram_holds},
    {"probes_are_five_round_trips_apart", probes_are_five_round_trips_apart},
    {"a_lost_probe_is_no_congestion", a_lost_probe_is_no_congestion},
    {"two_probes_may_be_lost_by_chance", two_probes_may_be_lost_by_chance},
    {"it_can_be_left_out", it_can_be_left_out},
    CU_TEST_INFO_NULL,
};
