/* SPDX-License-Identifier: MIT */
/* The scripts of the plots are compared with those in tests/golden, which were looked at when they
 * changed: UPDATE_GOLDEN=1 writes them anew. Where gnuplot is installed it draws them, too. */
#include "analysis/plot.h"
#include "tests/sample_run.h"
#include "tests/sample_sweep.h"
#include "tests/suite.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static PlotOptions all(void)
{
    return (PlotOptions){.from_ns = G_MININT64, .to_ns = G_MAXINT64};
}

static char *script_of(sqlite3 *database, const char *kind, const PlotOptions *options,
                       GError **error)
{
    const PlotKind *found = plot_kind_find(kind);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return plot_script(database, found, options, error);
}

static void plot_scripts_are_the_golden_ones(void)
{
    const char *source = getenv("top_srcdir");
    const PlotOptions options = all();
    g_autoptr(sqlite3) run = sample_run_open(NULL), sweep = sample_sweep_open(NULL);
    for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
        sqlite3 *database = PLOT_KINDS[i]->is_of_cells ? sweep : run;
        g_autofree char *path = g_strdup_printf(
            "%s/tests/golden/%s.gp", source == NULL ? ".." : source, PLOT_KINDS[i]->name);
        g_autoptr(GError) problem = NULL;
        g_autofree char *script = plot_script(database, PLOT_KINDS[i], &options, &problem);
        if (problem != NULL) {
            g_printerr("%s\n", problem->message);
        }
        g_autofree char *golden = NULL;
        CU_ASSERT_PTR_NOT_NULL_FATAL(script);
        if (getenv("UPDATE_GOLDEN") != NULL) {
            g_file_set_contents(path, script, -1, NULL);
        }
        CU_ASSERT_TRUE_FATAL(g_file_get_contents(path, &golden, NULL, NULL));
        if (!g_str_equal(script, golden)) {
            g_printerr("%s differs from:\n%s", path, script);
            CU_FAIL("a script that is not the golden one");
        }
    }
}

static void plot_of_metrics_only_takes_the_histogram(void)
{
    const PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "DELETE FROM span; DELETE FROM message; DELETE FROM connection;"
                                "DELETE FROM link; DELETE FROM peer");
    g_autofree char *script = script_of(database, "latency-cdf", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "from the metric''s histogram"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "'3 pings"));
    g_autofree char *bars = script_of(database, "latency-histogram", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL(bars);
}

/* The testbed as it was: no snapshot in the tables, no word in a ping to whom it goes, metrics
 * under the name of the module. */
static void plot_knows_the_testbed_by_its_spans(void)
{
    PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(
        database,
        "DELETE FROM snapshot; DELETE FROM snapshot_state; UPDATE span SET attributes = NULL;"
        "UPDATE metric SET name = 'testbed.rtt' WHERE name = 'ping.rtt';"
        "INSERT INTO span VALUES(1,30,30,NULL,'cl_snapshot','internal',1,500000000,600000000,'ok',"
        " '{\"state\":{}}'),(1,31,30,30,'snapshot','internal',0,510000000,510000000,'ok',"
        " '{\"state\":{}}'),(1,32,30,30,'snapshot','internal',0,520000000,520000000,'ok',NULL)");
    g_autofree char *spacetime = script_of(database, "spacetime", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(spacetime);
    CU_ASSERT_PTR_NOT_NULL(strstr(spacetime, "$cut << EOD\n0.51 0\n0.5 1\nEOD\n"));
    g_autofree char *cdf = script_of(database, "latency-cdf", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cdf);
    CU_ASSERT_PTR_NOT_NULL(strstr(cdf, "$floor"));
    sample_run_change(database, "DELETE FROM span");
    options.metric = "ping";
    g_autofree char *histogram = script_of(database, "latency-histogram", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(histogram);
    CU_ASSERT_PTR_NOT_NULL(strstr(histogram, "from the metric''s histogram"));
}

static void plot_without_its_data_says_what_there_is(void)
{
    static const struct {
        const char *change, *kind, *metric, *message;
        int code;
    } cases[] = {
        {"DELETE FROM span; DELETE FROM metric", "latency-cdf", "ping", "3 dials, 9 messages", 1},
        {"DELETE FROM message", "spacetime", NULL, "no messages", 1},
        {"DELETE FROM connection", "dial", NULL, "no dials here; record.level: all records", 1},
        {"DELETE FROM connection; INSERT INTO parameter VALUES(1,'record.level','metrics','set'),"
         "(1,'stack.name','ideal','default')",
         "dial", NULL, "record.level: metrics does not, record.level: all records them", 1},
        {"DELETE FROM connection; INSERT INTO parameter VALUES(1,'record.level','all','default'),"
         "(1,'stack.name','datagram','set')",
         "dial", NULL, "no dials here: nobody dialled on stack.name: datagram", 1},
        {"DELETE FROM connection", "conversation", NULL, "record.level: all", 1},
        {"DELETE FROM packet; DELETE FROM message", "conversation", NULL, "record.packets: yes", 1},
        {"DELETE FROM connection; DELETE FROM link", "topology", NULL, "neither", 1},
        {"DELETE FROM span; DELETE FROM connection; DELETE FROM message", "latency-timeline", NULL,
         "with times", 1},
        {"SELECT 1", "latency-cdf", "pong", "expected ping, dial or message", 2},
        {"SELECT 1", "topology", "pong", "expected ping, dial or message", 2},
        {"DELETE FROM run", "topology", NULL, "no run", 2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(sqlite3) database = sample_run_open(NULL);
        g_autoptr(GError) error = NULL;
        PlotOptions options = all();
        options.metric = cases[i].metric;
        sample_run_change(database, cases[i].change);
        g_autofree char *script = script_of(database, cases[i].kind, &options, &error);
        CU_ASSERT_PTR_NULL(script);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_EQUAL(error->code, cases[i].code);
        if (strstr(error->message, cases[i].message) == NULL) {
            g_printerr("expected '%s', found '%s'\n", cases[i].message, error->message);
            CU_FAIL("another message");
        }
    }
}

static void plot_keeps_to_window_and_peers(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(GArray) peers = g_array_new(FALSE, FALSE, sizeof(int64_t));
    PlotOptions options = all();
    const int64_t chosen[] = {0, 1};
    g_array_append_vals(peers, chosen, 2);
    options.from_ns = 250000000;
    g_autofree char *later = script_of(database, "latency-cdf", &options, NULL);
    CU_ASSERT_TRUE(later != NULL && strstr(later, "'2 pings") != NULL);
    options.from_ns = G_MININT64;
    options.peers = peers;
    g_autofree char *among = script_of(database, "latency-cdf", &options, NULL);
    CU_ASSERT_TRUE(among != NULL && strstr(among, "'1 ping among") != NULL);
    g_autofree char *messages = script_of(database, "spacetime", &options, NULL);
    CU_ASSERT_TRUE(messages != NULL && strstr(messages, "4 of 11 messages") != NULL);
    options.to_ns = 100;
    CU_ASSERT_PTR_NULL(script_of(database, "spacetime", &options, NULL));
}

/* Identify outlasts the dial of 0 to 1; the dial of 2 to 1 fails in its second phase; the span of
 * 0 to 2 has no phases; spans of others and of other instants are no phases of these. */
static void plot_of_dials_shows_their_phases(void)
{
    PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(
        database,
        "UPDATE connection SET stack = 'tcp/noise/yamux' WHERE listener_id = 1;"
        "INSERT INTO span VALUES"
        " (1,50,50,NULL,'dial','internal',0,0,20000000,'ok','{\"from\":0,\"to\":1}'),"
        " (1,51,50,50,'transport','internal',0,0,8000000,'ok',"
        "  '{\"bytes_sent\":60,\"bytes_received\":61,\"round_trips\":1}'),"
        " (1,52,50,50,'security','internal',0,8000000,20000000,'ok',"
        "  '{\"bytes_sent\":200,\"bytes_received\":100,\"round_trips\":2}'),"
        " (1,53,50,50,'identify','internal',0,20000000,30000000,'ok','no JSON'),"
        " (1,54,50,50,'PONG','server',1,1000000,2000000,'ok',NULL),"
        " (1,55,55,NULL,'dial','internal',0,20000000,80000000,'ok','{\"from\":0,\"to\":2}'),"
        " (1,60,60,NULL,'dial','internal',2,180000000,200000000,'error','{\"from\":2,\"to\":1}'),"
        " (1,61,60,60,'transport','internal',2,180000000,190000000,'ok',NULL),"
        " (1,62,60,60,'muxer','internal',2,190000000,200000000,'error','{\"round_trips\":1}')");
    g_autofree char *script = script_of(database, "dial", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    static const char *const parts[] = {
        "'Tokyo -> L''Aquila `x` \"y\" {z}_  tcp/noise/yamux' 0",
        "$phase0 << EOD\n0 0 0 8\n0 3 0 10\nEOD\n",   /* transport */
        "$phase2 << EOD\n8 0 8 20\nEOD\n",            /* security */
        "$phase3 << EOD\n10 3 10 20\nEOD\n",          /* muxer */
        "$phase4 << EOD\nEOD\n",                      /* quic */
        "$phase5 << EOD\n20 0 20 30\nEOD\n",          /* identify */
        "$phase6 << EOD\nEOD\n",                      /* others */
        "$phase7 << EOD\n0 1 0 60\n0 2 0 100\nEOD\n", /* without */
        "$opened << EOD\n20 0 30 \"20 ms, 3 R, 260 / 161 B\"\n60 1 60 \"60 ms\"\n",
        "$failed << EOD\n20 3 20 \"timeout, 20 ms, 1 R, 0 / 0 B\"\nEOD\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (strstr(script, parts[i]) == NULL) {
            g_printerr("no '%s' in:\n%s", parts[i], script);
            CU_FAIL("a part that is not there");
        }
    }
    options.from_ns = 100000000;
    g_autofree char *later = script_of(database, "dial", &options, NULL);
    CU_ASSERT_TRUE(later != NULL && strstr(later, "'1 dial and its phases'") != NULL);
}

/* QUIC's handshake has a place and a name of its own; what no stack here has is of the others. */
static void plot_of_dials_names_the_handshake_of_quic(void)
{
    const PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database,
                      "INSERT INTO span VALUES"
                      " (1,50,50,NULL,'dial','internal',0,0,20000000,'ok','{\"from\":0,\"to\":1}'),"
                      " (1,51,50,50,'quic','internal',0,0,10000000,'ok','{\"round_trips\":1}'),"
                      " (1,52,50,50,'identify','internal',0,10000000,20000000,'ok',NULL),"
                      " (1,53,50,50,'webtransport','internal',0,20000000,25000000,'ok',NULL)");
    g_autofree char *script = script_of(database, "dial", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase4 << EOD\n0 0 0 0.01\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase5 << EOD\n0.01 0 0.01 0.02\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase6 << EOD\n0.02 0 0.02 0.025\nEOD\n"));
    const char *quic = strstr(script, "title 'quic'"),
               *identify = strstr(script, "title 'identify'");
    CU_ASSERT(quic != NULL && identify != NULL && quic < identify);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "title 'other phases'"));
}

/* A dial over two transports has the phases of the attempt that won and its own, the other attempt
 * those of its own span, which began in the same instant. */
static void plot_of_dials_tells_attempts_apart(void)
{
    const PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(
        database,
        "DELETE FROM connection WHERE listener_id <> 1 OR dialer_id <> 0;"
        "UPDATE connection SET stack = 'tcp/noise/yamux';"
        "INSERT INTO connection (run_id, id, dialer_id, listener_id, stack, dialed_ns, closed_ns,"
        " outcome) VALUES (1, 99, 0, 1, 'quic', 0, 15000000, 'cancelled');"
        "INSERT INTO span VALUES"
        " (1,50,50,NULL,'dial','internal',0,0,20000000,'ok',"
        "  '{\"from\":0,\"to\":1,\"stack\":\"tcp/noise/yamux\"}'),"
        " (1,51,50,50,'attempt','internal',0,0,15000000,'ok',"
        "  '{\"from\":0,\"to\":1,\"stack\":\"quic\"}'),"
        " (1,52,50,51,'quic','internal',0,0,15000000,'error',NULL),"
        " (1,53,50,50,'attempt','internal',0,5000000,15000000,'ok',"
        "  '{\"from\":0,\"to\":1,\"stack\":\"tcp/noise/yamux\"}'),"
        " (1,54,50,53,'transport','internal',0,5000000,15000000,'ok','{\"round_trips\":1}'),"
        " (1,55,50,50,'identify','internal',0,15000000,20000000,'ok','{\"round_trips\":1}')");
    g_autofree char *script = script_of(database, "dial", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase0 << EOD\n5 0 5 15\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase4 << EOD\n0 1 0 15\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase5 << EOD\n15 0 15 20\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$phase6 << EOD\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "\"20 ms, 2 R, 0 / 0 B\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$failed << EOD\n15 1 15 \"cancelled, 15 ms\"\n"));
}

/* The run ended before the dial did: it is not open, and has not failed. */
static void plot_of_dials_knows_those_under_way(void)
{
    const PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "UPDATE connection SET outcome = 'dialing' WHERE dialer_id = 2");
    g_autofree char *script = script_of(database, "dial", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "NaN 3 1.82 \"1.82 s, under way\"\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "$failed << EOD\nEOD\n"));
}

/* Both ends of a dial have to be among them. */
static void plot_of_dials_keeps_to_peers_and_window(void)
{
    static const struct {
        int64_t peers[3];
        guint count;
        int64_t from_ns;
        const char *found; /* in the script, or in the error */
    } CASES[] = {
        {{1, 2}, 2, G_MININT64, "'2 dials and their phases'"},
        {{2, 0}, 2, G_MININT64, "'1 dial and its phases'"},
        {{0, 1, 2}, 3, G_MININT64, "'4 dials and their phases'"},
        {{1, 2}, 2, 100000000, "'1 dial and its phases'"},
        {{0}, 1, G_MININT64, "none of the 4 dials here is left by --peers, --from and --to"},
        {{0, 1}, 2, 100000000, "none of the 4 dials here is left"},
    };
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        PlotOptions options = all();
        g_autoptr(GArray) peers = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(GError) error = NULL;
        g_array_append_vals(peers, CASES[i].peers, CASES[i].count);
        options.peers = peers;
        options.from_ns = CASES[i].from_ns;
        g_autofree char *script = script_of(database, "dial", &options, &error);
        const char *text = script != NULL ? script : error->message;
        if (strstr(text, CASES[i].found) == NULL) {
            g_printerr("no '%s' in:\n%s\n", CASES[i].found, text);
            CU_FAIL("another picture or message");
        }
    }
}

/* One row for each cell, by its first dial, in the order of the cells. */
static void plot_of_dials_compares_cells(void)
{
    PlotOptions options = all();
    const int64_t run_id = 1;
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database,
                      "UPDATE run SET experiment = '', cell = 'stack.preset=js';"
                      "INSERT INTO run SELECT 2, scenario, module, '', 'stack.preset=go', 0, seed,"
                      " status, fingerprint, events, end_ns FROM run;"
                      "INSERT INTO connection VALUES(2,1,0,1,'ideal',0,7000000,NULL,'open',1,1)");
    g_autofree char *cells = script_of(database, "dial", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(cells);
    CU_ASSERT_PTR_NOT_NULL(strstr(cells, "('preset=go' 0, 'preset=js' 1)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(cells, "$phase7 << EOD\n0 0 0 7\n0 1 0 20\nEOD\n"));
    options.run_id = &run_id;
    g_autofree char *run = script_of(database, "dial", &options, NULL);
    CU_ASSERT_TRUE(run != NULL && strstr(run, "'4 dials and their phases'") != NULL);
}

/* A thousand peers and many messages: the picture must stay one. */
static void plot_of_many_peers_chooses_some(void)
{
    const PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(
        database,
        "DELETE FROM peer; DELETE FROM message; DELETE FROM connection; DELETE FROM snapshot;"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
        " INSERT INTO peer SELECT 1, i, NULL, NULL FROM n;"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
        " INSERT INTO message SELECT 1, 100 + i, i % 1000, (i * 7 + i / 1000 + 1) % 1000, 1, "
        "'PING', 8,"
        " i * 1000, i * 1000 + 5000000, 'delivered', NULL FROM n;"
        "INSERT INTO connection SELECT DISTINCT 1, id, sender_id, receiver_id, 'ideal', 0, 10,"
        " NULL, 'open', 0, 0 FROM message");
    g_autofree char *spacetime = script_of(database, "spacetime", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(spacetime);
    CU_ASSERT_PTR_NOT_NULL(strstr(spacetime, "'20 of 1000 peers"));
    g_autofree char *topology = script_of(database, "topology", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(topology);
    CU_ASSERT_PTR_NOT_NULL(strstr(topology, "2500 of the pairs are drawn"));
    PlotOptions messages = all();
    messages.metric = "message";
    g_autofree char *timeline = script_of(database, "latency-timeline", &messages, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(timeline);
    CU_ASSERT_PTR_NOT_NULL(strstr(timeline, "120 slices of time"));
    CU_ASSERT_TRUE(strlen(timeline) < 20000);
}

static bool starts_with(const char *path, const char *magic)
{
    g_autofree char *bytes = NULL;
    gsize size_bytes = 0;
    return g_file_get_contents(path, &bytes, &size_bytes, NULL) && size_bytes > 1000 &&
           memcmp(bytes, magic, strlen(magic)) == 0;
}

static void plot_is_drawn_by_gnuplot(void)
{
    static const char *const magics[] = {"\x89PNG", "<?xml", "%PDF"};
    static const char *const endings[] = {"png", "svg", "pdf"};
    g_autofree char *program = g_find_program_in_path("gnuplot");
    g_autofree char *folder = g_dir_make_tmp("skein-plot-XXXXXX", NULL);
    g_autoptr(sqlite3) run = sample_run_open(NULL), sweep = sample_sweep_open(NULL);
    if (program == NULL) {
        g_printerr("SKIPPED: no gnuplot: plots are not drawn\n");
    }
    for (size_t i = 0; PLOT_KINDS[i] != NULL && program != NULL; i++) {
        PlotOptions options = all();
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strdup_printf("it's a plot.%s", endings[i % 3]);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        CU_ASSERT_TRUE(gnuplot_format_of_path(path, &options.format, NULL));
        g_autoptr(GError) problem = NULL;
        g_autofree char *script = plot_script(PLOT_KINDS[i]->is_of_cells ? sweep : run,
                                              PLOT_KINDS[i], &options, &problem);
        if (problem != NULL) {
            g_printerr("%s\n", problem->message);
        }
        CU_ASSERT_TRUE(gnuplot_render(script, path, &error));
        if (error != NULL) {
            g_printerr("%s: %s\n", PLOT_KINDS[i]->name, error->message);
        }
        CU_ASSERT_TRUE(starts_with(path, magics[i % 3]));
        g_unlink(path);
    }
    CU_ASSERT_EQUAL(g_rmdir(folder), 0); /* nothing else was left */
}

static void plot_that_fails_leaves_no_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("skein-plot-XXXXXX", NULL);
    g_autofree char *picture = g_build_filename(folder, "plot.png", NULL);
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autofree char *program = g_find_program_in_path("gnuplot");
    g_autoptr(GError) error = NULL;
    if (program != NULL) {
        CU_ASSERT_FALSE(gnuplot_render("this is no gnuplot\n", picture, &error));
        CU_ASSERT_TRUE(error != NULL && error->code == 3);
        g_clear_error(&error);
    }
    g_setenv("PATH", folder, TRUE);
    CU_ASSERT_FALSE(gnuplot_render("plot x\n", picture, &error));
    g_setenv("PATH", path, TRUE);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_EQUAL(error->code, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "gnuplot-nox"));
    CU_ASSERT_EQUAL(g_rmdir(folder), 0);
}

static void gnuplot_text_cannot_leave_its_quotes(void)
{
    g_autoptr(GString) script = g_string_new(NULL);
    gnuplot_quote(script, "L'Aquila\nEOD `x` \xff");
    CU_ASSERT_STRING_EQUAL(script->str, "'L''Aquila EOD `x` \xef\xbf\xbd'");
    g_string_truncate(script, 0);
    gnuplot_append_field(script, "a \"b\" \\ c\n");
    CU_ASSERT_STRING_EQUAL(script->str, "\"a 'b' / c \"");
}

/* Of a sweep with one parameter and one repetition everything can be drawn that needs no second. */
static void plots_of_cells_need_their_parameters(void)
{
    PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_sweep_open(NULL);
    sample_run_change(database, "DELETE FROM run WHERE id NOT IN (1, 2, 6);"
                                "UPDATE parameter SET origin = 'set' WHERE key = 'peers.count'");
    for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        if (PLOT_KINDS[i]->is_of_cells) {
            g_autofree char *script = plot_script(database, PLOT_KINDS[i], &options, &error);
            const bool is_heat_map = g_str_equal(PLOT_KINDS[i]->name, "heat-map");
            CU_ASSERT_EQUAL(script == NULL, is_heat_map);
            CU_ASSERT_TRUE(!is_heat_map || strstr(error->message, "needs 2 swept parameters"));
            CU_ASSERT_TRUE(script == NULL || strstr(script, "nan") == NULL);
        }
    }
    g_autoptr(GError) unknown = NULL;
    options.metric = "ping.rtd";
    CU_ASSERT_PTR_NULL(script_of(database, "lines", &options, &unknown));
    CU_ASSERT_TRUE(unknown != NULL && strstr(unknown->message, "did you mean 'ping.rtt'?"));
    g_autoptr(GError) missing = NULL;
    options.metric = "link.queues";
    CU_ASSERT_PTR_NULL(script_of(database, "bands", &options, &missing));
    CU_ASSERT_TRUE(missing != NULL && strstr(missing->message, "did you mean link.queue"));
}

/* Means over the others: 5 repetitions of 2 cells each. */
static void plot_lines_average_what_is_not_asked_for(void)
{
    PlotOptions options = all();
    g_autoptr(sqlite3) database = sample_sweep_open(NULL);
    options.by = "link.loss";
    g_autofree char *script = script_of(database, "lines", &options, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    CU_ASSERT_PTR_NOT_NULL(strstr(script, "3 cells, 5 repetitions, over all other parameters"));
    g_autofree char *data = gnuplot_data(script);
    CU_ASSERT_TRUE(g_str_has_prefix(data, "# family0\n# place mean low high repetitions\n0 "));
    CU_ASSERT_PTR_NULL(strstr(data, "EOD"));
}

CU_TestInfo suite_plot[] = {
    {"plots_of_cells_need_their_parameters", plots_of_cells_need_their_parameters},
    {"plot_lines_average_what_is_not_asked_for", plot_lines_average_what_is_not_asked_for},
    {"plot_scripts_are_the_golden_ones", plot_scripts_are_the_golden_ones},
    {"plot_of_metrics_only_takes_the_histogram", plot_of_metrics_only_takes_the_histogram},
    {"plot_knows_the_testbed_by_its_spans", plot_knows_the_testbed_by_its_spans},
    {"plot_without_its_data_says_what_there_is", plot_without_its_data_says_what_there_is},
    {"plot_keeps_to_window_and_peers", plot_keeps_to_window_and_peers},
    {"plot_of_dials_shows_their_phases", plot_of_dials_shows_their_phases},
    {"plot_of_dials_names_the_handshake_of_quic", plot_of_dials_names_the_handshake_of_quic},
    {"plot_of_dials_tells_attempts_apart", plot_of_dials_tells_attempts_apart},
    {"plot_of_dials_knows_those_under_way", plot_of_dials_knows_those_under_way},
    {"plot_of_dials_keeps_to_peers_and_window", plot_of_dials_keeps_to_peers_and_window},
    {"plot_of_dials_compares_cells", plot_of_dials_compares_cells},
    {"plot_of_many_peers_chooses_some", plot_of_many_peers_chooses_some},
    {"plot_is_drawn_by_gnuplot", plot_is_drawn_by_gnuplot},
    {"plot_that_fails_leaves_no_file", plot_that_fails_leaves_no_file},
    {"gnuplot_text_cannot_leave_its_quotes", gnuplot_text_cannot_leave_its_quotes},
    CU_TEST_INFO_NULL,
};
