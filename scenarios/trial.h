/* SPDX-License-Identifier: MIT */
/* A run whose only question is what fails in it. It leaves no database, and a failure of any kind
 * is an answer: a property or expectation that does not hold, a kernel that gives up, a process
 * that dies or does not end.
 *
 * A trial can be packed into bytes, as it is made in one process and wanted in another. */
#ifndef SCENARIOS_TRIAL_H
#define SCENARIOS_TRIAL_H

#include "scenarios/draft.h"
#include "scenarios/scenario.h"

#include <signal.h>

typedef enum TrialStatus {
    TRIAL_JUDGED,  /* failures tells */
    TRIAL_REFUSED, /* the input is bad: found tells */
    TRIAL_ENDLESS, /* it was stopped after events_max or by the interrupt */
} TrialStatus;

/* Something that does not hold. Two failures are the same when their keys are. */
typedef struct TrialFailure {
    char *key;       /* `ping.loss < 2%`, or what else went wrong */
    char *property;  /* its name; NULL: a line of `expect:`, or no verdict at all */
    char *found;     /* `ping.loss is 3.1%` */
    bool is_verdict; /* it can be written as a line of `expect:`: the key is one */
} TrialFailure;

typedef struct Trial {
    TrialStatus status;
    char *found;
    GPtrArray *failures; /* of TrialFailure: properties first */
    uint64_t tested;     /* a bit for each verdict (the first 64) that had values */
    uint64_t fingerprint, events, message_count;
    uint32_t peer_count;
    /* With is_watched. */
    GArray *messages; /* of DraftMessage */
    GPtrArray *rows;  /* of DraftRow */
} Trial;

typedef struct TrialOptions {
    bool is_watched;                        /* messages and rows are kept */
    uint64_t events_max;                    /* 0: no bound */
    const char *const *ignored;             /* properties and expectations; may be NULL */
    const volatile sig_atomic_t *interrupt; /* may be NULL */
} TrialOptions;

/* Takes the scenario. */
Trial *trial_new(Scenario *scenario, const TrialOptions *options);
/* One that never was a run: the input was refused, or the process that ran it came to an end. */
Trial *trial_new_refused(const char *reason);
Trial *trial_new_dead(const char *reason);
void trial_free(Trial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trial, trial_free)

/* The failure of that key, or NULL; with a key of NULL the first one. */
const TrialFailure *trial_failure(const Trial *trial, const char *key);

GBytes *trial_pack(const Trial *trial);
Trial *trial_unpack(GBytes *bytes);

#endif
