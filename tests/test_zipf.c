/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/random.h"
#include "sim/zipf.h"

#include <math.h>

/* Chi-square of the ranks 1..9 and of all beyond; 9 degrees of freedom exceed 27.88 in 0.1 %. */
static double misfit(int64_t count, double exponent, uint64_t draws)
{
    const Zipf zipf = zipf_of(count, exponent);
    double expected[10] = {0}, total = 0, sum = 0;
    unsigned observed[10] = {0};
    for (int64_t k = 1; k <= count; k++) {
        const double weight = pow((double)k, -exponent);
        expected[k < 10 ? k - 1 : 9] += weight;
        total += weight;
    }
    for (uint64_t i = 0; i < draws; i++) {
        const int64_t k = zipf_draw(&zipf, random_key(1, 2, (uint32_t)count, 0), i);
        if (k < 1 || k > count) {
            return HUGE_VAL;
        }
        observed[k < 10 ? k - 1 : 9]++;
    }
    for (int i = 0; i < 10; i++) {
        const double mean = expected[i] / total * (double)draws;
        if (mean > 0) {
            sum += (observed[i] - mean) * (observed[i] - mean) / mean;
        } else {
            CU_ASSERT_EQUAL(observed[i], 0);
        }
    }
    return sum;
}

static void zipf_fits_its_law_for_each_exponent(void)
{
    static const double exponents[] = {0, 0.5, 0.99, 1, 1 + 1e-12, 1.2, 2, 3.5};
    static const int64_t counts[] = {2, 7, 10, 100, 5000};
    for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            CU_ASSERT(misfit(counts[j], exponents[i], 10000) < 33.7); /* 40 cases: 0.01 % each */
        }
    }
}

/* A wrong rejection shifts the higher ranks by a few per cent only: many draws are needed to see.
 */
static void zipf_rejects_exactly_what_is_too_much(void)
{
    CU_ASSERT(misfit(10, 2, 300000) < 27.88);
    CU_ASSERT(misfit(10, 3.5, 300000) < 27.88);
}

static void zipf_extremes_stay_in_range(void)
{
    static const struct {
        int64_t count;
        double exponent;
    } cases[] = {{1, 0},
                 {1, 1},
                 {1, 5},
                 {ZIPF_COUNT_MAX, 0},
                 {ZIPF_COUNT_MAX, 1},
                 {1000, 60},
                 {1000, 1e6},
                 {ZIPF_COUNT_MAX, 1e300}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const Zipf zipf = zipf_of(cases[i].count, cases[i].exponent);
        for (uint64_t draw = 0; draw < 500; draw++) {
            const int64_t k = zipf_draw(&zipf, 6, draw);
            CU_ASSERT(k >= 1 && k <= cases[i].count);
            CU_ASSERT(cases[i].exponent < 50 || k == 1);
        }
    }
}

static void zipf_mean_is_the_ratio_of_harmonic_sums(void)
{
    const Zipf three = zipf_of(3, 1), even = zipf_of(99, 0), large = zipf_of(INT64_C(1) << 40, 1);
    CU_ASSERT(fabs(zipf_mean(&three) - 18.0 / 11) < 1e-14);
    CU_ASSERT(fabs(zipf_mean(&even) - 50) < 1e-12);
    CU_ASSERT(isnan(zipf_mean(&large)));
}

CU_TestInfo suite_zipf[] = {
    {"zipf_fits_its_law_for_each_exponent", zipf_fits_its_law_for_each_exponent},
    {"zipf_rejects_exactly_what_is_too_much", zipf_rejects_exactly_what_is_too_much},
    {"zipf_extremes_stay_in_range", zipf_extremes_stay_in_range},
    {"zipf_mean_is_the_ratio_of_harmonic_sums", zipf_mean_is_the_ratio_of_harmonic_sums},
    CU_TEST_INFO_NULL,
};
