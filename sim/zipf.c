/* SPDX-License-Identifier: MIT */
/* See the header for the method. Near s = 1 the integral of x^-s turns into a logarithm; expm1 and
 * log1p make that transition smooth. */
#include "sim/zipf.h"

#include "sim/exact_math.h"
#include "sim/random.h"

/* (exp(x) - 1) / x and log(1 + x) / x, which are 1 at 0. */
static double expm1_ratio(double x)
{
    return x > -1e-300 && x < 1e-300 ? 1 : exact_expm1(x) / x;
}

static double log1p_ratio(double x)
{
    return x > -1e-300 && x < 1e-300 ? 1 : exact_log1p(x) / x;
}

static double bar(double exponent, double x)
{
    return exact_exp(-exponent * exact_log(x));
}

/* The integral of x^-s from 1 to x. */
static double area(double exponent, double x)
{
    const double log = exact_log(x);
    return expm1_ratio((1 - exponent) * log) * log;
}

static double area_inverse(double exponent, double y)
{
    const double t = y * (1 - exponent);
    return exact_exp(log1p_ratio(t < -1 ? -1 : t) * y); /* rounding may lead below -1 */
}

Zipf zipf_of(int64_t count, double exponent)
{
    return (Zipf){
        .count = count,
        .exponent = exponent,
        .area_first = area(exponent, 1.5) - 1,
        .area_last = area(exponent, (double)count + 0.5),
        .squeeze = 2 - area_inverse(exponent, area(exponent, 2.5) - bar(exponent, 2)),
    };
}

double zipf_mean(const Zipf *zipf)
{
    double sum = 0, total = 0;
    if (zipf->count > 1000000) {
        return __builtin_nan("");
    }
    for (int64_t k = zipf->count; k >= 1; k--) { /* small terms first */
        const double weight = bar(zipf->exponent, (double)k);
        sum += (double)k * weight;
        total += weight;
    }
    return sum / total;
}

int64_t zipf_draw(const Zipf *zipf, uint64_t key, uint64_t counter)
{
    for (uint64_t trial = 0;; trial++) {
        const double unit = random_unit(random_word_part(key, counter, trial));
        const double y = zipf->area_first + unit * (zipf->area_last - zipf->area_first);
        const double x = area_inverse(zipf->exponent, y);
        int64_t k = exact_integer(x);
        k = k < 1 ? 1 : k > zipf->count ? zipf->count : k;
        const double whole = (double)k;
        if (whole - x <= zipf->squeeze ||
            y >= area(zipf->exponent, whole + 0.5) - bar(zipf->exponent, whole)) {
            return k;
        }
    }
}
