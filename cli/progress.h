/* SPDX-License-Identifier: MIT */
/* How far a run is, on stderr: a line that is written over on a terminal, and elsewhere a plain
 * line now and then for runs that take long. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "sim/sim_time.h"

#include <stdbool.h>

typedef struct Progress {
    SimTime stop; /* SIM_TIME_MAX: not known, and no time of arrival either */
    bool is_terminal;
    bool is_shown; /* a line stands on the terminal */
    int64_t started_us, shown_us;
    uint64_t shown_events;
} Progress;

void progress_init(Progress *progress, SimTime stop);

/* Fits RunOptions.progress; data is a Progress. */
void progress_update(void *data, SimTime now, uint64_t events);

/* Takes the line off the terminal. */
void progress_clear(Progress *progress);

#endif
