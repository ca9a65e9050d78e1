/* SPDX-License-Identifier: MIT */
/* Distributions as text: what is read, what is refused and how, what is written back. */
#include "tests/suite.h"

#include "sim/distribution.h"
#include "sim/error.h"
#include "sim/random.h"

#include <glib/gstdio.h>
#include <string.h>

static void distribution_text_is_canonical_and_reads_back(void)
{
    static const struct {
        const char *text;
        ValueUnit unit;
        const char *canonical;
    } cases[] = {
        {" 5000 us ", VALUE_DURATION, "5ms"},
        {"0", VALUE_DURATION, "0"},
        {"constant( 1500us )", VALUE_DURATION, "1.5ms"},
        {"uniform(0,0.099s,step=1000us)", VALUE_DURATION, "uniform(0, 99ms, step=1ms)"},
        {"uniform( -5ms, 5ms )", VALUE_DURATION, "uniform(-5ms, 5ms)"},
        {"uniform(1,6,step=1)", VALUE_COUNT, "uniform(1, 6)"},
        {"uniform(1,6,max=5,min=2)", VALUE_COUNT, "uniform(1, 6, min=2, max=5)"},
        {"exponential(2.50)", VALUE_COUNT, "exponential(2.5)"},
        {"exponential(1e-1)", VALUE_COUNT, "exponential(0.1)"},
        {"exponential(64KiB, max=1MiB)", VALUE_SIZE, "exponential(64KiB, max=1MiB)"},
        {"normal(50ms, 10000us, min=1ms)", VALUE_DURATION, "normal(50ms, 10ms, min=1ms)"},
        {"normal(50ms, 0)", VALUE_DURATION, "normal(50ms, 0)"},
        {"lognormal(50ms, 0.50)", VALUE_DURATION, "lognormal(50ms, 0.5)"},
        {"gamma(2, 1Mbit/s)", VALUE_RATE, "gamma(2, 1Mbit/s)"},
        {"pareto(1ms, 1.16)", VALUE_DURATION, "pareto(1ms, 1.16)"},
        {"weibull(0.70, 60s)", VALUE_DURATION, "weibull(0.7, 60s)"},
        {"zipf(1000, 1.20)", VALUE_COUNT, "zipf(1000, 1.2)"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Distribution) first =
            distribution_new(cases[i].text, cases[i].unit, NULL, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(first);
        CU_ASSERT_STRING_EQUAL(distribution_text(first), cases[i].canonical);
        g_autoptr(Distribution) second =
            distribution_new(distribution_text(first), cases[i].unit, NULL, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(second);
        CU_ASSERT_STRING_EQUAL(distribution_text(second), cases[i].canonical);
        for (uint64_t draw = 0; draw < 20; draw++) {
            CU_ASSERT_EQUAL(distribution_draw(first, 9, draw), distribution_draw(second, 9, draw));
        }
        CU_ASSERT_PTR_NULL(distribution_input(first));
    }
}

#define DURATION "a duration with a unit, such as 15ms (ns us ms s min h d)"
#define NORMAL "normal(MEAN, DEVIATION, min=LEAST, max=MOST)"
#define UNIFORM "uniform(LOW, HIGH, step=STEP)"
#define KINDS                                                                                      \
    "a value or one of constant uniform exponential normal lognormal gamma pareto weibull zipf "   \
    "empirical"

static const struct {
    const char *text;
    const char *message;
} refused[] = {
    {"", "found '', expected a value"},
    {"5", "found '5', expected " DURATION},
    {"5mss", "found '5mss', expected " DURATION "; did you mean 'ms'?"},
    {"fast", "found 'fast', expected " KINDS},
    {"unifrom(1ms, 2ms)", "found 'unifrom(1ms, 2ms)', expected " KINDS "; did you mean 'uniform'?"},
    {"uniform", "found 'uniform', expected " UNIFORM},
    {"uniform(1ms)", "found 1 argument of uniform, expected " UNIFORM},
    {"uniform(1ms, 2ms, 3ms)", "found 3 arguments of uniform, expected " UNIFORM},
    {"uniform(1ms, 2ms, stpe=1ms)",
     "found 'stpe=' in uniform, expected " UNIFORM "; did you mean 'step='?"},
    {"uniform(1, 2ms)", "LOW of " UNIFORM ": found '1', expected " DURATION},
    {"uniform(5ms, 2ms)", "HIGH of " UNIFORM ": found '2ms', expected at least LOW"},
    {"uniform(0, 2ms, step=0)", "step of " UNIFORM ": found '0', expected more than 0"},
    {"uniform(0, 2ms, step=-1ms)", "step of " UNIFORM ": found '-1ms', expected more than 0"},
    {"uniform(0, 5ms, step=2ms)",
     "step of " UNIFORM ": found '2ms', expected a whole number of steps from LOW to HIGH"},
    {"uniform(0, 5ms, min=4ms, max=3ms)", "min of " UNIFORM ": found '4ms', expected at most max"},
    {"normal(50ms, -10ms)", "DEVIATION of " NORMAL ": found '-10ms', expected at least 0"},
    {"normal(50ms, 10)", "DEVIATION of " NORMAL ": found '10', expected " DURATION},
    {"normal(50ms, 10ms, min=1)", "min of " NORMAL ": found '1', expected " DURATION},
    {"exponential(0)", "MEAN of exponential(MEAN, min=LEAST, max=MOST): found '0', expected more "
                       "than 0"},
    {"lognormal(-5ms, 1)", "MEDIAN of lognormal(MEDIAN, SIGMA, min=LEAST, max=MOST): found '-5ms', "
                           "expected more than 0"},
    {"lognormal(5ms, 1ms)", "SIGMA of lognormal(MEDIAN, SIGMA, min=LEAST, max=MOST): found '1ms', "
                            "expected a number, such as 1.5"},
    {"lognormal(5ms, -1)", "SIGMA of lognormal(MEDIAN, SIGMA, min=LEAST, max=MOST): found '-1', "
                           "expected at least 0"},
    {"gamma(0, 1ms)",
     "SHAPE of gamma(SHAPE, SCALE, min=LEAST, max=MOST): found '0', expected more than 0"},
    {"gamma(2, 0)",
     "SCALE of gamma(SHAPE, SCALE, min=LEAST, max=MOST): found '0', expected more than 0"},
    {"pareto(1ms, -2)",
     "SHAPE of pareto(SCALE, SHAPE, min=LEAST, max=MOST): found '-2', expected more than 0"},
    {"weibull(1ms, 2)", "SHAPE of weibull(SHAPE, SCALE, min=LEAST, max=MOST): found '1ms', "
                        "expected a number, such as 1.5"},
    {"zipf(10, 1)", "N of zipf(N, S): found '10', expected a distribution of values with a unit; "
                    "zipf gives plain counts"},
    {"empirical()", "found 0 arguments of empirical, expected empirical(FILE)"},
};

static void distribution_errors_say_what_was_found_and_expected(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(distribution_new(refused[i].text, VALUE_DURATION, NULL, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT(g_error_matches(error, SKEIN_ERROR, SKEIN_ERROR_INPUT));
        CU_ASSERT_STRING_EQUAL(error->message, refused[i].message);
    }
    static const char *const counts[] = {"zipf(0, 1)", "zipf(10, -1)", "zipf(1e16, 1)",
                                         "zipf(2.5, 1)", "uniform(0.5, 2)"};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(distribution_new(counts[i], VALUE_COUNT, NULL, &error));
        CU_ASSERT_PTR_NOT_NULL(error);
    }
}

static void distribution_empirical_reads_beside_the_scenario(void)
{
    g_autofree char *directory = g_dir_make_tmp("distribution-XXXXXX", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(directory);
    g_autofree char *path = g_build_filename(directory, "a, b.txt", NULL);
    CU_ASSERT_FATAL(g_file_set_contents(path, "1ms\n3ms\n", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(Distribution) distribution =
        distribution_new("empirical('a, b.txt', max=2ms)", VALUE_DURATION, directory, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(distribution);
    CU_ASSERT_STRING_EQUAL(distribution_input(distribution), "a, b.txt");
    CU_ASSERT_STRING_EQUAL(distribution_text(distribution), "empirical(\"a, b.txt\", max=2ms)");
    CU_ASSERT_EQUAL(distribution_minimum(distribution), SIM_MILLISECOND);
    CU_ASSERT_EQUAL(distribution_maximum(distribution), 2 * SIM_MILLISECOND);
    g_autoptr(Distribution) again =
        distribution_new(distribution_text(distribution), VALUE_DURATION, directory, &error);
    CU_ASSERT_PTR_NOT_NULL(again);

    CU_ASSERT_FATAL(g_file_set_contents(path, "1ms\n3\n", -1, NULL));
    CU_ASSERT_PTR_NULL(
        distribution_new("empirical('a, b.txt')", VALUE_DURATION, directory, &error));
    g_autofree char *message = g_strdup_printf("%s:2: found '3', expected " DURATION, path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_STRING_EQUAL(error->message, message);
    g_remove(path);
    g_rmdir(directory);
}

/* Each line begins with the name of a kind that exists, so the documentation cannot run ahead. */
static void distribution_usages_name_kinds_that_exist(void)
{
    const char *const *usages = distribution_usages();
    CU_ASSERT_STRING_EQUAL(usages[0], "VALUE");
    unsigned count = 1;
    for (; usages[count] != NULL; count++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strndup(usages[count], strcspn(usages[count], "("));
        g_autofree char *message = g_strdup_printf("found '%s', expected %s", name, usages[count]);
        CU_ASSERT_PTR_NULL(distribution_new(name, VALUE_COUNT, NULL, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, message);
    }
    CU_ASSERT_EQUAL(count, 10);
}

CU_TestInfo suite_distribution_text[] = {
    {"distribution_text_is_canonical_and_reads_back",
     distribution_text_is_canonical_and_reads_back},
    {"distribution_errors_say_what_was_found_and_expected",
     distribution_errors_say_what_was_found_and_expected},
    {"distribution_empirical_reads_beside_the_scenario",
     distribution_empirical_reads_beside_the_scenario},
    {"distribution_usages_name_kinds_that_exist", distribution_usages_name_kinds_that_exist},
    CU_TEST_INFO_NULL,
};
