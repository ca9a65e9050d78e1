/* SPDX-License-Identifier: MIT */
/* Latency as it was recorded: a table `sender,receiver,delay`, one line a message in the order of
 * sending on its directed link. A delay is a duration with its unit, or `lost`. Message number k of
 * a link gets the k-th line of that link. After the last, `then=DURATION` holds; without it, the
 * link is exhausted. */
#include "models/latency_option.h"

#include "models/table_text.h"
#include "sim/error.h"

#include <string.h>

static const SimDuration LOST = 0;

/* One line; sorted by link, and on a link by its place in the file. */
typedef struct Recorded {
    EntityId sender, receiver;
    uint32_t number; /* of the line */
    SimDuration delay;
} Recorded;

typedef struct ReplaySource {
    LatencySource base;
    GArray *recorded; /* of Recorded */
    SimDuration then; /* 0: none */
    SimDuration lower_bound;
} ReplaySource;

static const char USAGE[] = "replay(FILE, then=DURATION)";

static const ReplaySource *source_of(const LatencySource *base)
{
    return (const ReplaySource *)(const void *)base;
}

static bool link_before(const Recorded *recorded, EntityId sender, EntityId receiver)
{
    return recorded->sender != sender ? recorded->sender < sender : recorded->receiver < receiver;
}

/* The first line of the link in the sorted array, or of the next link. */
static guint find_link(const ReplaySource *source, EntityId sender, EntityId receiver)
{
    guint low = 0, high = source->recorded->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (link_before(&g_array_index(source->recorded, Recorded, middle), sender, receiver)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Line number `index` of the link, or NULL. */
static const Recorded *find_recorded(const ReplaySource *source, EntityId sender, EntityId receiver,
                                     uint64_t index)
{
    const uint64_t at = find_link(source, sender, receiver) + index;
    if (index > UINT32_MAX || at >= source->recorded->len) {
        return NULL;
    }
    const Recorded *found = &g_array_index(source->recorded, Recorded, (guint)at);
    return found->sender == sender && found->receiver == receiver ? found : NULL;
}

static LatencyFate replay_fate(const LatencySource *base, EntityId sender, EntityId receiver,
                               uint64_t index)
{
    const ReplaySource *source = source_of(base);
    const Recorded *recorded = find_recorded(source, sender, receiver, index);
    if (recorded == NULL) {
        return source->then > 0 ? LATENCY_ARRIVES : LATENCY_EXHAUSTED;
    }
    return recorded->delay == LOST ? LATENCY_LOST : LATENCY_ARRIVES;
}

static SimDuration replay_minimum(const LatencySource *base, EntityId sender, EntityId receiver)
{
    (void)sender;
    (void)receiver;
    return source_of(base)->lower_bound;
}

static SimDuration replay_delay(const LatencySource *base, EntityId sender, EntityId receiver,
                                uint64_t key, uint64_t index)
{
    const ReplaySource *source = source_of(base);
    const Recorded *recorded = find_recorded(source, sender, receiver, index);
    (void)key;
    if (recorded == NULL) {
        return source->then > 0 ? source->then : source->lower_bound;
    }
    return recorded->delay == LOST ? source->lower_bound : recorded->delay;
}

static SimDuration replay_lower_bound(const LatencySource *base)
{
    return source_of(base)->lower_bound;
}

static bool replay_loses(const LatencySource *base)
{
    const GArray *recorded = source_of(base)->recorded;
    for (guint i = 0; i < recorded->len; i++) {
        if (g_array_index(recorded, Recorded, i).delay == LOST) {
            return true;
        }
    }
    return false;
}

static void replay_source_free(LatencySource *base)
{
    ReplaySource *source = (ReplaySource *)(void *)base;
    g_array_unref(source->recorded);
    g_free(source);
}

static int compare_recorded(const void *left, const void *right)
{
    const Recorded *a = left, *b = right;
    if (a->sender != b->sender) {
        return a->sender < b->sender ? -1 : 1;
    }
    if (a->receiver != b->receiver) {
        return a->receiver < b->receiver ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool read_line(const TableText *table, uint32_t peers, Recorded *ret_recorded,
                      GError **error)
{
    int64_t sender = 0, receiver = 0;
    if (table_text_count(table) != 3) {
        return table_text_fail(table, 0, error, "found %u cells, expected sender, receiver, delay",
                               table_text_count(table));
    }
    if (!table_text_whole(table, 0, 0, (int64_t)peers - 1, &sender, error) ||
        !table_text_whole(table, 1, 0, (int64_t)peers - 1, &receiver, error)) {
        return false;
    }
    if (sender == receiver) {
        return table_text_fail(table, 1, error, "found a link from %u to itself", (unsigned)sender);
    }
    ret_recorded->sender = (EntityId)sender;
    ret_recorded->receiver = (EntityId)receiver;
    if (strcmp(table_text_cell(table, 2), "lost") == 0) {
        ret_recorded->delay = LOST;
        return true;
    }
    if (!table_text_duration(table, 2, NULL, &ret_recorded->delay, error)) {
        return false;
    }
    return ret_recorded->delay >= 1 ||
           table_text_fail(table, 2, error, "found a delay of '%s', expected at least 1ns, or lost",
                           table_text_cell(table, 2));
}

static bool read_lines(TableText *table, uint32_t peers, GArray *recorded, GError **error)
{
    GError *cause = NULL;
    bool is_first = true;
    while (table_text_next(table, &cause)) {
        Recorded line = {.number = recorded->len};
        const bool is_header = is_first && table_text_find(table, "sender") == 0;
        is_first = false;
        if (is_header) {
            continue;
        }
        if (!read_line(table, peers, &line, error)) {
            return false;
        }
        g_array_append_val(recorded, line);
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    return true;
}

static LatencySource *replay_new(const CallText *call, const LatencyContext *context,
                                 LatencyNotes *notes, GError **error)
{
    static const char *const keys[] = {"then", NULL};
    SimDuration then = 0;
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!call_text_expect(call, 1, 1, keys, USAGE, error) ||
        !latency_option_duration(call, "then", &then, error)) {
        return NULL;
    }
    const char *name = call_text_argument(call, 0);
    if (!latency_read_file(name, context, notes, &text, &size_bytes, error)) {
        return NULL;
    }
    g_autoptr(TableText) table = table_text_new(text, size_bytes, name);
    g_autoptr(GArray) recorded = g_array_new(FALSE, FALSE, sizeof(Recorded));
    if (!read_lines(table, context->peers, recorded, error)) {
        return NULL;
    }
    ReplaySource *source = g_new0(ReplaySource, 1);
    source->base.kind = &LATENCY_replay;
    source->then = then;
    source->lower_bound = then > 0 ? then : INT64_MAX;
    for (guint i = 0; i < recorded->len; i++) {
        const SimDuration delay = g_array_index(recorded, Recorded, i).delay;
        source->lower_bound = delay == LOST ? source->lower_bound : MIN(source->lower_bound, delay);
    }
    source->lower_bound = source->lower_bound == INT64_MAX ? 1 : source->lower_bound;
    g_array_sort(recorded, compare_recorded);
    source->recorded = g_steal_pointer(&recorded);
    return &source->base;
}

const LatencySourceKind LATENCY_replay = {
    .name = "replay",
    .usage = USAGE,
    .new = replay_new,
    .free = replay_source_free,
    .delay = replay_delay,
    .minimum = replay_minimum,
    .lower_bound = replay_lower_bound,
    .fate = replay_fate,
    .loses = replay_loses,
};
