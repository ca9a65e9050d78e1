/* SPDX-License-Identifier: MIT */
#include "analysis/trace_index.h"

#include "analysis/error.h"

#define NAMES_MAX UINT16_MAX /* what comes after has the last name */

/* Reading. */

/* No name at all is the empty one. */
static uint16_t number_of(TraceIndex *index, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    text = text == NULL ? "" : text;
    gpointer found = g_hash_table_lookup(index->number, text);
    if (found != NULL) {
        return (uint16_t)(GPOINTER_TO_UINT(found) - 1);
    }
    if (index->names->len >= NAMES_MAX) {
        return NAMES_MAX - 1;
    }
    char *name = g_utf8_make_valid(text, -1);
    char *key = g_strdup(text);
    g_ptr_array_add(index->names, name);
    g_hash_table_insert(index->number, key, GUINT_TO_POINTER(index->names->len));
    return (uint16_t)(index->names->len - 1);
}

static int32_t peer_of(sqlite3_stmt *row, int column)
{
    const int64_t peer = sqlite3_column_int64(row, column);
    return database_is_null(row, column) || peer < 0 || peer > INT32_MAX ? TRACE_INDEX_NO_PEER
                                                                         : (int32_t)peer;
}

static int64_t time_or_open(sqlite3_stmt *row, int column)
{
    return database_is_null(row, column) ? TRACE_INDEX_OPEN : sqlite3_column_int64(row, column);
}

/* With few runs in the file the whole table is read in its own order, which takes a third of the
 * time of looking rows up through the index on run_id: a plus sign hides the column from it. */
static sqlite3_stmt *rows_after(const TraceIndex *index, const char *columns, int64_t rowid,
                                GError **error)
{
    enum { FEW_RUNS = 4 };
    int64_t run_count = 0;
    if (!database_read_integer(index->database, "SELECT count(*) FROM run", &run_count, error)) {
        return NULL;
    }
    g_autofree char *sql = g_strdup_printf("%s WHERE %srun_id = ?1 AND rowid > ?2", columns,
                                           run_count <= FEW_RUNS ? "+" : "");
    sqlite3_stmt *rows = database_prepare_for_run(index->database, sql, index->run_id, error);
    if (rows != NULL) {
        sqlite3_bind_int64(rows, 2, rowid);
    }
    return rows;
}

/* What has come since. */
static void note_span(TraceIndex *index, const SpanEntry *span)
{
    index->last_span_rowid = MAX(index->last_span_rowid, span->rowid);
    index->last_peer_id = MAX(index->last_peer_id, span->peer_id);
    index->end_ns = MAX(index->end_ns, span->start_ns);
    index->end_ns =
        span->end_ns == TRACE_INDEX_OPEN ? index->end_ns : MAX(index->end_ns, span->end_ns);
}

static bool read_spans(TraceIndex *index, GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        rows_after(index,
                   "SELECT id, trace_id, ifnull(parent_id, id), start_ns, end_ns, rowid, peer_id,"
                   " name, status = 'error' FROM span",
                   index->last_span_rowid, error);
    GError *problem = NULL;
    while (row != NULL && index->spans->len < UINT32_MAX && database_step(row, &problem)) {
        const SpanEntry span = {.id = sqlite3_column_int64(row, 0),
                                .trace_id = sqlite3_column_int64(row, 1),
                                .parent_id = sqlite3_column_int64(row, 2),
                                .start_ns = sqlite3_column_int64(row, 3),
                                .end_ns = time_or_open(row, 4),
                                .rowid = sqlite3_column_int64(row, 5),
                                .peer_id = peer_of(row, 6),
                                .name = number_of(index, row, 7),
                                .is_error = sqlite3_column_int(row, 8) != 0};
        note_span(index, &span);
        g_array_append_val(index->spans, span);
    }
    return row != NULL && database_finished(problem, error);
}

static bool read_messages(TraceIndex *index, GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        rows_after(index,
                   "SELECT id, sent_ns, received_ns, sender_id, receiver_id, kind, fate, rowid,"
                   " size_bytes FROM message",
                   index->last_message_rowid, error);
    GError *problem = NULL;
    while (row != NULL && index->messages->len < UINT32_MAX && database_step(row, &problem)) {
        const MessageEntry message = {.id = sqlite3_column_int64(row, 0),
                                      .sent_ns = sqlite3_column_int64(row, 1),
                                      .received_ns = time_or_open(row, 2),
                                      .size_bytes = sqlite3_column_int64(row, 8),
                                      .sender_id = peer_of(row, 3),
                                      .receiver_id = peer_of(row, 4),
                                      .kind = number_of(index, row, 5),
                                      .fate = number_of(index, row, 6)};
        index->last_message_rowid = MAX(index->last_message_rowid, sqlite3_column_int64(row, 7));
        index->last_peer_id = MAX(index->last_peer_id, MAX(message.sender_id, message.receiver_id));
        g_array_append_val(index->messages, message);
    }
    return row != NULL && database_finished(problem, error);
}

/* Order. */

#define COMPARE(a, b)                                                                              \
    if ((a) != (b)) {                                                                              \
        return (a) < (b) ? -1 : 1;                                                                 \
    }

static gint compare_spans(gconstpointer a, gconstpointer b, gpointer data)
{
    const SpanEntry *x = trace_index_span(data, *(const uint32_t *)a);
    const SpanEntry *y = trace_index_span(data, *(const uint32_t *)b);
    COMPARE(x->start_ns, y->start_ns)
    COMPARE(x->id, y->id)
    return 0;
}

static gint compare_in_trace(gconstpointer a, gconstpointer b, gpointer data)
{
    const SpanEntry *x = trace_index_span(data, *(const uint32_t *)a);
    const SpanEntry *y = trace_index_span(data, *(const uint32_t *)b);
    COMPARE(x->trace_id, y->trace_id)
    return compare_spans(a, b, data);
}

static gint compare_messages(gconstpointer a, gconstpointer b, gpointer data)
{
    const MessageEntry *x = trace_index_message(data, *(const uint32_t *)a);
    const MessageEntry *y = trace_index_message(data, *(const uint32_t *)b);
    COMPARE(x->sent_ns, y->sent_ns)
    COMPARE(x->id, y->id)
    return 0;
}

static gint compare_traces(gconstpointer a, gconstpointer b, gpointer data)
{
    const TraceEntry *x = a, *y = b;
    COMPARE(x->start_ns, y->start_ns)
    COMPARE(trace_index_trace_span(data, x, 0)->trace_id,
            trace_index_trace_span(data, y, 0)->trace_id)
    return 0;
}

void trace_index_sort_spans(const TraceIndex *index, GArray *numbers)
{
    g_array_sort_with_data(numbers, compare_spans, (gpointer)(uintptr_t)index);
}

void trace_index_sort_messages(const TraceIndex *index, GArray *numbers)
{
    g_array_sort_with_data(numbers, compare_messages, (gpointer)(uintptr_t)index);
}

/* Takes the numbers that the order does not have yet, up to `count`, into it: these are sorted, and
 * merged from the end, so that what comes to a long run costs little. */
static void extend_order(TraceIndex *index, GArray *order, guint count, GCompareDataFunc compare)
{
    g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    guint old = order->len, place = count;
    for (uint32_t i = old; i < count; i++) {
        g_array_append_val(fresh, i);
    }
    g_array_sort_with_data(fresh, compare, index);
    g_array_set_size(order, count);
    for (guint left = fresh->len; left > 0;) {
        const uint32_t *last = &g_array_index(fresh, uint32_t, left - 1);
        const uint32_t *before = old == 0 ? NULL : &g_array_index(order, uint32_t, old - 1);
        const bool takes_old = before != NULL && compare(before, last, index) > 0;
        g_array_index(order, uint32_t, --place) = takes_old ? *before : *last;
        old -= takes_old ? 1 : 0;
        left -= takes_old ? 0 : 1;
    }
}

static void build_traces(TraceIndex *index)
{
    g_array_set_size(index->traces, 0);
    for (uint32_t i = 0; i < index->trace_order->len;) {
        const int64_t id =
            trace_index_span(index, g_array_index(index->trace_order, uint32_t, i))->trace_id;
        TraceEntry trace = {.first = i};
        trace.start_ns =
            trace_index_span(index, g_array_index(index->trace_order, uint32_t, i))->start_ns;
        while (i < index->trace_order->len &&
               trace_index_span(index, g_array_index(index->trace_order, uint32_t, i))->trace_id ==
                   id) {
            i++;
        }
        trace.count = i - trace.first;
        g_array_append_val(index->traces, trace);
    }
    g_array_sort_with_data(index->traces, compare_traces, index);
}

static void sort_fresh(TraceIndex *index)
{
    extend_order(index, index->span_order, index->spans->len, compare_spans);
    extend_order(index, index->trace_order, index->spans->len, compare_in_trace);
    extend_order(index, index->message_order, index->messages->len, compare_messages);
    build_traces(index);
}

/* A run that is still being written has no row of its own yet: its end is what has happened. */
static bool read_end(TraceIndex *index, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        index->database, "SELECT end_ns FROM run WHERE id = ?1", index->run_id, error);
    GError *problem = NULL;
    if (row != NULL && database_step(row, &problem)) {
        index->end_ns = MAX(index->end_ns, sqlite3_column_int64(row, 0));
    }
    return row != NULL && database_finished(problem, error);
}

bool trace_index_update(TraceIndex *index, GError **error)
{
    const bool is_read =
        read_spans(index, error) && read_messages(index, error) && read_end(index, error);
    if (index->spans->len > index->span_order->len ||
        index->messages->len > index->message_order->len) {
        sort_fresh(index);
    }
    return is_read;
}

TraceIndex *trace_index_new(sqlite3 *database, int64_t run_id, GError **error)
{
    g_autoptr(TraceIndex) index = g_new0(TraceIndex, 1);
    index->database = database;
    index->run_id = run_id;
    index->last_span_rowid = index->last_message_rowid = G_MININT64;
    index->spans = g_array_new(FALSE, FALSE, sizeof(SpanEntry));
    index->messages = g_array_new(FALSE, FALSE, sizeof(MessageEntry));
    index->traces = g_array_new(FALSE, FALSE, sizeof(TraceEntry));
    index->span_order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    index->trace_order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    index->message_order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    index->names = g_ptr_array_new_with_free_func(g_free);
    index->number = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return trace_index_update(index, error) ? g_steal_pointer(&index) : NULL;
}

void trace_index_free(TraceIndex *index)
{
    if (index == NULL) {
        return;
    }
    g_array_unref(index->spans);
    g_array_unref(index->messages);
    g_array_unref(index->traces);
    g_array_unref(index->span_order);
    g_array_unref(index->trace_order);
    g_array_unref(index->message_order);
    g_ptr_array_unref(index->names);
    g_hash_table_unref(index->number);
    g_free(index);
}

/* Looking up. */

const char *trace_index_name(const TraceIndex *index, uint16_t number)
{
    return g_ptr_array_index(index->names, number);
}

const SpanEntry *trace_index_span(const TraceIndex *index, uint32_t number)
{
    return &g_array_index(index->spans, SpanEntry, number);
}

const MessageEntry *trace_index_message(const TraceIndex *index, uint32_t number)
{
    return &g_array_index(index->messages, MessageEntry, number);
}

const SpanEntry *trace_index_trace_span(const TraceIndex *index, const TraceEntry *trace,
                                        uint32_t k)
{
    return trace_index_span(index, g_array_index(index->trace_order, uint32_t, trace->first + k));
}

const SpanEntry *trace_index_root(const TraceIndex *index, const TraceEntry *trace)
{
    for (uint32_t k = 0; k < trace->count; k++) {
        const SpanEntry *span = trace_index_trace_span(index, trace, k);
        if (span->parent_id == span->id) {
            return span;
        }
    }
    return trace_index_trace_span(index, trace, 0);
}

int64_t trace_index_trace_end(const TraceIndex *index, const TraceEntry *trace)
{
    int64_t end_ns = trace->start_ns;
    for (uint32_t k = 0; k < trace->count; k++) {
        end_ns = MAX(end_ns, trace_index_trace_span(index, trace, k)->end_ns);
    }
    return MIN(end_ns, MAX(index->end_ns, trace->start_ns));
}

const TraceEntry *trace_index_find(const TraceIndex *index, int64_t trace_id)
{
    for (guint i = 0; i < index->traces->len; i++) {
        const TraceEntry *trace = &g_array_index(index->traces, TraceEntry, i);
        if (trace_index_trace_span(index, trace, 0)->trace_id == trace_id) {
            return trace;
        }
    }
    return NULL;
}

char *trace_index_attributes(const TraceIndex *index, const SpanEntry *span, GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        database_prepare(index->database, "SELECT attributes FROM span WHERE rowid = ?1", error);
    if (row == NULL) {
        return NULL;
    }
    sqlite3_bind_int64(row, 1, span->rowid);
    return database_step(row, error) ? database_text(row, 0) : NULL;
}
