/* SPDX-License-Identifier: MIT */
#include "scenarios/judge.h"

#include "scenarios/expectation.h"
#include "sim/error.h"

typedef struct Charge {
    const char *property; /* NULL: a line of the scenario */
    Expectation *expectation;
} Charge;

struct Judge {
    GArray *charges;  /* of Charge */
    GArray *verdicts; /* of RunVerdict */
};

static void clear_charge(gpointer data)
{
    expectation_free(((Charge *)data)->expectation);
}

static void clear_verdict(gpointer data)
{
    g_free(((RunVerdict *)data)->found);
}

void judge_free(Judge *judge)
{
    if (judge != NULL) {
        g_array_unref(judge->verdicts);
        g_array_unref(judge->charges);
        g_free(judge);
    }
}

static bool add_properties(Judge *judge, const Scenario *scenario, const MetricCatalogue *metrics,
                           GError **error)
{
    const ScenarioProperty *property = scenario->module->properties;
    for (; property != NULL && property->name != NULL; property++) {
        const Charge charge = {property->name,
                               expectation_new(property->expectation, metrics, error)};
        if (charge.expectation == NULL) {
            g_prefix_error(error, "module %s, property '%s': ", scenario->module->name,
                           property->name);
            return false;
        }
        g_array_append_val(judge->charges, charge);
    }
    return true;
}

static bool add_expectations(Judge *judge, const Scenario *scenario, const MetricCatalogue *metrics,
                             GError **error)
{
    const GPtrArray *lines = scenario_file_expectations(scenario->file);
    for (guint i = 0; i < lines->len; i++) {
        const ScenarioLine *row = g_ptr_array_index(lines, i);
        const Charge charge = {NULL, expectation_new(row->text, metrics, error)};
        if (charge.expectation == NULL) {
            return text_place_blame(&row->place, "expect", error);
        }
        g_array_append_val(judge->charges, charge);
    }
    return true;
}

Judge *judge_new(const Scenario *scenario, const Network *network, GError **error)
{
    const unsigned count = network_metric_count(network);
    g_autofree const char **names = g_new(const char *, count);
    g_autofree const char **units = g_new(const char *, count);
    for (unsigned i = 0; i < count; i++) {
        names[i] = network_metric_name(network, i);
        units[i] = network_metric_unit(network, i);
    }
    const MetricCatalogue metrics = {names, units, count};
    g_autoptr(Judge) judge = g_new0(Judge, 1);
    judge->charges = g_array_new(FALSE, TRUE, sizeof(Charge));
    g_array_set_clear_func(judge->charges, clear_charge);
    judge->verdicts = g_array_new(FALSE, TRUE, sizeof(RunVerdict));
    g_array_set_clear_func(judge->verdicts, clear_verdict);
    return add_properties(judge, scenario, &metrics, error) &&
                   add_expectations(judge, scenario, &metrics, error)
               ? g_steal_pointer(&judge)
               : NULL;
}

static const Metric *metric_named(const Network *network, const char *name)
{
    for (unsigned k = 0; k < network_metric_count(network); k++) {
        if (g_str_equal(network_metric_name(network, k), name)) {
            return network_metric(network, k);
        }
    }
    g_assert_not_reached();
}

void judge_run(Judge *judge, const Network *network)
{
    g_assert(judge->verdicts->len == 0);
    for (guint i = 0; i < judge->charges->len; i++) {
        const Charge *charge = &g_array_index(judge->charges, Charge, i);
        const Metric *metric = metric_named(network, expectation_metric(charge->expectation));
        RunVerdict verdict = {.property = charge->property,
                              .expectation = expectation_text(charge->expectation)};
        verdict.has_value = expectation_has_value(charge->expectation, metric);
        verdict.is_tested = metric_count(metric) > 0 || expectation_counts(charge->expectation);
        verdict.holds = expectation_judge(charge->expectation, metric, &verdict.found) ||
                        (charge->property != NULL && !verdict.has_value);
        g_array_append_val(judge->verdicts, verdict);
    }
}

unsigned judge_verdict_count(const Judge *judge)
{
    return judge->verdicts->len;
}

const RunVerdict *judge_verdict(const Judge *judge, unsigned index)
{
    g_assert(index < judge->verdicts->len);
    return &g_array_index(judge->verdicts, RunVerdict, index);
}
