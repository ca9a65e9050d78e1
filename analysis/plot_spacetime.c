/* SPDX-License-Identifier: MIT */
/* The space-time diagram: a line of life for each peer, time to the right, messages as arrows, lost
 * ones as stubs that end in a cross, spans as bars, the cut of a snapshot as a line through the
 * points where the peers recorded their states. */
#include "analysis/number_text.h"
#include "analysis/spacetime_scene.h"

#include <math.h>

/* So far does a message that never arrives come in the picture. */
#define STUB_SHARE 0.35

/* A span is drawn at least so wide, and named where its name fits. */
#define SPAN_WIDTH_MIN 0.002
#define LETTER_WIDTH 0.0075

/* As many names as fit beside the rows. */
#define ROW_NAMES_MAX 45

static const char *const KIND_COLOURS[] = {
    COLOUR_BLUE, COLOUR_ORANGE, COLOUR_GREEN, COLOUR_PURPLE, COLOUR_SKY, COLOUR_GREY,
};

static guint colour_of(guint kind)
{
    return MIN(kind, (guint)G_N_ELEMENTS(KIND_COLOURS) - 1);
}

/* x, y, dx, dy of the arrows of one colour; stubs with `fate` others than delivered. */
static guint append_arrows(GString *body, const char *name, const Scene *scene, guint colour,
                           int fate, double unit_ns)
{
    const double mean = scene_mean_latency_ns(scene);
    const double latency = mean > 0 ? mean : ((double)scene->to_ns - (double)scene->from_ns) / 20;
    guint count = 0;
    g_string_append_printf(body, "$%s << EOD\n", name);
    for (guint i = 0; i < scene->messages->len; i++) {
        const SceneMessage *message = &g_array_index(scene->messages, SceneMessage, i);
        const double rows = (double)message->receiver_row - (double)message->sender_row;
        if ((int)message->fate != fate ||
            (fate == SCENE_DELIVERED && colour_of(message->kind) != colour)) {
            continue;
        }
        const double share = fate == SCENE_DELIVERED ? 1 : STUB_SHARE;
        const double duration = fate == SCENE_DELIVERED
                                    ? (double)message->received_ns - (double)message->sent_ns
                                    : latency * share;
        g_string_append_printf(body, "%.9g %u %.9g %.4g\n", (double)message->sent_ns / unit_ns,
                               message->sender_row, duration / unit_ns, rows * share);
        count++;
    }
    g_string_append(body, "EOD\n");
    return count;
}

/* x, y, from x, to x of the bars; those without an end are drawn thin. */
static guint append_spans(GString *body, const char *name, const Scene *scene, bool is_open,
                          double unit_ns)
{
    const double window = (double)scene->to_ns - (double)scene->from_ns;
    guint count = 0;
    g_string_append_printf(body, "$%s << EOD\n", name);
    for (guint i = 0; i < scene->spans->len; i++) {
        const SceneSpan *span = &g_array_index(scene->spans, SceneSpan, i);
        const double start = (double)span->start_ns;
        const double width = fmax((double)span->end_ns - start, window * SPAN_WIDTH_MIN);
        if (span->is_open == is_open) {
            g_string_append_printf(body, "%.9g %u %.9g %.9g\n", start / unit_ns, span->row,
                                   start / unit_ns, (start + width) / unit_ns);
            count++;
        }
    }
    g_string_append(body, "EOD\n");
    return count;
}

/* The names of the bars that are wide enough, where no name stands already. */
static void append_span_names(GString *body, const Scene *scene, double unit_ns)
{
    const double window = (double)scene->to_ns - (double)scene->from_ns;
    g_autofree double *taken_to = g_new(double, scene->peers->len);
    for (guint row = 0; row < scene->peers->len; row++) {
        taken_to[row] = -INFINITY;
    }
    g_string_append(body, "$names << EOD\n");
    for (guint i = 0; i < scene->spans->len; i++) {
        const SceneSpan *span = &g_array_index(scene->spans, SceneSpan, i);
        const char *name = g_ptr_array_index(scene->span_names, span->name);
        const double start = (double)span->start_ns, end = (double)span->end_ns;
        const double width = window * LETTER_WIDTH * (double)g_utf8_strlen(name, -1);
        if (end - start > width && start >= taken_to[span->row]) {
            taken_to[span->row] = start + width;
            g_string_append_printf(body, "%.9g %u ", start / unit_ns, span->row);
            gnuplot_append_field(body, name);
            g_string_append_c(body, '\n');
        }
    }
    g_string_append(body, "EOD\n");
}

static void append_states(GString *body, const Scene *scene, double unit_ns)
{
    g_string_append(body, "$cut << EOD\n");
    for (guint i = 0; i < scene->states->len; i++) {
        const SceneState *state = &g_array_index(scene->states, SceneState, i);
        g_string_append_printf(body, "%.9g %u\n", (double)state->recorded_ns / unit_ns, state->row);
    }
    g_string_append(body, "EOD\n");
}

static void append_axes(const PlotSource *source, const Scene *scene, GString *body, TimeUnit unit)
{
    const guint row_count = scene->peers->len;
    const guint step = 1 + (row_count - 1) / ROW_NAMES_MAX;
    g_string_append_printf(body, "set xlabel 'virtual time (%s)'\n", unit.name);
    g_string_append(body, source->names != NULL && g_hash_table_size(source->names) > 0
                              ? ""
                              : "set ylabel 'peer'\n");
    g_string_append_printf(body, "set xrange [%.12g:%.12g]\nset yrange [%.1f:-0.7]\n",
                           (double)scene->from_ns / unit.ns, (double)scene->to_ns / unit.ns,
                           (double)row_count - 0.3);
    g_string_append(body, "set ytics scale 0 (");
    for (guint row = 0; row < row_count; row += step) {
        const int64_t id = g_array_index(scene->peers, int64_t, row);
        g_autofree char *name = plot_peer_name(source, id);
        g_autofree char *visible = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), 18));
        g_string_append(body, row == 0 ? "" : ", ");
        gnuplot_quote(body, visible);
        g_string_append_printf(body, " %u", row);
    }
    g_string_append_printf(
        body, ")\nset grid ytics lt 1 lc rgb '#bbbbbb' lw 0.6\nset border 1\n"
              "set format x '%%.10g'\nset clip two\nset rmargin 3\n"
              "set key at screen 0.5,0.015 center bottom horizontal maxrows 1\nset bmargin 6\n");
}

/* How many of each there are; what there is none of does not enter the key. */
typedef struct SceneCounts {
    guint kinds[G_N_ELEMENTS(KIND_COLOURS)];
    guint lost, in_flight, spans, open_spans;
} SceneCounts;

static void append_span_plots(GString *body, const SceneCounts *counts)
{
    if (counts->spans > 0) {
        g_string_append(body, "$spans using 1:2:3:4:($2-0.16):($2+0.16) with boxxyerror"
                              " fs solid noborder lc rgb '#a0b4bcc4' title 'spans', \\\n ");
    }
    if (counts->open_spans > 0) {
        g_string_append(body, "$open using 1:2:3:4:($2-0.05):($2+0.05) with boxxyerror"
                              " fs solid noborder lc rgb '#a0b4bcc4' title 'unended', \\\n ");
    }
}

/* Many arrows are thin and let each other through; the few of another kind lie above them. */
static void append_plot(GString *body, const Scene *scene, const SceneCounts *counts)
{
    g_string_append(body, "plot ");
    append_span_plots(body, counts);
    for (guint colour = 0; colour < G_N_ELEMENTS(KIND_COLOURS); colour++) {
        if (counts->kinds[colour] == 0) {
            continue;
        }
        const bool is_dense = counts->kinds[colour] > 150;
        const bool is_rest = colour + 1 == G_N_ELEMENTS(KIND_COLOURS);
        const char *kind = is_rest ? "other kinds" : g_ptr_array_index(scene->kinds, colour);
        g_string_append_printf(body,
                               " $kind%u using 1:2:3:4 with vectors head filled size graph"
                               " 0.007,16 fixed lw %s lc rgb '#%s%s' notitle, \\\n"
                               " keyentry with lines lw 2 lc rgb '%s' title ",
                               colour, is_dense ? "0.8" : "1.2", is_dense ? "70" : "20",
                               KIND_COLOURS[colour] + 1, KIND_COLOURS[colour]);
        gnuplot_quote(body, *kind == '\0' ? "message" : kind);
        g_string_append(body, ", \\\n");
    }
    if (counts->lost > 0) {
        g_string_append(body, " $lost using 1:2:3:4 with vectors nohead lw 1.6 lc rgb '" COLOUR_RED
                              "' notitle, \\\n"
                              " $lost using ($1+$3):($2+$4) with points pt 2 ps 0.8 lw 1.6"
                              " lc rgb '" COLOUR_RED "' title 'lost', \\\n");
    }
    if (counts->in_flight > 0) {
        g_string_append(body, " $inflight using 1:2:3:4 with vectors nohead dt 3 lw 1.4"
                              " lc rgb '" COLOUR_BLACK "' title 'in flight', \\\n");
    }
    if (scene->states->len > 0) {
        g_string_append(body,
                        " $cut using 1:2 with linespoints lw 1.6 pt 7 ps 0.9 lc rgb '" COLOUR_BLACK
                        "' title 'state recorded', \\\n");
    }
    g_string_append(body, " $names using 1:2:3 with labels left offset char 0.2,0.6 font ',9'"
                          " tc rgb '#555555' notitle\n");
}

static void append_titles(const PlotSource *source, const Scene *scene, Plot *plot)
{
    g_autofree char *from = number_text((double)scene->from_ns, "ns");
    g_autofree char *width = number_text((double)scene->to_ns - (double)scene->from_ns, "ns");
    if (scene->peers->len < source->peer_count) {
        g_string_append_printf(plot->title, "%u of %" G_GINT64_FORMAT " peers", scene->peers->len,
                               source->peer_count);
    } else {
        g_string_append_printf(plot->title, "%u peers", scene->peers->len);
    }
    g_string_append_printf(plot->title, " and their messages: %s from %s on", width, from);
    g_string_append_printf(plot->subtitle, "%s; %u of %" G_GINT64_FORMAT " messages",
                           source->origin, scene->messages->len, scene->message_count);
    if (scene->is_peer_choice_ours) {
        g_string_append(plot->subtitle, "; peers that had to do with each other first");
    }
    if (scene->is_cut_short) {
        g_string_append(plot->subtitle, "; the first of the window");
    }
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Scene) scene = {0};
    if (!scene_read(source, &scene, error)) {
        return false;
    }
    const TimeUnit unit =
        time_unit_for(fmax(fabs((double)scene.from_ns), fabs((double)scene.to_ns)));
    SceneCounts counts = {0};
    counts.spans = append_spans(plot->body, "spans", &scene, false, unit.ns);
    counts.open_spans = append_spans(plot->body, "open", &scene, true, unit.ns);
    counts.lost = append_arrows(plot->body, "lost", &scene, 0, SCENE_LOST, unit.ns);
    counts.in_flight = append_arrows(plot->body, "inflight", &scene, 0, SCENE_IN_FLIGHT, unit.ns);
    for (guint colour = 0; colour < G_N_ELEMENTS(KIND_COLOURS); colour++) {
        g_autofree char *name = g_strdup_printf("kind%u", colour);
        counts.kinds[colour] =
            append_arrows(plot->body, name, &scene, colour, SCENE_DELIVERED, unit.ns);
    }
    append_span_names(plot->body, &scene, unit.ns);
    append_states(plot->body, &scene, unit.ns);
    if (!plot_draw_faults(source, plot, scene.from_ns, scene.to_ns, unit.ns, error)) {
        return false;
    }
    append_titles(source, &scene, plot);
    append_axes(source, &scene, plot->body, unit);
    append_plot(plot->body, &scene, &counts);
    return true;
}

const PlotKind PLOT_spacetime = {
    .name = "spacetime",
    .help = "messages between the lines of life of the peers, spans, faults, snapshot",
    .draw = draw,
};
