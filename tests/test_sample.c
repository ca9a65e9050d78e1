/* SPDX-License-Identifier: MIT */
/* Estimates and comparisons: by hand, against scipy 1.10.1, and by how often they are right over
 * many simulated M/M/1 queues, whose mean waiting time is known. HONEST=10 in the environment makes
 * ten times as many experiments. */
#include "analysis/difference.h"
#include "sim/random.h"
#include "tests/suite.h"

#include <math.h>
#include <stdlib.h>

static GArray *sample_of(const double *values, guint count)
{
    GArray *sample = g_array_new(FALSE, FALSE, sizeof(double));
    g_array_append_vals(sample, values, count);
    return sample;
}

static GArray *count_to(guint count)
{
    GArray *sample = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 1; i <= count; i++) {
        const double value = i;
        g_array_append_val(sample, value);
    }
    return sample;
}

static const double A[] = {5.1, 4.9, 6.0, 5.5, 5.8, 5.2}, B[] = {5.6, 5.1, 6.4, 5.4, 6.5, 5.9};

/* scipy.stats.ttest_rel and ttest_ind(equal_var=False). */
static void difference_matches_reference_values(void)
{
    g_autoptr(GArray) a = sample_of(A, 6), b = sample_of(B, 6);
    const Difference pairs = difference_of_pairs(a, b, 0.95);
    CU_ASSERT_DOUBLE_EQUAL(pairs.estimate.value, 0.4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(pairs.estimate.low, 0.0748442593775442, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(pairs.estimate.high, 0.725155740622456, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(pairs.p, 0.0250310158184529, 1e-10);
    CU_ASSERT_DOUBLE_EQUAL(pairs.effect, 1.29099444873581, 1e-10);
    CU_ASSERT_DOUBLE_EQUAL(difference_of_samples(a, b, 0.95).p, 0.194397947895539, 1e-10);
    const Difference none = difference_of_pairs(a, a, 0.95);
    CU_ASSERT_TRUE(none.p == 1 && none.estimate.low == 0 && none.effect == 0);
}

/* The ranks of printed tables: for the median, n = 10 gives 2 and 9, n = 20 gives 6 and 15; for
 * n = 5 there is no such interval. */
static void sample_quantile_interval_has_the_tabled_ranks(void)
{
    g_autoptr(GArray) five = count_to(5), ten = count_to(10), twenty = count_to(20);
    const Estimate of_ten = sample_quantile_interval(ten, 0.5, 0.95);
    const Estimate of_twenty = sample_quantile_interval(twenty, 0.5, 0.95);
    const Estimate of_five = sample_quantile_interval(five, 0.5, 0.95);
    const Estimate high = sample_quantile_interval(twenty, 0.95, 0.95);
    CU_ASSERT_TRUE(of_ten.value == 5 && of_ten.low == 2 && of_ten.high == 9);
    CU_ASSERT_TRUE(of_twenty.low == 6 && of_twenty.high == 15);
    CU_ASSERT_TRUE(isnan(of_five.low) && isnan(of_five.high));
    CU_ASSERT_TRUE(high.low == 17 && isnan(high.high));
}

static void sample_bootstrap_depends_on_its_seed_alone(void)
{
    g_autoptr(GArray) values = count_to(50);
    const Estimate first = sample_quantile_bootstrap(values, 0.5, 0.95, 7);
    const Estimate again = sample_quantile_bootstrap(values, 0.5, 0.95, 7);
    CU_ASSERT_TRUE(first.low == again.low && first.high == again.high);
    CU_ASSERT_TRUE(first.value == 25);
    /* Close to the order statistics of n = 50, which are 18 and 33. */
    CU_ASSERT_TRUE(first.low >= 16 && first.low <= 20 && first.high >= 31 && first.high <= 35);
}

/* 60 high values, then 400 low ones: the warm-up is what is high. */
static void sample_warm_up_finds_the_step(void)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    for (int i = 0; i < 460; i++) {
        const double value = (i < 60 ? 100 : 10) + i * 7 % 5;
        g_array_append_val(values, value);
    }
    CU_ASSERT_EQUAL(sample_warm_up(values), 60);
    g_array_remove_range(values, 0, 60);
    CU_ASSERT_EQUAL(sample_warm_up(values), 0);
    const Estimate batches = sample_batch_means(values, 0, 20, 0.95);
    CU_ASSERT_DOUBLE_EQUAL(batches.value, 12, 1e-12);
    CU_ASSERT_TRUE(isnan(sample_batch_means(values, 390, 20, 0.95).value));
}

static void correction_is_that_of_its_authors(void)
{
    static const double RAW[] = {0.01, 0.04, 0.03, 0.005};
    g_autoptr(GArray) holm = sample_of(RAW, 4), hochberg = sample_of(RAW, 4);
    const double holm_expected[] = {0.03, 0.06, 0.06, 0.02};
    const double hochberg_expected[] = {0.02, 0.04, 0.04, 0.02};
    correction_apply(CORRECTION_HOLM, holm);
    correction_apply(CORRECTION_BENJAMINI_HOCHBERG, hochberg);
    for (guint i = 0; i < 4; i++) {
        CU_ASSERT_DOUBLE_EQUAL(g_array_index(holm, double, i), holm_expected[i], 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(g_array_index(hochberg, double, i), hochberg_expected[i], 1e-15);
    }
    Correction correction = CORRECTION_NONE;
    CU_ASSERT_TRUE(correction_find("bh", &correction, NULL));
    CU_ASSERT_EQUAL(correction, CORRECTION_BENJAMINI_HOCHBERG);
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FALSE(correction_find("bonferoni", &correction, &error));
    CU_ASSERT_TRUE(error != NULL && error->code == 2);
}

/* -- M/M/1 -- */

/* Arrivals 0.5 and services 1 a second: the mean wait is 1 s. */
#define LOAD 0.5
#define MEAN_WAIT 1.0
#define LEVEL 0.95
#define RUN_LENGTH 400

typedef struct Luck {
    uint64_t key, counter;
} Luck;

static double exponential(Luck *luck, double mean)
{
    return -mean * log(random_unit(random_word(luck->key, luck->counter++)));
}

static double next_wait(Luck *luck, double wait)
{
    return fmax(0, wait + exponential(luck, 1) - exponential(luck, 1 / LOAD));
}

/* The mean wait of successive customers by Lindley's recurrence, from the stationary state on, so
 * that its expectation is exact: W is 0 with probability 1 - load, else exponential. */
static double mean_wait(uint64_t seed, guint customers)
{
    Luck luck = {random_key(seed, random_purpose("test.queue"), 0, 0), 0};
    const bool is_busy = random_unit(random_word(luck.key, luck.counter++)) < LOAD;
    double wait = is_busy ? exponential(&luck, 1 / (1 - LOAD)) : 0, sum = 0;
    for (guint i = 0; i < customers; i++) {
        sum += wait;
        wait = next_wait(&luck, wait);
    }
    return sum / customers;
}

static void add_runs(GArray *values, uint64_t experiment, guint count)
{
    while (values->len < count) {
        const double value = mean_wait(experiment * 1000 + values->len, RUN_LENGTH);
        g_array_append_val(values, value);
    }
}

static guint experiment_count(void)
{
    const char *factor = getenv("HONEST");
    return 1000 * (factor == NULL ? 1 : MAX(1, (guint)atoi(factor)));
}

static bool covers(const GArray *values)
{
    const Estimate estimate = sample_mean_interval(values, LEVEL);
    return estimate.low <= MEAN_WAIT && MEAN_WAIT <= estimate.high;
}

static void sample_mean_interval_covers_the_mean_of_a_queue(void)
{
    const guint count = experiment_count();
    guint covered = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
        add_runs(values, i, 20);
        covered += covers(values);
    }
    const double share = (double)covered / count;
    printf("# M/M/1: the 95 %% interval of 20 runs covers the mean in %.1f %% of %u experiments\n",
           share * 100, count);
    CU_ASSERT_TRUE(share >= 0.93 && share <= 0.97);
}

/* What `until: halfwidth(...) < 10%` does. Stopping when the interval happens to be narrow costs
 * coverage; how much is printed, and bounded. */
static void sample_mean_interval_after_a_sequential_stop(void)
{
    const guint count = experiment_count() / 4;
    guint covered = 0, runs = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
        Estimate estimate = {0, 0, 0};
        guint look = 10;
        do {
            add_runs(values, 100000 + i, look);
            estimate = sample_mean_interval(values, LEVEL);
            look = (look * 3 + 1) / 2;
        } while (estimate.high - estimate.value > 0.1 * estimate.value && look <= 500);
        covered += covers(values);
        runs += values->len;
    }
    const double share = (double)covered / count;
    printf("# M/M/1, stopped at a half-width of 10 %%: covers in %.1f %% of %u experiments, %.0f "
           "runs each\n",
           share * 100, count, (double)runs / count);
    CU_ASSERT_TRUE(share >= 0.85 && share <= 0.98);
}

/* One long run of a queue that 300 customers wait in at first: without its warm-up, and by 20
 * batches of some hundred waits each, the interval holds the mean; with it, it does not. */
static void sample_batch_means_cover_the_mean_of_a_long_run(void)
{
    enum { CUSTOMERS = 20000, AT_FIRST = 300 };
    const guint count = experiment_count() / 4;
    guint covered = 0, spoiled = 0;
    for (guint i = 0; i < count; i++) {
        Luck luck = {random_key(i, random_purpose("test.long-run"), 0, 0), 0};
        g_autoptr(GArray) waits = g_array_new(FALSE, FALSE, sizeof(double));
        for (double wait = AT_FIRST; waits->len < CUSTOMERS; wait = next_wait(&luck, wait)) {
            g_array_append_val(waits, wait);
        }
        const Estimate rest = sample_batch_means(waits, sample_warm_up(waits), 20, LEVEL);
        const Estimate all = sample_batch_means(waits, 0, 20, LEVEL);
        covered += rest.low <= MEAN_WAIT && MEAN_WAIT <= rest.high;
        spoiled += all.value > 2 * MEAN_WAIT;
    }
    printf("# M/M/1, one run of %d waits: MSER-5 and 20 batches cover in %.1f %% of %u runs\n",
           CUSTOMERS, covered * 100.0 / count, count);
    CU_ASSERT_TRUE(covered * 100 >= 90 * count && covered * 100 <= 98 * count);
    CU_ASSERT_EQUAL(spoiled, count);
}

/* A scenario against itself with other seeds. */
static void difference_of_equals_is_seldom_significant(void)
{
    const guint count = experiment_count();
    guint samples = 0, pairs = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(GArray) a = g_array_new(FALSE, FALSE, sizeof(double));
        g_autoptr(GArray) b = g_array_new(FALSE, FALSE, sizeof(double));
        add_runs(a, 200000 + 2 * i, 12);
        add_runs(b, 200001 + 2 * i, 12);
        samples += difference_of_samples(a, b, LEVEL).p < 0.05;
        pairs += difference_of_pairs(a, b, LEVEL).p < 0.05;
    }
    printf("# M/M/1 against itself: significant in %.1f %% (Welch) and %.1f %% (pairs) of %u\n",
           samples * 100.0 / count, pairs * 100.0 / count, count);
    CU_ASSERT_TRUE(samples * 100 >= 3 * count && samples * 100 <= 7 * count);
    CU_ASSERT_TRUE(pairs * 100 >= 3 * count && pairs * 100 <= 7 * count);
}

CU_TestInfo suite_sample[] = {
    {"difference_matches_reference_values", difference_matches_reference_values},
    {"sample_quantile_interval_has_the_tabled_ranks",
     sample_quantile_interval_has_the_tabled_ranks},
    {"sample_bootstrap_depends_on_its_seed_alone", sample_bootstrap_depends_on_its_seed_alone},
    {"sample_warm_up_finds_the_step", sample_warm_up_finds_the_step},
    {"correction_is_that_of_its_authors", correction_is_that_of_its_authors},
    {"sample_mean_interval_covers_the_mean_of_a_queue",
     sample_mean_interval_covers_the_mean_of_a_queue},
    {"sample_mean_interval_after_a_sequential_stop", sample_mean_interval_after_a_sequential_stop},
    {"sample_batch_means_cover_the_mean_of_a_long_run",
     sample_batch_means_cover_the_mean_of_a_long_run},
    {"difference_of_equals_is_seldom_significant", difference_of_equals_is_seldom_significant},
    CU_TEST_INFO_NULL,
};
