/* SPDX-License-Identifier: MIT */
/* What peers hold at the start, from a file: `snapshot.state: file(CSV)` with lines peer,key,value.
 * A peer is a number, a name or a set; a later line for the same peer and key counts. */
#include "models/snapshot_layer.h"

#include "models/data_file.h"
#include "models/table_text.h"

#include <string.h>

#define VALUE_MAX INT64_C(1000000000000000)

static const SnapshotKey *find_key(const SnapshotApplication *user, const TableText *table,
                                   GError **error)
{
    const char *name = table_text_cell(table, 1);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const SnapshotKey *key = user->keys; key != NULL && key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
        g_ptr_array_add(names, (gpointer)(uintptr_t)key->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *known = g_strjoinv(", ", (char **)names->pdata);
    table_text_fail(table, 1, error, "found key '%s', expected one of: %s", name, known);
    return NULL;
}

static bool read_line(SnapshotLayer *layer, const Network *network, const TableText *table,
                      GError **error)
{
    SnapshotGiven given = {.line = table_text_line(table)};
    if (table_text_count(table) != 3) {
        return table_text_fail(table, 0, error, "found %u cells, expected peer, key, value",
                               table_text_count(table));
    }
    const SnapshotKey *key = find_key(layer->user, table, error);
    if (key == NULL || !table_text_whole(table, 2, 0, VALUE_MAX, &given.value, error)) {
        return false;
    }
    g_autoptr(GError) cause = NULL;
    g_autoptr(PeerSet) peers = peer_set_new(table_text_cell(table, 0), network->peer_count,
                                            (const char *const *)network->peer_names, &cause);
    if (peers == NULL) {
        return table_text_fail(table, 0, error, "%s", cause->message);
    }
    given.offset = key->offset;
    for (uint32_t i = 0; i < peer_set_count(peers); i++) {
        given.peer = peer_set_member(peers, i);
        g_array_append_val(layer->given, given);
    }
    return true;
}

static int compare_given(gconstpointer left, gconstpointer right)
{
    const SnapshotGiven *a = left, *b = right;
    if (a->peer != b->peer) {
        return a->peer < b->peer ? -1 : 1;
    }
    return a->line < b->line ? -1 : a->line > b->line;
}

bool snapshot_state_read(SnapshotLayer *layer, Network *network, GError **error)
{
    const CallText *call = layer->settings.state;
    const bool is_file = strcmp(call_text_name(call), "file") == 0;
    layer->given = g_array_new(FALSE, FALSE, sizeof(SnapshotGiven));
    if (!call_text_expect(call, is_file ? 1 : 0, is_file ? 1 : 0, NULL, "none or file(CSV)",
                          error)) {
        return false;
    }
    if (!is_file) {
        return true;
    }
    const char *name = call_text_argument(call, 0);
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!data_file_read(name, network->options.directory, &text, &size_bytes, error)) {
        return false;
    }
    network_note_input(network, name);
    GError *cause = NULL;
    g_autoptr(TableText) table = table_text_new(text, size_bytes, name);
    for (bool is_first = true; table_text_next(table, &cause); is_first = false) {
        const bool is_header = is_first && table_text_find(table, "key") == 1;
        if (!is_header && !read_line(layer, network, table, error)) {
            return false;
        }
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    g_array_sort(layer->given, compare_given);
    return true;
}

void snapshot_state_apply(const SnapshotLayer *layer, EntityId peer, void *state)
{
    guint low = 0, high = layer->given->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(layer->given, SnapshotGiven, middle).peer < peer) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < layer->given->len; low++) {
        const SnapshotGiven *given = &g_array_index(layer->given, SnapshotGiven, low);
        if (given->peer != peer) {
            return;
        }
        memcpy((uint8_t *)state + given->offset, &given->value, sizeof given->value);
    }
}
