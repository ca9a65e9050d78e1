/* SPDX-License-Identifier: MIT */
/* Stacks of layers on TCP, such as `tcp/noise/yamux`: dials, ends, and what TCP and the muxer's
 * session say. */
#include "models/layered.h"

#include "models/identify.h"
#include "models/stack.h"

/* Life. */

static void end_connection(Host *host, Layered *layered, Outcome outcome)
{
    Connection *connection = layered->muxed.connection;
    if (connection == NULL) {
        return;
    }
    layered_show_failure(host, layered);
    if (connection->state == CONNECTION_DIALING) {
        layered->muxed.is_opening = false;
        connection_failed(host, connection, outcome);
    } else {
        connection_end(host, connection, outcome);
    }
}

/* This side has nothing more to say. */
static void hang_up(Host *host, TcpEndpoint *endpoint)
{
    if (!endpoint->is_gone) {
        tcp_close(&endpoint->tcp, host_now(host));
        tcp_orphan(&endpoint->tcp, host_now(host));
        tcp_endpoint_flush(host, endpoint);
    }
}

static void abort_connection(Host *host, Layered *layered, Outcome outcome)
{
    TcpEndpoint *endpoint = layered_endpoint(layered);
    tcp_abort(&endpoint->tcp);
    tcp_endpoint_flush(host, endpoint);
    end_connection(host, layered, outcome);
}

/* The session. */

static void session_opened(void *user, uint64_t stream)
{
    (void)user;
    (void)stream;
}

static void session_item(void *user, uint64_t stream, const ChannelItem *item)
{
    Layered *layered = user;
    channel_received(layered->host, &layered->muxed, stream, item);
}

static void session_ended(void *user, uint64_t stream, StreamEnd how)
{
    Layered *layered = user;
    channel_ended(layered->host, &layered->muxed, stream, how);
}

/* The other side's goodbye is followed by its FIN; anything else is an accident. */
static void session_died(void *user, MuxerDeath death)
{
    Layered *layered = user;
    layered->is_dead = death != MUXER_GONE_AWAY;
    if (layered->muxed.connection != NULL) {
        layered->muxed.connection->is_closing = true;
    }
}

static const MuxerUser SESSION_USER = {
    .opened = session_opened,
    .item = session_item,
    .ended = session_ended,
    .died = session_died,
    .lost = layered_record_lost,
};

static void begin_session(Host *host, Layered *layered, unsigned security, unsigned muxer,
                          bool stands)
{
    layered->security = (uint8_t)security;
    layered->session =
        muxer_new(muxer_at(muxer), &host->network->layers.muxers, &host_part(host)->blocks,
                  layered->muxed.is_dialer, stands, &SESSION_USER, layered, host_now(host));
}

/* The channels. */

static void open_channel(Host *host, MuxedConnection *muxed, uint64_t stream)
{
    muxer_open(((Layered *)muxed)->session, host_now(host), stream);
}

static void *write_item(Host *host, MuxedConnection *muxed, uint64_t stream, ChannelItemKind kind,
                        uint16_t flags, uint32_t length, uint32_t body_size_bytes)
{
    Layered *layered = (Layered *)muxed;
    void *body = muxer_write(layered->session, host_now(host), stream, (uint16_t)kind, flags,
                             length, body_size_bytes);
    layered_flush_later(host, layered);
    return body;
}

static void end_channel(Host *host, MuxedConnection *muxed, uint64_t stream, StreamEnd how)
{
    Layered *layered = (Layered *)muxed;
    muxer_end(layered->session, host_now(host), stream, how);
    layered_flush_later(host, layered);
}

static void set_identify_timeout(Host *host, MuxedConnection *muxed, SimTime when)
{
    Layered *layered = (Layered *)muxed;
    layered->timeout = when;
    layered_flush_later(host, layered);
}

static const ChannelCarrier CARRIER = {
    .open = open_channel,
    .write = write_item,
    .end = end_channel,
    .set_identify_timeout = set_identify_timeout,
};

/* The upgrade. */

static Layered *layered_new(Host *host, TcpEndpoint *endpoint, bool is_dialer)
{
    Layered *layered = tcp_endpoint_room(endpoint);
    layered->host = host;
    layered->timeout = layered->flush_at = layered->wake_at = SIM_TIME_MAX;
    layered->muxed = (MuxedConnection){.carrier = &CARRIER,
                                       .id = endpoint->id,
                                       .connection = endpoint->connection,
                                       .peer = endpoint->peer,
                                       .is_dialer = is_dialer,
                                       .is_opening = is_dialer};
    endpoint->user = layered;
    return layered;
}

static void begin_upgrade(Host *host, Layered *layered)
{
    const Layers *layers = &host->network->layers;
    const bool is_dialer = layered->muxed.is_dialer;
    layered->upgrade = block_pool_take(&host_part(host)->blocks, sizeof *layered->upgrade);
    upgrade_init(&layered->upgrade->state, &layers->plan, is_dialer,
                 is_dialer && layers_meet_impostor(layers, layered->muxed.peer));
}

static void become_ready(Host *host, Layered *layered)
{
    TcpEndpoint *endpoint = layered_endpoint(layered);
    layered->timeout = SIM_TIME_MAX;
    begin_session(host, layered, layered->upgrade->state.security, layered->upgrade->state.muxer,
                  false);
    layered_flush_later(host, layered);
    channels_begin(host, &layered->muxed);
    if (!endpoint->is_gone && endpoint->connection == NULL) {
        endpoint->connection = layered->muxed.connection;
        endpoint->connection->transport = endpoint;
    }
}

static void fail_upgrade(Host *host, Layered *layered)
{
    TcpEndpoint *endpoint = layered_endpoint(layered);
    const bool is_stranger = layered->upgrade->state.failure == UPGRADE_WRONG_PEER;
    hang_up(host, endpoint);
    end_connection(host, layered, is_stranger ? OUTCOME_WRONG_PEER : OUTCOME_NO_PROTOCOL);
}

static void receive_upgrade(Host *host, Layered *layered, const UpgradeMessage *message)
{
    Upgrade *upgrade = &layered->upgrade->state;
    if (layered->muxed.is_dialer && layered->muxed.connection == NULL) {
        return; /* the dial was given up */
    }
    upgrade_receive(upgrade, message);
    if (upgrade->step == UPGRADE_FAILED) {
        fail_upgrade(host, layered);
    } else if (upgrade->step == UPGRADE_DONE) {
        become_ready(host, layered);
    }
}

/* What TCP says. */

static void opened(Host *host, TcpEndpoint *endpoint)
{
    const UpgradeSettings *settings = &host->network->layers.upgrade;
    Layered *layered = endpoint->user;
    const bool is_dialer = layered != NULL;
    if (!is_dialer) {
        layered = layered_new(host, endpoint, false);
        begin_upgrade(host, layered);
    }
    layered->timeout =
        host_now(host) + (is_dialer ? settings->negotiate_timeout : settings->accept_timeout);
    upgrade_begin(&layered->upgrade->state);
    layered_show_open(host, layered);
    layered_flush_later(host, layered);
}

static void receive_part(Host *host, Layered *layered, const LayeredPart *part)
{
    if (part->kind == LAYERED_FRAME && layered->session != NULL) {
        muxer_receive(layered->session, host_now(host),
                      (const MuxFrame *)(const void *)part->content);
    } else if (part->kind == LAYERED_UPGRADE && layered->upgrade != NULL) {
        receive_upgrade(host, layered, (const UpgradeMessage *)(const void *)part->content);
    }
}

static void delivered(Host *host, TcpEndpoint *endpoint, const TcpItem *item)
{
    const uint8_t *at = (const uint8_t *)item->body;
    const uint8_t *past = (const uint8_t *)item + item->size_bytes;
    while (at < past && !endpoint->is_gone && endpoint->user != NULL) {
        const LayeredPart *part = (const LayeredPart *)(const void *)at;
        receive_part(host, endpoint->user, part);
        at += part->size_bytes;
    }
    Layered *layered = endpoint->user;
    if (endpoint->is_gone || layered == NULL) {
        return;
    }
    if (layered->is_dead) {
        abort_connection(host, layered, OUTCOME_RESET);
        return;
    }
    if (layered->session != NULL && !muxer_may_read(layered->session)) {
        tcp_endpoint_hold(endpoint, item);
    }
    layered_flush_later(host, layered);
}

static void failed(Host *host, TcpEndpoint *endpoint, Outcome outcome)
{
    if (endpoint->user != NULL) {
        end_connection(host, endpoint->user, outcome);
    }
}

static void settle(Host *host, TcpEndpoint *endpoint)
{
    Layered *layered = endpoint->user;
    if (layered == NULL) {
        return;
    }
    layered->is_settle_due = false;
    if (endpoint->tcp.state == TCP_CLOSED) {
        end_connection(host, layered, OUTCOME_CLOSED);
        return;
    }
    layered_flush(host, layered);
    if (!endpoint->is_gone && tcp_peer_has_closed(&endpoint->tcp) && !endpoint->is_held) {
        const bool is_dialing = layered->muxed.connection != NULL &&
                                layered->muxed.connection->state == CONNECTION_DIALING;
        hang_up(host, endpoint);
        end_connection(host, layered, is_dialing ? OUTCOME_RESET : OUTCOME_CLOSED);
    }
}

static void has_room(Host *host, TcpEndpoint *endpoint)
{
    Layered *layered = endpoint->user;
    if (layered != NULL && layered->session != NULL && !layered->is_settle_due &&
        muxer_has_unsent(layered->session) &&
        (layered->flush_at == SIM_TIME_MAX || !layered_may_wait(host, layered))) {
        layered_flush(host, layered);
    }
}

/* It stood before the run: on what both propose first. */
static void stand(Host *host, TcpEndpoint *endpoint)
{
    const UpgradePlan *plan = &host->network->layers.plan;
    Layered *layered = layered_new(host, endpoint, endpoint->connection->is_dialer);
    layered->muxed.is_opening = false;
    layered->shown_step = UPGRADE_DONE;
    begin_session(host, layered, plan->proposed_securities.numbers[0],
                  plan->proposed_muxers.numbers[0], true);
    channels_stand(&layered->muxed);
}

static void gone(Host *host, TcpEndpoint *endpoint)
{
    Layered *layered = endpoint->user;
    if (layered == NULL) {
        return;
    }
    endpoint->user = NULL;
    channels_clear(host, &layered->muxed, host->network->is_finished ? NULL : "reset");
    muxer_free(layered->session);
    timer_free(&host->entity, layered->timer);
    layered_end_upgrade(host, layered);
}

const TcpUser LAYERED_TCP_USER = {
    .size_bytes = sizeof(Layered),
    .opened = opened,
    .delivered = delivered,
    .failed = failed,
    .settle = settle,
    .has_room = has_room,
    .stand = stand,
    .gone = gone,
    .messages = layered_messages,
};

/* Timers. */

static void time_out(Host *host, Layered *layered)
{
    layered->timeout = SIM_TIME_MAX;
    if (layered->session != NULL) {
        identify_timed_out(host, &layered->muxed);
        return;
    }
    TcpEndpoint *endpoint = layered_endpoint(layered);
    const bool was_open = endpoint->tcp.state != TCP_SYN_SENT;
    if (was_open) {
        hang_up(host, endpoint);
    }
    end_connection(host, layered, OUTCOME_TIMEOUT);
}

static void wake(Host *host, Layered *layered)
{
    const SimTime now = host_now(host);
    if (layered->timeout <= now) {
        TcpEndpoint *endpoint = layered_endpoint(layered);
        time_out(host, layered);
        if (endpoint->is_gone || endpoint->user == NULL) {
            return;
        }
    }
    bool is_idle;
    if (layered->session != NULL && muxer_deadline(layered->session, &is_idle) <= now) {
        muxer_expire(layered->session, now);
    }
    if (layered->is_dead) {
        abort_connection(host, layered, OUTCOME_TIMEOUT);
        return;
    }
    if (layered_endpoint(layered)->is_held && muxer_may_read(layered->session)) {
        TcpEndpoint *endpoint = layered_endpoint(layered);
        tcp_endpoint_go_on(host, endpoint);
        if (endpoint->is_gone || endpoint->user == NULL) {
            return;
        }
    }
    layered_flush(host, layered);
}

static void expire(Host *host, uint64_t argument)
{
    if ((argument & LAYERED_TIMER) == 0) {
        tcp_timer_expired(host, argument);
        return;
    }
    TcpEndpoint *endpoint = tcp_endpoint_find(host, argument & ~LAYERED_TIMER);
    if (endpoint != NULL && endpoint->user != NULL) {
        const bool was_busy = tcp_endpoint_keep(endpoint);
        ((Layered *)endpoint->user)->wake_at = SIM_TIME_MAX;
        wake(host, endpoint->user);
        tcp_endpoint_release(host, endpoint, was_busy);
    }
}

/* What the host does. */

static void dial(Host *host, Connection *connection)
{
    TcpEndpoint *endpoint = tcp_endpoint_new(host, connection->id, connection->peer);
    endpoint->connection = connection;
    connection->transport = endpoint;
    Layered *layered = layered_new(host, endpoint, true);
    begin_upgrade(host, layered);
    layered->timeout = host_now(host) + host->network->layers.upgrade.connect_timeout;
    layered_show_dial(host, layered);
    tcp_open(&endpoint->tcp, &host->network->tcp, &host_part(host)->blocks,
             packet_mtu(host, connection->peer), host_now(host));
    tcp_endpoint_flush(host, endpoint);
    layered_set_timer(host, layered);
}

static void send(Host *host, Stream *stream, const MessageHeader *header, const void *content)
{
    channel_send(host, &layered_of(host, stream->connection)->muxed, stream, header, content);
}

static void end_stream(Host *host, Stream *stream, StreamEnd how)
{
    channel_end(host, &layered_of(host, stream->connection)->muxed, stream, how);
}

static MuxedConnection *muxed_half(Host *host, Connection *connection)
{
    Layered *layered = layered_of(host, connection);
    return layered == NULL ? NULL : &layered->muxed;
}

static void close_connection(Host *host, Connection *connection)
{
    Layered *layered = layered_of(host, connection);
    layered->is_closing = true;
    muxer_go_away(layered->session, host_now(host));
    layered_flush(host, layered);
}

/* Its half is gone; what was sent before still goes out when it was closed in good order. */
static void connection_gone(Host *host, Connection *connection, Outcome outcome)
{
    TcpEndpoint *endpoint = connection->transport;
    if (endpoint == NULL || outcome == OUTCOME_OPEN) {
        return; /* the end of the run */
    }
    Layered *layered = endpoint->user;
    endpoint->connection = NULL;
    connection->transport = NULL;
    if (layered != NULL) {
        layered_show_failure(host, layered);
        layered->muxed.connection = NULL;
        layered->muxed.is_opening = false;
    }
    if (outcome == OUTCOME_CRASHED || endpoint->tcp.state == TCP_SYN_SENT ||
        endpoint->tcp.state == TCP_CLOSED) {
        tcp_endpoint_free(host, endpoint, outcome == OUTCOME_CRASHED);
    } else if (layered != NULL && !layered->is_closing) {
        hang_up(host, endpoint);
        channels_clear(host, &layered->muxed, "reset"); /* what is held has nowhere to go */
    }
}

static MuxedConnection *hand_over(Connection *from, Connection *to)
{
    TcpEndpoint *endpoint = from->transport;
    Layered *layered = endpoint->user;
    from->transport = NULL;
    to->transport = endpoint;
    endpoint->connection = layered->muxed.connection = to;
    return &layered->muxed;
}

/* What no frame carries yet, and what has come and is not read. */
static void finish(Host *host)
{
    g_autoptr(GPtrArray) list = tcp_host_list(host);
    for (guint i = 0; i < list->len; i++) {
        const TcpEndpoint *endpoint = g_ptr_array_index(list, i);
        const Layered *layered = endpoint->user;
        if (layered != NULL) {
            channels_finish(host, &layered->muxed);
            layered_record_waiting(layered);
        }
    }
    tcp_finish_host(host);
}

const Stack STACK_layered = {
    .name = "tcp/noise/yamux", /* for all names of layers */
    .has_connections = true,
    .allows_loss = true,
    .always_sends_packets = true,
    .dial = dial,
    .send = send,
    .end_stream = end_stream,
    .close = close_connection,
    .crashed = tcp_host_crashed,
    .receive_packet = tcp_packet_arrived,
    .refuse_packet = tcp_packet_at_crashed,
    .describe_packet = tcp_describe_packet,
    .digest_packet = layered_packet_digest,
    .connection_gone = connection_gone,
    .expire = expire,
    .settle = tcp_settle,
    .finish = finish,
    .forget = tcp_host_forget,
    .muxed = muxed_half,
    .hand_over = hand_over,
    .tcp_user = &LAYERED_TCP_USER,
};
