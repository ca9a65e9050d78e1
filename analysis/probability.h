/* SPDX-License-Identifier: MIT */
/* The distributions that intervals and tests need: normal, beta, Student's, F and binomial, each as
 * P(X <= x) and, but for the last, as its inverse. All but the normal are the regularized
 * incomplete beta function (DLMF 8.17), evaluated as a continued fraction. Inverses are found by
 * bisection down to neighbouring doubles, so they are as exact as the distribution: about 1e-12 of
 * the value for probabilities of 1e-6 and above. */
#ifndef ANALYSIS_PROBABILITY_H
#define ANALYSIS_PROBABILITY_H

#include <stdint.h>

double probability_normal(double x);
double probability_beta(double x, double a, double b);
double probability_student(double t, double freedom);
double probability_f(double x, double numerator, double denominator);
/* At most so many successes in so many trials. */
double probability_binomial(int64_t successes, int64_t trials, double share);

/* 0 < p < 1 */
double probability_normal_quantile(double p);
double probability_beta_quantile(double p, double a, double b);
double probability_student_quantile(double p, double freedom);
double probability_f_quantile(double p, double numerator, double denominator);

#endif
