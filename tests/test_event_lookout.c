/* SPDX-License-Identifier: MIT */
/* What a queue tells of coming events, so that their targets can be fetched. */
#include "tests/suite.h"

#include "sim/event_queue.h"
#include "sim/mix.h"

/* What a lookout has been told of the events 0 .. TOLD_EVENTS - 1. */
enum { TOLD_EVENTS = 5000 };

typedef struct Told {
    bool is_pending[TOLD_EVENTS];
    unsigned steps[EVENT_LOOKOUT_STEPS_MAX + 1]; /* how often each */
    uint8_t next_step[TOLD_EVENTS];
    unsigned mistakes; /* told of what is not pending, or of a step without the one before */
    unsigned late;
} Told;

static void be_told(void *data, const Event *event, unsigned step)
{
    Told *told = data;
    told->mistakes += event->payload >= TOLD_EVENTS || !told->is_pending[event->payload];
    told->late += told->next_step[event->payload] < step;
    told->next_step[event->payload] = (uint8_t)(step + 1);
    told->steps[step]++;
}

static void test_lookout(const EventQueueKind *kind)
{
    for (unsigned steps = 0; steps <= EVENT_LOOKOUT_STEPS_MAX; steps++) {
        g_autoptr(EventQueue) queue = kind->new ();
        g_autofree Told *told = g_new0(Told, 1);
        queue->lookout = (EventLookout){.fetch = be_told, .data = told, .steps = steps};
        for (uint32_t i = 0; i < TOLD_EVENTS; i++) {
            told->is_pending[i] = true;
            event_queue_push(
                queue,
                (Event){.time = (SimTime)(mix_two(1, i) >> 40), .sequence = i, .payload = i});
        }
        Event event, last = {.time = -1};
        while (event_queue_pop_before(queue, SIM_TIME_MAX, &event)) {
            CU_ASSERT(event_before(&last, &event));
            last = event;
            told->is_pending[event.payload] = false;
        }
        CU_ASSERT_EQUAL(told->mistakes, 0);
        if (kind == &EVENT_QUEUE_LADDER) {
            /* Nearly all, and nearly all of them step by step. */
            CU_ASSERT(told->steps[steps] > TOLD_EVENTS * 8 / 10);
            CU_ASSERT(told->late < TOLD_EVENTS / 10);
        }
    }
}

static void lookout_is_told_step_by_step_of_what_is_pending(void)
{
    for (const char *const *name = event_queue_names(); *name != NULL; name++) {
        test_lookout(event_queue_kind(*name));
    }
}

CU_TestInfo suite_event_lookout[] = {
    {"lookout_is_told_step_by_step_of_what_is_pending",
     lookout_is_told_step_by_step_of_what_is_pending},
    CU_TEST_INFO_NULL,
};
