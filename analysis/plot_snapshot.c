/* SPDX-License-Identifier: MIT */
/* One snapshot in space and time: the cut as a line through the points where the peers recorded
 * their states, messages in its channels thick, those that make it wrong in red, markers and all
 * else thin. */
#include "analysis/number_text.h"
#include "analysis/snapshot_scene.h"

#include <math.h>

/* As many names as fit beside the rows. */
#define ROW_NAMES_MAX 30

/* So far does a message that never arrives come in the picture. */
#define STUB_ROWS 0.35

/* Redder than the red of the other plots, whose neighbour orange it must not be. */
#define COLOUR_WRONG "#C80000"

typedef struct RoleStyle {
    const char *title, *style;
    bool is_thick;
} RoleStyle;

static const RoleStyle STYLES[ROLE_COUNT] = {
    [ROLE_MARKER] = {"marker", "dt 2 lc rgb '#60888888'", false},
    [ROLE_PLAIN] = {"message", "lc rgb '#606090b0'", false},
    [ROLE_RECORDED] = {"in a channel", "lc rgb '" COLOUR_BLUE "'", true},
    [ROLE_MISSED] = {"missed", "dt 4 lc rgb '" COLOUR_WRONG "'", true},
    [ROLE_EARLY] = {"received too early", "lc rgb '" COLOUR_WRONG "'", true},
    [ROLE_WRONG] = {"recorded too late", "dt 2 lc rgb '" COLOUR_WRONG "'", true},
};

static guint append_arrows(GString *body, const SnapshotScene *scene, SnapshotRole role,
                           double unit_ns)
{
    const double window = (double)scene->to_ns - (double)scene->from_ns;
    guint count = 0;
    g_string_append_printf(body, "$role%d << EOD\n", (int)role);
    for (guint i = 0; i < scene->arrows->len; i++) {
        const SnapshotArrow *arrow = &g_array_index(scene->arrows, SnapshotArrow, i);
        if (arrow->role != role) {
            continue;
        }
        const int from = snapshot_scene_row(scene, arrow->sender_id);
        const int to = snapshot_scene_row(scene, arrow->receiver_id);
        const bool has_arrived = arrow->received_ns >= arrow->sent_ns;
        const double duration =
            has_arrived ? (double)arrow->received_ns - (double)arrow->sent_ns : window / 40;
        g_string_append_printf(body, "%.9g %d %.9g %.4g\n", (double)arrow->sent_ns / unit_ns, from,
                               duration / unit_ns, (to - from) * (has_arrived ? 1 : STUB_ROWS));
        count++;
    }
    g_string_append(body, "EOD\n");
    return count;
}

static void append_cut(GString *body, const SnapshotScene *scene, double unit_ns)
{
    g_string_append(body, "$cut << EOD\n");
    for (guint i = 0; i < scene->dots->len; i++) {
        const SnapshotDot *dot = &g_array_index(scene->dots, SnapshotDot, i);
        const int row = snapshot_scene_row(scene, dot->peer_id);
        if (row >= 0) {
            g_string_append_printf(body, "%.9g %d\n", (double)dot->recorded_ns / unit_ns, row);
        }
    }
    g_string_append(body, "EOD\n");
}

static void append_axes(const PlotSource *source, const SnapshotScene *scene, GString *body,
                        TimeUnit unit)
{
    const guint rows = scene->peers->len, step = 1 + (rows - 1) / ROW_NAMES_MAX;
    g_string_append_printf(body,
                           "set xlabel 'virtual time (%s)'\nset xrange [%.12g:%.12g]\n"
                           "set yrange [%.1f:-0.7]\nset ytics scale 0 (",
                           unit.name, (double)scene->from_ns / unit.ns,
                           (double)scene->to_ns / unit.ns, (double)rows - 0.3);
    for (guint row = 0; row < rows; row += step) {
        g_autofree char *name = plot_peer_name(source, g_array_index(scene->peers, int64_t, row));
        g_autofree char *visible = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), 18));
        g_string_append(body, row == 0 ? "" : ", ");
        gnuplot_quote(body, visible);
        g_string_append_printf(body, " %u", row);
    }
    g_string_append(body, ")\nset grid ytics lt 1 lc rgb '#bbbbbb' lw 0.6\nset border 1\n"
                          "set format x '%.10g'\nset clip two\nset rmargin 3\n"
                          "set key at screen 0.5,0.015 center bottom horizontal maxrows 2\n"
                          "set bmargin 7\n");
}

/* Many peers are close to each other: all lines are thin then. */
static void append_plot(GString *body, const guint *counts, guint peers)
{
    const bool is_dense = peers > 60;
    g_string_append(body, "plot");
    for (SnapshotRole role = 0; role < ROLE_COUNT; role++) {
        if (counts[role] > 0) {
            const RoleStyle *style = &STYLES[role];
            const char *width = !style->is_thick || is_dense ? "0.9" : "2.6";
            g_string_append_printf(body,
                                   " $role%d using 1:2:3:4 with vectors head filled size graph"
                                   " 0.008,16 fixed lw %s %s notitle, \\\n"
                                   " keyentry with lines lw %s %s title '%s', \\\n",
                                   (int)role, width, style->style, style->is_thick ? "2.6" : "1",
                                   style->style, style->title);
        }
    }
    g_string_append_printf(body,
                           " $cut using 1:2 with linespoints lw %s pt 7 ps %s lc rgb '%s'"
                           " title 'the cut'\n",
                           is_dense ? "0.7" : "2", is_dense ? "0.5" : "1", COLOUR_BLACK);
}

static void append_titles(const PlotSource *source, const SnapshotScene *scene, Plot *plot)
{
    const guint wrong =
        scene->counts[ROLE_MISSED] + scene->counts[ROLE_EARLY] + scene->counts[ROLE_WRONG];
    g_autofree char *initiator = plot_peer_name(source, scene->initiator_id);
    g_string_append_printf(plot->title, "Snapshot %" G_GINT64_FORMAT " of %s (%s): %s, %s",
                           scene->id, initiator, scene->algorithm == NULL ? "" : scene->algorithm,
                           scene->status == NULL ? "" : scene->status,
                           scene->verdict == NULL ? "not judged" : scene->verdict);
    g_string_append_printf(plot->subtitle, "%s; %u messages in its channels, %u wrong",
                           source->origin, scene->counts[ROLE_RECORDED], wrong);
    if (scene->peers->len < scene->peer_count) {
        g_string_append_printf(plot->subtitle, "; %u of %u peers%s", scene->peers->len,
                               scene->peer_count,
                               scene->is_peer_choice_ours ? ", chosen for these messages" : "");
    }
    if (scene->is_cut_short) {
        g_string_append(plot->subtitle, "; not all other messages");
    }
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(SnapshotScene) scene = {0};
    if (!snapshot_scene_read(source, &scene, error)) {
        return false;
    }
    const TimeUnit unit =
        time_unit_for(fmax(fabs((double)scene.from_ns), fabs((double)scene.to_ns)));
    guint counts[ROLE_COUNT];
    for (SnapshotRole role = 0; role < ROLE_COUNT; role++) {
        counts[role] = append_arrows(plot->body, &scene, role, unit.ns);
    }
    append_cut(plot->body, &scene, unit.ns);
    if (!plot_draw_faults(source, plot, scene.from_ns, scene.to_ns, unit.ns, error)) {
        return false;
    }
    append_titles(source, &scene, plot);
    append_axes(source, &scene, plot->body, unit);
    append_plot(plot->body, counts, scene.peers->len);
    return true;
}

const PlotKind PLOT_snapshot = {
    .name = "snapshot",
    .help = "one snapshot: the cut, messages in its channels, and in red those that make it wrong",
    .draw = draw,
};
