/* SPDX-License-Identifier: MIT */
/* TCP without an engine: whole sequences of segments over a scripted wire of 50 ms each way. */
#include "tests/suite.h"

#include "tests/tcp_rig.h"

enum { MSS = 1448 };

/* Opens, writes that many full segments, closes nothing; the script counts segments of each end
 * from its SYN on: A1 is the SYN, A2 the first data. */
static TcpRig *run_script(const char *const *settings, const char *script, unsigned segments,
                          bool logs_acks)
{
    TcpRig *rig = tcp_rig_new(settings);
    rig->script = script;
    rig->logs_acks = logs_acks;
    tcp_rig_open(rig);
    tcp_rig_write(rig, 0, (uint64_t)segments * rig->ends[0].mss_bytes);
    tcp_rig_run(rig, 200 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[1].received, 1 + (uint64_t)segments * rig->ends[0].mss_bytes);
    return rig;
}

static void expect_script(const char *const *settings, const char *script, unsigned segments,
                          bool logs_acks, const char *log)
{
    g_autoptr(TcpRig) rig = run_script(settings, script, segments, logs_acks);
    tcp_rig_expect(rig, log);
}

static void connecting_takes_one_round_trip(void)
{
    g_autoptr(TcpRig) rig = tcp_rig_new(NULL);
    rig->logs_acks = true;
    tcp_rig_open(rig);
    tcp_rig_run(rig, 100 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(rig->events[0], 0);
    tcp_rig_run(rig, 100 * SIM_MILLISECOND + 1);
    CU_ASSERT_EQUAL(rig->events[0], TCP_EVENT_OPENED);
    CU_ASSERT_EQUAL(rig->events[1], 0);
    tcp_rig_run(rig, SIM_SECOND);
    CU_ASSERT_EQUAL(rig->events[1], TCP_EVENT_OPENED);
    tcp_rig_expect(rig, "0 A S; 50 B SA; 100 A a1; ");
    CU_ASSERT_EQUAL(tcp_deadline(&rig->ends[0]), SIM_TIME_MAX);
    CU_ASSERT_EQUAL(tcp_deadline(&rig->ends[1]), SIM_TIME_MAX);
}

/* 10, 20, 40, 80, 160: with each ACK delayed or not, whatever controls congestion. */
static void slow_start_doubles_each_round(void)
{
    static const char *const VARIANTS[][3] = {
        {NULL},
        {"tcp.delayed-ack=no", NULL},
        {"tcp.quick-acks=0", NULL},
        {"tcp.congestion=reno", NULL},
        {"tcp.sack=no", NULL},
        {"tcp.hystart=yes", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(VARIANTS); i++) {
        expect_script(VARIANTS[i], NULL, 310, false,
                      "0 A S; 50 B SA; 100 A 1+9; 200 A 11+19; 300 A 31+39; 400 A 71+79; "
                      "500 A 151+159; ");
    }
    /* One more for each ACK of two: half as fast (RFC 5681, 3.1). */
    static const char *const PER_ACK[] = {"tcp.growth=per-ack", "tcp.quick-acks=0", NULL};
    expect_script(PER_ACK, NULL, 70, false,
                  "0 A S; 50 B SA; 100 A 1+9; 200 A 11+14; 300 A 26+20; 340 A 47+1; 400 A 49+21; ");
}

/* Linux counts segments, so tiny writes fill the first window as large ones do. */
static void many_tiny_writes_fill_the_first_window(void)
{
    g_autoptr(TcpRig) rig = tcp_rig_new(NULL);
    tcp_rig_open(rig);
    tcp_rig_run(rig, 150 * SIM_MILLISECOND);
    g_string_truncate(rig->log, 0);
    for (int i = 0; i < 12; i++) {
        tcp_rig_write(rig, 0, 10);
    }
    tcp_rig_run(rig, SIM_SECOND);
    tcp_rig_expect(rig, "150 A 1:10; 150 A 1.10:10; 150 A 1.20:10; 150 A 1.30:10; 150 A 1.40:10; "
                        "150 A 1.50:10; 150 A 1.60:10; 150 A 1.70:10; 150 A 1.80:10; "
                        "150 A 1.90:10; 250 A 1.100:20; ");
}

static void nagle_waits_with_what_is_small(void)
{
    static const char *const NAGLE[] = {"tcp.nagle=yes", NULL};
    g_autoptr(TcpRig) rig = tcp_rig_new(NAGLE);
    tcp_rig_open(rig);
    tcp_rig_run(rig, 150 * SIM_MILLISECOND);
    g_string_truncate(rig->log, 0);
    tcp_rig_write(rig, 0, 10);
    tcp_rig_write(rig, 0, 10);
    tcp_rig_write(rig, 0, 10);
    tcp_rig_run(rig, SIM_SECOND);
    tcp_rig_expect(rig, "150 A 1:10; 250 A 1.10:20; ");
}

#define OPENING "0 A S; 50 B SA; "

/* RFC 5681, 3.2, RFC 6675, RFC 8985: three segments above it tell that the fifth is lost. The first
 * two of them let a new segment go each (RFC 3042); what comes in recovery is paced by PRR. */
static void a_lone_lost_segment_is_sent_again_once(void)
{
    static const char *const RENO[] = {"tcp.congestion=reno", NULL};
    expect_script(RENO, "A6 lost", 20, true,
                  OPENING "100 A 1+3; 100 A 5 lost; 100 A 6+4; "
                          "150 B a2; 150 B a3; 150 B a4; 150 B a5; 150 B a5 [6-7]; 150 B a5 [6-8]; "
                          "150 B a5 [6-9]; 150 B a5 [6-10]; 150 B a5 [6-11]; "
                          "200 A 11+9; 200 A 5; "
                          "250 B a5 [6-12]; 250 B a5 [6-13]; 250 B a5 [6-14]; 250 B a5 [6-15]; "
                          "250 B a5 [6-16]; 250 B a5 [6-17]; 250 B a5 [6-18]; 250 B a5 [6-19]; "
                          "250 B a5 [6-20]; 250 B a5 [6-21]; 250 B a21; ");
}

static const char *const NEWRENO[] = {"tcp.sack=no", "tcp.timestamps=no", NULL};

/* With selective acknowledgements both go in one round trip; without, one each (RFC 6582). */
static void two_lost_segments(void)
{
    expect_script(NULL, "A5 lost; A7 lost", 20, false,
                  OPENING "100 A 1+2; 100 A 4 lost; 100 A 5; 100 A 6 lost; 100 A 7+3; "
                          "200 A 11+7; 200 A 4; 200 A 6; 200 A 19; 300 A 20; ");
    expect_script(NEWRENO, "A5 lost; A7 lost", 20, true,
                  OPENING "100 A 1+2; 100 A 4 lost; 100 A 5; 100 A 6 lost; 100 A 7+3; "
                          "150 B a2; 150 B a3; 150 B a4; 150 B a4; 150 B a4; 150 B a4; 150 B a4; "
                          "150 B a4; 200 A 11+7; 200 A 4; 200 A 19+1; 250 B a4; 250 B a4; "
                          "250 B a4; 250 B a4; 250 B a4; 250 B a4; 250 B a4; 250 B a4; 250 B a6; "
                          "250 B a6; 250 B a6; 300 A 6; 350 B a21; ");
}

/* Nothing above it tells. The probe is due after two round trips and the longest delay of an ACK,
 * but no later than the timeout, which is a round trip and 200 ms: 300 ms after the last ACK. With
 * two segments out it comes after two round trips and 2 ms. */
static void a_lost_last_segment_is_probed_for(void)
{
    expect_script(NULL, "A11 lost", 10, false, OPENING "100 A 1+8; 100 A 10 lost; 500 A 10; ");
    expect_script(NULL, "A10 lost; A11 lost", 10, false,
                  OPENING "100 A 1+7; 100 A 9 lost; 100 A 10 lost; 402 A 10; 502 A 9; ");
    static const char *const PLAIN[] = {"tcp.tail-loss-probe=no", NULL};
    expect_script(PLAIN, "A10 lost; A11 lost", 10, false,
                  OPENING "100 A 1+7; 100 A 9 lost; 100 A 10 lost; 500 A 9; 600 A 10; ");
}

/* RACK sees that a segment sent after the second sending has arrived. */
static void a_segment_lost_again_is_found_without_a_timeout(void)
{
    expect_script(NULL, "A5 lost; A20 lost", 30, false,
                  OPENING "100 A 1+2; 100 A 4 lost; 100 A 5+5; 200 A 11+7; 200 A 4 lost; "
                          "200 A 19+1; 300 A 21+5; 300 A 4; 300 A 27+1; 400 A 29+1; ");
}

/* RFC 6298, 5: the timeout doubles; Linux gives up after 15 of them. The tail loss probe comes
 * first. */
static void a_connection_that_is_cut_times_out(void)
{
    static const char *const SETTINGS[] = {"tcp.retries=4", NULL};
    g_autoptr(GString) script = g_string_new(NULL);
    for (int i = 3; i < 40; i++) {
        g_string_append_printf(script, "A%d lost; ", i);
    }
    g_autoptr(TcpRig) rig = tcp_rig_new(SETTINGS);
    rig->script = script->str;
    tcp_rig_open(rig);
    tcp_rig_run(rig, SIM_SECOND);
    tcp_rig_write(rig, 0, MSS);
    tcp_rig_run(rig, 100 * SIM_SECOND);
    tcp_rig_expect(rig, "0 A S; 50 B SA; 100 A a1; 1000 A 1 lost; 1300 A 1 lost; 1600 A 1 lost; "
                        "2200 A 1 lost; 3400 A 1 lost; 5800 A 1 lost; ");
    CU_ASSERT_EQUAL(rig->events[0], TCP_EVENT_OPENED | TCP_EVENT_TIMED_OUT | TCP_EVENT_FINISHED);
}

static void expect_syns(const char *const *settings, const char *log)
{
    g_autoptr(GString) script = g_string_new(NULL);
    for (int i = 1; i < 40; i++) {
        g_string_append_printf(script, "A%d lost; ", i);
    }
    g_autoptr(TcpRig) rig = tcp_rig_new(settings);
    rig->script = script->str;
    tcp_rig_open(rig);
    tcp_rig_run(rig, 200 * SIM_SECOND);
    tcp_rig_expect(rig, log);
    CU_ASSERT_EQUAL(rig->events[0], TCP_EVENT_TIMED_OUT | TCP_EVENT_FINISHED);
}

static void lost_syns_follow_the_schedule(void)
{
    expect_syns(NULL, "0 A S lost; 1000 A S lost; 2000 A S lost; 3000 A S lost; 4000 A S lost; "
                      "5000 A S lost; 7000 A S lost; 11000 A S lost; 19000 A S lost; "
                      "35000 A S lost; 67000 A S lost; ");
    static const char *const RFC[] = {"tcp.syn-linear=0", NULL};
    expect_syns(RFC, "0 A S lost; 1000 A S lost; 3000 A S lost; 7000 A S lost; 15000 A S lost; "
                     "31000 A S lost; 63000 A S lost; ");
}

/* One SYN lost costs a second, two cost the initial window too (RFC 6928, 2); a lost answer is sent
 * again by its own timer and for the repeated SYN. */
static void a_lost_syn_or_its_answer(void)
{
    expect_script(NULL, "A1 lost", 10, false, "0 A S lost; 1000 A S; 1050 B SA; 1100 A 1+9; ");
    expect_script(NULL, "A1 lost; A2 lost", 3, false,
                  "0 A S lost; 1000 A S lost; 2000 A S; 2050 B SA; 2100 A 1; 2200 A 2+1; ");
    expect_script(NULL, "B1 lost", 2, false,
                  "0 A S; 50 B SA lost; 1000 A S; 1050 B SA; 1050 B SA; 1100 A 1+1; 1100 A a1; ");
}

/* The next one makes up for it: windows are counted by what is acknowledged. */
static void a_lost_ack_changes_nothing(void)
{
    expect_script(NULL, "B5 lost", 30, false, OPENING "100 A 1+9; 200 A 11+19; ");
    expect_script(NULL, "B2 lost; B3 lost; B4 lost; B5 lost; B6 lost; B7 lost; B8 lost; B9 lost",
                  30, false, OPENING "100 A 1+9; 200 A 11+19; ");
}

/* 1.2 ms from one to the next: 4 arrives after 5. One selective or duplicate ACK, and nothing is
 * sent again. */
static void a_reordered_pair_is_no_loss(void)
{
    static const char *const *const VARIANTS[] = {NULL, NEWRENO};
    for (size_t i = 0; i < G_N_ELEMENTS(VARIANTS); i++) {
        g_autoptr(TcpRig) rig = tcp_rig_new(VARIANTS[i]);
        rig->script = "A5 +1.5";
        rig->bits_per_second = 10000000;
        rig->logs_acks = true;
        tcp_rig_open(rig);
        tcp_rig_write(rig, 0, 7 * (uint64_t)rig->ends[0].mss_bytes);
        tcp_rig_run(rig, 10 * SIM_SECOND);
        CU_ASSERT_EQUAL(rig->ends[0].resent, 0);
        CU_ASSERT_EQUAL(rig->ends[0].phase, TCP_PHASE_OPEN);
        tcp_rig_expect(rig, i == 0 ? "0 A S; 50.048 B SA; 100.048 A 1+2; 100.048 A 4 +1.5; "
                                     "100.048 A 5+2; 151.248 B a2; 151.548 B a2 [4-5]; "
                                     "152.448 B a3 [4-5]; 153.648 B a5; 154.848 B a6; "
                                     "156.048 B a7; 157.248 B a8; "
                                   : "0 A S; 50.0384 B SA; 100.038 A 1+2; 100.038 A 4 +1.5; "
                                     "100.038 A 5+2; 151.238 B a2; 151.538 B a2; 152.438 B a3; "
                                     "153.638 B a5; 154.838 B a6; 156.038 B a7; 157.238 B a8; ");
    }
}

/* As on a connection that stood from the beginning: there has been no round trip to take the least
 * of, and one duplicate after the other has widened the reordering window. A selective
 * acknowledgement is the first answer; 2 arrives 1.5 ms after 3 and 4. */
static void a_wide_window_waits_without_a_least_round_trip(void)
{
    g_autoptr(TcpRig) rig = tcp_rig_new(NULL);
    rig->script = "A3 +1.5";
    tcp_rig_open(rig);
    tcp_rig_run(rig, 150 * SIM_MILLISECOND);
    CU_ASSERT_TRUE(rig->is_open[0]);
    rig->ends[0].round_trip_min = SIM_TIME_MAX;
    rig->ends[0].rack_steps = rig->ends[0].rack_persist = UINT8_MAX;
    tcp_rig_write(rig, 0, 3 * (uint64_t)rig->ends[0].mss_bytes);
    tcp_rig_run(rig, 10 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[0].resent, 0);
    CU_ASSERT_EQUAL(rig->ends[1].received, 1 + 3 * (uint64_t)rig->ends[0].mss_bytes);
}

CU_TestInfo suite_tcp[] = {
    {"connecting_takes_one_round_trip", connecting_takes_one_round_trip},
    {"slow_start_doubles_each_round", slow_start_doubles_each_round},
    {"many_tiny_writes_fill_the_first_window", many_tiny_writes_fill_the_first_window},
    {"nagle_waits_with_what_is_small", nagle_waits_with_what_is_small},
    {"a_lone_lost_segment_is_sent_again_once", a_lone_lost_segment_is_sent_again_once},
    {"two_lost_segments", two_lost_segments},
    {"a_lost_last_segment_is_probed_for", a_lost_last_segment_is_probed_for},
    {"a_segment_lost_again_is_found_without_a_timeout",
     a_segment_lost_again_is_found_without_a_timeout},
    {"a_connection_that_is_cut_times_out", a_connection_that_is_cut_times_out},
    {"lost_syns_follow_the_schedule", lost_syns_follow_the_schedule},
    {"a_lost_syn_or_its_answer", a_lost_syn_or_its_answer},
    {"a_lost_ack_changes_nothing", a_lost_ack_changes_nothing},
    {"a_reordered_pair_is_no_loss", a_reordered_pair_is_no_loss},
    {"a_wide_window_waits_without_a_least_round_trip",
     a_wide_window_waits_without_a_least_round_trip},
    CU_TEST_INFO_NULL,
};
