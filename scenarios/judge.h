/* SPDX-License-Identifier: MIT */
/* What a scenario has to answer for at the end of a run: the properties of its module, which should
 * hold in any run, and its own lines of `expect:`. Both are read before the run, so that a mistake
 * in them costs none, and judged by its metrics.
 *
 * They differ where a metric has no values: a property then holds, though it was not put to the
 * test, while an expectation fails, since the author of the scenario wanted to see something. */
#ifndef SCENARIOS_JUDGE_H
#define SCENARIOS_JUDGE_H

#include "models/network.h"
#include "scenarios/scenario.h"

typedef struct RunVerdict {
    const char *property;    /* its name; NULL: a line of `expect:` */
    const char *expectation; /* its text */
    bool holds;
    bool has_value; /* false: its metric has none, nor is its sum or count asked for */
    bool is_tested; /* its metric has values, or their number is what was asked for */
    char *found;    /* `ping.loss is 3.1%` */
} RunVerdict;

typedef struct Judge Judge;

/* Errors name the place of the line. The scenario must outlive the judge. */
Judge *judge_new(const Scenario *scenario, const Network *network, GError **error);
void judge_free(Judge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Judge, judge_free)

/* After network_finish(): makes the verdicts. Once. */
void judge_run(Judge *judge, const Network *network);

/* Properties, then expectations, each in their order. Empty before judge_run(). */
unsigned judge_verdict_count(const Judge *judge);
const RunVerdict *judge_verdict(const Judge *judge, unsigned index);

#endif
