/* SPDX-License-Identifier: MIT */
/* Which spans and messages of a run a page shows in full. A picture cannot show a million things,
 * so a choice is made of at most so many, always the same one for equal runs; all that lies outside
 * is counted by peer and stretch of time, so that no picture shows emptiness where there is data.
 *
 * Written as JSON a choice is
 *
 *     {"from":.., "to":.., "span_total":.., "message_total":..,     all there is in the window
 *      "names":[..],
 *      "spans":{"id":[..],"trace":[..],"parent":[..],"name":[..],"peer":[..],"start":[..],"end":[..],
 *               "error":[..],"attributes":[..]},
 *      "messages":{"id":[..],"sender":[..],"receiver":[..],"kind":[..],"fate":[..],"sent":[..],
 *               "received":[..],"size":[..]},
 *      "events":[[span, time, name, attributes],..], "links":[[span, linked],..],
 *      "rest":{"width":.., "rows":.., "cells":[row, bin, spans, messages, ...]}}
 *
 * with columns rather than objects, since they are a third of the size; names, kinds and fates are
 * places in `names`, ids are text, a peer of -1 is the coordinator, an `end` or `received` of null
 * never came. */
#ifndef ANALYSIS_PAGE_CHOICE_H
#define ANALYSIS_PAGE_CHOICE_H

#include "analysis/trace_index.h"

typedef struct PageWindow {
    int64_t from_ns, to_ns; /* what touches from <= time < to */
    const GArray *peers;    /* of int64_t: only these, a row each; NULL: all, in at most 64 rows */
    uint32_t spans_max, messages_max;
} PageWindow;

typedef struct PageChoice {
    const TraceIndex *index;
    PageWindow window;
    bool *has_span, *has_message;    /* by number */
    uint32_t span_count, span_total; /* chosen; in the window */
    uint32_t message_count, message_total;
    int32_t *row_of_peer; /* -1: not asked for */
    int32_t peer_count, row_count;
    bool has_rest; /* what was not chosen is counted */
} PageChoice;

/* The longest spans, and an even share of the messages, of a window. */
PageChoice *page_choice_of_window(const TraceIndex *index, const PageWindow *window);
/* Whole traces, in order of start, that touch the window; then the messages of that time; a quarter
 * of the room is kept for what touches the snapshots, whose stretches of time (from, to, in turns)
 * are `cuts`. */
PageChoice *page_choice_of_traces(const TraceIndex *index, const PageWindow *window,
                                  const GArray *cuts);
/* One trace, or as much of it as fits. */
PageChoice *page_choice_of_trace(const TraceIndex *index, const TraceEntry *trace,
                                 uint32_t spans_max);
void page_choice_free(PageChoice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageChoice, page_choice_free)

/* The row of a peer, -1 for none. */
int32_t page_choice_row(const PageChoice *choice, int32_t peer);
bool page_choice_covers_span(const PageChoice *choice, const SpanEntry *span);
bool page_choice_covers_message(const PageChoice *choice, const MessageEntry *message);

/* with_details: attributes, events and links, which are read from the database. */
bool page_choice_append(const PageChoice *choice, bool with_details, GString *json, GError **error);

#endif
