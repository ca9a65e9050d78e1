/* SPDX-License-Identifier: MIT */
/* Estimates with intervals. */
#include "analysis/sample.h"

#include "analysis/probability.h"

#include <math.h>
#include <string.h>

static double at(const GArray *values, guint index)
{
    return g_array_index(values, double, index);
}

double sample_mean(const GArray *values)
{
    double sum = 0, rest = 0;
    for (guint i = 0; i < values->len; i++) {
        sum += at(values, i);
    }
    const double mean = sum / values->len;
    for (guint i = 0; i < values->len; i++) {
        rest += at(values, i) - mean;
    }
    return mean + rest / values->len;
}

double sample_deviation(const GArray *values)
{
    if (values->len < 2) {
        return NAN;
    }
    const double mean = sample_mean(values);
    double squares = 0;
    for (guint i = 0; i < values->len; i++) {
        squares += (at(values, i) - mean) * (at(values, i) - mean);
    }
    return sqrt(squares / (values->len - 1));
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

GArray *sample_sorted(const GArray *values)
{
    GArray *sorted = g_array_sized_new(FALSE, FALSE, sizeof(double), values->len);
    if (values->len > 0) {
        g_array_append_vals(sorted, values->data, values->len);
    }
    g_array_sort(sorted, compare);
    return sorted;
}

double sample_quantile(const GArray *sorted, double q)
{
    const double rank = fmax(1, ceil(q * sorted->len));
    return sorted->len == 0 ? NAN : at(sorted, MIN((guint)rank, sorted->len) - 1);
}

Estimate sample_mean_interval(const GArray *values, double level)
{
    const double mean = values->len == 0 ? NAN : sample_mean(values);
    if (values->len < 2) {
        return (Estimate){mean, NAN, NAN};
    }
    const double halfwidth = probability_student_quantile((1 + level) / 2, values->len - 1) *
                             sample_deviation(values) / sqrt(values->len);
    return (Estimate){mean, mean - halfwidth, mean + halfwidth};
}

/* The number of values below the quantile is binomial (n, q): the largest rank l with P(X < l) at
 * most the tail, and the smallest u with P(X >= u) at most the tail. */
Estimate sample_quantile_interval(const GArray *sorted, double q, double level)
{
    const int64_t count = sorted->len;
    const double tail = (1 - level) / 2;
    Estimate estimate = {sample_quantile(sorted, q), NAN, NAN};
    int64_t low = 0, high = count;
    while (low < count && probability_binomial(low, count, q) <= tail) {
        low++;
    }
    while (high >= 1 && 1 - probability_binomial(high - 1, count, q) <= tail) {
        high--;
    }
    high++;
    if (low >= 1) {
        estimate.low = at(sorted, (guint)low - 1);
    }
    if (high <= count) {
        estimate.high = at(sorted, (guint)high - 1);
    }
    return estimate;
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

Estimate sample_quantile_bootstrap(const GArray *sorted, double q, double level, uint64_t seed)
{
    Estimate estimate = {sample_quantile(sorted, q), NAN, NAN};
    if (sorted->len < 2) {
        return estimate;
    }
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(double));
    g_autofree guint *counts = g_new(guint, sorted->len);
    const guint rank = (guint)CLAMP(ceil(q * sorted->len), 1, sorted->len);
    for (int i = 0; i < SAMPLE_BOOTSTRAP_COUNT; i++) {
        memset(counts, 0, sorted->len * sizeof(guint));
        for (guint j = 0; j < sorted->len; j++) {
            counts[((next_random(&seed) >> 32) * sorted->len) >> 32]++;
        }
        guint index = 0, below = counts[0];
        while (below < rank) {
            below += counts[++index];
        }
        g_array_append_val(found, g_array_index(sorted, double, index));
    }
    g_array_sort(found, compare);
    estimate.low = sample_quantile(found, (1 - level) / 2);
    estimate.high = sample_quantile(found, (1 + level) / 2);
    return estimate;
}

/* -- One long run -- */

/* The means of consecutive values, `size` in each. */
static GArray *batches(const GArray *values, guint first, guint size)
{
    GArray *means = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = first; i + size <= values->len; i += size) {
        double sum = 0;
        for (guint j = 0; j < size; j++) {
            sum += at(values, i + j);
        }
        const double mean = sum / size;
        g_array_append_val(means, mean);
    }
    return means;
}

guint sample_warm_up(const GArray *values)
{
    g_autoptr(GArray) fives = batches(values, 0, SAMPLE_FIVE);
    const guint count = fives->len;
    guint best = 0;
    double least = INFINITY, mean = 0, squares = 0;
    /* From the end, by Welford's recurrence. */
    for (guint kept = 1; kept <= count; kept++) {
        const guint index = count - kept;
        const double distance = at(fives, index) - mean;
        mean += distance / kept;
        squares += distance * (at(fives, index) - mean);
        const double score = squares / ((double)kept * kept);
        if (index <= count / 2 && score <= least) {
            least = score;
            best = index;
        }
    }
    return best * SAMPLE_FIVE;
}

Estimate sample_batch_means(const GArray *values, guint first, guint batch_count, double level)
{
    const guint rest = first < values->len ? values->len - first : 0;
    const guint size = batch_count == 0 ? 0 : rest / batch_count;
    if (size == 0) {
        return (Estimate){NAN, NAN, NAN};
    }
    g_autoptr(GArray) means = batches(values, values->len - size * batch_count, size);
    return sample_mean_interval(means, level);
}
