/* SPDX-License-Identifier: MIT */
#include "analysis/halfwidth.h"
#include "tests/database_fixture.h"
#include "tests/suite.h"

#include <math.h>

/* Five runs of one cell, whose metric has the values r, 2 r, ..., 10 r in repetition r, and one of
 * another cell. */
static DatabaseFixture *five_runs(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    for (int64_t run = 1; run <= 6; run++) {
        RecordBuffer *buffer = recorder_buffer(fixture->recorder, run);
        Metric *metric = metric_new();
        for (int64_t i = 1; i <= 10; i++) {
            metric_add(metric, run * i);
        }
        record_metric(buffer, "ping.rtt", "ns", metric);
        metric_free(metric);
        record_run(buffer, &(RunRow){.id = run,
                                     .scenario = "a",
                                     .module = "ping",
                                     .experiment = "",
                                     .cell = run == 6 ? "x=2" : "x=1",
                                     .repetition = run == 6 ? 1 : run,
                                     .status = "complete"});
    }
    CU_ASSERT_TRUE_FATAL(database_fixture_commit(fixture));
    return fixture;
}

static void halfwidth_of_cells(void)
{
    /* Over 1 to 5, the deviation is sqrt(2.5) and t = 2.776445105; over 1 to 3, 1 and 4.302652730.
     */
    const double five = 2.77644510519779 * sqrt(2.5 / 5), three = 4.30265272974946 / sqrt(3);
    const struct {
        const char *statistic;
        unsigned count;
        double mean, halfwidth;
    } CASES[] = {
        {"ping.rtt", 5, 16.5, 5.5 * five}, {"ping.rtt.mean", 3, 11, 5.5 * three},
        {"ping.rtt.p50", 5, 15, 5 * five}, {"ping.rtt.p99.9", 5, 30, 10 * five},
        {"ping.rtt.min", 5, 3, five},      {"ping.rtt.max", 3, 20, 10 * three},
        {"ping.rtt.count", 5, 10, 0},      {"ping.rtt.sum", 5, 165, 55 * five},
    };
    DatabaseFixture *fixture = five_runs();
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        Halfwidth found = {0};
        CU_ASSERT_TRUE(halfwidth_of_cell(fixture->database, "", "x=1", CASES[i].count,
                                         CASES[i].statistic, &found, &error));
        CU_ASSERT_DOUBLE_EQUAL(found.mean, CASES[i].mean, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(found.halfwidth, CASES[i].halfwidth, 1e-9);
    }
    database_fixture_free(fixture);
}

static void halfwidth_needs_all_repetitions(void)
{
    DatabaseFixture *fixture = five_runs();
    g_autoptr(GError) error = NULL;
    Halfwidth found = {0};
    CU_ASSERT_FALSE(halfwidth_of_cell(fixture->database, "", "x=1", 6, "ping.rtt", &found, &error));
    CU_ASSERT_PTR_NOT_NULL(error);
    g_clear_error(&error);
    CU_ASSERT_FALSE(halfwidth_of_cell(fixture->database, "", "x=1", 5, "ping.rtx", &found, &error));
    CU_ASSERT_PTR_NOT_NULL(error);
    g_clear_error(&error);
    CU_ASSERT_TRUE(halfwidth_of_cell(fixture->database, "", "x=2", 1, "ping.rtt", &found, &error));
    CU_ASSERT_TRUE(isnan(found.halfwidth));
    database_fixture_free(fixture);
}

CU_TestInfo suite_halfwidth[] = {
    {"halfwidth_of_cells", halfwidth_of_cells},
    {"halfwidth_needs_all_repetitions", halfwidth_needs_all_repetitions},
    CU_TEST_INFO_NULL,
};
