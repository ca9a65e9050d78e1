/* SPDX-License-Identifier: MIT */
/* Errors of the analysis. Like those of the simulation they are the user's or the machine's, and
 * the code is the exit status of the program; a domain of its own, since the database is all that
 * the two halves share. */
#ifndef ANALYSIS_ERROR_H
#define ANALYSIS_ERROR_H

#include <glib.h>

typedef enum AnalysisError {
    ANALYSIS_ERROR_FAILED = 1,      /* the database has no such data */
    ANALYSIS_ERROR_INPUT = 2,       /* bad option; not a database of ours, or a damaged one */
    ANALYSIS_ERROR_ENVIRONMENT = 3, /* disk full, no permission, a missing program */
} AnalysisError;

#define ANALYSIS_ERROR (analysis_error_quark())
GQuark analysis_error_quark(void);

#endif
