/* SPDX-License-Identifier: MIT */
/* The draws. Each kind is held against its distribution function by a Kolmogorov-Smirnov test at a
 * fixed key, and against its mean and variance; the first draws are golden. */
#include "tests/suite.h"

#include "sim/distribution.h"
#include "sim/random.h"

#include <math.h>
#include <stdlib.h>

#define DRAWS 100000
#define SECOND 1e9

static Distribution *read(const char *text, ValueUnit unit)
{
    GError *error = NULL;
    Distribution *distribution = distribution_new(text, unit, NULL, &error);
    if (distribution == NULL) {
        CU_FAIL_FATAL("a distribution is not read");
    }
    return distribution;
}

/* P(X < x) for x in seconds. */
static double uniform_share(double x)
{
    return (x + 1) / 4;
}

static double exponential_share(double x)
{
    return 1 - exp(-x / 2);
}

static double normal_share(double x)
{
    return 0.5 * erfc(-(x - 10) / 3 * G_SQRT2 / 2);
}

static double lognormal_share(double x)
{
    return 0.5 * erfc(-log(x / 2) / 0.75 * G_SQRT2 / 2);
}

static double gamma_half_share(double x)
{
    return erf(sqrt(x));
}

static double gamma_three_share(double x)
{
    return 1 - exp(-x / 2) * (1 + x / 2 + x * x / 8);
}

static double pareto_share(double x)
{
    return 1 - pow(x / 2, -2.5);
}

static double weibull_share(double x)
{
    return 1 - exp(-pow(x / 2, 0.7));
}

static const struct {
    const char *text;
    double (*share)(double x);
    double mean,
        variance;      /* in seconds; a variance of 0: not finite, or its estimate is too wild */
    int64_t golden[4]; /* draws 0 to 3 of key 42 */
} kinds[] = {
    {"uniform(-1s, 3s)",
     uniform_share,
     1,
     16.0 / 12,
     {178475775, INT64_C(2641486514), 478751295, -939565928}},
    {"exponential(2s)",
     exponential_share,
     2,
     4,
     {698034234, INT64_C(4824166724), 923080129, 30447629}},
    {"normal(10s, 3s)",
     normal_share,
     10,
     9,
     {INT64_C(8380177723), INT64_C(14029141115), INT64_C(9001959204), INT64_C(3498298790)}},
    {"lognormal(2s, 0.75)",
     lognormal_share,
     2.6495695,
     5.3006488,
     {1334012892, INT64_C(5476315163), 1558364668, 393655892}},
    {"gamma(0.5, 1s)", gamma_half_share, 0.5, 0.5, {527788927, 1041490520, 495617117, 6592211}},
    {"gamma(1, 2s)", exponential_share, 2, 4, {631690392, INT64_C(4948815526), 860512483, 2040053}},
    {"gamma(3, 2s)",
     gamma_three_share,
     6,
     12,
     {INT64_C(3757111186), INT64_C(11032112823), INT64_C(4318918063), 924703908}},
    {"pareto(2s, 2.5)",
     pareto_share,
     10.0 / 3,
     0,
     {INT64_C(2299643308), INT64_C(5248700517), INT64_C(2405513048), 2012216209}},
    {"weibull(0.7, 2s)",
     weibull_share,
     2.5316470,
     13.707342,
     {444584064, INT64_C(7035658132), 662718582, 5065648}},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static int compare_values(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The statistic D exceeds 1.95 / sqrt(n) with probability 0.001. */
static void distribution_kinds_fit_their_distribution_functions(void)
{
    static int64_t values[DRAWS];
    for (size_t k = 0; k < KINDS; k++) {
        g_autoptr(Distribution) distribution = read(kinds[k].text, VALUE_DURATION);
        const uint64_t key = random_key(1, k, 0, 0);
        for (uint64_t i = 0; i < DRAWS; i++) {
            values[i] = distribution_draw(distribution, key, i);
        }
        qsort(values, DRAWS, sizeof values[0], compare_values);
        CU_ASSERT(values[0] >= distribution_minimum(distribution));
        CU_ASSERT(values[DRAWS - 1] <= distribution_maximum(distribution));
        double distance = 0;
        for (unsigned i = 0; i < DRAWS; i++) {
            const double share = kinds[k].share((double)values[i] / SECOND);
            distance = fmax(distance, fabs(share - (double)i / DRAWS));
            distance = fmax(distance, fabs(share - (i + 1.0) / DRAWS));
        }
        CU_ASSERT(distance < 1.95 / sqrt(DRAWS));
        CU_ASSERT(distance > 0.2 / sqrt(DRAWS)); /* too good a fit is wrong as well */
    }
}

/* Four standard errors of each estimate; that of the variance from the fourth moment. */
static void distribution_kinds_have_their_mean_and_variance(void)
{
    for (size_t k = 0; k < KINDS; k++) {
        g_autoptr(Distribution) distribution = read(kinds[k].text, VALUE_DURATION);
        const uint64_t key = random_key(2, k, 0, 0);
        double sum = 0, squares = 0, fourths = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            const double x =
                (double)distribution_draw(distribution, key, i) / SECOND - kinds[k].mean;
            sum += x;
            squares += x * x;
            fourths += x * x * x * x;
        }
        const double variance = squares / DRAWS;
        const double deviation = sqrt(fourths / DRAWS - variance * variance);
        CU_ASSERT(fabs(sum / DRAWS) < 4 * sqrt(variance / DRAWS));
        CU_ASSERT(kinds[k].variance == 0 ||
                  fabs(variance - kinds[k].variance) < 4 * deviation / sqrt(DRAWS));
        CU_ASSERT(fabs(distribution_mean(distribution) / SECOND - kinds[k].mean) <
                  1e-7 * kinds[k].mean);
    }
}

static void distribution_first_draws_are_golden(void)
{
    for (size_t k = 0; k < KINDS; k++) {
        g_autoptr(Distribution) distribution = read(kinds[k].text, VALUE_DURATION);
        for (uint64_t i = 0; i < 4; i++) {
            CU_ASSERT_EQUAL(distribution_draw(distribution, 42, i), kinds[k].golden[i]);
        }
    }
    g_autoptr(Distribution) zipf = read("zipf(1000, 1.1)", VALUE_COUNT);
    static const int64_t ranks[] = {3, 386, 5, 1};
    for (uint64_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(distribution_draw(zipf, 42, i), ranks[i]);
    }
}

/* The same luck gives a larger value wherever the distribution is larger: what makes two variants
 * of a scenario comparable. */
static void distribution_inversions_grow_with_the_word(void)
{
    for (size_t k = 0; k < KINDS; k++) {
        if (g_str_has_prefix(kinds[k].text, "gamma")) {
            continue;
        }
        g_autoptr(Distribution) distribution = read(kinds[k].text, VALUE_DURATION);
        for (uint64_t i = 0; i < 200; i++) {
            const bool is_less =
                distribution_draw(distribution, 5, i) < distribution_draw(distribution, 5, i + 1);
            CU_ASSERT_EQUAL(is_less, random_word(5, i) < random_word(5, i + 1));
        }
    }
}

static void distribution_uniform_takes_each_step_equally(void)
{
    g_autoptr(Distribution) distribution = read("uniform(0ms, 99ms, step=1ms)", VALUE_DURATION);
    unsigned counts[100] = {0};
    double sum = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        const int64_t value = distribution_draw(distribution, 6, i);
        CU_ASSERT_FATAL(value % SIM_MILLISECOND == 0 && value >= 0 &&
                        value <= 99 * SIM_MILLISECOND);
        counts[value / SIM_MILLISECOND]++;
        sum += (double)value;
    }
    double misfit = 0;
    for (unsigned i = 0; i < 100; i++) {
        misfit += (counts[i] - DRAWS / 100.0) * (counts[i] - DRAWS / 100.0) / (DRAWS / 100.0);
    }
    CU_ASSERT(misfit < 148.2); /* 99 degrees of freedom, 0.1 % */
    CU_ASSERT(fabs(sum / DRAWS - 49.5e6) < 3.3 * 28.87e6 / sqrt(DRAWS));
    CU_ASSERT(distribution_mean(distribution) == 49.5e6);
}

static void distribution_uniform_spans_all_integers(void)
{
    g_autoptr(Distribution) all =
        read("uniform(-9223372036854775808, 9223372036854775807)", VALUE_COUNT);
    CU_ASSERT_EQUAL(distribution_draw(all, 7, 0), (int64_t)(random_word(7, 0) ^ UINT64_C(1) << 63));
    g_autoptr(Distribution) die = read("uniform(1, 6)", VALUE_COUNT);
    unsigned counts[7] = {0};
    for (uint64_t i = 0; i < 6000; i++) {
        counts[distribution_draw(die, 7, i)]++;
    }
    for (unsigned i = 1; i <= 6; i++) {
        CU_ASSERT(counts[i] > 900 && counts[i] < 1100);
    }
    CU_ASSERT_EQUAL(counts[0], 0);
}

static void distribution_clamps_to_min_and_max(void)
{
    g_autoptr(Distribution) normal = read("normal(10ms, 20ms, min=5ms, max=20ms)", VALUE_DURATION);
    unsigned low_count = 0, high_count = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        const int64_t value = distribution_draw(normal, 8, i);
        CU_ASSERT(value >= 5 * SIM_MILLISECOND && value <= 20 * SIM_MILLISECOND);
        low_count += value == 5 * SIM_MILLISECOND;
        high_count += value == 20 * SIM_MILLISECOND;
    }
    CU_ASSERT(low_count > 350 && low_count < 452);   /* 401 expected */
    CU_ASSERT(high_count > 259 && high_count < 358); /* 309 */
    CU_ASSERT(isnan(distribution_mean(normal)));
}

static void distribution_knows_its_range(void)
{
    static const struct {
        const char *text;
        int64_t minimum, maximum;
        double mean; /* NaN as -1 */
    } cases[] = {
        {"7", 7, 7, 7},
        {"uniform(2, 8)", 2, 8, 5},
        {"uniform(2, 8, min=0)", 2, 8, 5},
        {"uniform(2, 8, min=10)", 10, 10, 10},
        {"uniform(2, 8, max=4)", 2, 4, -1},
        {"uniform(3, 3)", 3, 3, 3},
        {"exponential(4)", 0, INT64_MAX, 4},
        {"exponential(4, min=-5)", 0, INT64_MAX, 4},
        {"exponential(4, min=1)", 1, INT64_MAX, -1},
        {"normal(4, 1)", INT64_MIN, INT64_MAX, 4},
        {"normal(4, 0)", 4, 4, 4},
        {"normal(4, 1, min=1)", 1, INT64_MAX, -1},
        {"lognormal(4, 0)", 4, 4, 4},
        {"lognormal(4, 1)", 0, INT64_MAX, 6.5948850828005},
        {"gamma(3, 2)", 0, INT64_MAX, 6},
        {"pareto(3, 1)", 3, INT64_MAX, -1},
        {"pareto(3, 2)", 3, INT64_MAX, 6},
        {"weibull(2, 2)", 0, INT64_MAX, 1.7724538509055},
        {"zipf(10, 0)", 1, 10, 5.5},
        {"zipf(1, 2)", 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        g_autoptr(Distribution) distribution = read(cases[i].text, VALUE_COUNT);
        const double mean = distribution_mean(distribution);
        CU_ASSERT_EQUAL(distribution_minimum(distribution), cases[i].minimum);
        CU_ASSERT_EQUAL(distribution_maximum(distribution), cases[i].maximum);
        CU_ASSERT_EQUAL(distribution_is_constant(distribution),
                        cases[i].minimum == cases[i].maximum);
        CU_ASSERT(cases[i].mean < 0 ? isnan(mean) : fabs(mean - cases[i].mean) < 1e-12);
        CU_ASSERT(distribution_draw(distribution, 1, 1) >= cases[i].minimum);
    }
}

static void distribution_saturates_at_64_bits(void)
{
    g_autoptr(Distribution) pareto = read("pareto(1d, 0.001)", VALUE_DURATION);
    unsigned count = 0;
    for (uint64_t i = 0; i < 100; i++) {
        count += distribution_draw(pareto, 9, i) == INT64_MAX;
    }
    CU_ASSERT(count > 90);
    g_autoptr(Distribution) normal = read("normal(0, 200d)", VALUE_DURATION);
    CU_ASSERT_NOT_EQUAL(distribution_draw(normal, 9, 0), INT64_MAX);
}

CU_TestInfo suite_distribution[] = {
    {"distribution_kinds_fit_their_distribution_functions",
     distribution_kinds_fit_their_distribution_functions},
    {"distribution_kinds_have_their_mean_and_variance",
     distribution_kinds_have_their_mean_and_variance},
    {"distribution_first_draws_are_golden", distribution_first_draws_are_golden},
    {"distribution_inversions_grow_with_the_word", distribution_inversions_grow_with_the_word},
    {"distribution_uniform_takes_each_step_equally", distribution_uniform_takes_each_step_equally},
    {"distribution_uniform_spans_all_integers", distribution_uniform_spans_all_integers},
    {"distribution_clamps_to_min_and_max", distribution_clamps_to_min_and_max},
    {"distribution_knows_its_range", distribution_knows_its_range},
    {"distribution_saturates_at_64_bits", distribution_saturates_at_64_bits},
    CU_TEST_INFO_NULL,
};
