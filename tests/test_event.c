/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/event.h"

static void event_order_is_time_then_origin_then_sequence(void)
{
    static const Event ordered[] = {
        {.time = -1, .origin = 9, .sequence = 9},
        {.time = 0, .origin = ORIGIN_SCRIPT, .sequence = 5},
        {.time = 0, .origin = 1, .sequence = 2},
        {.time = 0, .origin = 1, .sequence = 3},
        {.time = 0, .origin = 2, .sequence = 0},
        {.time = 1, .origin = 0, .sequence = 0},
    };
    const size_t count = sizeof ordered / sizeof ordered[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            CU_ASSERT_EQUAL(event_before(&ordered[i], &ordered[j]), i < j);
        }
    }
}

static void event_takes_24_bytes(void)
{
    CU_ASSERT_EQUAL(sizeof(Event), 24);
}

CU_TestInfo suite_event[] = {
    {"event_order_is_time_then_origin_then_sequence",
     event_order_is_time_then_origin_then_sequence},
    {"event_takes_24_bytes", event_takes_24_bytes},
    CU_TEST_INFO_NULL,
};
