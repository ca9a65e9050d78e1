/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/outbox.h"

#include <string.h>

enum { EVENTS = 3000 };

static uint32_t size_of(uint32_t i)
{
    return i % 500 == 17 ? 40000 : i % 37;
}

static void fill(Outbox *outbox)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        const Event event = {.time = 1000 + (i * 7919) % EVENTS, .sequence = i, .payload = i};
        PayloadBlock *body = NULL;
        if (i % 3 != 0) {
            body = outbox_body(outbox, (uint16_t)(i % 100), size_of(i));
        }
        outbox_add(outbox, &event, body);
        if (body != NULL) { /* as a handler does: after the event was added */
            memset(body->body, (int)(i & 255), size_of(i));
        }
    }
}

static unsigned count_mistakes(const Outbox *outbox)
{
    unsigned mistakes = outbox->count != EVENTS || outbox->first != 1000;
    for (uint32_t i = 0; i < outbox->count; i++) {
        const OutboxItem *item = &outbox->items[i];
        mistakes += item->event.sequence != i || (item->body == NULL) != (i % 3 == 0);
        if (item->body == NULL) {
            continue;
        }
        mistakes += item->body->size_bytes != size_of(i) || item->body->kind != i % 100;
        const uint8_t *bytes = (const uint8_t *)item->body->body;
        for (uint32_t k = 0; k < size_of(i); k++) {
            mistakes += bytes[k] != (i & 255);
        }
    }
    return mistakes;
}

static void outbox_keeps_events_in_order_with_their_bodies(void)
{
    Outbox outbox = {0};
    fill(&outbox);
    CU_ASSERT_EQUAL(count_mistakes(&outbox), 0);
    outbox_clear(&outbox);
}

static void outbox_emptied_takes_as_much_again_without_growing(void)
{
    Outbox outbox = {0};
    fill(&outbox);
    const size_t size_bytes = outbox_size_bytes(&outbox);
    for (unsigned round = 0; round < 3; round++) {
        outbox_empty(&outbox);
        CU_ASSERT_EQUAL(outbox.count, 0);
        fill(&outbox);
        CU_ASSERT_EQUAL(count_mistakes(&outbox), 0);
    }
    CU_ASSERT_EQUAL(outbox_size_bytes(&outbox), size_bytes);
    outbox_clear(&outbox);
    CU_ASSERT_EQUAL(outbox_size_bytes(&outbox), 0);
}

CU_TestInfo suite_outbox[] = {
    {"outbox_keeps_events_in_order_with_their_bodies",
     outbox_keeps_events_in_order_with_their_bodies},
    {"outbox_emptied_takes_as_much_again_without_growing",
     outbox_emptied_takes_as_much_again_without_growing},
    CU_TEST_INFO_NULL,
};
