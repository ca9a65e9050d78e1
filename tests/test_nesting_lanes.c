/* SPDX-License-Identifier: MIT */
/* Intervals of a lane nest, and few lanes do. */
#include "analysis/nesting_lanes.h"
#include "tests/suite.h"

#include <stdbool.h>

typedef struct Interval {
    int64_t start, end;
    guint lane;
} Interval;

/* What was reported, as "lane:label@end ". */
static void note_end(void *data, guint lane, int64_t end, const char *label)
{
    g_string_append_printf(data, "%u:%s@%d ", lane, label, (int)end);
}

static void nesting_lanes_report_ends_in_order(void)
{
    g_autoptr(GString) ends = g_string_new(NULL);
    g_autoptr(NestingLanes) lanes = nesting_lanes_new(note_end, ends);
    nesting_lanes_place(lanes, 0, 10, g_strdup("outer"));
    nesting_lanes_place(lanes, 0, 10, g_strdup("inner"));
    nesting_lanes_place(lanes, 2, 12, g_strdup("other"));
    nesting_lanes_place(lanes, 3, 4, g_strdup("short"));
    CU_ASSERT_STRING_EQUAL(ends->str, "");
    nesting_lanes_place(lanes, 10, 20, g_strdup("next"));
    CU_ASSERT_STRING_EQUAL(ends->str, "0:short@4 0:inner@10 0:outer@10 ");
    nesting_lanes_clear(lanes);
    CU_ASSERT_STRING_EQUAL(ends->str, "0:short@4 0:inner@10 0:outer@10 0:next@20 1:other@12 ");
    nesting_lanes_place(lanes, 0, 1, g_strdup("freed without a report"));
}

static void nesting_lanes_place_by_hand(void)
{
    static const Interval cases[] = {
        {0, 100, 0},   {0, 100, 0}, /* equal ones nest */
        {0, 50, 0},    {10, 60, 1}, /* overlaps the third */
        {20, 30, 0},   {50, 55, 0}, /* where another ended */
        {55, 55, 0},                /* without length */
        {60, 120, 1},               /* outlasts what is open on the first */
        {100, 110, 0}, {100, 130, 2},
    };
    g_autoptr(GString) ends = g_string_new(NULL);
    g_autoptr(NestingLanes) lanes = nesting_lanes_new(note_end, ends);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        CU_ASSERT_EQUAL(nesting_lanes_place(lanes, cases[i].start, cases[i].end, g_strdup("")),
                        cases[i].lane);
    }
    nesting_lanes_clear(lanes);
    CU_ASSERT_EQUAL(nesting_lanes_place(lanes, 0, 1, g_strdup("")), 0);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Any two of one lane nest or are apart, and lanes appear in order. */
static void check_lanes(const Interval *intervals, guint count)
{
    guint lane_count = 0;
    for (guint i = 0; i < count; i++) {
        CU_ASSERT_TRUE(intervals[i].lane <= lane_count);
        lane_count = MAX(lane_count, intervals[i].lane + 1);
        for (guint j = 0; j < i; j++) {
            const bool is_apart = intervals[j].end <= intervals[i].start;
            const bool is_within = intervals[j].end >= intervals[i].end;
            if (intervals[i].lane == intervals[j].lane && !is_apart && !is_within) {
                CU_FAIL("two intervals of a lane overlap");
            }
        }
    }
}

static void nesting_lanes_nest_whatever_comes(void)
{
    static const uint32_t lengths[] = {5, 100, 2000}; /* the last needs more lanes than nest */
    enum { COUNT = 1500 };
    for (size_t l = 0; l < G_N_ELEMENTS(lengths); l++) {
        uint32_t state = 7;
        g_autofree Interval *intervals = g_new0(Interval, COUNT);
        g_autoptr(GString) ends = g_string_new(NULL);
        g_autoptr(NestingLanes) lanes = nesting_lanes_new(note_end, ends);
        guint lane_max = 0;
        for (guint i = 0; i < COUNT; i++) {
            intervals[i].start = i == 0 ? 0 : intervals[i - 1].start + next_random(&state) % 3;
            intervals[i].end = intervals[i].start + next_random(&state) % lengths[l];
            if (i > 0 && intervals[i].start == intervals[i - 1].start) {
                intervals[i].end = MIN(intervals[i].end, intervals[i - 1].end);
            }
            intervals[i].lane =
                nesting_lanes_place(lanes, intervals[i].start, intervals[i].end, g_strdup(""));
            lane_max = MAX(lane_max, intervals[i].lane);
        }
        check_lanes(intervals, COUNT);
        CU_ASSERT_TRUE((lane_max >= LANES_WITH_NESTING) == (lengths[l] == 2000));
    }
}

CU_TestInfo suite_nesting_lanes[] = {
    {"nesting_lanes_report_ends_in_order", nesting_lanes_report_ends_in_order},
    {"nesting_lanes_place_by_hand", nesting_lanes_place_by_hand},
    {"nesting_lanes_nest_whatever_comes", nesting_lanes_nest_whatever_comes},
    CU_TEST_INFO_NULL,
};
