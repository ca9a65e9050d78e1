/* SPDX-License-Identifier: MIT */
#include "cli/run_summary.h"

#include "cli/command.h"
#include "cli/memory_table.h"
#include "sim/error.h"
#include "sim/json_text.h"
#include "sim/value_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A value as people read it: four digits, and a unit that fits. */
static char *short_text(double value, const char *unit)
{
    static const struct {
        double factor;
        const char *time, *size;
    } SCALES[] = {{1e9, "s", "GB"}, {1e6, "ms", "MB"}, {1e3, "us", "kB"}};
    const bool is_time = strcmp(unit, "ns") == 0;
    if (!is_time && strcmp(unit, "B") != 0) {
        return g_strdup_printf("%.4g", value);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(SCALES); i++) {
        if (value >= SCALES[i].factor || value <= -SCALES[i].factor) {
            return g_strdup_printf("%.*f %s", value < 1e4 * SCALES[i].factor ? 3 : 0,
                                   value / SCALES[i].factor,
                                   is_time ? SCALES[i].time : SCALES[i].size);
        }
    }
    return g_strdup_printf("%.4g %s", value, unit);
}

/* What each thread has executed. */
static uint64_t thread_events(const Simulation *simulation, unsigned thread)
{
    const unsigned threads = simulation_thread_count(simulation);
    uint64_t events = 0;
    for (unsigned k = thread; k < simulation_partition_count(simulation); k += threads) {
        events += partition_events(simulation_partition(simulation, k));
    }
    return events;
}

static void print_threads(const Simulation *simulation)
{
    const unsigned threads = simulation_thread_count(simulation);
    if (threads == 1) {
        return;
    }
    printf("threads      %u (events:", threads);
    for (unsigned k = 0; k < threads; k++) {
        printf(" %" PRIu64, thread_events(simulation, k));
    }
    puts(")");
}

static void append_threads(GString *json, const Simulation *simulation)
{
    g_string_append(json, ", \"thread_events\": [");
    for (unsigned k = 0; k < simulation_thread_count(simulation); k++) {
        g_string_append_printf(json, "%s%" PRIu64, k == 0 ? "" : ", ",
                               thread_events(simulation, k));
    }
    g_string_append(json, "]");
}

static void print_metrics(const Network *network)
{
    printf("\n%-24s %10s %12s %12s %12s\n", "metric", "count", "mean", "p50", "p99");
    for (unsigned i = 0; i < network_metric_count(network); i++) {
        const Metric *metric = network_metric(network, i);
        const char *unit = network_metric_unit(network, i);
        if (metric_count(metric) == 0) {
            continue;
        }
        g_autofree char *mean = short_text(metric_mean(metric), unit);
        g_autofree char *median = short_text(metric_quantile(metric, 0.5), unit);
        g_autofree char *tail = short_text(metric_quantile(metric, 0.99), unit);
        printf("%-24s %10" PRIu64 " %12s %12s %12s\n", network_metric_name(network, i),
               metric_count(metric), mean, median, tail);
    }
}

static void print_verdicts(const Run *run)
{
    if (run_verdict_count(run) > 0) {
        puts("");
    }
    for (unsigned i = 0; i < run_verdict_count(run); i++) {
        const RunVerdict *verdict = run_verdict(run, i);
        if (verdict->property == NULL) {
            printf("%s  %s: %s\n", verdict->holds ? "holds" : "FAILS", verdict->expectation,
                   verdict->found);
        } else {
            printf("%s  %s (%s): %s\n",
                   !verdict->is_tested ? "untested"
                   : verdict->holds    ? "holds"
                                       : "violated",
                   verdict->property, verdict->expectation, verdict->found);
        }
    }
}

void run_summary_print(const Run *run, const char *database)
{
    const Scenario *scenario = run_scenario(run);
    const Simulation *simulation = network_simulation(run_network(run));
    const uint64_t events = simulation_events(simulation);
    const double wall = run_wall_seconds(run);
    g_autofree char *end = value_print_readable(simulation_now(simulation), VALUE_DURATION, 0);
    printf("%s: %s\n", scenario->name, scenario->title);
    if (run_status(run) != RUN_COMPLETE) {
        printf("status       %s%s%s\n", run_status_name(run_status(run)),
               run_failure(run) != NULL ? ": " : "",
               run_failure(run) != NULL ? run_failure(run) : "");
    }
    printf("fingerprint  %016" PRIx64 "\n", simulation_fingerprint(simulation));
    printf("seed         %" PRIu64 "\n", scenario->seed);
    printf("events       %" PRIu64 "\n", events);
    printf("virtual end  %s\n", end);
    printf("wall time    %.3f s", wall);
    if (wall > 0) {
        printf(" (%.3g M events/s)", (double)events / wall / 1e6);
    }
    puts("");
    print_threads(simulation);
    if (database != NULL) {
        printf("database     %s\n", database);
    }
    print_metrics(run_network(run));
    print_verdicts(run);
}

static void append_metrics(GString *json, const Network *network)
{
    json_text_append_key(json, "metrics");
    g_string_append_c(json, '[');
    for (unsigned i = 0; i < network_metric_count(network); i++) {
        const Metric *metric = network_metric(network, i);
        json_text_next(json);
        g_string_append_c(json, '{');
        json_text_append_member(json, "name", network_metric_name(network, i));
        json_text_append_member(json, "unit", network_metric_unit(network, i));
        json_text_append_value(json, "count", "%" PRIu64, metric_count(metric));
        if (metric_count(metric) > 0) {
            json_text_append_value(json, "mean", "%.17g", metric_mean(metric));
            json_text_append_value(json, "p50", "%.17g", metric_quantile(metric, 0.5));
            json_text_append_value(json, "p99", "%.17g", metric_quantile(metric, 0.99));
            json_text_append_value(json, "min", "%" PRId64, metric_minimum(metric));
            json_text_append_value(json, "max", "%" PRId64, metric_maximum(metric));
        }
        g_string_append(json, "}");
    }
    g_string_append(json, "]");
}

static void append_verdicts(GString *json, const Run *run, bool are_properties)
{
    json_text_append_key(json, are_properties ? "properties" : "expectations");
    g_string_append_c(json, '[');
    for (unsigned i = 0; i < run_verdict_count(run); i++) {
        const RunVerdict *verdict = run_verdict(run, i);
        if ((verdict->property != NULL) != are_properties) {
            continue;
        }
        json_text_next(json);
        g_string_append_c(json, '{');
        if (are_properties) {
            json_text_append_member(json, "name", verdict->property);
        }
        json_text_append_member(json, "text", verdict->expectation);
        json_text_append_value(json, "holds", verdict->holds ? "true" : "false");
        json_text_append_member(json, "found", verdict->found);
        g_string_append(json, "}");
    }
    g_string_append_c(json, ']');
}

static void append_remarks(GString *json, const Run *run)
{
    json_text_append_key(json, "remarks");
    g_string_append_c(json, '[');
    for (const char *const *remark = run_remarks(run); *remark != NULL; remark++) {
        json_text_next(json);
        json_text_append_string(json, *remark);
    }
    g_string_append(json, "]");
}

void run_summary_print_json(const Run *run, const char *database)
{
    const Scenario *scenario = run_scenario(run);
    const Simulation *simulation = network_simulation(run_network(run));
    g_autoptr(GString) json = g_string_new("{");
    char fingerprint[17];
    g_snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, simulation_fingerprint(simulation));
    json_text_append_member(json, "status", run_status_name(run_status(run)));
    json_text_append_member(json, "failure", run_failure(run));
    json_text_append_member(json, "fingerprint", fingerprint);
    json_text_append_value(json, "events", "%" PRIu64, simulation_events(simulation));
    json_text_append_value(json, "end_ns", "%" PRId64, simulation_now(simulation));
    json_text_append_value(json, "wall_seconds", "%.6f", run_wall_seconds(run));
    json_text_append_value(json, "seed", "%" PRIu64, scenario->seed);
    append_threads(json, simulation);
    json_text_append_member(json, "scenario", scenario->name);
    json_text_append_member(json, "module", scenario->module->name);
    json_text_append_member(json, "database", database);
    json_text_append_key(json, "memory");
    memory_table_append_json(json, run_memory(run));
    append_metrics(json, run_network(run));
    append_verdicts(json, run, true);
    append_verdicts(json, run, false);
    append_remarks(json, run);
    g_string_append(json, "}");
    puts(json->str);
}

unsigned run_summary_print_remarks(const Run *run, unsigned from)
{
    const char *const *remarks = run_remarks(run);
    for (; remarks[from] != NULL; from++) {
        command_warn("%s", remarks[from]);
    }
    return from;
}

int run_summary_exit_status(const Run *run)
{
    if (run_status(run) == RUN_STOPPED) {
        return SKEIN_ERROR_ENVIRONMENT;
    }
    return run_holds(run) ? 0 : SKEIN_ERROR_FAILED;
}
