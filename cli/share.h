/* SPDX-License-Identifier: MIT */
/* A share of a sweep, for one machine of several: `2/5` is the second of five, and `slurm` is what
 * the task of a Slurm array job does, read from the SLURM_ARRAY_TASK_* of its environment. */
#ifndef CLI_SHARE_H
#define CLI_SHARE_H

#include <glib.h>
#include <stdbool.h>

typedef struct Share {
    unsigned number, count; /* from 1; count 0: all of the sweep */
} Share;

/* text NULL: all of it. */
bool share_read(const char *text, Share *ret_share, GError **error);

/* `NAME.2-of-5.db`, or `NAME.db` for all. */
char *share_database(const Share *share, const char *name);

#endif
