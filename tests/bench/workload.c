/* SPDX-License-Identifier: MIT */
#include "tests/bench/workload.h"

#include <stdio.h>
#include <string.h>

char *workload_ping_text(const char *stack, uint32_t peers, uint64_t pings)
{
    return g_strdup_printf("scenario: {module: ping}\n"
                           "peers: {count: %u}\n"
                           "topology: {kind: %s, preconnected: yes}\n"
                           "link: {latency: 'uniform(5ms, 50ms)'}\n"
                           "stack: {name: %s}\n"
                           "record: {level: metrics}\n"
                           "ping: {target: random, pace: answer, count: %" G_GUINT64_FORMAT "}\n",
                           peers, peers <= 20 ? "full-mesh" : "random-regular, degree: 8", stack,
                           MAX(pings / peers, 1));
}

static uint64_t count_of(const Run *run, const char *metric)
{
    const Network *network = run_network(run);
    for (unsigned i = 0; metric != NULL && i < network_metric_count(network); i++) {
        if (strcmp(network_metric_name(network, i), metric) == 0) {
            return metric_count(network_metric(network, i));
        }
    }
    return 0;
}

bool workload_run(const Bench *bench, const char *text, unsigned threads, const char *database,
                  const char *metric, WorkloadResult *ret_result)
{
    const double begin = bench_cpu_seconds();
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_get_current_dir();
    ScenarioFile *file = scenario_file_parse(text, strlen(text), bench->name, directory, &error);
    g_autoptr(Scenario) scenario = file == NULL ? NULL : scenario_new(file, &error);
    g_autoptr(Run) run = NULL;
    if (scenario != NULL) {
        run = run_new(scenario,
                      &(RunOptions){.database = database,
                                    .replace = true,
                                    .partition_count = threads,
                                    .thread_count = threads},
                      &error);
    }
    const double start = bench_cpu_seconds();
    if (run == NULL || !run_execute(run, &error)) {
        fprintf(stderr, "bench %s: %s\n", bench->name, error->message);
        return false;
    }
    const Simulation *simulation = network_simulation(run_network(run));
    *ret_result = (WorkloadResult){.cpu_seconds = bench_cpu_seconds() - start,
                                   .wall_seconds = run_wall_seconds(run),
                                   .start_cpu_seconds = start - begin,
                                   .events = simulation_events(simulation),
                                   .fingerprint = simulation_fingerprint(simulation),
                                   .answered = count_of(run, metric),
                                   .memory = *run_memory(run)};
    return true;
}
