/* SPDX-License-Identifier: MIT */
/* --queue and --partitions: how a run is executed, which changes nothing about its results. */
#ifndef CLI_EXECUTION_OPTIONS_H
#define CLI_EXECUTION_OPTIONS_H

#include "scenarios/run.h"

/* queue: a name or NULL for the default; partitions: 0 when not given. */
bool execution_options_read(const char *queue, int partitions, RunOptions *options, GError **error);

#endif
