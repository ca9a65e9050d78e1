/* SPDX-License-Identifier: MIT */
/* What skein check says: how far it is, what it found, and the same as JSON. */
#ifndef CLI_CHECK_REPORT_H
#define CLI_CHECK_REPORT_H

#include "scenarios/counterexample.h"

/* A line on stderr that is written over on a terminal; elsewhere a plain one now and then. */
typedef struct CheckProgress {
    bool is_quiet, is_terminal, is_shown;
    int64_t started_us, shown_us;
} CheckProgress;

void check_progress_init(CheckProgress *progress, bool is_quiet);
/* Fit CampaignHunt and CounterexampleOptions; data is a CheckProgress. */
void check_progress_seeds(void *data, const CampaignProgress *at);
void check_progress_shrinking(void *data, const CounterexampleProgress *at);
/* Takes the line off the terminal. */
void check_progress_clear(CheckProgress *progress);

/* Everything that a check has found out. */
typedef struct CheckReport {
    const Scenario *scenario;
    const char *const *ignored; /* may be NULL */
    uint64_t first_seed;
    CampaignProgress progress;
    bool is_interrupted;
    const Trial *failed; /* NULL: no seed */
    const TrialFailure *failure;
    uint64_t seed;
    GPtrArray *sets, *rows;               /* of char *: what the swarm chose; may be NULL */
    char *replay;                         /* the command that runs it again */
    const Counterexample *counterexample; /* NULL: none */
    char *output;                         /* its scenario file */
    double wall_seconds;
} CheckReport;

void check_report_print(const CheckReport *report);
void check_report_print_json(const CheckReport *report);

#endif
