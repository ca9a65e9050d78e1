/* SPDX-License-Identifier: MIT */
/* The experiments of a scenario file's sweep, as they are written: which parameters take which
 * values, and the options. What stands directly below `sweep:` holds for each named experiment; an
 * experiment takes over what another one has by `extends`, and its own keys come before both.
 *
 *     repeat: 30                        runs of each cell, with derived seeds; 1 without it
 *     until: halfwidth(ping.rtt) < 2%   in place of repeat: more runs of a cell until the
 * confidence interval is that narrow; an absolute limit has a unit repeat-max: 500 the most that
 * `until` may ask for seeds: independent                a seed of its own for each cell; else all
 * cells meet the same luck in the same repetition constraint: peers.count < 50      one, or a list
 * of which all must hold extends: NAME */
#ifndef SCENARIOS_SWEEP_EXPERIMENT_H
#define SCENARIOS_SWEEP_EXPERIMENT_H

#include "scenarios/scenario_file.h"

/* With `until`, a cell is looked at after this many repetitions, and then after half as many more
 * each time, rounded up: 10, 15, 23, 35, ... */
#define SWEEP_FIRST_LOOK 10
#define SWEEP_REPEAT_MAX 1000000

/* One choice of an axis: a text for each of its keys. */
typedef struct SweepChoice {
    char **texts;
    TextPlace place;
} SweepChoice;

/* A parameter, or several that move together. */
typedef struct SweepAxis {
    char **keys;
    GPtrArray *choices; /* of SweepChoice */
    TextPlace place;
} SweepAxis;

typedef struct SweepUntil {
    char *statistic; /* `ping.rtt.p99`; NULL: there is no until */
    double limit;
    bool is_relative; /* to the mean; else in the metric's base unit */
    TextPlace place;
} SweepUntil;

typedef struct SweepExperiment {
    char *name;             /* empty when the sweep has no names */
    GPtrArray *axes;        /* of SweepAxis, in the order of the file */
    GPtrArray *constraints; /* of ScenarioLine, borrowed from the file */
    unsigned repeat;        /* with until: the most */
    SweepUntil until;
    bool has_independent_seeds;
} SweepExperiment;

void sweep_experiment_free(SweepExperiment *experiment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepExperiment, sweep_experiment_free)

/* All experiments of the file, which they borrow from; SweepExperiment in the order of the file. */
GPtrArray *sweep_experiments_read(const ScenarioFile *file, GError **error);

/* The number of repetitions after which a cell is looked at next, given the last one. */
unsigned sweep_next_look(const SweepExperiment *experiment, unsigned repetitions);

#endif
