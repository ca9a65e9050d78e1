/* SPDX-License-Identifier: MIT */
/* The waterfall of dials: a row for each, bars for the phases that its span has as children, time
 * since the dial began, and behind the bars what it came to. A dial whose stack has no phases is
 * one bar. Of a database of several cells, the first dial of each cell, one below the other. */
#include "analysis/error.h"
#include "analysis/number_text.h"
#include "analysis/plot.h"

#include <math.h>
#include <string.h>

#define DIAL_COUNT_MAX 20
#define ROW_NAME_LETTERS 56

/* A bar is drawn at least so wide, and named where its name fits: shares of the axis. */
#define BAR_WIDTH_MIN 0.002
#define LETTER_WIDTH 0.0105

/* Room behind the longest bar for what it came to. */
#define OUTCOME_ROOM 1.5

static const struct {
    const char *name, *colour;
} PHASES[] = {
    {"transport", COLOUR_SKY},     {"websocket", COLOUR_PURPLE},  {"security", COLOUR_ORANGE},
    {"muxer", COLOUR_GREEN},       {"quic", "#8C510A"},           {"identify", COLOUR_BLUE},
    {"other phases", COLOUR_GREY}, {"without phases", "#999999"},
};

enum { PHASE_OTHER = 6, PHASE_NONE = 7, PHASE_COUNT = 8 };

typedef struct DialBar {
    guint row, phase;
    int64_t start_ns, end_ns; /* since the dial began */
    int64_t round_trips;      /* -1: not recorded */
} DialBar;

typedef struct Dial {
    char *name, *outcome, *stack;
    int64_t run_id, dialed_ns, end_ns, dialer_id, listener_id, span_id;
    int64_t round_trips, bytes_sent, bytes_received; /* of its phases */
    bool is_open, has_failed, has_span, has_phases;
} Dial;

typedef struct Waterfall {
    GArray *dials;       /* of Dial, the index is the row */
    GArray *bars;        /* of DialBar */
    int64_t longest_ns;  /* the end of the last bar */
    int64_t dial_count;  /* all that the options leave in */
    bool is_about_cells; /* a dial for each */
} Waterfall;

static void dial_clear(void *data)
{
    Dial *dial = data;
    g_free(dial->name);
    g_free(dial->outcome);
    g_free(dial->stack);
}

static void waterfall_clear(Waterfall *waterfall)
{
    g_clear_pointer(&waterfall->dials, g_array_unref);
    g_clear_pointer(&waterfall->bars, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Waterfall, waterfall_clear)

/* The user named no run, and there are several cells: these are what is to be compared. */
static bool has_cells(const PlotSource *source, bool *ret_has_cells, GError **error)
{
    int64_t count = 0;
    if (source->options->run_id == NULL &&
        !database_read_integer(source->database,
                               "SELECT count(DISTINCT experiment || char(10) || cell) FROM run",
                               &count, error)) {
        return false;
    }
    *ret_has_cells = count > 1;
    return true;
}

static char *end_name(const PlotSource *source, int64_t peer_id)
{
    const char *name = g_hash_table_lookup(source->names, &peer_id);
    return name != NULL ? g_strdup(name) : g_strdup_printf("%" G_GINT64_FORMAT, peer_id);
}

/* The section of a key is clear from the rest: "early-muxer=yes, preset=go-libp2p". */
static char *short_keys(const char *cell)
{
    GString *text = g_string_new(NULL);
    g_auto(GStrv) values = g_strsplit(cell, ", ", -1);
    for (size_t i = 0; values[i] != NULL; i++) {
        const char *dot = strchr(values[i], '.'), *equals = strchr(values[i], '=');
        const bool has_section = dot != NULL && equals != NULL && dot < equals;
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", has_section ? dot + 1 : values[i]);
    }
    return g_string_free(text, FALSE);
}

static char *row_name(const PlotSource *source, const Waterfall *waterfall, sqlite3_stmt *row)
{
    g_autofree char *cell = database_text(row, 9);
    g_autofree char *stack = database_text(row, 4);
    g_autofree char *text = NULL;
    if (waterfall->is_about_cells && cell != NULL && *cell != '\0') {
        text = short_keys(cell);
    } else {
        g_autofree char *dialer = end_name(source, sqlite3_column_int64(row, 2));
        g_autofree char *listener = end_name(source, sqlite3_column_int64(row, 3));
        text = g_strdup_printf("%s -> %s  %s", dialer, listener, stack == NULL ? "" : stack);
    }
    return g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), ROW_NAME_LETTERS));
}

/* What has not ended by the end of the run lasts until then. */
static void append_dial(const PlotSource *source, Waterfall *waterfall, sqlite3_stmt *row)
{
    const bool is_open = !database_is_null(row, 6);
    const int64_t dialed_ns = sqlite3_column_int64(row, 5);
    Dial dial = {
        .name = row_name(source, waterfall, row),
        .outcome = database_text(row, 8),
        .stack = database_text(row, 4),
        .run_id = sqlite3_column_int64(row, 0),
        .dialer_id = sqlite3_column_int64(row, 2),
        .dialed_ns = dialed_ns,
        .end_ns = MAX(sqlite3_column_int64(row, 7), dialed_ns),
        .is_open = is_open,
        .listener_id = sqlite3_column_int64(row, 3),
    };
    dial.has_failed = !is_open && dial.outcome != NULL && !g_str_equal(dial.outcome, "dialing");
    g_array_append_val(waterfall->dials, dial);
}

/* Says what is so: the options leave all dials out, the run did not record them, or there were
 * none.
 */
static bool refuse(const PlotSource *source, const Waterfall *waterfall, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT (SELECT count(*) FROM connection WHERE ?2 OR run_id = ?1),"
        " (SELECT value FROM parameter WHERE run_id = ?1 AND key = 'record.level'),"
        " (SELECT value FROM parameter WHERE run_id = ?1 AND key = 'stack.name')",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int(row, 2, waterfall->is_about_cells);
    if (!database_step(row, &problem)) {
        return database_finished(problem, error);
    }
    const int64_t count = sqlite3_column_int64(row, 0);
    g_autofree char *level = database_text(row, 1), *stack = database_text(row, 2);
    if (count > 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "none of the %" G_GINT64_FORMAT
                    " dials here is left by --peers, --from and --to",
                    count);
    } else if (level != NULL && !g_str_equal(level, "metrics") && stack != NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "no dials here: nobody dialled on stack.name: %s", stack);
    } else {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "no dials here; %s%s%srecord.level: all records them on a stack with "
                    "connections",
                    level == NULL ? "" : "record.level: ", level == NULL ? "" : level,
                    level == NULL ? "" : " does not, ");
    }
    return false;
}

static bool read_dials(const PlotSource *source, Waterfall *waterfall, GError **error)
{
    GError *problem = NULL;
    g_autofree char *last_cell = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT c.run_id, c.id, c.dialer_id, c.listener_id, c.stack, c.dialed_ns, c.opened_ns,"
        " coalesce(c.opened_ns, c.closed_ns, r.end_ns), c.outcome, r.cell, c.listener_id,"
        " r.experiment || char(10) || r.cell"
        " FROM connection AS c JOIN run AS r ON r.id = c.run_id"
        " WHERE (?4 OR c.run_id = ?1) AND c.dialed_ns BETWEEN ?2 AND ?3"
        " ORDER BY r.experiment, r.cell, r.repetition,"
        " c.run_id, c.dialed_ns, c.dialer_id, c.listener_id, c.id",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, source->options->from_ns);
    sqlite3_bind_int64(row, 3, source->options->to_ns);
    sqlite3_bind_int(row, 4, waterfall->is_about_cells);
    while (database_step(row, &problem)) {
        if (!plot_has_peer(source, sqlite3_column_int64(row, 2)) ||
            !plot_has_peer(source, sqlite3_column_int64(row, 3))) {
            continue;
        }
        if (waterfall->is_about_cells) {
            g_autofree char *cell = database_text(row, 11);
            if (last_cell != NULL && g_strcmp0(cell, last_cell) == 0) {
                continue;
            }
            g_free(last_cell);
            last_cell = g_steal_pointer(&cell);
        }
        waterfall->dial_count++;
        if (waterfall->dials->len < DIAL_COUNT_MAX) {
            append_dial(source, waterfall, row);
        }
    }
    return database_finished(problem, error) &&
           (waterfall->dials->len > 0 || refuse(source, waterfall, error));
}

static guint phase_of(const char *name)
{
    for (guint i = 0; name != NULL && i < PHASE_OTHER; i++) {
        if (strcmp(PHASES[i].name, name) == 0) {
            return i;
        }
    }
    return PHASE_OTHER;
}

static void append_bar(Waterfall *waterfall, const DialBar *bar)
{
    waterfall->longest_ns = MAX(waterfall->longest_ns, bar->end_ns);
    g_array_append_val(waterfall->bars, *bar);
}

static void append_phase(Waterfall *waterfall, guint index, Dial *dial, sqlite3_stmt *row)
{
    const int64_t start_ns = MAX(sqlite3_column_int64(row, 1), dial->dialed_ns);
    const int64_t end_ns = sqlite3_column_int64(row, 2);
    const int64_t round_trips = database_is_null(row, 3) ? -1 : sqlite3_column_int64(row, 3);
    dial->round_trips += MAX(round_trips, 0);
    dial->bytes_sent += sqlite3_column_int64(row, 4);
    dial->bytes_received += sqlite3_column_int64(row, 5);
    dial->has_phases = true;
    append_bar(waterfall, &(DialBar){.row = index,
                                     .phase = phase_of((const char *)sqlite3_column_text(row, 0)),
                                     .start_ns = start_ns - dial->dialed_ns,
                                     .end_ns = MAX(start_ns, end_ns) - dial->dialed_ns,
                                     .round_trips = round_trips});
}

/* The span of a dial is its dialer's, of that instant, and says from whom to whom; where several
 * transports were tried, that of an attempt says which one, and so does the dial's, on which one it
 * has a connection. What did not open ended with it. Only for dials that are drawn: a span is found
 * by looking at all. */
static bool find_span(const PlotSource *source, Dial *dial, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT id, end_ns FROM span WHERE run_id = ?1 AND start_ns = ?2 AND peer_id = ?3"
        " AND CASE WHEN json_valid(attributes) THEN json_extract(attributes, '$.from') = ?3"
        " AND json_extract(attributes, '$.to') = ?4"
        " AND ifnull(json_extract(attributes, '$.stack'), ?5) = ?5 END"
        " ORDER BY json_extract(attributes, '$.stack') IS NULL, id LIMIT 1",
        dial->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, dial->dialed_ns);
    sqlite3_bind_int64(row, 3, dial->dialer_id);
    sqlite3_bind_int64(row, 4, dial->listener_id);
    sqlite3_bind_text(row, 5, dial->stack, -1, SQLITE_STATIC);
    dial->has_span = database_step(row, &problem);
    if (dial->has_span) {
        dial->span_id = sqlite3_column_int64(row, 0);
        if (!dial->is_open && !database_is_null(row, 1)) {
            dial->end_ns = MAX(sqlite3_column_int64(row, 1), dial->dialed_ns);
        }
    }
    return database_finished(problem, error);
}

/* The children of its span; in the place of attempts, those of the one that won. */
static bool read_phases(const PlotSource *source, Waterfall *waterfall, guint index, GError **error)
{
    GError *problem = NULL;
    Dial *dial = &g_array_index(waterfall->dials, Dial, index);
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT name, start_ns, ifnull(end_ns, ?4), json_extract(fields, '$.round_trips'),"
        " json_extract(fields, '$.bytes_sent'), json_extract(fields, '$.bytes_received')"
        " FROM (SELECT *, CASE WHEN json_valid(attributes) THEN attributes ELSE '{}' END AS fields"
        " FROM span WHERE run_id = ?1 AND peer_id = ?3 AND (parent_id = ?2 AND name <> 'attempt'"
        " OR parent_id IN (SELECT id FROM span WHERE run_id = ?1 AND peer_id = ?3 AND parent_id = "
        "?2"
        " AND name = 'attempt' AND json_extract(attributes, '$.stack') = ?5))) ORDER BY start_ns, "
        "id",
        dial->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, dial->span_id);
    sqlite3_bind_int64(row, 3, dial->dialer_id);
    sqlite3_bind_int64(row, 4, dial->end_ns);
    sqlite3_bind_text(row, 5, dial->stack, -1, SQLITE_STATIC);
    while (dial->has_span && database_step(row, &problem)) {
        append_phase(waterfall, index, dial, row);
    }
    if (problem == NULL && !dial->has_phases) {
        append_bar(waterfall, &(DialBar){.row = index,
                                         .phase = PHASE_NONE,
                                         .end_ns = dial->end_ns - dial->dialed_ns,
                                         .round_trips = -1});
    }
    waterfall->longest_ns = MAX(waterfall->longest_ns, dial->end_ns - dial->dialed_ns);
    return database_finished(problem, error);
}

/* x, y, from x, to x of the bars of one phase. */
static guint append_bars(GString *body, const Waterfall *waterfall, guint phase, double unit_ns)
{
    const double width_min = BAR_WIDTH_MIN * (double)waterfall->longest_ns;
    guint count = 0;
    g_string_append_printf(body, "$phase%u << EOD\n", phase);
    for (guint i = 0; i < waterfall->bars->len; i++) {
        const DialBar *bar = &g_array_index(waterfall->bars, DialBar, i);
        const double start = (double)bar->start_ns;
        if (bar->phase == phase) {
            g_string_append_printf(body, "%.9g %u %.9g %.9g\n", start / unit_ns, bar->row,
                                   start / unit_ns,
                                   fmax((double)bar->end_ns, start + width_min) / unit_ns);
            count++;
        }
    }
    g_string_append(body, "EOD\n");
    return count;
}

/* Where it fits, a bar says how many round trips it took. */
static void append_bar_names(GString *body, const Waterfall *waterfall, double unit_ns)
{
    g_string_append(body, "$names << EOD\n");
    for (guint i = 0; i < waterfall->bars->len; i++) {
        const DialBar *bar = &g_array_index(waterfall->bars, DialBar, i);
        const double start = (double)bar->start_ns, end = (double)bar->end_ns;
        g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT " R", bar->round_trips);
        const double needed = LETTER_WIDTH * OUTCOME_ROOM * (double)strlen(name);
        if (bar->round_trips > 0 && end - start >= needed * (double)waterfall->longest_ns) {
            g_string_append_printf(body, "%.9g %u ", (start + end) / 2 / unit_ns, bar->row);
            gnuplot_append_field(body, name);
            g_string_append_c(body, '\n');
        }
    }
    g_string_append(body, "EOD\n");
}

/* x, y and text behind the bars, of dials that failed or of the others. */
static guint append_outcomes(GString *body, const Waterfall *waterfall, bool has_failed,
                             double unit_ns)
{
    guint count = 0;
    g_string_append_printf(body, "$%s << EOD\n", has_failed ? "failed" : "opened");
    for (guint i = 0; i < waterfall->dials->len; i++) {
        const Dial *dial = &g_array_index(waterfall->dials, Dial, i);
        if (dial->has_failed != has_failed) {
            continue;
        }
        const double duration_ns = (double)dial->end_ns - (double)dial->dialed_ns;
        g_autofree char *duration = number_text(duration_ns, "ns");
        g_autoptr(GString) text = g_string_new(NULL);
        if (has_failed) {
            g_string_append_printf(text, "%.20s, ", dial->outcome);
        }
        g_string_append(text, duration);
        if (!has_failed && !dial->is_open) {
            g_string_append(text, ", under way");
        }
        if (dial->round_trips + dial->bytes_sent + dial->bytes_received > 0) {
            g_string_append_printf(
                text, ", %" G_GINT64_FORMAT " R, %" G_GINT64_FORMAT " / %" G_GINT64_FORMAT " B",
                dial->round_trips, dial->bytes_sent, dial->bytes_received);
        }
        double label_ns = duration_ns;
        for (guint j = 0; j < waterfall->bars->len; j++) {
            const DialBar *bar = &g_array_index(waterfall->bars, DialBar, j);
            label_ns = bar->row == i ? fmax(label_ns, (double)bar->end_ns) : label_ns;
        }
        if (!has_failed && !dial->is_open) {
            g_string_append(body, "NaN"); /* no mark */
        } else {
            g_string_append_printf(body, "%.9g", duration_ns / unit_ns);
        }
        g_string_append_printf(body, " %u %.9g ", i, label_ns / unit_ns);
        gnuplot_append_field(body, text->str);
        g_string_append_c(body, '\n');
        count++;
    }
    g_string_append(body, "EOD\n");
    return count;
}

/* A legend of more than 6 entries takes two lines. */
static void append_axes(const Waterfall *waterfall, GString *body, TimeUnit unit, guint keys)
{
    const guint row_count = waterfall->dials->len;
    g_string_append_printf(body, "set xlabel 'time since the dial began (%s)'\n", unit.name);
    g_string_append_printf(body, "set xrange [0:%.9g]\nset yrange [%.1f:-0.7]\n",
                           (double)MAX(waterfall->longest_ns, 1) * OUTCOME_ROOM / unit.ns,
                           (double)MAX(row_count, 4) - 0.3);
    g_string_append(body, "set ytics scale 0 (");
    for (guint row = 0; row < row_count; row++) {
        g_string_append(body, row == 0 ? "" : ", ");
        gnuplot_quote(body, g_array_index(waterfall->dials, Dial, row).name);
        g_string_append_printf(body, " %u", row);
    }
    g_string_append_printf(body,
                           ")\nset border 1\nset grid noytics xtics\nset rmargin 3\n"
                           "set key at screen 0.5,0.015 center bottom horizontal maxrows %u\n"
                           "set bmargin %u\n",
                           keys > 5 ? 2 : 1, keys > 5 ? 8 : 6);
}

static void append_plot(GString *body, const guint *counts, guint opened, guint failed)
{
    const char *before = "plot ";
    for (guint phase = 0; phase < PHASE_COUNT; phase++) {
        if (counts[phase] > 0) {
            g_string_append_printf(body,
                                   "%s$phase%u using 1:2:3:4:($2-0.28):($2+0.28) with boxxyerror"
                                   " fs solid noborder lc rgb '%s' title '%s'",
                                   before, phase, PHASES[phase].colour, PHASES[phase].name);
            before = ", \\\n ";
        }
    }
    g_string_append_printf(body,
                           "%s$names using 1:2:3 with labels center font ',10' tc rgb"
                           " 'white' notitle",
                           before);
    if (opened > 0) {
        g_string_append(body, ", \\\n $opened using 1:($2-0.4):(0):(0.8) with vectors nohead lw 1.6"
                              " lc rgb '" COLOUR_BLACK "' title 'connection open'"
                              ", \\\n $opened using 3:2:4 with labels left offset char 1,0"
                              " font ',11' tc rgb '#333333' notitle");
    }
    if (failed > 0) {
        g_string_append(body, ", \\\n $failed using 1:2 with points pt 2 ps 1.4 lw 2 lc rgb"
                              " '" COLOUR_RED "' title 'failed'"
                              ", \\\n $failed using 3:2:4 with labels left offset char 1.4,0"
                              " font ',11' tc rgb '" COLOUR_RED "' notitle");
    }
    g_string_append_c(body, '\n');
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Waterfall) waterfall = {0};
    guint counts[PHASE_COUNT];
    waterfall.dials = g_array_new(FALSE, FALSE, sizeof(Dial));
    g_array_set_clear_func(waterfall.dials, dial_clear);
    waterfall.bars = g_array_new(FALSE, FALSE, sizeof(DialBar));
    if (!has_cells(source, &waterfall.is_about_cells, error) ||
        !read_dials(source, &waterfall, error)) {
        return false;
    }
    for (guint i = 0; i < waterfall.dials->len; i++) {
        if (!find_span(source, &g_array_index(waterfall.dials, Dial, i), error) ||
            !read_phases(source, &waterfall, i, error)) {
            return false;
        }
    }
    const TimeUnit unit = time_unit_for((double)waterfall.longest_ns);
    for (guint phase = 0; phase < PHASE_COUNT; phase++) {
        counts[phase] = append_bars(plot->body, &waterfall, phase, unit.ns);
    }
    append_bar_names(plot->body, &waterfall, unit.ns);
    const guint opened = append_outcomes(plot->body, &waterfall, false, unit.ns);
    const guint failed = append_outcomes(plot->body, &waterfall, true, unit.ns);
    guint keys = MIN(opened, 1) + MIN(failed, 1);
    for (guint phase = 0; phase < PHASE_COUNT; phase++) {
        keys += MIN(counts[phase], 1);
    }
    g_string_append_printf(plot->title, "%u %s and %s phases", waterfall.dials->len,
                           waterfall.dials->len == 1 ? "dial" : "dials",
                           waterfall.dials->len == 1 ? "its" : "their");
    g_string_append(plot->subtitle,
                    waterfall.is_about_cells ? "the first dial of each cell" : source->origin);
    if (waterfall.dial_count > waterfall.dials->len) {
        g_string_append_printf(plot->subtitle, "; the first %u of %" G_GINT64_FORMAT,
                               waterfall.dials->len, waterfall.dial_count);
    }
    g_string_append(plot->subtitle, "; R: round trips, bytes sent / received");
    append_axes(&waterfall, plot->body, unit, keys);
    append_plot(plot->body, counts, opened, failed);
    return true;
}

const PlotKind PLOT_dial = {
    .name = "dial",
    .help = "dials as waterfalls of their phases, or the first dial of each cell",
    .draw = draw,
};
