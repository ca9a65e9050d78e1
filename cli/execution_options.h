/* SPDX-License-Identifier: MIT */
/* --queue, --partitions and -j: how a run is executed, which changes nothing about its results. */
#ifndef CLI_EXECUTION_OPTIONS_H
#define CLI_EXECUTION_OPTIONS_H

#include "scenarios/run.h"

/* queue: a name or NULL for the default; partitions and jobs: 1 when not given. */
bool execution_options_read(const char *queue, int partitions, int jobs, RunOptions *options,
                            GError **error);

#endif
