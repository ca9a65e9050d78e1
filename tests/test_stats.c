/* SPDX-License-Identifier: MIT */
#include "analysis/stats.h"
#include "analysis/summary.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <math.h>
#include <string.h>

static char *print(sqlite3 *database, void (*printer)(const GPtrArray *, GString *))
{
    g_autoptr(GPtrArray) tables = stats_read(database, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tables);
    GString *out = g_string_new(NULL);
    printer(tables, out);
    return g_string_free(out, FALSE);
}

static void expect_line(const char *text, const char *line)
{
    g_autofree char *whole = g_strconcat("\n", line, "\n", NULL);
    if (strstr(text, whole) == NULL) {
        g_printerr("expected: %s\nin:\n%s", line, text);
        CU_FAIL("a line that is not there");
    }
}

static void stats_text_has_units_that_fit(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autofree char *text = print(database, stats_print_text);
    CU_ASSERT_TRUE(g_str_has_prefix(text, "Runs\n"));
    expect_line(text, "    1  ping    18446744073709551615  complete      40  2 s  "
                      "fffffffffffffffe");
    expect_line(text, "  metric     count   mean  deviation    min    p50     p90     p99     max");
    expect_line(text, "  ping.loss      4   0.25        0.5      0      0       1       1       1");
    expect_line(text, "  ping.rtt       3  61 ms      40 ms  21 ms  61 ms  101 ms  101 ms  101 ms");
}

static void stats_csv_counts_fates_dials_spans_and_snapshots(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autofree char *text = print(database, stats_print_csv);
    expect_line(text, "messages,PING,4,4,0,0,0,0,0,0,128,0");
    expect_line(text, "messages,PONG,4,3,0,1,0,0,0,0,128,0.25");
    expect_line(text, "messages,marker,2,1,1,0,0,0,0,1,48,0");
    expect_line(text, "messages,all,10,8,1,1,0,0,0,1,304,0.1111111111111111");
    expect_line(text, "dials,open,3,3,60000000,40000000,20000000,60000000,100000000,100000000,"
                      "100000000");
    expect_line(text, "dials,timeout,1,0,,,,,,,");
    expect_line(text, "spans,ping,4,1,1,61000000,40000000,21000000,61000000,101000000,101000000,"
                      "101000000");
    expect_line(text, "spans,Setup,1,0,0,180000000,,180000000,180000000,180000000,180000000,"
                      "180000000");
    expect_line(text, "snapshots,1,1,chandy-lamport,1,1980000000,,2,1,2,2,running,,");
}

static void stats_json_is_json(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "UPDATE run SET module = 'a\"b\\c' || char(10)");
    g_autofree char *text = print(database, stats_print_json);
    g_autoptr(sqlite3_stmt) statement = NULL;
    sqlite3_prepare_v2(database,
                       "SELECT json_extract(?1, '$.runs[0].module'), json_extract(?1, "
                       "'$.metrics[1].max'), json_extract(?1, '$.dials[1].p50_ns')",
                       -1, &statement, NULL);
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    CU_ASSERT_EQUAL_FATAL(sqlite3_step(statement), SQLITE_ROW);
    CU_ASSERT_STRING_EQUAL((const char *)sqlite3_column_text(statement, 0), "a\"b\\c\n");
    CU_ASSERT_EQUAL(sqlite3_column_int64(statement, 1), 101000000);
    CU_ASSERT_EQUAL(sqlite3_column_type(statement, 2), SQLITE_NULL);
}

static void stats_merge_the_metrics_of_runs(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    Summary summary;
    const int64_t second = 2;
    sample_run_change(database,
                      "INSERT INTO run SELECT 2, scenario, module, experiment, cell, 1, seed,"
                      " status, fingerprint, events, end_ns FROM run;"
                      "INSERT INTO metric VALUES(2,'ping.rtt','ns',1,5,25,5,5,'[[5,1]]')");
    CU_ASSERT_TRUE(summary_of_metric(database, NULL, "ping.rtt", &summary, NULL));
    CU_ASSERT_EQUAL(summary.count, 4);
    CU_ASSERT_EQUAL(summary.minimum, 5);
    CU_ASSERT_EQUAL(summary.maximum, 101000000);
    CU_ASSERT_EQUAL(summary.mean, 45750001.25);
    CU_ASSERT_TRUE(summary_of_metric(database, &second, "ping.rtt", &summary, NULL));
    CU_ASSERT_EQUAL(summary.count, 1);
    CU_ASSERT_TRUE(isnan(summary.deviation));
    g_autofree char *text = print(database, stats_print_text);
    expect_line(text, "  run  module  seed                  experiment  cell  repetition  status  "
                      "  events  end  fingerprint");
}

/* Values of 10^15 whose deviation is 1: a difference of doubles would give 0 or nonsense. */
static void summary_does_not_cancel(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    Summary summary;
    for (int64_t i = -1; i <= 1; i++) {
        const int64_t value = 1000000000000000 + i;
        g_array_append_val(values, value);
    }
    summary = summary_of_values(values);
    CU_ASSERT_DOUBLE_EQUAL(summary.deviation, 1, 1e-12);
    sample_run_change(database,
                      "INSERT INTO metric VALUES(1,'far','ns',3,3000000000000000,"
                      "'3000000000000000000000000000002',999999999999999,1000000000000001,"
                      "'[[41842,3]]'),"
                      "(1,'below','ns',2,-3,5,-2,-1,'[[-2,1],[-1,1]]')");
    CU_ASSERT_TRUE(summary_of_metric(database, NULL, "far", &summary, NULL));
    CU_ASSERT_DOUBLE_EQUAL(summary.deviation, 1, 1e-12);
    CU_ASSERT_EQUAL(summary.mean, 1e15);
    CU_ASSERT_TRUE(summary_of_metric(database, NULL, "below", &summary, NULL));
    CU_ASSERT_DOUBLE_EQUAL(summary.mean, -1.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(summary.deviation, sqrt(0.5), 1e-12);
    CU_ASSERT_EQUAL(summary.p50, -2);
}

/* A name or unit from a foreign file could otherwise command the terminal. */
static void stats_text_has_no_control_characters(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "UPDATE metric SET unit = 'x' || char(27) || x'ff';"
                                "UPDATE message SET kind = kind || char(27, 10)");
    g_autofree char *text = print(database, stats_print_text);
    CU_ASSERT_TRUE(g_utf8_validate(text, -1, NULL));
    CU_ASSERT_PTR_NULL(strchr(text, 27));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  PING  "));
}

static void stats_refuse_damaged_metrics(void)
{
    static const char *const changes[] = {
        "UPDATE metric SET buckets = '[[1,2]'",     "UPDATE metric SET buckets = NULL",
        "UPDATE metric SET buckets = '[[1,-2]]'",   "UPDATE metric SET buckets = '[[99999,3]]'",
        "UPDATE metric SET buckets = '[]'",         "UPDATE metric SET sum = 'x'",
        "UPDATE metric SET sum_squares = NULL",     "UPDATE metric SET count = 2",
        "UPDATE metric SET buckets = '[[1,3]] no'", "DELETE FROM run",
        "UPDATE metric SET min = max + 1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(sqlite3) database = sample_run_open(NULL);
        g_autoptr(GError) error = NULL;
        sample_run_change(database, changes[i]);
        g_autoptr(GPtrArray) tables = stats_read(database, NULL, &error);
        CU_ASSERT_PTR_NULL(tables);
        CU_ASSERT_TRUE(error != NULL && error->code == 2);
    }
}

static void stats_refuse_a_run_that_is_not_there(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(GError) error = NULL;
    const int64_t run_id = 7;
    CU_ASSERT_PTR_NULL(stats_read(database, &run_id, &error));
    CU_ASSERT_TRUE(error != NULL && error->code == 2 && strstr(error->message, "7") != NULL);
}

CU_TestInfo suite_stats[] = {
    {"stats_text_has_units_that_fit", stats_text_has_units_that_fit},
    {"stats_csv_counts_fates_dials_spans_and_snapshots",
     stats_csv_counts_fates_dials_spans_and_snapshots},
    {"stats_json_is_json", stats_json_is_json},
    {"stats_merge_the_metrics_of_runs", stats_merge_the_metrics_of_runs},
    {"summary_does_not_cancel", summary_does_not_cancel},
    {"stats_text_has_no_control_characters", stats_text_has_no_control_characters},
    {"stats_refuse_damaged_metrics", stats_refuse_damaged_metrics},
    {"stats_refuse_a_run_that_is_not_there", stats_refuse_a_run_that_is_not_there},
    CU_TEST_INFO_NULL,
};
