/* SPDX-License-Identifier: MIT */
/* Logs of events at each peer, and vector clocks from them. */
#include "models/snapshot_clocks.h"

enum { PEERS_MAX = 256, EVENTS_MAX = 50000 };

/* Entries of clocks that are kept at one time: 64 MiB. */
#define ENTRIES_MAX (UINT64_C(1) << 24)

typedef enum ClockEventType { CLOCK_SENT, CLOCK_RECEIVED, CLOCK_CUT } ClockEventType;

typedef struct ClockEvent {
    uint64_t value; /* the message, or the snapshot */
    ClockEventType type;
} ClockEvent;

typedef struct ClockPeer {
    GArray *events; /* of ClockEvent; NULL: none */
    guint done;     /* of them, while the clocks are worked out */
    bool has_more;  /* than are kept */
} ClockPeer;

struct SnapshotClocks {
    uint32_t count;
    ClockPeer *peers;
    bool is_known;
    uint64_t entries;
    GHashTable *cuts; /* snapshot -> array of clocks by peer, NULL where it made no cut */
};

SnapshotClocks *snapshot_clocks_new(uint32_t peers)
{
    if (peers > PEERS_MAX) {
        return NULL;
    }
    SnapshotClocks *clocks = g_new0(SnapshotClocks, 1);
    clocks->count = peers;
    clocks->peers = g_new0(ClockPeer, peers);
    return clocks;
}

void snapshot_clocks_free(SnapshotClocks *clocks)
{
    if (clocks == NULL) {
        return;
    }
    for (uint32_t i = 0; i < clocks->count; i++) {
        g_clear_pointer(&clocks->peers[i].events, g_array_unref);
    }
    if (clocks->cuts != NULL) {
        GHashTableIter iterator;
        gpointer vectors;
        g_hash_table_iter_init(&iterator, clocks->cuts);
        while (g_hash_table_iter_next(&iterator, NULL, &vectors)) {
            for (uint32_t i = 0; i < clocks->count; i++) {
                g_free(((uint32_t **)vectors)[i]);
            }
        }
        g_hash_table_unref(clocks->cuts);
    }
    g_free(clocks->peers);
    g_free(clocks);
}

static void note(SnapshotClocks *clocks, EntityId id, ClockEventType type, uint64_t value)
{
    if (clocks == NULL) {
        return;
    }
    ClockPeer *peer = &clocks->peers[id];
    const ClockEvent event = {.value = value, .type = type};
    if (peer->events == NULL) {
        peer->events = g_array_new(FALSE, FALSE, sizeof event);
    }
    if (peer->events->len < EVENTS_MAX) {
        g_array_append_val(peer->events, event);
    } else {
        peer->has_more = true;
    }
}

void snapshot_clocks_sent(SnapshotClocks *clocks, EntityId peer, uint64_t message)
{
    note(clocks, peer, CLOCK_SENT, message);
}

void snapshot_clocks_received(SnapshotClocks *clocks, EntityId peer, uint64_t message)
{
    note(clocks, peer, CLOCK_RECEIVED, message);
}

void snapshot_clocks_cut(SnapshotClocks *clocks, EntityId peer, uint64_t snapshot)
{
    note(clocks, peer, CLOCK_CUT, snapshot);
}

/* A copy of a clock, counted. */
static uint32_t *keep(SnapshotClocks *clocks, const uint32_t *clock)
{
    clocks->entries += clocks->count;
    return g_memdup2(clock, clocks->count * sizeof *clock);
}

static void keep_cut(SnapshotClocks *clocks, EntityId peer, uint64_t snapshot,
                     const uint32_t *clock)
{
    uint32_t **vectors = g_hash_table_lookup(clocks->cuts, &snapshot);
    if (vectors == NULL) {
        vectors = g_new0(uint32_t *, clocks->count);
        g_hash_table_insert(clocks->cuts, g_memdup2(&snapshot, sizeof snapshot), vectors);
    }
    if (vectors[peer] == NULL) {
        vectors[peer] = keep(clocks, clock);
    }
}

/* One event; false when it is of a message that has not been sent yet. */
static bool advance(SnapshotClocks *clocks, EntityId peer, const ClockEvent *event, uint32_t *clock,
                    GHashTable *sent)
{
    if (event->type == CLOCK_CUT) {
        keep_cut(clocks, peer, event->value, clock);
        return true;
    }
    if (event->type == CLOCK_SENT) {
        clock[peer]++;
        g_hash_table_insert(sent, g_memdup2(&event->value, sizeof event->value),
                            keep(clocks, clock));
        return true;
    }
    const uint32_t *carried = g_hash_table_lookup(sent, &event->value);
    if (carried == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < clocks->count; i++) {
        clock[i] = MAX(clock[i], carried[i]);
    }
    clock[peer]++;
    if (g_hash_table_remove(sent, &event->value)) {
        clocks->entries -= clocks->count;
    }
    return true;
}

/* Whether all peers wrote down everything. */
static bool is_whole(const SnapshotClocks *clocks)
{
    for (uint32_t i = 0; i < clocks->count; i++) {
        if (clocks->peers[i].has_more) {
            return false;
        }
    }
    return true;
}

/* Goes round the peers, each as far as it can, until all are through or none gets on. */
void snapshot_clocks_settle(SnapshotClocks *clocks)
{
    if (clocks == NULL || !is_whole(clocks)) {
        return;
    }
    g_autoptr(GHashTable) sent = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_autofree uint32_t *table = g_new0(uint32_t, (size_t)clocks->count * clocks->count);
    clocks->cuts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    bool has_moved = true, is_through = false;
    while (has_moved && !is_through && clocks->entries < ENTRIES_MAX) {
        has_moved = false;
        is_through = true;
        for (EntityId id = 0; id < clocks->count && clocks->entries < ENTRIES_MAX; id++) {
            ClockPeer *peer = &clocks->peers[id];
            const guint count = peer->events == NULL ? 0 : peer->events->len;
            while (peer->done < count &&
                   advance(clocks, id, &g_array_index(peer->events, ClockEvent, peer->done),
                           table + (size_t)id * clocks->count, sent)) {
                peer->done++;
                has_moved = true;
            }
            is_through = is_through && peer->done == count;
        }
    }
    clocks->is_known = is_through;
}

ClocksOpinion snapshot_clocks_opinion(const SnapshotClocks *clocks, uint64_t snapshot)
{
    if (clocks == NULL || !clocks->is_known) {
        return CLOCKS_NONE;
    }
    uint32_t *const *vectors = g_hash_table_lookup(clocks->cuts, &snapshot);
    for (uint32_t i = 0; vectors != NULL && i < clocks->count; i++) {
        for (uint32_t j = 0; vectors[i] != NULL && j < clocks->count; j++) {
            if (vectors[j] != NULL && vectors[j][i] > vectors[i][i]) {
                return CLOCKS_INCONSISTENT;
            }
        }
    }
    return CLOCKS_CONSISTENT;
}
