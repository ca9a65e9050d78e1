/* SPDX-License-Identifier: MIT */
/* A choice as JSON: see analysis/page_choice.h. */
#include "analysis/json_text.h"
#include "analysis/page_choice.h"

#include <inttypes.h>
#include <string.h>

enum { BINS = 160 };

/* Numbers of names in order of their first use: those of the index depend on the order of rows. */
typedef struct NameMap {
    const TraceIndex *index;
    int32_t *place; /* -1: not used so far */
    GArray *used;   /* of uint16_t */
} NameMap;

static int32_t place_of(NameMap *map, uint16_t name)
{
    if (map->place[name] < 0) {
        map->place[name] = (int32_t)map->used->len;
        g_array_append_val(map->used, name);
    }
    return map->place[name];
}

static void open_column(GString *json, const char *key)
{
    json_key(json, key);
    json_open(json, '[');
}

static void add_id(GString *json, int64_t id)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" PRId64, id);
    json_add_text(json, text);
}

/* The numbers that are set, in order of time. */
static GArray *chosen_numbers(const TraceIndex *index, const bool *has, uint32_t count,
                              void (*sort)(const TraceIndex *index, GArray *numbers))
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        if (has[i]) {
            g_array_append_val(numbers, i);
        }
    }
    sort(index, numbers);
    return numbers;
}

#define SPAN_COLUMN(key, ...)                                                                      \
    open_column(json, key);                                                                        \
    for (guint i = 0; i < chosen->len; i++) {                                                      \
        const SpanEntry *span = trace_index_span(index, g_array_index(chosen, uint32_t, i));       \
        __VA_ARGS__;                                                                               \
    }                                                                                              \
    json_close(json, ']')

#define MESSAGE_COLUMN(key, ...)                                                                   \
    open_column(json, key);                                                                        \
    for (guint i = 0; i < chosen->len; i++) {                                                      \
        const MessageEntry *message =                                                              \
            trace_index_message(index, g_array_index(chosen, uint32_t, i));                        \
        __VA_ARGS__;                                                                               \
    }                                                                                              \
    json_close(json, ']')

static void add_time(GString *json, int64_t time_ns)
{
    if (time_ns == TRACE_INDEX_OPEN) {
        json_add_text(json, NULL);
    } else {
        json_add_integer(json, time_ns);
    }
}

static bool append_attributes(const TraceIndex *index, const GArray *chosen, GString *json,
                              GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        database_prepare(index->database, "SELECT attributes FROM span WHERE rowid = ?1", error);
    GError *problem = NULL;
    open_column(json, "attributes");
    for (guint i = 0; row != NULL && problem == NULL && i < chosen->len; i++) {
        sqlite3_reset(row);
        sqlite3_bind_int64(row, 1,
                           trace_index_span(index, g_array_index(chosen, uint32_t, i))->rowid);
        const bool is_there = database_step(row, &problem);
        json_add_text(json, is_there ? (const char *)sqlite3_column_text(row, 0) : NULL);
    }
    json_close(json, ']');
    return row != NULL && database_finished(problem, error);
}

static bool append_spans(const PageChoice *choice, NameMap *names, bool with_details, GString *json,
                         GError **error)
{
    const TraceIndex *index = choice->index;
    g_autoptr(GArray) chosen =
        chosen_numbers(index, choice->has_span, index->spans->len, trace_index_sort_spans);
    json_key(json, "spans");
    json_open(json, '{');
    SPAN_COLUMN("id", add_id(json, span->id));
    SPAN_COLUMN("trace", add_id(json, span->trace_id));
    SPAN_COLUMN("parent", add_id(json, span->parent_id));
    SPAN_COLUMN("name", json_add_integer(json, place_of(names, span->name)));
    SPAN_COLUMN("peer", json_add_integer(json, span->peer_id));
    SPAN_COLUMN("start", json_add_integer(json, span->start_ns));
    SPAN_COLUMN("end", add_time(json, span->end_ns));
    SPAN_COLUMN("error", json_add_integer(json, span->is_error));
    const bool is_fine = !with_details || append_attributes(index, chosen, json, error);
    json_close(json, '}');
    return is_fine;
}

static void append_messages(const PageChoice *choice, NameMap *names, GString *json)
{
    const TraceIndex *index = choice->index;
    g_autoptr(GArray) chosen =
        chosen_numbers(index, choice->has_message, index->messages->len, trace_index_sort_messages);
    json_key(json, "messages");
    json_open(json, '{');
    MESSAGE_COLUMN("id", add_id(json, message->id));
    MESSAGE_COLUMN("sender", json_add_integer(json, message->sender_id));
    MESSAGE_COLUMN("receiver", json_add_integer(json, message->receiver_id));
    MESSAGE_COLUMN("kind", json_add_integer(json, place_of(names, message->kind)));
    MESSAGE_COLUMN("fate", json_add_integer(json, place_of(names, message->fate)));
    MESSAGE_COLUMN("sent", json_add_integer(json, message->sent_ns));
    MESSAGE_COLUMN("received", add_time(json, message->received_ns));
    MESSAGE_COLUMN("size", json_add_integer(json, message->size_bytes));
    json_close(json, '}');
}

static void append_names(const NameMap *names, GString *json)
{
    open_column(json, "names");
    for (guint i = 0; i < names->used->len; i++) {
        json_add_text(json,
                      trace_index_name(names->index, g_array_index(names->used, uint16_t, i)));
    }
    json_close(json, ']');
}

/* Rows of a table that belong to chosen spans, by the id in their first column. */
static bool append_details(const PageChoice *choice, const char *key, const char *sql,
                           GHashTable *chosen, GString *json, GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(choice->index->database, sql, choice->index->run_id, error);
    GError *problem = NULL;
    open_column(json, key);
    while (row != NULL && database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 0);
        if (!g_hash_table_contains(chosen, &id)) {
            continue;
        }
        json_open(json, '[');
        add_id(json, id);
        for (int i = 1; i < sqlite3_column_count(row); i++) {
            json_add_text(json, (const char *)sqlite3_column_text(row, i));
        }
        json_close(json, ']');
    }
    json_close(json, ']');
    return row != NULL && database_finished(problem, error);
}

static GHashTable *chosen_ids(const PageChoice *choice)
{
    GHashTable *ids = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < choice->index->spans->len; i++) {
        if (choice->has_span[i]) {
            g_hash_table_add(ids, (gpointer)(uintptr_t)&trace_index_span(choice->index, i)->id);
        }
    }
    return ids;
}

/* What was not chosen, counted where it begins. */
static void append_rest(const PageChoice *choice, GString *json)
{
    const TraceIndex *index = choice->index;
    const PageWindow *window = &choice->window;
    const int64_t from_ns = MAX(window->from_ns, 0);
    const int64_t to_ns = MIN(window->to_ns, index->end_ns + 1);
    const int64_t width = MAX(1, (to_ns - from_ns + BINS - 1) / BINS);
    const size_t cells = (size_t)choice->row_count * BINS;
    g_autofree uint32_t *spans = g_new0(uint32_t, cells + 1);
    g_autofree uint32_t *messages = g_new0(uint32_t, cells + 1);
    for (guint i = 0; i < index->spans->len; i++) {
        const SpanEntry *span = trace_index_span(index, i);
        const int32_t row = page_choice_row(choice, span->peer_id);
        if (!choice->has_span[i] && row >= 0 && page_choice_covers_span(choice, span)) {
            const int64_t bin = (MAX(span->start_ns, from_ns) - from_ns) / width;
            spans[row * BINS + MIN(bin, BINS - 1)]++;
        }
    }
    for (guint i = 0; i < index->messages->len; i++) {
        const MessageEntry *message = trace_index_message(index, i);
        const int32_t row = page_choice_row(choice, message->sender_id);
        if (!choice->has_message[i] && row >= 0 && page_choice_covers_message(choice, message)) {
            const int64_t bin = (MAX(message->sent_ns, from_ns) - from_ns) / width;
            messages[row * BINS + MIN(bin, BINS - 1)]++;
        }
    }
    json_key(json, "rest");
    json_open(json, '{');
    json_member_integer(json, "from", from_ns);
    json_member_integer(json, "width", width);
    json_member_integer(json, "rows", choice->row_count);
    json_member_integer(json, "peers", choice->peer_count);
    open_column(json, "cells");
    for (size_t cell = 0; cell < cells; cell++) {
        if (spans[cell] > 0 || messages[cell] > 0) {
            json_add_integer(json, (int64_t)(cell / BINS));
            json_add_integer(json, (int64_t)(cell % BINS));
            json_add_integer(json, spans[cell]);
            json_add_integer(json, messages[cell]);
        }
    }
    json_close(json, ']');
    json_close(json, '}');
}

bool page_choice_append(const PageChoice *choice, bool with_details, GString *json, GError **error)
{
    const TraceIndex *index = choice->index;
    NameMap names = {.index = index,
                     .place = g_new(int32_t, index->names->len + 1),
                     .used = g_array_new(FALSE, FALSE, sizeof(uint16_t))};
    memset(names.place, -1, sizeof(int32_t) * (index->names->len + 1));
    json_open(json, '{');
    json_member_integer(json, "from", choice->window.from_ns);
    json_member_integer(json, "to", choice->window.to_ns);
    json_member_integer(json, "span_total", choice->span_total);
    json_member_integer(json, "message_total", choice->message_total);
    bool is_fine = append_spans(choice, &names, with_details, json, error);
    append_messages(choice, &names, json);
    append_names(&names, json);
    if (is_fine && with_details) {
        g_autoptr(GHashTable) chosen = chosen_ids(choice);
        is_fine = append_details(choice, "events",
                                 "SELECT span_id, CAST(time_ns AS TEXT), name, attributes"
                                 " FROM span_event WHERE run_id = ?1"
                                 " ORDER BY span_id, time_ns, name, attributes",
                                 chosen, json, error) &&
                  append_details(choice, "links",
                                 "SELECT span_id, CAST(linked_span_id AS TEXT) FROM span_link"
                                 " WHERE run_id = ?1 ORDER BY 1, linked_span_id",
                                 chosen, json, error);
    }
    if (choice->has_rest) {
        append_rest(choice, json);
    }
    json_close(json, '}');
    g_free(names.place);
    g_array_unref(names.used);
    return is_fine;
}
