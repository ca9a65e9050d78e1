/* SPDX-License-Identifier: MIT */
/* The stack `datagram`: each message stands alone, carries its protocol, and may be lost or
 * overtaken. There is no handshake: a dial succeeds at once and is known to its own side only, and
 * so are closes. A stream is only a name that the two sides put on their messages. */
#include "models/link.h"
#include "models/stack.h"

#include <string.h>

static void datagram_dial(Host *host, Connection *connection)
{
    entity_defer(&host->entity, KIND_DIALED, connection_dial_argument(connection));
    connection->state = CONNECTION_OPEN;
}

/* Never called: no dial arrives. */
static void datagram_answer(Host *host, EntityId peer, NetworkKind kind, uint64_t connection)
{
    (void)host;
    (void)peer;
    (void)kind;
    (void)connection;
}

static void datagram_send(Host *host, Stream *stream, const MessageHeader *header,
                          const void *content)
{
    Contact *contact = contact_table_get(&host->contacts, stream->peer);
    const SimDuration delay = link_message_delay(host, contact);
    const bool is_cut = link_is_cut(host, stream->peer);
    if (link_message_is_lost(host, contact) || is_cut) {
        message_record(host, header, stream->peer, RECORD_NO_TIME, is_cut ? "partitioned" : "lost");
        return;
    }
    uint8_t *body = entity_post(&host->entity, stream->peer, delay, KIND_MESSAGE,
                                (uint32_t)sizeof *header + header->content_size_bytes);
    memcpy(body, header, sizeof *header);
    if (header->content_size_bytes > 0) {
        memcpy(body + sizeof *header, content, header->content_size_bytes);
    }
}

static void datagram_end_stream(Host *host, Stream *stream, StreamEnd how)
{
    (void)host;
    (void)stream;
    (void)how;
}

static void datagram_crashed(Host *host, const Connection *connection)
{
    (void)host;
    (void)connection;
}

static void datagram_unknown(Host *host, EntityId sender, uint64_t connection)
{
    (void)host;
    (void)sender;
    (void)connection;
}

static void datagram_release(Host *host, EntityId peer)
{
    (void)host;
    (void)peer;
}

const Stack STACK_datagram = {
    .name = "datagram",
    .allows_loss = true,
    .dial = datagram_dial,
    .answer = datagram_answer,
    .send = datagram_send,
    .end_stream = datagram_end_stream,
    .crashed = datagram_crashed,
    .unknown = datagram_unknown,
    .release = datagram_release,
};
