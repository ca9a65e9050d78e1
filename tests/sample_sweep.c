/* SPDX-License-Identifier: MIT */
/* A small sweep for figures. */
#include "tests/sample_sweep.h"

#include "tests/sample_run.h"

#include <glib.h>
#include <stdint.h>

#define VALUE_COUNT 40

/* Round trips in microseconds as plain numbers of ns below 2,048, where a bucket is a value. */
static void add_metric(GString *sql, int run, int loss, int peers, int repetition)
{
    int64_t sum = 0, squares = 0, least = G_MAXINT64, most = 0;
    int counts[2048] = {0};
    /* Good and bad days, and one that is far out. */
    const int64_t day = run == 2 ? 180 : (run * 7 + repetition * repetition * 3) % 11 * 6;
    for (int i = 0; i < VALUE_COUNT; i++) {
        const int64_t noise = (i * 37 + repetition * 17 + loss * 5 + peers) % 41;
        const int64_t value = 400 + 10 * peers + loss * loss * 6 + day + noise * (3 + loss / 2);
        sum += value;
        squares += value * value;
        least = MIN(least, value);
        most = MAX(most, value);
        counts[value]++;
    }
    g_string_append_printf(sql,
                           "INSERT INTO metric VALUES(%d,'ping.rtt','ns',%d,%" G_GINT64_FORMAT
                           ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",'[",
                           run, VALUE_COUNT, sum, squares, least, most);
    for (int bucket = 0, written = 0; bucket < 2048; bucket++) {
        if (counts[bucket] > 0) {
            g_string_append_printf(sql, "%s[%d,%d]", written++ == 0 ? "" : ",", bucket,
                                   counts[bucket]);
        }
    }
    g_string_append(sql, "]');");
}

static void add_series(GString *sql, int run, int loss, int repetition)
{
    for (int i = 0; i < 20; i++) {
        g_string_append_printf(sql,
                               "INSERT INTO series VALUES(%d,'link.queue',0,%d00000000,%d,NULL,1);",
                               run, i, i * (10 + loss) + (i * 13 + repetition * 29) % 23);
    }
}

sqlite3 *sample_sweep_open(const char *path)
{
    static const int LOSSES[] = {0, 5, 10};
    sqlite3 *database = sample_run_open(path);
    g_autoptr(GString) sql = g_string_new("BEGIN;DELETE FROM run;DELETE FROM metric;"
                                          "DELETE FROM parameter;DELETE FROM series;");
    for (int run = 1; run <= 30; run++) {
        const int loss = LOSSES[run % 3], peers = run / 3 % 2 == 0 ? 10 : 20;
        const int repetition = (run - 1) / 6 + 1;
        g_string_append_printf(
            sql,
            "INSERT INTO run VALUES(%d,'s','ping','','link.loss=%d%%, peers.count=%d',%d,%d,"
            "'complete',1,1,2000000000);INSERT INTO parameter VALUES(%d,'link.loss','%d%%',"
            "'sweep'),(%d,'peers.count','%d','sweep'),(%d,'stack.name','it''s','default');",
            run, loss, peers, repetition, repetition, run, loss, run, peers, run);
        add_metric(sql, run, loss, peers, repetition);
        add_series(sql, run, loss, repetition);
    }
    g_string_append(sql, "COMMIT");
    sample_run_change(database, sql->str);
    return database;
}
