/* SPDX-License-Identifier: MIT */
/* A folder with a CSV file (RFC 4180) for each table: a line of column names, then the rows, sorted
 * by all their columns. NULL is an empty field, an empty text is "". */
#include "analysis/error.h"
#include "analysis/export.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* The tables, and which of their rows the options select beyond those of the run; NULL is all. */
static const struct {
    const char *table, *condition;
} TABLES[] = {
    {"connection", "is_wanted(dialer_id, listener_id) AND dialed_ns <= ?4"
                   " AND ifnull(closed_ns, ?5) >= ?3"},
    {"execution", NULL},
    {"fault", "time_ns BETWEEN ?3 AND ?4"},
    {"input", NULL},
    {"link", "is_wanted(sender_id, receiver_id)"},
    {"message", EXPORT_MESSAGE_IS_SELECTED},
    {"metric", NULL},
    {"packet", "is_wanted(sender_id, receiver_id) AND sent_ns <= ?4"
               " AND ifnull(received_ns, sent_ns) >= ?3"},
    {"parameter", NULL},
    {"peer", "is_wanted(id)"},
    {"run", NULL},
    {"series", "(peer_id IS NULL OR is_wanted(peer_id)) AND time_ns BETWEEN ?3 AND ?4"},
    {"snapshot", NULL},
    {"snapshot_channel", "is_wanted(sender_id, receiver_id)"},
    {"snapshot_state", "is_wanted(peer_id) AND recorded_ns BETWEEN ?3 AND ?4"},
    {"span", EXPORT_SPAN_IS_SELECTED},
    {"span_event", "EXISTS (SELECT 1 FROM span WHERE span.id = span_event.span_id"
                   " AND" EXPORT_SPAN_IS_SELECTED ")"},
    {"span_link", "EXISTS (SELECT 1 FROM span WHERE span.id = span_link.span_id"
                  " AND" EXPORT_SPAN_IS_SELECTED ")"},
    {"stream", "is_wanted(opener_id) AND opened_ns <= ?4 AND ifnull(closed_ns, ?5) >= ?3"},
};

/* A table that the schema has got since the file was written is not in it. */
static bool has_table(const ExportSource *source, const char *table, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare(
        source->database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 1, table, -1, SQLITE_STATIC);
    return database_step(row, error);
}

/* Rows sorted by every column, so that their order in the file does not matter. */
static sqlite3_stmt *prepare_rows(const ExportSource *source, const char *table,
                                  const char *condition, GError **error)
{
    g_autofree char *columns = g_strdup_printf("SELECT * FROM %s", table);
    g_autoptr(sqlite3_stmt) any = database_prepare(source->database, columns, error);
    if (any == NULL) {
        return NULL;
    }
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql, "SELECT * FROM %s WHERE +%s = ?1 AND (%s) ORDER BY 1", table,
                    g_str_equal(table, "run") ? "id" : "run_id",
                    condition == NULL ? "1" : condition);
    for (int i = 1; i < sqlite3_column_count(any); i++) {
        g_string_append_printf(sql, ", %d", i + 1);
    }
    return export_prepare(source, sql->str, error);
}

static void write_value(Output *output, sqlite3_stmt *row, int column)
{
    const int type = sqlite3_column_type(row, column);
    if (type == SQLITE_INTEGER) {
        output_integer(output, sqlite3_column_int64(row, column));
    } else if (type == SQLITE_FLOAT && isfinite(sqlite3_column_double(row, column))) {
        output_number(output, sqlite3_column_double(row, column));
    } else if (type != SQLITE_NULL) {
        const Text text = export_text(row, column);
        output_csv(output, text.bytes == NULL ? "" : text.bytes, text.size_bytes);
    }
}

static bool write_rows(Output *output, sqlite3_stmt *row, GError **error)
{
    GError *problem = NULL;
    const int count = sqlite3_column_count(row);
    for (int i = 0; i < count; i++) {
        const char *name = sqlite3_column_name(row, i);
        output_text(output, i == 0 ? "" : ",");
        output_csv(output, name, strlen(name));
    }
    output_text(output, "\r\n");
    while (!output_has_failed(output) && database_step(row, &problem)) {
        for (int i = 0; i < count; i++) {
            output_text(output, i == 0 ? "" : ",");
            write_value(output, row, i);
        }
        output_text(output, "\r\n");
    }
    return export_is_clean(problem, error) && output_finish(output, error);
}

static bool write_table(const ExportSource *source, size_t index, const char *folder,
                        GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%s.csv", folder, TABLES[index].table);
    g_autoptr(sqlite3_stmt) row =
        prepare_rows(source, TABLES[index].table, TABLES[index].condition, error);
    if (row == NULL) {
        return false;
    }
    FILE *file = g_fopen(path, "we");
    if (file == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT, "%s: %s", path,
                    g_strerror(errno));
        return false;
    }
    g_autoptr(Output) output = output_new(file, path);
    const bool is_written = write_rows(output, row, error);
    if (fclose(file) != 0 && is_written) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT, "%s: %s", path,
                    g_strerror(errno));
        return false;
    }
    return is_written;
}

static bool write_csv(const ExportSource *source, const char *folder, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TABLES); i++) {
        GError *problem = NULL;
        if (has_table(source, TABLES[i].table, &problem)) {
            write_table(source, i, folder, &problem);
        }
        if (!export_is_clean(problem, error)) {
            return false;
        }
    }
    return true;
}

const ExportFormat EXPORT_csv = {
    .name = "csv",
    .help = "a folder with a CSV file for each table",
    .ending = "",
    .has_spans = true,
    .write_folder = write_csv,
};
