/* SPDX-License-Identifier: MIT */
/* The spans and messages of one run in memory, small and sorted, so that a page can ask for any
 * window of time or any trace at once: 1,000,000 spans take about 90 MB and a second to read, and
 * then any question is one pass over arrays. Texts that are needed rarely, the attributes, stay in
 * the database and are found by rowid.
 *
 * Order is by time and id, never by row, so that equal runs look equal. A run that is still being
 * written is read further with trace_index_update(). */
#ifndef ANALYSIS_TRACE_INDEX_H
#define ANALYSIS_TRACE_INDEX_H

#include "analysis/database.h"

#define TRACE_INDEX_OPEN INT64_MAX /* end_ns of a span that has not ended, received_ns likewise */
#define TRACE_INDEX_NO_PEER (-1)   /* the coordinator */

typedef struct SpanEntry {
    int64_t id, trace_id;
    int64_t parent_id; /* its own id for a root */
    int64_t start_ns, end_ns;
    int64_t rowid;
    int32_t peer_id;
    uint16_t name; /* in TraceIndex.names */
    bool is_error;
} SpanEntry;

typedef struct MessageEntry {
    int64_t id;
    int64_t sent_ns, received_ns;
    int64_t size_bytes;
    int32_t sender_id, receiver_id;
    uint16_t kind, fate; /* in TraceIndex.names */
} MessageEntry;

/* Spans with the same trace_id: `count` numbers from trace_order[first] on, by start. */
typedef struct TraceEntry {
    int64_t start_ns;
    uint32_t first, count;
} TraceEntry;

typedef struct TraceIndex {
    sqlite3 *database; /* borrowed */
    int64_t run_id, end_ns;
    int32_t last_peer_id; /* the highest that occurs */
    int64_t last_span_rowid, last_message_rowid;
    GArray *spans;       /* of SpanEntry, as read */
    GArray *span_order;  /* of uint32_t: spans by start and id */
    GArray *trace_order; /* of uint32_t: spans by trace, start and id */
    GArray *traces;      /* of TraceEntry, by start and id */
    GArray *messages;    /* of MessageEntry, as read */
    GArray *message_order;
    GPtrArray *names;   /* of char *: of spans, kinds and fates of messages, each once */
    GHashTable *number; /* name -> its number + 1; borrows the names */
} TraceIndex;

TraceIndex *trace_index_new(sqlite3 *database, int64_t run_id, GError **error);
void trace_index_free(TraceIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceIndex, trace_index_free)

/* Reads the rows that have come since. On failure the index is good for what was read so far. */
bool trace_index_update(TraceIndex *index, GError **error);

const char *trace_index_name(const TraceIndex *index, uint16_t number);
const SpanEntry *trace_index_span(const TraceIndex *index, uint32_t number);
const MessageEntry *trace_index_message(const TraceIndex *index, uint32_t number);
/* The k-th span of a trace, k < trace->count. */
const SpanEntry *trace_index_trace_span(const TraceIndex *index, const TraceEntry *trace,
                                        uint32_t k);
/* The root, or the first span where the root was not recorded. */
const SpanEntry *trace_index_root(const TraceIndex *index, const TraceEntry *trace);
/* When its last span ended; open spans last until the end of the run. */
int64_t trace_index_trace_end(const TraceIndex *index, const TraceEntry *trace);
/* NULL when there is none of that id. */
const TraceEntry *trace_index_find(const TraceIndex *index, int64_t trace_id);

/* Sorts numbers (uint32_t) of spans, or of messages, by time and id. */
void trace_index_sort_spans(const TraceIndex *index, GArray *numbers);
void trace_index_sort_messages(const TraceIndex *index, GArray *numbers);

/* The attributes of a span, a JSON object or NULL; owned by the caller. */
char *trace_index_attributes(const TraceIndex *index, const SpanEntry *span, GError **error);

#endif
