/* SPDX-License-Identifier: MIT */
/* yamux over a toy pipe of 50 ms each way. What goes over it is compared entry by entry with what
 * the specification and go-yamux say; `#1` is yamux' own number of a stream. */
#include "tests/suite.h"

#include "tests/mux_rig.h"

#include <string.h>

static const char *const WITHOUT_PINGS[] = {"yamux.measure=0", "yamux.keep-alive=0", NULL};

/* The first ping of a fresh stream, lazily negotiated: 12 + 12 + 20 + 18 + 32 bytes; the answer in
 * four frames. */
static void first_ping_takes_its_frames_and_bytes(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    const uint64_t id = mux_rig_id(1, 1);
    mux_rig_open(rig, 0, id);
    mux_rig_write(rig, 0, id, CHANNEL_ITEM_MORE, 20);
    mux_rig_write(rig, 0, id, CHANNEL_ITEM_MORE, 18);
    mux_rig_write(rig, 0, id, 0, 32);
    mux_rig_run(rig, 50 * SIM_MILLISECOND);
    mux_rig_expect(rig, "0 A window+syn #1 =12; 0 A data #1 70 =82; 50 B window+ack #1 =12; ");
    mux_rig_expect_told(rig, "50 B opened 1; 50 B item 1 20; 50 B item 1 18; 50 B item 1 32; ");
    CU_ASSERT_EQUAL(rig->ends[0].wire_bytes, 94);
    mux_rig_write(rig, 1, id, 0, 20);
    mux_rig_write(rig, 1, id, 0, 18);
    mux_rig_write(rig, 1, id, 0, 32);
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "50 B data #1 20 =32; 50 B data #1 18 =30; 50 B data #1 32 =44; ");
    mux_rig_expect_told(rig, "100 A item 1 20; 100 A item 1 18; 100 A item 1 32; ");
    CU_ASSERT_EQUAL(rig->ends[1].wire_bytes, 12 + 12 + 20 + 12 + 18 + 12 + 32);
}

static void both_sides_number_their_streams(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    for (unsigned i = 0; i < 4; i++) {
        mux_rig_open(rig, i % 2, mux_rig_id(i % 2, 1 + i / 2));
    }
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 A window+syn #1 =12; 0 A window+syn #3 =12; "
                        "0 B window+syn #2 =12; 0 B window+syn #4 =12; "
                        "50 A window+ack #2 =12; 50 A window+ack #4 =12; "
                        "50 B window+ack #1 =12; 50 B window+ack #3 =12; ");
}

static void half_closes_end_a_stream_after_what_was_written(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    const uint64_t id = mux_rig_id(0, 1);
    mux_rig_open(rig, 0, id);
    mux_rig_write(rig, 0, id, 0, 100);
    mux_rig_end(rig, 0, id, STREAM_HALF_CLOSE);
    CU_ASSERT_FALSE(mux_rig_write(rig, 0, id, 0, 1));
    rig->ends[1].echoes = rig->ends[1].closes = true;
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 A window+syn #1 =12; 0 A data #1 100 =112; 0 A window+fin #1 =12; "
                        "50 B window+ack #1 =12; 50 B data #1 100 =112; 50 B window+fin #1 =12; ");
    mux_rig_expect_told(rig, "50 B opened 1; 50 B item 1 100; 50 B half-closed 1; "
                             "100 A item 1 100; 100 A half-closed 1; ");
    CU_ASSERT_FALSE(mux_rig_write(rig, 1, id, 0, 1));
}

/* A close ends both halves; what the other side still had is dropped, and its FIN answers. */
static void close_ends_the_other_half_too(void)
{
    static const char *const CHANGES[] = {"yamux.measure=0", "yamux.keep-alive=0",
                                          "yamux.window=1KiB", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    const uint64_t id = mux_rig_id(0, 1);
    mux_rig_open(rig, 0, id);
    mux_rig_run(rig, 60 * SIM_MILLISECOND);
    mux_rig_write(rig, 1, id, 0, 5000);
    mux_rig_run(rig, 100 * SIM_MILLISECOND);
    mux_rig_end(rig, 0, id, STREAM_CLOSE);
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 A window+syn #1 =12; 50 B window+ack #1 =12; 60 B data #1 1024 =1036; "
                        "100 A window+fin #1 =12; 150 B window+fin #1 =12; ");
    mux_rig_expect_told(rig, "50 B opened 1; 150 B closed 1; ");
}

/* Once the FIN has gone, a close has no word of its own: a reset keeps the other side from writing
 * into a window that never opens again. */
static void close_after_a_half_close_is_a_reset(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    const uint64_t id = mux_rig_id(0, 1);
    mux_rig_open(rig, 0, id);
    mux_rig_end(rig, 0, id, STREAM_HALF_CLOSE);
    mux_rig_run(rig, 60 * SIM_MILLISECOND);
    mux_rig_write(rig, 1, id, 0, 1000000);
    mux_rig_end(rig, 1, id, STREAM_HALF_CLOSE);
    mux_rig_run(rig, 70 * SIM_MILLISECOND);
    mux_rig_end(rig, 0, id, STREAM_CLOSE);
    mux_rig_run(rig, SIM_SECOND);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "70 A window+rst #1 =12; "));
    mux_rig_expect_told(rig, "50 B opened 1; 50 B half-closed 1; 120 B reset 1; ");
    CU_ASSERT(muxer_memory_bytes(rig->ends[1].session) <= 300);
}

static void resets_reach_the_other_side(void)
{
    for (unsigned end = 0; end < 2; end++) {
        g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
        const uint64_t id = mux_rig_id(0, 1);
        mux_rig_open(rig, 0, id);
        mux_rig_run(rig, 200 * SIM_MILLISECOND);
        mux_rig_write(rig, !end, id, 0, 10);
        mux_rig_run(rig, 210 * SIM_MILLISECOND);
        mux_rig_end(rig, end, id, STREAM_RESET); /* data is on its way to it: nobody is told */
        mux_rig_run(rig, SIM_SECOND);
        mux_rig_expect(rig, end == 0 ? "0 A window+syn #1 =12; 50 B window+ack #1 =12; "
                                       "200 B data #1 10 =22; 210 A window+rst #1 =12; "
                                     : "0 A window+syn #1 =12; 50 B window+ack #1 =12; "
                                       "200 A data #1 10 =22; 210 B window+rst #1 =12; ");
        mux_rig_expect_told(rig, end == 0 ? "50 B opened 1; 260 B reset 1; "
                                          : "50 B opened 1; 260 A reset 1; ");
    }
}

/* Data that was written before a reset and is in no frame yet never leaves. */
static void reset_drops_what_has_not_left(void)
{
    static const char *const CHANGES[] = {"yamux.measure=0", "yamux.keep-alive=0",
                                          "yamux.window=1KiB", "yamux.queue=1", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    rig->bits_per_second = 800000;
    const uint64_t first = mux_rig_id(0, 1), second = mux_rig_id(0, 2);
    mux_rig_open(rig, 0, first);
    mux_rig_open(rig, 0, second);
    mux_rig_run(rig, 200 * SIM_MILLISECOND);
    mux_rig_write(rig, 0, first, 0, 1000);
    mux_rig_write(rig, 0, second, 0, 1000);
    mux_rig_write(rig, 0, second, 0, 3000);
    mux_rig_end(rig, 0, second, STREAM_RESET); /* it waits for its turn */
    muxer_check(rig->ends[0].session);
    mux_rig_run(rig, SIM_SECOND);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "A data #1 1000 =1012; "));
    CU_ASSERT_PTR_NULL(strstr(rig->log->str, "data #3"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->told->str, "B reset 2; "));
}

static void stream_beyond_the_limit_is_refused(void)
{
    static const char *const CHANGES[] = {"yamux.measure=0", "yamux.keep-alive=0",
                                          "yamux.incoming=1", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_open(rig, 0, mux_rig_id(0, 2));
    mux_rig_write(rig, 0, mux_rig_id(0, 2), 0, 10);
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 A window+syn #1 =12; 0 A window+syn #3 =12; 0 A data #3 10 =22; "
                        "50 B window+ack #1 =12; 50 B window+rst #3 =12; ");
    mux_rig_expect_told(rig, "50 B opened 1; 100 A reset 2; ");
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned count = 0;
    for (; (text = strstr(text, word)) != NULL; text++) {
        count++;
    }
    return count;
}

/* 256 streams without an answer; the others, and what they have written, wait one round trip. */
static void backlog_holds_streams_back(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    for (uint32_t i = 1; i <= 300; i++) {
        mux_rig_open(rig, 0, mux_rig_id(0, i));
        mux_rig_write(rig, 0, mux_rig_id(0, i), 0, 8);
    }
    mux_rig_end(rig, 0, mux_rig_id(0, 290), STREAM_CLOSE); /* it still has something to say */
    mux_rig_end(rig, 0, mux_rig_id(0, 295), STREAM_RESET); /* nobody ever hears of it */
    mux_rig_run(rig, 99 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(count_of(rig->log->str, "0 A window+syn"), 256);
    CU_ASSERT_EQUAL(count_of(rig->log->str, "A data"), 256);
    mux_rig_run(rig, SIM_SECOND);
    CU_ASSERT_EQUAL(count_of(rig->log->str, "; 100 A window+syn"), 43);
    CU_ASSERT_EQUAL(count_of(rig->told->str, "B opened"), 299);
    CU_ASSERT_EQUAL(count_of(rig->told->str, "B item"), 299);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->told->str, "B item 290 8; "));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->told->str, "150 B item 300 8; 150 B closed 290; "));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "100 A window+syn #597 =12; "));
    CU_ASSERT_EQUAL(rig->ends[1].taken_items, 299);
}

/* Time. */

static void session_measures_its_round_trip(void)
{
    static const char *const CHANGES[] = {"yamux.keep-alive=0", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    mux_rig_run_idle(rig, 40 * SIM_SECOND);
    mux_rig_expect(rig, "0 A ping+syn =12; 0 B ping+syn =12; 50 A ping+ack =12; 50 B ping+ack =12; "
                        "30000 A ping+syn 1 =12; 30000 B ping+syn 1 =12; "
                        "30050 A ping+ack 1 =12; 30050 B ping+ack 1 =12; ");
    bool is_idle;
    CU_ASSERT_EQUAL(muxer_deadline(rig->ends[0].session, &is_idle), 60 * SIM_SECOND);
    CU_ASSERT_TRUE(is_idle);
}

static void keep_alive_comes_after_silence_only(void)
{
    static const char *const CHANGES[] = {"yamux.measure=0", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, CHANGES);
    mux_rig_run_idle(rig, 20 * SIM_SECOND);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_run_idle(rig, 51 * SIM_SECOND);
    /* B heard of A at 20.05 s, A of B at 20.1 s: B's ping comes when A's is due. */
    mux_rig_expect(rig, "20000 A window+syn #1 =12; 20050 B window+ack #1 =12; "
                        "50050 B ping+syn =12; 50100 A ping+ack =12; ");
}

static void unanswered_keep_alive_ends_the_session(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, NULL);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_run_idle(rig, SIM_SECOND);
    rig->latency = 3600 * SIM_SECOND; /* nothing comes any more */
    mux_rig_run_idle(rig, 45 * SIM_SECOND);
    /* The last frame had come at 0.1 s; the ping of 30 s is the keep-alive's as well. */
    CU_ASSERT_EQUAL(rig->ends[0].death, MUXER_KEEP_ALIVE_LOST);
    CU_ASSERT_EQUAL(rig->ends[1].death, MUXER_KEEP_ALIVE_LOST);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->told->str, "40000 A died 0 1; "));
    CU_ASSERT_FALSE(mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 1));
}

static void blocked_transport_ends_the_session(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_run(rig, SIM_SECOND);
    rig->is_cut = true;
    mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 5);
    mux_rig_run(rig, 20 * SIM_SECOND);
    mux_rig_expect_told(rig, "50 B opened 1; 11000 A died 0; ");
}

static void going_away_ends_the_other_session(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    muxer_go_away(rig->ends[0].session, 0);
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 A away =12; ");
    mux_rig_expect_told(rig, "50 B died 0 3; ");
}

static void too_much_data_is_a_protocol_error(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_yamux, WITHOUT_PINGS);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_run(rig, SIM_SECOND);
    const MuxFrame frame = {.size_bytes = sizeof frame,
                            .length = 12 + 262145,
                            .payload_bytes = 262145,
                            .stream = mux_rig_id(0, 1),
                            .reserved = 1};
    muxer_receive(rig->ends[1].session, rig->now, &frame);
    mux_rig_run(rig, 2 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[1].death, MUXER_PROTOCOL_ERROR);
    CU_ASSERT_EQUAL(rig->ends[0].death, MUXER_GONE_AWAY);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "1000 B away 1 =12; "));
}

CU_TestInfo suite_yamux[] = {
    {"first_ping_takes_its_frames_and_bytes", first_ping_takes_its_frames_and_bytes},
    {"both_sides_number_their_streams", both_sides_number_their_streams},
    {"half_closes_end_a_stream_after_what_was_written",
     half_closes_end_a_stream_after_what_was_written},
    {"close_ends_the_other_half_too", close_ends_the_other_half_too},
    {"close_after_a_half_close_is_a_reset", close_after_a_half_close_is_a_reset},
    {"resets_reach_the_other_side", resets_reach_the_other_side},
    {"reset_drops_what_has_not_left", reset_drops_what_has_not_left},
    {"stream_beyond_the_limit_is_refused", stream_beyond_the_limit_is_refused},
    {"backlog_holds_streams_back", backlog_holds_streams_back},
    {"session_measures_its_round_trip", session_measures_its_round_trip},
    {"keep_alive_comes_after_silence_only", keep_alive_comes_after_silence_only},
    {"unanswered_keep_alive_ends_the_session", unanswered_keep_alive_ends_the_session},
    {"blocked_transport_ends_the_session", blocked_transport_ends_the_session},
    {"going_away_ends_the_other_session", going_away_ends_the_other_session},
    {"too_much_data_is_a_protocol_error", too_much_data_is_a_protocol_error},
    CU_TEST_INFO_NULL,
};
