/* SPDX-License-Identifier: MIT */
/* Where two variants of one run part. The cumulative fingerprint at a time t, the sum over all
 * events before t, does not depend on the order of execution; so the first checkpoint at which two
 * variants differ bounds the first event that differs. The interval before it is cut finer by
 * running again, until it is short enough to compare the events themselves. */
#ifndef CLI_DIVERGENCE_H
#define CLI_DIVERGENCE_H

#include "cli/variant.h"

/* The most events of an interval that are compared one by one. */
#define DIVERGENCE_EVENTS_MAX 100000

typedef struct Divergence {
    bool is_found; /* false: another look at it found no difference, so it comes and goes */
    bool has_reference, has_other; /* which of the two has the event */
    LoggedEvent reference, other;
    bool has_cause;
    LoggedEvent cause; /* in the reference, or in the other where only that has the event */
} Divergence;

/* reference_end and other_end: the ends of the two runs, which differ. */
bool divergence_find(const Variant *reference, const Checkpoint *reference_end,
                     const Variant *other, const Checkpoint *other_end, Divergence *ret_divergence,
                     GError **error);

/* A few lines of text, each indented; to be freed by g_free. peers: how many there are. */
char *divergence_text(const Divergence *divergence, const char *reference, const char *other,
                      guint64 peers);

#endif
