/* SPDX-License-Identifier: MIT */
/* mplex over a toy pipe of 50 ms each way: frames and bytes of the specification, and slow readers.
 * In the log `message/2` is a frame with flag 2. */
#include "tests/suite.h"

#include "tests/mux_rig.h"

#include <string.h>

/* The opener's flags are even, the other side's odd; a name is the number's digits. */
static void frames_take_two_bytes_more_than_data(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, NULL);
    const uint64_t id = mux_rig_id(1, 1);
    rig->ends[0].echoes = rig->ends[0].closes = true;
    mux_rig_open(rig, 1, id);
    mux_rig_write(rig, 1, id, CHANNEL_ITEM_MORE, 20);
    mux_rig_write(rig, 1, id, 0, 12);
    mux_rig_write(rig, 1, id, 0, 200);
    mux_rig_end(rig, 1, id, STREAM_HALF_CLOSE);
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 B new/0 #0 =3; 0 B message/2 #0 32 =34; 0 B message/2 #0 200 =203; "
                        "0 B close/4 #0 =2; 50 A message/1 #0 20 =22; 50 A message/1 #0 12 =14; "
                        "50 A message/1 #0 200 =203; 50 A close/3 #0 =2; ");
    mux_rig_expect_told(rig, "50 A opened 1; 50 A item 1 20; 50 A item 1 12; 50 A item 1 200; "
                             "50 A half-closed 1; 100 B item 1 20; 100 B item 1 12; "
                             "100 B item 1 200; 100 B half-closed 1; ");
}

/* Both sides count from 0; from number 16 on the header's uvarint takes two bytes. */
static void numbers_grow_into_the_header(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, NULL);
    for (uint32_t i = 1; i <= 17; i++) {
        mux_rig_open(rig, 0, mux_rig_id(0, i));
    }
    mux_rig_open(rig, 1, mux_rig_id(1, 1));
    mux_rig_run(rig, 10 * SIM_MILLISECOND);
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "new/0 #9 =3; 0 A new/0 #10 =4; "));
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "new/0 #15 =4; 0 A new/0 #16 =5; 0 B new/0 #0"));
}

static void large_writes_are_cut(void)
{
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, NULL);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, (1 << 20) + 5);
    mux_rig_run(rig, SIM_SECOND);
    mux_rig_expect(rig, "0 A new/0 #0 =3; 0 A message/2 #0 1048576 =1048580; "
                        "0 A message/2 #0 5 =7; ");
    mux_rig_expect_told(rig, "50 B opened 1; 50 B item 1 1048581; ");
}

static void resets_and_closes_reach_the_other_side(void)
{
    for (unsigned end = 0; end < 2; end++) {
        g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, NULL);
        mux_rig_open(rig, 0, mux_rig_id(0, 1));
        mux_rig_open(rig, 0, mux_rig_id(0, 2));
        mux_rig_run(rig, 100 * SIM_MILLISECOND);
        mux_rig_end(rig, end, mux_rig_id(0, 1), STREAM_RESET);
        mux_rig_end(rig, end, mux_rig_id(0, 2), STREAM_CLOSE);
        mux_rig_run(rig, SIM_SECOND);
        mux_rig_expect(rig, end == 0 ? "0 A new/0 #0 =3; 0 A new/0 #1 =3; 100 A reset/6 #0 =2; "
                                       "100 A close/4 #1 =2; 150 B close/3 #1 =2; "
                                     : "0 A new/0 #0 =3; 0 A new/0 #1 =3; 100 B reset/5 #0 =2; "
                                       "100 B close/3 #1 =2; 150 A close/4 #1 =2; ");
        mux_rig_expect_told(
            rig, end == 0 ? "50 B opened 1; 50 B opened 2; 150 B reset 1; 150 B closed 2; "
                          : "50 B opened 1; 50 B opened 2; 150 A reset 1; 150 A closed 2; ");
        CU_ASSERT_FALSE(mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 1));
        CU_ASSERT(muxer_memory_bytes(rig->ends[0].session) <= 256);
    }
}

/* 1 Mbit/s takes 125,000 bytes a second. What the reader has not taken beyond 64 KiB keeps the
 * connection from being read, and the other stream's message with it. */
static void slow_reader_blocks_the_connection(void)
{
    static const char *const CHANGES[] = {"reader.rate=1Mbit/s", "mplex.slow-reader=block", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, CHANGES);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_open(rig, 0, mux_rig_id(0, 2));
    for (unsigned i = 0; i < 125; i++) {
        mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 10000);
    }
    mux_rig_write(rig, 0, mux_rig_id(0, 2), 0, 1);
    mux_rig_run(rig, 5 * SIM_SECOND);
    CU_ASSERT_FALSE(muxer_may_read(rig->ends[1].session));
    mux_rig_run(rig, 60 * SIM_SECOND);
    CU_ASSERT_TRUE(muxer_may_read(rig->ends[1].session));
    /* 14 messages and one turn stand before the other stream's: it is read once all but 65,536 of
     * those 150,000 bytes are, which takes 21 pieces of 32.768 ms; its own byte
     * takes 8 us. */
    char *other = strstr(rig->told->str, "B item 2 1; ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    *other = 0;
    const double at = g_ascii_strtod(strrchr(rig->told->str, ';') + 1, NULL);
    CU_ASSERT_DOUBLE_EQUAL(at, 50 + 21 * 32.768 + 0.008, 0.001);
    CU_ASSERT_EQUAL(rig->ends[1].taken_bytes, 1250001);
}

/* It holds the connection up for 5 s, then loses its stream, and the other one goes on. */
static void slow_reader_is_reset(void)
{
    static const char *const CHANGES[] = {"reader.rate=80kbit/s", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, CHANGES);
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    mux_rig_open(rig, 0, mux_rig_id(0, 2));
    mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 200000);
    mux_rig_write(rig, 0, mux_rig_id(0, 2), 0, 10);
    mux_rig_run(rig, 60 * SIM_SECOND);
    mux_rig_expect_told(rig, "50 B opened 1; 50 B opened 2; 5050 B reset 1; 5051 B item 2 10; "
                             "5100 A reset 1; ");
    CU_ASSERT_PTR_NOT_NULL(strstr(rig->log->str, "5050 B reset/5 #0 =2; "));
}

static void reader_that_keeps_up_is_left_alone(void)
{
    static const char *const CHANGES[] = {"reader.rate=8Mbit/s", NULL};
    g_autoptr(MuxRig) rig = mux_rig_new(&MUXER_mplex, CHANGES);
    rig->is_quiet = true;
    rig->bits_per_second = 7000000;
    mux_rig_open(rig, 0, mux_rig_id(0, 1));
    for (unsigned i = 0; i < 1000; i++) {
        mux_rig_write(rig, 0, mux_rig_id(0, 1), 0, 30000);
    }
    mux_rig_end(rig, 0, mux_rig_id(0, 1), STREAM_HALF_CLOSE);
    mux_rig_run(rig, 60 * SIM_SECOND);
    CU_ASSERT_EQUAL(rig->ends[1].taken_bytes, 30000000);
}

CU_TestInfo suite_mplex[] = {
    {"frames_take_two_bytes_more_than_data", frames_take_two_bytes_more_than_data},
    {"numbers_grow_into_the_header", numbers_grow_into_the_header},
    {"large_writes_are_cut", large_writes_are_cut},
    {"resets_and_closes_reach_the_other_side", resets_and_closes_reach_the_other_side},
    {"slow_reader_blocks_the_connection", slow_reader_blocks_the_connection},
    {"slow_reader_is_reset", slow_reader_is_reset},
    {"reader_that_keeps_up_is_left_alone", reader_that_keeps_up_is_left_alone},
    CU_TEST_INFO_NULL,
};
