/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tests/suite.h"

#include "sim/database_file.h"
#include "sim/error.h"
#include "sim/input_file.h"
#include "tests/database_fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Asserts what an attempt to record there says. */
static void expect_refusal(const char *path, bool replace, SkeinError code, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Recorder) recorder = recorder_new(path, replace, &error);
    CU_ASSERT_PTR_NULL_FATAL(recorder);
    CU_ASSERT(g_error_matches(error, SKEIN_ERROR, (int)code));
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, path));
    if (strstr(error->message, words) == NULL) {
        g_printerr("said: %s\n", error->message);
        CU_FAIL("another text was expected");
    }
}

static char *content_of(const char *path)
{
    char *content = NULL;
    (void)g_file_get_contents(path, &content, NULL, NULL);
    return content;
}

static void database_file_appears_only_when_committed(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    g_autofree char *partial = g_strdup(recorder_partial_path(fixture->recorder));
    CU_ASSERT(g_file_test(partial, G_FILE_TEST_EXISTS));
    CU_ASSERT(g_str_has_suffix(partial, "run.db.partial"));
    CU_ASSERT_FALSE(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    CU_ASSERT(database_fixture_commit(fixture));
    CU_ASSERT_FALSE(g_file_test(partial, G_FILE_TEST_EXISTS));
    CU_ASSERT_EQUAL(database_fixture_file_count(fixture), 1);
    database_fixture_free(fixture);
}

static void database_file_without_commit_leaves_nothing(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    record_fault(recorder_buffer(fixture->recorder, 1), &(FaultRow){1, "heal", NULL});
    g_clear_pointer(&fixture->recorder, recorder_free);
    CU_ASSERT_EQUAL(database_fixture_file_count(fixture), 0);
    database_fixture_free(fixture);
}

static void database_file_keeps_an_existing_one_until_the_new_is_whole(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    CU_ASSERT(database_fixture_commit(fixture));
    CU_ASSERT(g_file_set_contents(fixture->path, "old", -1, NULL));
    expect_refusal(fixture->path, false, SKEIN_ERROR_INPUT, "--force");
    CU_ASSERT_EQUAL(database_fixture_file_count(fixture), 1);
    for (int commits = 0; commits < 2; commits++) {
        g_autoptr(Recorder) recorder = recorder_new(fixture->path, true, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(recorder);
        g_autofree char *before = content_of(fixture->path);
        CU_ASSERT_STRING_EQUAL(before, "old");
        CU_ASSERT(commits == 0 || recorder_commit(recorder, NULL));
    }
    g_autofree char *after = content_of(fixture->path);
    CU_ASSERT(g_str_has_prefix(after, "SQLite format 3"));
    database_fixture_free(fixture);
}

static void database_file_is_written_by_one_run_at_a_time(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    expect_refusal(fixture->path, true, SKEIN_ERROR_INPUT, "another run");
    record_fault(recorder_buffer(fixture->recorder, 1), &(FaultRow){1, "heal", NULL});
    CU_ASSERT(database_fixture_commit(fixture));
    database_fixture_expect(fixture, "SELECT action FROM fault", "heal");
    database_fixture_free(fixture);
}

static void database_file_of_a_dead_run_is_replaced(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    g_autofree char *partial = g_strdup(recorder_partial_path(fixture->recorder));
    g_clear_pointer(&fixture->recorder, recorder_free);
    g_autofree char *rubbish = g_strnfill(300000, '?');
    CU_ASSERT(g_file_set_contents(partial, rubbish, -1, NULL));
    fixture->recorder = recorder_new(fixture->path, false, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->recorder);
    CU_ASSERT(database_fixture_commit(fixture));
    database_fixture_expect(fixture, "PRAGMA integrity_check", "ok");
    database_fixture_free(fixture);
}

static void database_file_that_came_up_meanwhile_is_kept(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    CU_ASSERT(g_file_set_contents(fixture->path, "mine", -1, NULL));
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FALSE(recorder_commit(fixture->recorder, &error));
    CU_ASSERT(g_error_matches(error, SKEIN_ERROR, SKEIN_ERROR_INPUT));
    g_clear_pointer(&fixture->recorder, recorder_free);
    g_autofree char *after = content_of(fixture->path);
    CU_ASSERT_STRING_EQUAL(after, "mine");
    CU_ASSERT_EQUAL(database_fixture_file_count(fixture), 1);
    database_fixture_free(fixture);
}

static void database_file_needs_a_place(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    CU_ASSERT(database_fixture_commit(fixture));
    g_autofree char *missing = g_build_filename(fixture->folder, "none", "run.db", NULL);
    g_autofree char *beneath = g_build_filename(fixture->path, "run.db", NULL);
    expect_refusal(missing, false, SKEIN_ERROR_ENVIRONMENT, "No such file or directory");
    expect_refusal(beneath, false, SKEIN_ERROR_ENVIRONMENT, "Not a directory");
    expect_refusal(fixture->folder, true, SKEIN_ERROR_INPUT, "folder");
    expect_refusal("/dev/null", true, SKEIN_ERROR_INPUT, "special file");
    if (geteuid() != 0) {
        CU_ASSERT_EQUAL(g_chmod(fixture->folder, 0500), 0);
        g_autofree char *locked = g_build_filename(fixture->folder, "other.db", NULL);
        expect_refusal(locked, false, SKEIN_ERROR_ENVIRONMENT, "Permission denied");
        CU_ASSERT_EQUAL(g_chmod(fixture->folder, 0700), 0);
    }
    database_fixture_free(fixture);
}

/* No file may grow beyond size_bytes, as if the disk were full there; RLIM_INFINITY ends that. */
static void limit_file_size(rlim_t size_bytes)
{
    struct rlimit limit;
    CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = MIN(size_bytes, limit.rlim_max);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, size_bytes == RLIM_INFINITY ? SIG_DFL : SIG_IGN);
}

/* Rows until the disk is full at size_bytes: at some flush, or only at the commit. */
static void expect_full_disk(rlim_t size_bytes, uint32_t row_count, bool fails_early)
{
    DatabaseFixture *fixture = database_fixture_new();
    CU_ASSERT(database_fixture_commit(fixture));
    CU_ASSERT(g_file_set_contents(fixture->path, "old", -1, NULL));
    g_autoptr(Recorder) recorder = recorder_new(fixture->path, true, NULL);
    RecordBuffer *buffer = recorder_buffer(recorder, 1);
    limit_file_size(size_bytes);
    for (uint32_t i = 1; i <= row_count; i++) {
        record_span(buffer, &(SpanRow){.id = i, .trace = i, .name = "n"});
    }
    CU_ASSERT_EQUAL(recorder_has_failed(recorder), fails_early);
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FALSE(recorder_commit(recorder, &error));
    limit_file_size(RLIM_INFINITY);
    CU_ASSERT(g_error_matches(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT));
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, fixture->path));
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "File too large"));
    g_clear_pointer(&recorder, recorder_free);
    g_autofree char *after = content_of(fixture->path);
    CU_ASSERT_STRING_EQUAL(after, "old");
    CU_ASSERT_EQUAL(database_fixture_file_count(fixture), 1);
    database_fixture_free(fixture);
}

static void database_file_on_a_full_disk_is_an_error_and_leaves_nothing(void)
{
    expect_full_disk(300000, 200000, true);
    expect_full_disk(300000, 20000, false);
    expect_full_disk(20000, 0, false);
}

static void input_file_is_known_by_its_sha256(void)
{
    DatabaseFixture *fixture = database_fixture_new();
    g_autofree char *hex = NULL, *empty = NULL;
    CU_ASSERT(g_file_set_contents(fixture->path, "abc", 3, NULL));
    CU_ASSERT(input_file_sha256(fixture->path, &hex, NULL));
    CU_ASSERT_STRING_EQUAL(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CU_ASSERT(g_file_set_contents(fixture->path, "", 0, NULL));
    CU_ASSERT(input_file_sha256(fixture->path, &empty, NULL));
    CU_ASSERT_STRING_EQUAL(empty,
                           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const char *absent[] = {"/nonexistent/file", fixture->folder};
    for (size_t i = 0; i < G_N_ELEMENTS(absent); i++) {
        g_autoptr(GError) error = NULL;
        char *untouched = hex;
        CU_ASSERT_FALSE(input_file_sha256(absent[i], &untouched, &error));
        CU_ASSERT(g_error_matches(error, SKEIN_ERROR, SKEIN_ERROR_INPUT));
        CU_ASSERT_PTR_EQUAL(untouched, hex);
    }
    database_fixture_free(fixture);
}

CU_TestInfo suite_database_file[] = {
    {"database_file_appears_only_when_committed", database_file_appears_only_when_committed},
    {"database_file_without_commit_leaves_nothing", database_file_without_commit_leaves_nothing},
    {"database_file_keeps_an_existing_one_until_the_new_is_whole",
     database_file_keeps_an_existing_one_until_the_new_is_whole},
    {"database_file_is_written_by_one_run_at_a_time",
     database_file_is_written_by_one_run_at_a_time},
    {"database_file_of_a_dead_run_is_replaced", database_file_of_a_dead_run_is_replaced},
    {"database_file_that_came_up_meanwhile_is_kept", database_file_that_came_up_meanwhile_is_kept},
    {"database_file_needs_a_place", database_file_needs_a_place},
    {"database_file_on_a_full_disk_is_an_error_and_leaves_nothing",
     database_file_on_a_full_disk_is_an_error_and_leaves_nothing},
    {"input_file_is_known_by_its_sha256", input_file_is_known_by_its_sha256},
    CU_TEST_INFO_NULL,
};
