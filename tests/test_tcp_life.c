/* SPDX-License-Identifier: MIT */
/* The life of a TCP besides loss: ends, resets, pauses, delayed ACKs, windows that are tuned. */
#include "tests/suite.h"

#include "tests/tcp_rig.h"

static TcpRig *open_rig(const char *const *settings, const char *script)
{
    TcpRig *rig = tcp_rig_new(settings);
    rig->script = script;
    rig->logs_acks = true;
    tcp_rig_open(rig);
    tcp_rig_run(rig, 200 * SIM_MILLISECOND);
    g_string_truncate(rig->log, 0);
    return rig;
}

static void close_in_turn(TcpRig *rig, unsigned end)
{
    if ((rig->events[end] & TCP_EVENT_PEER_CLOSED) != 0 && end == 1) {
        tcp_rig_close(rig, 1);
    }
}

/* The first to close waits in TIME-WAIT, the other is done with the last ACK. */
static void an_orderly_end(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    rig->happened = close_in_turn;
    tcp_rig_close(rig, 0);
    tcp_rig_run(rig, 400 * SIM_MILLISECOND);
    tcp_rig_expect(rig, "200 A F; 250 B F; 300 A a1.1; ");
    CU_ASSERT_EQUAL(rig->ends[0].state, TCP_TIME_WAIT);
    CU_ASSERT_EQUAL(rig->ends[1].state, TCP_CLOSED);
    tcp_rig_run(rig, 100 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[0].state, TCP_CLOSED);
    CU_ASSERT(rig->now == 100 * SIM_SECOND && tcp_deadline(&rig->ends[0]) == SIM_TIME_MAX);
}

/* A lost FIN comes again; so does a lost last ACK, for the FIN that repeats. */
static void lost_ends_come_again(void)
{
    g_autoptr(TcpRig) fin = open_rig(NULL, "A3 lost");
    fin->happened = close_in_turn;
    tcp_rig_close(fin, 0);
    tcp_rig_run(fin, 2 * SIM_SECOND);
    tcp_rig_expect(fin, "200 A F lost; 500 A F; 550 B F; 600 A a1.1; ");
    g_autoptr(TcpRig) last = open_rig(NULL, "A4 lost");
    last->happened = close_in_turn;
    tcp_rig_close(last, 0);
    tcp_rig_run(last, 2 * SIM_SECOND);
    tcp_rig_expect(last, "200 A F; 250 B F; 300 A a1.1 lost; 550 B F; 600 A a1.1; ");
    CU_ASSERT_EQUAL(last->ends[1].state, TCP_CLOSED);
}

static void both_close_at_once(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    tcp_rig_close(rig, 0);
    tcp_rig_close(rig, 1);
    tcp_rig_run(rig, 400 * SIM_MILLISECOND);
    tcp_rig_expect(rig, "200 A F; 200 B F; 250 B a1.1; 250 A a1.1; ");
    CU_ASSERT_EQUAL(rig->ends[0].state, TCP_TIME_WAIT);
    CU_ASSERT_EQUAL(rig->ends[1].state, TCP_TIME_WAIT);
}

/* After a half-close the other direction goes on. */
static void a_half_closed_connection_carries_data_back(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    tcp_rig_close(rig, 0);
    tcp_rig_run(rig, 300 * SIM_MILLISECOND);
    tcp_rig_write(rig, 1, 3000);
    tcp_rig_run(rig, 100 * SIM_SECOND); /* nobody's patience ends */
    CU_ASSERT_EQUAL(rig->ends[0].received, 3001);
    CU_ASSERT_EQUAL(rig->ends[0].state, TCP_FIN_WAIT_2);
    CU_ASSERT_EQUAL(rig->ends[1].state, TCP_CLOSE_WAIT);
    tcp_orphan(&rig->ends[0], rig->now);
    tcp_rig_run(rig, 200 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[0].state, TCP_CLOSED);
}

/* A reset counts where the stream stands; elsewhere it is asked for again (RFC 5961). */
static void resets(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    tcp_abort(&rig->ends[0]);
    tcp_rig_flush(rig, 0);
    tcp_rig_run(rig, SIM_SECOND);
    tcp_rig_expect(rig, "200 A R; ");
    CU_ASSERT_EQUAL(rig->events[1] & TCP_EVENT_RESET, TCP_EVENT_RESET);
    g_autoptr(TcpRig) other = open_rig(NULL, NULL);
    TcpSegment segment = {.flags = TCP_RST, .number = 1000};
    tcp_receive(&other->ends[1], other->now, &segment);
    tcp_rig_flush(other, 1);
    CU_ASSERT_EQUAL(other->ends[1].state, TCP_ESTABLISHED);
    tcp_rig_expect(other, "200 B a1; ");
    TcpSegment answer;
    CU_ASSERT(!tcp_answer_unknown(&segment, &answer));
    segment = (TcpSegment){.flags = TCP_ACK, .acknowledged = 77};
    CU_ASSERT(tcp_answer_unknown(&segment, &answer));
    CU_ASSERT(answer.flags == TCP_RST && answer.number == 77);
}

static void a_refused_port(void)
{
    g_autoptr(TcpRig) rig = tcp_rig_new(NULL);
    tcp_rig_open(rig);
    rig->wire->len = 0; /* nobody listens */
    TcpSegment answer;
    CU_ASSERT(tcp_answer_unknown(&(TcpSegment){.flags = TCP_SYN}, &answer));
    rig->now = 100 * SIM_MILLISECOND;
    tcp_receive(&rig->ends[0], rig->now, &answer);
    CU_ASSERT_EQUAL(tcp_take_events(&rig->ends[0]), TCP_EVENT_REFUSED | TCP_EVENT_FINISHED);
}

/* RFC 5681, 4.1: 310 segments opened the window to 320; a pause halves it for each timeout, and
 * after a long one it is 10 again. */
static void a_pause_closes_the_window(void)
{
    static const char *const STAYS[] = {"tcp.idle-restart=no", NULL};
    static const struct {
        const char *const *settings;
        SimTime until;
        uint32_t window;
    } CASES[] = {
        {NULL, 750, 320}, {NULL, 900, 160}, {NULL, 1300, 80}, {NULL, 9000, 10}, {STAYS, 9000, 320}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(TcpRig) rig = tcp_rig_new(CASES[i].settings);
        tcp_rig_open(rig);
        tcp_rig_write(rig, 0, 310 * 1448);
        tcp_rig_run(rig, CASES[i].until * SIM_MILLISECOND);
        CU_ASSERT_EQUAL(rig->ends[0].window, 320);
        tcp_write(&rig->ends[0], rig->now, 1);
        CU_ASSERT_EQUAL(rig->ends[0].window, CASES[i].window);
    }
}

static void answer(TcpRig *rig, unsigned end)
{
    if (end == 1 && rig->ends[1].received > rig->taken[1] && rig->ends[1].received > 1) {
        tcp_rig_write(rig, 1, 200);
    }
}

/* The first request is acknowledged at once; from then on the answer carries it. The side that asks
 * pauses longer than an ACK may wait, so its ACKs are not held for its next request. */
static void answers_carry_acks(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    rig->happened = answer;
    for (int i = 0; i < 3; i++) {
        tcp_rig_write(rig, 0, 100);
        tcp_rig_run(rig, rig->now + 200 * SIM_MILLISECOND);
    }
    tcp_rig_expect(rig, "200 A 1:100; 250 B a1.100; 250 B 1:200; 300 A a1.200; "
                        "400 A 1.100:100; 450 B 1.200:200; 500 A a1.400; "
                        "600 A 1.200:100; 650 B 1.400:200; 700 A a1.600; ");
}

/* Beyond the quick ones every second segment is acknowledged at once, a single one after 40 ms. */
static void acks_are_delayed(void)
{
    static const char *const SETTINGS[] = {"tcp.quick-acks=0", NULL};
    g_autoptr(TcpRig) rig = open_rig(SETTINGS, NULL);
    tcp_rig_write(rig, 0, 5 * 1448);
    tcp_rig_run(rig, SIM_SECOND);
    tcp_rig_expect(rig, "200 A 1+4; 250 B a3; 250 B a5; 290 B a6; ");
}

/* 1 Gbit/s and 100 ms: 12.5 MB in flight. Windows are tuned up with the transfer, as far as they
 * may. */
static void windows_are_tuned(void)
{
    static const char *const SMALL[] = {"tcp.receive-window-max=128KiB", NULL};
    static const char *const SENDER[] = {"tcp.send-buffer-max=128KiB", NULL};
    static const struct {
        const char *const *settings;
        double least, most; /* bytes in a round trip */
    } CASES[] = {{SMALL, 125e3, 132e3}, {SENDER, 125e3, 132e3}, {NULL, 3e6, 3.2e6}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(TcpRig) rig = tcp_rig_new(CASES[i].settings);
        rig->is_quiet = true;
        rig->bits_per_second = 1000000000;
        tcp_rig_open(rig);
        tcp_rig_write(rig, 0, UINT64_C(1) << 40);
        tcp_rig_run(rig, 3 * SIM_SECOND);
        const uint64_t before = rig->ends[1].received;
        tcp_rig_run(rig, 4 * SIM_SECOND);
        const double found = (double)(rig->ends[1].received - before) / 10;
        CU_ASSERT(found >= CASES[i].least && found <= CASES[i].most);
    }
}

/* A window of spurious trouble is taken back: the timestamps show that the originals arrived. */
static void a_spurious_timeout_is_undone(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    rig->script = "A3 +400; A4 +400; A5 +400; A6 +400";
    tcp_rig_write(rig, 0, 4 * 1448);
    const uint32_t window = rig->ends[0].window;
    tcp_rig_run(rig, 5 * SIM_SECOND);
    CU_ASSERT(rig->ends[0].resent > 0);
    CU_ASSERT(rig->ends[0].window >= window);
    CU_ASSERT(rig->ends[0].threshold > 1000);
    CU_ASSERT_EQUAL(rig->ends[0].phase, TCP_PHASE_OPEN);
}

/* This host's own queue has no room for the fourth: it is kept, the window comes down, and the next
 * ACK lets it go. */
static void a_full_queue_at_home_is_no_loss(void)
{
    g_autoptr(TcpRig) rig = open_rig(NULL, NULL);
    Tcp *tcp = &rig->ends[0];
    tcp_write(tcp, rig->now, 6 * 1448);
    TcpSegment segment;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(tcp_next_segment(tcp, rig->now, &segment));
    }
    CU_ASSERT(tcp_next_segment(tcp, rig->now, &segment));
    tcp_was_dropped(tcp, rig->now, &segment);
    tcp_check(tcp);
    CU_ASSERT_EQUAL(tcp->phase, TCP_PHASE_REDUCING);
    CU_ASSERT_EQUAL(tcp->next, 1 + 3 * 1448);
    CU_ASSERT_EQUAL(tcp->threshold, 7);
    tcp_receive(tcp, rig->now + 100 * SIM_MILLISECOND,
                &(TcpSegment){.flags = TCP_ACK,
                              .number = 1,
                              .acknowledged = 1 + 1448,
                              .window = 65536,
                              .echo = tcp->stamp_recent});
    CU_ASSERT(tcp_next_segment(tcp, rig->now + 100 * SIM_MILLISECOND, &segment));
    CU_ASSERT_EQUAL(segment.number, 1 + 3 * 1448);
    CU_ASSERT_EQUAL(tcp->resent, 0);
}

CU_TestInfo suite_tcp_life[] = {
    {"an_orderly_end", an_orderly_end},
    {"lost_ends_come_again", lost_ends_come_again},
    {"both_close_at_once", both_close_at_once},
    {"a_half_closed_connection_carries_data_back", a_half_closed_connection_carries_data_back},
    {"resets", resets},
    {"a_refused_port", a_refused_port},
    {"a_pause_closes_the_window", a_pause_closes_the_window},
    {"answers_carry_acks", answers_carry_acks},
    {"acks_are_delayed", acks_are_delayed},
    {"windows_are_tuned", windows_are_tuned},
    {"a_spurious_timeout_is_undone", a_spurious_timeout_is_undone},
    {"a_full_queue_at_home_is_no_loss", a_full_queue_at_home_is_no_loss},
    CU_TEST_INFO_NULL,
};
