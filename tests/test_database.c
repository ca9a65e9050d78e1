/* SPDX-License-Identifier: MIT */
/* Files that are no database of ours end in an error that says so, with exit status 2. */
#include "analysis/database.h"
#include "analysis/digest.h"
#include "analysis/stats.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Place {
    char *folder, *path;
} Place;

static Place place_new(void)
{
    Place place = {.folder = g_dir_make_tmp("skein-database-XXXXXX", NULL)};
    CU_ASSERT_PTR_NOT_NULL_FATAL(place.folder);
    place.path = g_build_filename(place.folder, "sample.db", NULL);
    return place;
}

static void place_clear(Place *place)
{
    g_unlink(place->path);
    g_rmdir(place->folder);
    g_free(place->path);
    g_free(place->folder);
}

static void make_file(const char *path, const char *change)
{
    g_autoptr(sqlite3) database = sample_run_open(path);
    if (change != NULL) {
        sample_run_change(database, change);
    }
}

/* Opening the file fails, with exit status 2 and a text that has this in it. */
static void expect_refusal(const char *path, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) database = database_open(path, &error);
    CU_ASSERT_PTR_NULL(database);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_EQUAL(error->code, 2);
    if (strstr(error->message, part) == NULL) {
        g_printerr("expected '%s', found '%s'\n", part, error->message);
        CU_FAIL("another message");
    }
}

static void database_opens_one_of_ours_for_reading_only(void)
{
    Place place = place_new();
    make_file(place.path, NULL);
    g_autoptr(sqlite3) database = database_open(place.path, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(database);
    g_autofree char *digest = digest_of_database(database, NULL);
    CU_ASSERT_PTR_NOT_NULL(digest);
    CU_ASSERT_FALSE(database_execute(database, "DELETE FROM run", NULL));
    place_clear(&place);
}

static void database_refuses_what_is_not_ours(void)
{
    static const struct {
        const char *change, *message;
    } cases[] = {
        {"PRAGMA application_id = 1", "not written by skein: application id 1"},
        {"PRAGMA user_version = 77", "schema version 77"},
        {"DROP TABLE metric", "no table 'metric'"},
        {"DROP TABLE span; CREATE VIEW span AS SELECT * FROM run", "no table 'span'"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Place place = place_new();
        make_file(place.path, cases[i].change);
        expect_refusal(place.path, cases[i].message);
        place_clear(&place);
    }
}

static void database_refuses_what_is_no_database(void)
{
    Place place = place_new();
    expect_refusal(place.path, "No such file");
    expect_refusal(place.folder, "a directory");
    g_file_set_contents(place.path, "", 0, NULL);
    expect_refusal(place.path, "empty");
    g_file_set_contents(place.path, "scenario:\n  module: ping\n  seed: 1\n", -1, NULL);
    expect_refusal(place.path, "not a database");
    g_file_set_contents(place.path, "SQLite format 3\0garbage", 23, NULL);
    expect_refusal(place.path, "");
    place_clear(&place);
}

/* Opens and reads all; true when nothing was wrong. Every error must be one of ours. */
static bool is_readable(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) database = database_open(path, &error);
    if (database != NULL) {
        g_autofree char *digest = digest_of_database(database, &error);
        if (digest != NULL) {
            g_autoptr(GPtrArray) tables = stats_read(database, NULL, &error);
            if (tables != NULL) {
                return true;
            }
        }
    }
    CU_ASSERT_TRUE(error != NULL && error->code == 2);
    return false;
}

static void database_survives_any_truncation(void)
{
    Place place = place_new();
    g_autofree char *bytes = NULL;
    gsize size_bytes = 0;
    make_file(place.path, NULL);
    CU_ASSERT_TRUE(is_readable(place.path));
    CU_ASSERT_TRUE_FATAL(g_file_get_contents(place.path, &bytes, &size_bytes, NULL));
    for (gsize kept = 0; kept < size_bytes; kept += 4096 - 512) {
        g_file_set_contents(place.path, bytes, (gssize)kept, NULL);
        CU_ASSERT_FALSE(is_readable(place.path));
    }
    place_clear(&place);
}

/* Bytes changed in each page: any answer will do but a crash or an error without a reason. */
static void database_survives_changed_bytes(void)
{
    Place place = place_new();
    g_autofree char *bytes = NULL;
    gsize size_bytes = 0;
    unsigned damaged_count = 0;
    make_file(place.path, NULL);
    CU_ASSERT_TRUE_FATAL(g_file_get_contents(place.path, &bytes, &size_bytes, NULL));
    for (gsize at = 0; at + 8 < size_bytes; at += 4096) {
        g_autofree char *changed = g_memdup2(bytes, size_bytes);
        memset(changed + at + (at == 0 ? 100 : 0), 0xa5, 8);
        g_file_set_contents(place.path, changed, (gssize)size_bytes, NULL);
        damaged_count += !is_readable(place.path);
    }
    CU_ASSERT_TRUE(damaged_count > 10);
    place_clear(&place);
}

CU_TestInfo suite_database[] = {
    {"database_opens_one_of_ours_for_reading_only", database_opens_one_of_ours_for_reading_only},
    {"database_refuses_what_is_not_ours", database_refuses_what_is_not_ours},
    {"database_refuses_what_is_no_database", database_refuses_what_is_no_database},
    {"database_survives_any_truncation", database_survives_any_truncation},
    {"database_survives_changed_bytes", database_survives_changed_bytes},
    CU_TEST_INFO_NULL,
};
