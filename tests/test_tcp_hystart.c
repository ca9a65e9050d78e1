/* SPDX-License-Identifier: MIT */
/* HyStart in numbers. The wire takes 20 ms each way behind a bottleneck of 12 Mbit/s, where a full
 * segment of 1,500 B takes 1 ms: the least round trip, that of the SYN, is 40.04 ms. ACKs are not
 * delayed, so that one comes each millisecond and lets two segments go. */
#include "tests/suite.h"

#include "models/tcp_congestion.h"
#include "tests/tcp_rig.h"

#include <string.h>

#define PROMPT "tcp.delayed-ack=no"
#define HYSTART "tcp.hystart=yes"

static TcpRig *open_rig(const char *const *settings, uint32_t queue_packets)
{
    TcpRig *rig = tcp_rig_new(settings);
    rig->latency = 20 * SIM_MILLISECOND;
    rig->bits_per_second = 12000000;
    rig->queue_packets = queue_packets;
    tcp_rig_open(rig);
    return rig;
}

static const SimDuration STEP = 10 * SIM_MICROSECOND;

/* Sends without an end and gives the time at which slow start ended, to the step; -1 when it goes
 * on for half a second. */
static SimTime run_until_exit(TcpRig *rig)
{
    tcp_rig_write(rig, 0, 3000 * (uint64_t)rig->ends[0].mss_bytes);
    while (tcp_is_in_slow_start(&rig->ends[0])) {
        if (rig->now > SIM_SECOND / 2) {
            return -1;
        }
        tcp_rig_run(rig, rig->now + STEP);
    }
    return rig->now - STEP;
}

static void expect_exit(const char *const *settings, SimTime time, uint32_t window)
{
    g_autoptr(TcpRig) rig = open_rig(settings, 0);
    const SimTime found = run_until_exit(rig);
    if (found != time || rig->ends[0].threshold != window) {
        printf("\n    found    %" G_GINT64_FORMAT " ns, %u segments\n", found,
               rig->ends[0].threshold);
    }
    CU_ASSERT_EQUAL(found, time);
    CU_ASSERT_EQUAL(rig->ends[0].threshold, window);
    CU_ASSERT_EQUAL(rig->ends[0].resent, 0);
}

/* A first window of 16 begins a round with each flight. Segments 1 to 16 are acknowledged from
 * 81.04 to 96.04 ms, 17 to 48 from 122.04 ms, one a millisecond; segment 17 met no queue (41 ms),
 * so that the least delay of the round says nothing. The train is longer than half of 40.04 ms at
 * 143.04 ms, with the ACK of segment 38, which comes before it lets the window grow. */
static void a_train_of_half_a_round_trip_ends_slow_start(void)
{
    static const char *const SETTINGS[] = {HYSTART, PROMPT, "tcp.initial-window=16", NULL};
    expect_exit(SETTINGS, 143040000, 16 + 37);
}

/* With the usual 10 HyStart looks from a window of 16 on, in the middle of a flight: its first
 * round begins with the ACK of segment 7, which finds 22 sent, the second with that of 23, which
 * finds 54 sent, and the third with that of 55 at 187.04 ms. That was sent at 134.04 ms and took 53
 * ms, later ones more: longer than 40.04 + 5.005 ms, after eight samples. The ninth is the ACK of
 * 63 at 195.04 ms. The train is only 8 ms long. */
static void a_round_trip_longer_by_an_eighth_ends_slow_start(void)
{
    static const char *const SETTINGS[] = {HYSTART, PROMPT, NULL};
    expect_exit(SETTINGS, 195040000, 10 + 62);
}

/* Slow start goes on where HyStart is off, where Reno controls, and where no link limits. */
static void nothing_else_ends_it(void)
{
    static const char *const OFF[] = {PROMPT, NULL};
    static const char *const RENO[] = {HYSTART, PROMPT, "tcp.congestion=reno", NULL};
    static const char *const *const CASES[] = {OFF, RENO};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(TcpRig) rig = open_rig(CASES[i], 0);
        CU_ASSERT_EQUAL(run_until_exit(rig), -1);
    }
    static const char *const ON[] = {HYSTART, PROMPT, NULL};
    g_autoptr(TcpRig) rig = open_rig(ON, 0);
    rig->bits_per_second = 0;
    tcp_rig_write(rig, 0, 1270 * (uint64_t)rig->ends[0].mss_bytes);
    tcp_rig_run(rig, 350 * SIM_MILLISECOND);
    CU_ASSERT_TRUE(tcp_is_in_slow_start(&rig->ends[0]));
    CU_ASSERT_EQUAL(rig->ends[0].window, 1280);
}

/* What it is for: the pipe holds 41 segments and the queue 60. Left alone, slow start overflows it;
 * at 72 segments nothing is lost. */
static void a_queue_that_slow_start_overflows_is_spared(void)
{
    for (unsigned has_hystart = 0; has_hystart < 2; has_hystart++) {
        const char *const settings[] = {has_hystart == 1 ? HYSTART : "tcp.hystart=no", PROMPT,
                                        NULL};
        g_autoptr(TcpRig) rig = open_rig(settings, 60);
        tcp_rig_write(rig, 0, 400 * (uint64_t)rig->ends[0].mss_bytes);
        tcp_rig_run(rig, 10 * SIM_SECOND);
        CU_ASSERT_EQUAL(rig->ends[1].received, 1 + 400 * (uint64_t)rig->ends[0].mss_bytes);
        CU_ASSERT_EQUAL(rig->ends[0].resent == 0, has_hystart == 1);
        CU_ASSERT_EQUAL(strstr(rig->log->str, "dropped") == NULL, has_hystart == 1);
    }
}

CU_TestInfo suite_tcp_hystart[] = {
    {"a_train_of_half_a_round_trip_ends_slow_start", a_train_of_half_a_round_trip_ends_slow_start},
    {"a_round_trip_longer_by_an_eighth_ends_slow_start",
     a_round_trip_longer_by_an_eighth_ends_slow_start},
    {"nothing_else_ends_it", nothing_else_ends_it},
    {"a_queue_that_slow_start_overflows_is_spared", a_queue_that_slow_start_overflows_is_spared},
    CU_TEST_INFO_NULL,
};
