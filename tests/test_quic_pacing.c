/* SPDX-License-Identifier: MIT */
/* QUIC's pacer (RFC 9002, section 7.7) against its law: five quarters of a window each round trip,
 * and at once what it saved up, ten packets at most. */
#include "tests/quic_rig.h"
#include "tests/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const SimDuration MS = SIM_MILLISECOND;

enum { PACKET_BYTES = 1280 };

static void begin(QuicRig *rig, const char *const *changes, unsigned packets)
{
    quic_rig_init(rig, changes);
    rig->tells_items = false;
    quic_rig_stand(rig);
    for (unsigned i = 0; i < packets; i++) {
        quic_rig_write(rig, 0, 1, 1000, 0);
    }
    quic_rig_flush(rig, 0);
}

/* Before the first ACK the window and the round trip, 100 ms by quic.initial-rtt, stand still: all
 * but the first ten packets take four fifths of it. The pacer waits for a millisecond at least, so
 * that a window of many packets goes in small bursts, each of what came together since the last. */
static void packets_leave_at_five_quarters_of_a_window_each_round_trip(void)
{
    static const struct {
        const char *window;
        unsigned packets, burst;
    } CASES[] = {{"initial-window=50", 50, 1},
                 {"initial-window=400", 400, 5},
                 {"initial-window=1000", 1000, 13}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].window, "stream-window=10MiB",
                                       "connection-window=15MiB", NULL};
        QuicRig rig;
        begin(&rig, changes, 2 * CASES[i].packets);
        CU_ASSERT_EQUAL(rig.ends[0].sent, 10);
        SimTime last = 0;
        while (rig.now < 70 * MS) {
            const uint32_t before = rig.ends[0].sent;
            quic_rig_run(&rig, rig.now + 10 * SIM_MICROSECOND);
            const uint32_t now = rig.ends[0].sent;
            CU_ASSERT_TRUE(now - before <= CASES[i].burst + 1);
            last = now > before ? rig.now : last;
        }
        const double found = (double)(rig.ends[0].sent - 10) / (double)last;
        const double expected = 1.25 * CASES[i].packets / (double)(100 * MS);
        CU_ASSERT_DOUBLE_EQUAL(found / expected, 1, 0.01);
        if (fabs(found / expected - 1) > 0.01) {
            printf("\n    %s: %g of the rate\n", CASES[i].window, found / expected);
        }
        quic_rig_clear(&rig);
    }
}

/* After a second of silence there is room for a burst again: ten packets, or two milliseconds of
 * the rate, 5 * 1,000 / 4 / 50 packets. */
static void a_pause_is_saved_up_to_a_burst(void)
{
    static const struct {
        const char *window;
        uint32_t burst;
    } CASES[] = {{"initial-window=100", 10}, {"initial-window=1000", 25}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].window, "stream-window=10MiB",
                                       "connection-window=15MiB", "keep-alive=0", NULL};
        QuicRig rig;
        begin(&rig, changes, 10);
        quic_rig_run(&rig, SIM_SECOND);
        CU_ASSERT_EQUAL(rig.ends[0].quic.in_flight, 0);
        const uint32_t before = rig.ends[0].sent;
        quic_rig_write(&rig, 0, 1, 200 * PACKET_BYTES, 0);
        quic_rig_flush(&rig, 0);
        CU_ASSERT_EQUAL(rig.ends[0].sent - before, CASES[i].burst);
        quic_rig_clear(&rig);
    }
}

static void without_pacing_a_window_leaves_at_once(void)
{
    static const char *const CHANGES[] = {"pacing=no", "initial-window=50", NULL};
    QuicRig rig;
    begin(&rig, CHANGES, 200);
    CU_ASSERT_EQUAL(rig.ends[0].sent, 50);
    CU_ASSERT_EQUAL(rig.ends[0].quic.in_flight, 50 * PACKET_BYTES);
    quic_rig_run(&rig, 100 * MS);
    CU_ASSERT_EQUAL(rig.ends[0].sent, 50);
    quic_rig_clear(&rig);
}

/* Both write; the client's budget is used up and its next packet is due at 1.6 ms. What it owes the
 * server, whose two packets come at 1 ms, goes at once, and takes nothing of the budget. */
static void acknowledgements_are_not_paced(void)
{
    static const char *const CHANGES[] = {"initial-window=50", NULL};
    QuicRig rig;
    quic_rig_init(&rig, CHANGES);
    rig.delay = MS;
    quic_rig_stand(&rig);
    for (unsigned i = 0; i < 20; i++) {
        quic_rig_write(&rig, 0, 1, 1251, 0);
    }
    quic_rig_write(&rig, 1, 2, 2400, 0);
    quic_rig_flush(&rig, 0);
    quic_rig_flush(&rig, 1);
    CU_ASSERT_EQUAL(rig.ends[0].sent, 10);
    g_string_truncate(rig.log, 0);
    const int64_t budget = rig.ends[0].quic.budget;
    CU_ASSERT_TRUE(budget < PACKET_BYTES);
    quic_rig_run(&rig, MS + 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig.log->str, "1>1(a)28; "));
    CU_ASSERT_EQUAL(rig.ends[0].quic.budget - budget,
                    (int64_t)(1.25 * 50 * PACKET_BYTES * 1 / 100));
    quic_rig_clear(&rig);
}

/* 10 Mbit/s behind the sender. A first window of 32 packets waits behind itself, 31 packets of
 * 1,308 bytes; paced, ten go at once and the others slower than the link takes them. */
static void a_queue_is_shorter_with_pacing(void)
{
    static const struct {
        const char *pacing;
        unsigned packets;
    } CASES[] = {{"pacing=no", 31}, {"pacing=yes", 9}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const char *const changes[] = {CASES[i].pacing, NULL};
        QuicRig rig;
        quic_rig_init(&rig, changes);
        rig.rate_bytes_per_ns = 10e6 / 8 * 1e-9;
        quic_rig_stand(&rig);
        quic_rig_write(&rig, 0, 1, 40 * PACKET_BYTES, 0);
        quic_rig_flush(&rig, 0);
        quic_rig_run(&rig, 100 * MS);
        const double packet_ns = (PACKET_BYTES + 28) / rig.rate_bytes_per_ns;
        CU_ASSERT_EQUAL(rig.ends[0].sent, 32);
        CU_ASSERT_DOUBLE_EQUAL((double)rig.ends[0].wait_max / packet_ns, CASES[i].packets, 0.01);
        quic_rig_clear(&rig);
    }
}

CU_TestInfo suite_quic_pacing[] = {
    {"packets_leave_at_five_quarters_of_a_window_each_round_trip",
     packets_leave_at_five_quarters_of_a_window_each_round_trip},
    {"a_pause_is_saved_up_to_a_burst", a_pause_is_saved_up_to_a_burst},
    {"without_pacing_a_window_leaves_at_once", without_pacing_a_window_leaves_at_once},
    {"acknowledgements_are_not_paced", acknowledgements_are_not_paced},
    {"a_queue_is_shorter_with_pacing", a_queue_is_shorter_with_pacing},
    CU_TEST_INFO_NULL,
};
