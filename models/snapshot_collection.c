/* SPDX-License-Identifier: MIT */
/* The initiator: it starts a snapshot, waits for the parts of all peers that its markers can reach,
 * and gives up at the deadline. */
#include "models/snapshot_layer.h"

#include <string.h>

struct SnapshotCollection {
    SnapshotCollection *next;
    uint64_t snapshot;
    uint32_t expected, count;
    uint8_t *has; /* a bit for each peer whose part is there */
    GHashTable
        *reports; /* peer -> SnapshotReport, for the application's judge; NULL: it has none */
    HostTimer timeout;
    Span span;
};

static SnapshotOutcome *outcome_of(const Host *host, uint64_t snapshot)
{
    const SnapshotJournal *journal = &snapshot_layer(host)->journals[host->entity.id];
    for (guint i = journal->outcomes == NULL ? 0 : journal->outcomes->len; i-- > 0;) {
        SnapshotOutcome *outcome = &g_array_index(journal->outcomes, SnapshotOutcome, i);
        if (outcome->id == snapshot) {
            return outcome;
        }
    }
    g_assert_not_reached();
}

static void clear_outcome(gpointer data)
{
    g_free(((SnapshotOutcome *)data)->missing);
}

static SnapshotCollection **find(const Host *host, uint64_t snapshot)
{
    SnapshotCollection **at = &snapshot_peer(host)->collections;
    while (*at != NULL && (*at)->snapshot != snapshot) {
        at = &(*at)->next;
    }
    return at;
}

void snapshot_start(Host *host)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    SnapshotJournal *journal = &layer->journals[host->entity.id];
    const SimTime now = host_now(host);
    snapshot_parts_expire(host);
    const SnapshotMarker marker = {.snapshot = record_id(host->entity.id, ++journal->started),
                                   .started = now,
                                   .deadline =
                                       now + MIN(layer->settings.timeout, SIM_TIME_MAX - now)};
    SnapshotCollection *collection = g_new0(SnapshotCollection, 1);
    collection->snapshot = marker.snapshot;
    collection->expected = overlay_reach_count(layer->reach, host->entity.id);
    collection->has = g_malloc0((host_peer_count(host) + 7) / 8);
    if (layer->user->judge != NULL) {
        collection->reports = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    collection->next = snapshot_peer(host)->collections;
    snapshot_peer(host)->collections = collection;
    collection->timeout = timer_once(&host->entity, KIND_TIMER_FIRST + layer->first_timer + 1,
                                     (uint32_t)marker.snapshot, MAX(marker.deadline - now, 1));
    collection->span = span_start(host, layer->algorithm->name, NULL);
    if (journal->outcomes == NULL) {
        journal->outcomes = g_array_new(FALSE, FALSE, sizeof(SnapshotOutcome));
        g_array_set_clear_func(journal->outcomes, clear_outcome);
    }
    const SnapshotOutcome outcome = {
        .id = marker.snapshot, .started = now, .expected = collection->expected};
    g_array_append_val(journal->outcomes, outcome);
    host_log(host, LOG_INFO, "starts a snapshot");
    SnapshotPart *part = snapshot_part_new(host, &marker);
    part->span.context = collection->span.context;
    layer->algorithm->begin(host, part);
}

/* Peers that the markers can reach and whose part is not there. */
static char *list_missing(const Host *host, const SnapshotCollection *collection)
{
    enum { LISTED_MAX = 1000 };
    g_autoptr(GString) list = g_string_new("[");
    uint32_t count = 0;
    for (EntityId peer = 0; peer < host_peer_count(host) && count < LISTED_MAX; peer++) {
        if ((collection->has[peer / 8] >> peer % 8 & 1) == 0 &&
            overlay_reaches(snapshot_layer(host)->reach, host->entity.id, peer)) {
            g_string_append_printf(list, "%s%u", count++ == 0 ? "" : ",", peer);
        }
    }
    g_string_append_c(list, ']');
    return g_string_free(g_steal_pointer(&list), FALSE);
}

static void end(Host *host, SnapshotCollection **at, SnapshotStatus status)
{
    SnapshotCollection *collection = *at;
    SnapshotOutcome *outcome = outcome_of(host, collection->snapshot);
    outcome->status = status;
    if (status == SNAPSHOT_COMPLETE) {
        outcome->completed = host_now(host);
        span_end(host, &collection->span);
    } else {
        outcome->missing = list_missing(host, collection);
        span_end_error(host, &collection->span);
    }
    timer_free(&host->entity, collection->timeout);
    *at = collection->next;
    g_clear_pointer(&collection->reports, g_hash_table_unref);
    g_free(collection->has);
    g_free(collection);
}

static void keep_report(const SnapshotCollection *collection, const SnapshotReport *report)
{
    if (collection->reports != NULL) {
        g_hash_table_insert(collection->reports, GUINT_TO_POINTER(report->peer),
                            g_memdup2(report, sizeof *report + report->messages_size_bytes +
                                                  report->state_size_bytes));
    }
}

static const SnapshotReport *report_of(const SnapshotCollection *collection, EntityId peer)
{
    return g_hash_table_lookup(collection->reports, GUINT_TO_POINTER(peer));
}

const char *snapshot_collected_state(const SnapshotCollection *collection, EntityId peer)
{
    const SnapshotReport *report = report_of(collection, peer);
    return report == NULL ? NULL : (const char *)report->content + report->messages_size_bytes;
}

uint32_t snapshot_collected_count(const SnapshotCollection *collection, EntityId peer)
{
    const SnapshotReport *report = report_of(collection, peer);
    return report == NULL ? 0 : report->messages;
}

Message snapshot_collected_message(const SnapshotCollection *collection, EntityId peer,
                                   uint32_t index)
{
    g_assert(index < snapshot_collected_count(collection, peer));
    const SnapshotMessage *message =
        (const SnapshotMessage *)(const void *)report_of(collection, peer)->content;
    for (; index > 0; index--) {
        message += 1; /* its head */
        message = (const SnapshotMessage *)(const void *)((const uint64_t *)(const void *)message +
                                                          (message[-1].size_bytes + 7) / 8);
    }
    return (Message){.kind = message->kind,
                     .content_size_bytes = message->size_bytes,
                     .content = message->content,
                     .id = message->id,
                     .sender = (EntityId)(message->id >> 32)};
}

void snapshot_collect(Host *host, const SnapshotReport *report)
{
    SnapshotCollection **at = find(host, report->snapshot);
    if (*at == NULL || report->peer >= host_peer_count(host)) {
        return; /* over already */
    }
    SnapshotCollection *collection = *at;
    uint8_t *bits = &collection->has[report->peer / 8];
    const uint8_t bit = (uint8_t)(1u << report->peer % 8);
    if ((*bits & bit) == 0) {
        *bits |= bit;
        collection->count++;
        keep_report(collection, report);
    }
    if (collection->count == collection->expected) {
        if (collection->reports != NULL) {
            snapshot_layer(host)->user->judge(host, collection);
        }
        host_log(host, LOG_INFO, "has all parts of its snapshot");
        end(host, at, SNAPSHOT_COMPLETE);
    }
}

void snapshot_collection_complete(Host *host, uint64_t snapshot)
{
    SnapshotCollection **at = find(host, snapshot);
    if (*at != NULL) {
        end(host, at, SNAPSHOT_COMPLETE);
    }
}

void snapshot_collection_timed_out(Host *host, uint64_t snapshot)
{
    SnapshotCollection **at = find(host, snapshot);
    if (*at != NULL) {
        host_log(host, LOG_INFO, "gives up its snapshot");
        (*at)->timeout = 0;
        end(host, at, SNAPSHOT_TIMED_OUT);
    }
}

void snapshot_collections_end(Host *host, SnapshotStatus status)
{
    while (snapshot_peer(host)->collections != NULL) {
        end(host, &snapshot_peer(host)->collections, status);
    }
}
