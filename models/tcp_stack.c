/* SPDX-License-Identifier: MIT */
/* The stack `tcp`: a connection is a byte stream and carries one stream of the application, opened
 * by the peer that dialled; the next stream, or one of the other side, gets a connection of its own
 * (preconnected ones stand both ways). The end of the stream is the connection's FIN, a reset its
 * RST.
 *
 * A message takes the bytes that it says it has, and one if that is none; nothing else is added, as
 * on a socket where the protocol knows its own lengths. */
#include "models/stack.h"
#include "models/tcp_endpoint.h"

#include <string.h>

static void tcp_dial(Host *host, Connection *connection)
{
    TcpEndpoint *endpoint = tcp_endpoint_new(host, connection->id, connection->peer);
    endpoint->connection = connection;
    connection->transport = endpoint;
    tcp_open(&endpoint->tcp, &host->network->tcp, packet_mtu(host, connection->peer),
             host_now(host));
    tcp_endpoint_flush(host, endpoint);
}

/* Never called: no dial arrives as such. */
static void tcp_answer(Host *host, EntityId peer, NetworkKind kind, uint64_t connection)
{
    (void)host;
    (void)peer;
    (void)kind;
    (void)connection;
}

static void tcp_send(Host *host, Stream *stream, const MessageHeader *header, const void *content)
{
    TcpEndpoint *endpoint = tcp_endpoint_of(host, stream->connection);
    if (endpoint->tcp.is_closed || endpoint->tcp.state == TCP_CLOSED) {
        message_record(host, header, stream->peer, RECORD_NO_TIME, "reset");
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

static void tcp_crashed(Host *host, const Connection *connection)
{
    TcpEndpoint *endpoint = connection->transport;
    if (endpoint == NULL && ((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0) {
        endpoint = tcp_endpoint_of(host, (Connection *)(uintptr_t)connection);
    }
    if (endpoint != NULL && host->network->tcp.crash == TCP_CRASH_PROCESS) {
        tcp_abort(&endpoint->tcp);
        tcp_endpoint_flush(host, endpoint);
    }
}

/* All endpoints go: with the peer, or with the run. */
static void tcp_forget(Host *host, bool by_crash)
{
    g_autoptr(GPtrArray) list = tcp_host_list(host);
    for (guint i = 0; i < list->len; i++) {
        TcpEndpoint *endpoint = g_ptr_array_index(list, i);
        if (by_crash) {
            tcp_endpoint_free(host, endpoint, true);
            continue;
        }
        tcp_clear(&endpoint->tcp);
        tcp_items_free(endpoint->items);
        g_free(endpoint);
    }
    TcpHost *table = host->transport;
    if (!by_crash && table != NULL) {
        g_hash_table_unref(table->endpoints);
        g_hash_table_unref(table->ended);
        g_array_unref(table->unresolved);
        g_clear_pointer(&host->transport, g_free);
    }
}

static void tcp_unknown(Host *host, EntityId sender, uint64_t connection)
{
    (void)host;
    (void)sender;
    (void)connection;
}

static void tcp_release(Host *host, EntityId peer)
{
    (void)host;
    (void)peer;
}

const Stack STACK_tcp = {
    .name = "tcp",
    .has_connections = true,
    .has_one_stream = true,
    .allows_loss = true,
    .always_sends_packets = true,
    .dial = tcp_dial,
    .answer = tcp_answer,
    .send = tcp_send,
    .end_stream = tcp_end_stream,
    .close = tcp_close_connection,
    .crashed = tcp_crashed,
    .unknown = tcp_unknown,
    .release = tcp_release,
    .receive_packet = tcp_packet_arrived,
    .refuse_packet = tcp_packet_at_crashed,
    .describe_packet = tcp_describe_packet,
    .digest_packet = tcp_digest_packet,
    .connection_gone = tcp_connection_gone,
    .expire = tcp_timer_expired,
    .settle = tcp_settle,
    .finish = tcp_finish_host,
    .forget = tcp_forget,
};
