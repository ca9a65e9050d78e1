/* SPDX-License-Identifier: MIT */
/* What a page about a run carries, and what the viewer answers. */
#include "analysis/page_assets.h"
#include "analysis/report.h"
#include "analysis/run_page.h"
#include "analysis/trace_list.h"
#include "analysis/view_site.h"
#include "tests/sample_run.h"
#include "tests/suite.h"

#include <glib/gstdio.h>
#include <string.h>

static sqlite3 *many_spans(unsigned count)
{
    sqlite3 *database = sample_run_open(NULL);
    g_autofree char *sql = g_strdup_printf(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
        " INSERT INTO span SELECT 1, 1000000 + i, 1000000 + i, NULL, 'many', 'internal', i %% 3,"
        "  i * 1000000, i * 1000000 + i, 'ok', NULL FROM n",
        count);
    sample_run_change(database, sql);
    return database;
}

static char *report_with(sqlite3 *database, uint32_t spans_max)
{
    const ReportOptions options = {.to_ns = INT64_MAX, .spans_max = spans_max};
    g_autoptr(GError) error = NULL;
    char *page = report_page(database, &options, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(page);
    return page;
}

static void expect_in(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        g_printerr("expected: %s\n", part);
        CU_FAIL("a part that is not there");
    }
}

static unsigned occurrences(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++) {
        count++;
    }
    return count;
}

static void report_carries_whole_traces_and_counts_the_rest(void)
{
    g_autoptr(sqlite3) database = many_spans(1000);
    g_autofree char *all = report_with(database, 20000);
    g_autofree char *few = report_with(database, 200);
    expect_in(all, "\"cells\":[]");
    expect_in(few, "\"more\":\"skein report DB --max-spans 2000, or skein view DB\"");
    CU_ASSERT_TRUE(strlen(few) < strlen(all));
    CU_ASSERT_EQUAL(occurrences(few, "\"cells\":[]"), 0);
    /* Both state the total. */
    const char *total = strstr(all, "\"span_total\":");
    g_autofree char *number = g_strndup(total, strcspn(total, ","));
    expect_in(few, number);
}

/* The order of rows in the file says nothing. */
static void report_of_an_equal_run_is_equal(void)
{
    g_autoptr(sqlite3) one = many_spans(300);
    g_autoptr(sqlite3) two = many_spans(300);
    sample_run_change(two, "CREATE TEMP TABLE s AS SELECT * FROM span ORDER BY id DESC;"
                           "DELETE FROM span; INSERT INTO span SELECT * FROM s;"
                           "CREATE TEMP TABLE m AS SELECT * FROM message ORDER BY id DESC;"
                           "DELETE FROM message; INSERT INTO message SELECT * FROM m;"
                           "INSERT INTO execution VALUES (1, 'host', 'another')");
    g_autofree char *page = report_with(one, 100);
    g_autofree char *same = report_with(two, 100);
    CU_ASSERT_STRING_EQUAL(page, same);
}

static void report_cannot_be_ended_by_a_name(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autofree char *before = report_with(database, 100);
    sample_run_change(database,
                      "UPDATE span SET name = '</script><!--<script>' || char(0x2028) || char(7);"
                      "UPDATE peer SET name = x'fffe3c2f7363726970743e';"
                      "UPDATE message SET kind = '</SCRIPT>'");
    g_autofree char *after = report_with(database, 100);
    CU_ASSERT_EQUAL(occurrences(after, "</script"), occurrences(before, "</script"));
    CU_ASSERT_EQUAL(occurrences(after, "</SCRIPT"), 0);
    CU_ASSERT_EQUAL(occurrences(after, "<!--"), occurrences(before, "<!--"));
    CU_ASSERT_TRUE(g_utf8_validate(after, -1, NULL));
    expect_in(after, "\\u003c/script>\\u003c!--");
}

static void report_policy_names_the_script_by_its_hash(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autofree char *page = report_with(database, 100);
    g_autofree char *script = page_script();
    g_autofree char *hash = page_hash(script);
    g_autofree char *word = g_strdup_printf("script-src '%s'", hash);
    expect_in(page, word);
    CU_ASSERT_EQUAL(occurrences(page, "unsafe-inline"), 0);
    /* FIPS 180-4: the digest of the empty message. */
    g_autofree char *empty = page_hash("");
    CU_ASSERT_STRING_EQUAL(empty, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

static void report_refuses_what_is_not_there(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    const int64_t none = 77;
    const ReportOptions no_run = {.run_id = &none, .to_ns = INT64_MAX, .spans_max = 10};
    const ReportOptions no_trace = {.trace_id = &none, .to_ns = INT64_MAX, .spans_max = 10};
    g_autoptr(GError) error = NULL, other = NULL;
    CU_ASSERT_PTR_NULL(report_page(database, &no_run, &error));
    CU_ASSERT_STRING_EQUAL(error->message, "there is no run 77");
    CU_ASSERT_PTR_NULL(report_page(database, &no_trace, &other));
    CU_ASSERT_STRING_EQUAL(other->message, "there is no trace 77");
}

/* The viewer. */

static const char *parameter_of(void *data, const char *name)
{
    const char *const *pairs = data;
    for (; pairs != NULL && *pairs != NULL; pairs += 2) {
        if (strcmp(*pairs, name) == 0) {
            return pairs[1];
        }
    }
    return NULL;
}

static char *answer(ViewSite *site, unsigned status, const char *path, const char *const *pairs)
{
    ViewAnswer found = view_site_answer(site, path, parameter_of, (void *)(uintptr_t)pairs);
    if (found.status != status) {
        g_printerr("%s: %u %s\n", path, found.status, found.body->str);
    }
    CU_ASSERT_EQUAL(found.status, status);
    return g_string_free(found.body, FALSE);
}

static void view_answers_what_the_page_asks(void)
{
    g_autoptr(sqlite3) database = many_spans(1000);
    g_autoptr(ViewSite) site = view_site_new(database);
    g_autofree char *page = answer(site, 200, "/", NULL);
    g_autofree char *run = answer(site, 200, "/run/0", NULL);
    g_autofree char *runs = answer(site, 200, "/runs", NULL);
    expect_in(page, "src=\"/page.js\"");
    expect_in(run, "\"status\":\"complete\"");
    expect_in(runs, "\"complete\"");
    const char *const many[] = {"text", "MANY", "limit", "2", "offset", "998", NULL};
    g_autofree char *traces = answer(site, 200, "/run/0/traces", many);
    expect_in(traces, "{\"total\":1000,\"rows\":[{\"id\":\"1000999\",\"name\":\"many\",\"peer\":0,"
                      "\"start\":999000000,\"end\":999000999,\"count\":1,\"errors\":0}");
    const char *const longest[] = {"text", "many", "order", "longest", "limit", "1", NULL};
    g_autofree char *first = answer(site, 200, "/run/0/traces", longest);
    expect_in(first, "\"id\":\"1001000\"");
    g_autofree char *trace = answer(site, 200, "/run/0/trace/1000999", NULL);
    expect_in(trace, "\"spans\":{\"id\":[\"1000999\"]");
    const char *const window[] = {"from", "500000000", "to", "509999999", "peers", "2,0", NULL};
    g_autofree char *shown = answer(site, 200, "/run/0/window", window);
    expect_in(shown, "\"peer\":[2,0,2,0,2,0,2]"); /* 500 to 509, of three peers two */
}

static void view_refuses_other_paths(void)
{
    static const char *const paths[] = {
        "",
        "/other",
        "/run/",
        "/run/1",
        "/run/-1",
        "/run/0/",
        "/run/x",
        "/run/0x",
        "/run/0/traces/",
        "/run/0/trace/",
        "/run/0/trace/77",
        "/run/0/trace/x",
        "/run/99999999999999999999",
        "/../etc/passwd",
        "//page.css",
        "/page.css/",
        "/run/0/window/1",
        "/run/0/snapshot/",
    };
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(ViewSite) site = view_site_new(database);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *text = answer(site, 404, paths[i], NULL);
        expect_in(text, "{\"error\":");
    }
    /* Odd parameters are as if they were not there. */
    const char *const odd[] = {"from", "x",    "to",    "9e9",   "peers", ",,;--", "offset",
                               "-5",   "text", "\xff%", "limit", "1e99",  NULL};
    g_autofree char *window = answer(site, 200, "/run/0/window", odd);
    g_autofree char *traces = answer(site, 200, "/run/0/traces", odd);
    expect_in(window, "\"spans\"");
    expect_in(traces, "{\"total\":0,\"rows\":[]}");
}

/* Rows that come after the first question are in the next answer. */
static void view_follows_a_run_that_is_being_written(void)
{
    g_autoptr(sqlite3) database = sample_run_open(NULL);
    g_autoptr(ViewSite) site = view_site_new(database);
    sample_run_change(database, "DELETE FROM run");
    g_autofree char *before = answer(site, 200, "/run/0", NULL);
    sample_run_change(database, "INSERT INTO span VALUES (1, 99, 99, NULL, 'late', 'internal', 0,"
                                " 5000000000, 6000000000, 'ok', NULL)");
    g_autofree char *after = answer(site, 200, "/run/0", NULL);
    expect_in(before, "\"status\":\"running\"");
    CU_ASSERT_EQUAL(occurrences(before, "late"), 0);
    expect_in(after, "[\"late\",1,0,1000000000");
    expect_in(after, "\"end\":6000000000");
}

/* Whatever the order of its rows, an index that grew is one that was read at once. */
static void view_sorts_what_comes_into_what_is_there(void)
{
    g_autoptr(sqlite3) database = many_spans(500);
    g_autoptr(TraceIndex) grown = trace_index_new(database, 1, NULL);
    for (int step = 0; step < 3; step++) {
        sample_run_change(
            database,
            "INSERT INTO span SELECT 1, (SELECT max(id) FROM span) + id * 7, trace_id % 40, NULL,"
            " 'more', 'internal', 1, start_ns * 7 % 1009000000, end_ns, 'ok', NULL FROM span");
        sample_run_change(database, "INSERT INTO message SELECT 1, id + (SELECT max(id) FROM "
                                    "message), sender_id, receiver_id,"
                                    " stream_id, kind, size_bytes, 9000000000 - sent_ns, NULL,"
                                    " 'lost', NULL FROM message");
        CU_ASSERT_TRUE(trace_index_update(grown, NULL));
    }
    g_autoptr(TraceIndex) whole = trace_index_new(database, 1, NULL);
    CU_ASSERT_TRUE_FATAL(grown->spans->len == whole->spans->len && whole->spans->len > 4000);
    const GArray *const orders[][2] = {{grown->span_order, whole->span_order},
                                       {grown->trace_order, whole->trace_order},
                                       {grown->message_order, whole->message_order}};
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        CU_ASSERT_EQUAL_FATAL(orders[i][0]->len, orders[i][1]->len);
        CU_ASSERT_EQUAL(
            memcmp(orders[i][0]->data, orders[i][1]->data, orders[i][0]->len * sizeof(uint32_t)),
            0);
    }
    CU_ASSERT_EQUAL(grown->traces->len, whole->traces->len);
}

/* The one who writes the file may hold it: that is said, and passes. */
static void view_answers_again_when_a_file_is_free(void)
{
    g_autofree char *folder = g_dir_make_tmp("skein-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "held.db", NULL);
    g_autoptr(sqlite3) writer = sample_run_open(path);
    g_autoptr(sqlite3) database = database_open(path, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(database);
    g_autoptr(ViewSite) site = view_site_new(database);
    for (int turn = 0; turn < 2; turn++) {
        sample_run_change(writer, "BEGIN EXCLUSIVE");
        g_autofree char *held = answer(site, 503, "/run/0", NULL);
        expect_in(held, "locked");
        sample_run_change(writer, "COMMIT");
        g_autofree char *free_again = answer(site, 200, "/run/0", NULL);
        expect_in(free_again, "\"span_count\":9,");
    }
    g_remove(path);
    g_rmdir(folder);
}

CU_TestInfo suite_page[] = {
    {"report_carries_whole_traces_and_counts_the_rest",
     report_carries_whole_traces_and_counts_the_rest},
    {"report_of_an_equal_run_is_equal", report_of_an_equal_run_is_equal},
    {"report_cannot_be_ended_by_a_name", report_cannot_be_ended_by_a_name},
    {"report_policy_names_the_script_by_its_hash", report_policy_names_the_script_by_its_hash},
    {"report_refuses_what_is_not_there", report_refuses_what_is_not_there},
    {"view_answers_what_the_page_asks", view_answers_what_the_page_asks},
    {"view_refuses_other_paths", view_refuses_other_paths},
    {"view_follows_a_run_that_is_being_written", view_follows_a_run_that_is_being_written},
    {"view_sorts_what_comes_into_what_is_there", view_sorts_what_comes_into_what_is_there},
    {"view_answers_again_when_a_file_is_free", view_answers_again_when_a_file_is_free},
    CU_TEST_INFO_NULL,
};
