/* SPDX-License-Identifier: MIT */
#include "cli/execution_options.h"

#include "sim/error.h"

enum { PARTITIONS_MAX = 64 };

bool execution_options_read(const char *queue, int partitions, int jobs, RunOptions *options,
                            GError **error)
{
    if (queue != NULL) {
        options->queue = event_queue_kind(queue);
        if (options->queue == NULL) {
            g_autofree char *names = g_strjoinv(", ", (char **)(uintptr_t)event_queue_names());
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "--queue: found '%s', expected one of: %s", queue, names);
            return false;
        }
    }
    if (partitions < 1 || partitions > PARTITIONS_MAX) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "--partitions: found %d, expected a number from 1 to %d", partitions,
                    PARTITIONS_MAX);
        return false;
    }
    if (jobs < 1 || jobs > PARTITIONS_MAX) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "-j: found %d, expected a number of threads from 1 to %d", jobs,
                    PARTITIONS_MAX);
        return false;
    }
    options->partition_count = (unsigned)MAX(partitions, jobs);
    options->thread_count = (unsigned)jobs;
    return true;
}
