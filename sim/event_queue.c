/* SPDX-License-Identifier: MIT */
/* The queues by name. */
#include "sim/event_queue.h"

#include <string.h>

static const EventQueueKind *const KINDS[] = {
#define X(name, text) &EVENT_QUEUE_##name,
#include "sim/event_queue_list.h"
#undef X
};

const EventQueueKind *event_queue_kind(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        if (strcmp(KINDS[i]->name, name) == 0) {
            return KINDS[i];
        }
    }
    return NULL;
}

const char *const *event_queue_names(void)
{
    static const char *const NAMES[] = {
#define X(name, text) text,
#include "sim/event_queue_list.h"
#undef X
        NULL,
    };
    return NAMES;
}
