/* SPDX-License-Identifier: MIT */
/* The message sequence chart of one connection: a line of life for each of the two peers, time
 * downwards, each packet (or, where none were recorded, each message) as an arrow from when it was
 * sent to when it arrived, the phases of the dial as bands beside the dialer. */
#include "analysis/error.h"
#include "analysis/number_text.h"
#include "analysis/plot.h"

#include <math.h>
#include <string.h>

/* So many arrows are drawn: those of the window's beginning. */
#define ARROW_COUNT_MAX 40

/* So far does one that does not arrive come. */
#define STUB_SHARE 0.45

/* Labels on one side stand at least so far apart, a share of the height. */
#define LABEL_DISTANCE 0.026

typedef enum Look { LOOK_CONTENT, LOOK_EMPTY, LOOK_LOST, LOOK_COUNT } Look;

typedef struct Arrow {
    bool is_dialers;
    Look look;
    int64_t sent_ns, received_ns, data_bytes;
    char *label;
} Arrow;

typedef struct Conversation {
    int64_t connection_id, dialer_id, listener_id, dialed_ns;
    char *stack;
    GArray *arrows; /* of Arrow */
    int64_t arrow_count;
    int64_t first_ns, last_ns; /* of what is drawn */
    bool has_packets;
} Conversation;

static void arrow_clear(void *data)
{
    g_free(((Arrow *)data)->label);
}

static void conversation_clear(Conversation *conversation)
{
    g_free(conversation->stack);
    g_clear_pointer(&conversation->arrows, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Conversation, conversation_clear)

/* Reading. */

/* The first connection between peers that are wanted that has not ended before the window; an
 * attempt that was called off only when there is nothing else. */
static bool choose(const PlotSource *source, Conversation *conversation, GError **error)
{
    GError *problem = NULL;
    bool is_found = false;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT id, dialer_id, listener_id, stack, dialed_ns FROM connection WHERE run_id = ?1"
        " AND dialed_ns <= ?3 AND ifnull(closed_ns, ?2) >= ?2"
        " ORDER BY outcome = 'cancelled', dialed_ns, id",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, source->options->from_ns);
    sqlite3_bind_int64(row, 3, source->options->to_ns);
    while (!is_found && database_step(row, &problem)) {
        conversation->connection_id = sqlite3_column_int64(row, 0);
        conversation->dialer_id = sqlite3_column_int64(row, 1);
        conversation->listener_id = sqlite3_column_int64(row, 2);
        conversation->dialed_ns = sqlite3_column_int64(row, 4);
        is_found = plot_has_peer(source, conversation->dialer_id) &&
                   plot_has_peer(source, conversation->listener_id);
        if (is_found) {
            conversation->stack = database_text(row, 3);
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (!is_found) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "no connection here; record.level: all records connections on stacks that have "
                    "them");
    }
    return is_found;
}

static const char PACKETS[] =
    "SELECT sender_id, sent_ns, received_ns, fate, ifnull(flags, ''), data_bytes, size_bytes"
    " FROM packet WHERE run_id = ?1 AND connection_id = ?4 AND sent_ns BETWEEN ?2 AND ?3"
    " ORDER BY sent_ns, id";
static const char MESSAGES[] =
    "SELECT sender_id, sent_ns, received_ns, fate, ifnull(kind, ''), size_bytes, size_bytes"
    " FROM message WHERE run_id = ?1 AND sent_ns BETWEEN ?2 AND ?3 AND stream_id IN"
    " (SELECT id FROM stream WHERE run_id = ?1 AND connection_id = ?4) ORDER BY sent_ns, id";

static void append_arrow(Conversation *conversation, sqlite3_stmt *row)
{
    const char *fate = (const char *)sqlite3_column_text(row, 3);
    const bool has_arrived = !database_is_null(row, 2);
    const bool is_lost = !has_arrived && (fate == NULL || strcmp(fate, "in-flight") != 0);
    const bool has_size = !database_is_null(row, 5);
    const int64_t data_bytes = sqlite3_column_int64(row, has_size ? 5 : 6);
    g_autofree char *words = database_text(row, 4);
    Arrow arrow = {.is_dialers = sqlite3_column_int64(row, 0) == conversation->dialer_id,
                   .look = is_lost           ? LOOK_LOST
                           : data_bytes == 0 ? LOOK_EMPTY
                                             : LOOK_CONTENT,
                   .data_bytes = data_bytes,
                   .sent_ns = sqlite3_column_int64(row, 1),
                   .received_ns = has_arrived ? sqlite3_column_int64(row, 2) : G_MININT64};
    arrow.label = data_bytes == 0 ? g_strdup_printf("%.40s", words)
                                  : g_strdup_printf("%.40s%s%" G_GINT64_FORMAT " B", words,
                                                    *words == '\0' ? "" : ", ", data_bytes);
    g_array_append_val(conversation->arrows, arrow);
    conversation->first_ns = MIN(conversation->first_ns, arrow.sent_ns);
    conversation->last_ns = MAX(conversation->last_ns, MAX(arrow.sent_ns, arrow.received_ns));
}

static bool read_arrows(const PlotSource *source, Conversation *conversation, const char *sql,
                        GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(source->database, sql, source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, source->options->from_ns);
    sqlite3_bind_int64(row, 3, source->options->to_ns);
    sqlite3_bind_int64(row, 4, conversation->connection_id);
    while (database_step(row, &problem)) {
        if (conversation->arrow_count++ < ARROW_COUNT_MAX) {
            append_arrow(conversation, row);
        }
    }
    return database_finished(problem, error);
}

static bool read_conversation(const PlotSource *source, Conversation *conversation, GError **error)
{
    conversation->arrows = g_array_new(FALSE, FALSE, sizeof(Arrow));
    g_array_set_clear_func(conversation->arrows, arrow_clear);
    conversation->first_ns = G_MAXINT64;
    conversation->last_ns = G_MININT64;
    if (!choose(source, conversation, error) ||
        !read_arrows(source, conversation, PACKETS, error)) {
        return false;
    }
    conversation->has_packets = conversation->arrows->len > 0;
    if (!conversation->has_packets && !read_arrows(source, conversation, MESSAGES, error)) {
        return false;
    }
    if (conversation->arrows->len == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "nothing was sent on the connection here; record.packets: yes records packets, "
                    "record.level: all messages");
        return false;
    }
    if (conversation->has_packets && source->options->from_ns <= conversation->dialed_ns) {
        conversation->first_ns = MIN(conversation->first_ns, conversation->dialed_ns);
    }
    conversation->last_ns = MAX(conversation->last_ns, conversation->first_ns + 1);
    return true;
}

/* Drawing: the dialer's line is at x = 0, the listener's at 1. */

static guint append_arrows(GString *body, const Conversation *conversation, Look look,
                           double unit_ns)
{
    static const char *const NAMES[] = {"content", "empty", "lost"};
    const double height = (double)conversation->last_ns - (double)conversation->first_ns;
    guint count = 0;
    g_string_append_printf(body, "$%s << EOD\n", NAMES[look]);
    for (guint i = 0; i < conversation->arrows->len; i++) {
        const Arrow *arrow = &g_array_index(conversation->arrows, Arrow, i);
        if (arrow->look != look) {
            continue;
        }
        const bool is_whole = arrow->received_ns != G_MININT64;
        const double share = is_whole ? 1 : STUB_SHARE;
        const double took =
            is_whole ? (double)arrow->received_ns - (double)arrow->sent_ns : height * 0.03;
        g_string_append_printf(body, "%d %.9g %.4g %.9g\n", arrow->is_dialers ? 0 : 1,
                               (double)arrow->sent_ns / unit_ns, arrow->is_dialers ? share : -share,
                               took / unit_ns);
        count++;
    }
    g_string_append(body, "EOD\n");
    return count;
}

/* Beside where an arrow begins; of those that begin too close together for a label each, the one
 * with most data and how many more there are. */
static void append_labels(GString *body, const Conversation *conversation, bool of_dialer,
                          double unit_ns)
{
    const double height = (double)conversation->last_ns - (double)conversation->first_ns;
    g_string_append_printf(body, "$%s << EOD\n", of_dialer ? "dialer" : "listener");
    for (guint i = 0; i < conversation->arrows->len;) {
        const Arrow *first = &g_array_index(conversation->arrows, Arrow, i++), *most = first;
        guint others = 0;
        for (; first->is_dialers == of_dialer && i < conversation->arrows->len; i++) {
            const Arrow *arrow = &g_array_index(conversation->arrows, Arrow, i);
            if ((double)(arrow->sent_ns - first->sent_ns) > height * LABEL_DISTANCE) {
                break;
            }
            others += arrow->is_dialers == of_dialer;
            if (arrow->is_dialers == of_dialer && arrow->data_bytes > most->data_bytes) {
                most = arrow;
            }
        }
        if (first->is_dialers == of_dialer) {
            g_autofree char *more = others == 0 ? g_strdup("") : g_strdup_printf(" (+%u)", others);
            g_autofree char *label = g_strconcat(most->label, more, NULL);
            g_string_append_printf(body, "%.9g ", (double)first->sent_ns / unit_ns);
            gnuplot_append_field(body, label);
            g_string_append_c(body, '\n');
        }
    }
    g_string_append(body, "EOD\n");
}

/* y, from y, to y and name of the children of the dial's span; where several transports were tried,
 * of the attempt on this one in its place. */
static bool append_phases(const PlotSource *source, const Conversation *conversation, GString *body,
                          double unit_ns, guint *ret_count, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "WITH dial(id) AS (SELECT id FROM span WHERE run_id = ?1 AND start_ns = ?3 AND peer_id = ?2"
        " AND CASE WHEN json_valid(attributes) THEN json_extract(attributes, '$.from') = ?2 AND"
        " json_extract(attributes, '$.to') = ?4"
        " AND ifnull(json_extract(attributes, '$.stack'), ?5) = ?5 END"
        " ORDER BY json_extract(attributes, '$.stack') IS NULL, id LIMIT 1)"
        " SELECT name, start_ns, ifnull(end_ns, start_ns) FROM span WHERE run_id = ?1 AND peer_id ="
        " ?2 AND (parent_id = (SELECT id FROM dial) AND name <> 'attempt' OR parent_id IN"
        " (SELECT id FROM span WHERE run_id = ?1 AND peer_id = ?2 AND name = 'attempt' AND "
        "parent_id"
        " = (SELECT id FROM dial) AND json_extract(attributes, '$.stack') = ?5))"
        " ORDER BY start_ns, id",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, conversation->dialer_id);
    sqlite3_bind_int64(row, 3, conversation->dialed_ns);
    sqlite3_bind_int64(row, 4, conversation->listener_id);
    sqlite3_bind_text(row, 5, conversation->stack, -1, SQLITE_STATIC);
    *ret_count = 0;
    g_string_append(body, "$phases << EOD\n");
    while (database_step(row, &problem)) {
        const double start = (double)sqlite3_column_int64(row, 1);
        const double end = (double)sqlite3_column_int64(row, 2);
        if (end <= (double)conversation->first_ns || start >= (double)conversation->last_ns) {
            continue;
        }
        g_autofree char *name = database_text(row, 0);
        g_string_append_printf(body, "%.9g %.9g %.9g %u ", (start + end) / 2 / unit_ns,
                               start / unit_ns, end / unit_ns, *ret_count % 2);
        gnuplot_append_field(body, name == NULL ? "" : name);
        g_string_append_c(body, '\n');
        ++*ret_count;
    }
    g_string_append(body, "EOD\n");
    return database_finished(problem, error);
}

static void append_axes(const PlotSource *source, const Conversation *conversation, GString *body,
                        TimeUnit unit)
{
    const double height = (double)conversation->last_ns - (double)conversation->first_ns;
    const double top = ((double)conversation->first_ns - 0.02 * height) / unit.ns;
    const double bottom = ((double)conversation->last_ns + 0.02 * height) / unit.ns;
    g_autofree char *dialer = plot_peer_name(source, conversation->dialer_id);
    g_autofree char *listener = plot_peer_name(source, conversation->listener_id);
    g_string_append_printf(body, "set ylabel 'virtual time (%s)'\n", unit.name);
    g_string_append_printf(body, "set xrange [-0.62:1.42]\nset yrange [%.9g:%.9g]\n", bottom, top);
    g_string_append(body, "set x2range [-0.62:1.42]\nset noxtics\nset x2tics scale 0 (");
    gnuplot_quote(body, dialer);
    g_string_append(body, " 0, ");
    gnuplot_quote(body, listener);
    g_string_append(body, " 1)\nset border 2\nset grid noxtics nox2tics\n");
    for (int line = 0; line < 2; line++) {
        g_string_append_printf(body,
                               "set arrow from %d, %.9g to %d, %.9g nohead lw 1.6 lc rgb"
                               " '" COLOUR_BLACK "'\n",
                               line, top, line, bottom);
    }
    g_string_append(body, "set key at screen 0.5,0.015 center bottom horizontal maxrows 1\n"
                          "set bmargin 4\n");
}

static void append_plot(GString *body, const Conversation *conversation, const guint *counts,
                        guint phases)
{
    const char *unit = conversation->has_packets ? "packet" : "message";
    g_string_append(body, "plot ");
    if (phases > 0) {
        g_string_append(body, "$phases using (-0.52):1:(-0.6):(-0.44):2:3 with boxxyerror fs solid"
                              " noborder lc rgb '#c8dce8' notitle, \\\n"
                              " $phases using (-0.6):3:(0.16):(0) with vectors nohead lw 2 lc rgb"
                              " 'white' notitle, \\\n"
                              " $phases using (-0.52):1:5 with labels center font ',10' tc rgb"
                              " '#333333' notitle, \\\n ");
    }
    static const struct {
        const char *name, *colour, *title;
    } LOOKS[] = {{"content", COLOUR_BLUE, "with data"}, {"empty", COLOUR_GREY, "without data"}};
    for (int look = LOOK_EMPTY; look >= LOOK_CONTENT; look--) { /* the latter on top */
        if (counts[look] > 0) {
            g_string_append_printf(body,
                                   "$%s using 1:2:3:4 with vectors head filled size graph 0.012,16"
                                   " fixed lw 1.4 lc rgb '%s' notitle, \\\n"
                                   " keyentry with lines lw 2 lc rgb '%s' title '%s %s', \\\n ",
                                   LOOKS[look].name, LOOKS[look].colour, LOOKS[look].colour, unit,
                                   LOOKS[look].title);
        }
    }
    if (counts[LOOK_LOST] > 0) {
        g_string_append(body, "$lost using 1:2:3:4 with vectors nohead lw 1.6 lc rgb '" COLOUR_RED
                              "' notitle, \\\n"
                              " $lost using ($1+$3):($2+$4) with points pt 2 ps 1 lw 1.8 lc rgb"
                              " '" COLOUR_RED "' title 'did not arrive', \\\n ");
    }
    g_string_append(body, "$dialer using (-0.02):1:2 with labels right font ',9' tc rgb"
                          " '#333333' notitle, \\\n"
                          " $listener using (1.02):1:2 with labels left font ',9' tc rgb"
                          " '#333333' notitle\n");
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Conversation) conversation = {0};
    guint counts[LOOK_COUNT], phases;
    if (!read_conversation(source, &conversation, error)) {
        return false;
    }
    const TimeUnit unit = time_unit_for((double)conversation.last_ns);
    for (Look look = LOOK_CONTENT; look < LOOK_COUNT; look++) {
        counts[look] = append_arrows(plot->body, &conversation, look, unit.ns);
    }
    append_labels(plot->body, &conversation, true, unit.ns);
    append_labels(plot->body, &conversation, false, unit.ns);
    if (!append_phases(source, &conversation, plot->body, unit.ns, &phases, error)) {
        return false;
    }
    g_autofree char *dialer = plot_peer_name(source, conversation.dialer_id);
    g_autofree char *listener = plot_peer_name(source, conversation.listener_id);
    g_string_append_printf(plot->title, "%s and %s over %s", dialer, listener,
                           conversation.stack == NULL ? "a connection" : conversation.stack);
    g_string_append_printf(plot->subtitle, "%s; ", source->origin);
    if (conversation.arrow_count > conversation.arrows->len) {
        g_string_append_printf(plot->subtitle, "the first %u of ", conversation.arrows->len);
    }
    g_string_append_printf(plot->subtitle, "%" G_GINT64_FORMAT " %s", conversation.arrow_count,
                           conversation.has_packets ? "packets" : "messages");
    append_axes(source, &conversation, plot->body, unit);
    append_plot(plot->body, &conversation, counts, phases);
    return true;
}

const PlotKind PLOT_conversation = {
    .name = "conversation",
    .help = "packets or messages of a connection between two lines of life",
    .draw = draw,
};
