/* SPDX-License-Identifier: MIT */
/* From start to finish: the program itself runs the testbed of twenty peers, everything recorded,
 * the database written and synced. CPU time of the process, and the clock on the wall. The program
 * is $skein, or build/skein. */
#include "tests/bench/bench.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define ROUNDS 11

static double children_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static int run(int argc, char **argv)
{
    const char *program = g_getenv("skein") != NULL ? g_getenv("skein") : "build/skein";
    const char *scenario = argc > 0 ? argv[0] : "scenarios/testbed.yaml";
    g_autofree char *folder = g_dir_make_tmp("skein-bench-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "bench.db", NULL);
    const char *const command[] = {program, "run",     scenario,  "-o",
                                   path,    "--quiet", "--force", NULL};
    double cpu[ROUNDS], wall[ROUNDS];
    int status = 0;
    for (unsigned i = 0; i < ROUNDS && status == 0; i++) {
        g_autoptr(GError) error = NULL;
        const double cpu_before = children_seconds();
        const gint64 wall_before = g_get_monotonic_time();
        if (!g_spawn_sync(NULL, (char **)(uintptr_t)command, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                          NULL, NULL, &status, &error)) {
            fprintf(stderr, "bench start: %s\n", error->message);
            status = 2;
        }
        cpu[i] = (children_seconds() - cpu_before) * 1e3;
        wall[i] = (double)(g_get_monotonic_time() - wall_before) * 1e-3;
    }
    (void)g_unlink(path);
    (void)g_rmdir(folder);
    if (status != 0) {
        return 2;
    }
    bench_report(&BENCH_start, "scenario=testbed", bench_median(cpu, ROUNDS), "ms of CPU");
    bench_report(&BENCH_start, "scenario=testbed", bench_median(wall, ROUNDS), "ms");
    return 0;
}

const Bench BENCH_start = {.name = "start", .usage = "[FILE]", .run = run};
