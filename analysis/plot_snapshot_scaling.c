/* SPDX-License-Identifier: MIT */
/* How long snapshots take, and how many markers, against the number of peers: over all runs of the
 * database, a point for each complete snapshot and a line through the means. */
#include "analysis/error.h"
#include "analysis/plot.h"

/* Rows of (peers, duration in ns, markers), and of their means. */
static const char POINTS[] =
    "SELECT CAST(p.value AS INTEGER) AS peers, completed_ns - started_ns AS duration, markers"
    " FROM snapshot AS s JOIN parameter AS p ON p.run_id = s.run_id AND p.key = 'peers.count'"
    " WHERE completed_ns IS NOT NULL AND CAST(p.value AS INTEGER) > 0 ORDER BY 1, 2, 3";
static const char MEANS[] =
    "SELECT CAST(p.value AS INTEGER) AS peers, avg(completed_ns - started_ns), avg(markers)"
    " FROM snapshot AS s JOIN parameter AS p ON p.run_id = s.run_id AND p.key = 'peers.count'"
    " WHERE completed_ns IS NOT NULL AND CAST(p.value AS INTEGER) > 0 GROUP BY 1 ORDER BY 1";

static bool append_block(const PlotSource *source, GString *body, const char *name, const char *sql,
                         guint *ret_count, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare(source->database, sql, error);
    if (row == NULL) {
        return false;
    }
    g_string_append_printf(body, "$%s << EOD\n", name);
    for (*ret_count = 0; database_step(row, &problem); (*ret_count)++) {
        g_string_append_printf(body, "%" G_GINT64_FORMAT " %.9g %.9g\n",
                               (int64_t)sqlite3_column_int64(row, 0),
                               sqlite3_column_double(row, 1) / 1e6, sqlite3_column_double(row, 2));
    }
    g_string_append(body, "EOD\n");
    return database_finished(problem, error);
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    guint snapshots = 0, sizes = 0;
    if (!append_block(source, plot->body, "points", POINTS, &snapshots, error) ||
        !append_block(source, plot->body, "means", MEANS, &sizes, error)) {
        return false;
    }
    if (snapshots == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "the database has no complete snapshot");
        return false;
    }
    g_string_append(plot->title, "Snapshots against the number of peers");
    g_string_append_printf(plot->subtitle,
                           "%u complete snapshots of %u sizes, all runs; lines "
                           "through the means",
                           snapshots, sizes);
    g_string_append(
        plot->body,
        "set logscale xy\nset xlabel 'peers'\nset ylabel 'duration (ms)'\n"
        "set y2label 'markers'\nset logscale y2\nset ytics nomirror\nset y2tics\n"
        "set border 11\nset offsets graph 0.05, graph 0.05, graph 0.1, graph 0.1\n"
        "set key at screen 0.5,0.015 center bottom horizontal maxrows 1\nset bmargin 6\n"
        "set rmargin 10\n"
        "plot $points using 1:2 with points pt 7 ps 0.9 lc rgb '" COLOUR_BLUE "' notitle, \\\n"
        " $means using 1:2 with linespoints lw 2 pt 7 ps 0.9 lc rgb '" COLOUR_BLUE
        "' title 'duration', \\\n"
        " $points using 1:3 axes x1y2 with points pt 5 ps 0.9 lc rgb '" COLOUR_ORANGE
        "' notitle, \\\n"
        " $means using 1:3 axes x1y2 with linespoints lw 2 pt 5 ps 0.9 lc rgb '" COLOUR_ORANGE
        "' title 'markers'\n");
    return true;
}

const PlotKind PLOT_snapshot_scaling = {
    .name = "snapshot-scaling",
    .help = "duration and markers of the snapshots of all runs against the number of peers",
    .draw = draw,
};
