/* SPDX-License-Identifier: MIT */
/* After the run: what is unfinished is told to the oracle, each snapshot gets its verdict, its row
 * and its place in the metrics. */
#include "models/snapshot_layer.h"

static const char *const STATUSES[] = {"running", "complete", "timed-out", "crashed"};

/* How many markers were sent for each snapshot: id -> count. */
static GHashTable *count_markers(const SnapshotLayer *layer)
{
    GHashTable *counts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    for (uint32_t peer = 0; peer < layer->peer_count; peer++) {
        const GArray *markers = layer->journals[peer].markers;
        for (guint i = 0; markers != NULL && i < markers->len; i++) {
            const SnapshotMarkerCount *count = &g_array_index(markers, SnapshotMarkerCount, i);
            const int64_t id = (int64_t)count->snapshot;
            uint64_t *sum = g_hash_table_lookup(counts, &id);
            if (sum == NULL) {
                sum = g_new0(uint64_t, 1);
                g_hash_table_insert(counts, g_memdup2(&id, sizeof id), sum);
            }
            *sum += count->sent;
        }
    }
    return counts;
}

static void measure(const Network *network, SnapshotMetric metric, int64_t value)
{
    metric_add(network->parts[0].metrics[METRIC_FIRST + network->snapshot->first_metric + metric],
               value);
}

/* Peers that no marker can come to, NULL when there are none. */
static char *list_unreachable(const Network *network, const SnapshotOutcome *outcome)
{
    enum { LISTED_MAX = 1000 };
    if (outcome->expected == network->peer_count) {
        return NULL;
    }
    g_autoptr(GString) list = g_string_new("[");
    uint32_t count = 0;
    for (EntityId peer = 0; peer < network->peer_count && count < LISTED_MAX; peer++) {
        if (!overlay_reaches(network->snapshot->reach, (EntityId)(outcome->id >> 32), peer)) {
            g_string_append_printf(list, "%s%u", count++ == 0 ? "" : ",", peer);
        }
    }
    g_string_append_c(list, ']');
    return g_string_free(g_steal_pointer(&list), FALSE);
}

static void write_row(const Network *network, const SnapshotOutcome *outcome,
                      const OracleJudgement *judgement, uint64_t markers)
{
    g_autofree char *unreachable = list_unreachable(network, outcome);
    const bool is_complete = outcome->status == SNAPSHOT_COMPLETE;
    record_snapshot(network->parts[0].records,
                    &(SnapshotRow){
                        .id = outcome->id,
                        .algorithm = network->snapshot->algorithm->name,
                        .initiator = (EntityId)(outcome->id >> 32),
                        .started = outcome->started,
                        .completed = is_complete ? outcome->completed : RECORD_NO_TIME,
                        .status = STATUSES[outcome->status],
                        .verdict = oracle_verdict_name(judgement->verdict),
                        .reasons = judgement->reasons->str,
                        .missing = outcome->missing,
                        .unreachable = unreachable,
                        .markers = (int64_t)markers,
                        .lost = judgement->losses->str,
                    });
}

static void judge(const Network *network, const SnapshotOutcome *outcome, uint64_t markers)
{
    const bool is_complete = outcome->status == SNAPSHOT_COMPLETE;
    OracleJudgement judgement;
    snapshot_oracle_judge(network->snapshot->oracle, outcome->id,
                          is_complete ? outcome->completed : ORACLE_NEVER, outcome->expected,
                          &judgement);
    if (is_complete) {
        measure(network, SNAPSHOT_METRIC_DURATION, outcome->completed - outcome->started);
    }
    measure(network, SNAPSHOT_METRIC_MARKERS, (int64_t)markers);
    measure(network, SNAPSHOT_METRIC_MESSAGES, (int64_t)judgement.messages);
    measure(network, SNAPSHOT_METRIC_LOST, (int64_t)judgement.lost);
    measure(network, SNAPSHOT_METRIC_TIMED_OUT, outcome->status == SNAPSHOT_TIMED_OUT);
    const bool is_wrong = judgement.verdict == ORACLE_INCONSISTENT;
    measure(network, SNAPSHOT_METRIC_WRONG, is_wrong);
    measure(network, SNAPSHOT_METRIC_INCONSISTENT, is_wrong && is_complete);
    if (network->recorder != NULL) {
        write_row(network, outcome, &judgement, markers);
    }
    oracle_judgement_clear(&judgement);
}

void snapshot_layer_finish(Network *network)
{
    const SnapshotLayer *layer = network->snapshot;
    if (layer == NULL) {
        return;
    }
    for (EntityId peer = 0; peer < layer->peer_count; peer++) {
        Host *host = host_of(simulation_entity(network->simulation, peer));
        snapshot_parts_end(host);
        snapshot_collections_end(host, SNAPSHOT_RUNNING);
    }
    snapshot_oracle_settle(layer->oracle);
    g_autoptr(GHashTable) markers = count_markers(layer);
    for (EntityId peer = 0; peer < layer->peer_count; peer++) {
        const GArray *outcomes = layer->journals[peer].outcomes;
        for (guint i = 0; outcomes != NULL && i < outcomes->len; i++) {
            const SnapshotOutcome *outcome = &g_array_index(outcomes, SnapshotOutcome, i);
            const int64_t id = (int64_t)outcome->id;
            const uint64_t *count = g_hash_table_lookup(markers, &id);
            judge(network, outcome, count == NULL ? 0 : *count);
        }
    }
}
