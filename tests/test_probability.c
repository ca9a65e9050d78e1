/* SPDX-License-Identifier: MIT */
/* Against values that scipy 1.10.1 (Debian 12, python3-scipy: scipy.stats norm, t, beta, f, binom)
 * printed. Its quantiles of Student's distribution are themselves off by some 1e-11. */
#include "analysis/probability.h"
#include "tests/suite.h"

#include <glib.h>
#include <math.h>

#define IS_NEAR(found, expected)                                                                   \
    CU_ASSERT_DOUBLE_EQUAL(found, expected, 2e-10 * fmax(fabs(expected), 1e-3))

static void probability_quantiles_are_the_known_ones(void)
{
    static const struct {
        double p, quantile;
    } NORMAL[] = {
        {0.5, 0},
        {0.9, 1.2815515655446},
        {0.975, 1.95996398454005},
        {0.995, 2.5758293035489},
        {0.001, -3.09023230616781},
    };
    static const struct {
        double p, freedom, quantile;
    } STUDENT[] = {
        {0.975, 1, 12.7062047364321},  {0.975, 2, 4.30265272991127}, {0.995, 5, 4.03214298355754},
        {0.95, 9.5, 1.82218930131713}, {0.975, 29, 2.0452296421327}, {0.9, 120, 1.28864623365372},
        {0.025, 4, -2.7764451051978},
    };
    static const struct {
        double p, a, b, quantile;
    } BETA[] =
        {
            {0.5, 2, 3, 0.38572756813239},      {0.025, 0.5, 0.5, 0.00154133313343601},
            {0.975, 10, 1, 0.997471421455538},  {0.95, 30, 70, 0.377271450461599},
            {0.01, 5, 200, 0.0063123892281862},
        },
      F[] = {
          {0.95, 1, 10, 4.96460274373071},  {0.99, 5, 2, 99.299296477864},
          {0.05, 3, 12, 0.114355756710126}, {0.975, 40, 40, 1.87519737683027},
          {0.5, 2, 7, 0.766547789715664},
      };
    for (size_t i = 0; i < G_N_ELEMENTS(NORMAL); i++) {
        IS_NEAR(probability_normal_quantile(NORMAL[i].p), NORMAL[i].quantile);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(STUDENT); i++) {
        IS_NEAR(probability_student_quantile(STUDENT[i].p, STUDENT[i].freedom),
                STUDENT[i].quantile);
        IS_NEAR(probability_student(STUDENT[i].quantile, STUDENT[i].freedom), STUDENT[i].p);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(BETA); i++) {
        IS_NEAR(probability_beta_quantile(BETA[i].p, BETA[i].a, BETA[i].b), BETA[i].quantile);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(F); i++) {
        IS_NEAR(probability_f_quantile(F[i].p, F[i].a, F[i].b), F[i].quantile);
        IS_NEAR(probability_f(F[i].quantile, F[i].a, F[i].b), F[i].p);
    }
}

/* Values of printed tables, with more digits; the tail beyond each was integrated numerically. */
static void probability_student_is_that_of_printed_tables(void)
{
    static const struct {
        unsigned freedom;
        double quantile;
    } CASES[] = {
        {1, 12.7062047361747},    {2, 4.30265272974946},  {3, 3.18244630528371},
        {5, 2.57058183563631},    {9, 2.2621571627982},   {14, 2.1447866879178},
        {22, 2.07387306790403},   {30, 2.04227245630124}, {100, 1.98397151852355},
        {1000, 1.96233908082641},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        CU_ASSERT_DOUBLE_EQUAL(probability_student_quantile(0.975, CASES[i].freedom),
                               CASES[i].quantile, 1e-9);
    }
}

static void probability_binomial_sums(void)
{
    IS_NEAR(probability_binomial(3, 10, 0.5), 0.171875);
    IS_NEAR(probability_binomial(98, 100, 0.99), 0.264238021077044);
    IS_NEAR(probability_binomial(0, 20, 0.01), 0.817906937597231);
    CU_ASSERT_EQUAL(probability_binomial(-1, 5, 0.5), 0);
    CU_ASSERT_EQUAL(probability_binomial(5, 5, 0.5), 1);
}

CU_TestInfo suite_probability[] = {
    {"probability_quantiles_are_the_known_ones", probability_quantiles_are_the_known_ones},
    {"probability_student_is_that_of_printed_tables",
     probability_student_is_that_of_printed_tables},
    {"probability_binomial_sums", probability_binomial_sums},
    CU_TEST_INFO_NULL,
};
