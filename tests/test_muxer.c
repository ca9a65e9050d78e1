/* SPDX-License-Identifier: MIT */
/* Storms over each muxer: streams that open, write, end and reset at random at both sides, with
 * invariants checked at each step, and all that was promised delivered at the end. */
#include "tests/suite.h"

#include "sim/mix.h"
#include "tests/mux_rig.h"

#include <string.h>

enum { STREAMS_MAX = 400, STEPS = 3000 };

typedef struct Storm {
    MuxRig *rig;
    uint64_t draws, seed;
    uint64_t ids[STREAMS_MAX];
    bool is_ended[2][STREAMS_MAX]; /* for writing */
    bool is_torn[STREAMS_MAX];     /* closed or reset: what is lost is lost */
    uint64_t written[2][STREAMS_MAX], got[2][STREAMS_MAX];
    uint32_t count, opened[2];
    uint64_t items; /* written */
} Storm;

static Storm *storm_now; /* of the running test: items have no user of the rig's own */

static uint64_t draw(Storm *storm, uint64_t bound)
{
    return mix_two(storm->seed, ++storm->draws) % bound;
}

static void count_item(MuxRig *rig, unsigned end, uint64_t stream, const ChannelItem *item)
{
    (void)rig;
    for (uint32_t i = 0; i < storm_now->count; i++) {
        if (storm_now->ids[i] == stream) {
            storm_now->got[end][i] += item->length;
        }
    }
}

static void open_one(Storm *storm)
{
    const unsigned end = (unsigned)draw(storm, 2);
    if (storm->count < STREAMS_MAX) {
        storm->ids[storm->count] = mux_rig_id(end, ++storm->opened[end]);
        mux_rig_open(storm->rig, end, storm->ids[storm->count++]);
    }
}

static void write_some(Storm *storm, unsigned end, uint32_t at)
{
    const uint64_t pieces = 1 + draw(storm, 3);
    for (uint64_t i = 0; i < pieces; i++) {
        const uint32_t length = 1 + (uint32_t)draw(storm, draw(storm, 8) == 0 ? 200000 : 500);
        const uint16_t more = i + 1 < pieces ? CHANNEL_ITEM_MORE : 0;
        if (mux_rig_write(storm->rig, end, storm->ids[at], more, length)) {
            storm->written[end][at] += length;
            storm->items++;
        }
    }
}

static void step(Storm *storm)
{
    const uint64_t what = draw(storm, 100);
    if (storm->count == 0 || what < 10) {
        open_one(storm);
        return;
    }
    const uint32_t at = (uint32_t)draw(storm, storm->count);
    const unsigned end = (unsigned)draw(storm, 2);
    if (what < 70) {
        write_some(storm, end, at);
    } else if (what < 76) {
        mux_rig_end(storm->rig, end, storm->ids[at], STREAM_HALF_CLOSE);
    } else if (what < 79) {
        storm->is_torn[at] = true;
        mux_rig_end(storm->rig, end, storm->ids[at], what == 78 ? STREAM_CLOSE : STREAM_RESET);
    } else {
        mux_rig_run(storm->rig, storm->rig->now + (SimTime)draw(storm, 20 * SIM_MILLISECOND));
    }
}

static void run_storm(const Muxer *muxer, const char *const *changes, uint64_t seed)
{
    g_autofree Storm *storm = storm_now = g_new0(Storm, 1);
    g_autoptr(MuxRig) rig = storm->rig = mux_rig_new(muxer, changes);
    storm->seed = seed;
    rig->is_quiet = true;
    rig->latency = 5 * SIM_MILLISECOND;
    rig->bits_per_second = 100000000;
    rig->ahead_bytes = 20000;
    rig->got = count_item;
    for (unsigned i = 0; i < STEPS; i++) {
        step(storm);
        muxer_check(rig->ends[0].session);
        muxer_check(rig->ends[1].session);
    }
    mux_rig_run(rig, SIM_TIME_MAX);
    for (uint32_t at = 0; at < storm->count; at++) {
        for (unsigned end = 0; end < 2; end++) {
            const bool is_whole = storm->got[!end][at] == storm->written[end][at];
            CU_ASSERT(storm->is_torn[at] ? storm->got[!end][at] <= storm->written[end][at]
                                         : is_whole);
        }
        mux_rig_end(rig, 0, storm->ids[at], STREAM_HALF_CLOSE);
        mux_rig_end(rig, 1, storm->ids[at], STREAM_HALF_CLOSE);
    }
    mux_rig_run(rig, SIM_TIME_MAX);
    CU_ASSERT_EQUAL(rig->ends[0].death, -1);
    CU_ASSERT_EQUAL(rig->ends[1].death, -1);
    /* Each item has arrived or is known to be lost. */
    CU_ASSERT_EQUAL(rig->ends[0].taken_items + rig->ends[1].taken_items + rig->ends[0].lost_items +
                        rig->ends[1].lost_items,
                    storm->items);
    CU_ASSERT(rig->ends[0].lost_items + rig->ends[1].lost_items > 0);
    CU_ASSERT(rig->ends[0].taken_items > 500 && rig->ends[1].taken_items > 500);
    CU_ASSERT(muxer_memory_bytes(rig->ends[0].session) <= 300);
    CU_ASSERT(muxer_memory_bytes(rig->ends[1].session) <= 300);
}

static void storms_over_yamux_lose_nothing(void)
{
    static const char *const CHANGES[][8] = {
        {NULL},
        {"yamux.window=1KiB", "yamux.queue=1", NULL},
        {"yamux.backlog=2", "yamux.frame=1KiB", "yamux.queue=3", NULL},
        {"yamux.window=8KiB", "yamux.auto-tune=no", "reader.rate=4Mbit/s", NULL},
        {"reader.rate=20Mbit/s", NULL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        run_storm(&MUXER_yamux, CHANGES[i], 100 + i);
    }
}

static void storms_over_mplex_lose_nothing(void)
{
    static const char *const CHANGES[][8] = {
        {NULL},
        {"mplex.frame=1KiB", "mplex.queue=1", NULL},
        {"mplex.slow-reader=block", "mplex.buffer=4KiB", "reader.rate=20Mbit/s", NULL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        run_storm(&MUXER_mplex, CHANGES[i], 200 + i);
    }
}

static void muxers_are_found_by_name(void)
{
    CU_ASSERT_EQUAL(muxer_find("yamux"), MUXER_NUMBER_yamux);
    CU_ASSERT_EQUAL(muxer_find("mplex"), MUXER_NUMBER_mplex);
    CU_ASSERT_EQUAL(muxer_find("spdy"), -1);
    CU_ASSERT_STRING_EQUAL(muxer_at(MUXER_NUMBER_yamux)->protocol, "/yamux/1.0.0");
    CU_ASSERT_STRING_EQUAL(muxer_at(MUXER_NUMBER_mplex)->protocol, "/mplex/6.7.0");
}

static void settings_that_contradict_are_named(void)
{
    static const char *const CHANGES[] = {"yamux.window=1MiB", "yamux.window-max=512KiB", NULL};
    const MuxerSettings settings = muxer_settings_of(CHANGES);
    g_autoptr(GError) error = NULL;
    CU_ASSERT_STRING_EQUAL(muxer_settings_check(&settings, &error), "yamux.window-max");
    CU_ASSERT_STRING_EQUAL(error->message, "found less than yamux.window, expected at least that");
    const MuxerSettings defaults = muxer_settings_of(NULL);
    CU_ASSERT_PTR_NULL(muxer_settings_check(&defaults, NULL));
}

CU_TestInfo suite_muxer[] = {
    {"storms_over_yamux_lose_nothing", storms_over_yamux_lose_nothing},
    {"storms_over_mplex_lose_nothing", storms_over_mplex_lose_nothing},
    {"muxers_are_found_by_name", muxers_are_found_by_name},
    {"settings_that_contradict_are_named", settings_that_contradict_are_named},
    CU_TEST_INFO_NULL,
};
