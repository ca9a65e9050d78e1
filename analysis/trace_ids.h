/* SPDX-License-Identifier: MIT */
/* Ids of traces and spans as tracing tools want them: 128 and 64 bits that look random and that no
 * two runs share.
 *
 * The database counts spans; the ids of the tools are made here, from the number and from what
 * names the run: experiment, cell, repetition and seed. So equal runs have equal ids wherever they
 * are stored, and different runs can stand in one tool. Within a run the mapping is one to one: two
 * spans never share an id, no id is 0 (which means "none"), and a trace's hexadecimal id leads back
 * to its number. */
#ifndef ANALYSIS_TRACE_IDS_H
#define ANALYSIS_TRACE_IDS_H

#include "analysis/output.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct TraceIds {
    uint64_t high_key, trace_key, span_key;
} TraceIds;

/* For the run that these name. NULL counts as empty. */
TraceIds trace_ids_new(const char *experiment, const char *cell, int64_t repetition, int64_t seed);

uint64_t trace_ids_of_span(const TraceIds *ids, int64_t span_id);

/* 32 and 16 hexadecimal digits. */
void output_trace_id(Output *output, const TraceIds *ids, int64_t trace_id);
void output_span_id(Output *output, const TraceIds *ids, int64_t span_id);

/* From a trace's number in the database, or its 32 hexadecimal digits; false when it is neither,
 * or the digits are of another run. */
bool trace_ids_parse(const TraceIds *ids, const char *text, int64_t *ret_trace_id);

#endif
