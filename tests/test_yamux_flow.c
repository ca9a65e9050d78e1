/* SPDX-License-Identifier: MIT */
/* How much yamux lets through, and in which order: windows, the queue of frames, memory; over a toy
 * pipe of 50 ms each way. */
#include "tests/suite.h"

#include "tests/mux_rig.h"

#include <string.h>

static const char *const WITHOUT_PINGS[] = {"yamux.measure=0", "yamux.keep-alive=0", NULL};

/* Windows. */

static void write_items(MuxRig *rig, unsigned end, uint64_t id, unsigned items, uint32_t length)
{
    for (unsigned i = 0; i < items; i++) {
        mux_rig_write(rig, end, id, 0, length);
    }
}

/* Bytes of items that B takes per second between two instants. */
static double rate_between(MuxRig *rig, SimTime from, SimTime to)
{
    mux_rig_run(rig, from);
    const uint64_t before = rig->ends[1].taken_bytes;
    mux_rig_run(rig, to);
    return (double)(rig->ends[1].taken_bytes - before) / ((double)(to - from) / 1e9);
}

/* Writers of 32 KiB, as io.Copy is one: half a window comes back at a time, and all of it each
 * round trip. */
static void fixed_window_limits_to_window_per_round_trip(void)
{
    static const int64_t RATES[] = {0, INT64_C(1000000000)};
    for (unsigned i = 0; i < G_N_ELEMENTS(RATES); i++) {
        static const char *const CHANGES[] = {"yamux.auto-tune=no", NULL};
        g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
        rig->is_quiet = true;
        rig->bits_per_second = RATES[i];
        mux_rig_open(rig, 0, mux_rig_id(0, 1));
        write_items(rig, 0, mux_rig_id(0, 1), 4000, 32768);
        const double expected = 262144 / 0.1;
        const double rate = rate_between(rig, SIM_SECOND, 11 * SIM_SECOND);
        CU_ASSERT_DOUBLE_EQUAL(rate, expected, 0.01 * expected);
    }
}

/* One large write goes in frames of 64 KiB - 12, of which three make half a window: credit for the
 * fourth stays behind. 196,572 and 131,096 bytes go in turns. */
static void large_frames_leave_credit_behind(void)
{
    static const char *const CHANGES[] = {"yamux.auto-tune=no", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    write_items(rig, 0, mux_rig_id(0, 1), 1, 1 << 26);
    mux_rig_run(rig, 10 * SIM_SECOND - 1); /* bursts at 0, 0.1, ... 9.9 s */
    CU_ASSERT_EQUAL(rig->ends[0].wire_bytes - 12 * rig->ends[0].frames,
                    262144 + 50 * 196572 + 49 * 131096);
}

static void tuned_window_fills_the_path(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, NULL);
    rig->is_quiet = true;
    rig->bits_per_second = 100000000;
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    write_items(rig, 0, mux_rig_id(0, 1), 4000, 32768);
    const double payload = 12.5e6 * 32768 / (32768 + 12);
    CU_ASSERT_DOUBLE_EQUAL(rate_between(rig, 2 * SIM_SECOND, 10 * SIM_SECOND), payload,
                           0.01 * payload);
}

/* Credit comes back as the application reads. */
static void slow_reader_slows_the_writer(void)
{
    static const char *const CHANGES[] = {"reader.rate=8Mbit/s", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    rig->is_quiet = true;
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    write_items(rig, 0, mux_rig_id(0, 1), 400, 32768);
    mux_rig_open(rig, 0, mux_rig_id(0, 2));
    write_items(rig, 0, mux_rig_id(0, 2), 1, 100);
    mux_rig_run(rig, 60 * SIM_MILLISECOND); /* beside it nobody waits */
    CU_ASSERT_EQUAL(rig->ends[1].taken_items, 1);
    CU_ASSERT_DOUBLE_EQUAL(rate_between(rig, SIM_SECOND, 6 * SIM_SECOND), 1e6, 1e4);
    /* The window grew until half of it took four round trips to read. */
    CU_ASSERT(rig->ends[0].wire_bytes < rig->ends[1].taken_bytes + (1 << 20) + 40000);
    mux_rig_end(rig, 0, mux_rig_id(0, 1), STREAM_HALF_CLOSE);
    rig->is_quiet = false;
    mux_rig_run(rig, 60 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[1].taken_bytes, 400 * 32768 + 100);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->told->str, "item 1 32768; 13157.2 B half-closed 1; "));
}

/* The queue. */

/* A ping beside an unlimited bulk transfer waits for the frames before it: 64, and the bulk's next
 * one that waits in front of it. */
static void ping_waits_for_the_queue(void)
{
    static const char *const CHANGES[] = {"yamux.window=16MiB", "yamux.measure=0",
                                          "yamux.keep-alive=0", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    rig->bits_per_second = 80000000;
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_open(rig, 0, mux_rig_id(0, 2));
    write_items(rig, 0, mux_rig_id(0, 1), 1, 15 << 20);
    mux_rig_run(rig, 100 * SIM_MILLISECOND);
    const uint64_t ahead = muxer_ahead_bytes(rig->ends[0].session);
    CU_ASSERT_EQUAL(ahead, 65 * 65536);
    mux_rig_write(rig, 0, mux_rig_id(0, 2), 0, 100);
    const SimTime expected =
        rig->ends[0].busy_until + (SimTime)(ahead + 112) * 100 + rig->latency; /* 100 ns a byte */
    mux_rig_run(rig, expected - 1);
    CU_ASSERT_EQUAL(rig->ends[1].taken_items, 0);
    mux_rig_run(rig, expected);
    CU_ASSERT_EQUAL(rig->ends[1].taken_items, 1);
}

static void writers_take_turns(void)
{
    static const char *const CHANGES[] = {"yamux.frame=112B", "yamux.queue=2", "yamux.measure=0",
                                          "yamux.keep-alive=0", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    rig->is_cut = true;
    for (uint32_t i = 1; i <= 3; i++) {
        mux_rig_open(rig, 0, mux_rig_id(0, i));
    }
    for (uint32_t i = 1; i <= 3; i++) {
        mux_rig_write(rig, 0, mux_rig_id(0, i), 0, 250);
    }
    rig->is_cut = false;
    mux_rig_run(rig, 10 * SIM_MILLISECOND);
    mux_rig_expect(rig, "0 A window+syn #1 =12; 0 A window+syn #3 =12; 0 A window+syn #5 =12; "
                        "0 A data #1 100 =112; 0 A data #3 100 =112; 0 A data #5 100 =112; "
                        "0 A data #1 100 =112; 0 A data #3 100 =112; 0 A data #5 100 =112; "
                        "0 A data #1 50 =62; 0 A data #3 50 =62; 0 A data #5 50 =62; ");
}

static void frames_are_cut_to_the_room(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    g_auto(FrameBuffer) frames = {.bytes = NULL};
    MuxerSession *session = rig->ends[0].session;
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 250);
    static const uint32_t LENGTHS[] = {12, 112, 112, 62};
    for (unsigned i = 0; i < G_N_ELEMENTS(LENGTHS); i++) {
        frame_buffer_cut(&frames, 0);
        CU_ASSERT_TRUE_FATAL(muxer_next(session, 0, 112, &frames));
        const MuxFrame *frame = frame_buffer_at(&frames, 0);
        CU_ASSERT_EQUAL(frame->length, LENGTHS[i]);
        CU_ASSERT_EQUAL(frame->size_bytes, sizeof *frame + (i == 3 ? sizeof(ChannelItem) + 8 : 0));
        muxer_check(session);
    }
    CU_ASSERT_FALSE(muxer_next(session, 0, 112, &frames));
}

static void answer_for_a_while(MuxRig *rig, unsigned end, uint64_t stream, const ChannelItem *item)
{
    if (rig->ends[end].taken_items < 2000) {
        mux_rig_write(rig, end, stream, 0, item->length);
        mux_rig_write(rig, end, stream, 0, item->length / 2 + 1);
    }
}

/* Each side answers all that it reads with more than that, and writes before it reads. */
static void mutual_writers_never_deadlock(void)
{
    static const char *const CHANGES[][8] = {
        {"yamux.queue=1", "yamux.window=1KiB", NULL},
        {"yamux.queue=1", "yamux.window=4KiB", "yamux.auto-tune=no", "reader.rate=1Mbit/s", NULL},
        {NULL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES[i]);
        rig->is_quiet = true;
        rig->bits_per_second = 10000000;
        rig->latency = SIM_MILLISECOND;
        rig->got = answer_for_a_while;
        for (uint32_t stream = 1; stream <= 3; stream++) {
            mux_rig_open(rig, 0, mux_rig_id(0, stream));
        }
        mux_rig_run(rig, 2 * SIM_MILLISECOND);
        for (uint32_t stream = 1; stream <= 3; stream++) {
            write_items(rig, 0, mux_rig_id(0, stream), 20, 1000);
            write_items(rig, 1, mux_rig_id(0, stream), 20, 3000);
        }
        rig->checks = false; /* too many */
        mux_rig_run(rig, 3600 * SIM_SECOND);
        CU_ASSERT(rig->ends[0].taken_items >= 2000);
        CU_ASSERT(rig->ends[1].taken_items >= 2000);
        CU_ASSERT_EQUAL(rig->ends[0].death, -1);
        CU_ASSERT_EQUAL(muxer_ahead_bytes(rig->ends[0].session), 0);
        CU_ASSERT_EQUAL(rig->ends[0].taken_items + rig->ends[1].taken_items, 3 * 40 + 2 * 1999 * 2);
    }
}

/* Memory. */

static void idle_session_is_small(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, NULL);
    rig->ends[1].echoes = rig->ends[1].closes = true;
    rig->is_quiet = true;
    mux_rig_run(rig, SIM_SECOND);
    CU_ASSERT(muxer_memory_bytes(rig->ends[0].session) <= 300);
    for (uint32_t i = 1; i <= 500; i++) {
        const uint64_t id = mux_rig_id(0, i);
        mux_rig_open(rig, 0, id);
        write_items(rig, 0, id, 10, 1000);
        mux_rig_end(rig, 0, id, STREAM_HALF_CLOSE);
    }
    mux_rig_run(rig, 10 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[0].taken_items, 5000);
    CU_ASSERT(muxer_memory_bytes(rig->ends[0].session) <= 300);
    CU_ASSERT(muxer_memory_bytes(rig->ends[1].session) <= 300);
}

static void user_may_free_the_session(void)
{
    static const char *const RATES[] = {"reader.rate=0", "reader.rate=1Mbit/s"};
    for (unsigned i = 0; i < G_N_ELEMENTS(RATES); i++) {
        const char *const changes[] = {RATES[i], NULL};
        g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, changes);
        mux_rig_open(rig, 0, mux_rig_id(0, 1));
        mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 100);
        mux_rig_write(rig, 0, mux_rig_id(0, 1), CHANNEL_ITEM_MORE, 100);
        mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 100);
        rig->ends[1].frees = rig->ends[1].echoes = true;
        mux_rig_run(rig, SIM_SECOND);
        CU_ASSERT_PTR_NULL(rig->ends[1].session);
        CU_ASSERT_EQUAL(rig->ends[1].taken_items, 1);
    }
}

CU_TestInfo suite_yamux_flow[] = {
    {"fixed_window_limits_to_window_per_round_trip", fixed_window_limits_to_window_per_round_trip},
    {"large_frames_leave_credit_behind", large_frames_leave_credit_behind},
    {"tuned_window_fills_the_path", tuned_window_fills_the_path},
    {"slow_reader_slows_the_writer", slow_reader_slows_the_writer},
    {"ping_waits_for_the_queue", ping_waits_for_the_queue},
    {"writers_take_turns", writers_take_turns},
    {"frames_are_cut_to_the_room", frames_are_cut_to_the_room},
    {"mutual_writers_never_deadlock", mutual_writers_never_deadlock},
    {"idle_session_is_small", idle_session_is_small},
    {"user_may_free_the_session", user_may_free_the_session},
    CU_TEST_INFO_NULL,
};
