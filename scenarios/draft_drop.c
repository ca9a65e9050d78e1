/* SPDX-License-Identifier: MIT */
/* A draft without one of its peers: settings, rows, edges and messages that name others are
 * renumbered, and what stood between two neighbours can be bridged. */
#include "scenarios/draft.h"

#include "scenarios/draft_row.h"
#include "sim/value_text.h"

#include <string.h>

static bool is_peer_set(const SettingsTable *const *tables, const char *key)
{
    for (; *tables != NULL; tables++) {
        const size_t length = strlen((*tables)->section);
        const bool is_section = strncmp(key, (*tables)->section, length) == 0 && key[length] == '.';
        const Setting *setting = (*tables)->settings;
        for (; is_section && setting->key != NULL; setting++) {
            if (strcmp(setting->key, key + length + 1) == 0) {
                return setting->type == SETTING_PEERS;
            }
        }
    }
    return false;
}

bool draft_settings_rename(Draft *draft, const DraftPeers *peers, EntityId dropped)
{
    g_autofree const SettingsTable **tables = scenario_tables(draft->module);
    for (guint i = draft->settings->len; i-- > 0;) {
        DraftSetting *setting = g_ptr_array_index(draft->settings, i);
        if (!is_peer_set(tables, setting->key)) {
            continue;
        }
        bool is_set = false;
        char *renamed = draft_set_rename(setting->text, peers, dropped, &is_set);
        if (renamed != NULL) {
            g_free(setting->text);
            setting->text = renamed;
        } else if (is_set && !draft->has_explicit_rows) {
            return false;
        } else if (is_set) {
            g_ptr_array_remove_index(draft->settings, i);
        }
    }
    return true;
}

static bool has_edge(const GArray *edges, EntityId a, EntityId b)
{
    for (guint i = 0; i < edges->len; i++) {
        const DraftEdge *edge = &g_array_index(edges, DraftEdge, i);
        if ((edge->from == a && edge->to == b) || (edge->from == b && edge->to == a)) {
            return true;
        }
    }
    return false;
}

/* Message number `index` of a link; NULL: it has not so many. */
static const DraftMessage *find_message(const Draft *draft, EntityId sender, EntityId receiver,
                                        unsigned index)
{
    for (guint i = 0; i < draft->messages->len; i++) {
        const DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        if (message->sender == sender && message->receiver == receiver && index-- == 0) {
            return message;
        }
    }
    return NULL;
}

/* What went from one to the other by way of the peer now goes at once, and takes as long. */
static void bridge_messages(Draft *draft, EntityId from, EntityId peer, EntityId to)
{
    const DraftMessage *first;
    for (unsigned i = 0; (first = find_message(draft, from, peer, i)) != NULL; i++) {
        const DraftMessage *second = find_message(draft, peer, to, i);
        if (second == NULL) {
            return;
        }
        const bool is_lost = first->latency == 0 || second->latency == 0;
        const DraftMessage whole = {from, to, first->sent,
                                    is_lost ? 0 : first->latency + second->latency};
        g_array_append_val(draft->messages, whole);
    }
}

static void add_bridge(Draft *draft, EntityId from, EntityId peer, EntityId to)
{
    const DraftEdge link = {from, to};
    if (from == peer || from == to || has_edge(draft->edges, from, to)) {
        return;
    }
    g_array_append_val(draft->edges, link);
    if (draft->messages != NULL) {
        bridge_messages(draft, from, peer, to);
        bridge_messages(draft, to, peer, from);
    }
}

/* From each peer with an edge to `peer` to each peer that it has an edge to; without directions,
 * around the peer from neighbour to neighbour. */
static void bridge_edges(Draft *draft, EntityId peer, bool is_directed)
{
    const guint count = draft->edges->len;
    EntityId previous = peer;
    for (guint i = 0; i < count; i++) {
        const DraftEdge in = g_array_index(draft->edges, DraftEdge, i);
        if (in.to != peer && in.from != peer) {
            continue;
        }
        if (!is_directed) {
            const EntityId next = in.to == peer ? in.from : in.to;
            add_bridge(draft, previous, peer, next);
            previous = next;
            continue;
        }
        for (guint k = 0; in.to == peer && k < count; k++) {
            const DraftEdge out = g_array_index(draft->edges, DraftEdge, k);
            if (out.from == peer) {
                add_bridge(draft, in.from, peer, out.to);
            }
        }
    }
}

static EntityId lowered(EntityId id, EntityId dropped)
{
    return id > dropped ? id - 1 : id;
}

static void drop_edges(Draft *draft, EntityId peer)
{
    for (guint i = draft->edges->len; i-- > 0;) {
        DraftEdge *edge = &g_array_index(draft->edges, DraftEdge, i);
        if (edge->from == peer || edge->to == peer) {
            g_array_remove_index(draft->edges, i);
        } else {
            *edge = (DraftEdge){lowered(edge->from, peer), lowered(edge->to, peer)};
        }
    }
}

bool draft_drop_peer(Draft *draft, EntityId peer, bool bridge)
{
    if (draft->peer_count < 2 || (bridge && draft->edges == NULL)) {
        return false;
    }
    if (bridge) {
        const char *directed = draft_setting(draft, "topology.directed");
        bool is_directed = false;
        (void)value_parse_yes_no(directed == NULL ? "no" : directed, &is_directed, NULL);
        bridge_edges(draft, peer, is_directed);
    }
    const DraftPeers peers = {draft->peer_count, NULL};
    if (!draft_settings_rename(draft, &peers, peer)) {
        return false;
    }
    for (guint i = draft->rows->len; i-- > 0;) {
        DraftRow *row = g_ptr_array_index(draft->rows, i);
        char *action = draft_row_rename(draft_actions(draft), row->action, &peers, peer);
        if (action == NULL) {
            g_ptr_array_remove_index(draft->rows, i);
        } else {
            g_free(row->action);
            row->action = action;
        }
    }
    for (guint i = draft->messages == NULL ? 0 : draft->messages->len; i-- > 0;) {
        DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        if (message->sender == peer || message->receiver == peer) {
            g_array_remove_index(draft->messages, i);
        } else {
            message->sender = lowered(message->sender, peer);
            message->receiver = lowered(message->receiver, peer);
        }
    }
    if (draft->edges != NULL) {
        drop_edges(draft, peer);
    }
    draft->peer_count--;
    return true;
}
