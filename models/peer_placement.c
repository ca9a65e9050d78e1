/* SPDX-License-Identifier: MIT */
/* Reads peers.attach. */
#include "models/peer_placement.h"

#include "models/latency_option.h"
#include "models/table_text.h"
#include "sim/error.h"
#include "sim/nearest.h"
#include "sim/value_text.h"

#include <string.h>

static const uint32_t NO_NODE = UINT32_MAX;

/* A node by name, else by number. */
static bool find_node(const Graph *graph, const char *name, const char *text, uint32_t *ret_node,
                      GError **error)
{
    const uint32_t count = graph_node_count(graph);
    uint32_t found = NO_NODE;
    int64_t number = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (g_strcmp0(graph_name(graph, i), text) != 0) {
            continue;
        }
        if (found != NO_NODE) {
            return skein_refuse(error,
                                "found '%s', which nodes %u and %u of %s are both called; "
                                "expected a number",
                                text, found, i, name);
        }
        found = i;
    }
    if (found == NO_NODE && value_parse(text, VALUE_COUNT, &number, NULL) && number >= 0 &&
        number < count) {
        found = (uint32_t)number;
    }
    if (found != NO_NODE) {
        *ret_node = found;
        return true;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (uint32_t i = 0; i < count; i++) {
        if (graph_name(graph, i) != NULL) {
            g_ptr_array_add(names, (gpointer)(uintptr_t)graph_name(graph, i));
        }
    }
    g_ptr_array_add(names, NULL);
    const char *nearest = nearest_name(text, (const char *const *)names->pdata);
    return skein_refuse(error, "found '%s', expected a node of %s%s%s%s, or a number below %u",
                        text, name, nearest != NULL ? ", perhaps '" : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "'" : "", count);
}

/* The number of the connected part that each node is in, directions aside. */
static uint32_t *find_parts(const Graph *graph, uint32_t *ret_largest)
{
    const uint32_t count = graph_node_count(graph);
    uint32_t *part = g_new(uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        part[i] = i;
    }
    for (size_t i = 0; i < graph_edge_count(graph); i++) {
        uint32_t a = graph_edge(graph, i)->from;
        uint32_t b = graph_edge(graph, i)->to;
        while (part[a] != a) {
            a = part[a] = part[part[a]];
        }
        while (part[b] != b) {
            b = part[b] = part[part[b]];
        }
        part[MAX(a, b)] = MIN(a, b);
    }
    g_autofree uint32_t *sizes = g_new0(uint32_t, count);
    uint32_t largest = 0;
    for (uint32_t i = 0; i < count; i++) {
        part[i] = part[part[i]]; /* roots are smaller, so theirs are known */
        sizes[part[i]]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        largest = sizes[i] > sizes[largest] ? i : largest;
    }
    *ret_largest = largest;
    return part;
}

static void place_in_turn(uint32_t *nodes, uint32_t peers, const uint32_t *turn, guint turn_count)
{
    for (uint32_t i = 0; i < peers; i++) {
        nodes[i] = turn[i % turn_count];
    }
}

static void place_round_robin(const Graph *graph, const char *name, uint32_t *nodes, uint32_t peers,
                              LatencyNotes *notes)
{
    uint32_t largest = 0;
    g_autofree uint32_t *part = find_parts(graph, &largest);
    g_autoptr(GArray) turn = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < graph_node_count(graph); i++) {
        if (part[i] == largest) {
            g_array_append_val(turn, i);
        }
    }
    if (turn->len < graph_node_count(graph)) {
        g_ptr_array_add(notes->warnings,
                        g_strdup_printf("%s: %u of %u nodes are not connected to the others; no "
                                        "peer is attached to them",
                                        name, graph_node_count(graph) - turn->len,
                                        graph_node_count(graph)));
    }
    place_in_turn(nodes, peers, (const uint32_t *)(const void *)turn->data, turn->len);
}

static bool place_listed(const Graph *graph, const char *name, const char *text, uint32_t *nodes,
                         uint32_t peers, GError **error)
{
    g_autoptr(GArray) turn = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    for (char **word = words; *word != NULL; word++) {
        uint32_t node = 0;
        if (!find_node(graph, name, g_strstrip(*word), &node, error)) {
            return false;
        }
        g_array_append_val(turn, node);
    }
    if (turn->len == 0) {
        return skein_refuse(error, "found nothing, expected round-robin, nodes or file(FILE)");
    }
    place_in_turn(nodes, peers, (const uint32_t *)(const void *)turn->data, turn->len);
    return true;
}

static bool read_place(const Graph *graph, const char *name, const TableText *table,
                       uint32_t *nodes, uint32_t peers, GError **error)
{
    int64_t peer = 0;
    g_autoptr(GError) cause = NULL;
    if (table_text_count(table) != 2) {
        return table_text_fail(table, 0, error, "found %u cells, expected peer and node",
                               table_text_count(table));
    }
    if (!table_text_whole(table, 0, 0, (int64_t)peers - 1, &peer, error)) {
        return false;
    }
    if (nodes[peer] != NO_NODE) {
        return table_text_fail(table, 0, error, "found peer %u twice", (unsigned)peer);
    }
    if (!find_node(graph, name, table_text_cell(table, 1), &nodes[peer], &cause)) {
        return table_text_fail(table, 1, error, "%s", cause->message);
    }
    return true;
}

static bool place_by_file(const Graph *graph, const char *name, const char *file,
                          const LatencyContext *context, LatencyNotes *notes, uint32_t *nodes,
                          GError **error)
{
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    bool is_first = true;
    GError *cause = NULL;
    if (!latency_read_file(file, context, notes, &text, &size_bytes, error)) {
        return false;
    }
    for (uint32_t i = 0; i < context->peers; i++) {
        nodes[i] = NO_NODE;
    }
    g_autoptr(TableText) table = table_text_new(text, size_bytes, file);
    while (table_text_next(table, &cause)) {
        const bool is_header = is_first && table_text_find(table, "peer") == 0;
        is_first = false;
        if (!is_header && !read_place(graph, name, table, nodes, context->peers, error)) {
            return false;
        }
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    for (uint32_t i = 0; i < context->peers; i++) {
        if (nodes[i] == NO_NODE) {
            return skein_refuse(error, "%s:%u: found no line for peer %u, expected one for each",
                                file, table_text_line(table), i);
        }
    }
    return true;
}

static bool place(const Graph *graph, const char *name, const LatencyContext *context,
                  LatencyNotes *notes, uint32_t *nodes, GError **error)
{
    const char *text = context->attach;
    if (text == NULL || strcmp(text, "round-robin") == 0) {
        place_round_robin(graph, name, nodes, context->peers, notes);
        return true;
    }
    if (!g_str_has_prefix(text, "file(")) {
        return place_listed(graph, name, text, nodes, context->peers, error);
    }
    g_autoptr(CallText) call = call_text_new(text, error);
    return call != NULL && call_text_expect(call, 1, 1, NULL, "file(FILE)", error) &&
           place_by_file(graph, name, call_text_argument(call, 0), context, notes, nodes, error);
}

uint32_t *peer_placement_new(const Graph *graph, const char *name, const LatencyContext *context,
                             LatencyNotes *notes, GError **error)
{
    g_autofree uint32_t *nodes = g_new(uint32_t, context->peers);
    if (!place(graph, name, context, notes, nodes, error)) {
        g_prefix_error(error, "peers.attach: ");
        return NULL;
    }
    return g_steal_pointer(&nodes);
}
