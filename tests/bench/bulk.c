/* SPDX-License-Identifier: MIT */
/* What a simulated megabyte and a simulated exchange cost on a stack that sends packets: CPU time,
 * events, and the virtual time that the transfer took, to be held against tests/bench/ns3/bulk.cc
 * with the same parameters.
 *
 *     bench bulk [STACK]      tcp unless told */
#include "tests/bench/bench.h"

#include "scenarios/run.h"
#include "sim/metric.h"

#include <stdio.h>
#include <string.h>

typedef struct Result {
    double cpu_seconds, events, seconds_to_complete;
} Result;

/* Runs a text once; false and a message when it does not go. */
static bool run_text(const char *text, const char *metric_name, Result *ret)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_get_current_dir();
    ScenarioFile *file = scenario_file_parse(text, strlen(text), "bulk", directory, &error);
    g_autoptr(Scenario) scenario = file == NULL ? NULL : scenario_new(file, &error);
    g_autoptr(Run) run = scenario == NULL ? NULL : run_new(scenario, &(RunOptions){0}, &error);
    const double start = bench_cpu_seconds();
    if (run == NULL || !run_execute(run, &error)) {
        fprintf(stderr, "bench bulk: %s\n", error->message);
        return false;
    }
    ret->cpu_seconds = bench_cpu_seconds() - start;
    ret->events = (double)simulation_events(network_simulation(run_network(run)));
    const Network *network = run_network(run);
    for (unsigned i = 0; i < network_metric_count(network); i++) {
        if (strcmp(network_metric_name(network, i), metric_name) == 0) {
            ret->seconds_to_complete = metric_mean(network_metric(network, i)) / 1e9;
        }
    }
    return true;
}

typedef struct BulkCase {
    unsigned megabytes, rate_mbit, latency_ms, queue_packets;
} BulkCase;

static bool run_bulk(const char *stack, const BulkCase *bulk)
{
    g_autofree char *text = g_strdup_printf(
        "scenario: {module: traffic}\n"
        "peers: {count: 2}\n"
        "topology: {kind: line}\n"
        "link: {latency: %ums, bandwidth: %uMbit/s, queue: %upackets}\n"
        "stack: {name: %s}\n"
        "record: {level: metrics}\n"
        "traffic: {senders: 0, size: %uMB}\n",
        bulk->latency_ms, bulk->rate_mbit, bulk->queue_packets, stack, bulk->megabytes);
    double seconds[5];
    Result result = {0};
    for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++) {
        if (!run_text(text, "traffic.completion", &result)) {
            return false;
        }
        seconds[i] = result.cpu_seconds;
    }
    g_autofree char *parameters =
        g_strdup_printf("stack=%s size=%uMB rate=%uMbit/s latency=%ums queue=%upackets", stack,
                        bulk->megabytes, bulk->rate_mbit, bulk->latency_ms, bulk->queue_packets);
    const Bench *bench = &BENCH_bulk;
    bench_report(bench, parameters, result.seconds_to_complete, "s to complete");
    bench_report(bench, parameters,
                 bench_median(seconds, G_N_ELEMENTS(seconds)) * 1e6 / bulk->megabytes, "CPU us/MB");
    bench_report(bench, parameters, result.events / bulk->megabytes, "events/MB");
    return true;
}

static bool run_exchanges(const char *stack)
{
    enum { EXCHANGES = 100000 };
    g_autofree char *text = g_strdup_printf(
        "scenario: {module: traffic}\n"
        "peers: {count: 2}\n"
        "topology: {kind: line}\n"
        "link: {latency: 10ms, bandwidth: 100Mbit/s}\n"
        "stack: {name: %s}\n"
        "record: {level: metrics}\n"
        "traffic: {senders: 0, pattern: exchange, pace: closed, interval: 0, count: %d, size: 1kB, "
        "reply: 1kB}\n",
        stack, EXCHANGES);
    Result result = {0};
    if (!run_text(text, "traffic.completion", &result)) {
        return false;
    }
    g_autofree char *parameters = g_strdup_printf("stack=%s exchange=1kB/1kB", stack);
    bench_report(&BENCH_bulk, parameters, result.cpu_seconds * 1e6 / EXCHANGES, "CPU us/exchange");
    bench_report(&BENCH_bulk, parameters, result.events / EXCHANGES, "events/exchange");
    return true;
}

static int run(int argc, char **argv)
{
    static const BulkCase CASES[] = {{10, 10, 50, 100}, {10, 10, 50, 1000}, {100, 100, 10, 1000}};
    const char *stack = argc > 0 ? argv[0] : "tcp";
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        if (!run_bulk(stack, &CASES[i])) {
            return 2;
        }
    }
    return run_exchanges(stack) ? 0 : 2;
}

const Bench BENCH_bulk = {"bulk", "[STACK]", run};
