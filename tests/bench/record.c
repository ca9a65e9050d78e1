/* SPDX-License-Identifier: MIT */
/* Recording: what a row costs the run, and how many rows a second reach the file, before the
 * indices and with them. Rows alternate between spans and messages, all columns filled; their ids
 * come from 1,000 peers in turn, as in a run. The file stands where TMPDIR says. */
#include "config.h"

#include "tests/bench/bench.h"

#include "sim/record.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define ROUNDS 3
#define PEERS 1000

/* Spans of one stretch in the measurement of the run's side, some 2 MiB, by the CPU time of its own
 * thread; the writer's is another. */
#define STRETCH 15000
#define STRETCHES 31

static void record_one_span(RecordBuffer *buffer, uint32_t i)
{
    static const char *const ATTRIBUTES[] = {"{\"to\":17}", "{\"to\":423}"};
    const uint32_t peer = (i * UINT32_C(2654435761) >> 7) % PEERS;
    record_span(buffer, &(SpanRow){.id = record_id(peer, i + 1),
                                   .trace = record_id(peer, i + 1),
                                   .parent = i % 2 == 0 ? 0 : record_id(peer, i),
                                   .name = "PING",
                                   .kind = "client",
                                   .status = "ok",
                                   .peer = peer,
                                   .start = i * SIM_MICROSECOND,
                                   .end = i * SIM_MICROSECOND + 50 * SIM_MILLISECOND,
                                   .attributes = ATTRIBUTES[i % 2]});
}

static void record_one_message(RecordBuffer *buffer, uint32_t i)
{
    const uint32_t peer = (i * UINT32_C(2654435761) >> 7) % PEERS;
    record_message(buffer, &(MessageRow){.id = record_id(peer, i + 1),
                                         .sender = peer,
                                         .receiver = (peer + 7) % PEERS,
                                         .stream = record_id(peer, 3),
                                         .kind = "PING",
                                         .fate = "delivered",
                                         .size_bytes = 64,
                                         .sent = i * SIM_MICROSECOND,
                                         .received = i * SIM_MICROSECOND + 25 * SIM_MILLISECOND});
}

static double append_nanoseconds(Recorder *recorder)
{
    RecordBuffer *buffer = recorder_buffer(recorder, 1);
    double stretches[STRETCHES];
    uint32_t number = 0;
    for (unsigned i = 0; i < STRETCHES; i++) {
        const double begin = bench_thread_seconds();
        for (unsigned j = 0; j < STRETCH; j++) {
            record_one_span(buffer, number++);
        }
        stretches[i] = (bench_thread_seconds() - begin) * 1e9 / STRETCH;
    }
    return bench_median(stretches, STRETCHES);
}

static goffset size_of(const char *path)
{
    GStatBuf status;
    return g_stat(path, &status) == 0 ? status.st_size : 0;
}

/* Records and commits. Before the commit, only those rows count that had been written by the last
 * growth of the file. */
static bool rows_per_second(Recorder *recorder, uint32_t rows, double *ret_before,
                            double *ret_whole, GError **error)
{
    RecordBuffer *buffer = recorder_buffer(recorder, 1);
    const char *path = recorder_partial_path(recorder);
    const double begin = bench_cpu_seconds();
    goffset size_bytes = 0;
    for (uint32_t i = 0; i < rows / 2; i++) {
        record_one_span(buffer, i);
        record_one_message(buffer, i);
        if (i % 1024 == 0 && size_of(path) > size_bytes) {
            size_bytes = size_of(path);
            *ret_before = 2.0 * i / (bench_cpu_seconds() - begin);
        }
    }
    if (!recorder_commit(recorder, error)) {
        return false;
    }
    *ret_whole = rows / (bench_cpu_seconds() - begin);
    return true;
}

static bool measure(const char *path, uint32_t rows, double *appends, double *before, double *whole,
                    GError **error)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        g_autoptr(Recorder) dropped = recorder_new(path, true, error);
        if (dropped == NULL) {
            return false;
        }
        appends[round] = append_nanoseconds(dropped);
        g_clear_pointer(&dropped, recorder_free);
        g_autoptr(Recorder) recorder = recorder_new(path, true, error);
        if (recorder == NULL ||
            !rows_per_second(recorder, rows, &before[round], &whole[round], error)) {
            return false;
        }
    }
    return true;
}

static int run(int argc, char **argv)
{
    const uint32_t rows = argc > 0 ? (uint32_t)strtoul(argv[0], NULL, 10) : 1000000;
    g_autofree char *path =
        g_strdup_printf("%s/skein-bench-%u.db", g_get_tmp_dir(), g_random_int());
    g_autofree char *parameters = g_strdup_printf("rows=%u", rows);
    double appends[ROUNDS], before[ROUNDS] = {0}, whole[ROUNDS];
    g_autoptr(GError) error = NULL;
    const bool is_measured = measure(path, rows, appends, before, whole, &error);
    (void)g_unlink(path);
    if (!is_measured) {
        g_printerr("%s\n", error->message);
        return 3;
    }
    bench_report(&BENCH_record, "append=span", bench_median(appends, ROUNDS), "ns");
    g_autofree char *tables = g_strconcat(parameters, " indices=no", NULL);
    g_autofree char *indices = g_strconcat(parameters, " indices=yes", NULL);
    if (before[0] > 0) { /* fewer rows all wait in memory until the commit */
        bench_report(&BENCH_record, tables, bench_median(before, ROUNDS), "rows/s");
    }
    bench_report(&BENCH_record, indices, bench_median(whole, ROUNDS), "rows/s");
    return 0;
}

const Bench BENCH_record = {
    .name = "record",
    .usage = "[ROWS]",
    .run = run,
};
