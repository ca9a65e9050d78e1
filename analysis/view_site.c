/* SPDX-License-Identifier: MIT */
#include "analysis/view_site.h"

#include "analysis/error.h"
#include "analysis/json_text.h"
#include "analysis/page_assets.h"
#include "analysis/page_choice.h"
#include "analysis/run_page.h"
#include "analysis/trace_list.h"

#include <string.h>

enum { WINDOW_MAX = 4000, TRACE_SPANS_MAX = 5000, PEERS_MAX = 2000, TRACES_MAX = 1000 };

static const char TYPE_JSON[] = "application/json";

const char VIEW_SITE_POLICY[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* While a run is being written, its writer or the making of its indices may hold the file. */
enum { BUSY_MILLISECONDS = 400, REST_FACTOR = 4 };

struct ViewSite {
    sqlite3 *database;
    TraceIndex *index; /* of the run that was asked for last; NULL: none */
    int64_t next_update_us;
};

/* What a request asks. */
typedef struct Request {
    ViewSite *site;
    const char *path; /* what is left of it */
    ViewParameter parameter;
    void *data;
} Request;

ViewSite *view_site_new(sqlite3 *database)
{
    ViewSite *site = g_new0(ViewSite, 1);
    site->database = database;
    sqlite3_busy_timeout(database, BUSY_MILLISECONDS);
    return site;
}

void view_site_free(ViewSite *site)
{
    if (site != NULL) {
        trace_index_free(site->index);
        g_free(site);
    }
}

/* Numbers of requests: what is none is the default. */

static int64_t number_of(const Request *request, const char *name, int64_t otherwise)
{
    const char *text = request->parameter(request->data, name);
    char *end = NULL;
    if (text == NULL || *text == '\0') {
        return otherwise;
    }
    const int64_t number = g_ascii_strtoll(text, &end, 10);
    return *end == '\0' ? number : otherwise;
}

/* Digits at the start of the path: taken from it. */
static bool take_number(Request *request, int64_t *ret_number)
{
    char *end = NULL;
    const char first = *request->path;
    if (!g_ascii_isdigit(first) && first != '-') {
        return false;
    }
    *ret_number = g_ascii_strtoll(request->path, &end, 10);
    const bool is_number = end != request->path && (*end == '\0' || *end == '/');
    request->path = end;
    return is_number;
}

static bool take_word(Request *request, const char *word)
{
    const size_t length = strlen(word);
    if (strncmp(request->path, word, length) != 0) {
        return false;
    }
    request->path += length;
    return true;
}

/* Runs. */

/* The id of the run at that place; false without an error: there is none. A run that is still being
 * written has rows, but no row of its own. */
static bool run_at(sqlite3 *database, int64_t place, int64_t *ret_run, GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare(
        database,
        "SELECT id FROM (SELECT id, experiment, cell, repetition FROM run UNION ALL"
        " SELECT ifnull((SELECT run_id FROM span LIMIT 1), (SELECT run_id FROM message LIMIT 1)),"
        "  '', '', 0 WHERE NOT EXISTS (SELECT 1 FROM run))"
        " WHERE id IS NOT NULL ORDER BY experiment, cell, repetition, id LIMIT 1 OFFSET ?1",
        error);
    if (row == NULL || place < 0) {
        return false;
    }
    sqlite3_bind_int64(row, 1, place);
    if (!database_step(row, error)) {
        return false;
    }
    *ret_run = sqlite3_column_int64(row, 0);
    return true;
}

/* The file is held by its writer, or its disk fails: another time it may work. */
static bool may_pass(const GError *error)
{
    return g_error_matches(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT);
}

/* The row of a run is the last that is written. */
static bool is_complete(const ViewSite *site)
{
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        site->database, "SELECT 1 FROM run WHERE id = ?1", site->index->run_id, NULL);
    return row != NULL && database_step(row, NULL);
}

/* Reads what has come since. Of a run that is being written no more than a share of the time goes
 * into that: what is there already answers meanwhile, and also where the file is held. */
static bool update_index(ViewSite *site, GError **error)
{
    g_autoptr(GError) problem = NULL;
    const int64_t start = g_get_monotonic_time();
    if (start < site->next_update_us && !is_complete(site)) {
        return true;
    }
    const bool is_updated = trace_index_update(site->index, &problem);
    const int64_t end = g_get_monotonic_time();
    site->next_update_us = end + REST_FACTOR * (end - start);
    if (!is_updated && !may_pass(problem)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    return true;
}

static TraceIndex *index_of(ViewSite *site, int64_t run_id, GError **error)
{
    if (site->index != NULL && site->index->run_id == run_id) {
        return update_index(site, error) ? site->index : NULL;
    }
    g_clear_pointer(&site->index, trace_index_free);
    site->index = trace_index_new(site->database, run_id, error);
    site->next_update_us = 0;
    return site->index;
}

bool view_site_load(ViewSite *site, GError **error)
{
    int64_t run_id;
    GError *problem = NULL;
    const bool is_there = run_at(site->database, 0, &run_id, &problem);
    if (!database_finished(problem, error)) {
        return false;
    }
    return !is_there || index_of(site, run_id, error) != NULL;
}

/* Answers. */

static ViewAnswer answer_text(const char *type, char *text)
{
    const ViewAnswer answer = {.status = 200, .type = type, .body = g_string_new(text)};
    g_free(text);
    return answer;
}

static ViewAnswer answer_page(void)
{
    return answer_text("text/html; charset=utf-8",
                       page_frame("<title>skein</title>\n<link rel=\"stylesheet\" "
                                  "href=\"/page.css\">\n<link rel=\"icon\" href=\"data:,\">",
                                  "<script type=\"module\" src=\"/page.js\"></script>"));
}

static ViewAnswer answer_failure(unsigned status, const char *words)
{
    ViewAnswer answer = {.status = status, .type = TYPE_JSON, .body = g_string_new("{")};
    json_member_text(answer.body, "error", words);
    json_close(answer.body, '}');
    return answer;
}

/* Peers `0,5,7` in the order of the page's rows. */
static GArray *peers_of(const Request *request)
{
    const char *text = request->parameter(request->data, "peers");
    if (text == NULL) {
        return NULL;
    }
    GArray *peers = g_array_new(FALSE, FALSE, sizeof(int64_t));
    while (*text != '\0' && peers->len < PEERS_MAX) {
        char *end = NULL;
        const int64_t peer = g_ascii_strtoll(text, &end, 10);
        if (end == text) {
            break;
        }
        g_array_append_val(peers, peer);
        text = *end == ',' ? end + 1 : end;
    }
    return peers;
}

static bool append_window(const Request *request, const TraceIndex *index, GString *json,
                          GError **error)
{
    g_autoptr(GArray) peers = peers_of(request);
    const PageWindow window = {.from_ns = number_of(request, "from", 0),
                               .to_ns = number_of(request, "to", INT64_MAX),
                               .peers = peers,
                               .spans_max = WINDOW_MAX,
                               .messages_max = WINDOW_MAX};
    g_autoptr(PageChoice) choice = page_choice_of_window(index, &window);
    return page_choice_append(choice, false, json, error);
}

static void append_traces(const Request *request, const TraceIndex *index, GString *json)
{
    const char *text = request->parameter(request->data, "text");
    const char *order = request->parameter(request->data, "order");
    const TraceQuery query = {
        .text = text == NULL ? "" : text,
        .only_errors = number_of(request, "errors", 0) != 0,
        .longest_first = g_strcmp0(order, "longest") == 0,
        .offset = CLAMP(number_of(request, "offset", 0), 0, UINT32_MAX),
        .limit = CLAMP(number_of(request, "limit", 100), 0, TRACES_MAX),
    };
    trace_list_append(index, &query, json);
}

/* What is left of the path after /run/K; *ret_is_known is false for another. */
static bool append_of_run(Request *request, const TraceIndex *index, GString *json,
                          bool *ret_is_known, GError **error)
{
    int64_t id;
    *ret_is_known = true;
    if (*request->path == '\0') {
        return run_page_append(index, json, error);
    }
    if (strcmp(request->path, "/window") == 0) {
        return append_window(request, index, json, error);
    }
    if (strcmp(request->path, "/traces") == 0) {
        append_traces(request, index, json);
        return true;
    }
    if (take_word(request, "/snapshot/") && take_number(request, &id) && *request->path == '\0') {
        return run_page_append_snapshot(index, id, json, error);
    }
    if (take_word(request, "/trace/") && take_number(request, &id) && *request->path == '\0') {
        const TraceEntry *trace = trace_index_find(index, id);
        *ret_is_known = trace != NULL;
        g_autoptr(PageChoice) choice =
            trace == NULL ? NULL : page_choice_of_trace(index, trace, TRACE_SPANS_MAX);
        return choice == NULL || page_choice_append(choice, true, json, error);
    }
    *ret_is_known = false;
    return true;
}

/* A run has begun and its first batch of rows is still to come. */
static bool site_is_empty(const ViewSite *site)
{
    int64_t count = 0;
    return database_read_integer(site->database, "SELECT count(*) FROM run", &count, NULL) &&
           count == 0;
}

static ViewAnswer answer_run(Request *request)
{
    int64_t place = -1, run_id;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) json = g_string_new(NULL);
    bool is_known =
        take_number(request, &place) && run_at(request->site->database, place, &run_id, &error);
    const bool is_first = !is_known && place == 0 && *request->path == '\0';
    const TraceIndex *index = is_known ? index_of(request->site, run_id, &error) : NULL;
    if (index != NULL && !append_of_run(request, index, json, &is_known, &error)) {
        index = NULL;
    }
    if (error != NULL) {
        return answer_failure(may_pass(error) ? 503 : 500, error->message);
    }
    if (index == NULL && is_first && site_is_empty(request->site)) {
        return answer_failure(503, "nothing has been written yet");
    }
    if (index == NULL || !is_known) {
        return answer_failure(404, "there is no such run, trace or question");
    }
    return (ViewAnswer){.status = 200, .type = TYPE_JSON, .body = g_steal_pointer(&json)};
}

static ViewAnswer answer_runs(ViewSite *site)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) json = g_string_new(NULL);
    if (!run_page_append_runs(site->database, json, &error)) {
        return answer_failure(may_pass(error) ? 503 : 500, error->message);
    }
    return (ViewAnswer){.status = 200, .type = TYPE_JSON, .body = g_steal_pointer(&json)};
}

ViewAnswer view_site_answer(ViewSite *site, const char *path, ViewParameter parameter, void *data)
{
    Request request = {.site = site, .path = path, .parameter = parameter, .data = data};
    if (strcmp(path, "/") == 0) {
        return answer_page();
    }
    if (strcmp(path, "/page.css") == 0) {
        return answer_text("text/css; charset=utf-8", page_style());
    }
    if (strcmp(path, "/page.js") == 0) {
        return answer_text("text/javascript; charset=utf-8", page_script());
    }
    if (strcmp(path, "/runs") == 0) {
        return answer_runs(site);
    }
    if (take_word(&request, "/run/")) {
        return answer_run(&request);
    }
    return answer_failure(404, "there is nothing of that name");
}
