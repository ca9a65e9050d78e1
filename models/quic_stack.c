/* SPDX-License-Identifier: MIT */
/* The stack `quic`: dials, ends, what arrives, and channels on QUIC's own streams. A crash is
 * silent, for a port that nobody has open answers with ICMP, which QUIC does not trust; once the
 * peer is back, it answers with stateless resets. */
#include "models/identify.h"
#include "models/quic_endpoint.h"
#include "models/ranked.h"
#include "models/stack.h"

static void end_connection(Host *host, QuicEndpoint *endpoint, Outcome outcome)
{
    Connection *connection = endpoint->muxed.connection;
    if (connection == NULL) {
        return;
    }
    if (connection->state == CONNECTION_DIALING) {
        if (!endpoint->muxed.is_ready) {
            span_end_error(host, &endpoint->shaking);
        }
        endpoint->muxed.is_opening = false;
        connection_failed(host, connection, outcome);
    } else {
        connection_end(host, connection, outcome);
    }
}

/* What the machine says. */

static void begin_channels(QuicEndpoint *endpoint)
{
    Host *host = endpoint->host;
    if ((endpoint->quic.events & QUIC_EVENT_OPENED) == 0) {
        return;
    }
    endpoint->quic.events &= (uint8_t)~QUIC_EVENT_OPENED;
    if (endpoint->muxed.is_dialer) {
        span_set_integer(&endpoint->shaking, "bytes_sent", endpoint->bytes_sent);
        span_set_integer(&endpoint->shaking, "bytes_received", endpoint->bytes_received);
        span_set_integer(&endpoint->shaking, "round_trips",
                         endpoint->quic.state == QUIC_SHAKING ? 0 : 1 + endpoint->quic.restarts);
        span_end(host, &endpoint->shaking);
    }
    channels_begin(host, &endpoint->muxed);
    if (!endpoint->is_gone && endpoint->muxed.connection != NULL) {
        endpoint->muxed.connection->transport = endpoint;
    }
}

static void item_arrived(void *user, uint64_t stream, const TcpItem *item)
{
    QuicEndpoint *endpoint = user;
    begin_channels(endpoint);
    channel_received(endpoint->host, &endpoint->muxed, stream,
                     (const ChannelItem *)(const void *)item->body);
}

static void stream_over(void *user, uint64_t stream, StreamEnd how)
{
    QuicEndpoint *endpoint = user;
    begin_channels(endpoint);
    channel_ended(endpoint->host, &endpoint->muxed, stream, how);
}

static void stream_broken(void *user, const QuicStream *stream)
{
    const QuicEndpoint *endpoint = user;
    quic_stream_remember(endpoint->host, endpoint, stream);
}

static const QuicUser USER = {.item = item_arrived, .ended = stream_over, .broken = stream_broken};

/* After the machine has been given something; what is to be sent goes at the end of the instant. */
static void go_on(Host *host, QuicEndpoint *endpoint)
{
    begin_channels(endpoint);
    const unsigned events = quic_take_events(&endpoint->quic);
    if ((events & QUIC_EVENT_TIMED_OUT) != 0) {
        end_connection(host, endpoint, OUTCOME_TIMEOUT);
    } else if ((events & QUIC_EVENT_WRONG_PEER) != 0) {
        end_connection(host, endpoint, OUTCOME_WRONG_PEER);
    } else if ((events & QUIC_EVENT_RESET) != 0) {
        end_connection(host, endpoint, OUTCOME_RESET);
    } else if ((events & QUIC_EVENT_PEER_CLOSED) != 0) {
        end_connection(host, endpoint, OUTCOME_CLOSED);
    }
    if (endpoint->is_gone) {
        return;
    }
    if (endpoint->quic.state == QUIC_CLOSED) {
        quic_endpoint_free(host, endpoint, false);
    } else {
        quic_endpoint_flush_later(host, endpoint);
    }
}

/* The endpoint of a half that this host has: a preconnected one is made when it is first asked
 * for. */
static QuicEndpoint *endpoint_of(Host *host, Connection *connection)
{
    if (connection->transport == NULL &&
        ((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0 &&
        connection->state == CONNECTION_OPEN) {
        QuicEndpoint *endpoint =
            quic_endpoint_new(host, connection->id, connection->peer, connection->is_dialer);
        quic_stand(&endpoint->quic, &host->network->quic, &USER, endpoint, connection->is_dialer,
                   host_now(host));
        endpoint->muxed.connection = connection;
        endpoint->muxed.is_opening = false;
        connection->transport = endpoint;
        channels_stand(&endpoint->muxed);
    }
    return connection->transport;
}

/* Events. */

static QuicEndpoint *endpoint_for(Host *host, const Packet *packet)
{
    QuicEndpoint *endpoint = quic_endpoint_find(host, packet->connection);
    if (endpoint != NULL) {
        return endpoint;
    }
    if (((uint32_t)packet->connection & CONNECTION_PRECONNECTED) != 0) {
        Connection *connection = connection_find(host, packet->sender, packet->connection);
        return connection == NULL ? NULL : endpoint_of(host, connection);
    }
    const bool was_own = packet->connection >> 32 == host->entity.id;
    const QuicHost *table = ranked_table(host, RANKED_QUIC);
    if (was_own || !quic_is_first(&host->network->quic, (const QuicDatagram *)packet->content) ||
        (table != NULL && g_hash_table_contains(table->ended_connections, &packet->connection))) {
        return NULL;
    }
    endpoint = quic_endpoint_new(host, packet->connection, packet->sender, false);
    quic_accept(&endpoint->quic, &host->network->quic, &USER, endpoint, host_now(host));
    return endpoint;
}

static void answer_unknown(Host *host, const Packet *packet)
{
    QuicDatagram answer;
    if (quic_answer_unknown(&host->network->quic, (const QuicDatagram *)packet->content,
                            packet->connection >> 32 != host->entity.id, &answer)) {
        quic_packet_send(host, packet->sender, packet->connection, &answer, sizeof answer);
    }
}

static void packet_came(Host *host, const Packet *packet)
{
    QuicEndpoint *endpoint = endpoint_for(host, packet);
    if (endpoint == NULL) {
        answer_unknown(host, packet);
        return;
    }
    if (endpoint->muxed.is_opening) {
        endpoint->bytes_received += packet->size_bytes;
    }
    const bool was_busy = quic_endpoint_keep(endpoint);
    quic_receive(&endpoint->quic, host_now(host), (const QuicDatagram *)packet->content);
    if (!endpoint->is_gone) {
        go_on(host, endpoint);
    }
    quic_endpoint_release(endpoint, was_busy);
}

static void expire(Host *host, uint64_t id)
{
    QuicEndpoint *endpoint = quic_endpoint_find(host, id);
    if (endpoint == NULL) {
        return;
    }
    const bool was_busy = quic_endpoint_keep(endpoint);
    if (endpoint->identify_at <= host_now(host)) {
        endpoint->identify_at = SIM_TIME_MAX;
        identify_timed_out(host, &endpoint->muxed);
    }
    if (!endpoint->is_gone) {
        quic_expire(&endpoint->quic, host_now(host));
        go_on(host, endpoint);
    }
    quic_endpoint_release(endpoint, was_busy);
}

static void settle(Host *host, uint64_t id)
{
    QuicEndpoint *endpoint = quic_endpoint_find(host, id);
    if (endpoint != NULL && endpoint->is_settle_due) {
        const bool was_busy = quic_endpoint_keep(endpoint);
        endpoint->is_settle_due = false;
        begin_channels(endpoint); /* at once, with quic.early-data */
        quic_endpoint_flush(host, endpoint);
        quic_endpoint_release(endpoint, was_busy);
    }
}

/* What the host does. */

static void dial(Host *host, Connection *connection)
{
    QuicEndpoint *endpoint = quic_endpoint_new(host, connection->id, connection->peer, true);
    endpoint->muxed.connection = connection;
    connection->transport = endpoint;
    endpoint->shaking = span_start(host, "quic", &connection->account->span.context);
    quic_open(&endpoint->quic, &host->network->quic, &USER, endpoint,
              layers_meet_impostor(&host->network->layers, connection->peer), host_now(host));
    quic_endpoint_flush_later(host, endpoint);
}

static void send(Host *host, Stream *stream, const MessageHeader *header, const void *content)
{
    channel_send(host, &endpoint_of(host, stream->connection)->muxed, stream, header, content);
}

static void end_stream(Host *host, Stream *stream, StreamEnd how)
{
    channel_end(host, &endpoint_of(host, stream->connection)->muxed, stream, how);
}

static MuxedConnection *muxed_half(Host *host, Connection *connection)
{
    QuicEndpoint *endpoint = endpoint_of(host, connection);
    return endpoint == NULL ? NULL : &endpoint->muxed;
}

static void close_connection(Host *host, Connection *connection)
{
    QuicEndpoint *endpoint = endpoint_of(host, connection);
    endpoint->is_closing = true;
    quic_close(&endpoint->quic, host_now(host));
    quic_endpoint_flush_later(host, endpoint);
}

/* Nothing goes out from a crashed peer. */
static void crashed(Host *host, const Connection *connection)
{
    if (((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0) {
        endpoint_of(host, (Connection *)(uintptr_t)connection); /* to be remembered as gone */
    }
}

/* Its half is gone; what was sent before still goes out when it was closed in good order. */
static void connection_gone(Host *host, Connection *connection, Outcome outcome)
{
    QuicEndpoint *endpoint = connection->transport;
    if (endpoint == NULL || outcome == OUTCOME_OPEN) {
        return; /* the end of the run */
    }
    if (!endpoint->muxed.is_ready) {
        span_end_error(host, &endpoint->shaking);
    }
    endpoint->muxed.connection = NULL;
    endpoint->muxed.is_opening = false;
    connection->transport = NULL;
    endpoint->identify_at = SIM_TIME_MAX;
    if (outcome != OUTCOME_CRASHED && endpoint->quic.state != QUIC_CLOSED &&
        !endpoint->is_closing) {
        endpoint->is_closing = true;
        quic_close(&endpoint->quic, host_now(host));
        quic_endpoint_flush_later(host, endpoint);
        channels_clear(host, &endpoint->muxed, "reset"); /* what is held has nowhere to go */
    }
}

static MuxedConnection *hand_over(Connection *from, Connection *to)
{
    QuicEndpoint *endpoint = from->transport;
    from->transport = NULL;
    to->transport = endpoint;
    endpoint->muxed.connection = to;
    return &endpoint->muxed;
}

const Stack STACK_quic = {
    .name = "quic",
    .has_connections = true,
    .allows_loss = true,
    .always_sends_packets = true,
    .dial = dial,
    .send = send,
    .end_stream = end_stream,
    .close = close_connection,
    .crashed = crashed,
    .receive_packet = packet_came,
    .describe_packet = quic_describe_packet,
    .digest_packet = quic_packet_digest,
    .connection_gone = connection_gone,
    .expire = expire,
    .settle = settle,
    .finish = quic_finish_host,
    .forget = quic_host_forget,
    .muxed = muxed_half,
    .hand_over = hand_over,
};
