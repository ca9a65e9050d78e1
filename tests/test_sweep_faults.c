/* SPDX-License-Identifier: MIT */
/* A sweep on a disk that fails, at operation after operation: whatever was written before stays
 * readable, the failure is reported, and --resume ends with the digest of an undisturbed sweep. */
#include "analysis/digest.h"
#include "scenarios/sweep.h"
#include "scenarios/sweep_compare.h"
#include "sim/error.h"
#include "tests/faulty_vfs.h"
#include "tests/suite.h"

#include <glib/gstdio.h>
#include <string.h>

static const char TEXT[] = "scenario:\n  module: ping\n  stop: 3s\npeers:\n  count: 4\n"
                           "sweep:\n  link.latency: [20ms, 30ms, 40ms]\n  repeat: 4\n";

typedef struct Place {
    char *folder, *scenario, *database;
} Place;

static Place place_new(void)
{
    Place place = {.folder = g_dir_make_tmp("skein-faults-XXXXXX", NULL)};
    place.scenario = g_build_filename(place.folder, "a.yaml", NULL);
    place.database = g_build_filename(place.folder, "a.db", NULL);
    CU_ASSERT_TRUE_FATAL(g_file_set_contents(place.scenario, TEXT, -1, NULL));
    return place;
}

static void empty_folder(const Place *place)
{
    static const char *const ENDS[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < G_N_ELEMENTS(ENDS); i++) {
        g_autofree char *path = g_strconcat(place->database, ENDS[i], NULL);
        (void)g_unlink(path);
    }
}

static void place_clear(Place *place)
{
    empty_folder(place);
    (void)g_unlink(place->scenario);
    CU_ASSERT_EQUAL(g_rmdir(place->folder), 0);
    g_free(place->folder);
    g_free(place->scenario);
    g_free(place->database);
}

/* As the command does it. */
static bool sweep_once(const Place *place, SweepOpening opening, GError **error)
{
    const SweepOptions options = {.worker_count = 2};
    SweepReport report;
    g_autoptr(SweepPlan) plan = sweep_plan_new(place->scenario, NULL, NULL, NULL, error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
    g_autoptr(SweepDatabase) database = sweep_database_new(place->database, opening, error);
    g_autoptr(GArray) changed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) records =
        database == NULL ? NULL : sweep_compare_records(database, plan, error);
    return records != NULL && sweep_compare(database, plan, records, changed, reasons, error) &&
           sweep_database_remove(database, changed, error) &&
           sweep_database_describe(database, sweep_plan_base(plan)->file, NULL, error) &&
           sweep_execute(plan, database, &options, &report, error) && report.is_complete;
}

/* The one text that a query gives. */
static char *ask(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    char *answer = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        answer = g_strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return answer;
}

static void check_sound(const Place *place)
{
    static const struct {
        const char *sql, *answer;
    } QUESTIONS[] = {
        {"PRAGMA integrity_check", "ok"},
        {"SELECT count(*) FROM run WHERE status = 'complete'"
         " AND (id NOT IN (SELECT run_id FROM metric)"
         "  OR id NOT IN (SELECT run_id FROM parameter))",
         "0"},
        {"SELECT count(*) - count(DISTINCT experiment || '/' || cell || '/' || repetition) FROM "
         "run",
         "0"},
        {"SELECT count(*) FROM metric WHERE run_id NOT IN (SELECT id FROM run)", "0"},
    };
    sqlite3 *database = NULL;
    CU_ASSERT_EQUAL(sqlite3_open(place->database, &database), SQLITE_OK);
    g_autofree char *tables = ask(database, "SELECT count(*) FROM sqlite_schema");
    for (size_t i = 0; i < G_N_ELEMENTS(QUESTIONS); i++) {
        g_autofree char *answer =
            i > 0 && g_strcmp0(tables, "0") == 0 ? NULL : ask(database, QUESTIONS[i].sql);
        CU_ASSERT_TRUE(g_strcmp0(answer, QUESTIONS[i].answer) == 0 || g_strcmp0(tables, "0") == 0);
    }
    sqlite3_close(database);
}

static char *digest(const Place *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) database = database_open(place->database, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(database);
    char *text = digest_of_database(database, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

/* Breaks the disk at operations further and further on, until a sweep ends before that. */
static void break_everywhere(FaultyKind kind)
{
    Place place = place_new();
    g_autoptr(GError) error = NULL;
    CU_ASSERT_TRUE_FATAL(sweep_once(&place, SWEEP_CREATE, &error));
    g_autofree char *whole = digest(&place);
    faulty_vfs_install();
    unsigned failures = 0;
    for (unsigned operation = 1;; operation += 1 + operation / 3) {
        g_autoptr(GError) problem = NULL;
        empty_folder(&place);
        faulty_vfs_break(kind, operation);
        const bool is_complete = sweep_once(&place, SWEEP_RESUME, &problem);
        if (!faulty_vfs_repair()) {
            CU_ASSERT_TRUE(is_complete);
            break;
        }
        failures++;
        if (!is_complete) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(problem);
            CU_ASSERT_EQUAL(problem->code, SKEIN_ERROR_ENVIRONMENT);
            CU_ASSERT_PTR_NOT_NULL(strstr(problem->message, place.database));
        }
        check_sound(&place);
        CU_ASSERT_TRUE(sweep_once(&place, SWEEP_RESUME, &error));
        g_autofree char *resumed = digest(&place);
        CU_ASSERT_STRING_EQUAL(resumed, whole);
    }
    faulty_vfs_remove();
    CU_ASSERT(failures > 3);
    place_clear(&place);
}

static void sweep_faults_a_full_disk(void)
{
    break_everywhere(FAULTY_FULL);
}

static void sweep_faults_failing_writes(void)
{
    break_everywhere(FAULTY_ERROR);
}

static void sweep_faults_short_writes(void)
{
    break_everywhere(FAULTY_SHORT);
}

static void sweep_faults_failing_syncs(void)
{
    break_everywhere(FAULTY_SYNC);
}

CU_TestInfo suite_sweep_faults[] = {
    {"sweep_faults_a_full_disk", sweep_faults_a_full_disk},
    {"sweep_faults_failing_writes", sweep_faults_failing_writes},
    {"sweep_faults_short_writes", sweep_faults_short_writes},
    {"sweep_faults_failing_syncs", sweep_faults_failing_syncs},
    CU_TEST_INFO_NULL,
};
