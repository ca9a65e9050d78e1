/* SPDX-License-Identifier: MIT */
/* yamux over a toy pipe of 50 ms each way. */
#include "tests/suite.h"

#include "tests/mux_rig.h"

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

CU_TestInfo suite_yamux[] = {
    {"first_ping_takes_its_frames_and_bytes", first_ping_takes_its_frames_and_bytes},
    CU_TEST_INFO_NULL,
};
