/* SPDX-License-Identifier: MIT */
#include "analysis/trace_list.h"

#include "analysis/json_text.h"

#include <string.h>

typedef struct FoundTrace {
    const TraceEntry *trace;
    int64_t end_ns;
    uint32_t place; /* in order of start */
} FoundTrace;

/* Which names have the text in them: a name is looked at once, not once a span. */
static bool *names_with(const TraceIndex *index, const char *text)
{
    bool *has = g_new0(bool, index->names->len + 1);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *wanted = g_utf8_strdown(valid, -1);
    for (guint i = 0; i < index->names->len; i++) {
        g_autofree char *name = g_utf8_strdown(trace_index_name(index, (uint16_t)i), -1);
        has[i] = strstr(name, wanted) != NULL;
    }
    return has;
}

static uint32_t count_errors(const TraceIndex *index, const TraceEntry *trace)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < trace->count; k++) {
        count += trace_index_trace_span(index, trace, k)->is_error;
    }
    return count;
}

static bool is_wanted(const TraceIndex *index, const TraceEntry *trace, const TraceQuery *query,
                      const bool *has_text)
{
    bool is_named = *query->text == '\0';
    for (uint32_t k = 0; k < trace->count && !is_named; k++) {
        is_named = has_text[trace_index_trace_span(index, trace, k)->name];
    }
    return is_named && (!query->only_errors || count_errors(index, trace) > 0);
}

static gint compare_length(gconstpointer a, gconstpointer b)
{
    const FoundTrace *x = a, *y = b;
    const int64_t x_ns = x->end_ns - x->trace->start_ns, y_ns = y->end_ns - y->trace->start_ns;
    return x_ns != y_ns ? (x_ns > y_ns ? -1 : 1) : x->place < y->place ? -1 : 1;
}

static void append_trace(const TraceIndex *index, const FoundTrace *found, GString *json)
{
    const SpanEntry *root = trace_index_root(index, found->trace);
    json_open(json, '{');
    json_member_id(json, "id", root->trace_id);
    json_member_text(json, "name", trace_index_name(index, root->name));
    json_member_integer(json, "peer", root->peer_id);
    json_member_integer(json, "start", found->trace->start_ns);
    json_member_integer(json, "end", found->end_ns);
    json_member_integer(json, "count", found->trace->count);
    json_member_integer(json, "errors", count_errors(index, found->trace));
    json_close(json, '}');
}

void trace_list_append(const TraceIndex *index, const TraceQuery *query, GString *json)
{
    g_autofree bool *has_text = names_with(index, query->text);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(FoundTrace));
    for (guint i = 0; i < index->traces->len; i++) {
        const TraceEntry *trace = &g_array_index(index->traces, TraceEntry, i);
        if (is_wanted(index, trace, query, has_text)) {
            const FoundTrace one = {
                .trace = trace, .end_ns = trace_index_trace_end(index, trace), .place = i};
            g_array_append_val(found, one);
        }
    }
    if (query->longest_first) {
        g_array_sort(found, compare_length);
    }
    json_open(json, '{');
    json_member_integer(json, "total", found->len);
    json_key(json, "rows");
    json_open(json, '[');
    for (int64_t i = query->offset; i < found->len && i < query->offset + query->limit; i++) {
        append_trace(index, &g_array_index(found, FoundTrace, i), json);
    }
    json_close(json, ']');
    json_close(json, '}');
}
