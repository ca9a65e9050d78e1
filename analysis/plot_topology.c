/* SPDX-License-Identifier: MIT */
/* Who was connected to whom: peers on a circle, a line for each pair with a connection (or a used
 * link), coloured by latency. Slow pairs are light and lie below. Of more lines than the eye can
 * take in, a fixed sample is drawn. */
#include "analysis/error.h"
#include "analysis/number_text.h"
#include "analysis/plot.h"
#include "analysis/summary.h"

#include <math.h>
#include <string.h>

#define EDGE_COUNT_MAX 2500
#define NAME_COUNT_MAX 64
#define RADIUS 1.0

typedef struct Edge {
    int64_t a_id, b_id; /* a < b */
    int64_t latency_ns; /* -1: not measured */
} Edge;

/* Rows of (smaller id, larger id, mean latency in ns). */
static const struct {
    const char *metric, *label, *sql;
} MEASURES[] = {
    {"message", "mean one-way latency of messages",
     "SELECT min(sender_id, receiver_id), max(sender_id, receiver_id),"
     " avg(received_ns - sent_ns) FROM message WHERE run_id = ?1 AND received_ns IS NOT NULL"
     " GROUP BY 1, 2"},
    {"ping", "mean round trip of pings",
     "SELECT min(peer_id, other), max(peer_id, other), avg(end_ns - start_ns) FROM (SELECT peer_id,"
     " CASE WHEN json_valid(attributes) THEN json_extract(attributes, '$.to') END AS other,"
     " start_ns, end_ns FROM span WHERE run_id = ?1 AND name IN ('PING', 'ping')"
     " AND end_ns IS NOT NULL) GROUP BY 1, 2"},
    {"dial", "duration of the dial",
     "SELECT min(dialer_id, listener_id), max(dialer_id, listener_id), avg(opened_ns - dialed_ns)"
     " FROM connection WHERE run_id = ?1 AND opened_ns > dialed_ns GROUP BY 1, 2"},
    {NULL, "least one-way latency of the link",
     "SELECT min(sender_id, receiver_id), max(sender_id, receiver_id), avg(latency_ns_min)"
     " FROM link WHERE run_id = ?1 AND latency_ns_min IS NOT NULL GROUP BY 1, 2"},
};

static guint edge_hash(const void *edge)
{
    const Edge *e = edge;
    return g_int64_hash(&e->a_id) * 31 + g_int64_hash(&e->b_id);
}

static gboolean edge_equal(const void *left, const void *right)
{
    const Edge *a = left, *b = right;
    return a->a_id == b->a_id && a->b_id == b->b_id;
}

/* Pairs with a connection that opened; where connections were not recorded, those with a link. */
static bool read_edges(const PlotSource *source, GHashTable *edges, GError **error)
{
    static const char *const queries[] = {
        "SELECT DISTINCT min(dialer_id, listener_id), max(dialer_id, listener_id) FROM connection"
        " WHERE run_id = ?1 AND opened_ns IS NOT NULL",
        "SELECT DISTINCT min(sender_id, receiver_id), max(sender_id, receiver_id) FROM link"
        " WHERE run_id = ?1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(queries) && g_hash_table_size(edges) == 0; i++) {
        GError *problem = NULL;
        g_autoptr(sqlite3_stmt) row =
            database_prepare_for_run(source->database, queries[i], source->run_id, error);
        if (row == NULL) {
            return false;
        }
        while (database_step(row, &problem)) {
            const Edge edge = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), -1};
            if (edge.a_id != edge.b_id && plot_has_peer(source, edge.a_id) &&
                plot_has_peer(source, edge.b_id)) {
                g_hash_table_add(edges, g_memdup2(&edge, sizeof edge));
            }
        }
        if (!database_finished(problem, error)) {
            return false;
        }
    }
    if (g_hash_table_size(edges) == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "run %" G_GINT64_FORMAT " has neither connections nor links%s; a run that "
                    "records metrics only keeps none",
                    source->run_id, source->wanted == NULL ? "" : " among these peers");
        return false;
    }
    return true;
}

/* Sets the latencies of the edges and counts those that have one. */
static bool measure(const PlotSource *source, size_t index, GHashTable *edges, guint *ret_count,
                    GError **error)
{
    GError *problem = NULL;
    guint count = 0;
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(source->database, MEASURES[index].sql, source->run_id, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        const Edge key = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), -1};
        Edge *edge = g_hash_table_lookup(edges, &key);
        if (edge != NULL) {
            edge->latency_ns = (int64_t)CLAMP(sqlite3_column_double(row, 2), 0, 9e18);
            count++;
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    *ret_count = count;
    return true;
}

/* The measure that the user wants, or the first that nine tenths of the edges have, or the link. */
static bool measure_best(const PlotSource *source, GHashTable *edges, size_t *ret_index,
                         guint *ret_count, GError **error)
{
    const char *metric = source->options->metric;
    for (size_t i = 0; i < G_N_ELEMENTS(MEASURES); i++) {
        const bool is_last = i + 1 == G_N_ELEMENTS(MEASURES);
        if (metric != NULL && g_strcmp0(metric, MEASURES[i].metric) != 0) {
            continue;
        }
        GHashTableIter iter;
        void *edge = NULL;
        g_hash_table_iter_init(&iter, edges);
        while (g_hash_table_iter_next(&iter, &edge, NULL)) {
            ((Edge *)edge)->latency_ns = -1;
        }
        if (!measure(source, i, edges, ret_count, error)) {
            return false;
        }
        *ret_index = i;
        if (metric != NULL || is_last || *ret_count * 10 >= g_hash_table_size(edges) * 9) {
            return true;
        }
    }
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                "unknown metric '%s'; expected ping, dial or message", metric);
    return false;
}

static uint64_t mix(const Edge *edge)
{
    uint64_t x = (uint64_t)edge->a_id * 0x9e3779b97f4a7c15u ^ (uint64_t)edge->b_id;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static int compare_mixed(const void *left, const void *right)
{
    const uint64_t a = mix(left), b = mix(right);
    return (a > b) - (a < b);
}

/* Slow ones first, so that the fast ones lie on top. */
static int compare_latency(const void *left, const void *right)
{
    const Edge *a = left, *b = right;
    if (a->latency_ns != b->latency_ns) {
        return a->latency_ns == -1 ? -1
               : b->latency_ns == -1
                   ? 1
                   : (a->latency_ns < b->latency_ns) - (a->latency_ns > b->latency_ns);
    }
    return a->a_id != b->a_id ? (a->a_id > b->a_id) - (a->a_id < b->a_id)
                              : (a->b_id > b->b_id) - (a->b_id < b->b_id);
}

/* The edges in the order of drawing, at most EDGE_COUNT_MAX of them. */
static GArray *list_edges(GHashTable *edges)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Edge));
    GHashTableIter iter;
    void *edge = NULL;
    g_hash_table_iter_init(&iter, edges);
    while (g_hash_table_iter_next(&iter, &edge, NULL)) {
        g_array_append_vals(list, edge, 1);
    }
    if (list->len > EDGE_COUNT_MAX) {
        g_array_sort(list, compare_mixed);
        g_array_set_size(list, EDGE_COUNT_MAX);
    }
    g_array_sort(list, compare_latency);
    return list;
}

/* Ids of the peers on the circle, in order of region and number. */
static GArray *read_circle(const PlotSource *source, GHashTable *edges, GHashTable *places,
                           GError **error)
{
    GError *problem = NULL;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database, "SELECT id FROM peer WHERE run_id = ?1 ORDER BY region, id",
        source->run_id, error);
    if (row == NULL) {
        return NULL;
    }
    while (database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 0);
        if (plot_has_peer(source, id) && !g_hash_table_contains(places, &id)) {
            g_array_append_val(ids, id);
            g_hash_table_insert(places, g_memdup2(&id, sizeof id), GUINT_TO_POINTER(ids->len));
        }
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    g_autoptr(GArray) list = list_edges(edges);
    for (guint i = 0; i < list->len; i++) {
        const Edge *edge = &g_array_index(list, Edge, i);
        const int64_t ends[] = {edge->a_id, edge->b_id};
        for (int end = 0; end < 2; end++) {
            if (!g_hash_table_contains(places, &ends[end])) {
                g_array_append_val(ids, ends[end]);
                g_hash_table_insert(places, g_memdup2(&ends[end], sizeof ends[end]),
                                    GUINT_TO_POINTER(ids->len));
            }
        }
    }
    return g_steal_pointer(&ids);
}

/* From the top, clockwise. */
static double angle_of(GHashTable *places, guint count, int64_t id)
{
    const guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, &id)) - 1;
    return G_PI / 2 - 2 * G_PI * place / count;
}

static void append_edges(GString *body, const GArray *list, GHashTable *places, guint peer_count,
                         bool is_measured, double unit_ns)
{
    g_string_append_printf(body, "$%s << EOD\n", is_measured ? "edges" : "unmeasured");
    for (guint i = 0; i < list->len; i++) {
        const Edge *edge = &g_array_index(list, Edge, i);
        if ((edge->latency_ns >= 0) != is_measured) {
            continue;
        }
        const double a = angle_of(places, peer_count, edge->a_id);
        const double b = angle_of(places, peer_count, edge->b_id);
        g_string_append_printf(body, "%.5f %.5f %.5f %.5f %.6g\n", cos(a), sin(a), cos(b) - cos(a),
                               sin(b) - sin(a), (double)edge->latency_ns / unit_ns);
    }
    g_string_append(body, "EOD\n");
}

/* Names stand outside, turned along the radius, on the left half from right to left. Gives how far
 * they reach up and down, in radii, for letters of 8.5 points in a picture of 690. */
static double append_peers(const PlotSource *source, GString *body, const GArray *ids,
                           GHashTable *places)
{
    g_autoptr(GString) left = g_string_new("$left << EOD\n");
    g_autoptr(GString) right = g_string_new("$right << EOD\n");
    double reach = 1.05;
    g_string_append(body, "$peers << EOD\n");
    for (guint i = 0; i < ids->len; i++) {
        const int64_t id = g_array_index(ids, int64_t, i);
        const double angle = angle_of(places, ids->len, id);
        g_string_append_printf(body, "%.5f %.5f\n", cos(angle), sin(angle));
        if (ids->len <= NAME_COUNT_MAX) {
            const bool is_left = cos(angle) < -1e-9;
            GString *side = is_left ? left : right;
            g_autofree char *name = plot_peer_name(source, id);
            g_autofree char *visible = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), 18));
            g_string_append_printf(side, "%.5f %.5f %.2f ", 1.04 * cos(angle), 1.04 * sin(angle),
                                   (is_left ? angle + G_PI : angle) * 180 / G_PI);
            gnuplot_append_field(side, visible);
            g_string_append_c(side, '\n');
            const double height = fabs(sin(angle));
            const double length = (double)g_utf8_strlen(visible, -1) * 8.5 * 2 / 690;
            reach = fmax(reach, 1.06 * height / (1 - length * height));
        }
    }
    g_string_append_printf(body, "EOD\n%sEOD\n%sEOD\n", left->str, right->str);
    return reach;
}

/* Viridis without its lightest end, which is hard to see on white. */
static void append_settings(GString *body, const char *label, TimeUnit unit, double reach)
{
    g_string_append(body, "set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e',"
                          " 4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b')\n"
                          "unset border\nunset tics\nunset grid\nset cbtics scale 0.4\n"
                          "set size ratio -1\nset lmargin at screen 0.1\n"
                          "set tmargin at screen 0.88\n"
                          "set rmargin at screen 0.86\nset bmargin at screen 0.015\n"
                          "set colorbox user origin screen 0.87,0.12 size screen 0.02,0.68\n"
                          "unset key\n");
    g_string_append_printf(body, "set cblabel '%s (%s)' offset char 1,0\n", label, unit.name);
    g_string_append_printf(body, "set xrange [-%g:%g]\nset yrange [-%g:%g]\n", reach, reach, reach,
                           reach);
}

/* The colours span all but the outermost hundredths, so that one straggler does not take them. */
static TimeUnit append_colour_range(GString *body, const GArray *list)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < list->len; i++) {
        const int64_t value = g_array_index(list, Edge, i).latency_ns;
        if (value >= 0) {
            g_array_append_val(values, value);
        }
    }
    if (values->len == 0) {
        return time_unit_for(0);
    }
    summary_of_values(values); /* sorts */
    const double low = (double)sorted_quantile(values, 0.01);
    const double high = (double)sorted_quantile(values, 0.99);
    const TimeUnit unit = time_unit_for(high);
    g_string_append_printf(body, "set cbrange [%.6g:%.6g]\n", low / unit.ns,
                           (high > low ? high : low + fmax(1, low * 0.01)) / unit.ns);
    return unit;
}

static void append_plot(GString *body, guint edge_count, guint peer_count, bool has_names)
{
    const char *width = edge_count > 1200 ? "0.35" : edge_count > 300 ? "0.7" : "1.4";
    const char *size = peer_count > 300 ? "0.35" : peer_count > 64 ? "0.7" : "1.2";
    g_string_append_printf(body,
                           "plot $unmeasured using 1:2:3:4 with vectors nohead lw %s"
                           " lc rgb '#cccccc', \\\n"
                           " $edges using 1:2:3:4:5 with vectors nohead lw %s lc palette, \\\n"
                           " $peers using 1:2 with points pt 7 ps %s lc rgb '" COLOUR_BLACK "'",
                           width, width, size);
    if (has_names) {
        g_string_append(
            body, ", \\\n $right using 1:2:4:3 with labels left rotate variable font ',11', \\\n"
                  " $left using 1:2:4:3 with labels right rotate variable font ',11'");
    }
    g_string_append_c(body, '\n');
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_autoptr(GHashTable) edges = g_hash_table_new_full(edge_hash, edge_equal, g_free, NULL);
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    size_t index = 0;
    guint measured_count = 0;
    if (!read_edges(source, edges, error) ||
        !measure_best(source, edges, &index, &measured_count, error)) {
        return false;
    }
    g_autoptr(GArray) ids = read_circle(source, edges, places, error);
    if (ids == NULL) {
        return false;
    }
    g_autoptr(GArray) list = list_edges(edges);
    const guint edge_count = g_hash_table_size(edges);
    const bool has_names = ids->len <= NAME_COUNT_MAX;
    const TimeUnit unit = append_colour_range(plot->body, list);
    append_edges(plot->body, list, places, ids->len, false, unit.ns);
    append_edges(plot->body, list, places, ids->len, true, unit.ns);
    const double reach = append_peers(source, plot->body, ids, places);
    append_settings(plot->body, MEASURES[index].label, unit, reach);
    append_plot(plot->body, list->len, ids->len, has_names);
    g_string_append_printf(plot->title, "%u peers, %u connected pairs", ids->len, edge_count);
    g_string_append_printf(plot->subtitle, "%s; colour: %s", source->origin, MEASURES[index].label);
    if (measured_count < edge_count) {
        g_string_append_printf(plot->subtitle, "; %u pairs without one in grey",
                               edge_count - measured_count);
    }
    if (list->len < edge_count) {
        g_string_append_printf(plot->subtitle, "; %u of the pairs are drawn", list->len);
    }
    return true;
}

const PlotKind PLOT_topology = {
    .name = "topology",
    .help = "who was connected to whom, coloured by latency",
    .metric = PLOT_METRIC_LATENCY,
    .draw = draw,
};
