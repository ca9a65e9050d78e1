/* SPDX-License-Identifier: MIT */
/* The stack `datagram`: each message stands alone, carries its protocol, and may be lost or
 * overtaken. There is no handshake: a dial succeeds at once and is known to its own side only, and
 * so are closes. A stream is only a name that the two sides put on their messages. */
#include "models/link.h"
#include "models/receive.h"
#include "models/stack.h"

#include <string.h>

static void datagram_dial(Host *host, Connection *connection)
{
    entity_defer(&host->entity, KIND_DIALED, connection_dial_argument(connection));
    connection->state = CONNECTION_OPEN;
}

/* The packets of a message: what UDP and IP add to it, in as many fragments as it needs. All but
 * the last carry a multiple of 8 bytes (RFC 791, 3.2). They travel as one and are lost as one,
 * since a message lacking a fragment is lost. */
enum { IP_HEADER_BYTES = 20, UDP_HEADER_BYTES = 8 };

static uint32_t wire_size_bytes(const Host *host, EntityId peer, uint32_t size_bytes)
{
    const uint64_t content = (uint64_t)size_bytes + UDP_HEADER_BYTES;
    const uint32_t room = packet_mtu(host, peer) - IP_HEADER_BYTES;
    const uint64_t fragments = content <= room ? 1 : (content + (room & ~7U) - 1) / (room & ~7U);
    return (uint32_t)MIN(content + fragments * IP_HEADER_BYTES, UINT32_MAX);
}

static void send_packet(Host *host, const Stream *stream, const MessageHeader *header,
                        const void *content)
{
    packet_send(
        host, stream_peer(stream),
        &(Packet){.flow = stream->id,
                  .size_bytes = wire_size_bytes(host, stream_peer(stream), header->size_bytes)},
        &(PacketContent){.head = header,
                         .head_size_bytes = sizeof *header,
                         .tail = content,
                         .tail_size_bytes = header->content_size_bytes});
}

static void datagram_send(Host *host, Stream *stream, const MessageHeader *header,
                          const void *content)
{
    if (host->network->sends_packets) {
        send_packet(host, stream, header, content);
        return;
    }
    Contact *contact = contact_table_get(&host->contacts, stream_peer(stream));
    const bool is_control = host->network->application->protocols[header->protocol].is_control;
    const SimDuration delay =
        is_control ? link_control_delay(host, contact) : link_message_delay(host, contact);
    const bool is_cut = link_is_cut(host, stream_peer(stream));
    const bool is_lost =
        is_control ? link_control_is_lost(host, contact) : link_message_is_lost(host, contact);
    if (is_lost || is_cut) {
        message_record(host, header, stream_peer(stream), RECORD_NO_TIME,
                       is_cut ? "partitioned" : "lost");
        return;
    }
    uint8_t *body = entity_post(&host->entity, stream_peer(stream), delay, KIND_MESSAGE,
                                (uint32_t)sizeof *header + header->content_size_bytes);
    memcpy(body, header, sizeof *header);
    if (header->content_size_bytes > 0) {
        memcpy(body + sizeof *header, content, header->content_size_bytes);
    }
}

static void datagram_receive_packet(Host *host, const Packet *packet)
{
    receive_message(host, (const MessageHeader *)packet->content);
}

static uint64_t datagram_digest_packet(const EventContent *content)
{
    const Packet *packet = content->body;
    return mix_two(packet_head_digest(packet),
                   message_header_digest((const MessageHeader *)packet->content));
}

static void datagram_packet_gone(const Host *host, const Packet *packet, const void *content,
                                 const char *fate)
{
    message_record(host, content, packet->receiver, RECORD_NO_TIME, fate);
}

static void datagram_describe_packet(const Packet *packet, const void *content, PacketRow *row,
                                     char text[PACKET_TEXT_BYTES])
{
    (void)packet;
    (void)text;
    row->data_bytes = ((const MessageHeader *)content)->size_bytes;
}

/* What a packet with the message would have been. A message for a stream that is closed was reset,
 * but its packet did arrive. */
static void datagram_record_message(const Host *host, const MessageHeader *header,
                                    EntityId receiver, SimTime received, const char *fate)
{
    const bool has_arrived = received != RECORD_NO_TIME || strcmp(fate, "reset") == 0;
    const Packet packet = {
        .size_bytes = wire_size_bytes(host, receiver, header->size_bytes),
        .sent = header->sent,
        .sender = header->sender,
        .receiver = receiver,
        .number = header->number,
    };
    packet_record(host, &packet, header, has_arrived ? host_now(host) : RECORD_NO_TIME,
                  has_arrived ? "delivered" : fate);
}

static void datagram_copied_packet(Host *host, void *head)
{
    MessageHeader *header = head;
    header->original = header->number;
    header->number = ++host->messages_made;
}

static void datagram_end_stream(Host *host, Stream *stream, StreamEnd how)
{
    (void)host;
    (void)stream;
    (void)how;
}

const Stack STACK_datagram = {
    .name = "datagram",
    .allows_loss = true,
    .dial = datagram_dial,
    .send = datagram_send,
    .end_stream = datagram_end_stream,
    .receive_packet = datagram_receive_packet,
    .packet_gone = datagram_packet_gone,
    .describe_packet = datagram_describe_packet,
    .record_message = datagram_record_message,
    .copied_packet = datagram_copied_packet,
    .digest_packet = datagram_digest_packet,
};
