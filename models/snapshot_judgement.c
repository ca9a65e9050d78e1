/* SPDX-License-Identifier: MIT */
/* The oracle's judgement of one snapshot, from what it has seen in the run. */
#include "models/snapshot_evidence.h"
#include "sim/json_text.h"

enum { REASONS_MAX = 20 };

/* One snapshot as it is being judged. */
typedef struct Case {
    const SnapshotOracle *oracle;
    uint64_t snapshot;
    uint32_t *numbers; /* by peer: of its cut, from 1; 0: it made none */
    OracleJudgement *judgement;
    uint32_t reason_count, loss_count;
    bool has_open_channel, has_early;
    int64_t found; /* of what is conserved: in states, channels and losses */
} Case;

const char *oracle_verdict_name(OracleVerdict verdict)
{
    static const char *const NAMES[] = {"consistent", "partial", "inconsistent"};
    return NAMES[verdict];
}

static void object(Case *at, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A reason why the snapshot is wrong. */
static void object(Case *at, const char *format, ...)
{
    at->judgement->verdict = ORACLE_INCONSISTENT;
    if (at->reason_count++ >= REASONS_MAX) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_string_append(at->judgement->reasons, at->reason_count == 1 ? "" : ",");
    json_text_append_string(at->judgement->reasons, text);
}

static const OracleCut *cut_of(const Case *at, EntityId peer)
{
    return &g_array_index(at->oracle->peers[peer].cuts, OracleCut, at->numbers[peer] - 1);
}

static void find_cuts(Case *at, SimTime completed)
{
    for (EntityId peer = 0; peer < at->oracle->count; peer++) {
        const GArray *cuts = at->oracle->peers[peer].cuts;
        for (guint i = 0; cuts != NULL && i < cuts->len && at->numbers[peer] == 0; i++) {
            if (g_array_index(cuts, OracleCut, i).snapshot == at->snapshot) {
                at->numbers[peer] = i + 1;
            }
        }
        if (at->numbers[peer] == 0) {
            continue;
        }
        at->judgement->cuts++;
        at->found += cut_of(at, peer)->amount;
        if (completed != ORACLE_NEVER && cut_of(at, peer)->time > completed) {
            object(at, "peer %u recorded its state after the snapshot was said to be complete",
                   peer);
        }
    }
}

/* What two cuts make of the messages of a channel. */
typedef struct Transit {
    uint64_t early;     /* sent after the one, arrived before the other */
    uint64_t count;     /* sent before, arrived after */
    uint64_t hash;      /* of these */
    uint64_t arrived;   /* sent before, arrived ever */
    int64_t amount;     /* of these */
    uint64_t under_way; /* sent before, on its way at the end */
} Transit;

static Transit transit_of(const OracleFlow *flow, uint32_t sender_cut, uint32_t receiver_cut)
{
    Transit transit = {0};
    for (guint i = 0; flow != NULL && i < flow->count; i++) {
        const OracleGroup *group = &flow->groups[i];
        const bool is_before = group->sender_cuts < sender_cut;
        const bool is_under_way = group->receiver_cuts == ORACLE_UNDER_WAY;
        if (is_before && is_under_way) {
            transit.under_way += group->count;
        } else if (is_before) {
            transit.arrived += group->count;
            transit.amount += group->amount;
        }
        if (!is_before && group->receiver_cuts < receiver_cut) {
            transit.early += group->count;
        }
        if (is_before && group->receiver_cuts >= receiver_cut) {
            transit.count += group->count;
            transit.hash += group->hash;
        }
    }
    return transit;
}

/* What the receiver's part says of the channel; a channel that it does not mention is closed and
 * empty. */
static OracleChannel claim_of(const Case *at, EntityId sender, EntityId receiver)
{
    OracleChannel claim = {.sender = sender, .is_closed = true};
    const GArray *recorded = at->oracle->peers[receiver].recorded;
    for (guint i = 0; recorded != NULL && i < recorded->len; i++) {
        const OracleRecorded *entry = &g_array_index(recorded, OracleRecorded, i);
        if (entry->snapshot == at->snapshot && entry->channel.sender == sender) {
            return entry->channel;
        }
    }
    return claim;
}

static void judge_channel(Case *at, EntityId sender, EntityId receiver)
{
    const GHashTable *received = at->oracle->peers[receiver].received;
    const OracleFlow *flow =
        received == NULL
            ? NULL
            : g_hash_table_lookup((GHashTable *)(uintptr_t)received, GUINT_TO_POINTER(sender));
    const OracleChannel claim = claim_of(at, sender, receiver);
    const Transit transit = transit_of(flow, at->numbers[sender], at->numbers[receiver]);
    at->judgement->messages += claim.count;
    at->found += claim.amount;
    at->has_open_channel |= !claim.is_closed;
    if (transit.early > 0) {
        at->has_early = true;
        object(at,
               "channel %u to %u: %" G_GUINT64_FORMAT
               " messages sent after the cut arrived before it",
               sender, receiver, transit.early);
    }
    if (claim.count > 0 && claim.number_max > cut_of(at, sender)->number) {
        object(at, "channel %u to %u: it holds a message that was sent after the cut", sender,
               receiver);
    } else if (claim.count > transit.count || (claim.is_closed && claim.count != transit.count)) {
        object(at,
               "channel %u to %u: it holds %u messages, but %" G_GUINT64_FORMAT " were in transit",
               sender, receiver, claim.count, transit.count);
    } else if (claim.count == transit.count && claim.hash != transit.hash) {
        object(at, "channel %u to %u: it holds other messages than were in transit", sender,
               receiver);
    }
}

static int compare_ids(gconstpointer left, gconstpointer right)
{
    const EntityId a = *(const EntityId *)left, b = *(const EntityId *)right;
    return a < b ? -1 : a > b;
}

/* The keys of a table of flows, ascending, appended to ids. */
static void add_keys(GHashTable *flows, GArray *ids)
{
    GHashTableIter iterator;
    gpointer key;
    if (flows == NULL) {
        return;
    }
    g_hash_table_iter_init(&iterator, flows);
    while (g_hash_table_iter_next(&iterator, &key, NULL)) {
        const EntityId id = GPOINTER_TO_UINT(key);
        g_array_append_val(ids, id);
    }
}

/* Each channel into the peer on which something came or is said to have come, in order. */
static void judge_channels_into(Case *at, EntityId receiver)
{
    const OraclePeer *peer = &at->oracle->peers[receiver];
    g_autoptr(GArray) senders = g_array_new(FALSE, FALSE, sizeof(EntityId));
    add_keys(peer->received, senders);
    for (guint i = 0; peer->recorded != NULL && i < peer->recorded->len; i++) {
        const OracleRecorded *entry = &g_array_index(peer->recorded, OracleRecorded, i);
        if (entry->snapshot == at->snapshot) {
            g_array_append_val(senders, entry->channel.sender);
        }
    }
    g_array_sort(senders, compare_ids);
    for (guint i = 0; i < senders->len; i++) {
        const EntityId sender = g_array_index(senders, EntityId, i);
        const bool is_again = i > 0 && g_array_index(senders, EntityId, i - 1) == sender;
        if (!is_again && at->numbers[sender] > 0) {
            judge_channel(at, sender, receiver);
        }
    }
}

static void add_loss(Case *at, EntityId sender, EntityId receiver, uint64_t messages)
{
    GString *losses = at->judgement->losses;
    at->judgement->lost += messages;
    if (at->loss_count++ < REASONS_MAX) {
        g_string_append_printf(
            losses, "%s{\"sender\":%u,\"receiver\":%u,\"messages\":%" G_GUINT64_FORMAT "}",
            at->loss_count == 1 ? "" : ",", sender, receiver, messages);
    }
}

/* What the peer sent before its cut and nobody got. */
static void find_losses(Case *at, EntityId sender)
{
    GHashTable *flows = at->oracle->peers[sender].sent;
    g_autoptr(GArray) receivers = g_array_new(FALSE, FALSE, sizeof(EntityId));
    add_keys(flows, receivers);
    g_array_sort(receivers, compare_ids);
    for (guint i = 0; i < receivers->len; i++) {
        const EntityId receiver = g_array_index(receivers, EntityId, i);
        const OracleFlow *sent = g_hash_table_lookup(flows, GUINT_TO_POINTER(receiver));
        GHashTable *arrivals = at->oracle->peers[receiver].received;
        const OracleFlow *received =
            arrivals == NULL ? NULL : g_hash_table_lookup(arrivals, GUINT_TO_POINTER(sender));
        const Transit transit = transit_of(received, at->numbers[sender], 0);
        uint64_t count = 0;
        int64_t amount = 0;
        for (guint k = 0; k < sent->count; k++) {
            const OracleGroup *group = &sent->groups[k];
            if (group->sender_cuts < at->numbers[sender]) {
                count += group->count;
                amount += group->amount;
            }
        }
        at->found += amount - transit.amount;
        if (count > transit.arrived + transit.under_way) {
            add_loss(at, sender, receiver, count - transit.arrived - transit.under_way);
        }
    }
}

static void judge_conservation(Case *at)
{
    int64_t total = 0;
    for (EntityId peer = 0; peer < at->oracle->count; peer++) {
        total += cut_of(at, peer)->held;
    }
    if (at->found != total) {
        object(at,
               "states, channels and losses hold %" G_GINT64_FORMAT
               " in all, not %" G_GINT64_FORMAT,
               at->found, total);
    }
}

void snapshot_oracle_judge(const SnapshotOracle *oracle, uint64_t snapshot, SimTime completed,
                           uint32_t expected, OracleJudgement *ret_judgement)
{
    g_autofree uint32_t *numbers = g_new0(uint32_t, oracle->count);
    *ret_judgement = (OracleJudgement){.reasons = g_string_new("["), .losses = g_string_new("[")};
    Case at = {
        .oracle = oracle, .snapshot = snapshot, .numbers = numbers, .judgement = ret_judgement};
    find_cuts(&at, completed);
    for (EntityId peer = 0; peer < oracle->count; peer++) {
        if (numbers[peer] > 0) {
            judge_channels_into(&at, peer);
            find_losses(&at, peer);
        }
    }
    const ClocksOpinion opinion = snapshot_clocks_opinion(oracle->clocks, snapshot);
    if (opinion != CLOCKS_NONE && (opinion == CLOCKS_INCONSISTENT) != at.has_early) {
        object(&at, "vector clocks disagree: by them the cut is %s",
               opinion == CLOCKS_INCONSISTENT ? "inconsistent" : "consistent");
    }
    const bool has_all = ret_judgement->cuts >= expected && !at.has_open_channel;
    if (completed != ORACLE_NEVER && !has_all) {
        object(&at, "it was said to be complete with %u of %u states%s", ret_judgement->cuts,
               expected, at.has_open_channel ? " and open channels" : "");
    }
    if (ret_judgement->cuts == oracle->count && !at.has_open_channel) {
        judge_conservation(&at);
    }
    if (ret_judgement->verdict == ORACLE_CONSISTENT && (completed == ORACLE_NEVER || !has_all)) {
        ret_judgement->verdict = ORACLE_PARTIAL;
    }
    if (at.reason_count > REASONS_MAX) {
        g_string_append_printf(ret_judgement->reasons, ",\"and %u more\"",
                               at.reason_count - REASONS_MAX);
    }
    if (at.loss_count > REASONS_MAX) {
        g_string_append_printf(ret_judgement->losses, ",{\"more\":%u}",
                               at.loss_count - REASONS_MAX);
    }
    g_string_append_c(ret_judgement->reasons, ']');
    g_string_append_c(ret_judgement->losses, ']');
}

void oracle_judgement_clear(OracleJudgement *judgement)
{
    g_string_free(judgement->reasons, TRUE);
    g_string_free(judgement->losses, TRUE);
}
