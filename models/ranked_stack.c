/* SPDX-License-Identifier: MIT */
/* The stack `quic+tcp/noise/yamux` and its like: QUIC and layers side by side. Everything about a
 * connection goes to the transport that its id names, and a dial without a connection to
 * models/ranked_dial.c. */
#include "models/layered.h"
#include "models/ranked.h"
#include "sim/error.h"

#include <string.h>

static const char QUIC_PREFIX[] = "quic+";

/* Names. */

const char *ranked_layers_name(const char *stack_name, GError **error)
{
    const char *layers = stack_name + strlen(QUIC_PREFIX);
    if (!g_str_has_prefix(stack_name, QUIC_PREFIX) || !layers_are_named(layers) ||
        strchr(layers, '+') != NULL) {
        skein_refuse(error,
                     "found '%s', expected quic+ and layers, as in quic+tcp/noise/yamux: QUIC is "
                     "dialled before them, and of other transports only one",
                     stack_name);
        return NULL;
    }
    return layers;
}

const char *ranked_stack_name(const Network *network, uint64_t id)
{
    const char *name = network->stack_settings.name;
    if (!network_is_ranked(network)) {
        return name;
    }
    const bool stood = ((uint32_t)id & CONNECTION_PRECONNECTED) != 0;
    switch (ranked_way(id)) {
    case RANKED_QUIC:
        return STACK_quic.name;
    case RANKED_LAYERS:
        return name + strlen(QUIC_PREFIX);
    default:
        return stood ? STACK_quic.name : name;
    }
}

/* Tables of hosts. */

void ranked_set_table(Host *host, RankedWay way, void *table)
{
    if (!network_is_ranked(host->network)) {
        host->transport = table;
        return;
    }
    if (host->transport == NULL) {
        host->transport = g_new0(void *, RANKED_WAYS);
    }
    ((void **)host->transport)[way] = table;
}

/* By the id of a connection that there is. */
static const Stack *stack_of(uint64_t id)
{
    return ranked_way(id) == RANKED_LAYERS ? &STACK_layered : &STACK_quic;
}

/* Streams and connections. */

static void send(Host *host, Stream *stream, const MessageHeader *header, const void *content)
{
    RankedDial *dial = ranked_dial_of(stream->connection);
    if (dial != NULL) {
        channel_send(host, &dial->waiting, stream, header, content);
    } else {
        stack_of(stream->connection->id)->send(host, stream, header, content);
    }
}

static void end_stream(Host *host, Stream *stream, StreamEnd how)
{
    RankedDial *dial = ranked_dial_of(stream->connection);
    if (dial != NULL) {
        channel_end(host, &dial->waiting, stream, how);
    } else {
        stack_of(stream->connection->id)->end_stream(host, stream, how);
    }
}

static void close_connection(Host *host, Connection *connection)
{
    stack_of(connection->id)->close(host, connection);
}

static void crashed(Host *host, const Connection *connection)
{
    const RankedDial *dial = ranked_dial_of(connection);
    if (dial == NULL) {
        stack_of(connection->id)->crashed(host, connection);
        return;
    }
    for (RankedWay way = RANKED_QUIC; way < RANKED_WAYS; way++) {
        if (dial->attempts[way] != NULL) {
            stack_of(dial->attempts[way]->id)->crashed(host, dial->attempts[way]);
        }
    }
}

static void connection_gone(Host *host, Connection *connection, Outcome outcome)
{
    if (ranked_dial_of(connection) != NULL) {
        ranked_dial_gone(host, connection, outcome);
    } else {
        stack_of(connection->id)->connection_gone(host, connection, outcome);
    }
}

static MuxedConnection *muxed(Host *host, Connection *connection)
{
    return stack_of(connection->id)->muxed(host, connection);
}

/* Packets and timers. */

static void receive_packet(Host *host, const Packet *packet)
{
    stack_of(packet->connection)->receive_packet(host, packet);
}

static void refuse_packet(Host *host, const Packet *packet)
{
    const Stack *stack = stack_of(packet->connection);
    if (stack->refuse_packet != NULL) {
        stack->refuse_packet(host, packet);
    }
}

static void describe_packet(const Packet *packet, const void *content, PacketRow *row,
                            char text[PACKET_TEXT_BYTES])
{
    stack_of(packet->connection)->describe_packet(packet, content, row, text);
}

static uint64_t digest_packet(const EventContent *content)
{
    return stack_of(((const Packet *)content->body)->connection)->digest_packet(content);
}

static void expire(Host *host, uint64_t argument)
{
    const bool stood = ((uint32_t)argument & CONNECTION_PRECONNECTED) != 0;
    if (ranked_way(argument) == RANKED_NONE && !stood) {
        ranked_dial_go_on(host, argument);
    } else {
        stack_of(argument)->expire(host, argument);
    }
}

static void settle(Host *host, uint64_t id)
{
    stack_of(id)->settle(host, id);
}

/* The end of the run. */

static void each_dial(Host *host, void (*visit)(Host *host, Connection *connection))
{
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        Connection *at = host->contacts.contacts[i].connections;
        for (; at != NULL; at = at->next) {
            if (ranked_dial_of(at) != NULL) {
                visit(host, at);
            }
        }
    }
}

static void finish_dial(Host *host, Connection *connection)
{
    channels_finish(host, &ranked_dial_of(connection)->waiting);
}

static void finish(Host *host)
{
    each_dial(host, finish_dial);
    STACK_quic.finish(host);
    STACK_layered.finish(host);
}

static void forget_dial(Host *host, Connection *connection)
{
    RankedDial *dial = ranked_dial_of(connection);
    channels_clear(host, &dial->waiting, NULL);
    g_free(dial);
}

static void forget(Host *host, bool by_crash)
{
    STACK_quic.forget(host, by_crash);
    STACK_layered.forget(host, by_crash);
    if (!by_crash) {
        each_dial(host, forget_dial);
        g_clear_pointer(&host->transport, g_free);
    }
}

const Stack STACK_ranked = {
    .name = "quic+tcp/noise/yamux", /* for all names of this kind */
    .has_connections = true,
    .allows_loss = true,
    .always_sends_packets = true,
    .dial = ranked_dial,
    .send = send,
    .end_stream = end_stream,
    .close = close_connection,
    .crashed = crashed,
    .receive_packet = receive_packet,
    .refuse_packet = refuse_packet,
    .describe_packet = describe_packet,
    .digest_packet = digest_packet,
    .connection_gone = connection_gone,
    .expire = expire,
    .settle = settle,
    .finish = finish,
    .forget = forget,
    .muxed = muxed,
    .tcp_user = &LAYERED_TCP_USER,
};
