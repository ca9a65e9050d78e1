/* SPDX-License-Identifier: MIT */
#include "analysis/run_page.h"

#include "analysis/error.h"
#include "analysis/first_snapshot.h"
#include "analysis/histogram.h"
#include "analysis/json_text.h"
#include "analysis/number_text.h"
#include "analysis/summary.h"

#include <inttypes.h>

enum {
    EDGES_MAX = 4000,
    QUANTILES = 200,
    NAMES_SHOWN_MAX = 100000, /* peers whose names a page carries */
    CELL_RUNS_MAX = 20000,
};

/* A statement over the rows of the run; `each` writes one row as an element of the array. */
typedef bool (*RowWriter)(const TraceIndex *index, sqlite3_stmt *row, GString *json,
                          GError **error);

static bool append_rows(const TraceIndex *index, const char *key, const char *sql, RowWriter write,
                        GString *json, GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(index->database, sql, index->run_id, error);
    GError *problem = NULL;
    json_key(json, key);
    json_open(json, '[');
    while (row != NULL && database_step(row, &problem)) {
        if (!write(index, row, json, error)) {
            return false;
        }
    }
    json_close(json, ']');
    return row != NULL && database_finished(problem, error);
}

static void add_column(GString *json, sqlite3_stmt *row, int column)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        json_add_integer(json, sqlite3_column_int64(row, column));
        break;
    case SQLITE_FLOAT:
        json_add_number(json, sqlite3_column_double(row, column));
        break;
    default:
        json_add_text(json, (const char *)sqlite3_column_text(row, column));
    }
}

/* All columns as they are. */
static bool write_row(const TraceIndex *index, sqlite3_stmt *row, GString *json, GError **error)
{
    (void)index;
    (void)error;
    json_open(json, '[');
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        add_column(json, row, i);
    }
    json_close(json, ']');
    return true;
}

/* The one row of the run; of one that is still being written there is none. */
static bool append_head(const TraceIndex *index, GString *json, GError **error)
{
    static const char *const TEXTS[] = {"scenario", "module", "experiment", "cell", "status"};
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        index->database,
        "SELECT scenario, module, experiment, cell, status, repetition, seed, fingerprint, events"
        " FROM run WHERE id = ?1",
        index->run_id, error);
    GError *problem = NULL;
    if (row == NULL) {
        return false;
    }
    const bool is_there = database_step(row, &problem);
    if (!database_finished(problem, error)) {
        return false;
    }
    for (int i = 0; i < 5; i++) {
        json_member_text(json, TEXTS[i],
                         is_there ? (const char *)sqlite3_column_text(row, i)
                         : i == 4 ? "running"
                                  : NULL);
    }
    if (is_there) {
        json_member_integer(json, "repetition", sqlite3_column_int64(row, 5));
        json_key(json, "seed");
        g_string_append_printf(json, "\"%" PRIu64 "\"", (uint64_t)sqlite3_column_int64(row, 6));
        json_key(json, "fingerprint");
        g_string_append_printf(json, "\"%016" PRIx64 "\"", (uint64_t)sqlite3_column_int64(row, 7));
        json_member_integer(json, "events", sqlite3_column_int64(row, 8));
    }
    json_member_integer(json, "end", index->end_ns);
    return true;
}

/* Of a metric: the summary, and quantiles from 0 to 1 for a distribution function. */
static bool write_metric(const TraceIndex *index, sqlite3_stmt *row, GString *json, GError **error)
{
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const char *buckets = (const char *)sqlite3_column_text(row, 2);
    g_auto(Histogram) histogram = {0};
    Summary summary;
    histogram_init(&histogram);
    if (name == NULL || sqlite3_column_int64(row, 3) <= 0) {
        return true;
    }
    if (!summary_of_metric(index->database, &index->run_id, name, &summary, error) ||
        !histogram_add_json(&histogram, buckets, error)) {
        return false;
    }
    json_open(json, '{');
    json_member_text(json, "name", name);
    json_member_text(json, "unit", (const char *)sqlite3_column_text(row, 1));
    json_member_integer(json, "count", summary.count);
    json_member_number(json, "mean", summary.mean);
    json_member_number(json, "deviation", summary.deviation);
    json_member_number(json, "min", summary.minimum);
    json_member_number(json, "p50", summary.p50);
    json_member_number(json, "p90", summary.p90);
    json_member_number(json, "p99", summary.p99);
    json_member_number(json, "max", summary.maximum);
    json_key(json, "quantiles");
    json_open(json, '[');
    for (int i = 0; i <= QUANTILES; i++) {
        const double value =
            i == 0 ? summary.minimum : histogram_quantile(&histogram, (double)i / QUANTILES);
        json_add_number(json, CLAMP(value, summary.minimum, summary.maximum));
    }
    json_close(json, ']');
    json_close(json, '}');
    return true;
}

/* Spans by name: how many, how many with an error, and how long they took. */
static bool append_span_names(const TraceIndex *index, GString *json)
{
    g_autofree int64_t *counts = g_new0(int64_t, index->names->len + 1);
    g_autofree int64_t *errors = g_new0(int64_t, index->names->len + 1);
    g_autofree double *totals = g_new0(double, index->names->len + 1);
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    for (guint i = 0; i < index->spans->len; i++) {
        const SpanEntry *span =
            trace_index_span(index, g_array_index(index->span_order, uint32_t, i));
        if (counts[span->name]++ == 0) {
            g_ptr_array_add(order, GUINT_TO_POINTER(span->name));
        }
        errors[span->name] += span->is_error;
        totals[span->name] += (double)(MIN(span->end_ns, index->end_ns) - span->start_ns);
    }
    json_key(json, "span_names");
    json_open(json, '[');
    for (guint i = 0; i < order->len; i++) { /* in order of their first start */
        const guint name = GPOINTER_TO_UINT(g_ptr_array_index(order, i));
        json_open(json, '[');
        json_add_text(json, trace_index_name(index, (uint16_t)name));
        json_add_integer(json, counts[name]);
        json_add_integer(json, errors[name]);
        json_add_number(json, totals[name] / (double)counts[name]);
        json_close(json, ']');
    }
    json_close(json, ']');
    return true;
}

/* The testbed's own snapshots are in no table but in the spans of a trace. */
static bool append_cut_in_spans(const TraceIndex *index, GString *json, GError **error)
{
    const PlotSource source = {.database = index->database, .run_id = index->run_id};
    FirstSnapshot snapshot = {0};
    GError *problem = NULL;
    json_key(json, "cut_in_spans");
    if (!g_hash_table_contains(index->number, "cl_snapshot")) { /* spares a search of the table */
        json_add_text(json, NULL);
        return true;
    }
    if (!first_snapshot_read(&source, &snapshot, error)) {
        return false;
    }
    if (!snapshot.is_there || !snapshot.is_in_spans) {
        json_add_text(json, NULL);
        return true;
    }
    g_autoptr(sqlite3_stmt) row = first_snapshot_states(&source, &snapshot, error);
    json_open(json, '{');
    json_member_id(json, "trace", snapshot.id);
    json_member_integer(json, "initiator", snapshot.initiator_id);
    json_member_integer(json, "started", snapshot.started_ns);
    json_member_integer(json, "completed", snapshot.ended_ns);
    json_key(json, "states");
    json_open(json, '[');
    while (row != NULL && database_step(row, &problem)) {
        json_open(json, '[');
        add_column(json, row, 0);
        add_column(json, row, 1);
        json_add_text(json, NULL);
        json_close(json, ']');
    }
    json_close(json, ']');
    json_close(json, '}');
    return row != NULL && database_finished(problem, error);
}

static bool append_counts(const TraceIndex *index, GString *json, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        index->database,
        "SELECT (SELECT count(*) FROM peer WHERE run_id = ?1),"
        " (SELECT CAST(max(value) AS INTEGER) FROM parameter WHERE run_id = ?1 AND"
        "  key = 'peers.count'),"
        " (SELECT count(*) FROM connection WHERE run_id = ?1),"
        " (SELECT count(*) FROM connection WHERE run_id = ?1 AND opened_ns IS NOT NULL)",
        index->run_id, error);
    GError *problem = NULL;
    if (row == NULL || !database_step(row, &problem)) {
        if (problem != NULL) {
            g_propagate_error(error, problem);
        }
        return false;
    }
    json_member_integer(json, "peer_count",
                        MAX(sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)));
    json_member_integer(json, "dials", sqlite3_column_int64(row, 2));
    json_member_integer(json, "dials_opened", sqlite3_column_int64(row, 3));
    json_member_integer(json, "span_count", index->spans->len);
    json_member_integer(json, "trace_count", index->traces->len);
    json_member_integer(json, "message_count", index->messages->len);
    return true;
}

bool run_page_append(const TraceIndex *index, GString *json, GError **error)
{
    g_autofree char *names =
        g_strdup_printf("SELECT id, name, region FROM peer WHERE run_id = ?1 AND"
                        " (name IS NOT NULL OR region IS NOT NULL) ORDER BY id LIMIT %d",
                        NAMES_SHOWN_MAX);
    g_autofree char *edges = g_strdup_printf(
        "WITH pair AS (SELECT min(dialer_id, listener_id) AS a, max(dialer_id, listener_id) AS b,"
        "  count(*) AS connections, sum(bytes_sent + bytes_received) AS bytes FROM connection"
        "  WHERE run_id = ?1 AND opened_ns IS NOT NULL GROUP BY 1, 2),"
        " way AS (SELECT min(sender_id, receiver_id) AS a, max(sender_id, receiver_id) AS b,"
        "  avg(latency_ns_min) AS latency FROM link WHERE run_id = ?1 GROUP BY 1, 2)"
        " SELECT a, b, connections, bytes, latency FROM pair LEFT JOIN way USING (a, b)"
        " UNION ALL SELECT a, b, 0, 0, latency FROM way WHERE NOT EXISTS"
        "  (SELECT 1 FROM connection WHERE run_id = ?1)"
        " ORDER BY bytes DESC, a, b LIMIT %d",
        EDGES_MAX);
    json_open(json, '{');
    const bool is_fine =
        append_head(index, json, error) && append_counts(index, json, error) &&
        append_rows(index, "parameters",
                    "SELECT key, value, origin FROM parameter WHERE run_id = ?1 ORDER BY key, 2, 3",
                    write_row, json, error) &&
        append_rows(index, "inputs",
                    "SELECT name, sha256 FROM input WHERE run_id = ?1 ORDER BY name, 2", write_row,
                    json, error) &&
        append_rows(index, "metrics",
                    "SELECT name, unit, buckets, count FROM metric WHERE run_id = ?1 ORDER BY name",
                    write_metric, json, error) &&
        append_rows(index, "faults",
                    "SELECT time_ns, action, arguments FROM fault WHERE run_id = ?1"
                    " ORDER BY time_ns, action, arguments",
                    write_row, json, error) &&
        append_rows(index, "peers", names, write_row, json, error) &&
        append_rows(index, "edges", edges, write_row, json, error) &&
        append_rows(index, "snapshots",
                    "SELECT CAST(id AS TEXT), algorithm, initiator_id, started_ns, completed_ns,"
                    " status, verdict FROM snapshot WHERE run_id = ?1 ORDER BY started_ns, id",
                    write_row, json, error) &&
        append_cut_in_spans(index, json, error) && append_span_names(index, json);
    json_close(json, '}');
    return is_fine;
}

/* The runs of a sweep. */

static void free_text(gpointer text)
{
    g_string_free(text, TRUE);
}

/* The members `"metric":mean` of each run. */
static GHashTable *read_means(sqlite3 *database, GError **error)
{
    g_autoptr(GHashTable) means =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_text);
    g_autoptr(sqlite3_stmt) row =
        database_prepare(database,
                         "SELECT run_id, name || ' ' || unit, CAST(sum AS REAL) / count FROM metric"
                         " WHERE count > 0 ORDER BY run_id, name, unit",
                         error);
    GError *problem = NULL;
    while (row != NULL && database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 0);
        const char *name = (const char *)sqlite3_column_text(row, 1);
        GString *text = g_hash_table_lookup(means, &id);
        if (text == NULL) {
            text = g_string_new(NULL);
            g_hash_table_insert(means, g_memdup2(&id, sizeof id), text);
        } else {
            g_string_append_c(text, ',');
        }
        json_append_string(text, name == NULL ? "" : name);
        g_string_append_c(text, ':');
        g_autofree char *mean = number_text_exact(sqlite3_column_double(row, 2));
        g_string_append(text, mean);
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    return row == NULL ? NULL : g_steal_pointer(&means);
}

bool run_page_append_runs(sqlite3 *database, GString *json, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT experiment, cell, repetition, CAST(seed AS TEXT), status, events, end_ns,"
        " scenario, id FROM run ORDER BY experiment, cell, repetition, id LIMIT %d",
        CELL_RUNS_MAX);
    g_autoptr(GHashTable) means = read_means(database, error);
    g_autoptr(sqlite3_stmt) row = means == NULL ? NULL : database_prepare(database, sql, error);
    GError *problem = NULL;
    json_open(json, '[');
    while (row != NULL && database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 8);
        const GString *of_run = g_hash_table_lookup(means, &id);
        json_open(json, '[');
        for (int i = 0; i < 8; i++) {
            add_column(json, row, i);
        }
        json_open(json, '{');
        g_string_append(json, of_run == NULL ? "" : of_run->str);
        json_close(json, '}');
        json_close(json, ']');
    }
    json_close(json, ']');
    return row != NULL && database_finished(problem, error);
}

/* Snapshots. */

bool run_page_append_snapshot(const TraceIndex *index, int64_t snapshot_id, GString *json,
                              GError **error)
{
    g_autofree char *states =
        g_strdup_printf("SELECT peer_id, recorded_ns, state FROM snapshot_state WHERE run_id = ?1"
                        " AND snapshot_id = %" PRId64 " ORDER BY peer_id, recorded_ns LIMIT 20000",
                        snapshot_id);
    g_autofree char *channels = g_strdup_printf(
        "SELECT sender_id, receiver_id, messages FROM snapshot_channel WHERE run_id = ?1"
        " AND snapshot_id = %" PRId64 " AND messages <> '[]' ORDER BY sender_id, receiver_id"
        " LIMIT 20000",
        snapshot_id);
    json_open(json, '{');
    json_member_id(json, "id", snapshot_id);
    const bool is_fine = append_rows(index, "states", states, write_row, json, error) &&
                         append_rows(index, "channels", channels, write_row, json, error);
    json_close(json, '}');
    return is_fine;
}
