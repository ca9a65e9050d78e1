/* SPDX-License-Identifier: MIT */
/* Groups of runs on axes. */
#include "analysis/cell_plot.h"

#include "analysis/error.h"
#include "analysis/number_text.h"

#include <math.h>
#include <string.h>

#define TIC_COUNT_MAX 14

const char *cell_plot_colour(guint index)
{
    static const char *const COLOURS[CELL_PLOT_COLOUR_COUNT] = {
        COLOUR_BLUE,   COLOUR_ORANGE, COLOUR_GREEN, COLOUR_RED,
        COLOUR_PURPLE, COLOUR_SKY,    COLOUR_BLACK,
    };
    return COLOURS[index % CELL_PLOT_COLOUR_COUNT];
}

void cell_plot_clear(CellPlot *cells)
{
    cell_groups_free(cells->groups);
    g_free(cells->axis);
}

/* Shortens `by` to the keys that the kind can show. */
static char *choose_keys(char **by, guint count_max)
{
    const guint count = MIN(g_strv_length(by), count_max);
    g_autoptr(GString) keys = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(keys, "%s%s", i == 0 ? "" : ",", by[i]);
    }
    return g_strdup(keys->str);
}

static void set_unit(CellPlot *cells)
{
    const char *unit = cells->groups->statistic.unit;
    double largest = 0;
    cells->factor = 1;
    for (guint i = 0; i < cells->groups->groups->len; i++) {
        const GArray *samples = cell_groups_at(cells->groups, i)->samples;
        for (guint k = 0; k < samples->len; k++) {
            largest = fmax(largest, fabs(g_array_index(samples, double, k)));
        }
    }
    if (strcmp(unit, "ns") == 0) {
        const TimeUnit time = time_unit_for(largest);
        cells->factor = time.ns;
        unit = time.name;
    }
    cells->axis = strcmp(unit, "1") == 0
                      ? g_strdup(cells->groups->statistic.text)
                      : g_strdup_printf("%s (%s)", cells->groups->statistic.text, unit);
}

static void describe(const CellPlot *cells, guint swept_count, Plot *plot)
{
    const GPtrArray *groups = cells->groups->groups;
    guint least = G_MAXUINT, most = 0;
    for (guint i = 0; i < groups->len; i++) {
        const guint count = cell_groups_at(cells->groups, i)->samples->len;
        least = MIN(least, count);
        most = MAX(most, count);
    }
    g_string_append_printf(plot->subtitle, "%u cells, %u", groups->len, least);
    if (most > least) {
        g_string_append_printf(plot->subtitle, " to %u", most);
    }
    g_string_append(plot->subtitle, most == 1 ? " repetition" : " repetitions");
    if (swept_count > g_strv_length(cells->groups->by)) {
        g_string_append(plot->subtitle, ", over all other parameters");
    }
    if (cells->groups->left_out > 0) {
        g_string_append_printf(plot->subtitle,
                               ", %" G_GINT64_FORMAT " runs without a value left out",
                               cells->groups->left_out);
    }
}

bool cell_plot_read(const PlotSource *source, Plot *plot, guint key_count_min, guint key_count_max,
                    CellPlot *ret_cells, GError **error)
{
    CellQuestion question = {source->options->metric, NULL, source->options->experiment};
    g_autoptr(CellGroups) all = cell_groups_read(source->database, &question, error);
    if (all == NULL) {
        return false;
    }
    question.by = source->options->by;
    g_autoptr(CellGroups) asked = cell_groups_read(source->database, &question, error);
    if (asked == NULL) {
        return false;
    }
    if (g_strv_length(asked->by) < key_count_min) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "this kind of plot needs %u swept parameters, found %u; --by "
                    "names others",
                    key_count_min, g_strv_length(asked->by));
        return false;
    }
    g_autofree char *keys = choose_keys(asked->by, key_count_max);
    if (g_strv_length(asked->by) > key_count_max) {
        question.by = keys;
        cell_groups_free(g_steal_pointer(&asked));
        asked = cell_groups_read(source->database, &question, error);
        if (asked == NULL) {
            return false;
        }
    }
    ret_cells->groups = g_steal_pointer(&asked);
    set_unit(ret_cells);
    describe(ret_cells, g_strv_length(all->by), plot);
    return true;
}

/* -- Axes -- */

static int compare_values(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    const double x = cell_number(a), y = cell_number(b);
    return !isnan(x) && !isnan(y) && x != y ? (x > y) - (x < y) : strcmp(a, b);
}

GPtrArray *cell_plot_values(const CellPlot *cells, guint key)
{
    GPtrArray *values = g_ptr_array_new();
    for (guint i = 0; i < cells->groups->groups->len; i++) {
        char *value = cell_groups_at(cells->groups, i)->values[key];
        if (!g_ptr_array_find_with_equal_func(values, value, g_str_equal, NULL)) {
            g_ptr_array_add(values, value);
        }
    }
    g_ptr_array_sort(values, compare_values);
    return values;
}

static bool are_numbers(const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++) {
        if (isnan(cell_number(g_ptr_array_index(values, i)))) {
            return false;
        }
    }
    return true;
}

double cell_plot_place(const GPtrArray *values, const char *value)
{
    if (are_numbers(values)) {
        return cell_number(value);
    }
    for (guint i = 0; i < values->len; i++) {
        if (strcmp(g_ptr_array_index(values, i), value) == 0) {
            return i;
        }
    }
    return NAN;
}

void cell_plot_append_tic(const char *value, double place, GString *body)
{
    g_auto(GStrv) parts = g_strsplit(value, "%", -1);
    g_autofree char *text = g_strjoinv("%%", parts);
    gnuplot_quote(body, text);
    g_string_append_printf(body, " %.9g", place);
}

void cell_plot_append_axis(const char *axis, const char *key, const GPtrArray *values,
                           double margin, GString *body)
{
    const double first = cell_plot_place(values, g_ptr_array_index(values, 0));
    const double last = cell_plot_place(values, g_ptr_array_index(values, values->len - 1));
    const double range = last > first && are_numbers(values) ? last - first : 1;
    const guint step = (values->len + TIC_COUNT_MAX - 1) / TIC_COUNT_MAX;
    g_string_append_printf(body, "set %slabel ", axis);
    gnuplot_quote(body, key);
    g_string_append_printf(body, "\nset %srange [%.9g:%.9g]\nset %stics (", axis,
                           first - margin * range, last + margin * range, axis);
    for (guint i = 0; i < values->len; i += step) {
        const char *value = g_ptr_array_index(values, i);
        g_string_append(body, i == 0 ? "" : ", ");
        cell_plot_append_tic(value, cell_plot_place(values, value), body);
    }
    g_string_append(body, ")\n");
}

bool cell_plot_read_histogram(const PlotSource *source, const CellPlot *cells,
                              const CellGroup *group, Histogram *histogram, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare(
        source->database, "SELECT buckets FROM metric WHERE run_id = ?1 AND name = ?2", error);
    if (row == NULL) {
        return false;
    }
    for (guint i = 0; i < group->run_ids->len; i++) {
        GError *problem = NULL;
        sqlite3_reset(row);
        sqlite3_bind_int64(row, 1, g_array_index(group->run_ids, int64_t, i));
        sqlite3_bind_text(row, 2, cells->groups->statistic.metric, -1, SQLITE_STATIC);
        while (database_step(row, &problem)) {
            g_autofree char *buckets = database_text(row, 0);
            if (!histogram_add_json(histogram, buckets, error)) {
                return false;
            }
        }
        if (!database_finished(problem, error)) {
            return false;
        }
    }
    return true;
}
