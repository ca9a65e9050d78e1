/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/error.h"
#include "sim/record.h"
#include "sim/schema.h"
#include "tests/database_fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static const uint64_t HIGH_BITS = UINT64_C(0xfedcba9876543210);

static void record_rows_of_each_kind(RecordBuffer *buffer)
{
    char name[] = "Ada", json[] = "{\"to\":2}";
    record_run(buffer, &(RunRow){.id = 7,
                                 .scenario = "a.yaml",
                                 .module = "ping",
                                 .experiment = "e",
                                 .cell = "c",
                                 .repetition = 3,
                                 .seed = HIGH_BITS,
                                 .status = "complete",
                                 .fingerprint = UINT64_MAX,
                                 .events = 11,
                                 .end = 12});
    record_parameter(buffer, "peers.count", "3", "file");
    record_input(buffer, "m.csv", "abc");
    record_execution(buffer, "host", NULL);
    record_peer(buffer, &(PeerRow){0, name, NULL});
    record_link(buffer, &(LinkRow){0, 1, 5, (double)NAN, 0});
    record_link(buffer, &(LinkRow){1, 0, 5, 0.25, 1000});
    record_connection(buffer, &(ConnectionRow){record_id(0, 1), 0, 1, "ideal", 1, 2, RECORD_NO_TIME,
                                               "open", 10, 20});
    record_stream(buffer, &(StreamRow){record_id(0, 2), 0, "/p", 0, 3, 4, "closed"});
    record_span(buffer, &(SpanRow){record_id(1, 1), record_id(1, 1), 0, "PING", "client", "ok", 1,
                                   10, 25, json});
    record_span(buffer, &(SpanRow){record_id(3, 1), 9, 9, "Setup", "internal", "unset",
                                   RECORD_NO_PEER, 0, RECORD_NO_TIME, NULL});
    record_span_event(buffer, &(SpanEventRow){9, 11, "sent", NULL});
    record_span_link(buffer, &(SpanLinkRow){9, 10});
    record_message(buffer, &(MessageRow){UINT64_C(1) << 63, 0, 1, 0, "ping", "in-flight", 64, 10,
                                         RECORD_NO_TIME, 0});
    record_message(buffer, &(MessageRow){5, 0, 1, 2, "ping", "delivered", 64, 10, 20, 4});
    record_packet(buffer, &(PacketRow){7, 1, 0, 1, 0, RECORD_NO_NUMBER, "SYN", 60, 0, 65535, NULL,
                                       3, 9, 1, "delivered", 0, 100, 50});
    record_packet(buffer, &(PacketRow){8, 0, 1, 0, RECORD_NO_NUMBER, 5, NULL, 52, RECORD_NO_NUMBER,
                                       RECORD_NO_NUMBER, "[[1,2]]", 4, RECORD_NO_TIME, 0, "lost", 7,
                                       RECORD_NO_NUMBER, RECORD_NO_NUMBER});
    record_fault(buffer, &(FaultRow){5, "heal", ""});
    record_series(buffer, &(SeriesRow){"queue", RECORD_NO_PEER, 6, 1.5, 0, 4});
    record_snapshot(buffer, &(SnapshotRow){8, "chandy-lamport", 2, 1, 9, "complete", NULL, "[]",
                                           "[3]", NULL, 6, "[]"});
    record_snapshot_state(buffer, &(SnapshotStateRow){8, 2, 3, "{}", 4});
    record_snapshot_channel(buffer, &(SnapshotChannelRow){8, 1, 2, "[1,2]"});
    memset(name, 'x', strlen(name));
    memset(json, 'x', strlen(json));
}

static void record_writes_each_column_by_its_rule(void)
{
    static const struct {
        const char *table, *rows;
    } CASES[] = {
        {"run", "7|a.yaml|ping|e|c|3|-81985529216486896|complete|-1|11|12"},
        {"parameter", "7|peers.count|3|file"},
        {"input", "7|m.csv|abc"},
        {"execution", "7|host|NULL"},
        {"peer", "7|0|Ada|NULL"},
        {"link", "7|0|1|5|NULL|NULL;7|1|0|5|0.25|1000"},
        {"connection", "7|1|0|1|ideal|1|2|NULL|open|10|20"},
        {"stream", "7|2|NULL|/p|0|3|4|closed"},
        {"span", "7|4294967297|4294967297|NULL|PING|client|1|10|25|ok|{\"to\":2};"
                 "7|12884901889|9|9|Setup|internal|NULL|0|NULL|unset|NULL"},
        {"span_event", "7|9|11|sent|NULL"},
        {"span_link", "7|9|10"},
        {"message", "7|-9223372036854775808|0|1|NULL|ping|64|10|NULL|in-flight|NULL;"
                    "7|5|0|1|2|ping|64|10|20|delivered|4"},
        {"packet", "7|7|1|0|1|0|NULL|SYN|60|3|9|delivered|0|65535|NULL|1|NULL|100|50;"
                   "7|8|NULL|1|0|NULL|5|NULL|52|4|NULL|lost|NULL|NULL|[[1,2]]|0|7|NULL|NULL"},
        {"fault", "7|5|heal|"},
        {"series", "7|queue|NULL|6|1.5|NULL|4"},
        {"snapshot", "7|8|chandy-lamport|2|1|9|complete|NULL|[]|[3]|NULL|6|[]"},
        {"snapshot_state", "7|8|2|3|{}|4"},
        {"snapshot_channel", "7|8|1|2|[1,2]"},
    };
    DatabaseFixture *fixture = database_fixture_new();
    record_rows_of_each_kind(recorder_buffer(fixture->recorder, 7));
    CU_ASSERT(database_fixture_commit(fixture));
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT * FROM %s", CASES[i].table);
        database_fixture_expect(fixture, sql, CASES[i].rows);
    }
    database_fixture_free(fixture);
}

static void record_tables_are_those_of_the_schema(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    CU_ASSERT(database_fixture_commit(fixture));
    database_fixture_expect(fixture,
                            "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema"
                            " WHERE type = 'table' ORDER BY name)",
                            "connection execution fault input link message metric packet parameter "
                            "peer run series snapshot"
                            " snapshot_channel snapshot_state span span_event span_link stream");
    database_fixture_expect(fixture, "PRAGMA application_id", "1936418153");
    database_fixture_expect(fixture, "PRAGMA user_version", G_STRINGIFY(SCHEMA_VERSION));
    database_fixture_expect(fixture, "PRAGMA integrity_check", "ok");
    database_fixture_expect(fixture, "SELECT count(*) FROM sqlite_schema WHERE type = 'index'",
                            "8");
    database_fixture_free(fixture);
}

static void record_metric_stores_integers_where_they_fit(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    RecordBuffer *buffer = recorder_buffer(fixture->recorder, 1);
    g_autoptr(Metric) empty = metric_new(), small = metric_new(), large = metric_new();
    metric_add(small, -3);
    metric_add(small, 4);
    metric_add(large, INT64_MIN);
    metric_add(large, INT64_MIN);
    record_metric(buffer, "empty", "1", empty);
    record_metric(buffer, "small", "ns", small);
    record_metric(buffer, "large", "bytes", large);
    CU_ASSERT(database_fixture_commit(fixture));
    database_fixture_expect(fixture, "SELECT * FROM metric WHERE name = 'empty'",
                            "1|empty|1|0|0|0|NULL|NULL|[]");
    database_fixture_expect(fixture, "SELECT * FROM metric WHERE name = 'small'",
                            "1|small|ns|2|1|25|-3|4|[[-3,1],[4,1]]");
    database_fixture_expect(
        fixture, "SELECT min, sum, sum_squares, typeof(sum) FROM metric WHERE name = 'large'",
        "-9223372036854775808|-18446744073709551616|170141183460469231731687303715884105728|text");
    database_fixture_expect(
        fixture,
        "SELECT DISTINCT typeof(sum), typeof(sum_squares) FROM metric WHERE name = 'small'",
        "integer|integer");
    database_fixture_free(fixture);
}

/* More than the memory that rows may wait in, from several buffers, with texts of all sizes. */
static void record_keeps_all_rows_of_a_long_run_in_order(void)
{
    enum { COUNT = 150000 };
    DatabaseFixture *fixture = database_fixture_new();
    RecordBuffer *buffers[] = {recorder_buffer(fixture->recorder, 1),
                               recorder_buffer(fixture->recorder, 2)};
    g_autofree char *huge = g_strnfill(200000, 'h');
    for (uint32_t i = 1; i <= COUNT; i++) {
        SpanRow row = {.id = record_id(1, i), .name = "n", .start = i, .end = i};
        char text[24];
        g_snprintf(text, sizeof text, "%u", i);
        row.attributes = i % 50000 == 7 ? huge : i % 3 == 0 ? NULL : text;
        record_span(buffers[i % 2], &row);
    }
    GStatBuf status;
    CU_ASSERT_EQUAL(g_stat(recorder_partial_path(fixture->recorder), &status), 0);
    CU_ASSERT(status.st_size > 1000000); /* rows do not all wait in memory */
    CU_ASSERT(database_fixture_commit(fixture));
    database_fixture_expect(fixture,
                            "SELECT run_id, count(*), sum(start_ns), sum(length(attributes))"
                            " FROM span GROUP BY run_id",
                            "1|75000|5625075000|262965;2|75000|5625000000|862958");
    database_fixture_expect(
        fixture,
        "SELECT count(*) FROM span WHERE attributes <> start_ns AND length(attributes) < 9", "0");
    database_fixture_expect(fixture,
                            "SELECT count(*) FROM (SELECT start_ns - lag(start_ns) OVER"
                            " (PARTITION BY run_id ORDER BY rowid) AS step FROM span)"
                            " WHERE step <> 2",
                            "0");
    database_fixture_free(fixture);
}

enum { THREAD_COUNT = 4, THREAD_ROWS = 30000 };

static gpointer record_in_thread(gpointer data)
{
    for (uint32_t i = 1; i <= THREAD_ROWS; i++) {
        record_message(data, &(MessageRow){.id = i, .kind = "k", .fate = "lost", .sent = i});
    }
    return NULL;
}

static void record_takes_rows_from_several_threads(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    GThread *threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++) {
        threads[i] = g_thread_new("rows", record_in_thread, recorder_buffer(fixture->recorder, i));
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        g_thread_join(threads[i]);
    }
    CU_ASSERT(database_fixture_commit(fixture));
    database_fixture_expect(fixture,
                            "SELECT run_id, count(*), sum(id) FROM message GROUP BY run_id",
                            "0|30000|450015000;1|30000|450015000;2|30000|450015000;"
                            "3|30000|450015000");
    database_fixture_free(fixture);
}

static void record_to_nowhere_drops_rows(void)
{
    g_autoptr(Recorder) recorder = recorder_new(NULL, false, NULL);
    RecordBuffer *buffer = recorder_buffer(recorder, 1);
    record_rows_of_each_kind(buffer);
    CU_ASSERT_PTR_NULL(recorder_partial_path(recorder));
    CU_ASSERT(recorder_commit(recorder, NULL));
    CU_ASSERT_FALSE(recorder_has_failed(recorder));
}

static void record_refuses_two_things_with_one_id(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    RecordBuffer *buffer = recorder_buffer(fixture->recorder, 1);
    record_span(buffer, &(SpanRow){.id = 4, .name = "a"});
    record_span(buffer, &(SpanRow){.id = 4, .name = "b"});
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FALSE(recorder_commit(fixture->recorder, &error));
    CU_ASSERT(g_error_matches(error, SKEIN_ERROR, SKEIN_ERROR_FAILED));
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "span.id"));
    database_fixture_free(fixture);
}

CU_TestInfo suite_record[] = {
    {"record_writes_each_column_by_its_rule", record_writes_each_column_by_its_rule},
    {"record_tables_are_those_of_the_schema", record_tables_are_those_of_the_schema},
    {"record_metric_stores_integers_where_they_fit", record_metric_stores_integers_where_they_fit},
    {"record_keeps_all_rows_of_a_long_run_in_order", record_keeps_all_rows_of_a_long_run_in_order},
    {"record_takes_rows_from_several_threads", record_takes_rows_from_several_threads},
    {"record_to_nowhere_drops_rows", record_to_nowhere_drops_rows},
    {"record_refuses_two_things_with_one_id", record_refuses_two_things_with_one_id},
    CU_TEST_INFO_NULL,
};
