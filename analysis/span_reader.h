/* SPDX-License-Identifier: MIT */
/* The selected spans of a run in a chosen order, each with its events and its links.
 *
 * Three sorted statements run side by side, so that nothing is looked up span by span and nothing
 * is kept. Events come by time, links by the linked id. A span that had not ended lasts until the
 * end of the run, and none ends before it starts. */
#ifndef ANALYSIS_SPAN_READER_H
#define ANALYSIS_SPAN_READER_H

#include "analysis/export.h"

typedef struct SpanReader SpanReader;

typedef enum SpanOrder {
    SPAN_ORDER_PEER,  /* peer (the coordinator first), start, the longest first */
    SPAN_ORDER_TRACE, /* trace, start, the longest first */
} SpanOrder;

typedef struct SpanRow {
    int64_t id, trace_id, parent_id, peer_id, start_ns, end_ns;
    bool has_parent, is_coordinator, is_unfinished;
    Text name, kind, status, attributes; /* lent until the next span */
} SpanRow;

typedef struct SpanEventRow {
    int64_t time_ns;
    Text name, attributes; /* lent until the next event */
} SpanEventRow;

typedef struct SpanLinkRow {
    int64_t linked_span_id, linked_trace_id;
    bool has_trace; /* false: the linked span is not in the database */
} SpanLinkRow;

SpanReader *span_reader_new(const ExportSource *source, SpanOrder order, GError **error);
void span_reader_free(SpanReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpanReader, span_reader_free)

/* As database_step(): false at the end and, with the error set, on damage. Events and links of the
 * current span that were not asked for are skipped. */
bool span_reader_next(SpanReader *reader, SpanRow *row, GError **error);
bool span_reader_next_event(SpanReader *reader, SpanEventRow *row, GError **error);
bool span_reader_next_link(SpanReader *reader, SpanLinkRow *row, GError **error);

#endif
