/* SPDX-License-Identifier: MIT */
/* What a scenario expects of its metrics: a row of `expect:`, such as `ping.loss < 2%` or
 * `ping.rtt.p99 <= 200ms`. It is
 *
 *     METRIC[.mean|.p50|.p99|.p99.9|.min|.max|.count|.sum] COMPARISON VALUE
 *
 * with the mean where no statistic is named. The value has the unit of the metric, so that `200`
 * for a time is refused; a metric that counts 0 or 1 takes a percentage. `==` and `!=` on a mean or
 * quantile compare the double that the statistics show. A metric without values has no mean, and an
 * expectation of it fails: a run in which nothing happened is no success. */
#ifndef SCENARIOS_EXPECTATION_H
#define SCENARIOS_EXPECTATION_H

#include "sim/metric.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Expectation Expectation;

/* What there is to expect: names with their units, both of `count` entries. */
typedef struct MetricCatalogue {
    const char *const *names;
    const char *const *units; /* ns, B, 1 */
    unsigned count;
} MetricCatalogue;

/* The error does not name the place. */
Expectation *expectation_new(const char *text, const MetricCatalogue *metrics, GError **error);
void expectation_free(Expectation *expectation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expectation, expectation_free)

const char *expectation_text(const Expectation *expectation);
const char *expectation_metric(const Expectation *expectation); /* its full name */

/* False when the metric has no values and the statistic needs one: there is nothing to judge. */
bool expectation_has_value(const Expectation *expectation, const Metric *metric);

/* It is about the number of values, so that none at all is a value too. */
bool expectation_counts(const Expectation *expectation);

/* True when it holds for the values of its metric. ret_found says what was found, in words:
 * `ping.loss is 3.1%`; the caller frees it. */
bool expectation_judge(const Expectation *expectation, const Metric *metric, char **ret_found);

#endif
