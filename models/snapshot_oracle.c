/* SPDX-License-Identifier: MIT */
/* Keeps what the oracle sees: see models/snapshot_oracle.h. The judgement is in
 * models/snapshot_judgement.c. */
#include "models/snapshot_oracle.h"

#include "models/snapshot_evidence.h"
#include "sim/mix.h"

static void clear_flow(gpointer data)
{
    OracleFlow *flow = data;
    if (flow->groups != &flow->first) {
        g_free(flow->groups);
    }
    g_free(flow);
}

static void clear_peer(OraclePeer *peer)
{
    g_clear_pointer(&peer->cuts, g_array_unref);
    g_clear_pointer(&peer->recorded, g_array_unref);
    g_clear_pointer(&peer->sent, g_hash_table_unref);
    g_clear_pointer(&peer->received, g_hash_table_unref);
}

SnapshotOracle *snapshot_oracle_new(uint32_t peers)
{
    SnapshotOracle *oracle = g_new0(SnapshotOracle, 1);
    oracle->count = peers;
    oracle->peers = g_new0(OraclePeer, peers);
    oracle->clocks = snapshot_clocks_new(peers);
    return oracle;
}

void snapshot_oracle_free(SnapshotOracle *oracle)
{
    if (oracle == NULL) {
        return;
    }
    for (uint32_t i = 0; i < oracle->count; i++) {
        clear_peer(&oracle->peers[i]);
    }
    snapshot_clocks_free(oracle->clocks);
    g_free(oracle->peers);
    g_free(oracle);
}

uint64_t snapshot_oracle_hash(uint64_t id, unsigned kind, const void *content, size_t size_bytes)
{
    return mix_two(mix_two(id, kind), mix_bytes(content, size_bytes));
}

static uint32_t cut_count(const OraclePeer *peer)
{
    return peer->cuts == NULL ? 0 : peer->cuts->len;
}

/* The flow between this peer and that one, made when it is first asked for. */
static OracleFlow *flow_of(GHashTable **flows, EntityId other)
{
    if (*flows == NULL) {
        *flows = g_hash_table_new_full(NULL, NULL, NULL, clear_flow);
    }
    OracleFlow *flow = g_hash_table_lookup(*flows, GUINT_TO_POINTER(other));
    if (flow == NULL) {
        flow = g_new0(OracleFlow, 1);
        flow->groups = &flow->first;
        flow->capacity = 1;
        g_hash_table_insert(*flows, GUINT_TO_POINTER(other), flow);
    }
    return flow;
}

static void grow(OracleFlow *flow)
{
    flow->capacity *= 2;
    if (flow->groups == &flow->first) {
        flow->groups = g_new(OracleGroup, flow->capacity);
        flow->groups[0] = flow->first;
    } else {
        flow->groups = g_renew(OracleGroup, flow->groups, flow->capacity);
    }
}

/* The newest groups come first: what arrives belongs to one of the last, almost always. */
static OracleGroup *group_of(OracleFlow *flow, uint32_t sender_cuts, uint32_t receiver_cuts)
{
    for (uint32_t i = flow->count; i-- > 0;) {
        OracleGroup *group = &flow->groups[i];
        if (group->sender_cuts == sender_cuts && group->receiver_cuts == receiver_cuts) {
            return group;
        }
    }
    if (flow->count == flow->capacity) {
        grow(flow);
    }
    OracleGroup *group = &flow->groups[flow->count++];
    *group = (OracleGroup){.sender_cuts = sender_cuts, .receiver_cuts = receiver_cuts};
    return group;
}

void snapshot_oracle_settle(SnapshotOracle *oracle)
{
    snapshot_clocks_settle(oracle->clocks);
}

uint64_t snapshot_oracle_sent(SnapshotOracle *oracle, EntityId receiver, uint64_t id,
                              int64_t amount)
{
    const EntityId sender = (EntityId)(id >> 32);
    OraclePeer *peer = &oracle->peers[sender];
    snapshot_clocks_sent(oracle->clocks, sender, id);
    const uint32_t cuts = cut_count(peer);
    OracleGroup *group = group_of(flow_of(&peer->sent, receiver), cuts, 0);
    group->count++;
    group->amount += amount;
    return cuts;
}

void snapshot_oracle_received(SnapshotOracle *oracle, EntityId receiver, uint64_t stamp,
                              const OracleMessage *message)
{
    OraclePeer *peer = &oracle->peers[receiver];
    snapshot_clocks_received(oracle->clocks, receiver, message->id);
    OracleGroup *group = group_of(flow_of(&peer->received, (EntityId)(message->id >> 32)),
                                  (uint32_t)stamp, cut_count(peer));
    group->count++;
    group->amount += message->amount;
    group->hash += message->hash;
}

void snapshot_oracle_in_flight(SnapshotOracle *oracle, EntityId receiver, EntityId sender,
                               uint64_t stamp)
{
    OraclePeer *peer = &oracle->peers[receiver];
    group_of(flow_of(&peer->received, sender), (uint32_t)stamp, ORACLE_UNDER_WAY)->count++;
}

void snapshot_oracle_adjust(SnapshotOracle *oracle, EntityId peer, int64_t amount)
{
    oracle->peers[peer].held += amount;
}

void snapshot_oracle_cut(SnapshotOracle *oracle, EntityId peer, uint64_t snapshot, SimTime now,
                         int64_t amount, uint32_t number)
{
    OraclePeer *entry = &oracle->peers[peer];
    snapshot_clocks_cut(oracle->clocks, peer, snapshot);
    if (entry->cuts == NULL) {
        entry->cuts = g_array_new(FALSE, FALSE, sizeof(OracleCut));
    }
    const OracleCut cut = {
        .snapshot = snapshot, .time = now, .amount = amount, .held = entry->held, .number = number};
    g_array_append_val(entry->cuts, cut);
}

void snapshot_oracle_recorded(SnapshotOracle *oracle, EntityId peer, uint64_t snapshot,
                              const OracleChannel *channel)
{
    OraclePeer *entry = &oracle->peers[peer];
    if (entry->recorded == NULL) {
        entry->recorded = g_array_new(FALSE, FALSE, sizeof(OracleRecorded));
    }
    const OracleRecorded recorded = {.snapshot = snapshot, .channel = *channel};
    g_array_append_val(entry->recorded, recorded);
}
