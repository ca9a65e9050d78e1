/* SPDX-License-Identifier: MIT */
/* The ways in which a draft becomes smaller, in the order in which they are tried:
 *
 *     rows       without some rows of the timeline, and the messages that they sent
 *     answers    without one row and one message that some other peer sent in answer to it
 *     peers      without some peers
 *     bridges    without one peer, its neighbours joined instead
 *     edges      without some edges of the overlay
 *     latencies  some messages, lost ones too, take the simplest latency
 *     positions  a latency that is not the simplest one goes to an earlier message of its link
 *     numbers    a number in a row, or a count among the settings of a module that does not explain
 *                itself, is 1, or half
 *     times      a row, and all later ones, come sooner or at a rounder time
 *     delays     one message takes a simpler latency than it did
 *     stop       the run ends sooner
 *     ties       simultaneous events run in the order of peers
 *
 * A reduction is a list of steps that depends on the draft; each step gives one smaller draft, or
 * none where it does not apply. Where it says `some`, neighbouring steps can be taken together. No
 * step can be taken for ever, so shrinking ends. */
#ifndef SCENARIOS_REDUCTION_H
#define SCENARIOS_REDUCTION_H

#include "scenarios/draft.h"

typedef struct Reduction {
    const char *name;
    bool takes_several;
    unsigned (*count)(const Draft *draft);
    /* Changes a copy of the draft by the steps from <= number < to. False: no step. */
    bool (*apply)(Draft *draft, unsigned from, unsigned to);
} Reduction;

/* Ends with name NULL. */
extern const Reduction REDUCTIONS[];

#endif
