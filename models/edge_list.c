/* SPDX-License-Identifier: MIT */
/* Lines are collected first: whether the first one is a header of counts shows at the end. */
#include "models/edge_list.h"

#include "models/table_text.h"
#include "sim/error.h"

/* A number above this is an identifier of something else, not of a node. */
static const int64_t LARGEST_NODE = 9999999;

typedef struct Reader {
    TableText *table;
    const char *name;
    const EdgeListOptions *options;
    GArray *edges;       /* of GraphEdge */
    GHashTable *numbers; /* name to number; NULL: ends are numbers */
    GPtrArray *names;    /* of char * */
    uint32_t node_count;
} Reader;

static bool read_end(Reader *reader, unsigned cell, uint32_t *ret_node, GError **error)
{
    const char *text = table_text_cell(reader->table, cell);
    if (reader->numbers == NULL) {
        int64_t value = 0;
        if (!table_text_whole(reader->table, cell, 0, LARGEST_NODE, &value, error)) {
            return false;
        }
        *ret_node = (uint32_t)value;
        return true;
    }
    if (text[0] == '\0') {
        return table_text_fail(reader->table, cell, error, "found an empty cell, expected a node");
    }
    gpointer found = NULL;
    if (!g_hash_table_lookup_extended(reader->numbers, text, NULL, &found)) {
        char *name = g_strdup(text);
        found = GUINT_TO_POINTER(reader->names->len);
        g_ptr_array_add(reader->names, name);
        g_hash_table_insert(reader->numbers, name, found);
    }
    *ret_node = GPOINTER_TO_UINT(found);
    return true;
}

static bool read_edge(Reader *reader, GError **error)
{
    TableText *table = reader->table;
    const unsigned count = table_text_count(table);
    GraphEdge edge = {0};
    double weight = 0;
    if (count != 2 && count != 3) {
        return table_text_fail(table, 0, error,
                               "found %u cells, expected the two ends of an edge and perhaps a "
                               "weight",
                               count);
    }
    if (!read_end(reader, 0, &edge.from, error) || !read_end(reader, 1, &edge.to, error)) {
        return false;
    }
    if (reader->options->unit != NULL) {
        if (!table_text_duration(table, 2, reader->options->unit, &edge.latency, error)) {
            return false;
        }
        if (edge.latency < 1) {
            return table_text_fail(table, 2, error,
                                   "found a latency of '%s', expected at least 1ns",
                                   table_text_cell(table, 2));
        }
    } else if (count == 3 && !table_text_number(table, 2, &weight, error)) {
        return false;
    }
    g_array_append_val(reader->edges, edge);
    return true;
}

static bool is_column_header(const TableText *table)
{
    static const char *const ends[][2] = {
        {"src", "dst"}, {"from", "to"}, {"sender", "receiver"}, {"source", "target"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ends) && table_text_count(table) >= 2; i++) {
        if (g_ascii_strcasecmp(table_text_cell(table, 0), ends[i][0]) == 0 &&
            g_ascii_strcasecmp(table_text_cell(table, 1), ends[i][1]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_lines(Reader *reader, GError **error)
{
    bool is_first = true;
    GError *cause = NULL;
    while (table_text_next(reader->table, &cause)) {
        if (is_first && is_column_header(reader->table)) {
            continue;
        }
        if (is_first && !table_text_is_number(reader->table, 0)) {
            reader->numbers = g_hash_table_new(g_str_hash, g_str_equal);
        }
        is_first = false;
        if (!read_edge(reader, error)) {
            return false;
        }
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    if (reader->edges->len == 0) {
        return skein_refuse(error, "%s:%u: found no edges, expected one a line", reader->name,
                            MAX(table_text_line(reader->table), 1));
    }
    return true;
}

/* Counts the nodes, and takes a header of counts away. Numbers with large gaps are no nodes'. */
static bool count_nodes(Reader *reader, GError **error)
{
    if (reader->numbers != NULL) {
        reader->node_count = reader->names->len;
        return true;
    }
    uint32_t largest = 0, largest_behind = 0;
    for (guint i = 0; i < reader->edges->len; i++) {
        const GraphEdge *edge = &g_array_index(reader->edges, GraphEdge, i);
        largest = MAX(largest, MAX(edge->from, edge->to));
        largest_behind = i > 0 ? MAX(largest_behind, MAX(edge->from, edge->to)) : 0;
    }
    const GraphEdge *first = &g_array_index(reader->edges, GraphEdge, 0);
    if (reader->edges->len > 1 && first->to == reader->edges->len - 1 &&
        first->from > largest_behind && first->latency == 0) {
        reader->node_count = first->from;
        g_array_remove_index(reader->edges, 0);
    } else {
        reader->node_count = largest + 1;
    }
    if (reader->node_count > 1000 + 100 * (uint64_t)reader->edges->len) {
        return skein_refuse(error,
                            "%s:%u: found nodes up to %u in only %u edges, expected numbers from 0 "
                            "without large gaps",
                            reader->name, table_text_line(reader->table), reader->node_count - 1,
                            reader->edges->len);
    }
    return true;
}

static Graph *make_graph(Reader *reader, GPtrArray *warnings)
{
    Graph *graph = graph_new(reader->options->is_directed);
    for (uint32_t i = 0; i < reader->node_count; i++) {
        graph_add_node(graph, reader->numbers != NULL ? g_ptr_array_index(reader->names, i) : NULL);
    }
    g_autofree uint8_t *is_named = g_new0(uint8_t, reader->node_count);
    for (guint i = 0; i < reader->edges->len; i++) {
        const GraphEdge *edge = &g_array_index(reader->edges, GraphEdge, i);
        graph_add_edge(graph, edge);
        is_named[edge->from] = is_named[edge->to] = 1;
    }
    uint32_t alone = 0, first_alone = 0;
    for (uint32_t i = reader->node_count; i-- > 0;) {
        first_alone = is_named[i] ? first_alone : i;
        alone += !is_named[i];
    }
    if (alone > 0) {
        g_ptr_array_add(warnings,
                        g_strdup_printf("%s: %u of the nodes 0 to %u are in no edge, the first is "
                                        "%u",
                                        reader->name, alone, reader->node_count - 1, first_alone));
    }
    graph_finish(graph);
    return graph;
}

Graph *edge_list_parse(const char *text, size_t size_bytes, const char *name,
                       const EdgeListOptions *options, GPtrArray *warnings, GError **error)
{
    g_autoptr(TableText) table = table_text_new(text, size_bytes, name);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge));
    Reader reader = {
        .table = table, .name = name, .options = options, .edges = edges, .names = names};
    const bool is_read = read_lines(&reader, error) && count_nodes(&reader, error);
    Graph *graph = is_read ? make_graph(&reader, warnings) : NULL;
    g_clear_pointer(&reader.numbers, g_hash_table_unref);
    return graph;
}
