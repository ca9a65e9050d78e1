/* SPDX-License-Identifier: MIT */
/* What all formats share. */
#include "analysis/export.h"

#include "analysis/error.h"

#include <string.h>

#define DATE_OF_ZERO_NS INT64_C(946684800000000000) /* 2000-01-01T00:00:00Z */
#define CACHE_KIBIBYTES "16384"

const ExportFormat *const EXPORT_FORMATS[] = {
#define X(name) &EXPORT_##name,
#include "analysis/export_list.h"
#undef X
    NULL,
};

const ExportFormat *export_format_find(const char *name)
{
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        if (g_str_equal(EXPORT_FORMATS[i]->name, name)) {
            return EXPORT_FORMATS[i];
        }
    }
    return NULL;
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static bool has_peer(const GArray *peers, sqlite3_value *value)
{
    const int64_t id = sqlite3_value_int64(value);
    return sqlite3_value_type(value) != SQLITE_NULL && peers->len > 0 &&
           bsearch(&id, peers->data, peers->len, sizeof id, compare_ids) != NULL;
}

static void is_wanted(sqlite3_context *context, int count, sqlite3_value **values)
{
    const GArray *peers = sqlite3_user_data(context);
    bool result = true;
    for (int i = 0; i < count && peers != NULL; i++) {
        result = result && has_peer(peers, values[i]);
    }
    sqlite3_result_int(context, result);
}

static bool read_run(ExportSource *source, GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        database_select_run(source->database,
                            "id, scenario, module, experiment, cell, repetition, seed, end_ns,"
                            " (SELECT max(id) FROM peer WHERE run_id = run.id)",
                            source->options->run_id, error);
    if (row == NULL) {
        return false;
    }
    source->run_id = sqlite3_column_int64(row, 0);
    source->title = database_text(row, 1);
    source->module = database_text(row, 2);
    source->ids = trace_ids_new((const char *)sqlite3_column_text(row, 3),
                                (const char *)sqlite3_column_text(row, 4),
                                sqlite3_column_int64(row, 5), sqlite3_column_int64(row, 6));
    source->end_ns = sqlite3_column_int64(row, 7);
    source->coordinator_id = MIN(sqlite3_column_int64(row, 8), G_MAXINT64 - 2) + 1;
    return true;
}

static bool read_trace(ExportSource *source, const ExportFormat *format, GError **error)
{
    const char *text = source->options->trace;
    if (text == NULL) {
        return true;
    }
    if (!format->has_spans) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "--trace selects spans, and %s has none", format->name);
        return false;
    }
    if (!trace_ids_parse(&source->ids, text, &source->trace_id)) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "--trace: found '%s', expected the number of a trace or its 32 hexadecimal"
                    " digits in an export of this run",
                    text);
        return false;
    }
    source->has_trace = true;
    g_autoptr(sqlite3_stmt) row = export_prepare(
        source, "SELECT 1 FROM span WHERE run_id = ?1 AND trace_id = ?2 LIMIT 1", error);
    GError *problem = NULL;
    if (row == NULL) {
        return false;
    }
    if (!database_step(row, &problem)) {
        if (problem == NULL) {
            g_set_error(&problem, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                        "--trace: no trace %s in run %" G_GINT64_FORMAT, text, source->run_id);
        }
        g_propagate_error(error, problem);
        return false;
    }
    return true;
}

/* A run that recorded metrics only has nothing to show in most formats. */
static bool check_needs(const ExportSource *source, const ExportFormat *format, GError **error)
{
    bool has_row = format->needs[0] == NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(format->needs) && format->needs[i] != NULL && !has_row;
         i++) {
        GError *problem = NULL;
        g_autofree char *sql =
            g_strdup_printf("SELECT 1 FROM %s WHERE run_id = ?1 LIMIT 1", format->needs[i]);
        g_autoptr(sqlite3_stmt) row = export_prepare(source, sql, error);
        if (row == NULL) {
            return false;
        }
        has_row = database_step(row, &problem);
        if (!export_is_clean(problem, error)) {
            return false;
        }
    }
    if (!has_row) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "run %" G_GINT64_FORMAT " has no rows in table '%s'%s%s%s, of which %s is made;"
                    " record.level decides what is recorded",
                    source->run_id, format->needs[0], format->needs[1] == NULL ? "" : " or '",
                    format->needs[1] == NULL ? "" : format->needs[1],
                    format->needs[1] == NULL ? "" : "'", format->name);
    }
    return has_row;
}

static bool write(const ExportSource *source, const ExportFormat *format, FILE *file,
                  const char *path, GError **error)
{
    if (format->write_folder != NULL) {
        return format->write_folder(source, path, error);
    }
    g_autoptr(Output) output = output_new(file, path);
    return format->write(source, output, error) && output_finish(output, error);
}

bool export_write(sqlite3 *database, const ExportFormat *format, const ExportOptions *options,
                  FILE *file, const char *path, GError **error)
{
    ExportSource source = {.database = database, .options = options};
    bool is_done = false;
    if (sqlite3_create_function(
            database, "is_wanted", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
            (void *)(uintptr_t)options->peers, is_wanted, NULL, NULL) != SQLITE_OK) {
        database_set_error(database, error);
        return false;
    }
    if (database_execute(database, "PRAGMA cache_size = -" CACHE_KIBIBYTES, error) &&
        read_run(&source, error) && read_trace(&source, format, error) &&
        check_needs(&source, format, error)) {
        source.peer = export_prepare(
            &source, "SELECT name, region FROM peer WHERE run_id = ?1 AND id = ?6", error);
        is_done = source.peer != NULL && write(&source, format, file, path, error);
    }
    sqlite3_finalize(source.peer);
    g_free(source.title);
    g_free(source.module);
    return is_done;
}

sqlite3_stmt *export_prepare(const ExportSource *source, const char *sql, GError **error)
{
    sqlite3_stmt *statement = database_prepare(source->database, sql, error);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, source->run_id);
        if (source->has_trace) {
            sqlite3_bind_int64(statement, 2, source->trace_id);
        }
        sqlite3_bind_int64(statement, 3, source->options->from_ns);
        sqlite3_bind_int64(statement, 4, source->options->to_ns);
        sqlite3_bind_int64(statement, 5, source->end_ns);
    }
    return statement;
}

Text export_text(sqlite3_stmt *statement, int column)
{
    const char *bytes = (const char *)sqlite3_column_text(statement, column);
    return (Text){bytes, bytes == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, column)};
}

bool export_text_is(Text text, const char *other)
{
    return text.size_bytes == strlen(other) && memcmp(text.bytes, other, text.size_bytes) == 0;
}

void export_json(Output *output, Text text)
{
    output_json(output, text.bytes == NULL ? "" : text.bytes, text.size_bytes);
}

bool export_is_clean(GError *problem, GError **error)
{
    return database_finished(problem, error);
}

bool export_read_peer(const ExportSource *source, bool is_coordinator, int64_t peer_id,
                      GString *name, GString *region, GError **error)
{
    GError *problem = NULL;
    g_string_assign(name, is_coordinator ? "coordinator" : "");
    if (region != NULL) {
        g_string_truncate(region, 0);
    }
    if (is_coordinator) {
        return true;
    }
    sqlite3_reset(source->peer);
    sqlite3_bind_int64(source->peer, 6, peer_id);
    if (database_step(source->peer, &problem)) {
        const Text text = export_text(source->peer, 0), place = export_text(source->peer, 1);
        g_string_append_len(name, text.bytes, (gssize)text.size_bytes);
        if (region != NULL) {
            g_string_append_len(region, place.bytes, (gssize)place.size_bytes);
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (name->len == 0) {
        g_string_printf(name, "peer %" G_GINT64_FORMAT, peer_id);
    }
    return true;
}

int64_t export_duration_ns(int64_t start_ns, int64_t end_ns)
{
    if (end_ns <= start_ns) {
        return 0;
    }
    const uint64_t duration_ns = (uint64_t)end_ns - (uint64_t)start_ns;
    return duration_ns > G_MAXINT64 ? G_MAXINT64 : (int64_t)duration_ns;
}

uint64_t export_date_ns(int64_t time_ns)
{
    return time_ns < -DATE_OF_ZERO_NS ? 0 : (uint64_t)time_ns + (uint64_t)DATE_OF_ZERO_NS;
}
