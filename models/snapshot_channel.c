/* SPDX-License-Identifier: MIT */
/* Channels: one stream in each direction, which carries messages and markers in one order. */
#include "models/connection.h"
#include "models/snapshot_layer.h"
#include "models/stack.h"

#include <string.h>

uint32_t snapshot_channel_number(const Host *host, EntityId neighbour)
{
    uint32_t low = 0, high = host_neighbour_count(host);
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const EntityId found = host_neighbour(host, middle);
        if (found == neighbour) {
            return middle;
        }
        if (found < neighbour) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return UINT32_MAX;
}

static Stream *open_channel(Host *host, uint32_t channel)
{
    SnapshotPeer *self = snapshot_peer(host);
    if (self->streams == NULL) {
        self->streams = g_new0(uint64_t, host_neighbour_count(host));
    }
    Stream *stream =
        host_open(host, host_neighbour(host, channel), snapshot_layer(host)->first_protocol, NULL);
    self->streams[channel] = stream_handle(stream);
    return stream;
}

/* Before the first message, where there is a connection or this side dials; the other side opens
 * its channel when it first needs it, by when it has been dialled. */
void snapshot_channels_open(Host *host)
{
    const Network *network = host->network;
    const bool is_standing =
        !network->stack->has_connections || network->topology_options.preconnected;
    if (snapshot_layer(host)->settings.channel != SNAPSHOT_CHANNEL_LONG_LIVED) {
        return;
    }
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        const bool dials = topology_dials(network->topology, host->entity.id, k);
        if ((dials || is_standing) && topology_sends(network->topology, host->entity.id, k)) {
            open_channel(host, k);
        }
    }
}

/* The channel's stream, opened again when its connection has ended. */
static Stream *channel_stream(Host *host, uint32_t channel)
{
    const SnapshotPeer *self = snapshot_peer(host);
    Stream *stream = self->streams == NULL || self->streams[channel] == 0
                         ? NULL
                         : host_stream(host, self->streams[channel]);
    return stream == NULL || stream->is_write_closed ? open_channel(host, channel) : stream;
}

void snapshot_channel_transmit(Host *host, uint32_t channel, const Message *message,
                               bool on_own_stream)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    if (on_own_stream || layer->settings.channel == SNAPSHOT_CHANNEL_STREAM_PER_MESSAGE) {
        Stream *stream =
            host_open(host, host_neighbour(host, channel), layer->first_protocol, &message->span);
        stream_send(host, stream, message);
        stream_close(host, stream);
    } else {
        stream_send(host, channel_stream(host, channel), message);
    }
}

uint32_t snapshot_channel_count(const Host *host)
{
    const Topology *topology = host->network->topology;
    const uint32_t degree = host_neighbour_count(host);
    uint32_t count = 0;
    if (!topology_is_directed(topology)) {
        return degree;
    }
    for (uint32_t k = 0; k < degree; k++) {
        count += topology_sends(topology, host->entity.id, k);
    }
    return count;
}

EntityId snapshot_channel_receiver(const Host *host, uint32_t channel)
{
    const Topology *topology = host->network->topology;
    if (!topology_is_directed(topology)) {
        return host_neighbour(host, channel);
    }
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        if (topology_sends(topology, host->entity.id, k) && channel-- == 0) {
            return host_neighbour(host, k);
        }
    }
    g_assert_not_reached();
}

bool snapshot_has_channel(const Host *host, EntityId receiver)
{
    const uint32_t channel = snapshot_channel_number(host, receiver);
    return channel != UINT32_MAX &&
           topology_sends(host->network->topology, host->entity.id, channel);
}

/* Messages of the application. */

/* Before the content of a coloured message stand the number of markers and these: one for each
 * snapshot that its sender has recorded and whose deadline is not past. */
static void transmit_coloured(Host *host, uint32_t channel, Message *message)
{
    enum { COLOUR_SIZE_BYTES = 16 }; /* on the wire */
    const SnapshotPeer *self = snapshot_peer(host);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    uint64_t count = 0;
    g_byte_array_append(bytes, (const guint8 *)&count, sizeof count);
    for (const SnapshotPart *part = self->parts; part != NULL; part = part->next) {
        if (part->is_recorded && host_now(host) <= part->marker.deadline) {
            SnapshotMarker marker = part->marker;
            marker.sent = 0;
            g_byte_array_append(bytes, (const guint8 *)&marker, sizeof marker);
            count++;
        }
    }
    memcpy(bytes->data, &count, sizeof count);
    g_byte_array_append(bytes, message->content, message->content_size_bytes);
    message->size_bytes = MAX(message->size_bytes, message->content_size_bytes) +
                          (uint32_t)(sizeof count + count * COLOUR_SIZE_BYTES);
    message->content = bytes->data;
    message->content_size_bytes = bytes->len;
    self->counts[channel].sent++;
    snapshot_channel_transmit(host, channel, message, false);
}

void snapshot_send(Host *host, EntityId receiver, const Message *message)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    const uint32_t channel = snapshot_channel_number(host, receiver);
    g_assert(snapshot_has_channel(host, receiver));
    Message out = *message;
    out.stamp = snapshot_oracle_sent(layer->oracle, receiver,
                                     record_id(host->entity.id, host->messages_made + 1),
                                     layer->user->describe_message(message, NULL));
    if (layer->algorithm->colours_messages) {
        transmit_coloured(host, channel, &out);
    } else {
        snapshot_channel_transmit(host, channel, &out, false);
    }
    for (SnapshotPart *part = snapshot_peer(host)->parts;
         part != NULL && layer->algorithm->sent != NULL; part = part->next) {
        if (!part->is_over) {
            layer->algorithm->sent(host, part, channel);
        }
    }
}

/* Takes the colours off a message; a peer that has not recorded its state for one does so now. */
static const SnapshotMarker *take_colours(Host *host, Message *message, uint64_t *ret_count)
{
    const uint8_t *bytes = message->content;
    memcpy(ret_count, bytes, sizeof *ret_count);
    const SnapshotMarker *colours =
        (const SnapshotMarker *)(const void *)(bytes + sizeof *ret_count);
    const size_t size_bytes = sizeof *ret_count + *ret_count * sizeof *colours;
    for (uint64_t i = 0; i < *ret_count; i++) {
        SnapshotPart *part = snapshot_part_find(host, colours[i].snapshot);
        if (part == NULL && host_now(host) <= colours[i].deadline) {
            part = snapshot_part_new(host, &colours[i]);
            part->span.context = message->span;
        }
        if (part != NULL && !part->is_recorded) {
            snapshot_layer(host)->algorithm->coloured(host, part);
        }
    }
    message->content = bytes + size_bytes;
    message->content_size_bytes -= (uint32_t)size_bytes;
    return colours;
}

static bool is_among(const SnapshotMarker *colours, uint64_t count, uint64_t snapshot)
{
    for (uint64_t i = 0; i < count; i++) {
        if (colours[i].snapshot == snapshot) {
            return true;
        }
    }
    return false;
}

static void receive_message(Host *host, uint32_t channel, const Message *whole)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    const SnapshotMarker *colours = NULL;
    uint64_t colour_count = 0;
    Message inner = *whole;
    const Message *message = &inner;
    if (layer->algorithm->colours_messages) {
        colours = take_colours(host, &inner, &colour_count);
        snapshot_peer(host)->counts[channel].received++;
    }
    snapshot_oracle_received(
        layer->oracle, host->entity.id, message->stamp,
        &(OracleMessage){.id = message->id,
                         .hash = snapshot_oracle_hash(message->id, message->kind, message->content,
                                                      message->content_size_bytes),
                         .amount = layer->user->describe_message(message, NULL)});
    for (SnapshotPart *part = snapshot_peer(host)->parts; part != NULL; part = part->next) {
        if (!part->is_over) {
            layer->algorithm->received(host, part, channel, message,
                                       is_among(colours, colour_count, part->marker.snapshot));
        }
    }
    layer->user->received(host, message->sender, message);
}

static void receive_marker(Host *host, uint32_t channel, const Message *message)
{
    SnapshotMarker marker;
    memcpy(&marker, message->content, sizeof marker);
    Span span = span_start(host, "marker", &message->span);
    span_set_integer(&span, "from", message->sender);
    if (host_now(host) <= marker.deadline) {
        SnapshotPart *part = snapshot_part_find(host, marker.snapshot);
        if (part == NULL) {
            part = snapshot_part_new(host, &marker);
            part->span.context = span.context;
        }
        if (!part->is_over) {
            snapshot_layer(host)->algorithm->marked(host, part, channel, &marker);
        }
    }
    span_end(host, &span);
}

void snapshot_channel_received(Host *host, Stream *stream, const Message *message)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    const uint32_t channel = snapshot_channel_number(host, message->sender);
    const bool stands_alone = !host->network->stack->has_connections;
    if (stands_alone && layer->settings.channel == SNAPSHOT_CHANNEL_STREAM_PER_MESSAGE) {
        stream_close(host, stream); /* nobody tells that the other side has closed it */
    }
    if (channel == UINT32_MAX) {
        return;
    }
    snapshot_parts_expire(host);
    if (message->kind == layer->marker_kind) {
        receive_marker(host, channel, message);
    } else {
        receive_message(host, channel, message);
    }
}

void snapshot_layer_in_flight(const Network *network, const MessageHeader *message,
                              EntityId receiver)
{
    const SnapshotLayer *layer = network->snapshot;
    if (layer != NULL && message->protocol == layer->first_protocol &&
        message->kind != layer->marker_kind) {
        snapshot_oracle_in_flight(layer->oracle, receiver, message->sender, message->stamp);
    }
}
