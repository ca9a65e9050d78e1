/* SPDX-License-Identifier: MIT */
/* The stack `tcp`: a connection is a byte stream and carries one stream of the application, opened
 * by the peer that dialled; the next stream, or one of the other side, gets a connection of its own
 * (preconnected ones stand both ways). The end of the stream is the connection's FIN, a reset its
 * RST.
 *
 * A message takes the bytes that it says it has, and one if that is none; nothing else is added, as
 * on a socket where the protocol knows its own lengths. */
#include "models/receive.h"
#include "models/stack.h"
#include "models/tcp_endpoint.h"

#include <string.h>

typedef enum TcpItemKind {
    TCP_ITEM_MESSAGE,    /* a MessageHeader and its content */
    TCP_ITEM_STREAM_END, /* a StreamEndBody */
} TcpItemKind;

/* What the application does. */

static void tcp_dial(Host *host, Connection *connection)
{
    TcpEndpoint *endpoint = tcp_endpoint_new(host, connection->id, connection->peer);
    endpoint->connection = connection;
    connection->transport = endpoint;
    tcp_open(&endpoint->tcp, &host->network->tcp, &host_part(host)->blocks,
             packet_mtu(host, connection->peer), host_now(host));
    tcp_endpoint_flush(host, endpoint);
}

static void tcp_send(Host *host, Stream *stream, const MessageHeader *header, const void *content)
{
    TcpEndpoint *endpoint = tcp_endpoint_of(host, stream->connection);
    if (endpoint->tcp.is_closed || endpoint->tcp.state == TCP_CLOSED) {
        message_record(host, header, stream_peer(stream), RECORD_NO_TIME, "reset");
        return;
    }
    uint8_t *body = tcp_endpoint_add(endpoint, host_now(host), TCP_ITEM_MESSAGE,
                                     (uint32_t)sizeof *header + header->content_size_bytes,
                                     MAX(header->size_bytes, 1));
    memcpy(body, header, sizeof *header);
    if (header->content_size_bytes > 0) {
        memcpy(body + sizeof *header, content, header->content_size_bytes);
    }
    tcp_endpoint_flush(host, endpoint);
}

static void tcp_end_stream(Host *host, Stream *stream, StreamEnd how)
{
    Connection *connection = stream->connection;
    TcpEndpoint *endpoint = tcp_endpoint_of(host, connection);
    connection->is_closing = true;
    if (how == STREAM_RESET) {
        tcp_abort(&endpoint->tcp);
    } else if (!endpoint->tcp.is_closed && endpoint->tcp.state != TCP_CLOSED) {
        const StreamEndBody body = {.connection = connection->id,
                                    .stream = stream->id,
                                    .sender = host->entity.id,
                                    .how = how,
                                    .receiver_slot = stream->remote_slot};
        memcpy(tcp_endpoint_add(endpoint, host_now(host), TCP_ITEM_STREAM_END, sizeof body, 0),
               &body, sizeof body);
        tcp_close(&endpoint->tcp, host_now(host));
    }
    tcp_endpoint_flush(host, endpoint);
    entity_defer(&host->entity, KIND_TRANSPORT_SETTLE, connection->id);
}

static void tcp_close_connection(Host *host, Connection *connection)
{
    TcpEndpoint *endpoint = tcp_endpoint_of(host, connection);
    tcp_close(&endpoint->tcp, host_now(host));
    tcp_orphan(&endpoint->tcp, host_now(host));
    tcp_endpoint_flush(host, endpoint);
}

/* Its half is gone; TCP may have something to do still. */
static void tcp_connection_gone(Host *host, Connection *connection, Outcome outcome)
{
    TcpEndpoint *endpoint = connection->transport;
    if (endpoint == NULL || outcome == OUTCOME_OPEN) {
        return; /* the end of the run */
    }
    endpoint->connection = NULL;
    connection->transport = NULL;
    if (endpoint->tcp.state == TCP_SYN_SENT || endpoint->tcp.state == TCP_CLOSED) {
        tcp_endpoint_free(host, endpoint, outcome == OUTCOME_CRASHED);
    } else {
        tcp_orphan(&endpoint->tcp, host_now(host));
    }
}

/* What TCP says. */

static void end_connection(Host *host, TcpEndpoint *endpoint, Outcome outcome)
{
    Connection *connection = endpoint->connection;
    if (connection == NULL) {
        return;
    }
    if (connection->state == CONNECTION_DIALING) {
        connection_failed(host, connection, outcome);
    } else {
        connection_end(host, connection, outcome);
    }
}

/* A connection carries one stream, and ends with it. */
static void settle(Host *host, TcpEndpoint *endpoint)
{
    Tcp *tcp = &endpoint->tcp;
    Connection *connection = endpoint->connection;
    if (tcp->state == TCP_CLOSED) {
        end_connection(host, endpoint, OUTCOME_CLOSED);
        return;
    }
    if (connection == NULL || connection->streams != 0) {
        return;
    }
    if (tcp_peer_has_closed(tcp) || connection->has_carried) {
        connection->is_closing = true;
        tcp_close(tcp, host_now(host));
        tcp_orphan(tcp, host_now(host));
        tcp_endpoint_flush(host, endpoint);
    }
    if (tcp_peer_has_closed(tcp)) {
        connection_end(host, connection, OUTCOME_CLOSED);
        tcp_endpoint_flush(host, endpoint);
    }
}

/* Items. */

static void end_stream(Host *host, TcpEndpoint *endpoint, const StreamEndBody *body)
{
    Stream *stream = stream_find(host, endpoint->connection, body->stream, body->receiver_slot);
    if (stream == NULL || stream->connection != endpoint->connection) {
        return;
    }
    switch ((StreamEnd)body->how) {
    case STREAM_HALF_CLOSE:
        stream_half_closed(host, stream);
        break;
    case STREAM_CLOSE:
        stream_ended(host, stream, OUTCOME_CLOSED);
        break;
    case STREAM_RESET:
        stream_ended(host, stream, OUTCOME_RESET);
        break;
    }
}

/* Data for a stream that is gone is read and forgotten while our own end may still be on its way;
 * after that a reset tells the other side. */
static void take_unwanted(Host *host, TcpEndpoint *endpoint, const MessageHeader *header)
{
    message_record(host, header, host->entity.id, RECORD_NO_TIME, "reset");
    if (endpoint->tcp.state == TCP_FIN_WAIT_2) {
        tcp_abort(&endpoint->tcp);
        tcp_endpoint_flush(host, endpoint);
    }
}

static void deliver(Host *host, TcpEndpoint *endpoint, const TcpItem *item)
{
    if (item->kind == TCP_ITEM_STREAM_END) {
        if (endpoint->connection != NULL) {
            end_stream(host, endpoint, (const StreamEndBody *)item->body);
        }
        return;
    }
    const MessageHeader *header = (const MessageHeader *)item->body;
    Connection *connection = endpoint->connection;
    if (connection == NULL || (connection->is_closing && connection->streams == 0)) {
        take_unwanted(host, endpoint, header);
    } else {
        receive_message(host, header);
    }
}

static void opened(Host *host, TcpEndpoint *endpoint)
{
    Connection *connection = endpoint->connection;
    if (connection != NULL) {
        connection_opened(host, connection);
        return;
    }
    connection = connection_new(host, endpoint->id, endpoint->peer, CONNECTION_OPEN);
    connection->transport = endpoint;
    endpoint->connection = connection;
}

/* The record. */

static void messages(const TcpItem *item, void (*each)(void *data, const MessageHeader *header),
                     void *data)
{
    if (item->kind == TCP_ITEM_MESSAGE) {
        each(data, (const MessageHeader *)item->body);
    }
}

/* All that decides: of a message its content, not what observers put on it. */
static uint64_t digest_item(const TcpItem *item)
{
    if (item->kind == TCP_ITEM_MESSAGE) {
        return message_header_digest((const MessageHeader *)item->body);
    }
    const StreamEndBody *body = (const StreamEndBody *)item->body;
    return mix_two(body->stream, body->how);
}

static uint64_t digest_packet(const EventContent *content)
{
    return tcp_packet_digest(content, digest_item);
}

static const TcpUser USER = {
    .opened = opened,
    .delivered = deliver,
    .failed = end_connection,
    .settle = settle,
    .messages = messages,
};

const Stack STACK_tcp = {
    .name = "tcp",
    .has_connections = true,
    .has_one_stream = true,
    .allows_loss = true,
    .always_sends_packets = true,
    .dial = tcp_dial,
    .send = tcp_send,
    .end_stream = tcp_end_stream,
    .close = tcp_close_connection,
    .crashed = tcp_host_crashed,
    .receive_packet = tcp_packet_arrived,
    .refuse_packet = tcp_packet_at_crashed,
    .describe_packet = tcp_describe_packet,
    .digest_packet = digest_packet,
    .connection_gone = tcp_connection_gone,
    .expire = tcp_timer_expired,
    .settle = tcp_settle,
    .finish = tcp_finish_host,
    .forget = tcp_host_forget,
    .tcp_user = &USER,
};
