/* SPDX-License-Identifier: MIT */
/* The traces of a run that a person looks for, as JSON:
 *
 *     {"total":..,
 * "rows":[{"id":..,"name":..,"peer":..,"start":..,"end":..,"count":..,"errors":..}]} */
#ifndef ANALYSIS_TRACE_LIST_H
#define ANALYSIS_TRACE_LIST_H

#include "analysis/trace_index.h"

typedef struct TraceQuery {
    const char *text; /* part of the name of a span in it, whatever the case; "": all */
    bool only_errors;
    bool longest_first; /* else in order of start */
    int64_t offset, limit;
} TraceQuery;

void trace_list_append(const TraceIndex *index, const TraceQuery *query, GString *json);

#endif
