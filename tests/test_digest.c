/* SPDX-License-Identifier: MIT */
/* The content digest on small databases written here with SQL. */
#include "analysis/digest.h"
#include "sim/schema.h"
#include "tests/suite.h"

#include <string.h>

/* Two runs of an experiment; order-independent statements, so that they can be permuted. */
static const char *const ROWS[] = {
    "INSERT INTO run VALUES(1,'s.yaml','ping','e','a=1',0,7,'complete',11,100,5000)",
    "INSERT INTO run VALUES(2,'s.yaml','ping','e','a=1',1,8,'complete',12,101,6000)",
    "INSERT INTO peer VALUES(1,0,'Tokyo',NULL)",
    "INSERT INTO peer VALUES(1,1,'Paris','')",
    "INSERT INTO peer VALUES(2,0,'Tokyo',NULL)",
    "INSERT INTO metric VALUES(1,'ping.rtt','ns',2,30,500,10,20,'[[10,1],[20,1]]')",
    "INSERT INTO metric VALUES(2,'ping.rtt','ns',1,'99999999999999999999',1,1,1,'[[1,1]]')",
    "INSERT INTO link VALUES(1,0,1,1000000,0.01,NULL)",
    "INSERT INTO link VALUES(1,1,0,1000000,0,8000)",
    "INSERT INTO message VALUES(1,1,0,1,1,'PING',32,5,9,'delivered',NULL)",
    "INSERT INTO message VALUES(1,4294967297,1,0,1,'PONG',32,9,NULL,'in-flight',NULL)",
};

static sqlite3 *open_with(const char *const *rows, size_t count, bool is_reversed)
{
    sqlite3 *database = NULL;
    sqlite3_open(":memory:", &database);
    sqlite3_exec(database, SCHEMA_TABLES, NULL, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        const char *sql = rows[is_reversed ? count - 1 - i : i];
        if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) {
            CU_FAIL("a row of the test does not fit the schema");
        }
    }
    return database;
}

/* The digest after one more statement, which may be NULL. */
static char *digest_after(const char *change)
{
    g_autoptr(sqlite3) database = open_with(ROWS, G_N_ELEMENTS(ROWS), false);
    if (change != NULL && sqlite3_exec(database, change, NULL, NULL, NULL) != SQLITE_OK) {
        CU_FAIL("a change of the test does not fit the schema");
    }
    return digest_of_database(database, NULL);
}

static bool is_same_after(const char *change)
{
    g_autofree char *before = digest_after(NULL);
    g_autofree char *after = digest_after(change);
    return g_strcmp0(before, after) == 0;
}

/* Computed by an independent program that follows the description in analysis/digest.h. */
static void digest_is_the_golden_value(void)
{
    g_autofree char *digest = digest_after(NULL);
    CU_ASSERT_STRING_EQUAL(digest,
                           "b686d061ab82d9c240a42ac4b603556dffe20b9523966f5b0d861d2236692d42");
}

static void digest_hashes_the_bytes_of_the_description(void)
{
    static const char table[] = "CREATE TABLE run(id INTEGER, experiment TEXT, cell TEXT, "
                                "repetition INTEGER, loss REAL);"
                                "INSERT INTO run VALUES(5, NULL, 'c', -2, 0.5);";
    static const unsigned char bytes[] = "T"
                                         "t\0\0\0\0\0\0\0\3run"
                                         "i\0\0\0\0\0\0\0\4"
                                         "t\0\0\0\0\0\0\0\12experiment"
                                         "t\0\0\0\0\0\0\0\4cell"
                                         "t\0\0\0\0\0\0\0\12repetition"
                                         "t\0\0\0\0\0\0\0\4loss"
                                         "K"
                                         "n"
                                         "t\0\0\0\0\0\0\0\1c"
                                         "i\377\377\377\377\377\377\377\376"
                                         "R"
                                         "n"
                                         "t\0\0\0\0\0\0\0\1c"
                                         "i\377\377\377\377\377\377\377\376"
                                         "r\77\340\0\0\0\0\0\0";
    g_autoptr(sqlite3) database = NULL;
    sqlite3_open(":memory:", &database);
    sqlite3_exec(database, table, NULL, NULL, NULL);
    g_autofree char *digest = digest_of_database(database, NULL);
    g_autofree char *expected =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, sizeof bytes - 1);
    CU_ASSERT_STRING_EQUAL(digest, expected);
}

static void digest_ignores_the_order_of_rows(void)
{
    g_autoptr(sqlite3) database = open_with(ROWS, G_N_ELEMENTS(ROWS), true);
    g_autofree char *forward = digest_after(NULL);
    g_autofree char *reversed = digest_of_database(database, NULL);
    CU_ASSERT_STRING_EQUAL(forward, reversed);
}

static void digest_ignores_the_number_of_a_run(void)
{
    g_autoptr(GString) sql = g_string_new(NULL);
    static const char *const tables[] = {"peer", "metric", "link", "message"};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_string_append_printf(sql, "UPDATE %s SET run_id = 10 - run_id;", tables[i]);
    }
    g_string_append(sql, "UPDATE run SET id = 10 - id;");
    CU_ASSERT_TRUE(is_same_after(sql->str));
}

static void digest_ignores_execution_and_indices(void)
{
    g_autofree char *sql =
        g_strconcat("INSERT INTO execution VALUES(1,'host','x');", SCHEMA_INDICES, NULL);
    CU_ASSERT_TRUE(is_same_after(sql));
}

static void digest_changes_with_each_value(void)
{
    static const char *const changes[] = {
        "UPDATE run SET seed = 9 WHERE id = 1",
        "UPDATE run SET fingerprint = 13 WHERE id = 2",
        "UPDATE run SET repetition = 2 WHERE id = 2",
        "UPDATE run SET cell = 'a=2' WHERE id = 2",
        "UPDATE peer SET region = NULL",
        "UPDATE peer SET region = '' WHERE id = 0",
        "UPDATE peer SET region = 0 WHERE id = 0",
        "UPDATE peer SET name = 'tokyo' WHERE id = 0",
        "UPDATE metric SET sum = '30' WHERE run_id = 1",
        "UPDATE metric SET sum = 30.0 WHERE run_id = 1",
        "UPDATE metric SET sum = x'3330' WHERE run_id = 1",
        "UPDATE metric SET sum_squares = 0 WHERE run_id = 1",
        "UPDATE metric SET sum_squares = NULL WHERE run_id = 1",
        "UPDATE metric SET sum_squares = '' WHERE run_id = 1",
        "UPDATE link SET loss = 0.010000000000000002 WHERE sender_id = 0",
        "UPDATE link SET rate_bits_per_second = 0 WHERE sender_id = 0",
        "UPDATE message SET received_ns = 0 WHERE fate = 'in-flight'",
        "UPDATE message SET sent_ns = received_ns, received_ns = sent_ns",
        "INSERT INTO peer SELECT * FROM peer WHERE run_id = 2",
        "DELETE FROM peer WHERE run_id = 2",
        "UPDATE peer SET run_id = 3 - run_id",
        "ALTER TABLE link RENAME COLUMN loss TO lost",
        "ALTER TABLE link ADD COLUMN colour TEXT",
        "CREATE TABLE extra(run_id INTEGER, value TEXT)",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (is_same_after(changes[i])) {
            g_printerr("no change by: %s\n", changes[i]);
            CU_FAIL("a change that the digest does not see");
        }
    }
}

/* 1, 1.0 in a column without a type compare as equal; their order must not matter all the same. */
static void digest_orders_integers_and_reals_that_compare_as_equal(void)
{
    static const char row[] = "INSERT INTO metric VALUES(1,'m','1',1,%s,1,1,1,'[]');";
    g_autofree char *integer = g_strdup_printf(row, "1");
    g_autofree char *real = g_strdup_printf(row, "1.0");
    g_autofree char *one = g_strconcat(integer, real, NULL);
    g_autofree char *other = g_strconcat(real, integer, NULL);
    g_autofree char *digest_one = digest_after(one);
    g_autofree char *digest_other = digest_after(other);
    CU_ASSERT_STRING_EQUAL(digest_one, digest_other);
}

static void digest_takes_runs_of_one_key_as_one_set(void)
{
    static const char *const rows[] = {
        "INSERT INTO run VALUES(1,'s','ping',NULL,'',0,7,'complete',11,100,5000)",
        "INSERT INTO run VALUES(2,'s','ping',NULL,'',0,8,'complete',12,101,6000)",
        "INSERT INTO peer VALUES(1,0,'a',NULL)",
        "INSERT INTO peer VALUES(2,0,'b',NULL)",
    };
    static const char *const swapped[] = {
        "INSERT INTO run VALUES(2,'s','ping',NULL,'',0,7,'complete',11,100,5000)",
        "INSERT INTO run VALUES(1,'s','ping',NULL,'',0,8,'complete',12,101,6000)",
        "INSERT INTO peer VALUES(2,0,'a',NULL)",
        "INSERT INTO peer VALUES(1,0,'b',NULL)",
    };
    g_autoptr(sqlite3) one = open_with(rows, G_N_ELEMENTS(rows), false);
    g_autoptr(sqlite3) other = open_with(swapped, G_N_ELEMENTS(swapped), false);
    g_autofree char *digest_one = digest_of_database(one, NULL);
    g_autofree char *digest_other = digest_of_database(other, NULL);
    CU_ASSERT_STRING_EQUAL(digest_one, digest_other);
}

static void digest_refuses_rows_of_no_run(void)
{
    g_autoptr(sqlite3) database = open_with(ROWS, G_N_ELEMENTS(ROWS), false);
    g_autoptr(GError) error = NULL;
    sqlite3_exec(database, "INSERT INTO peer VALUES(3,0,'x',NULL)", NULL, NULL, NULL);
    g_autofree char *digest = digest_of_database(database, &error);
    CU_ASSERT_PTR_NULL(digest);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_EQUAL(error->code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "'peer'"));
}

CU_TestInfo suite_digest[] = {
    {"digest_is_the_golden_value", digest_is_the_golden_value},
    {"digest_hashes_the_bytes_of_the_description", digest_hashes_the_bytes_of_the_description},
    {"digest_ignores_the_order_of_rows", digest_ignores_the_order_of_rows},
    {"digest_ignores_the_number_of_a_run", digest_ignores_the_number_of_a_run},
    {"digest_ignores_execution_and_indices", digest_ignores_execution_and_indices},
    {"digest_changes_with_each_value", digest_changes_with_each_value},
    {"digest_orders_integers_and_reals_that_compare_as_equal",
     digest_orders_integers_and_reals_that_compare_as_equal},
    {"digest_takes_runs_of_one_key_as_one_set", digest_takes_runs_of_one_key_as_one_set},
    {"digest_refuses_rows_of_no_run", digest_refuses_rows_of_no_run},
    CU_TEST_INFO_NULL,
};
