/* SPDX-License-Identifier: MIT */
/* What the record learns of TCP: packets, series, and at the end of the run what became of messages
 * that no sender saw acknowledged. */
#include "models/ranked.h"
#include "models/stack.h"
#include "models/tcp_endpoint.h"

#include <stdio.h>

static const char *flags_text(unsigned flags)
{
    switch (flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_PSH | TCP_ACK)) {
    case TCP_SYN:
        return "SYN";
    case TCP_SYN | TCP_ACK:
        return "SYN|ACK";
    case TCP_ACK:
        return "ACK";
    case TCP_PSH | TCP_ACK:
        return "PSH|ACK";
    case TCP_FIN | TCP_ACK:
        return "FIN|ACK";
    case TCP_FIN | TCP_PSH | TCP_ACK:
        return "FIN|PSH|ACK";
    case TCP_RST:
        return "RST";
    default:
        return "RST|ACK";
    }
}

void tcp_describe_packet(const Packet *packet, const void *content, PacketRow *row,
                         char text[PACKET_TEXT_BYTES])
{
    (void)packet;
    const TcpSegment *segment = content;
    row->number = (int64_t)segment->number;
    row->flags = flags_text(segment->flags);
    row->data_bytes = segment->length;
    row->window_bytes = segment->window;
    if ((segment->flags & TCP_ACK) != 0) {
        row->acknowledged = (int64_t)segment->acknowledged;
    }
    if (segment->stamp != 0 || segment->echo != 0) {
        row->stamp = segment->stamp;
        row->echo = segment->echo;
    }
    if (segment->block_count > 0) {
        int length = 0;
        for (unsigned i = 0; i < segment->block_count; i++) {
            length +=
                snprintf(text + length, (size_t)(PACKET_TEXT_BYTES - length),
                         "%s[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]", i == 0 ? "[" : ",",
                         segment->blocks[i].start, segment->blocks[i].end);
        }
        snprintf(text + length, (size_t)(PACKET_TEXT_BYTES - length), "]");
        row->selective = text;
    }
}

uint64_t tcp_packet_digest(const EventContent *content, uint64_t (*digest_item)(const TcpItem *))
{
    const Packet *packet = content->body;
    const TcpSegment *segment = (const TcpSegment *)packet->content;
    const uint32_t head_bytes = tcp_segment_size_bytes(segment);
    uint64_t digest = mix_two(packet_head_digest(packet), packet->connection);
    digest = mix_two(digest, mix_bytes(segment, head_bytes));
    const uint8_t *at = (const uint8_t *)segment + head_bytes;
    const uint8_t *past = (const uint8_t *)packet->content + packet->content_size_bytes;
    while (at < past) {
        const TcpItem *item = (const TcpItem *)(const void *)at;
        digest = mix_two(mix_two(digest, item->end), digest_item(item));
        at += item->size_bytes;
    }
    return digest;
}

void tcp_sample(Host *host, const TcpEndpoint *endpoint)
{
    if (host->network->records_series == NULL) {
        return;
    }
    const Tcp *tcp = &endpoint->tcp;
    const double values[] = {
        [SERIES_TCP_WINDOW - SERIES_TCP_WINDOW] = tcp->window,
        [SERIES_TCP_IN_FLIGHT - SERIES_TCP_WINDOW] = tcp_in_flight(tcp),
        [SERIES_TCP_ROUND_TRIP - SERIES_TCP_WINDOW] = (double)(tcp->round_trip_8 / 8),
        [SERIES_TCP_RESENT - SERIES_TCP_WINDOW] = tcp->resent,
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(values); i++) {
        const unsigned series = SERIES_TCP_WINDOW + i;
        if (network_records_series(host, series)) {
            network_sample(host, series, host_now(host), values[i], endpoint->id, endpoint->peer);
        }
    }
}

/* The end of the run. */

/* How far the receiver had it, UINT64_MAX when it had all. */
static uint64_t received_by(const Network *network, EntityId receiver, uint64_t id, bool was_open,
                            bool *ret_crashed)
{
    Host *host = host_of(simulation_entity(network->simulation, receiver));
    const TcpHost *table = ranked_table(host, RANKED_LAYERS);
    const TcpEndpoint *endpoint = tcp_endpoint_find(host, id);
    const TcpEnded *ended =
        table == NULL || endpoint != NULL ? NULL : g_hash_table_lookup(table->ended, &id);
    *ret_crashed = ended != NULL && ended->by_crash;
    if (endpoint != NULL) {
        return endpoint->tcp.received;
    }
    if (ended != NULL) {
        return ended->received;
    }
    return was_open && ((uint32_t)id & CONNECTION_PRECONNECTED) == 0 ? UINT64_MAX : 0;
}

static void resolve(const Host *host, EntityId receiver, const MessageHeader *header, uint64_t end,
                    bool was_open, const char *fate)
{
    bool has_crashed;
    if (end > received_by(host->network, receiver, header->connection, was_open, &has_crashed)) {
        message_record(host, header, receiver, RECORD_NO_TIME, has_crashed ? "dead-peer" : fate);
    }
}

typedef struct Unacknowledged {
    const Host *host;
    const TcpEndpoint *endpoint;
    uint64_t end;
} Unacknowledged;

static void resolve_in_flight(void *data, const MessageHeader *header)
{
    const Unacknowledged *item = data;
    resolve(item->host, item->endpoint->peer, header, item->end,
            item->endpoint->tcp.unacknowledged > 0, "in-flight");
}

typedef struct Unread {
    const Host *host;
    const char *fate;
} Unread;

static void record_unread(void *data, const MessageHeader *header)
{
    const Unread *unread = data;
    message_record(unread->host, header, unread->host->entity.id, RECORD_NO_TIME, unread->fate);
}

void tcp_record_unread(Host *host, const TcpEndpoint *endpoint, const char *fate)
{
    const TcpItems *items = endpoint->items;
    Unread unread = {host, fate};
    for (uint32_t i = 0; items != NULL && i < items->early_count; i++) {
        if (items->early[i]->end <= endpoint->tcp.received) {
            host->network->stack->tcp_user->messages(items->early[i], record_unread, &unread);
        }
    }
}

void tcp_finish_host(Host *host)
{
    g_autoptr(GPtrArray) list = tcp_host_list(host);
    for (guint i = 0; i < list->len; i++) {
        const TcpEndpoint *endpoint = g_ptr_array_index(list, i);
        const TcpItem *item = NULL;
        tcp_record_unread(host, endpoint, "in-flight");
        while (endpoint->items != NULL && (item = tcp_items_next(endpoint->items, item)) != NULL) {
            Unacknowledged unacknowledged = {host, endpoint, item->end};
            host->network->stack->tcp_user->messages(item, resolve_in_flight, &unacknowledged);
        }
    }
    const TcpHost *table = ranked_table(host, RANKED_LAYERS);
    for (guint i = 0; table != NULL && i < table->unresolved->len; i++) {
        const TcpUnresolved *lost = &g_array_index(table->unresolved, TcpUnresolved, i);
        resolve(host, lost->receiver, &lost->header, lost->end, lost->was_open, "reset");
    }
}
