/* SPDX-License-Identifier: MIT */
/* Another simulator's program beside ours: the two run in turns, so that each meets the same noise,
 * and the ratio of each turn is taken. The other program prints a figure of its own with a unit
 * behind it, `134.2 ns/ev(cpu)` or `55210 pings/s`, which is looked for in its output.
 *
 *     bench beside kernel 1000 'ns/ev(cpu)' ./phold PriorityQueue 1000 1e6
 *     bench beside ping 20 pings/s ./ping 20 19 2e5
 *
 * A program that is not there is said to be absent, and that is no failure. */
#include "tests/bench/kernel.h"
#include "tests/bench/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 5
#define PINGS 1000000

/* The number just before the unit in the text; negative when there is none. */
static double figure_before(const char *text, const char *unit)
{
    const char *from = strstr(text, unit);
    if (from == NULL) {
        return -1;
    }
    while (from > text && from[-1] == ' ') {
        from--;
    }
    const char *end = from;
    while (from > text && (g_ascii_isdigit(from[-1]) || strchr(".e+-", from[-1]) != NULL)) {
        from--;
    }
    return from == end ? -1 : g_ascii_strtod(from, NULL);
}

static double run_other(char **command, const char *unit)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    if (!g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL,
                      &error)) {
        printf("beside\t%s\tABSENT\t%s\n", command[0], error->message);
        return -1;
    }
    const double figure = figure_before(output, unit);
    if (figure <= 0) {
        fprintf(stderr, "bench beside: %s printed no figure in %s:\n%s", command[0], unit, output);
    }
    return figure;
}

static double run_own(const char *name, uint32_t size)
{
    if (g_str_equal(name, "kernel")) {
        return kernel_nanoseconds(size, 2000000);
    }
    g_autofree char *text = workload_ping_text("ideal", size, PINGS);
    WorkloadResult result;
    return workload_run(&BENCH_beside, text, 1, NULL, "ping.rtt", &result)
               ? (double)result.answered / result.cpu_seconds
               : -1;
}

static int run(int argc, char **argv)
{
    if (argc == 0) {
        return 0; /* `bench` without a name: nothing to run beside */
    }
    if (argc < 4 || (!g_str_equal(argv[0], "kernel") && !g_str_equal(argv[0], "ping"))) {
        fprintf(stderr, "usage: bench beside kernel|ping SIZE UNIT PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    const bool is_rate = g_str_equal(argv[0], "ping"); /* else nanoseconds */
    double own[ROUNDS], other[ROUNDS], ratios[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        own[i] = run_own(argv[0], (uint32_t)strtod(argv[1], NULL));
        other[i] = run_other(argv + 3, argv[2]);
        if (own[i] <= 0 || other[i] <= 0) {
            return own[i] <= 0 ? 2 : 0;
        }
        ratios[i] = is_rate ? own[i] / other[i] : other[i] / own[i];
    }
    g_autofree char *parameters =
        g_strdup_printf("load=%s size=%s program=%s", argv[0], argv[1], argv[3]);
    const char *unit = is_rate ? "round trips/s" : "ns/event";
    bench_report(&BENCH_beside, parameters, bench_median(own, ROUNDS), unit);
    bench_report(&BENCH_beside, parameters, bench_median(other, ROUNDS), argv[2]);
    bench_report(&BENCH_beside, parameters, bench_median(ratios, ROUNDS), "times as fast");
    bench_report(&BENCH_beside, parameters, ratios[0], "times as fast in the worst turn");
    bench_report(&BENCH_beside, parameters, ratios[ROUNDS - 1], "times as fast in the best turn");
    return 0;
}

const Bench BENCH_beside = {
    .name = "beside", .usage = "kernel|ping SIZE UNIT PROGRAM [ARGUMENT...]", .run = run};
