/* SPDX-License-Identifier: MIT */
/* A run as one HTML page that opens from disk and asks no network: summary, traces, space and time,
 * topology, snapshots. The page carries at most so many spans and messages in full and counts the
 * rest (analysis/page_choice.h); it says both numbers and the command for more. Nothing of the
 * machine and no row order is in it: equal digests give equal bytes. */
#ifndef ANALYSIS_REPORT_H
#define ANALYSIS_REPORT_H

#include "analysis/database.h"

typedef struct ReportOptions {
    const int64_t *run_id;   /* NULL: the first of the database, in the order of its runs */
    int64_t from_ns, to_ns;  /* the window; 0 and INT64_MAX: all */
    const GArray *peers;     /* of int64_t: only what is among them; NULL: all */
    const int64_t *trace_id; /* only this trace; NULL: all */
    uint32_t spans_max;
    /* Pages of all runs lie side by side: this one is about the run at `place`, from 0, in their
     * order, and links to the others as report_page_name() calls them. NULL: a page by itself. */
    const char *pages;
    int64_t place;
} ReportOptions;

/* `sweep.html` and the place 0, 1, 2: sweep.html, sweep-2.html, sweep-3.html. Owned by the caller.
 */
char *report_page_name(const char *first, int64_t place);

/* The page, owned by the caller. */
char *report_page(sqlite3 *database, const ReportOptions *options, GError **error);

#endif
