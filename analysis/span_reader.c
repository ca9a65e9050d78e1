/* SPDX-License-Identifier: MIT */
/* Spans, events and links as three sorted streams that are merged by the span's id. */
#include "analysis/span_reader.h"

#include "analysis/error.h"

/* Rows that belong to spans. The current row is one of the current span or of a later one. */
typedef struct Stream {
    sqlite3_stmt *row;
    bool has_row, is_lent; /* lent: the caller has it, and the next call moves on */
} Stream;

struct SpanReader {
    sqlite3_stmt *span;
    Stream events, links;
    int64_t span_id, run_end_ns;
    bool has_span;
};

static const char *const ORDERS[] = {
    [SPAN_ORDER_PEER] = "span.peer_id, span.start_ns, span.end_ns IS NOT NULL, span.end_ns DESC,"
                        " span.id",
    [SPAN_ORDER_TRACE] = "span.trace_id, span.start_ns, span.end_ns IS NOT NULL, span.end_ns DESC,"
                         " span.id",
};

static sqlite3_stmt *prepare(const ExportSource *source, const char *before, const char *order,
                             const char *after, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("%s WHERE " EXPORT_SPAN_IS_SELECTED " ORDER BY %s%s", before, order, after);
    return export_prepare(source, sql, error);
}

static bool stream_advance(Stream *stream, GError **error)
{
    GError *problem = NULL;
    stream->has_row = database_step(stream->row, &problem);
    stream->is_lent = false;
    return database_finished(problem, error);
}

static bool stream_has_row_of(const Stream *stream, int64_t span_id)
{
    return stream->has_row && sqlite3_column_int64(stream->row, 0) == span_id;
}

/* True with a row of that span to lend. */
static bool stream_lend(Stream *stream, int64_t span_id, GError **error)
{
    if (stream->is_lent && !stream_advance(stream, error)) {
        return false;
    }
    stream->is_lent = stream_has_row_of(stream, span_id);
    return stream->is_lent;
}

static bool stream_skip(Stream *stream, int64_t span_id, GError **error)
{
    while (stream_has_row_of(stream, span_id)) {
        if (!stream_advance(stream, error)) {
            return false;
        }
    }
    return true;
}

/* CROSS JOIN makes SQLite look up the span of an event rather than the events of a span. */
SpanReader *span_reader_new(const ExportSource *source, SpanOrder order, GError **error)
{
    g_autoptr(SpanReader) reader = g_new0(SpanReader, 1);
    reader->run_end_ns = source->end_ns;
    reader->span = prepare(source,
                           "SELECT id, trace_id, parent_id, peer_id, start_ns, end_ns, name, kind,"
                           " status, attributes FROM span",
                           ORDERS[order], "", error);
    if (reader->span == NULL) {
        return NULL;
    }
    reader->events.row = prepare(source,
                                 "SELECT span.id, time_ns, event.name, event.attributes"
                                 " FROM span_event AS event CROSS JOIN span"
                                 " ON span.run_id = event.run_id AND span.id = event.span_id",
                                 ORDERS[order], ", time_ns, event.name, event.attributes", error);
    if (reader->events.row == NULL || !stream_advance(&reader->events, error)) {
        return NULL;
    }
    reader->links.row =
        prepare(source,
                "SELECT span.id, linked_span_id, linked.trace_id FROM span_link AS link"
                " CROSS JOIN span ON span.run_id = link.run_id AND span.id = link.span_id"
                " LEFT JOIN span AS linked ON linked.run_id = link.run_id"
                " AND linked.id = linked_span_id",
                ORDERS[order], ", linked_span_id", error);
    if (reader->links.row == NULL || !stream_advance(&reader->links, error)) {
        return NULL;
    }
    return g_steal_pointer(&reader);
}

void span_reader_free(SpanReader *reader)
{
    if (reader != NULL) {
        sqlite3_finalize(reader->span);
        sqlite3_finalize(reader->events.row);
        sqlite3_finalize(reader->links.row);
        g_free(reader);
    }
}

/* At the end nothing may be left over: that happens when the sorted streams disagree, as they may
 * where ids are not unique. */
static bool check_end(const SpanReader *reader, GError **error)
{
    if (reader->events.has_row || reader->links.has_row) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged: several spans have the same id");
        return false;
    }
    return true;
}

bool span_reader_next(SpanReader *reader, SpanRow *row, GError **error)
{
    GError *problem = NULL;
    if (reader->has_span && (!stream_skip(&reader->events, reader->span_id, error) ||
                             !stream_skip(&reader->links, reader->span_id, error))) {
        return false;
    }
    if (!database_step(reader->span, &problem)) {
        if (problem == NULL) {
            check_end(reader, &problem);
        }
        if (problem != NULL) {
            g_propagate_error(error, problem);
        }
        return false;
    }
    sqlite3_stmt *span = reader->span;
    const int64_t start_ns = sqlite3_column_int64(span, 4);
    const bool is_unfinished = database_is_null(span, 5);
    const int64_t end_ns = is_unfinished ? reader->run_end_ns : sqlite3_column_int64(span, 5);
    reader->span_id = sqlite3_column_int64(span, 0);
    reader->has_span = true;
    *row = (SpanRow){
        .id = reader->span_id,
        .trace_id = sqlite3_column_int64(span, 1),
        .parent_id = sqlite3_column_int64(span, 2),
        .has_parent = !database_is_null(span, 2),
        .peer_id = sqlite3_column_int64(span, 3),
        .is_coordinator = database_is_null(span, 3),
        .start_ns = start_ns,
        .end_ns = MAX(start_ns, end_ns),
        .is_unfinished = is_unfinished,
        .name = export_text(span, 6),
        .kind = export_text(span, 7),
        .status = export_text(span, 8),
        .attributes = export_text(span, 9),
    };
    return true;
}

bool span_reader_next_event(SpanReader *reader, SpanEventRow *row, GError **error)
{
    if (!stream_lend(&reader->events, reader->span_id, error)) {
        return false;
    }
    *row = (SpanEventRow){
        .time_ns = sqlite3_column_int64(reader->events.row, 1),
        .name = export_text(reader->events.row, 2),
        .attributes = export_text(reader->events.row, 3),
    };
    return true;
}

bool span_reader_next_link(SpanReader *reader, SpanLinkRow *row, GError **error)
{
    if (!stream_lend(&reader->links, reader->span_id, error)) {
        return false;
    }
    *row = (SpanLinkRow){
        .linked_span_id = sqlite3_column_int64(reader->links.row, 1),
        .linked_trace_id = sqlite3_column_int64(reader->links.row, 2),
        .has_trace = !database_is_null(reader->links.row, 2),
    };
    return true;
}
