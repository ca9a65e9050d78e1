/* SPDX-License-Identifier: MIT */
/* Reading the table into a hash by ends. */
#include "models/edge_values.h"

#include "models/data_file.h"
#include "models/table_text.h"
#include "sim/call_text.h"
#include "sim/error.h"

#include <string.h>

static const char USAGE[] = "table(FILE, column=NAME, otherwise=VALUE)";

struct EdgeValues {
    GHashTable *values; /* of the ends, as gint64 */
    void *otherwise;
    void (*free)(void *value);
    char *input;
};

static gint64 key_of(EntityId sender, EntityId receiver)
{
    return (gint64)((uint64_t)sender << 32 | receiver);
}

bool edge_values_is_asked_for(const char *text)
{
    return g_str_has_prefix(text, "table(");
}

void edge_values_free(EdgeValues *values)
{
    if (values == NULL) {
        return;
    }
    g_clear_pointer(&values->values, g_hash_table_unref);
    if (values->otherwise != NULL) {
        values->free(values->otherwise);
    }
    g_free(values->input);
    g_free(values);
}

static bool is_header(const TableText *table, bool is_of_peers)
{
    static const char *const PAIRS[][2] = {
        {"src", "dst"}, {"from", "to"}, {"sender", "receiver"}, {"source", "target"}};
    const char *first = table_text_cell(table, 0), *second = table_text_cell(table, 1);
    if (is_of_peers) {
        return first != NULL && g_ascii_strcasecmp(first, "peer") == 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(PAIRS) && second != NULL; i++) {
        if (g_ascii_strcasecmp(first, PAIRS[i][0]) == 0 &&
            g_ascii_strcasecmp(second, PAIRS[i][1]) == 0) {
            return true;
        }
    }
    return false;
}

static int find_column(const TableText *table, const EdgeValuesRequest *request, const char *column,
                       GError **error)
{
    if (!is_header(table, request->is_of_peers)) {
        table_text_fail(table, 0, error, "found '%s', expected a header that begins with %s",
                        table_text_cell(table, 0),
                        request->is_of_peers ? "peer" : "sender,receiver");
        return -1;
    }
    const int index = table_text_find(table, column);
    if (index < 0) {
        table_text_fail(table, 0, error, "found no column '%s' in the header", column);
    }
    return index;
}

static bool read_row(EdgeValues *values, const TableText *table, const EdgeValuesRequest *request,
                     unsigned column, GError **error)
{
    int64_t ends[2];
    const unsigned count = request->is_of_peers ? 1 : 2;
    for (unsigned i = 0; i < count; i++) {
        if (!table_text_whole(table, i, 0, (int64_t)request->peers - 1, &ends[i], error)) {
            return false;
        }
    }
    const gint64 key = key_of((EntityId)ends[0], (EntityId)ends[count - 1]);
    const char *cell = table_text_cell(table, column);
    if (cell == NULL || *cell == '\0') {
        return true;
    }
    g_autoptr(GError) cause = NULL;
    void *value = request->parse(cell, request->data, &cause);
    if (value == NULL) {
        return table_text_fail(table, column, error, "%s", cause->message);
    }
    if (!g_hash_table_replace(values->values, g_memdup2(&key, sizeof key), value)) {
        return table_text_fail(table, 0, error, "found the same %s again",
                               request->is_of_peers ? "peer" : "link");
    }
    return true;
}

static bool read_table(EdgeValues *values, const EdgeValuesRequest *request, const char *column,
                       GError **error)
{
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!data_file_read(values->input, request->directory, &text, &size_bytes, error)) {
        return false;
    }
    GError *cause = NULL;
    g_autoptr(TableText) table = table_text_new(text, size_bytes, values->input);
    if (!table_text_next(table, &cause)) {
        if (cause == NULL) {
            return skein_refuse(error, "%s: found nothing, expected a table with a header",
                                values->input);
        }
        g_propagate_error(error, cause);
        return false;
    }
    const int index = find_column(table, request, column, error);
    if (index < 0) {
        return false;
    }
    while (table_text_next(table, &cause)) {
        if (!read_row(values, table, request, (unsigned)index, error)) {
            return false;
        }
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    return true;
}

EdgeValues *edge_values_new(const EdgeValuesRequest *request, GError **error)
{
    static const char *const keys[] = {"column", "otherwise", NULL};
    g_autoptr(CallText) call = call_text_new(request->text, error);
    if (call == NULL || !call_text_expect(call, 1, 1, keys, USAGE, error)) {
        return NULL;
    }
    const char *column = call_text_option(call, "column");
    const char *otherwise = call_text_option(call, "otherwise");
    g_autoptr(EdgeValues) values = g_new0(EdgeValues, 1);
    values->free = request->free;
    values->input = g_strdup(call_text_argument(call, 0));
    values->values = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, request->free);
    values->otherwise =
        request->parse(otherwise == NULL ? request->otherwise : otherwise, request->data, error);
    if (values->otherwise == NULL) {
        g_prefix_error(error, "otherwise: ");
        return NULL;
    }
    return read_table(values, request, column == NULL ? request->column : column, error)
               ? g_steal_pointer(&values)
               : NULL;
}

const void *edge_values_get(const EdgeValues *values, EntityId sender, EntityId receiver)
{
    const gint64 key = key_of(sender, receiver);
    const void *value = g_hash_table_lookup(values->values, &key);
    return value != NULL ? value : values->otherwise;
}

void edge_values_each(const EdgeValues *values, void (*visit)(void *data, const void *value),
                      void *data)
{
    GHashTableIter iterator;
    gpointer value;
    visit(data, values->otherwise);
    g_hash_table_iter_init(&iterator, values->values);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        visit(data, value);
    }
}

const char *edge_values_input(const EdgeValues *values)
{
    return values->input;
}
