/* SPDX-License-Identifier: MIT */
/* HyStart of QUIC in numbers. The wire takes 20 ms each way behind a bottleneck of 12 Mbit/s, where
 * a full datagram of 1,500 B takes 1 ms and an ACK of 29 + 28 B takes 0.038 ms. Every second packet
 * is acknowledged, so an ACK comes every 2 ms and lets four go. */
#include "models/hystart.h"
#include "tests/quic_rig.h"
#include "tests/suite.h"

#include <stdio.h>

#define FULL "datagram=1472B", "pacing=no", "stream-window=10MiB", "connection-window=15MiB"

static const SimDuration STEP = 10 * SIM_MICROSECOND;

static void begin(QuicRig *rig, const char *const *changes, uint32_t packets)
{
    quic_rig_init(rig, changes);
    rig->delay = 20 * SIM_MILLISECOND;
    rig->rate_bytes_per_ns = 12e6 / 8 * 1e-9;
    rig->tells_items = false;
    quic_rig_stand(rig);
    for (uint32_t i = 0; i < packets; i++) {
        quic_rig_write(rig, 0, 1, 1400, 0);
    }
    quic_rig_flush(rig, 0);
}

static bool is_in_slow_start(const QuicRig *rig)
{
    return rig->ends[0].quic.window < rig->ends[0].quic.threshold;
}

/* When slow start ended, to the step; -1 when it goes on for half a second. */
static SimTime run_until_exit(QuicRig *rig)
{
    while (is_in_slow_start(rig)) {
        if (rig->now > SIM_SECOND / 2) {
            return -1;
        }
        quic_rig_run(rig, rig->now + STEP);
    }
    return rig->now - STEP;
}

/* The first window of 16 and what its ACKs let go are 16, 32, 64 and 128 packets. The first ACK
 * comes at 42.04 ms, which is the least round trip; the first of packets 16, 48 and 112 at 84.07,
 * 126.11 and, behind the queue that the third flight left, 190.11 ms. A round ends with an ACK of
 * what was sent when it began, and the next begins with the next ACK: that of packet 19 at 86.07 ms
 * finds 52 sent, that of 55 at 132.11 ms finds 124, and that of 127 comes at 204.11 ms. The least
 * of eight round trips is 44.04 ms in the second round, 46.04 in the third and more than 47.29, an
 * eighth more than the least, in the fourth, whose eighth ACK is that of packet 141, 14 ms later.
 */
static void a_round_trip_longer_by_an_eighth_ends_slow_start(void)
{
    static const char *const CHANGES[] = {FULL, "initial-window=16", NULL};
    QuicRig rig;
    begin(&rig, CHANGES, 3000);
    const SimTime found = run_until_exit(&rig);
    const uint64_t window = rig.ends[0].quic.threshold / 1472;
    if (found != 218110 * SIM_MICROSECOND || window != 16 + 142) {
        printf("\n    found    %" G_GINT64_FORMAT " ns, %" G_GUINT64_FORMAT " packets\n", found,
               window);
    }
    CU_ASSERT_EQUAL(found, 218110 * SIM_MICROSECOND);
    CU_ASSERT_EQUAL(window, 16 + 142);
    CU_ASSERT_EQUAL(rig.ends[0].quic.packets_lost, 0);
    quic_rig_clear(&rig);
}

/* The path grows longer by 10 ms each way while little is sent. A round of eight samples says so,
 * and slow start ends when the window has come to 16 packets. */
static void a_small_window_grows_to_sixteen(void)
{
    static const char *const CHANGES[] = {FULL, "initial-window=4", NULL};
    QuicRig rig;
    begin(&rig, CHANGES, 2);
    quic_rig_run(&rig, 100 * SIM_MILLISECOND);
    rig.delay += 10 * SIM_MILLISECOND;
    for (unsigned i = 0; i < 20; i++) {
        quic_rig_write(&rig, 0, 1, 10, 0);
        quic_rig_flush(&rig, 0);
    }
    quic_rig_run(&rig, 300 * SIM_MILLISECOND);
    CU_ASSERT_TRUE(rig.ends[0].quic.hystart.is_found && is_in_slow_start(&rig));
    CU_ASSERT_EQUAL(rig.ends[0].quic.window, 5 * 1472);
    for (unsigned i = 0; i < 3000; i++) {
        quic_rig_write(&rig, 0, 1, 1400, 0);
    }
    quic_rig_flush(&rig, 0);
    CU_ASSERT_TRUE(run_until_exit(&rig) > 0);
    CU_ASSERT_EQUAL(rig.ends[0].quic.threshold, 16 * 1472);
    quic_rig_clear(&rig);
}

/* An eighth, which counts as 4 to 16 ms. */
static void the_bound_is_an_eighth(void)
{
    static const struct {
        SimDuration least_us, most_us;
    } CASES[] = {{1000, 5000},     {32000, 36000},   {42040, 47295},
                 {100000, 112500}, {128000, 144000}, {800000, 816000}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        CU_ASSERT_EQUAL(hystart_round_trip_max(CASES[i].least_us * SIM_MICROSECOND),
                        CASES[i].most_us * SIM_MICROSECOND);
    }
}

static void nothing_else_ends_it(void)
{
    static const char *const OFF[] = {FULL, "hystart=no", NULL};
    static const char *const ON[] = {FULL, "initial-window=16", NULL};
    QuicRig rig;
    begin(&rig, OFF, 3000);
    CU_ASSERT_EQUAL(run_until_exit(&rig), -1);
    quic_rig_clear(&rig);
    begin(&rig, ON, 0);
    rig.rate_bytes_per_ns = 0; /* no queue */
    for (unsigned i = 0; i < 3000; i++) {
        quic_rig_write(&rig, 0, 1, 1400, 0);
    }
    quic_rig_flush(&rig, 0);
    quic_rig_run(&rig, 210 * SIM_MILLISECOND);
    CU_ASSERT_TRUE(is_in_slow_start(&rig));
    CU_ASSERT_EQUAL(rig.ends[0].quic.window / 1472, 16 << 5);
    quic_rig_clear(&rig);
}

/* The pipe holds 42 packets and the queue 150. Left alone, slow start overflows it; at 158 packets
 * nothing is lost. */
static void a_queue_that_slow_start_overflows_is_spared(void)
{
    for (unsigned has_hystart = 0; has_hystart < 2; has_hystart++) {
        const char *const changes[] = {FULL, "initial-window=16",
                                       has_hystart == 1 ? "hystart=yes" : "hystart=no", NULL};
        QuicRig rig;
        begin(&rig, changes, 1000);
        rig.wait_limit = 150 * SIM_MILLISECOND;
        quic_rig_run(&rig, 10 * SIM_SECOND);
        CU_ASSERT_EQUAL(quic_rig_received(&rig, 1, 1), 1000 * 1400);
        CU_ASSERT_EQUAL(rig.ends[0].quic.packets_lost == 0, has_hystart == 1);
        quic_rig_clear(&rig);
    }
}

CU_TestInfo suite_quic_hystart[] = {
    {"a_round_trip_longer_by_an_eighth_ends_slow_start",
     a_round_trip_longer_by_an_eighth_ends_slow_start},
    {"a_small_window_grows_to_sixteen", a_small_window_grows_to_sixteen},
    {"the_bound_is_an_eighth", the_bound_is_an_eighth},
    {"nothing_else_ends_it", nothing_else_ends_it},
    {"a_queue_that_slow_start_overflows_is_spared", a_queue_that_slow_start_overflows_is_spared},
    CU_TEST_INFO_NULL,
};
