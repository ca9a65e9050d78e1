/* SPDX-License-Identifier: MIT */
/* What a set of numbers comes to. */
#include "analysis/summary.h"

#include "analysis/error.h"
#include "analysis/histogram.h"

#include <math.h>
#include <string.h>

/* Sums are taken modulo 2^128, which is right as long as the true result is not negative and fits:
 * the sum of squares about the mean does, whatever wraps on the way. */
__extension__ typedef __int128 SignedWide;
__extension__ typedef unsigned __int128 Wide;

static int compare_values(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int64_t sorted_quantile(const GArray *values, double q)
{
    const double rank = fmax(1, ceil(q * (double)values->len));
    return g_array_index(values, int64_t, MIN((guint)rank, values->len) - 1);
}

static Summary empty(void)
{
    return (Summary){0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

/* Fills mean and deviation from the wrapped sums. */
static void set_moments(Summary *summary, Wide sum, Wide sum_squares)
{
    const Wide count = (Wide)summary->count;
    const bool is_negative = sum >> 127 != 0;
    const Wide size = is_negative ? -sum : sum;
    Wide middle = size / count, rest = size % count;
    if (is_negative) {
        /* Towards minus infinity, so that the rest is positive. */
        middle = rest == 0 ? -middle : -middle - 1;
        rest = rest == 0 ? 0 : count - rest;
    }
    const double offset = (double)rest / (double)summary->count;
    summary->mean = (double)(SignedWide)middle + offset;
    if (summary->count > 1) {
        const Wide squares = sum_squares - 2 * middle * sum + count * middle * middle;
        const double about_mean = (double)squares - (double)rest * offset;
        summary->deviation = sqrt(fmax(0, about_mean) / (double)(summary->count - 1));
    }
}

Summary summary_of_values(GArray *values)
{
    Summary summary = empty();
    if (values->len == 0) {
        return summary;
    }
    g_array_sort(values, compare_values);
    Wide sum = 0, sum_squares = 0;
    for (guint i = 0; i < values->len; i++) {
        const SignedWide value = g_array_index(values, int64_t, i);
        sum += (Wide)value;
        sum_squares += (Wide)(value * value);
    }
    summary.count = values->len;
    set_moments(&summary, sum, sum_squares);
    summary.minimum = (double)g_array_index(values, int64_t, 0);
    summary.p50 = (double)sorted_quantile(values, 0.50);
    summary.p90 = (double)sorted_quantile(values, 0.90);
    summary.p99 = (double)sorted_quantile(values, 0.99);
    summary.maximum = (double)g_array_index(values, int64_t, values->len - 1);
    return summary;
}

/* A sum is an integer, or decimal text where it exceeds 63 bits. */
static bool read_wide(sqlite3_stmt *statement, int column, Wide *ret_value, GError **error)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    const char *digits = text == NULL ? "" : text[0] == '-' ? text + 1 : text;
    Wide value = 0;
    bool is_good = *digits != '\0' && strlen(digits) <= 39;
    for (const char *digit = digits; is_good && *digit != '\0'; digit++) {
        is_good = g_ascii_isdigit(*digit);
        value = value * 10 + (unsigned char)(*digit - '0');
    }
    if (!is_good) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged: a sum of a metric reads '%.40s', expected an integer",
                    text == NULL ? "NULL" : text);
        return false;
    }
    *ret_value = digits != text ? -value : value;
    return true;
}

static bool add_row(sqlite3_stmt *row, Summary *summary, Wide *sum, Wide *sum_squares,
                    Histogram *histogram, GError **error)
{
    Wide row_sum = 0, row_squares = 0;
    const int64_t count = sqlite3_column_int64(row, 0);
    if (count <= 0) {
        return true;
    }
    if (!read_wide(row, 1, &row_sum, error) || !read_wide(row, 2, &row_squares, error) ||
        !histogram_add_json(histogram, (const char *)sqlite3_column_text(row, 5), error)) {
        return false;
    }
    if (__builtin_add_overflow(summary->count, count, &summary->count) ||
        histogram->count != summary->count) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged: the buckets of a metric hold %" G_GINT64_FORMAT
                    " values, but its count is %" G_GINT64_FORMAT,
                    histogram->count, summary->count);
        return false;
    }
    if (sqlite3_column_int64(row, 3) > sqlite3_column_int64(row, 4)) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged: the smallest value of a metric is %" G_GINT64_FORMAT
                    ", its largest %" G_GINT64_FORMAT,
                    (int64_t)sqlite3_column_int64(row, 3), (int64_t)sqlite3_column_int64(row, 4));
        return false;
    }
    *sum += row_sum;
    *sum_squares += row_squares;
    summary->minimum = fmin(summary->minimum, (double)sqlite3_column_int64(row, 3));
    summary->maximum = fmax(summary->maximum, (double)sqlite3_column_int64(row, 4));
    return true;
}

static double within(const Summary *summary, double value)
{
    return fmax(summary->minimum, fmin(summary->maximum, value));
}

bool summary_of_metric(sqlite3 *database, const int64_t *run_id, const char *name,
                       Summary *ret_summary, GError **error)
{
    g_auto(Histogram) histogram = {0};
    Summary summary = empty();
    Wide sum = 0, sum_squares = 0;
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) rows =
        database_prepare(database,
                         "SELECT count, sum, sum_squares, min, max, buckets FROM metric"
                         " WHERE name = ?1 AND (?2 IS NULL OR run_id = ?2)",
                         error);
    if (rows == NULL) {
        return false;
    }
    histogram_init(&histogram);
    sqlite3_bind_text(rows, 1, name, -1, SQLITE_STATIC);
    if (run_id != NULL) {
        sqlite3_bind_int64(rows, 2, *run_id);
    }
    while (database_step(rows, &problem)) {
        if (!add_row(rows, &summary, &sum, &sum_squares, &histogram, error)) {
            g_prefix_error(error, "metric '%s': ", name);
            return false;
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (summary.count > 0) {
        set_moments(&summary, sum, sum_squares);
        summary.p50 = within(&summary, histogram_quantile(&histogram, 0.50));
        summary.p90 = within(&summary, histogram_quantile(&histogram, 0.90));
        summary.p99 = within(&summary, histogram_quantile(&histogram, 0.99));
    }
    *ret_summary = summary;
    return true;
}
