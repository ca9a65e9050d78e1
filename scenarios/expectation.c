/* SPDX-License-Identifier: MIT */
/* Parsing knows the metrics, because `p99.9` and the names of metrics both contain dots. */
#include "scenarios/expectation.h"

#include "sim/error.h"
#include "sim/nearest.h"
#include "sim/value_text.h"

#include <string.h>

typedef enum Statistic {
    STATISTIC_MEAN,
    STATISTIC_P50,
    STATISTIC_P99,
    STATISTIC_P99_9,
    STATISTIC_MIN,
    STATISTIC_MAX,
    STATISTIC_COUNT,
    STATISTIC_SUM,
} Statistic;

static const char *const STATISTICS[] = {"mean", "p50",   "p99", "p99.9", "min",
                                         "max",  "count", "sum", NULL};

typedef enum Comparison {
    COMPARISON_LESS_OR_EQUAL,
    COMPARISON_GREATER_OR_EQUAL,
    COMPARISON_EQUAL,
    COMPARISON_UNEQUAL,
    COMPARISON_LESS,
    COMPARISON_GREATER,
} Comparison;

/* Longer signs first, so that `<=` is not read as `<`. */
static const char *const COMPARISONS[] = {"<=", ">=", "==", "!=", "<", ">", NULL};

struct Expectation {
    char *text;
    char *metric;
    char *left; /* `ping.loss`, as it was written */
    const char *unit;
    Statistic statistic;
    Comparison comparison;
    double bound; /* in the base unit */
    bool is_percentage;
};

static const char USAGE[] = "METRIC[.mean|.p50|.p99|.p99.9|.min|.max|.count|.sum] "
                            "<|<=|>|>=|==|!= VALUE, as in 'ping.loss < 2%'";

void expectation_free(Expectation *expectation)
{
    if (expectation == NULL) {
        return;
    }
    g_free(expectation->text);
    g_free(expectation->metric);
    g_free(expectation->left);
    g_free(expectation);
}

const char *expectation_text(const Expectation *expectation)
{
    return expectation->text;
}

const char *expectation_metric(const Expectation *expectation)
{
    return expectation->metric;
}

static int metric_index(const MetricCatalogue *metrics, const char *name, size_t length)
{
    for (unsigned i = 0; i < metrics->count; i++) {
        if (strlen(metrics->names[i]) == length && strncmp(metrics->names[i], name, length) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The statistic at the end of the name, whose length without it goes to ret_length; -1 for none. */
static int statistic_suffix(const char *left, size_t *ret_length)
{
    const size_t length = strlen(left);
    for (int i = 0; STATISTICS[i] != NULL; i++) {
        const size_t suffix = strlen(STATISTICS[i]);
        if (length > suffix + 1 && strcmp(left + length - suffix, STATISTICS[i]) == 0 &&
            left[length - suffix - 1] == '.') {
            *ret_length = length - suffix - 1;
            return i;
        }
    }
    return -1;
}

static bool fail_unknown(const char *name, const MetricCatalogue *metrics, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GString) known = g_string_new(NULL);
    for (unsigned i = 0; i < metrics->count; i++) {
        g_ptr_array_add(names, (gpointer)metrics->names[i]);
        g_string_append_printf(known, "%s%s", i == 0 ? "" : ", ", metrics->names[i]);
    }
    g_ptr_array_add(names, NULL);
    const char *near = nearest_name(name, (const char *const *)names->pdata);
    if (near != NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "no metric or statistic '%s'; did you mean '%s'?", name, near);
    } else {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "no metric '%s'; there are: %s", name,
                    known->str);
    }
    return false;
}

/* Finds metric, unit and statistic from expectation->left. */
static bool read_left(Expectation *expectation, const MetricCatalogue *metrics, GError **error)
{
    const char *left = expectation->left;
    int index = metric_index(metrics, left, strlen(left));
    if (index < 0) {
        size_t length = strlen(left);
        const int statistic = statistic_suffix(left, &length);
        index = metric_index(metrics, left, length);
        if (statistic < 0 || index < 0) {
            g_autofree char *name = g_strndup(left, length);
            return fail_unknown(name, metrics, error);
        }
        expectation->statistic = (Statistic)statistic;
    }
    expectation->metric = g_strdup(metrics->names[index]);
    expectation->unit = expectation->statistic == STATISTIC_COUNT ? "1" : metrics->units[index];
    return true;
}

static bool read_bound(Expectation *expectation, const char *text, GError **error)
{
    const bool is_time = strcmp(expectation->unit, "ns") == 0;
    if (is_time || strcmp(expectation->unit, "B") == 0) {
        int64_t value;
        if (!value_parse(text, is_time ? VALUE_DURATION : VALUE_SIZE, &value, error)) {
            return false;
        }
        expectation->bound = (double)value;
        return true;
    }
    const size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '%') {
        expectation->is_percentage = true;
        return value_parse_probability(text, &expectation->bound, error);
    }
    return value_parse_number(text, &expectation->bound, error);
}

Expectation *expectation_new(const char *text, const MetricCatalogue *metrics, GError **error)
{
    g_autoptr(Expectation) expectation = g_new0(Expectation, 1);
    expectation->text = g_strstrip(g_strdup(text));
    const char *sign = strpbrk(expectation->text, "<>=!");
    int comparison = -1;
    for (int i = 0; sign != NULL && comparison < 0 && COMPARISONS[i] != NULL; i++) {
        comparison = g_str_has_prefix(sign, COMPARISONS[i]) ? i : -1;
    }
    if (comparison < 0 || sign == expectation->text) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected %s",
                    expectation->text, USAGE);
        return NULL;
    }
    expectation->comparison = (Comparison)comparison;
    expectation->left = g_strstrip(g_strndup(expectation->text, (gsize)(sign - expectation->text)));
    g_autofree char *right = g_strstrip(g_strdup(sign + strlen(COMPARISONS[comparison])));
    if (right[0] == '\0') {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s' without a value, expected %s", expectation->text, USAGE);
        return NULL;
    }
    if (!read_left(expectation, metrics, error) || !read_bound(expectation, right, error)) {
        return NULL;
    }
    return g_steal_pointer(&expectation);
}

static double statistic_value(Statistic statistic, const Metric *metric)
{
    switch (statistic) {
    case STATISTIC_MEAN:
        return metric_mean(metric);
    case STATISTIC_P50:
        return metric_quantile(metric, 0.5);
    case STATISTIC_P99:
        return metric_quantile(metric, 0.99);
    case STATISTIC_P99_9:
        return metric_quantile(metric, 0.999);
    case STATISTIC_MIN:
        return (double)metric_minimum(metric);
    case STATISTIC_MAX:
        return (double)metric_maximum(metric);
    case STATISTIC_COUNT:
        return (double)metric_count(metric);
    case STATISTIC_SUM: {
        g_autofree char *sum = metric_sum_text(metric);
        return g_ascii_strtod(sum, NULL);
    }
    }
    g_assert_not_reached();
}

static bool compare(Comparison comparison, double left, double right)
{
    switch (comparison) {
    case COMPARISON_LESS:
        return left < right;
    case COMPARISON_LESS_OR_EQUAL:
        return left <= right;
    case COMPARISON_GREATER:
        return left > right;
    case COMPARISON_GREATER_OR_EQUAL:
        return left >= right;
    case COMPARISON_EQUAL:
        return !(left < right || left > right);
    case COMPARISON_UNEQUAL:
        return left < right || left > right;
    }
    g_assert_not_reached();
}

/* A value in the words of the bound: a time in six digits, sizes in whole bytes. */
static char *value_text(const Expectation *expectation, double value)
{
    const bool is_time = strcmp(expectation->unit, "ns") == 0;
    if ((is_time || strcmp(expectation->unit, "B") == 0) && value < 9e18 && value > -9e18) {
        const int64_t rounded = (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
        return is_time ? value_print_readable(rounded, VALUE_DURATION, 6)
                       : value_print(rounded, VALUE_SIZE);
    }
    if (expectation->is_percentage) {
        return g_strdup_printf("%.6g%%", value * 100);
    }
    return g_strdup_printf("%.10g", value);
}

bool expectation_has_value(const Expectation *expectation, const Metric *metric)
{
    const Statistic statistic = expectation->statistic;
    return metric_count(metric) > 0 || statistic == STATISTIC_COUNT || statistic == STATISTIC_SUM;
}

bool expectation_counts(const Expectation *expectation)
{
    return expectation->statistic == STATISTIC_COUNT;
}

bool expectation_judge(const Expectation *expectation, const Metric *metric, char **ret_found)
{
    const Statistic statistic = expectation->statistic;
    if (!expectation_has_value(expectation, metric)) {
        *ret_found = g_strdup_printf("%s has no values", expectation->metric);
        return false;
    }
    const double value = statistic_value(statistic, metric);
    g_autofree char *found = value_text(expectation, value);
    *ret_found = g_strdup_printf("%s is %s", expectation->left, found);
    return compare(expectation->comparison, value, expectation->bound);
}
