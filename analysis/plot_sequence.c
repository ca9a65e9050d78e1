/* SPDX-License-Identifier: MIT */
/* The sequence chart of a connection, as tcptrace draws it: each segment where it was sent, those
 * sent again and those that were lost in colours of their own, and the line of what has been
 * acknowledged, where the sender learnt of it. */
#include "analysis/error.h"
#include "analysis/number_text.h"
#include "analysis/plot.h"

#include <math.h>
#include <string.h>

/* Of first transmissions that arrived; more are thinned evenly. */
#define SEGMENT_COUNT_MAX 6000

typedef struct Chart {
    int64_t connection_id, sender_id, receiver_id;
    int64_t segments;         /* with data */
    int64_t again, lost;      /* of them */
    int64_t first_ns, end_ns; /* of what is drawn */
    double maximum;           /* number */
    bool is_thinned;
} Chart;

/* The direction in which most data went, among the peers that are wanted. */
static bool choose(const PlotSource *source, Chart *chart, GError **error)
{
    GError *problem = NULL;
    bool is_found = false;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT connection_id, sender_id, receiver_id, sum(data_bytes > 0) FROM packet"
        " WHERE run_id = ?1 AND connection_id IS NOT NULL AND number IS NOT NULL"
        " AND data_bytes > 0 AND sent_ns BETWEEN ?2 AND ?3"
        " GROUP BY connection_id, sender_id ORDER BY sum(data_bytes) DESC, connection_id, "
        "sender_id",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, source->options->from_ns);
    sqlite3_bind_int64(row, 3, source->options->to_ns);
    while (!is_found && database_step(row, &problem)) {
        chart->connection_id = sqlite3_column_int64(row, 0);
        chart->sender_id = sqlite3_column_int64(row, 1);
        chart->receiver_id = sqlite3_column_int64(row, 2);
        chart->segments = sqlite3_column_int64(row, 3);
        is_found =
            plot_has_peer(source, chart->sender_id) && plot_has_peer(source, chart->receiver_id);
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (!is_found) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "no segments of a connection here; record.packets: yes records them on a "
                    "stack such as tcp");
    }
    return is_found;
}

static sqlite3_stmt *prepare(const PlotSource *source, const Chart *chart, const char *sql,
                             GError **error)
{
    sqlite3_stmt *row = database_prepare_for_run(source->database, sql, source->run_id, error);
    if (row != NULL) {
        sqlite3_bind_int64(row, 2, source->options->from_ns);
        sqlite3_bind_int64(row, 3, source->options->to_ns);
        sqlite3_bind_int64(row, 4, chart->connection_id);
        sqlite3_bind_int64(row, 5, chart->sender_id);
    }
    return row;
}

typedef struct Dots {
    GString *first, *again, *lost;
} Dots;

static bool read_segments(const PlotSource *source, Chart *chart, Dots *dots, double time_ns,
                          double scale, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source, chart,
                "SELECT sent_ns, number, data_bytes, fate FROM packet WHERE run_id = ?1 AND sent_ns"
                " BETWEEN ?2 AND ?3 AND connection_id = ?4 AND sender_id = ?5 AND data_bytes > 0"
                " AND number IS NOT NULL AND duplicate_of IS NULL ORDER BY sent_ns, id",
                error);
    if (row == NULL) {
        return false;
    }
    const int64_t step = chart->segments / SEGMENT_COUNT_MAX + 1;
    chart->is_thinned = step > 1;
    double highest = -1;
    for (int64_t i = 0; database_step(row, &problem); i++) {
        const double number = (double)sqlite3_column_int64(row, 1);
        const double end = number + (double)sqlite3_column_int64(row, 2);
        const char *fate = (const char *)sqlite3_column_text(row, 3);
        const bool is_lost =
            fate != NULL && strcmp(fate, "delivered") != 0 && strcmp(fate, "in-flight") != 0;
        const bool is_again = number < highest;
        highest = fmax(highest, end);
        chart->again += is_again;
        chart->lost += is_lost;
        if (is_lost || is_again || i % step == 0) {
            GString *to = is_lost ? dots->lost : is_again ? dots->again : dots->first;
            g_string_append_printf(to, "%.9g %.9g\n",
                                   (double)sqlite3_column_int64(row, 0) / time_ns, end / scale);
        }
    }
    chart->maximum = highest;
    return database_finished(problem, error);
}

static bool read_acknowledged(const PlotSource *source, const Chart *chart, double time_ns,
                              double scale, GString *line, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source, chart,
                "SELECT received_ns, acknowledged FROM packet WHERE run_id = ?1 AND sent_ns"
                " BETWEEN ?2 AND ?3 AND connection_id = ?4 AND receiver_id = ?5"
                " AND acknowledged IS NOT NULL AND fate = 'delivered' ORDER BY received_ns, id",
                error);
    if (row == NULL) {
        return false;
    }
    const int64_t step = chart->segments / SEGMENT_COUNT_MAX + 1;
    double most = -1;
    for (int64_t i = 0; database_step(row, &problem); i++) {
        const double acknowledged = (double)sqlite3_column_int64(row, 1);
        if (acknowledged > most && i % step == 0) {
            most = acknowledged;
            g_string_append_printf(line, "%.9g %.9g\n",
                                   (double)sqlite3_column_int64(row, 0) / time_ns, most / scale);
        }
    }
    return database_finished(problem, error);
}

static bool read_extent(const PlotSource *source, Chart *chart, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source, chart,
                "SELECT min(sent_ns), max(ifnull(received_ns, sent_ns)), max(number + data_bytes)"
                " FROM packet WHERE run_id = ?1 AND sent_ns BETWEEN ?2 AND ?3"
                " AND connection_id = ?4 AND (sender_id = ?5 OR receiver_id = ?5)",
                error);
    if (row == NULL) {
        return false;
    }
    if (database_step(row, &problem)) {
        chart->first_ns = sqlite3_column_int64(row, 0);
        chart->end_ns = sqlite3_column_int64(row, 1);
        chart->maximum = sqlite3_column_double(row, 2);
    }
    return database_finished(problem, error);
}

static void append_block(GString *body, const char *name, const GString *rows)
{
    g_string_append_printf(body, "$%s << EOD\n%sEOD\n", name, rows->str);
}

static void append_plot(GString *body, const Chart *chart)
{
    g_string_append(body, "plot $acknowledged using 1:2 with steps lw 1.4 lc rgb '" COLOUR_GREEN
                          "' title 'acknowledged', \\\n"
                          " $first using 1:2 with points pt 7 ps 0.35 lc rgb '" COLOUR_BLUE
                          "' title 'sent'");
    if (chart->again > 0) {
        g_string_append(body,
                        ", \\\n $again using 1:2 with points pt 9 ps 0.8 lc rgb '" COLOUR_ORANGE
                        "' title 'sent again'");
    }
    if (chart->lost > 0) {
        g_string_append(body, ", \\\n $lost using 1:2 with points pt 2 ps 1 lc rgb '" COLOUR_RED
                              "' title 'did not arrive'");
    }
    g_string_append_c(body, '\n');
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    Chart chart = {0};
    if (!choose(source, &chart, error) || !read_extent(source, &chart, error)) {
        return false;
    }
    const TimeUnit time = time_unit_for((double)chart.end_ns);
    const double scale = chart.maximum >= 1e6 ? 1e6 : chart.maximum >= 1e3 ? 1e3 : 1;
    Dots dots = {g_string_new(NULL), g_string_new(NULL), g_string_new(NULL)};
    GString *acknowledged = g_string_new(NULL);
    const bool is_read =
        read_segments(source, &chart, &dots, time.ns, scale, error) &&
        read_acknowledged(source, &chart, time.ns, scale, acknowledged, error) &&
        plot_draw_faults(source, plot, chart.first_ns, chart.end_ns, time.ns, error);
    if (is_read) {
        g_autofree char *sender = plot_peer_name(source, chart.sender_id);
        g_autofree char *receiver = plot_peer_name(source, chart.receiver_id);
        g_string_append_printf(plot->title, "%" G_GINT64_FORMAT " segments from %s to %s",
                               chart.segments, sender, receiver);
        g_string_append_printf(plot->subtitle,
                               "%s; %" G_GINT64_FORMAT " sent again, %" G_GINT64_FORMAT
                               " did not arrive",
                               source->origin, chart.again, chart.lost);
        if (chart.is_thinned) {
            g_string_append_printf(plot->subtitle, "; of the others one in %" G_GINT64_FORMAT,
                                   chart.segments / SEGMENT_COUNT_MAX + 1);
        }
        append_block(plot->body, "first", dots.first);
        append_block(plot->body, "again", dots.again);
        append_block(plot->body, "lost", dots.lost);
        append_block(plot->body, "acknowledged", acknowledged);
        g_string_append_printf(plot->body,
                               "set xlabel 'virtual time (%s)'\nset ylabel 'sequence number (%s)'\n"
                               "set key left top\nset yrange [0:*]\nset xrange [%.9g:%.9g]\n",
                               time.name,
                               scale >= 1e6   ? "MB"
                               : scale >= 1e3 ? "kB"
                                              : "B",
                               (double)chart.first_ns / time.ns,
                               (double)MAX(chart.end_ns, chart.first_ns + 1) / time.ns);
        append_plot(plot->body, &chart);
    }
    g_string_free(dots.first, TRUE);
    g_string_free(dots.again, TRUE);
    g_string_free(dots.lost, TRUE);
    g_string_free(acknowledged, TRUE);
    return is_read;
}

const PlotKind PLOT_sequence = {
    .name = "sequence",
    .help = "sequence numbers of a connection over virtual time",
    .draw = draw,
};
