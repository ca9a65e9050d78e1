/* SPDX-License-Identifier: MIT */
/* Exports of the sample run: what is selected, what comes out, what is refused. That real tools
 * read them is the business of tests/exports.sh. */
#include "config.h"

#include "analysis/export.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <string.h>

static const ExportOptions EVERYTHING = {.from_ns = G_MININT64, .to_ns = G_MAXINT64};

/* The export, freed with free(); NULL with the error set. */
static char *exported(sqlite3 *database, const char *format_name, const ExportOptions *options,
                      GError **error)
{
    char *bytes = NULL;
    size_t count = 0;
    const ExportFormat *format = export_format_find(format_name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(format);
    FILE *file = open_memstream(&bytes, &count);
    const bool is_done = export_write(database, format, options, file, "memory", error);
    fclose(file);
    if (!is_done) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* How often `part` is in the export. */
static int exported_count(sqlite3 *database, const char *format, const ExportOptions *options,
                          const char *part)
{
    g_autoptr(GError) error = NULL;
    char *text = exported(database, format, options, &error);
    if (text == NULL) {
        g_printerr("%s: %s\n", format, error->message);
        CU_FAIL("no export");
        return -1;
    }
    const int count = count_of(text, part);
    free(text);
    return count;
}

static void expect_error(const char *format, const ExportOptions *options, int code,
                         const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    char *text = exported(database, format, options, &error);
    CU_ASSERT_PTR_NULL(text);
    CU_ASSERT_TRUE(error != NULL && error->code == code && strstr(error->message, part) != NULL);
    free(text);
}

static void export_selects_by_peers_trace_and_time(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    const int64_t ids[] = {0, 1};
    g_autoptr(GArray) peers = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_array_append_vals(peers, ids, 2);
    ExportOptions options = EVERYTHING;
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"name\":\"ping\",\"kind\""), 4);
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"spanId\""), 9);
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"parentSpanId\""), 4);
    options.trace = "11";
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"spanId\""), 2);
    options.trace = NULL;
    options.peers = peers; /* not the coordinator's, nor those of peer 2 */
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"spanId\""), 5);
    options.peers = NULL;
    options.from_ns = 361000000;
    options.to_ns = 450000000;
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"spanId\""), 3);
    options.from_ns = 1999999999; /* a span that has not ended lasts */
    options.to_ns = G_MAXINT64;
    CU_ASSERT_EQUAL(exported_count(database, "otlp", &options, "\"spanId\""), 1);
}

static void export_of_an_empty_selection_is_valid(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    ExportOptions options = EVERYTHING;
    options.to_ns = -1;
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        if (EXPORT_FORMATS[i]->write != NULL) {
            char *text = exported(database, EXPORT_FORMATS[i]->name, &options, NULL);
            CU_ASSERT_PTR_NOT_NULL(text);
            free(text);
        }
    }
}

static void export_refuses_what_is_not_there(void)
{
    const int64_t run_id = 7;
    ExportOptions options = EVERYTHING;
    options.run_id = &run_id;
    expect_error("otlp", &options, 2, "no run 7");
    options.run_id = NULL;
    options.trace = "1234";
    expect_error("otlp", &options, 2, "no trace 1234");
    options.trace = "0123456789abcdef0123456789abcdef";
    expect_error("otlp", &options, 2, "expected the number of a trace");
}

/* Row order, run numbers and what else the database holds do not matter. */
static void export_of_equal_runs_is_equal(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(sqlite3) other = sample_run_open(NULL);
    const int64_t run_id = 5;
    ExportOptions options = EVERYTHING;
    options.run_id = &run_id;
    sample_run_change(other,
                      "CREATE TEMP TABLE s AS SELECT * FROM span ORDER BY start_ns DESC, id;"
                      "DELETE FROM span; INSERT INTO span SELECT * FROM s;"
                      "CREATE TEMP TABLE m AS SELECT * FROM message ORDER BY kind, id DESC;"
                      "DELETE FROM message; INSERT INTO message SELECT * FROM m;"
                      "CREATE TEMP TABLE l AS SELECT * FROM link ORDER BY receiver_id DESC;"
                      "DELETE FROM link; INSERT INTO link SELECT * FROM l;"
                      "UPDATE run SET id = 5; UPDATE peer SET run_id = 5;"
                      "UPDATE span SET run_id = 5; UPDATE message SET run_id = 5;"
                      "UPDATE link SET run_id = 5; UPDATE connection SET run_id = 5;"
                      "UPDATE snapshot_state SET run_id = 5; UPDATE snapshot SET run_id = 5;"
                      "UPDATE fault SET run_id = 5; UPDATE packet SET run_id = 5;"
                      "INSERT INTO run SELECT 1, scenario, module, 'another', cell, repetition,"
                      " seed, status, fingerprint, events, end_ns FROM run;"
                      "INSERT INTO span SELECT 1, id, trace_id, parent_id, 'another', kind,"
                      " peer_id, start_ns, end_ns, status, attributes FROM span;");
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        if (EXPORT_FORMATS[i]->write != NULL) {
            char *expected = exported(database, EXPORT_FORMATS[i]->name, &EVERYTHING, NULL);
            char *found = exported(other, EXPORT_FORMATS[i]->name, &options, NULL);
            CU_ASSERT_TRUE(expected != NULL && found != NULL && *expected != '\0');
            CU_ASSERT_STRING_EQUAL(expected, found);
            free(expected);
            free(found);
        }
    }
}

static void export_keeps_events_and_links_at_their_spans(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "INSERT INTO span_event VALUES(1,17,450000001,'late','{\"n\":2}'),"
                                " (1,11,200000005,'second',NULL),(1,11,200000001,'first','[1]'),"
                                " (1,999,1,'of no span',NULL);"
                                "INSERT INTO span_link VALUES(1,18,11),(1,18,12),(1,18,999)");
    char *text = exported(database, "otlp", &EVERYTHING, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(count_of(text, "\"timeUnixNano\""), 3);
    CU_ASSERT_EQUAL(count_of(text, "\"links\""), 1);
    CU_ASSERT_EQUAL(count_of(text, "{\"traceId\""), 9 + 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        text, "\"attributes\":[{\"key\":\"to\",\"value\":{\"intValue\":\"1\"}}],"
              "\"events\":[{\"name\":\"first\",\"timeUnixNano\":\"946684800200000001\","
              "\"attributes\":[{\"key\":\"attributes\",\"value\":{\"stringValue\":\"[1]\"}}]},"
              "{\"name\":\"second\",\"timeUnixNano\":\"946684800200000005\"}]"));
    free(text);
}

static void export_types_attributes(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "UPDATE span SET attributes = '{\"i\":-5,\"d\":0.5,\"s\":\"a\\nb\","
                                "\"t\":true,\"n\":null,\"o\":{\"x\":[1, 2]},\"big\":1e999,"
                                "\"huge\":99999999999999999999}' WHERE id = 11;"
                                "UPDATE span SET attributes = 'no JSON' WHERE id = 12");
    char *text = exported(database, "otlp", &EVERYTHING, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "{\"key\":\"i\",\"value\":{\"intValue\":\"-5\"}},"
                     "{\"key\":\"d\",\"value\":{\"doubleValue\":0.5}},"
                     "{\"key\":\"s\",\"value\":{\"stringValue\":\"a\\u000ab\"}},"
                     "{\"key\":\"t\",\"value\":{\"boolValue\":true}},"
                     "{\"key\":\"n\",\"value\":{}},"
                     "{\"key\":\"o\",\"value\":{\"stringValue\":\"{\\\"x\\\":[1,2]}\"}},"
                     "{\"key\":\"big\",\"value\":{\"stringValue\":\"Inf\"}},"
                     "{\"key\":\"huge\",\"value\":{\"doubleValue\":1e+20}}"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "{\"key\":\"attributes\",\"value\":{\"stringValue\":\"no JSON\"}}"));
    free(text);
}

static void export_takes_any_value_of_a_foreign_database(void)
{
    static const char *const values[] = {
        "NULL",
        "''",
        "-9223372036854775808",
        "9223372036854775807",
        "1e300",
        "'a\"<&>\\'||char(10)||char(1)",
        "x'ff00fe'",
        "'{\"a\":'",
        "zeroblob(100)",
    };
    static const char *const columns[] = {
        "span.name",
        "span.kind",
        "span.peer_id",
        "span.start_ns",
        "span.end_ns",
        "span.status",
        "span.attributes",
        "span.trace_id",
        "span.parent_id",
        "message.sender_id",
        "message.receiver_id",
        "message.sent_ns",
        "message.received_ns",
        "message.kind",
        "message.fate",
        "message.stream_id",
        "peer.name",
        "peer.region",
        "link.loss",
        "link.latency_ns_min",
        "run.end_ns",
        "run.module",
        "run.seed",
        "message.size_bytes",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(columns) * G_N_ELEMENTS(values); i++) {
        g_autoptr(sqlite3) database = sample_run_open(NULL);
        g_auto(GStrv) column = g_strsplit(columns[i / G_N_ELEMENTS(values)], ".", 2);
        g_autofree char *sql = g_strdup_printf("UPDATE %s SET %s = %s", column[0], column[1],
                                               values[i % G_N_ELEMENTS(values)]);
        sample_run_change(database, sql);
        for (size_t j = 0; EXPORT_FORMATS[j] != NULL; j++) {
            if (EXPORT_FORMATS[j]->write != NULL) {
                g_autoptr(GError) error = NULL;
                char *text = exported(database, EXPORT_FORMATS[j]->name, &EVERYTHING, &error);
                CU_ASSERT_TRUE((text != NULL) != (error != NULL));
                CU_ASSERT_TRUE(text == NULL || EXPORT_FORMATS[j]->is_binary ||
                               g_utf8_validate(text, -1, NULL));
                free(text);
            }
        }
    }
}

static void export_finds_spans_with_one_id(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "DROP INDEX span_id;"
                                "INSERT INTO span SELECT * FROM span WHERE id = 11;"
                                "UPDATE span SET start_ns = 5 WHERE rowid = 1;"
                                "INSERT INTO span_event VALUES(1,11,200000005,'twice',NULL)");
    char *text = exported(database, "otlp", &EVERYTHING, &error);
    CU_ASSERT_TRUE(text != NULL || (error->code == 2 && strstr(error->message, "same id") != NULL));
    free(text);
}

/* The sends and receipts of the sample, by hand: 0 sends to 1, 1 to 0, 0 to 2, 2 to 0, and so on.
 */
static void export_computes_vector_clocks(void)
{
    static const char *const parts[] = {
        "0:Tokyo {\"0:Tokyo\":1}\n200000000 send PING to 1:L'Aquila_`x`_\"y\"_{z}_ (32 B)\n",
        "1:L'Aquila_`x`_\"y\"_{z}_ {\"1:L'Aquila_`x`_\\\"y\\\"_{z}_\":1,\"0:Tokyo\":1}\n"
        "210000000 receive PING from 0:Tokyo (32 B)\n",
        "1:L'Aquila_`x`_\"y\"_{z}_ {\"1:L'Aquila_`x`_\\\"y\\\"_{z}_\":2,\"0:Tokyo\":1}\n"
        "211000000 send PONG to 0:Tokyo (32 B)\n",
        "0:Tokyo {\"0:Tokyo\":2,\"1:L'Aquila_`x`_\\\"y\\\"_{z}_\":2}\n221000000 receive PONG",
        "2 {\"2\":1,\"0:Tokyo\":3,\"1:L'Aquila_`x`_\\\"y\\\"_{z}_\":2}\n330000000 receive PING",
        "(32 B), lost\n",
        "1980000000 record state for snapshot 1\n",
        "(16 B), in-flight\n",
    };
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    char *text = exported(database, "shiviz", &EVERYTHING, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (strstr(text, parts[i]) == NULL) {
            g_printerr("expected\n%s\nfound\n%s\n", parts[i], text);
            CU_FAIL("another clock");
        }
    }
    CU_ASSERT_EQUAL(count_of(text, " send "), 11);
    CU_ASSERT_EQUAL(count_of(text, " receive "), 9);
    CU_ASSERT_EQUAL(count_of(text, " record "), 2);
    free(text);
}

/* Beyond 64 hosts an event names itself and, if it is a receipt, the sender. */
static void export_names_direct_dependencies_of_many(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database,
                      "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 70)"
                      " INSERT INTO message SELECT 1, 100 + i, i, i + 1, 9, 'hop', 1, i * 1000,"
                      " i * 1000 + 500, 'delivered', NULL FROM n");
    char *text = exported(database, "shiviz", &EVERYTHING, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n70 {\"70\":1,\"69\":2}\n69500 receive hop"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n70 {\"70\":2}\n70000 send hop"));
    free(text);
}

static void export_draws_arrows_between_tracks_of_streams(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    ExportOptions options = EVERYTHING;
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"ph\":\"s\""), 9);
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"ph\":\"f\""), 9);
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"cat\":\"message\",\"args\""),
                    11 + 9);
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"cat\":\"span\"}"), 9);
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"cat\":\"fault\""), 2);
    options.trace = "11"; /* messages belong to no trace */
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"cat\":\"span\"}"), 2);
    CU_ASSERT_EQUAL(exported_count(database, "chrome", &options, "\"cat\":\"message\",\"args\""),
                    0);
}

static void export_measures_the_topology(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    char *text = exported(database, "dot", &EVERYTHING, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  \"0\" [label=\"Tokyo\", messages_sent=\"2\", "
                                        "bytes_sent=\"64\", messages_received=\"4\", "
                                        "bytes_received=\"96\"];\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "  \"2\" [label=\"peer 2\", "));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        text,
        "  \"1\" -> \"0\" [latency_ns_min=\"10000000\", loss=\"0\", connections=\"0\", "
        "messages=\"3\", messages_delivered=\"3\", bytes=\"64\", "
        "measured_latency_ns_min=\"10000000\", measured_latency_ns_mean=\"10666666.66666666"));
    free(text);
}

static void export_refuses_a_run_without_its_rows(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    sample_run_change(database, "DELETE FROM span; DELETE FROM message; DELETE FROM peer;"
                                "DELETE FROM packet;"
                                "DELETE FROM link");
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        if (EXPORT_FORMATS[i]->needs[0] != NULL) {
            g_autoptr(GError) error = NULL;
            char *text = exported(database, EXPORT_FORMATS[i]->name, &EVERYTHING, &error);
            CU_ASSERT_PTR_NULL(text);
            CU_ASSERT_TRUE(error != NULL && error->code == 1 &&
                           strstr(error->message, "has no rows in table '") != NULL);
            free(text);
        }
    }
}

static void export_refuses_a_trace_where_there_are_no_spans(void)
{
    ExportOptions options = EVERYTHING;
    options.trace = "11";
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        if (!EXPORT_FORMATS[i]->has_spans) {
            expect_error(EXPORT_FORMATS[i]->name, &options, 2, "--trace selects spans");
        }
    }
}

CU_TestInfo suite_export[] = {
    {"export_selects_by_peers_trace_and_time", export_selects_by_peers_trace_and_time},
    {"export_of_an_empty_selection_is_valid", export_of_an_empty_selection_is_valid},
    {"export_refuses_what_is_not_there", export_refuses_what_is_not_there},
    {"export_of_equal_runs_is_equal", export_of_equal_runs_is_equal},
    {"export_keeps_events_and_links_at_their_spans", export_keeps_events_and_links_at_their_spans},
    {"export_types_attributes", export_types_attributes},
    {"export_takes_any_value_of_a_foreign_database", export_takes_any_value_of_a_foreign_database},
    {"export_finds_spans_with_one_id", export_finds_spans_with_one_id},
    {"export_computes_vector_clocks", export_computes_vector_clocks},
    {"export_names_direct_dependencies_of_many", export_names_direct_dependencies_of_many},
    {"export_draws_arrows_between_tracks_of_streams",
     export_draws_arrows_between_tracks_of_streams},
    {"export_measures_the_topology", export_measures_the_topology},
    {"export_refuses_a_run_without_its_rows", export_refuses_a_run_without_its_rows},
    {"export_refuses_a_trace_where_there_are_no_spans",
     export_refuses_a_trace_where_there_are_no_spans},
    CU_TEST_INFO_NULL,
};
