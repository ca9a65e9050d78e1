/* SPDX-License-Identifier: MIT */
/* Is B different from A? From two samples, or from pairs: two variants that met the same luck
 * (common random numbers) are compared repetition by repetition, which takes the luck out.
 *
 * Pairs by the paired t test, samples by Welch's (1947) with the degrees of freedom of
 * Satterthwaite. The effect size is the difference in deviations: Cohen's d_z of pairs, Hedges' g
 * of samples. Of many comparisons some are significant by chance: the corrections raise the
 * p values, Holm (1979) so that the chance of any false finding stays below the level, Benjamini
 * and Hochberg (1995) so that the expected share of false ones among the findings does. */
#ifndef ANALYSIS_DIFFERENCE_H
#define ANALYSIS_DIFFERENCE_H

#include "analysis/sample.h"

typedef struct Difference {
    Estimate estimate; /* of the mean of b minus that of a */
    double p;          /* NaN with fewer than two values on a side */
    double effect;     /* NaN where nothing varies */
} Difference;

/* a and b in the order of the pairs, equally long. */
Difference difference_of_pairs(const GArray *a, const GArray *b, double level);
Difference difference_of_samples(const GArray *a, const GArray *b, double level);

typedef enum Correction {
    CORRECTION_HOLM,
    CORRECTION_BENJAMINI_HOCHBERG,
    CORRECTION_NONE
} Correction;

/* By its name: holm, benjamini-hochberg (or bh), none. */
bool correction_find(const char *name, Correction *ret_correction, GError **error);
const char *correction_name(Correction correction);

/* Corrects p values in place, their order kept; NaN stays and does not count. */
void correction_apply(Correction correction, GArray *p_values);

#endif
