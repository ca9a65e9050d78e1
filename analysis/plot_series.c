/* SPDX-License-Identifier: MIT */
/* Quantities over time, one panel for each: windows, round trips, queues, and as goodput what
 * arrived in each slice of the time. A line is that of a connection, a link or a peer. */
#include "analysis/error.h"
#include "analysis/number_text.h"
#include "analysis/plot.h"
#include "analysis/series_scale.h"

#include <math.h>
#include <string.h>

#define PANEL_COUNT_MAX 4
#define LINE_COUNT_MAX 7
#define POINT_COUNT_MAX 3000 /* of a line; more are drawn as least and most of slices */
#define RATE_BIN_COUNT 100
#define TITLE_LENGTH_MAX 24 /* of a line, in the key */

static const char *const COLOURS[LINE_COUNT_MAX] = {
    COLOUR_BLUE, COLOUR_ORANGE, COLOUR_GREEN, COLOUR_RED, COLOUR_PURPLE, COLOUR_SKY, COLOUR_BLACK};

typedef struct Line {
    int64_t peer_id, connection_id, other_id; /* -1: NULL */
    int64_t count;
} Line;

typedef struct Point {
    double time, value;
} Point;

typedef struct Panel {
    char *name;
    bool is_rate;
    int64_t line_count; /* in the run; `lines` has the first */
    GArray *lines;      /* of Line */
    GPtrArray *points;  /* of GArray of Point, by line */
    double maximum;
} Panel;

static void panel_free(void *data)
{
    Panel *panel = data;
    g_free(panel->name);
    g_clear_pointer(&panel->lines, g_array_unref);
    g_clear_pointer(&panel->points, g_ptr_array_unref);
    g_free(panel);
}

/* Reading. */

#define IN_WINDOW " run_id = ?1 AND time_ns BETWEEN ?2 AND ?3"

static sqlite3_stmt *prepare(const PlotSource *source, const char *sql, GError **error)
{
    sqlite3_stmt *statement =
        database_prepare_for_run(source->database, sql, source->run_id, error);
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 2, source->options->from_ns);
        sqlite3_bind_int64(statement, 3, source->options->to_ns);
    }
    return statement;
}

/* Windows, queues, goodput and round trips first; what was 0 all the time last. */
static bool read_names(const PlotSource *source, GPtrArray *panels, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source,
                "SELECT name FROM series WHERE" IN_WINDOW " GROUP BY name"
                " ORDER BY max(value) = 0, CASE WHEN name LIKE '%window' THEN 0"
                "  WHEN name LIKE '%queue' THEN 1 WHEN name LIKE '%.received' THEN 2"
                "  WHEN name LIKE '%round-trip' THEN 3 ELSE 4 END, name",
                error);
    while (row != NULL && database_step(row, &problem)) {
        g_autofree char *name = database_text(row, 0);
        if (name != NULL &&
            (source->options->metric == NULL || g_str_equal(name, source->options->metric))) {
            Panel *panel = g_new0(Panel, 1);
            panel->is_rate = g_str_has_suffix(name, ".received");
            panel->name = g_steal_pointer(&name);
            g_ptr_array_add(panels, panel);
        }
    }
    return row != NULL && database_finished(problem, error);
}

static int64_t integer_or_none(sqlite3_stmt *row, int column)
{
    return database_is_null(row, column) ? -1 : sqlite3_column_int64(row, column);
}

static bool read_lines(const PlotSource *source, Panel *panel, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source,
                "SELECT peer_id, connection_id, other_id, count(*) FROM series WHERE" IN_WINDOW
                " AND name = ?4 GROUP BY peer_id, connection_id, other_id"
                " ORDER BY count(*) DESC, peer_id, connection_id, other_id",
                error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 4, panel->name, -1, SQLITE_STATIC);
    panel->lines = g_array_new(FALSE, FALSE, sizeof(Line));
    while (database_step(row, &problem)) {
        const Line line = {integer_or_none(row, 0), integer_or_none(row, 1),
                           integer_or_none(row, 2), sqlite3_column_int64(row, 3)};
        if (!plot_has_peer(source, line.peer_id)) {
            continue;
        }
        panel->line_count++;
        if (panel->lines->len < LINE_COUNT_MAX) {
            g_array_append_val(panel->lines, line);
        }
    }
    return database_finished(problem, error);
}

static GArray *read_points(const PlotSource *source, const Panel *panel, const Line *line,
                           GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source,
                "SELECT time_ns, value FROM series WHERE" IN_WINDOW
                " AND name = ?4 AND ifnull(peer_id, -1) = ?5 AND ifnull(connection_id, -1) = ?6"
                " AND ifnull(other_id, -1) = ?7 ORDER BY time_ns, rowid",
                error);
    if (row == NULL) {
        return NULL;
    }
    sqlite3_bind_text(row, 4, panel->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(row, 5, line->peer_id);
    sqlite3_bind_int64(row, 6, line->connection_id);
    sqlite3_bind_int64(row, 7, line->other_id);
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(Point));
    while (database_step(row, &problem)) {
        const Point point = {(double)sqlite3_column_int64(row, 0), sqlite3_column_double(row, 1)};
        g_array_append_val(points, point);
    }
    return database_finished(problem, error) ? g_steal_pointer(&points) : NULL;
}

/* Shaping. */

/* Of sizes that arrived: bits per second in each slice of the time. */
static GArray *rates_of(const GArray *points, double from, double to)
{
    GArray *rates = g_array_new(FALSE, FALSE, sizeof(Point));
    const double width = fmax((to - from) / RATE_BIN_COUNT, 1);
    guint next = 0;
    for (int bin = 0; bin < RATE_BIN_COUNT; bin++) {
        const double end = from + width * (bin + 1);
        double total = 0;
        for (; next < points->len && g_array_index(points, Point, next).time <= end; next++) {
            total += g_array_index(points, Point, next).value;
        }
        const Point rate = {end - width / 2, total * 8e9 / width};
        g_array_append_val(rates, rate);
    }
    return rates;
}

/* Least and most of each of so many slices of a long line. */
static GArray *thinned(const GArray *points)
{
    GArray *few = g_array_new(FALSE, FALSE, sizeof(Point));
    const guint slices = POINT_COUNT_MAX / 2;
    for (guint slice = 0; slice < slices; slice++) {
        const guint first = (guint)((uint64_t)points->len * slice / slices);
        const guint end = (guint)((uint64_t)points->len * (slice + 1) / slices);
        Point least = g_array_index(points, Point, first), most = least;
        for (guint i = first; i < end; i++) {
            const Point *point = &g_array_index(points, Point, i);
            least = point->value < least.value ? *point : least;
            most = point->value > most.value ? *point : most;
        }
        const bool is_rising = least.time < most.time;
        g_array_append_val(few, *(is_rising ? &least : &most));
        g_array_append_val(few, *(is_rising ? &most : &least));
    }
    return few;
}

static bool read_panel(const PlotSource *source, Panel *panel, double from, double to,
                       GError **error)
{
    if (!read_lines(source, panel, error)) {
        return false;
    }
    panel->points = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (guint i = 0; i < panel->lines->len; i++) {
        g_autoptr(GArray) points =
            read_points(source, panel, &g_array_index(panel->lines, Line, i), error);
        if (points == NULL) {
            return false;
        }
        GArray *shaped = panel->is_rate                  ? rates_of(points, from, to)
                         : points->len > POINT_COUNT_MAX ? thinned(points)
                                                         : g_array_ref(points);
        for (guint k = 0; k < shaped->len; k++) {
            panel->maximum = fmax(panel->maximum, g_array_index(shaped, Point, k).value);
        }
        g_ptr_array_add(panel->points, shaped);
    }
    return true;
}

/* Drawing. */

static void append_line_title(const PlotSource *source, const Panel *panel, const Line *line,
                              GString *body)
{
    g_autoptr(GString) title = g_string_new(NULL);
    g_autofree char *peer = plot_peer_name(source, line->peer_id);
    g_string_append(title, peer);
    if (line->other_id >= 0) {
        g_autofree char *other = plot_peer_name(source, line->other_id);
        g_string_append_printf(title, " %s %s", panel->is_rate ? "from" : "to", other);
    }
    if (line->connection_id >= 0) {
        g_string_append_printf(title, " (%d)", (int)(line->connection_id & 0x7fffffff));
    }
    if (g_utf8_strlen(title->str, -1) > TITLE_LENGTH_MAX) {
        g_autofree char *start = g_utf8_substring(title->str, 0, TITLE_LENGTH_MAX - 1);
        g_string_printf(title, "%s\u2026", start);
    }
    gnuplot_quote(body, title->str);
}

static void append_panel(const PlotSource *source, const Panel *panel, guint number, guint count,
                         double time_ns, GString *body)
{
    SeriesScale scale = series_scale(panel->name, panel->is_rate, panel->maximum);
    for (guint i = 0; i < panel->points->len; i++) {
        const GArray *points = g_ptr_array_index(panel->points, i);
        g_string_append_printf(body, "$line%u_%u << EOD\n", number, i);
        for (guint k = 0; k < points->len; k++) {
            const Point *point = &g_array_index(points, Point, k);
            g_string_append_printf(body, "%.9g %.9g\n", point->time / time_ns,
                                   point->value / scale.factor);
        }
        g_string_append(body, "EOD\n");
    }
    const double height = (0.89 - 0.09) / count, bottom = 0.89 - height * (number + 1);
    g_string_append_printf(body, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n",
                           bottom + height - 0.05, bottom);
    g_string_append(body, "set label 3 ");
    gnuplot_quote(body, scale.label);
    g_string_append_printf(body,
                           " at graph 0,1 left offset 0,0.8 tc rgb '" COLOUR_BLACK "'\n"
                           "set yrange [0:%.9g]\n",
                           panel->maximum > 0 ? panel->maximum / scale.factor * 1.08 : 1);
    g_string_append(body, "plot ");
    for (guint i = 0; i < panel->lines->len; i++) {
        g_string_append_printf(body, "%s$line%u_%u using 1:2 with %s lw 1.6 lc rgb '%s' title ",
                               i == 0 ? "" : ", \\\n ", number, i,
                               panel->is_rate ? "lines" : "steps", COLOURS[i]);
        append_line_title(source, panel, &g_array_index(panel->lines, Line, i), body);
    }
    g_string_append_c(body, '\n');
    if (number == 0) {
        g_string_append(body, "unset label 1\nunset label 2\n");
    }
    g_free(scale.label);
}

static bool is_without(const PlotSource *source, GError **error)
{
    if (source->options->metric != NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "the run has no series '%s' here; record.series names those to be recorded",
                    source->options->metric);
    } else {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "the run has no series here; record.series names those to be recorded");
    }
    return false;
}

static void append_subtitle(const PlotSource *source, const GPtrArray *panels, guint drawn,
                            Plot *plot)
{
    g_string_append(plot->subtitle, source->origin);
    for (guint i = drawn; i < panels->len; i++) {
        g_string_append_printf(plot->subtitle, "%s%s", i == drawn ? "; not drawn: " : ", ",
                               ((const Panel *)g_ptr_array_index(panels, i))->name);
    }
    for (guint i = 0; i < drawn; i++) {
        const Panel *panel = g_ptr_array_index(panels, i);
        if (panel->line_count > (int64_t)panel->lines->len) {
            g_string_append_printf(plot->subtitle, "; %s: %u of %" G_GINT64_FORMAT " lines",
                                   panel->name, panel->lines->len, panel->line_count);
        }
    }
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_autoptr(GPtrArray) panels = g_ptr_array_new_with_free_func(panel_free);
    if (!read_names(source, panels, error)) {
        return false;
    }
    if (panels->len == 0) {
        return is_without(source, error);
    }
    const double from = (double)MAX(source->options->from_ns, 0);
    const double to = (double)MIN(source->options->to_ns, source->end_ns);
    const TimeUnit time = time_unit_for(to);
    const guint count = MIN(panels->len, PANEL_COUNT_MAX);
    for (guint i = 0; i < count; i++) {
        if (!read_panel(source, g_ptr_array_index(panels, i), from, to, error)) {
            return false;
        }
    }
    g_string_append(plot->title, "Series over time");
    append_subtitle(source, panels, count, plot);
    if (!plot_draw_faults(source, plot, (int64_t)from, (int64_t)to, time.ns, error)) {
        return false;
    }
    if (count > 1) { /* no room for them */
        g_string_append(plot->body, "do for [tag=100:139] { unset label tag }\n");
    }
    g_string_append_printf(plot->body,
                           "set multiplot\nset lmargin at screen 0.09\n"
                           "set rmargin at screen 0.8\n"
                           "set key at graph 1.02,1 left top Left reverse vertical maxcols 1 "
                           "samplen 1.5 spacing 1 font ',11' noautotitle\n"
                           "set xrange [%.9g:%.9g]\nset format x ''\n",
                           from / time.ns, fmax(to, from + 1) / time.ns);
    for (guint i = 0; i < count; i++) {
        if (i + 1 == count) {
            g_string_append_printf(
                plot->body, "set format x '%%g'\nset xlabel 'virtual time (%s)'\n", time.name);
        }
        append_panel(source, g_ptr_array_index(panels, i), i, count, time.ns, plot->body);
    }
    g_string_append(plot->body, "unset multiplot\n");
    return true;
}

const PlotKind PLOT_series = {
    .name = "series",
    .help = "windows, round trips, queues, goodput over virtual time",
    .metric = PLOT_METRIC_SERIES,
    .draw = draw,
};
