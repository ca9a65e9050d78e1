/* SPDX-License-Identifier: MIT */
#include "analysis/page_choice.h"

#include <string.h>

enum { ROWS_MAX = 64, DURATION_CLASSES = 65 };

/* An even share without randomness: ids are counters, so their bits are mixed (a multiplication by
 * an odd constant, the high half). */
static uint32_t mixed(int64_t id)
{
    return (uint32_t)(((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static bool is_in_share(int64_t id, uint64_t wanted, uint64_t total)
{
    return total <= wanted || (uint64_t)mixed(id) * total < (wanted << 32);
}

/* Rows of the picture: one for each peer asked for, or all peers in at most ROWS_MAX groups. */
static void assign_rows(PageChoice *choice)
{
    const TraceIndex *index = choice->index;
    const GArray *peers = choice->window.peers;
    choice->peer_count = index->last_peer_id + 1;
    choice->row_of_peer = g_new(int32_t, (gsize)choice->peer_count);
    if (peers != NULL) {
        memset(choice->row_of_peer, -1, sizeof(int32_t) * (size_t)choice->peer_count);
        for (guint i = 0; i < peers->len; i++) {
            const int64_t peer = g_array_index(peers, int64_t, i);
            if (peer >= 0 && peer < choice->peer_count) {
                choice->row_of_peer[peer] = (int32_t)i;
            }
        }
        choice->row_count = (int32_t)peers->len;
        return;
    }
    choice->row_count = MIN(choice->peer_count, ROWS_MAX);
    for (int32_t peer = 0; peer < choice->peer_count; peer++) {
        choice->row_of_peer[peer] =
            (int32_t)((int64_t)peer * choice->row_count / choice->peer_count);
    }
}

static PageChoice *new_choice(const TraceIndex *index, const PageWindow *window)
{
    PageChoice *choice = g_new0(PageChoice, 1);
    choice->index = index;
    choice->window = *window;
    choice->has_span = g_new0(bool, index->spans->len + 1);
    choice->has_message = g_new0(bool, index->messages->len + 1);
    choice->has_rest = true;
    assign_rows(choice);
    return choice;
}

void page_choice_free(PageChoice *choice)
{
    if (choice == NULL) {
        return;
    }
    g_free(choice->has_span);
    g_free(choice->has_message);
    g_free(choice->row_of_peer);
    g_free(choice);
}

int32_t page_choice_row(const PageChoice *choice, int32_t peer)
{
    return peer < 0 || peer >= choice->peer_count ? -1 : choice->row_of_peer[peer];
}

/* The coordinator has no row of its own; with all peers its spans are there nevertheless. */
bool page_choice_covers_span(const PageChoice *choice, const SpanEntry *span)
{
    const PageWindow *window = &choice->window;
    return span->start_ns < window->to_ns &&
           (span->end_ns >= window->from_ns || span->start_ns >= window->from_ns) &&
           (window->peers == NULL || page_choice_row(choice, span->peer_id) >= 0);
}

bool page_choice_covers_message(const PageChoice *choice, const MessageEntry *message)
{
    const PageWindow *window = &choice->window;
    const int64_t end_ns = message->received_ns == TRACE_INDEX_OPEN
                               ? message->sent_ns
                               : MAX(message->received_ns, message->sent_ns);
    return message->sent_ns < window->to_ns && end_ns >= window->from_ns &&
           (window->peers == NULL || (page_choice_row(choice, message->sender_id) >= 0 &&
                                      page_choice_row(choice, message->receiver_id) >= 0));
}

static void take_span(PageChoice *choice, uint32_t number)
{
    choice->span_count += !choice->has_span[number];
    choice->has_span[number] = true;
}

static void take_message(PageChoice *choice, uint32_t number)
{
    choice->message_count += !choice->has_message[number];
    choice->has_message[number] = true;
}

static void count_totals(PageChoice *choice)
{
    for (guint i = 0; i < choice->index->spans->len; i++) {
        choice->span_total += page_choice_covers_span(choice, trace_index_span(choice->index, i));
    }
    for (guint i = 0; i < choice->index->messages->len; i++) {
        choice->message_total +=
            page_choice_covers_message(choice, trace_index_message(choice->index, i));
    }
}

/* A window: the longest spans. */

/* The number of bits of the duration, so that a class holds twice as long spans as the one below.
 */
static unsigned duration_class(const PageChoice *choice, const SpanEntry *span)
{
    const int64_t end_ns = MIN(span->end_ns, MAX(choice->index->end_ns, span->start_ns));
    const uint64_t duration = end_ns <= span->start_ns ? 0 : (uint64_t)(end_ns - span->start_ns);
    return duration == 0 ? 0 : 64 - (unsigned)__builtin_clzll(duration);
}

static void take_longest_spans(PageChoice *choice)
{
    const TraceIndex *index = choice->index;
    uint64_t counts[DURATION_CLASSES] = {0};
    for (guint i = 0; i < index->spans->len; i++) {
        const SpanEntry *span = trace_index_span(index, i);
        if (page_choice_covers_span(choice, span)) {
            counts[duration_class(choice, span)]++;
        }
    }
    unsigned least = DURATION_CLASSES - 1;
    uint64_t room = choice->window.spans_max;
    while (least > 0 && counts[least] <= room) {
        room -= counts[least--];
    }
    for (guint i = 0; i < index->spans->len; i++) {
        const SpanEntry *span = trace_index_span(index, i);
        const unsigned class = duration_class(choice, span);
        if (class >= least && page_choice_covers_span(choice, span) &&
            (class > least || is_in_share(span->id, room, counts[least]))) {
            take_span(choice, i);
        }
    }
}

/* Of those between two times, both included; no more than there is room for. */
static void take_messages(PageChoice *choice, uint32_t room)
{
    const TraceIndex *index = choice->index;
    for (guint i = 0; i < index->messages->len; i++) {
        const MessageEntry *message = trace_index_message(index, i);
        if (page_choice_covers_message(choice, message) &&
            is_in_share(message->id, room, choice->message_total)) {
            take_message(choice, i);
        }
    }
}

PageChoice *page_choice_of_window(const TraceIndex *index, const PageWindow *window)
{
    PageChoice *choice = new_choice(index, window);
    count_totals(choice);
    take_longest_spans(choice);
    take_messages(choice, window->messages_max);
    return choice;
}

/* Whole traces. */

static bool trace_is_in_window(const PageChoice *choice, const TraceEntry *trace)
{
    for (uint32_t k = 0; k < trace->count; k++) {
        if (page_choice_covers_span(choice, trace_index_trace_span(choice->index, trace, k))) {
            return true;
        }
    }
    return false;
}

static void take_traces(PageChoice *choice, uint32_t room)
{
    const TraceIndex *index = choice->index;
    for (guint i = 0; i < index->traces->len && choice->span_count < room; i++) {
        const TraceEntry *trace = &g_array_index(index->traces, TraceEntry, i);
        if (trace->count <= room - choice->span_count && trace_is_in_window(choice, trace)) {
            for (uint32_t k = 0; k < trace->count; k++) {
                take_span(choice, g_array_index(index->trace_order, uint32_t, trace->first + k));
            }
        }
    }
}

/* In order of time, while there is room. */
static void take_stretch(PageChoice *choice, int64_t from_ns, int64_t to_ns, uint32_t spans_max,
                         uint32_t messages_max)
{
    const TraceIndex *index = choice->index;
    for (guint i = 0; i < index->spans->len && choice->span_count < spans_max; i++) {
        const uint32_t number = g_array_index(index->span_order, uint32_t, i);
        const SpanEntry *span = trace_index_span(index, number);
        if (span->start_ns <= to_ns && span->end_ns >= from_ns &&
            page_choice_covers_span(choice, span)) {
            take_span(choice, number);
        }
    }
    for (guint i = 0; i < index->messages->len && choice->message_count < messages_max; i++) {
        const uint32_t number = g_array_index(index->message_order, uint32_t, i);
        const MessageEntry *message = trace_index_message(index, number);
        if (message->sent_ns <= to_ns && message->received_ns >= from_ns &&
            page_choice_covers_message(choice, message)) {
            take_message(choice, number);
        }
    }
}

PageChoice *page_choice_of_traces(const TraceIndex *index, const PageWindow *window,
                                  const GArray *cuts)
{
    PageChoice *choice = new_choice(index, window);
    const uint32_t reserve_spans = cuts->len > 0 ? window->spans_max / 4 : 0;
    const uint32_t reserve_messages = cuts->len > 0 ? window->messages_max / 4 : 0;
    count_totals(choice);
    take_traces(choice, window->spans_max - reserve_spans);
    if (choice->message_total <= window->messages_max) {
        take_messages(choice, window->messages_max);
    } else {
        take_stretch(choice, G_MININT64, G_MAXINT64, 0, window->messages_max - reserve_messages);
    }
    for (guint i = 0; i + 1 < cuts->len; i += 2) {
        take_stretch(choice, g_array_index(cuts, int64_t, i), g_array_index(cuts, int64_t, i + 1),
                     window->spans_max, window->messages_max);
    }
    return choice;
}

PageChoice *page_choice_of_trace(const TraceIndex *index, const TraceEntry *trace,
                                 uint32_t spans_max)
{
    const PageWindow window = {.from_ns = trace->start_ns,
                               .to_ns = trace_index_trace_end(index, trace)};
    PageChoice *choice = new_choice(index, &window);
    choice->has_rest = false;
    choice->span_total = trace->count;
    for (uint32_t k = 0; k < MIN(trace->count, spans_max); k++) {
        take_span(choice, g_array_index(index->trace_order, uint32_t, trace->first + k));
    }
    return choice;
}
