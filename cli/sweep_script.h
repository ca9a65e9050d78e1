/* SPDX-License-Identifier: MIT */
/* Scripts that run a sweep's shares elsewhere and merge them: for Slurm (an array job, and a job
 * that waits for it) and for GNU parallel. Shares are started with --resume, so a task that is
 * requeued, or the whole script typed again, goes on where it was. */
#ifndef CLI_SWEEP_SCRIPT_H
#define CLI_SWEEP_SCRIPT_H

#include <glib.h>

typedef struct SweepScript {
    const char *file;             /* the scenario */
    const char *name;             /* of the sweep, for jobs and databases */
    const char *output;           /* the merged database */
    const char *const *arguments; /* passed on to each share; NULL-terminated */
    unsigned shares;
} SweepScript;

char *sweep_script_slurm(const SweepScript *script);
char *sweep_script_parallel(const SweepScript *script);

#endif
