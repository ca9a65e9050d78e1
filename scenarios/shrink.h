/* SPDX-License-Identifier: MIT */
/* Looks for a smaller draft that fails in the same way, until there is none a step away.
 *
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
 * TSE 28(2), 2002): first halves, quarters and so on are left out, then single steps, again and
 * again, until a whole round of single steps (scenarios/reduction.h) finds nothing. The result is
 * then 1-minimal: no single step makes it smaller and lets it fail in the same way. It need not be
 * the smallest: two steps together might.
 *
 * Candidates are tried in a fixed order and the first that fails is taken, so the result does not
 * depend on how many are tried at a time. */
#ifndef SCENARIOS_SHRINK_H
#define SCENARIOS_SHRINK_H

#include "scenarios/draft.h"

#include <signal.h>

typedef struct ShrinkTest {
    /* Tries the drafts (of Draft) and returns the number of the first that fails in the same way,
     * or how many there are. What it sent goes to ret_messages (of DraftMessage; NULL: not known),
     * which the caller frees. */
    unsigned (*first_failing)(void *data, const GPtrArray *drafts, GArray **ret_messages);
    unsigned batch; /* how many drafts are tried at a time, at least 1 */
    /* Called after each batch; may be NULL. */
    void (*progress)(void *data, const Draft *smallest, const char *reduction, unsigned tried);
    void *data;
    unsigned tries_max;                     /* 0: no bound */
    const volatile sig_atomic_t *interrupt; /* may be NULL */
} ShrinkTest;

typedef struct ShrinkResult {
    Draft *draft; /* owned by the caller */
    unsigned tried, taken;
    bool is_minimal; /* false when interrupted or at the bound */
} ShrinkResult;

/* The draft has to fail; its messages, if it has any, are those that were sent. */
ShrinkResult shrink(const Draft *draft, const ShrinkTest *test);

#endif
