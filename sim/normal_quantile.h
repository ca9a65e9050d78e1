/* SPDX-License-Identifier: MIT */
/* The inverse of the standard normal distribution function: one uniform number gives one normal
 * number, monotonically, so common random numbers stay common. Algorithm AS 241, PPND16 (M. J.
 * Wichura, "The percentage points of the normal distribution", Applied Statistics 37, 1988):
 * relative error about 1e-16 down to p = 1e-300. */
#ifndef SIM_NORMAL_QUANTILE_H
#define SIM_NORMAL_QUANTILE_H

/* z with P(Z < z) = p, for 0 < p < 1. */
double normal_quantile(double p);

#endif
