/* SPDX-License-Identifier: MIT */
#include "analysis/halfwidth.h"

#include "analysis/error.h"
#include "analysis/histogram.h"

#include <math.h>
#include <string.h>

/* -- Student's distribution -- */

/* The continued fraction of the incomplete beta function (Numerical methods agree on Lentz's way of
 * evaluating it; DLMF 8.17.22). */
static double beta_fraction(double x, double a, double b)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double fraction = d;
    for (int m = 1; m <= 1000; m++) {
        const double terms[] = {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))};
        double change = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d;
            c = 1 + terms[i] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            change = c * d;
            fraction *= change;
        }
        if (fabs(change - 1) < 1e-16) {
            break;
        }
    }
    return fraction;
}

/* The regularized incomplete beta function (DLMF 8.17). */
static double beta(double x, double a, double b)
{
    const double front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(1 - x, b, a) / b;
}

/* By bisection: P(T > t) = I(n / (n + t^2); n/2, 1/2) / 2. */
double halfwidth_student(unsigned freedom)
{
    const double n = freedom;
    double low = 1, high = 13;
    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        if (beta(n / (n + middle * middle), n / 2, 0.5) / 2 > 0.025) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

/* -- The statistic of each run -- */

/* One run's value, from count, sum, min, max and buckets of its metric. */
static bool read_value(sqlite3_stmt *row, const char *suffix, double *ret_value, GError **error)
{
    const double count = sqlite3_column_double(row, 0);
    *ret_value = NAN;
    if (strcmp(suffix, "count") == 0) {
        *ret_value = count;
    } else if (strcmp(suffix, "sum") == 0) {
        *ret_value = sqlite3_column_double(row, 1);
    } else if (count == 0) {
        return true;
    } else if (suffix[0] == '\0' || strcmp(suffix, "mean") == 0) {
        *ret_value = sqlite3_column_double(row, 1) / count;
    } else if (strcmp(suffix, "min") == 0) {
        *ret_value = sqlite3_column_double(row, 2);
    } else if (strcmp(suffix, "max") == 0) {
        *ret_value = sqlite3_column_double(row, 3);
    } else {
        g_auto(Histogram) histogram;
        g_autofree char *buckets = database_text(row, 4);
        histogram_init(&histogram);
        if (!histogram_add_json(&histogram, buckets == NULL ? "[]" : buckets, error)) {
            return false;
        }
        *ret_value = histogram_quantile(&histogram, g_ascii_strtod(suffix + 1, NULL) / 100);
    }
    return true;
}

static bool is_suffix(const char *suffix)
{
    static const char *const WORDS[] = {"mean", "min", "max", "count", "sum", NULL};
    char *end = NULL;
    if (suffix[0] != 'p' || !g_ascii_isdigit(suffix[1])) {
        return g_strv_contains(WORDS, suffix);
    }
    const double percent = g_ascii_strtod(suffix + 1, &end);
    return *end == '\0' && percent >= 0 && percent <= 100;
}

/* The metric's name and what follows it: at the first dot behind which a suffix stands, so that
 * p99.9 stays whole. */
static char *split(const char *statistic, const char **ret_suffix)
{
    for (const char *dot = strchr(statistic, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        if (is_suffix(dot + 1)) {
            *ret_suffix = dot + 1;
            return g_strndup(statistic, (size_t)(dot - statistic));
        }
    }
    *ret_suffix = "";
    return g_strdup(statistic);
}

static bool read_values(sqlite3_stmt *rows, const char *suffix, GArray *values, GError **error)
{
    GError *problem = NULL;
    while (database_step(rows, &problem)) {
        double value = 0;
        if (!read_value(rows, suffix, &value, error)) {
            return false;
        }
        g_array_append_val(values, value);
    }
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return false;
    }
    return true;
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
    return (Halfwidth){mean,
                       halfwidth_student(values->len - 1) * sqrt(squares / (count - 1) / count)};
}

bool halfwidth_of_cell(sqlite3 *database, const char *experiment, const char *cell, unsigned count,
                       const char *statistic, Halfwidth *ret_halfwidth, GError **error)
{
    const char *suffix = NULL;
    g_autofree char *name = split(statistic, &suffix);
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
