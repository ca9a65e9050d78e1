/* SPDX-License-Identifier: MIT */
/* What all kinds of plots share. */
#include "analysis/plot.h"

#define FAULT_COUNT_MAX 12

const PlotKind *const PLOT_KINDS[] = {
#define X(name) &PLOT_##name,
#include "analysis/plot_list.h"
#undef X
    NULL,
};

const PlotKind *plot_kind_find(const char *name)
{
    for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
        if (g_str_equal(PLOT_KINDS[i]->name, name)) {
            return PLOT_KINDS[i];
        }
    }
    return NULL;
}

static int64_t *new_key(int64_t value)
{
    int64_t *key = g_new(int64_t, 1);
    *key = value;
    return key;
}

static bool read_run(PlotSource *source, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_select_run(
        source->database, "id, module, seed, end_ns, cell, repetition, (SELECT count(*) FROM run)",
        source->options->run_id, error);
    if (row == NULL) {
        return false;
    }
    const char *module = (const char *)sqlite3_column_text(row, 1);
    const char *cell = (const char *)sqlite3_column_text(row, 4);
    const int64_t run_count = sqlite3_column_int64(row, 6);
    g_autoptr(GString) origin = g_string_new(NULL);
    g_string_printf(origin, "module %s, seed %" G_GUINT64_FORMAT, module == NULL ? "?" : module,
                    (uint64_t)sqlite3_column_int64(row, 2));
    if (cell != NULL && *cell != '\0') {
        g_string_append_printf(origin, ", %.60s", cell);
    }
    source->run_id = sqlite3_column_int64(row, 0);
    source->end_ns = sqlite3_column_int64(row, 3);
    if (run_count > 1) {
        g_string_append_printf(origin, ", run %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
                               source->run_id, run_count);
    }
    source->origin = g_strdup(origin->str);
    return true;
}

static bool read_peers(PlotSource *source, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database, "SELECT id, name FROM peer WHERE run_id = ?1", source->run_id, error);
    source->names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        char *name = database_text(row, 1);
        source->peer_count++;
        if (name != NULL) {
            g_hash_table_replace(source->names, new_key(sqlite3_column_int64(row, 0)), name);
        }
    }
    return database_finished(problem, error);
}

static void source_clear(PlotSource *source)
{
    g_clear_pointer(&source->names, g_hash_table_unref);
    g_clear_pointer(&source->wanted, g_hash_table_unref);
    g_free(source->origin);
}

char *plot_script(sqlite3 *database, const PlotKind *kind, const PlotOptions *options,
                  GError **error)
{
    PlotSource source = {.database = database, .options = options};
    Plot plot = {g_string_new(NULL), g_string_new(NULL), g_string_new(NULL)};
    GString *script = NULL;
    if (options->peers != NULL) {
        source.wanted = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        for (guint i = 0; i < options->peers->len; i++) {
            g_hash_table_add(source.wanted, new_key(g_array_index(options->peers, int64_t, i)));
        }
    }
    if ((kind->is_of_cells || (read_run(&source, error) && read_peers(&source, error))) &&
        kind->draw(&source, &plot, error)) {
        script = g_string_new(NULL);
        gnuplot_begin(script, options->format, plot.title->str, plot.subtitle->str);
        g_string_append(script, plot.body->str);
    }
    source_clear(&source);
    g_string_free(plot.title, TRUE);
    g_string_free(plot.subtitle, TRUE);
    g_string_free(plot.body, TRUE);
    return script == NULL ? NULL : g_string_free(script, FALSE);
}

char *plot_peer_name(const PlotSource *source, int64_t peer_id)
{
    const char *name = g_hash_table_lookup(source->names, &peer_id);
    return name != NULL ? g_strdup(name) : g_strdup_printf("peer %" G_GINT64_FORMAT, peer_id);
}

bool plot_has_peer(const PlotSource *source, int64_t peer_id)
{
    return source->wanted == NULL || g_hash_table_contains(source->wanted, &peer_id);
}

bool plot_draw_faults(const PlotSource *source, Plot *plot, int64_t from_ns, int64_t to_ns,
                      double unit_ns, GError **error)
{
    GError *problem = NULL;
    int tag = 100;
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(source->database,
                                 "SELECT time_ns, action, arguments FROM fault WHERE run_id = ?1"
                                 " AND time_ns BETWEEN ?2 AND ?3 ORDER BY time_ns, action,"
                                 " arguments LIMIT ?4",
                                 source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, from_ns);
    sqlite3_bind_int64(row, 3, to_ns);
    sqlite3_bind_int64(row, 4, FAULT_COUNT_MAX);
    for (; database_step(row, &problem); tag++) {
        const char *action = (const char *)sqlite3_column_text(row, 1);
        const char *arguments = (const char *)sqlite3_column_text(row, 2);
        const double time = (double)sqlite3_column_int64(row, 0) / unit_ns;
        g_autofree char *text = g_strdup_printf("%.20s %.24s", action == NULL ? "" : action,
                                                arguments == NULL ? "" : arguments);
        g_string_append_printf(plot->body,
                               "set arrow %d from first %.9g, graph 0 to first %.9g, graph 1"
                               " nohead front dt 2 lw 1.2 lc rgb '" COLOUR_RED "'\n"
                               "set label %d ",
                               tag, time, time, tag);
        gnuplot_quote(plot->body, g_strstrip(text));
        g_string_append_printf(plot->body,
                               " at first %.9g, graph 0.985 right rotate by 90 offset char 0.9,0"
                               " front tc rgb '" COLOUR_RED "'\n",
                               time);
    }
    return database_finished(problem, error);
}
