/* SPDX-License-Identifier: MIT */
/* See the header for the method. */
#include "sim/gamma.h"

#include "sim/exact_math.h"
#include "sim/normal_quantile.h"
#include "sim/random.h"

/* The sub-draw of U^(1/shape): no trial ever gets that far. */
#define BOOST_PART UINT64_MAX

Gamma gamma_of(double shape)
{
    const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    return (Gamma){.shape = shape, .d = d, .c = 1 / exact_sqrt(9 * d)};
}

double gamma_draw(const Gamma *gamma, uint64_t key, uint64_t counter)
{
    double boost = 1;
    if (gamma->shape < 1) {
        const double unit = random_unit(random_word_part(key, counter, BOOST_PART));
        boost = exact_exp(exact_log(unit) / gamma->shape);
    }
    for (uint64_t trial = 0;; trial++) {
        const RandomPair pair = random_pair(key, counter, trial);
        const double x = normal_quantile(random_unit(pair.first));
        const double root = 1 + gamma->c * x;
        if (root <= 0) {
            continue;
        }
        const double v = root * root * root;
        const double bound = 0.5 * x * x + gamma->d * (1 - v + exact_log(v));
        if (exact_log(random_unit(pair.second)) < bound) {
            return gamma->d * v * boost;
        }
    }
}

/* Stirling's series from 10 on, and the recurrence below. */
double gamma_function(double x)
{
    double divisor = 1;
    for (; x < 10; x += 1) {
        divisor *= x;
    }
    const double z = 1 / (x * x);
    const double series =
        (1.0 / 12 + z * (-1.0 / 360 + z * (1.0 / 1260 + z * (-1.0 / 1680 + z * (1.0 / 1188))))) / x;
    const double log_gamma = (x - 0.5) * exact_log(x) - x + 0.5 * exact_log(2 * EXACT_PI) + series;
    return exact_exp(log_gamma) / divisor;
}
