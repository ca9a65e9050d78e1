/* SPDX-License-Identifier: MIT */
/* The gamma distribution by Marsaglia and Tsang ("A simple method for generating gamma variables",
 * ACM TOMS 26, 2000): a cubed normal number, accepted 95 times in 100 or more. Trial i takes
 * sub-draw i of the counter, so a rejection shifts nobody else's draws. A shape below 1 is drawn as
 * shape + 1 and multiplied by U^(1/shape). */
#ifndef SIM_GAMMA_H
#define SIM_GAMMA_H

#include <stdint.h>

typedef struct Gamma {
    double shape;
    double d; /* shape - 1/3, of the boosted shape */
    double c; /* 1 / sqrt(9 d) */
} Gamma;

/* shape > 0. */
Gamma gamma_of(double shape);

/* A draw with scale 1. */
double gamma_draw(const Gamma *gamma, uint64_t key, uint64_t counter);

/* The gamma function for x > 0, to about 1e-14. */
double gamma_function(double x);

#endif
