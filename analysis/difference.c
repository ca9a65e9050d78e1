/* SPDX-License-Identifier: MIT */
/* Differences of two samples, and corrections for many of them. */
#include "analysis/difference.h"

#include "analysis/error.h"
#include "analysis/probability.h"

#include <math.h>

static double two_sided(double t, double freedom)
{
    return 2 * probability_student(-fabs(t), freedom);
}

/* From the mean difference, its standard error and the degrees of freedom. */
static Difference judge(double mean, double standard_error, double freedom, double effect,
                        double level)
{
    Difference difference = {{mean, mean, mean}, mean == 0 ? 1 : 0, mean == 0 ? 0 : NAN};
    if (standard_error > 0) {
        const double halfwidth =
            probability_student_quantile((1 + level) / 2, freedom) * standard_error;
        difference.estimate.low = mean - halfwidth;
        difference.estimate.high = mean + halfwidth;
        difference.p = two_sided(mean / standard_error, freedom);
        difference.effect = effect;
    }
    return difference;
}

Difference difference_of_pairs(const GArray *a, const GArray *b, double level)
{
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(double));
    g_assert(a->len == b->len);
    for (guint i = 0; i < a->len; i++) {
        const double step = g_array_index(b, double, i) - g_array_index(a, double, i);
        g_array_append_val(steps, step);
    }
    const double mean = steps->len == 0 ? NAN : sample_mean(steps);
    if (steps->len < 2) {
        return (Difference){{mean, NAN, NAN}, NAN, NAN};
    }
    const double deviation = sample_deviation(steps);
    return judge(mean, deviation / sqrt(steps->len), steps->len - 1, mean / deviation, level);
}

Difference difference_of_samples(const GArray *a, const GArray *b, double level)
{
    const double mean = a->len == 0 || b->len == 0 ? NAN : sample_mean(b) - sample_mean(a);
    if (a->len < 2 || b->len < 2) {
        return (Difference){{mean, NAN, NAN}, NAN, NAN};
    }
    const double n_a = a->len, n_b = b->len;
    const double variance_a = pow(sample_deviation(a), 2), variance_b = pow(sample_deviation(b), 2);
    const double square_a = variance_a / n_a, square_b = variance_b / n_b;
    const double square = square_a + square_b;
    const double freedom =
        square * square / (square_a * square_a / (n_a - 1) + square_b * square_b / (n_b - 1));
    const double pooled = sqrt(((n_a - 1) * variance_a + (n_b - 1) * variance_b) / (n_a + n_b - 2));
    /* Hedges' correction of the bias of small samples. */
    const double effect = mean / pooled * (1 - 3 / (4 * (n_a + n_b) - 9));
    return judge(mean, sqrt(square), freedom, effect, level);
}

/* -- Many comparisons -- */

static const char *const NAMES[] = {
    [CORRECTION_HOLM] = "holm",
    [CORRECTION_BENJAMINI_HOCHBERG] = "benjamini-hochberg",
    [CORRECTION_NONE] = "none",
};

bool correction_find(const char *name, Correction *ret_correction, GError **error)
{
    const char *full = g_strcmp0(name, "bh") == 0 ? NAMES[CORRECTION_BENJAMINI_HOCHBERG] : name;
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        if (g_str_equal(full, NAMES[i])) {
            *ret_correction = (Correction)i;
            return true;
        }
    }
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                "unknown correction '%s'; there are holm, benjamini-hochberg (bh) and none", name);
    return false;
}

const char *correction_name(Correction correction)
{
    return NAMES[correction];
}

static int compare_pointed(const void *left, const void *right)
{
    const double a = **(double *const *)left, b = **(double *const *)right;
    return (a > b) - (a < b);
}

void correction_apply(Correction correction, GArray *p_values)
{
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    if (correction == CORRECTION_NONE) {
        return;
    }
    for (guint i = 0; i < p_values->len; i++) {
        double *p = &g_array_index(p_values, double, i);
        if (!isnan(*p)) {
            g_ptr_array_add(order, p);
        }
    }
    g_ptr_array_sort(order, compare_pointed);
    const guint count = order->len;
    double bound = correction == CORRECTION_HOLM ? 0 : 1;
    for (guint i = 0; i < count; i++) {
        if (correction == CORRECTION_HOLM) {
            double *p = g_ptr_array_index(order, i);
            bound = fmax(bound, fmin(1, *p * (count - i)));
            *p = bound;
        } else {
            double *p = g_ptr_array_index(order, count - 1 - i);
            bound = fmin(bound, *p * count / (count - i));
            *p = bound;
        }
    }
}
