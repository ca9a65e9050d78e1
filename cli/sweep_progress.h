/* SPDX-License-Identifier: MIT */
/* How far a sweep is, on stderr: a bar that is written over on a terminal, a plain line every five
 * seconds elsewhere, or JSON objects, one a line, for other programs. */
#ifndef CLI_SWEEP_PROGRESS_H
#define CLI_SWEEP_PROGRESS_H

#include "scenarios/sweep.h"

typedef enum SweepProgressStyle {
    SWEEP_PROGRESS_BAR,
    SWEEP_PROGRESS_PLAIN,
    SWEEP_PROGRESS_JSON,
    SWEEP_PROGRESS_NONE,
} SweepProgressStyle;

typedef struct SweepDisplay {
    SweepProgressStyle style;
    const volatile sig_atomic_t *interrupt;
    bool is_interrupt_told;
    bool is_shown; /* a bar stands on the terminal */
    int64_t started_us, shown_us;
    SweepProgress shown;
} SweepDisplay;

/* name: auto, plain, json or none; NULL is auto, a bar on a terminal. */
bool sweep_display_init(SweepDisplay *display, const char *name,
                        const volatile sig_atomic_t *interrupt, GError **error);

/* These fit SweepOptions; data is a SweepDisplay. */
void sweep_display_progress(void *data, const SweepProgress *progress);
void sweep_display_failed(void *data, const SweepCell *cell, unsigned repetition,
                          const char *reason);
void sweep_display_remark(void *data, const char *text);

/* At the end: takes the bar off, tells the last state to other programs. */
void sweep_display_end(SweepDisplay *display, const SweepProgress *progress);

#endif
