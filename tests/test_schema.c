/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/random.h"
#include "sim/schema.h"
#include "tests/database_fixture.h"

#include <string.h>

static void schema_histogram_has_the_bounds_of_the_buckets(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    g_autoptr(Metric) metric = metric_new();
    static const int64_t EDGES[] = {0,    -1,    1,     2047,      -2047,     2048,         -2048,
                                    4095, -4096, -4095, INT64_MAX, INT64_MIN, -INT64_MAX,   4096,
                                    4097, 99,    -99,   INT32_MAX, INT32_MIN, INT64_MIN / 2};
    for (uint64_t i = 0; i < G_N_ELEMENTS(EDGES); i++) {
        metric_add(metric, EDGES[i]);
    }
    for (uint64_t i = 0; i < 500; i++) {
        metric_add(metric, (int64_t)random_word(1, i) >> (i % 64));
    }
    record_metric(recorder_buffer(fixture->recorder, 3), "m", "ns", metric);
    CU_ASSERT_FATAL(database_fixture_commit(fixture));
    sqlite3_stmt *query = NULL;
    const char *sql =
        "WITH bucket AS (SELECT key, value FROM metric, json_each(buckets)),"
        " bounds AS (SELECT *, row_number() OVER (ORDER BY low) - 1 AS key"
        "  FROM histogram)"
        " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), count,"
        "  low, high, typeof(low) || typeof(high) FROM bucket JOIN bounds USING (key)";
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(fixture->database, sql, -1, &query, NULL), SQLITE_OK);
    int rows = 0;
    for (; sqlite3_step(query) == SQLITE_ROW; rows++) {
        int64_t low, high;
        metric_bucket_bounds(sqlite3_column_int(query, 0), &low, &high);
        CU_ASSERT_EQUAL(sqlite3_column_int(query, 1), sqlite3_column_int(query, 2));
        CU_ASSERT_EQUAL(sqlite3_column_int64(query, 3), low);
        CU_ASSERT_EQUAL(sqlite3_column_int64(query, 4), high);
        CU_ASSERT_STRING_EQUAL((const char *)sqlite3_column_text(query, 5), "integerinteger");
    }
    sqlite3_finalize(query);
    CU_ASSERT(rows > 400);
    database_fixture_expect(fixture, "SELECT DISTINCT run_id, metric FROM histogram", "3|m");
    database_fixture_expect(fixture, "SELECT sum(count) FROM histogram", "520");
    database_fixture_free(fixture);
}

static void record_messages(RecordBuffer *buffer)
{
    static const struct {
        const char *fate;
        int count;
    } FATES[] = {{"delivered", 9},   {"lost", 3},      {"queue-drop", 2}, {"corrupted", 1},
                 {"partitioned", 2}, {"dead-peer", 1}, {"reset", 2},      {"in-flight", 4}};
    uint32_t number = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(FATES); i++) {
        for (int j = 0; j < FATES[i].count; j++) {
            number++;
            record_message(buffer, &(MessageRow){.id = record_id(0, number),
                                                 .receiver = 1,
                                                 .kind = "k",
                                                 .fate = FATES[i].fate,
                                                 .size_bytes = 10,
                                                 .sent = number,
                                                 .received = i == 0 ? number + 5 : RECORD_NO_TIME});
        }
    }
    record_message(buffer, &(MessageRow){.id = record_id(0, 99),
                                         .receiver = 1,
                                         .fate = "lost",
                                         .duplicate_of = record_id(0, 1)});
}

static void record_a_run(RecordBuffer *buffer)
{
    record_run(buffer, &(RunRow){.id = 1, .module = "ping", .cell = "", .status = "complete"});
    record_peer(buffer, &(PeerRow){0, "Ada", NULL});
    record_peer(buffer, &(PeerRow){1, "Bob", NULL});
    record_messages(buffer);
    const uint64_t setup = record_id(2, 1);
    const SpanRow spans[] = {
        {setup, setup, 0, "Setup", "internal", "ok", RECORD_NO_PEER, 0, 50, NULL},
        {record_id(0, 1), setup, setup, "PING", "client", "ok", 0, 10, 25, "{\"to\":1}"},
        {record_id(1, 1), setup, record_id(0, 1), "PONG", "server", "ok", 1, 12, 13, NULL},
        {record_id(1, 2), 7, 0, "ping", "client", "error", 1, 30, RECORD_NO_TIME, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
        record_span(buffer, &spans[i]);
    }
    record_connection(buffer,
                      &(ConnectionRow){1, 0, 1, "ideal", 5, 15, RECORD_NO_TIME, "open", 0, 0});
    record_connection(buffer,
                      &(ConnectionRow){2, 0, 1, "ideal", 6, RECORD_NO_TIME, 16, "refused", 0, 0});
    record_snapshot(buffer, &(SnapshotRow){1, "chandy-lamport", 0, 20, 45, "complete", "consistent",
                                           "[]", NULL, NULL, 2, "[]"});
    record_snapshot(buffer, &(SnapshotRow){.id = 2,
                                           .algorithm = "lai-yang",
                                           .initiator = 1,
                                           .started = 30,
                                           .completed = RECORD_NO_TIME,
                                           .status = "open"});
    record_snapshot_state(buffer, &(SnapshotStateRow){1, 0, 20, "{}", 0});
    record_snapshot_state(buffer, &(SnapshotStateRow){1, 1, 25, "{}", 0});
    record_snapshot_channel(buffer, &(SnapshotChannelRow){1, 0, 1, "[{\"a\":1},2]"});
    record_snapshot_channel(buffer, &(SnapshotChannelRow){1, 1, 0, "[3]"});
    record_snapshot_channel(buffer, &(SnapshotChannelRow){1, 1, 1, "[]"});
    g_autoptr(Metric) latency = metric_new();
    metric_add(latency, 5);
    record_metric(buffer, "message.latency", "ns", latency);
}

static DatabaseFixture *fixture_with_a_run(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    record_a_run(recorder_buffer(fixture->recorder, 1));
    CU_ASSERT_FATAL(database_fixture_commit(fixture));
    return fixture;
}

static void schema_views_say_what_happened(void)
{
    static const struct {
        const char *sql, *rows;
    } CASES[] = {
        {"SELECT * FROM loss", "1|20|9|3|2|1|2|1|2|0.55"},
        {"SELECT count(*), min(message_id), sum(size_bytes), min(sent_ns) FROM in_flight",
         "4|21|40|21"},
        {"SELECT * FROM ping ORDER BY start_ns",
         "1|1|0|1|10|25|15|ok;1|4294967298|1|NULL|30|NULL|NULL|error"},
        {"SELECT * FROM dial ORDER BY dialed_ns",
         "1|1|0|1|ideal|5|15|10|open;1|2|0|1|ideal|6|NULL|NULL|refused"},
        {"SELECT * FROM snapshot_summary ORDER BY snapshot_id",
         "1|1|chandy-lamport|0|2|3|3|20|45|25|complete|consistent|2;"
         "1|2|lai-yang|1|0|0|0|30|NULL|NULL|open|NULL|0"},
        {"SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'view'"
         " ORDER BY name)",
         "dial histogram in_flight loss ping snapshot_summary"},
    };
    DatabaseFixture *fixture = fixture_with_a_run();
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        database_fixture_expect(fixture, CASES[i].sql, CASES[i].rows);
    }
    database_fixture_free(fixture);
}

static void schema_indices_and_views_may_be_made_again(void)
{
    DatabaseFixture *fixture = fixture_with_a_run();
    sqlite3 *database = NULL;
    CU_ASSERT_EQUAL(sqlite3_open(fixture->path, &database), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(database, SCHEMA_INDICES, NULL, NULL, NULL), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(database, SCHEMA_VIEWS, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    database_fixture_free(fixture);
}

/* docs/database.md, from the tree that the tests are built from. */
static char *database_document(void)
{
    const char *top = g_getenv("top_srcdir");
    g_autofree char *path = g_build_filename(top == NULL ? ".." : top, "docs", "database.md", NULL);
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        g_printerr("%s\n", error->message);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

static void schema_document_examples_run(void)
{
    DatabaseFixture *fixture = fixture_with_a_run();
    g_autofree char *document = database_document();
    g_auto(GStrv) parts = g_strsplit(document, "```sql\n", -1);
    guint count = g_strv_length(parts) - 1;
    CU_ASSERT(count >= 5);
    for (guint i = 1; i <= count; i++) {
        char *end = strstr(parts[i], "```");
        CU_ASSERT_PTR_NOT_NULL_FATAL(end);
        *end = '\0';
        g_autofree char *rows = database_fixture_query(fixture, parts[i]);
        /* An error's text has no column bar; each example gives two columns or more. */
        if (strchr(rows, '|') == NULL) {
            g_printerr("%s\n  gave %s\n", parts[i], rows);
            CU_FAIL("an example of docs/database.md gives no rows");
        }
    }
    database_fixture_free(fixture);
}

/* The part of the document under `### name`, up to the next heading. */
static char *section_of(const char *document, const char *name)
{
    g_autofree char *heading = g_strdup_printf("\n### %s\n", name);
    const char *begin = strstr(document, heading);
    if (begin == NULL) {
        return NULL;
    }
    begin += strlen(heading);
    const char *end = strstr(begin, "\n#");
    return end == NULL ? g_strdup(begin) : g_strndup(begin, (gsize)(end - begin));
}

static void schema_document_names_every_column(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    CU_ASSERT_FATAL(database_fixture_commit(fixture));
    g_autofree char *document = database_document();
    g_autofree char *all = database_fixture_query(
        fixture, "SELECT schema.name, columns.name FROM sqlite_schema AS schema"
                 " JOIN pragma_table_info(schema.name) AS columns"
                 " WHERE schema.type IN ('table', 'view')");
    g_auto(GStrv) rows = g_strsplit(all, ";", -1);
    CU_ASSERT(g_strv_length(rows) > 130);
    for (char **row = rows; *row != NULL; row++) {
        g_auto(GStrv) names = g_strsplit(*row, "|", 2);
        g_autofree char *section = section_of(document, names[0]);
        g_autofree char *column = g_strdup_printf("`%s`", names[1]);
        if (section == NULL || strstr(section, column) == NULL) {
            g_printerr("%s is not in the document\n", *row);
            CU_FAIL("docs/database.md does not name a column");
        }
    }
    database_fixture_free(fixture);
}

CU_TestInfo suite_schema[] = {
    {"schema_histogram_has_the_bounds_of_the_buckets",
     schema_histogram_has_the_bounds_of_the_buckets},
    {"schema_views_say_what_happened", schema_views_say_what_happened},
    {"schema_indices_and_views_may_be_made_again", schema_indices_and_views_may_be_made_again},
    {"schema_document_examples_run", schema_document_examples_run},
    {"schema_document_names_every_column", schema_document_names_every_column},
    CU_TEST_INFO_NULL,
};
