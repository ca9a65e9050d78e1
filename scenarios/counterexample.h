/* SPDX-License-Identifier: MIT */
/* From a seed that fails to a small scenario that fails in the same way: the run is watched,
 * written down without chance as far as its module can (scenarios/draft.h), and shrunk. */
#ifndef SCENARIOS_COUNTEREXAMPLE_H
#define SCENARIOS_COUNTEREXAMPLE_H

#include "scenarios/campaign.h"

/* How much there is of everything. */
typedef struct CounterexampleSize {
    uint32_t peers;
    unsigned rows;
    uint64_t messages;
} CounterexampleSize;

typedef struct CounterexampleProgress {
    const char *reduction; /* what is being tried */
    unsigned tried;
    CounterexampleSize size;
} CounterexampleProgress;

typedef struct CounterexampleOptions {
    unsigned batch;                                                       /* drafts at a time */
    unsigned tries_max;                                                   /* 0: no bound */
    void (*progress)(void *data, const CounterexampleProgress *progress); /* may be NULL */
    void *data;
    const volatile sig_atomic_t *interrupt; /* may be NULL */
} CounterexampleOptions;

typedef struct Counterexample {
    Draft *draft;
    CounterexampleSize original, size;
    unsigned tried;
    bool is_minimal;
    bool is_explicit; /* nothing in it is drawn at random but what the module draws on its way */
} Counterexample;

/* `failed` is the watched trial of the scenario and has the failure. NULL on failure. */
Counterexample *counterexample_new(Campaign *campaign, Scenario *scenario, const Trial *failed,
                                   const TrialFailure *failure,
                                   const CounterexampleOptions *options, GError **error);
void counterexample_free(Counterexample *counterexample);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Counterexample, counterexample_free)

#endif
