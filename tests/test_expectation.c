/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "scenarios/expectation.h"
#include "sim/error.h"
#include "sim/sim_time.h"

static const char *const NAMES[] = {"ping.rtt", "ping.loss", "ping.size", "odd.count"};
static const char *const UNITS[] = {"ns", "1", "B", "1"};
static const MetricCatalogue METRICS = {NAMES, UNITS, 4};

/* 100 round trips of 1..100 ms; 2 losses in 100. */
static Metric *values_of(const char *name)
{
    Metric *metric = metric_new();
    for (int64_t i = 1; i <= 100; i++) {
        if (strcmp(name, "ping.rtt") == 0) {
            metric_add(metric, i * SIM_MILLISECOND);
        } else if (strcmp(name, "ping.loss") == 0) {
            metric_add(metric, i <= 2);
        } else if (strcmp(name, "ping.size") == 0) {
            metric_add(metric, 1024);
        }
    }
    return metric;
}

static void expectation_compares_the_named_statistic(void)
{
    static const struct {
        const char *text;
        bool holds;
        const char *found;
    } cases[] = {
        {"ping.loss < 2%", false, "ping.loss is 2%"},
        {"ping.loss <= 2%", true, "ping.loss is 2%"},
        {"ping.loss == 0.02", true, "ping.loss is 0.02"},
        {"ping.loss.sum == 2", true, "ping.loss.sum is 2"},
        {"ping.loss.count == 100", true, "ping.loss.count is 100"},
        {"ping.rtt.count>99", true, "ping.rtt.count is 100"},
        {"ping.rtt.min == 1ms", true, "ping.rtt.min is 1ms"},
        {"ping.rtt.max >= 100ms", true, "ping.rtt.max is 100ms"},
        {"ping.rtt.max != 100ms", false, "ping.rtt.max is 100ms"},
        {"ping.rtt.mean == 50500us", true, "ping.rtt.mean is 50.5ms"},
        {"ping.rtt > 51ms", false, "ping.rtt is 50.5ms"},
        {"ping.rtt.p50 < 51ms", true, NULL},
        {"ping.rtt.p50 < 49ms", false, NULL},
        {"ping.rtt.p99 > 98ms", true, NULL},
        {"ping.rtt.p99.9 > 99ms", true, NULL},
        {"ping.rtt.p99.9 > 101ms", false, NULL},
        {"  ping.size  ==  1KiB  ", true, "ping.size is 1KiB"},
        {"odd.count == 0", false, "odd.count has no values"},
        {"odd.count.count == 0", true, "odd.count.count is 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        g_autoptr(Expectation) expectation = expectation_new(cases[i].text, &METRICS, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(expectation);
        g_autoptr(Metric) metric = values_of(expectation_metric(expectation));
        g_autofree char *found = NULL;
        CU_ASSERT_EQUAL(expectation_judge(expectation, metric, &found), cases[i].holds);
        if (cases[i].found != NULL) {
            CU_ASSERT_STRING_EQUAL(found, cases[i].found);
        }
    }
}

static void expectation_without_values_fails_and_says_so(void)
{
    g_autoptr(Expectation) expectation = expectation_new("ping.loss < 2%", &METRICS, NULL);
    g_autoptr(Metric) metric = metric_new();
    g_autofree char *found = NULL;
    CU_ASSERT_FALSE(expectation_judge(expectation, metric, &found));
    CU_ASSERT_STRING_EQUAL(found, "ping.loss has no values");
}

static void expectation_errors_say_what_is_wrong(void)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"ping.los < 2%", "did you mean 'ping.loss'"},
        {"pong < 2%", "there are: ping.rtt, ping.loss"},
        {"ping.rtt.p98 < 2ms", "no metric"},
        {"ping.rtt 2ms", "expected METRIC"},
        {"ping.rtt <", "without a value"},
        {"< 2ms", "expected METRIC"},
        {"ping.rtt < 200", "unit"},
        {"ping.loss < 120%", "120%"},
        {"ping.loss < few", "few"},
        {"ping.rtt = 2ms", "expected METRIC"},
        {"", "expected METRIC"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(expectation_new(cases[i].text, &METRICS, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_EQUAL(error->code, SKEIN_ERROR_INPUT);
        if (strstr(error->message, cases[i].part) == NULL) {
            fprintf(stderr, "%s: %s\n", cases[i].text, error->message);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].part));
    }
}

CU_TestInfo suite_expectation[] = {
    {"expectation_compares_the_named_statistic", expectation_compares_the_named_statistic},
    {"expectation_without_values_fails_and_says_so", expectation_without_values_fails_and_says_so},
    {"expectation_errors_say_what_is_wrong", expectation_errors_say_what_is_wrong},
    CU_TEST_INFO_NULL,
};
