/* SPDX-License-Identifier: MIT */
/* Tables over the cells of a sweep: losses 5 % and 10 %, each with peers 10 and 20, in three
 * repetitions. */
#include "analysis/cell_table.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <math.h>
#include <string.h>

/* Run r has the values 10 and 30, the larger moved by cell and repetition; seed = repetition. */
static sqlite3 *open_sweep(int64_t shift)
{
    sqlite3 *database = sample_run_open(NULL);
    sample_run_change(database, "DELETE FROM run; DELETE FROM metric; DELETE FROM parameter");
    for (int run = 0; run < 12; run++) {
        const int loss = run % 2 == 0 ? 10 : 5, peers = run / 2 % 2 == 0 ? 10 : 20;
        const int repetition = run / 4 + 1;
        const int64_t value =
            100 * repetition * repetition + loss * 10 + peers + shift * repetition;
        g_autofree char *sql = g_strdup_printf(
            "INSERT INTO run VALUES(%d,'s','ping','','link.loss=%d%%, peers.count=%d',%d,%d,"
            "'complete',1,1,1);"
            "INSERT INTO parameter VALUES(%d,'link.loss','%d%%','sweep'),"
            "(%d,'peers.count','%d','sweep'),(%d,'stack.name','ideal','default');"
            "INSERT INTO metric VALUES(%d,'ping.rtt','ns',1,%" G_GINT64_FORMAT
            ",0,1,1,'[[%" G_GINT64_FORMAT ",1]]')",
            run + 1, loss, peers, repetition, repetition, run + 1, loss, run + 1, peers, run + 1,
            run + 1, value, value);
        sample_run_change(database, sql);
    }
    return database;
}

static void print_text(const Table *table, GString *out)
{
    table_print_text(table, 40, out);
}

static void expect_text(Table *table, void (*print)(const Table *, GString *), const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    print(table, out);
    if (strstr(out->str, expected) == NULL) {
        g_printerr("no '%s' in:\n%s", expected, out->str);
        CU_FAIL("a table without its line");
    }
    table_free(table);
}

/* 10 % is behind 5 %, and peers are averaged within a repetition: 100 r^2 + 50 + 15. */
static void cell_groups_average_within_repetitions(void)
{
    g_autoptr(sqlite3) database = open_sweep(0);
    const CellQuestion question = {.by = "link.loss"};
    g_autoptr(CellGroups) groups = cell_groups_read(database, &question, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(groups);
    CU_ASSERT_EQUAL_FATAL(groups->groups->len, 2);
    const CellGroup *first = cell_groups_at(groups, 0);
    CU_ASSERT_STRING_EQUAL(first->label, "link.loss=5%");
    CU_ASSERT_EQUAL(first->run_ids->len, 6);
    CU_ASSERT_EQUAL_FATAL(first->samples->len, 3);
    CU_ASSERT_EQUAL(g_array_index(first->samples, double, 2), 965);
    CU_ASSERT_DOUBLE_EQUAL(first->number, 0.05, 1e-15);
}

static void cell_table_has_a_line_for_each_cell(void)
{
    g_autoptr(sqlite3) database = open_sweep(0);
    const CellQuestion all = {0}, by_loss = {.by = "link.loss", .metric = "ping.rtt.p50"};
    /* Means 165, 465, 965; t = 4.302652730, deviation 404.1452. */
    expect_text(cell_table_stats(database, &by_loss, 0.95, NULL), table_print_csv,
                "cells,5%,ping.rtt.p50,ns,6,3,531.6666666666666,-472.");
    expect_text(cell_table_stats(database, &all, 0.95, NULL), table_print_markdown,
                "| 10% | 20 | ping.rtt | 3 | 3 | 586.7 ns |");
    expect_text(cell_table_stats(database, &all, 0.95, NULL), table_print_json,
                "\"link.loss\": \"5%\", \"peers.count\": \"10\", \"metric\": \"ping.rtt\"");
}

static void comparison_pairs_equal_seeds(void)
{
    g_autoptr(sqlite3) a = open_sweep(0), b = open_sweep(3);
    const ComparisonSide left = {a, NULL}, right = {b, NULL};
    const CellQuestion by_loss = {.by = "link.loss", .metric = "ping.rtt"};
    /* Differences 3, 6, 9: mean 6, standard error sqrt(3), t = 3.4641 at 2 degrees of freedom:
     * p = 0.0741799, for two comparisons 0.14836. */
    expect_text(cell_table_compare(&left, &right, &by_loss, 0.95, CORRECTION_HOLM, NULL),
                table_print_csv, ",6,-1.45");
    expect_text(cell_table_compare(&left, &right, &by_loss, 0.95, CORRECTION_HOLM, NULL),
                print_text, "0.07418       0.1484       2  paired t  no");
    expect_text(cell_table_compare(&left, &right, &by_loss, 0.90, CORRECTION_NONE, NULL),
                print_text, "0.07418      0.07418       2  paired t  yes");
    sample_run_change(b, "UPDATE run SET seed = seed + 100");
    expect_text(cell_table_compare(&left, &right, &by_loss, 0.95, CORRECTION_HOLM, NULL),
                print_text, "Welch's t  no");
    const ComparisonSide from = {a, "link.loss=5%"}, to = {a, "link.loss=10%"};
    expect_text(cell_table_compare(&from, &to, &by_loss, 0.95, CORRECTION_HOLM, NULL), print_text,
                "link.loss=5% -> link.loss=10%");
}

static void expect_refusal(sqlite3 *database, CellQuestion question, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CellGroups) groups = cell_groups_read(database, &question, &error);
    CU_ASSERT_PTR_NULL(groups);
    CU_ASSERT_TRUE_FATAL(error != NULL);
    CU_ASSERT_EQUAL(error->code, 2);
    if (strstr(error->message, text) == NULL) {
        g_printerr("no '%s' in: %s\n", text, error->message);
        CU_FAIL("another message");
    }
}

static void cell_groups_refuse_what_is_not_there(void)
{
    g_autoptr(sqlite3) database = open_sweep(0);
    expect_refusal(database, (CellQuestion){.metric = "ping.rt"}, "did you mean 'ping.rtt'?");
    expect_refusal(database, (CellQuestion){.metric = "pong.rtt.p99"}, "did you mean 'ping.rtt'?");
    expect_refusal(database, (CellQuestion){.by = "link.los"}, "did you mean 'link.loss'?");
    expect_refusal(database, (CellQuestion){.experiment = "b"}, "no experiment 'b'; there are ''");
    sample_run_change(database, "UPDATE run SET experiment = 'two' WHERE id > 6");
    expect_refusal(database, (CellQuestion){0}, "choose one of '', 'two' with --only");
    sample_run_change(database, "UPDATE run SET status = 'failed', experiment = ''");
    expect_refusal(database, (CellQuestion){0}, "no complete run");
    sample_run_change(database, "DELETE FROM metric");
    expect_refusal(database, (CellQuestion){0}, "no metric in any run");
}

CU_TestInfo suite_cell_table[] = {
    {"cell_groups_average_within_repetitions", cell_groups_average_within_repetitions},
    {"cell_table_has_a_line_for_each_cell", cell_table_has_a_line_for_each_cell},
    {"comparison_pairs_equal_seeds", comparison_pairs_equal_seeds},
    {"cell_groups_refuse_what_is_not_there", cell_groups_refuse_what_is_not_there},
    CU_TEST_INFO_NULL,
};
