/* SPDX-License-Identifier: MIT */
/* What the record learns of QUIC: packets, series, and at the end of the run what became of
 * messages that no sender saw acknowledged. */
#include "models/quic_endpoint.h"
#include "models/ranked.h"

#include <stdio.h>
#include <string.h>

/* Packets. */

static const char *flags_text(const QuicDatagram *datagram)
{
    static const char *const NAMES[] = {
        "Initial",       "Handshake",       "Initial|Handshake",      "1-RTT",
        "Initial|1-RTT", "Handshake|1-RTT", "Initial|Handshake|1-RTT"};
    static const uint8_t OF[8] = {3, 0, 1, 2, 3, 4, 5, 6};
    if ((datagram->flags & (QUIC_RETRY | QUIC_VERSION_NEGOTIATION)) != 0) {
        return (datagram->flags & QUIC_RETRY) != 0 ? "Retry" : "Version-Negotiation";
    }
    unsigned spaces = 0;
    for (const QuicPacket *packet = NULL;
         (packet = quic_next_packet_in(datagram, packet)) != NULL;) {
        spaces |= 1u << packet->space;
    }
    return NAMES[OF[spaces]];
}

/* What the frames of a datagram carry of streams, and its last packet's number. */
void quic_describe_packet(const Packet *packet, const void *content, PacketRow *row,
                          char text[PACKET_TEXT_BYTES])
{
    (void)packet;
    (void)text;
    const QuicDatagram *datagram = content;
    row->flags = flags_text(datagram);
    row->data_bytes = 0;
    for (const QuicPacket *part = NULL; (part = quic_next_packet_in(datagram, part)) != NULL;) {
        row->number = (int64_t)part->number;
        for (const QuicFrame *frame = NULL; (frame = quic_next_frame_in(part, frame)) != NULL;) {
            if (frame->kind == QUIC_FRAME_STREAM || frame->kind == QUIC_FRAME_CRYPTO) {
                row->data_bytes += frame->length;
            } else if (frame->kind == QUIC_FRAME_ACK) {
                const QuicRange *ranges = (const QuicRange *)(const void *)frame->content;
                row->acknowledged = (int64_t)ranges[0].end - 1;
            }
        }
    }
}

static uint64_t frame_digest(const QuicFrame *frame)
{
    if (frame->kind != QUIC_FRAME_STREAM) {
        return mix_bytes(frame, frame->size_bytes);
    }
    uint64_t digest = mix_bytes(frame, sizeof *frame);
    const uint8_t *at = (const uint8_t *)frame->content;
    const uint8_t *past = (const uint8_t *)frame + frame->size_bytes;
    while (at < past) {
        const TcpItem *item = (const TcpItem *)(const void *)at;
        digest = mix_two(mix_two(digest, item->end),
                         channel_item_digest((const ChannelItem *)(const void *)item->body));
        at += item->size_bytes;
    }
    return digest;
}

/* All that decides: of messages their content, not what observers put on them. */
uint64_t quic_packet_digest(const EventContent *content)
{
    const Packet *packet = content->body;
    const QuicDatagram *datagram = (const QuicDatagram *)packet->content;
    uint64_t digest = mix_two(packet_head_digest(packet), packet->connection);
    digest = mix_two(digest, mix_bytes(datagram, sizeof *datagram));
    for (const QuicPacket *part = NULL; (part = quic_next_packet_in(datagram, part)) != NULL;) {
        digest = mix_two(digest, mix_bytes(part, sizeof *part));
        for (const QuicFrame *frame = NULL; (frame = quic_next_frame_in(part, frame)) != NULL;) {
            digest = mix_two(digest, frame_digest(frame));
        }
    }
    return digest;
}

void quic_sample(Host *host, const QuicEndpoint *endpoint)
{
    if (host->network->records_series == NULL) {
        return;
    }
    const Quic *quic = &endpoint->quic;
    const double values[] = {
        [SERIES_QUIC_WINDOW - SERIES_QUIC_WINDOW] = (double)quic->window,
        [SERIES_QUIC_IN_FLIGHT - SERIES_QUIC_WINDOW] = (double)quic->in_flight,
        [SERIES_QUIC_ROUND_TRIP - SERIES_QUIC_WINDOW] = (double)quic->smoothed,
        [SERIES_QUIC_LOST - SERIES_QUIC_WINDOW] = quic->packets_lost,
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++) {
        const unsigned series = SERIES_QUIC_WINDOW + i;
        if (network_records_series(host, series)) {
            network_sample(host, series, host_now(host), values[i], endpoint->muxed.id,
                           endpoint->muxed.peer);
        }
    }
}

/* What is remembered. */

typedef struct Unsure {
    Host *host;
    const QuicEndpoint *endpoint;
    const QuicStream *stream;
    uint64_t end;
} Unsure;

static void remember_message(void *data, const MessageHeader *header)
{
    const Unsure *unsure = data;
    QuicHost *table = ranked_table(unsure->host, RANKED_QUIC);
    QuicUnresolved lost = {.end = unsure->end,
                           .receiver = unsure->endpoint->muxed.peer,
                           .number = unsure->stream->number,
                           .is_own = unsure->stream->is_own};
    memcpy(&lost.header, header, sizeof lost.header);
    lost.header.content_size_bytes = 0; /* it is not kept */
    g_array_append_val(table->unresolved, lost);
}

/* Calls each for the messages that were not acknowledged. */
static void each_message(Unsure *unsure, void (*each)(void *data, const MessageHeader *header))
{
    const TcpItem *item = NULL;
    while (unsure->stream->items != NULL &&
           (item = tcp_items_next(unsure->stream->items, item)) != NULL) {
        unsure->end = item->end;
        channel_item_messages((const ChannelItem *)(const void *)item->body, each, unsure);
    }
}

void quic_stream_remember(Host *host, const QuicEndpoint *endpoint, const QuicStream *stream)
{
    QuicHost *table = ranked_table(host, RANKED_QUIC);
    Unsure unsure = {host, endpoint, stream, 0};
    each_message(&unsure, remember_message);
    if (stream->credit.received <= stream->final_size) {
        QuicEndedStream *ended = g_new0(QuicEndedStream, 1);
        *ended = (QuicEndedStream){stream->id, quic_stream_delivered(stream)};
        g_hash_table_replace(table->ended_streams, &ended->id, ended);
    }
}

static int compare_streams(const void *a, const void *b)
{
    const QuicStream *const *one = a, *const *other = b;
    return (*one)->id < (*other)->id ? -1 : 1;
}

/* In the order of their ids; to be freed. */
static GPtrArray *list_streams(const QuicEndpoint *endpoint)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iterator;
    void *stream;
    if (endpoint->quic.streams != NULL) {
        g_hash_table_iter_init(&iterator, endpoint->quic.streams);
        while (g_hash_table_iter_next(&iterator, NULL, &stream)) {
            g_ptr_array_add(list, stream);
        }
    }
    g_ptr_array_sort(list, compare_streams);
    return list;
}

void quic_endpoint_remember(Host *host, const QuicEndpoint *endpoint, bool by_crash)
{
    QuicHost *table = ranked_table(host, RANKED_QUIC);
    g_autoptr(GPtrArray) streams = list_streams(endpoint);
    for (guint i = 0; i < streams->len; i++) {
        quic_stream_remember(host, endpoint, g_ptr_array_index(streams, i));
    }
    QuicEnded *ended = g_new0(QuicEnded, 1);
    ended->id = endpoint->muxed.id;
    ended->by_crash = by_crash;
    for (uint32_t i = 0; i < endpoint->quic.seen.count; i++) {
        const QuicRange *range = &endpoint->quic.seen.ranges[i];
        quic_ranges_add(&ended->seen, range->start, range->end);
    }
    g_hash_table_replace(table->ended_connections, &ended->id, ended);
}

/* The end of the run. */

/* How far the receiver had it, UINT64_MAX when it had all. */
static uint64_t received_by(Host *host, const QuicUnresolved *message, bool *ret_crashed)
{
    const QuicHost *table = ranked_table(host, RANKED_QUIC);
    const uint64_t stream = message->header.stream;
    *ret_crashed = false;
    if (table == NULL) {
        return 0;
    }
    const QuicEnded *ended =
        g_hash_table_lookup(table->ended_connections, &message->header.connection);
    *ret_crashed = ended != NULL && ended->by_crash;
    const QuicEndedStream *ended_stream = g_hash_table_lookup(table->ended_streams, &stream);
    if (ended_stream != NULL) {
        return ended_stream->received;
    }
    const QuicEndpoint *endpoint = quic_endpoint_find(host, message->header.connection);
    const QuicStream *alive = endpoint == NULL ? NULL : quic_stream_find(&endpoint->quic, stream);
    if (alive != NULL) {
        return quic_stream_delivered(alive);
    }
    const QuicRanges *seen = endpoint != NULL ? &endpoint->quic.seen
                             : ended != NULL  ? &ended->seen
                                              : NULL;
    const bool was_there =
        seen != NULL && (message->is_own ? quic_ranges_has(seen, message->number) : true);
    return was_there ? UINT64_MAX : 0;
}

static void resolve(const Host *host, const QuicUnresolved *message, const char *fate)
{
    bool has_crashed;
    Host *receiver = host_of(simulation_entity(host->network->simulation, message->receiver));
    if (message->end > received_by(receiver, message, &has_crashed)) {
        message_record(host, &message->header, message->receiver, RECORD_NO_TIME,
                       has_crashed ? "dead-peer" : fate);
    }
}

static void resolve_in_flight(void *data, const MessageHeader *header)
{
    const Unsure *unsure = data;
    QuicUnresolved message = {.end = unsure->end,
                              .receiver = unsure->endpoint->muxed.peer,
                              .number = unsure->stream->number,
                              .is_own = unsure->stream->is_own};
    memcpy(&message.header, header, sizeof message.header);
    resolve(unsure->host, &message, "in-flight");
}

void quic_finish_host(Host *host)
{
    g_autoptr(GPtrArray) list = quic_host_list(host);
    for (guint i = 0; i < list->len; i++) {
        const QuicEndpoint *endpoint = g_ptr_array_index(list, i);
        g_autoptr(GPtrArray) streams = list_streams(endpoint);
        channels_finish(host, &endpoint->muxed);
        for (guint k = 0; k < streams->len; k++) {
            Unsure unsure = {host, endpoint, g_ptr_array_index(streams, k), 0};
            each_message(&unsure, resolve_in_flight);
        }
    }
    const QuicHost *table = ranked_table(host, RANKED_QUIC);
    for (guint i = 0; table != NULL && i < table->unresolved->len; i++) {
        resolve(host, &g_array_index(table->unresolved, QuicUnresolved, i), "reset");
    }
}
