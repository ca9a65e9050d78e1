/* SPDX-License-Identifier: MIT */
#include "analysis/report.h"

#include "analysis/error.h"
#include "analysis/json_text.h"
#include "analysis/page_assets.h"
#include "analysis/page_choice.h"
#include "analysis/run_page.h"

#include <inttypes.h>
#include <string.h>

enum { SNAPSHOTS_MAX = 50 }; /* whose states and channels the page carries */

char *report_page_name(const char *first, int64_t place)
{
    const size_t length = strlen(first) - (g_str_has_suffix(first, ".html") ? strlen(".html") : 0);
    return place == 0 ? g_strdup(first)
                      : g_strdup_printf("%.*s-%" PRId64 ".html", (int)length, first, place + 1);
}

static bool choose_run(sqlite3 *database, const int64_t *wanted, int64_t place, int64_t *ret_run,
                       GError **error)
{
    g_autoptr(sqlite3_stmt) row =
        database_prepare(database,
                         "SELECT id FROM run WHERE ?1 IS NULL OR id = ?1"
                         " ORDER BY experiment, cell, repetition, id LIMIT 1 OFFSET ?2",
                         error);
    GError *problem = NULL;
    if (row == NULL) {
        return false;
    }
    if (wanted != NULL) {
        sqlite3_bind_int64(row, 1, *wanted);
    }
    sqlite3_bind_int64(row, 2, place);
    if (!database_step(row, &problem)) {
        if (problem == NULL && wanted != NULL) {
            g_set_error(&problem, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "there is no run %" PRId64,
                        *wanted);
        } else if (problem == NULL) {
            g_set_error(&problem, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED, "there is no run in it");
        }
        g_propagate_error(error, problem);
        return false;
    }
    *ret_run = sqlite3_column_int64(row, 0);
    return true;
}

/* The stretches of the snapshots, in turns from and to; their ids too. */
static bool read_cuts(const TraceIndex *index, GArray *cuts, GArray *ids, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        index->database,
        "SELECT started_ns, ifnull(completed_ns, ?2), id FROM snapshot WHERE run_id = ?1"
        " ORDER BY started_ns, id LIMIT 50",
        index->run_id, error);
    GError *problem = NULL;
    if (row != NULL) {
        sqlite3_bind_int64(row, 2, index->end_ns);
    }
    while (row != NULL && database_step(row, &problem)) {
        const int64_t from_ns = sqlite3_column_int64(row, 0), to_ns = sqlite3_column_int64(row, 1);
        const int64_t id = sqlite3_column_int64(row, 2);
        g_array_append_val(cuts, from_ns);
        g_array_append_val(cuts, to_ns);
        g_array_append_val(ids, id);
    }
    return row != NULL && database_finished(problem, error);
}

static bool append_snapshots(const TraceIndex *index, const GArray *ids, GString *json,
                             GError **error)
{
    json_key(json, "snapshots");
    json_open(json, '{');
    for (guint i = 0; i < MIN(ids->len, SNAPSHOTS_MAX); i++) {
        char key[24];
        g_snprintf(key, sizeof key, "%" PRId64, g_array_index(ids, int64_t, i));
        json_key(json, key);
        if (!run_page_append_snapshot(index, g_array_index(ids, int64_t, i), json, error)) {
            return false;
        }
    }
    json_close(json, '}');
    return true;
}

static PageChoice *choose(const TraceIndex *index, const ReportOptions *options, const GArray *cuts,
                          GError **error)
{
    const PageWindow window = {.from_ns = options->from_ns,
                               .to_ns = options->to_ns,
                               .peers = options->peers,
                               .spans_max = options->spans_max,
                               .messages_max = options->spans_max};
    if (options->trace_id == NULL) {
        return page_choice_of_traces(index, &window, cuts);
    }
    const TraceEntry *trace = trace_index_find(index, *options->trace_id);
    if (trace == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "there is no trace %" PRId64,
                    *options->trace_id);
        return NULL;
    }
    return page_choice_of_trace(index, trace, options->spans_max);
}

static char *data_of(const TraceIndex *index, const ReportOptions *options, GError **error)
{
    g_autoptr(GArray) cuts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GString) json = g_string_new("{");
    if (!read_cuts(index, cuts, ids, error)) {
        return NULL;
    }
    g_autoptr(PageChoice) choice = choose(index, options, cuts, error);
    if (choice == NULL) {
        return NULL;
    }
    json_key(json, "run");
    if (!run_page_append(index, json, error)) {
        return NULL;
    }
    json_key(json, "runs");
    if (!run_page_append_runs(index->database, json, error)) {
        return NULL;
    }
    json_key(json, "choice");
    if (!page_choice_append(choice, true, json, error) ||
        !append_snapshots(index, ids, json, error)) {
        return NULL;
    }
    json_key(json, "more");
    g_autofree char *more =
        g_strdup_printf("skein report DB --max-spans %" PRIu64 ", or skein view DB",
                        MAX((uint64_t)index->spans->len, 10 * (uint64_t)options->spans_max));
    json_add_text(json, more);
    if (options->pages != NULL) {
        json_member_text(json, "pages", options->pages);
    }
    json_close(json, '}');
    return g_string_free(g_steal_pointer(&json), FALSE);
}

/* JSON inside HTML: `<` occurs in strings only and can be written otherwise there, so no text can
 * end the script element. */
static void append_embedded(GString *page, const char *json)
{
    for (const char *at = json; *at != '\0';) {
        const size_t length = strcspn(at, "<");
        g_string_append_len(page, at, (gssize)length);
        at += length;
        if (*at == '<') {
            g_string_append(page, "\\u003c");
            at++;
        }
    }
}

char *report_page(sqlite3 *database, const ReportOptions *options, GError **error)
{
    int64_t run_id;
    if (!choose_run(database, options->run_id, options->place, &run_id, error)) {
        return NULL;
    }
    g_autoptr(TraceIndex) index = trace_index_new(database, run_id, error);
    g_autofree char *data = index == NULL ? NULL : data_of(index, options, error);
    if (data == NULL) {
        return NULL;
    }
    g_autofree char *style = page_style();
    g_autofree char *script = page_script();
    g_autofree char *style_hash = page_hash(style);
    g_autofree char *script_hash = page_hash(script);
    g_autofree char *head =
        g_strdup_printf("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                        " style-src '%s'; script-src '%s'; img-src data:; base-uri 'none';"
                        " form-action 'none'\">\n<title>skein</title>\n<style>%s</style>",
                        style_hash, script_hash, style);
    g_autoptr(GString) body = g_string_new("<script type=\"application/json\" id=\"data\">");
    append_embedded(body, data);
    g_string_append_printf(body, "</script>\n<script type=\"module\">%s</script>", script);
    return page_frame(head, body->str);
}
