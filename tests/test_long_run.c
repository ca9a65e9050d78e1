/* SPDX-License-Identifier: MIT */
/* Warm-up and batch means of single runs, on a series that is high at first. */
#include "analysis/long_run.h"

#include "analysis/table.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <string.h>

/* Two runs of one cell and one of another, a value each millisecond: 60 around 100, then 400 with
 * the means 12, 14 and 30; in the third run 40 values that fall all the time. */
static sqlite3 *open_runs(void)
{
    sqlite3 *database = sample_run_open(NULL);
    sample_run_change(database, "DELETE FROM run; DELETE FROM series;"
                                "INSERT INTO run VALUES(1,'s','ping','','a',1,1,'complete',1,1,1),"
                                "(2,'s','ping','','a',2,2,'complete',1,1,1),"
                                "(3,'s','ping','','b',1,1,'complete',1,1,1),"
                                "(4,'s','ping','','b',2,1,'interrupted',1,1,1)");
    for (int run = 1; run <= 4; run++) {
        for (int i = run == 3 ? 420 : 0; i < 460; i++) {
            const int value = run == 3 ? 1000 - i : (i < 60 ? 100 : 8 + 2 * run) + i * 7 % 5;
            g_autofree char *sql =
                g_strdup_printf("INSERT INTO series(run_id,name,peer_id,time_ns,value) "
                                "VALUES(%d,'link.queue',%d,%d,%d)",
                                run, i % 3, i * 1000000, value);
            sample_run_change(database, sql);
        }
    }
    return database;
}

static LongRunQuestion question_of(WarmUp warm_up, const int64_t *run_id)
{
    return (LongRunQuestion){.quantity = "link.queue",
                             .run_id = run_id,
                             .warm_up = warm_up,
                             .warm_up_ns = 100000000,
                             .batch_count = 20,
                             .level = 0.95};
}

static void expect_text(sqlite3 *database, const LongRunQuestion *question, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) tables = long_run_read(database, question, &error);
    g_autoptr(GString) out = g_string_new(error == NULL ? NULL : error->message);
    for (guint i = 0; tables != NULL && i < tables->len; i++) {
        if (table_row_count(g_ptr_array_index(tables, i)) > 0) {
            table_print_text(g_ptr_array_index(tables, i), 40, out);
        }
    }
    if (strcmp(out->str, expected) != 0) {
        printf("\n    found    %s\n    expected %s\n", out->str, expected);
    }
    CU_ASSERT_STRING_EQUAL(out->str, expected);
}

#define RUNS "Runs after their warm-up\n  run  cell  quantity    values  left out "

/* The step is found, and over the runs of a cell stands Student's interval: 13 -+ 12.706 * 1. */
static void long_run_leaves_out_what_mser5_finds(void)
{
    g_autoptr(sqlite3) database = open_runs();
    sample_run_change(database, "DELETE FROM series WHERE run_id = 3");
    const LongRunQuestion question = question_of(WARM_UP_MSER5, NULL);
    expect_text(
        database, &question,
        RUNS "  from  batches  batch size  mean  mean low  mean high  settled\n"
             "    1  a     link.queue     460        60  60 ms       20          20    12        "
             "12         12  yes\n"
             "    2  a     link.queue     460        60  60 ms       20          20    14        "
             "14         14  yes\n"
             "Cells, over their runs\n"
             "  cell  quantity    runs  mean  mean low  mean high\n"
             "  a     link.queue     2    13    0.2938      25.71\n");
}

/* By a time, or not at all: the mean of all is (60 * 102 + 400 * 12) / 460. Values that only fall
 * never settle: the second half is 541 to 560, and its batches of one have the deviation of 20
 * successive numbers, sqrt(35), so that the interval is 2.093 sqrt(35 / 20) wide to each side. */
static void long_run_takes_a_time_or_all(void)
{
    g_autoptr(sqlite3) database = open_runs();
    const int64_t first = 1, third = 3;
    LongRunQuestion question = question_of(WARM_UP_TIME, &first);
    expect_text(database, &question,
                RUNS
                "   from  batches  batch size  mean  mean low  mean high  settled\n"
                "    1  a     link.queue     460       100  100 ms       20          18    12     "
                "11.96      12.04  -\n");
    question = question_of(WARM_UP_NONE, &first);
    question.batch_count = 2;
    expect_text(database, &question,
                RUNS
                " from  batches  batch size   mean  mean low  mean high  settled\n"
                "    1  a     link.queue     460         0     0        2         230  23.74    "
                "-125.4      172.9  -\n");
    question = question_of(WARM_UP_MSER5, &third);
    expect_text(database, &question,
                RUNS
                "   from  batches  batch size   mean  mean low  mean high  settled\n"
                "    3  b     link.queue      40        20  440 ms       20           1  550.5     "
                "547.7      553.3  no\n");
}

/* Spans count with their durations, at their ends. */
static void long_run_of_spans(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    LongRunQuestion question = question_of(WARM_UP_NONE, NULL);
    question.quantity = "ping"; /* 21, 61 and 101 ms; one did not end */
    question.batch_count = 3;
    expect_text(
        database, &question,
        "Runs after their warm-up\n"
        "  run  cell  quantity  values  left out    from  batches  batch size   mean   mean "
        "low  mean high  settled\n"
        "    1        ping           3         0  221 ms        3           1  61 ms  -38.37 "
        "ms   160.4 ms  -\n");
}

static void long_run_refuses_what_is_not_there(void)
{
    g_autoptr(sqlite3) database = open_runs();
    const int64_t fourth = 4, third = 3;
    LongRunQuestion question = question_of(WARM_UP_MSER5, &fourth);
    expect_text(database, &question, "this run is not complete or has no values of 'link.queue'");
    question = question_of(WARM_UP_TIME, &third);
    question.warm_up_ns = 450000000;
    expect_text(database, &question,
                "run 3 has 40 values of 'link.queue' and 10 of them after the warm-up, too few for "
                "20 batches");
    question.quantity = "link.quue";
    expect_text(database, &question,
                "no series or span 'link.quue'; did you mean 'link.queue'?; record.series chooses "
                "which series are recorded");
}

CU_TestInfo suite_long_run[] = {
    {"long_run_leaves_out_what_mser5_finds", long_run_leaves_out_what_mser5_finds},
    {"long_run_takes_a_time_or_all", long_run_takes_a_time_or_all},
    {"long_run_of_spans", long_run_of_spans},
    {"long_run_refuses_what_is_not_there", long_run_refuses_what_is_not_there},
    CU_TEST_INFO_NULL,
};
