/* SPDX-License-Identifier: MIT */
/* A quantity over the time of single runs. */
#include "analysis/long_run.h"

#include "analysis/error.h"
#include "analysis/sample.h"
#include "analysis/statistic.h"
#include "analysis/table.h"

#include <math.h>
#include <string.h>

static const char SERIES[] = "SELECT time_ns, value FROM series WHERE run_id = ?1 AND name = ?2"
                             " ORDER BY time_ns, peer_id, connection_id, other_id, value";
static const char SPANS[] =
    "SELECT end_ns, end_ns - start_ns FROM span WHERE run_id = ?1 AND name = ?2 AND end_ns IS NOT"
    " NULL ORDER BY end_ns, peer_id, id";

typedef struct Source {
    const LongRunQuestion *question;
    const char *sql, *unit;
    Table *runs, *cells;
    char *cell;      /* the last one */
    GArray *means;   /* of its runs */
    bool has_values; /* some run */
} Source;

/* Which of the two it is. */
static bool find_quantity(sqlite3 *database, Source *source, GError **error)
{
    static const struct {
        const char *test, *sql, *unit;
    } KINDS[] = {{"SELECT 1 FROM series WHERE name = ?1 LIMIT 1", SERIES, "1"},
                 {"SELECT 1 FROM span WHERE name = ?1 LIMIT 1", SPANS, "ns"}};
    const char *name = source->question->quantity;
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        GError *problem = NULL;
        g_autoptr(sqlite3_stmt) row = database_prepare(database, KINDS[i].test, error);
        if (row == NULL) {
            return false;
        }
        sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
        if (database_step(row, &problem)) {
            source->sql = KINDS[i].sql;
            source->unit = KINDS[i].unit;
            return true;
        }
        if (!database_finished(problem, error)) {
            return false;
        }
    }
    g_autofree char *nearest = statistic_nearest(
        database, "SELECT DISTINCT name FROM series UNION SELECT DISTINCT name FROM span", name);
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                "no series or span '%s'%s%s%s; record.series chooses which series are recorded",
                name, nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "'?");
    return false;
}

static bool read_values(sqlite3 *database, const Source *source, int64_t run_id, GArray *times,
                        GArray *values, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(database, source->sql, run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 2, source->question->quantity, -1, SQLITE_STATIC);
    while (database_step(row, &problem)) {
        const int64_t time = sqlite3_column_int64(row, 0);
        const double value = sqlite3_column_double(row, 1);
        g_array_append_val(times, time);
        g_array_append_val(values, value);
    }
    return database_finished(problem, error);
}

/* How many values at the start are left out. */
static guint warm_up_of(const LongRunQuestion *question, const GArray *times, const GArray *values)
{
    guint count = 0;
    if (question->warm_up == WARM_UP_MSER5) {
        return sample_warm_up(values);
    }
    while (question->warm_up == WARM_UP_TIME && count < times->len &&
           g_array_index(times, int64_t, count) < question->warm_up_ns) {
        count++;
    }
    return count;
}

/* The line of the cell before, where it had several runs. */
static void end_cell(Source *source)
{
    if (source->means->len > 1) {
        const Estimate mean = sample_mean_interval(source->means, source->question->level);
        table_put_text(source->cells, source->cell);
        table_put_text(source->cells, source->question->quantity);
        table_put_integer(source->cells, source->means->len);
        table_put_number(source->cells, mean.value, source->unit);
        table_put_number(source->cells, mean.low, source->unit);
        table_put_number(source->cells, mean.high, source->unit);
    }
    g_array_set_size(source->means, 0);
}

static bool add_run(sqlite3 *database, Source *source, int64_t run_id, GError **error)
{
    const LongRunQuestion *question = source->question;
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    if (!read_values(database, source, run_id, times, values, error)) {
        return false;
    }
    if (values->len == 0) {
        return true;
    }
    const guint first = warm_up_of(question, times, values);
    if (values->len - first < question->batch_count) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "run %" G_GINT64_FORMAT " has %u values of '%s' and %u of them after the "
                    "warm-up, too few for %u batches",
                    run_id, values->len, question->quantity, values->len - first,
                    question->batch_count);
        return false;
    }
    const guint size = (values->len - first) / question->batch_count;
    const Estimate mean = sample_batch_means(values, first, question->batch_count, question->level);
    table_put_integer(source->runs, run_id);
    table_put_text(source->runs, source->cell);
    table_put_text(source->runs, question->quantity);
    table_put_text(source->runs, source->unit);
    table_put_integer(source->runs, values->len);
    table_put_integer(source->runs, first);
    table_put_number(source->runs, (double)g_array_index(times, int64_t, first), "ns");
    table_put_integer(source->runs, question->batch_count);
    table_put_integer(source->runs, size);
    table_put_number(source->runs, mean.value, source->unit);
    table_put_number(source->runs, mean.low, source->unit);
    table_put_number(source->runs, mean.high, source->unit);
    /* MSER-5 looks at the first half only: what it finds at its end is no end of the warm-up. */
    table_put_text(source->runs, question->warm_up != WARM_UP_MSER5                     ? NULL
                                 : first >= values->len / SAMPLE_FIVE / 2 * SAMPLE_FIVE ? "no"
                                                                                        : "yes");
    g_array_append_val(source->means, mean.value);
    source->has_values = true;
    return true;
}

static void add_columns(const Source *source)
{
    static const char *const RUN_KEYS[] = {"values",     "left_out", "from_ns",  "batches",
                                           "batch_size", "mean",     "mean_low", "mean_high",
                                           "settled",    NULL};
    static const char *const CELL_KEYS[] = {"cell",     "quantity",  "runs", "mean",
                                            "mean_low", "mean_high", NULL};
    table_add_column(source->runs, "run");
    table_add_column(source->runs, "cell");
    table_add_column(source->runs, "quantity");
    table_add_hidden_column(source->runs, "unit");
    for (size_t i = 0; RUN_KEYS[i] != NULL; i++) {
        table_add_column(source->runs, RUN_KEYS[i]);
    }
    for (size_t i = 0; CELL_KEYS[i] != NULL; i++) {
        table_add_column(source->cells, CELL_KEYS[i]);
    }
}

static bool read_runs(sqlite3 *database, Source *source, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare(
        database,
        "SELECT id, ifnull(nullif(experiment, '') || ': ', '') || ifnull(cell, '') AS cell FROM run"
        " WHERE (?1 IS NULL OR id = ?1) AND status = 'complete' ORDER BY cell, repetition, id",
        error);
    if (row == NULL) {
        return false;
    }
    if (source->question->run_id != NULL) {
        sqlite3_bind_int64(row, 1, *source->question->run_id);
    }
    while (database_step(row, &problem)) {
        g_autofree char *cell = database_text(row, 1);
        if (g_strcmp0(cell, source->cell) != 0) {
            end_cell(source);
            g_free(source->cell);
            source->cell = g_steal_pointer(&cell);
        }
        if (!add_run(database, source, sqlite3_column_int64(row, 0), error)) {
            return false;
        }
    }
    end_cell(source);
    return database_finished(problem, error);
}

GPtrArray *long_run_read(sqlite3 *database, const LongRunQuestion *question, GError **error)
{
    g_autoptr(Table) runs = table_new("long_runs", "Runs after their warm-up");
    g_autoptr(Table) cells = table_new("cells", "Cells, over their runs");
    g_autoptr(GArray) means = g_array_new(FALSE, FALSE, sizeof(double));
    Source source = {.question = question, .runs = runs, .cells = cells, .means = means};
    if (!find_quantity(database, &source, error)) {
        return NULL;
    }
    add_columns(&source);
    const bool is_read = read_runs(database, &source, error);
    g_free(source.cell);
    if (!is_read) {
        return NULL;
    }
    if (!source.has_values) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    question->run_id == NULL ? "no complete run has values of '%s'"
                                             : "this run is not complete or has no values of '%s'",
                    question->quantity);
        return NULL;
    }
    GPtrArray *tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_free);
    g_ptr_array_add(tables, g_steal_pointer(&runs));
    g_ptr_array_add(tables, g_steal_pointer(&cells));
    return tables;
}
