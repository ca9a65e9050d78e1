/* SPDX-License-Identifier: MIT */
/* One way to execute a run: which program, which queue, how many partitions and threads, how the
 * memory lies.
 * Each question to a variant is a process of its own (skein checkpoints), so another program can be
 * asked like this one. */
#ifndef CLI_VARIANT_H
#define CLI_VARIANT_H

#include "sim/sim_time.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Variant {
    char *name;                   /* `queue ladder` */
    char *program;                /* path */
    const char *queue;            /* NULL: the default */
    unsigned partitions, threads; /* 0: the default */
    bool is_moved;                /* another address layout, and another fill of fresh memory */
    const char *const *arguments; /* FILE, --set, --seed: borrowed, NULL-terminated */
} Variant;

/* All events before a time: their number and their fingerprint; at the end also what their handlers
 * left in the peers' states. */
typedef struct Checkpoint {
    SimTime time;
    guint64 fingerprint, events;
    guint64 states; /* 0 but at the end */
} Checkpoint;

/* An event in the log of a variant; order is that of the key. */
typedef struct LoggedEvent {
    SimTime time;
    gint64 origin; /* -1: the script */
    guint64 sequence, target, digest;
    char kind[64];
} LoggedEvent;

void variant_clear(Variant *variant);

/* The end of the run. ret_peers may be NULL. */
bool variant_end(const Variant *variant, Checkpoint *ret_end, guint64 *ret_peers, GError **error);

/* The hash of each peer's state at the end. NULL on failure; else of guint64. */
GArray *variant_states(const Variant *variant, GError **error);

/* `count` checkpoints from `from` on, `step` apart. NULL on failure; else of Checkpoint. */
GArray *variant_checkpoints(const Variant *variant, SimTime from, SimDuration step, unsigned count,
                            GError **error);

/* The events from <= time < to, sorted. NULL on failure; else of LoggedEvent. */
GArray *variant_events(const Variant *variant, SimTime from, SimTime to, GError **error);

/* The event whose handler scheduled the given one. *ret_is_known is false for what nobody scheduled
 * during the run. */
bool variant_cause(const Variant *variant, const LoggedEvent *event, LoggedEvent *ret_cause,
                   bool *ret_is_known, GError **error);

/* Negative, 0 or positive, as a sorts before, with or after b: time, origin, sequence. */
int logged_event_compare(const LoggedEvent *a, const LoggedEvent *b);

#endif
