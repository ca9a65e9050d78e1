/* SPDX-License-Identifier: MIT */
/* A peer's part in a snapshot: its state, its channels, its way to the initiator. */
#include "models/snapshot_layer.h"

#include "sim/json_text.h"

#include <string.h>

/* What goes beyond this stays out of the report, though not out of the record. */
enum { REPORT_SIZE_BYTES_MAX = 256 * 1024 };

/* A channel from that neighbour, on which a marker can come. */
static bool is_incoming(const Host *host, EntityId initiator, uint32_t channel)
{
    return topology_receives(host->network->topology, host->entity.id, channel) &&
           overlay_reaches(snapshot_layer(host)->reach, initiator, host_neighbour(host, channel));
}

SnapshotPart *snapshot_part_find(const Host *host, uint64_t snapshot)
{
    SnapshotPart *part = snapshot_peer(host)->parts;
    while (part != NULL && part->marker.snapshot != snapshot) {
        part = part->next;
    }
    return part;
}

SnapshotPart *snapshot_part_new(Host *host, const SnapshotMarker *marker)
{
    SnapshotPeer *self = snapshot_peer(host);
    const uint32_t degree = host_neighbour_count(host);
    const EntityId initiator = (EntityId)(marker->snapshot >> 32);
    SnapshotPart *part = g_new0(SnapshotPart, 1);
    part->marker = *marker;
    part->marker.sent = 0;
    part->channels = g_new0(SnapshotChannel, degree);
    for (uint32_t k = 0; k < degree; k++) {
        const bool is_open = is_incoming(host, initiator, k);
        part->channels[k] =
            (SnapshotChannel){.is_closed = !is_open, .expected = UINT64_MAX, .is_there = is_open};
        part->open += is_open;
    }
    part->next = self->parts;
    self->parts = part;
    return part;
}

void snapshot_part_record(Host *host, SnapshotPart *part)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    g_autoptr(GString) state = g_string_new(NULL);
    g_assert(!part->is_recorded);
    part->is_recorded = true;
    part->recorded = host_now(host);
    part->amount = layer->user->record_state(host, state);
    snapshot_oracle_cut(layer->oracle, host->entity.id, part->marker.snapshot, part->recorded,
                        part->amount, host->messages_made);
    part->span = span_start(host, "snapshot", &part->span.context);
    span_set_json(&part->span, "state", state->str);
    host_log(host, LOG_INFO, "records its state %s", state->str);
    if (host->network->records_snapshots) {
        record_snapshot_state(
            host_part(host)->records,
            &(SnapshotStateRow){.snapshot = part->marker.snapshot,
                                .peer = host->entity.id,
                                .recorded = part->recorded,
                                .state = state->str,
                                .message = host->messages_made == 0
                                               ? 0
                                               : record_id(host->entity.id, host->messages_made)});
    }
    part->state = g_string_free(g_steal_pointer(&state), FALSE);
}

void snapshot_part_count_arrived(Host *host, SnapshotPart *part)
{
    const SnapshotPeer *self = snapshot_peer(host);
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        part->channels[k].arrived = self->counts[k].received;
    }
}

void snapshot_part_send_marker(Host *host, SnapshotPart *part, uint32_t channel)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    if (!topology_sends(host->network->topology, host->entity.id, channel)) {
        return;
    }
    part->markers++;
    const SnapshotPeer *self = snapshot_peer(host);
    part->marker.sent = self->counts == NULL ? 0 : self->counts[channel].sent;
    snapshot_channel_transmit(host, channel,
                              &(Message){.kind = layer->marker_kind,
                                         .content = &part->marker,
                                         .content_size_bytes = sizeof part->marker,
                                         .span = part->span.context},
                              layer->algorithm->streams_per_marker);
}

void snapshot_part_send_markers(Host *host, SnapshotPart *part)
{
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        snapshot_part_send_marker(host, part, k);
    }
}

void snapshot_part_keep(SnapshotPart *part, uint32_t channel, const Message *message)
{
    SnapshotChannel *into = &part->channels[channel];
    SnapshotMessage *kept = g_malloc(sizeof *kept + message->content_size_bytes);
    *kept = (SnapshotMessage){
        .id = message->id, .kind = message->kind, .size_bytes = message->content_size_bytes};
    if (message->content_size_bytes > 0) {
        memcpy(kept->content, message->content, message->content_size_bytes);
    }
    if (into->messages == NULL) {
        into->messages = g_ptr_array_new_with_free_func(g_free);
    }
    g_ptr_array_add(into->messages, kept);
}

void snapshot_part_close(SnapshotPart *part, uint32_t channel)
{
    if (!part->channels[channel].is_closed) {
        part->channels[channel].is_closed = true;
        part->open--;
    }
}

/* The end of a part. */

/* What the application says of a message that was kept. */
static int64_t describe(const Host *host, const SnapshotMessage *kept, GString *json)
{
    const Message message = {.kind = kept->kind,
                             .content_size_bytes = kept->size_bytes,
                             .content = kept->content,
                             .id = kept->id,
                             .sender = (EntityId)(kept->id >> 32)};
    return snapshot_layer(host)->user->describe_message(&message, json);
}

static void tell_oracle(const Host *host, const SnapshotPart *part, uint32_t channel)
{
    const SnapshotChannel *from = &part->channels[channel];
    OracleChannel told = {.sender = host_neighbour(host, channel),
                          .is_closed = from->is_closed,
                          .count = from->messages == NULL ? 0 : from->messages->len};
    for (uint32_t i = 0; i < told.count; i++) {
        const SnapshotMessage *kept = g_ptr_array_index(from->messages, i);
        told.hash += snapshot_oracle_hash(kept->id, kept->kind, kept->content, kept->size_bytes);
        told.amount += describe(host, kept, NULL);
        told.number_max = MAX(told.number_max, (uint32_t)kept->id);
    }
    if (told.count > 0 || !told.is_closed) {
        snapshot_oracle_recorded(snapshot_layer(host)->oracle, host->entity.id,
                                 part->marker.snapshot, &told);
    }
}

/* The channel's messages as a JSON list. */
static void append_messages(const Host *host, const SnapshotChannel *channel, GString *json)
{
    const char *const *kinds = snapshot_layer(host)->user->messages;
    g_string_append_c(json, '[');
    for (guint i = 0; channel->messages != NULL && i < channel->messages->len; i++) {
        const SnapshotMessage *kept = g_ptr_array_index(channel->messages, i);
        g_string_append_printf(json, "%s{\"kind\":", i == 0 ? "" : ",");
        json_text_append_string(json, kinds[kept->kind]);
        g_string_append(json, ",\"content\":");
        describe(host, kept, json);
        g_string_append_printf(json, ",\"message\":%" G_GUINT64_FORMAT "}", kept->id);
    }
    g_string_append_c(json, ']');
}

static void write_channel(const Host *host, const SnapshotPart *part, uint32_t channel)
{
    const bool records_states_only = snapshot_layer(host)->algorithm->records_states_only;
    if (host->network->records_snapshots && !records_states_only) {
        g_autoptr(GString) messages = g_string_new(NULL);
        append_messages(host, &part->channels[channel], messages);
        record_snapshot_channel(host_part(host)->records,
                                &(SnapshotChannelRow){.snapshot = part->marker.snapshot,
                                                      .sender = host_neighbour(host, channel),
                                                      .receiver = host->entity.id,
                                                      .messages = messages->str});
    }
}

static void count_markers(const Host *host, const SnapshotPart *part)
{
    SnapshotJournal *journal = &snapshot_layer(host)->journals[host->entity.id];
    const SnapshotMarkerCount count = {.snapshot = part->marker.snapshot, .sent = part->markers};
    if (journal->markers == NULL) {
        journal->markers = g_array_sized_new(FALSE, FALSE, sizeof count, 1);
    }
    g_array_append_val(journal->markers, count);
}

/* The part is over, complete or not: what it found is told, and its channels are let go. */
static void end_part(Host *host, SnapshotPart *part)
{
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        if (part->is_recorded && part->channels[k].is_there) {
            tell_oracle(host, part, k);
            if (part->channels[k].is_closed) {
                write_channel(host, part, k);
            }
        }
        if (part->channels[k].messages != NULL) {
            g_ptr_array_unref(part->channels[k].messages);
        }
    }
    count_markers(host, part);
    g_clear_pointer(&part->channels, g_free);
    g_clear_pointer(&part->state, g_free);
    part->is_over = true;
}

/* The part in one piece, with as many messages as a report may hold. */
static GByteArray *report_of(const Host *host, const SnapshotPart *part)
{
    static const uint8_t FILLING[sizeof(uint64_t)];
    SnapshotReport report = {.snapshot = part->marker.snapshot,
                             .recorded = part->recorded,
                             .amount = part->amount,
                             .peer = host->entity.id,
                             .state_size_bytes = (uint32_t)strlen(part->state) + 1};
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)&report, sizeof report);
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        const GPtrArray *messages = part->channels[k].messages;
        for (guint i = 0; messages != NULL && i < messages->len; i++) {
            const SnapshotMessage *kept = g_ptr_array_index(messages, i);
            const uint32_t size_bytes = (uint32_t)sizeof *kept + kept->size_bytes;
            if (bytes->len + size_bytes + report.state_size_bytes < REPORT_SIZE_BYTES_MAX) {
                g_byte_array_append(bytes, (const guint8 *)kept, size_bytes);
                g_byte_array_append(
                    bytes, FILLING,
                    (guint)((sizeof FILLING - size_bytes % sizeof FILLING) % sizeof FILLING));
                report.messages++;
            }
        }
    }
    report.messages_size_bytes = bytes->len - (uint32_t)sizeof report;
    g_byte_array_append(bytes, (const guint8 *)part->state, report.state_size_bytes);
    memcpy(bytes->data, &report, sizeof report);
    return bytes;
}

void snapshot_part_complete(Host *host, SnapshotPart *part)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    const EntityId initiator = (EntityId)(part->marker.snapshot >> 32);
    g_autoptr(GByteArray) report = report_of(host, part);
    end_part(host, part);
    span_end(host, &part->span);
    if (layer->algorithm->records_states_only) {
        if (initiator == host->entity.id) {
            snapshot_collection_complete(host, part->marker.snapshot);
        }
        return;
    }
    if (initiator == host->entity.id) {
        snapshot_collect(host, (const SnapshotReport *)(const void *)report->data);
        return;
    }
    Stream *stream = host_open(host, initiator, layer->first_protocol + 1, &part->span.context);
    stream_send(host, stream,
                &(Message){.content = report->data,
                           .content_size_bytes = report->len,
                           .span = part->span.context});
    stream_close(host, stream);
}

static void free_part(Host *host, SnapshotPart *part)
{
    if (!part->is_over) {
        end_part(host, part);
        span_end_error(host, &part->span);
    }
    g_free(part);
}

void snapshot_parts_expire(Host *host)
{
    for (SnapshotPart **at = &snapshot_peer(host)->parts; *at != NULL;) {
        SnapshotPart *part = *at;
        if (host_now(host) > part->marker.deadline) {
            *at = part->next;
            free_part(host, part);
        } else {
            at = &part->next;
        }
    }
}

void snapshot_parts_end(Host *host)
{
    for (SnapshotPart *part; (part = snapshot_peer(host)->parts) != NULL;) {
        snapshot_peer(host)->parts = part->next;
        free_part(host, part);
    }
}
