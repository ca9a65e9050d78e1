/* SPDX-License-Identifier: MIT */
#include "analysis/halfwidth.h"

#include "analysis/error.h"
#include "analysis/probability.h"
#include "analysis/statistic.h"

#include <math.h>

static bool read_values(sqlite3_stmt *rows, const char *suffix, GArray *values, GError **error)
{
    GError *problem = NULL;
    while (database_step(rows, &problem)) {
        double value = 0;
        if (!statistic_of_row(rows, suffix, &value, error)) {
            return false;
        }
        g_array_append_val(values, value);
    }
    return database_finished(problem, error);
}

static Halfwidth halfwidth_of_values(const GArray *values)
{
    const double count = values->len;
    double sum = 0, squares = 0;
    for (guint i = 0; i < values->len; i++) {
        sum += g_array_index(values, double, i);
    }
    const double mean = sum / count;
    for (guint i = 0; i < values->len; i++) {
        const double distance = g_array_index(values, double, i) - mean;
        squares += distance * distance;
    }
    if (values->len < 2) {
        return (Halfwidth){mean, NAN};
    }
    return (Halfwidth){mean, probability_student_quantile(0.975, values->len - 1) *
                                 sqrt(squares / (count - 1) / count)};
}

bool halfwidth_of_cell(sqlite3 *database, const char *experiment, const char *cell, unsigned count,
                       const char *statistic, Halfwidth *ret_halfwidth, GError **error)
{
    const char *suffix = NULL;
    g_autofree char *name = statistic_split(statistic, &suffix);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(sqlite3_stmt) rows = database_prepare(
        database,
        "SELECT metric.count, sum, min, max, buckets FROM run JOIN metric ON run_id = run.id"
        " WHERE experiment = ?1 AND cell = ?2 AND repetition BETWEEN 1 AND ?3 AND name = ?4"
        " AND status = 'complete' ORDER BY repetition",
        error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_text(rows, 1, experiment, -1, SQLITE_STATIC);
    sqlite3_bind_text(rows, 2, cell, -1, SQLITE_STATIC);
    sqlite3_bind_int64(rows, 3, count);
    sqlite3_bind_text(rows, 4, name, -1, SQLITE_STATIC);
    if (!read_values(rows, suffix, values, error)) {
        return false;
    }
    if (values->len != count) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "cell '%s': found metric '%s' in %u runs, expected it in %u", cell, name,
                    values->len, count);
        return false;
    }
    *ret_halfwidth = halfwidth_of_values(values);
    return true;
}
