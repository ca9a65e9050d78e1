/* SPDX-License-Identifier: MIT */
/* Runs the benchmarks named on the command line, or all. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime() */

#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const Bench *const BENCHES[] = {
#define X(name) &BENCH_##name,
#include "tests/bench/bench_list.h"
#undef X
};

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double bench_cpu_seconds(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double bench_thread_seconds(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

void bench_report(const Bench *bench, const char *parameters, double value, const char *unit)
{
    printf("%s\t%s\t%.6g\t%s\n", bench->name, parameters, value, unit);
    fflush(stdout);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

const char *const BENCH_STACKS[] = {
    "ideal", "datagram", "tcp", "tcp/noise/yamux", "quic", NULL,
};

double bench_median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

static int usage(void)
{
    fprintf(stderr, "usage: bench [NAME [ARGUMENT...]]\n");
    for (size_t i = 0; i < G_N_ELEMENTS(BENCHES); i++) {
        fprintf(stderr, "  %s %s\n", BENCHES[i]->name, BENCHES[i]->usage);
    }
    return 2;
}

int main(int argc, char **argv)
{
#ifdef SKEIN_DEBUG
    fprintf(stderr, "bench: a build with checks; its figures say little\n");
#endif
    int status = argc > 1 ? -1 : 0;
    for (size_t i = 0; i < G_N_ELEMENTS(BENCHES); i++) {
        if (argc < 2) {
            const int result = BENCHES[i]->run(0, NULL); /* MAX() would run it twice */
            status = MAX(status, result);
        } else if (strcmp(BENCHES[i]->name, argv[1]) == 0) {
            status = BENCHES[i]->run(argc - 2, argv + 2);
        }
    }
    return status < 0 ? usage() : status;
}
