/* SPDX-License-Identifier: MIT */
/* What happens at a host when an event arrives there. */
#include "models/receive.h"

#include "models/connection.h"
#include "models/held_items.h"
#include "models/host_policy.h"
#include "models/identify.h"
#include "models/packet_station.h"
#include "models/stack.h"

/* The script: starts, crashes, restarts, actions of the timeline. */

static void run_start(Entity *self, const EventContent *content)
{
    (void)content;
    Host *host = host_of(self);
    const Network *network = host->network;
    const Application *application = network->application;
    if (host_is_coordinator(host)) {
        if (application->start_coordinator != NULL) {
            application->start_coordinator(host);
        }
        return;
    }
    const bool dials = network->stack->has_connections && !application->dials_itself &&
                       !network->topology_options.preconnected;
    const uint32_t degree = dials ? topology_degree(network->topology, self->id) : 0;
    for (uint32_t k = 0; k < degree; k++) {
        if (topology_dials(network->topology, self->id, k)) {
            connection_dial(host, topology_neighbour(network->topology, self->id, k), NULL, NULL,
                            true);
        }
    }
    if (application->start != NULL) {
        application->start(host);
    }
}

static void crash(Host *host)
{
    if (host->is_crashed) {
        return;
    }
    host_log(host, LOG_INFO, "crashes");
    timer_free_all(&host->entity);
    host->release = 0;
    identify_forget(host, true);
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        Contact *contact = &host->contacts.contacts[i];
        for (HeldItem *item; (item = held_items_take(contact)) != NULL;
             held_item_free(host, item)) {
            held_item_record(host, contact->peer, item, "reset");
        }
    }
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        Connection *connection = host->contacts.contacts[i].connections;
        while (connection != NULL) {
            Connection *next = connection->next;
            if (host->network->stack->crashed != NULL) {
                host->network->stack->crashed(host, connection);
            }
            if (connection->state == CONNECTION_DIALING) {
                span_end_error(host, &connection->account->span);
            }
            connection_free(host, connection, OUTCOME_CRASHED);
            connection = next;
        }
    }
    if (host->network->stack->forget != NULL) {
        host->network->stack->forget(host, true);
    }
    host_policy_forget(host);
    const Application *application = host->network->application;
    if (application->stop != NULL) {
        application->stop(host);
    }
    memset((uint8_t *)host->state + application->durable_size_bytes, 0,
           application->state_size_bytes - application->durable_size_bytes);
    host->is_crashed = true;
    host->crashes++;
}

static void restart(Host *host)
{
    if (!host->is_crashed) {
        return;
    }
    host_log(host, LOG_INFO, "restarts");
    host->is_crashed = false;
    const Application *application = host->network->application;
    void (*run)(Host *) = application->restart != NULL ? application->restart : application->start;
    if (run != NULL) {
        run(host);
    }
}

static void run_peer_event(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const PeerEvent *event =
        fault_plan_peer_event(host->network->plan, (unsigned)content->argument);
    switch (event->type) {
    case PEER_CRASH:
        crash(host);
        break;
    case PEER_RESTART:
        restart(host);
        break;
    case PEER_ANNOUNCE:
        if (!host->is_crashed) {
            host_announce(host);
        }
        break;
    case PEER_ACTION:
        if (!host->is_crashed) {
            event->action->run(host, event->arguments);
        }
        break;
    }
}

/* Connections. */

static void answer(Host *host, EntityId peer, NetworkKind kind, uint64_t connection)
{
    host->network->stack->answer(host, peer, kind, connection);
}

static void run_dial(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const ConnectionBody *body = content->body;
    if (host->is_crashed) {
        answer(host, body->sender, KIND_REFUSE, body->connection);
        return;
    }
    connection_new(host, body->connection, body->sender, CONNECTION_OPEN);
    answer(host, body->sender, KIND_ACCEPT, body->connection);
}

static void run_accept(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const ConnectionBody *body = content->body;
    Connection *connection = connection_find(host, body->sender, body->connection);
    if (connection == NULL || connection->state != CONNECTION_DIALING) {
        stack_unknown(host, body->sender, body->connection);
        return;
    }
    connection_opened(host, connection);
}

static void run_refuse(Entity *self, const EventContent *content)
{
    const ConnectionBody *body = content->body;
    Connection *connection = connection_find(host_of(self), body->sender, body->connection);
    if (connection != NULL && connection->state == CONNECTION_DIALING) {
        connection_failed(host_of(self), connection, OUTCOME_REFUSED);
    }
}

static void run_connection_end(Entity *self, const EventContent *content)
{
    const ConnectionBody *body = content->body;
    Host *host = host_of(self);
    Connection *connection = connection_find(host, body->sender, body->connection);
    if (connection == NULL) {
        return;
    }
    if (connection->state == CONNECTION_DIALING) {
        connection_failed(host, connection, OUTCOME_RESET);
    } else {
        connection_end(host, connection, body->in_order ? OUTCOME_CLOSED : OUTCOME_RESET);
    }
}

static void run_dial_timeout(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    Connection *connection = connection_dialed(host, content->argument);
    if (connection != NULL && connection->state == CONNECTION_DIALING) {
        connection_failed(host, connection, OUTCOME_TIMEOUT);
    }
}

/* Not an event: a dial on a stack without handshake is done in the same instant, and so is one
 * that backs off or finds a connection. */
static void run_dialed(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const EntityId peer = (EntityId)(content->argument >> 32);
    if (content->argument == host_policy_reuse_argument(peer)) {
        if (host->network->application->dialed != NULL) {
            host->network->application->dialed(host, peer, OUTCOME_OPEN);
        }
        return;
    }
    Connection *connection = connection_dialed(host, content->argument);
    if (connection != NULL && connection->is_untried) {
        connection_failed(host, connection, OUTCOME_BACK_OFF);
    } else if (connection != NULL) {
        connection_opened(host, connection);
    }
}

static void run_transport_timer(Entity *self, const EventContent *content)
{
    host_of(self)->network->stack->expire(host_of(self), content->argument);
}

static void run_transport_settle(Entity *self, const EventContent *content)
{
    host_of(self)->network->stack->settle(host_of(self), content->argument);
}

static void run_release(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    if (content->argument == HOST_POLICY_TRIM) {
        host_policy_trim(host);
        return;
    }
    if (content->argument == IDENTIFY_GO_ON) {
        identify_go_on(host);
        return;
    }
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        stack_release(host, host->contacts.contacts[i].peer);
    }
}

/* Messages and ends of streams. */

/* The half that the message is for: one that is here, or a new one when the sender opened it. */
static Stream *stream_for(Host *host, const MessageHeader *header)
{
    Stream *known = stream_find(host, NULL, header->stream, header->receiver_slot);
    if (known != NULL) {
        return known;
    }
    Connection *connection = connection_find(host, header->sender, header->connection);
    if (connection == NULL) {
        return NULL;
    }
    Stream *stream = stream_find(host, connection, header->stream, header->receiver_slot);
    if (stream != NULL || header->stream >> 32 == host->entity.id ||
        (host->network->stack->has_connections && header->is_first == 0)) {
        return stream; /* NULL: this side has ended it while the message was on its way */
    }
    stream = stream_new(host, connection, header->stream, header->protocol, false);
    stream->remote_slot = header->sender_slot;
    const uint32_t slot = stream->slot;
    const Protocol *protocol = &host->network->application->protocols[header->protocol];
    if (protocol->opened != NULL) {
        protocol->opened(host, stream);
    }
    return stream_find(host, NULL, header->stream, slot);
}

void receive_message(Host *host, const MessageHeader *header)
{
    const Entity *self = &host->entity;
    if (host->is_crashed) {
        message_record(host, header, self->id, RECORD_NO_TIME, "dead-peer");
        if (((uint32_t)header->connection & CONNECTION_PRECONNECTED) != 0) {
            stack_unknown(host, header->sender, header->connection);
        }
        return;
    }
    Stream *stream = stream_for(host, header);
    if (stream == NULL) {
        message_record(host, header, self->id, RECORD_NO_TIME, "reset");
        if (connection_find(host, header->sender, header->connection) == NULL) {
            stack_unknown(host, header->sender, header->connection);
        }
        return;
    }
    message_record(host, header, self->id, host_now(host), "delivered");
    stream->remote_slot = header->sender_slot;
    if (stream->connection->account != NULL) {
        stream->connection->account->bytes_received += header->size_bytes;
    }
    const Message message = {
        .kind = header->kind,
        .content_size_bytes = header->content_size_bytes,
        .size_bytes = header->size_bytes,
        .content = header->content,
        .span = header->span,
        .stamp = header->stamp,
        .sender = header->sender,
        .id = record_id(header->sender, header->number),
        .sent = header->sent,
    };
    const Protocol *protocol = &host->network->application->protocols[header->protocol];
    if (protocol->received != NULL) {
        protocol->received(host, stream, &message);
    }
}

/* First the slot of the stream, then the stream, then its connection and contact. */
static void message_fetch(const Entity *self, const EventContent *content, unsigned step)
{
    const Host *host = (const Host *)self;
    const uint32_t slot = ((const MessageHeader *)content->body)->receiver_slot;
    if (slot >= host->stream_slots) {
        return; /* the sender does not know it yet */
    }
    const Stream *stream = step == 1 ? NULL : host_stream_at(host, slot);
    if (step == 1) {
        __builtin_prefetch(&host->streams[slot]);
    } else if (stream != NULL && step == 2) {
        __builtin_prefetch(stream, 1);
        __builtin_prefetch((const char *)stream + 64, 1);
    } else if (stream != NULL) {
        __builtin_prefetch(stream->connection, 1);
        __builtin_prefetch(connection_contact(host, stream->connection), 1);
    }
}

static void run_message(Entity *self, const EventContent *content)
{
    receive_message(host_of(self), content->body);
}

uint64_t message_header_digest(const MessageHeader *header)
{
    uint64_t digest = mix_two(header->connection, header->stream);
    digest = mix_two(digest, (uint64_t)header->sent);
    digest = mix_two(digest, (uint64_t)header->sender << 32 | header->number);
    digest = mix_two(digest, (uint64_t)header->size_bytes << 32 | (uint32_t)header->protocol << 16 |
                                 header->kind);
    return mix_two(digest, mix_bytes(header->content, header->content_size_bytes));
}

static uint64_t message_digest(const EventContent *content)
{
    return message_header_digest(content->body);
}

static void run_stream_end(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const StreamEndBody *body = content->body;
    Connection *connection = connection_find(host, body->sender, body->connection);
    if (connection == NULL || host->is_crashed) {
        return;
    }
    Stream *stream = stream_find(host, connection, body->stream, body->receiver_slot);
    if (stream == NULL) {
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

static uint64_t stream_end_digest(const EventContent *content)
{
    const StreamEndBody *body = content->body;
    return mix_two(mix_two(body->connection, body->stream),
                   (uint64_t)body->sender << 32 | body->how);
}

/* Control and timers. */

static uint64_t control_digest(const EventContent *content)
{
    const ControlBody *body = content->body;
    return mix_two(body->argument, (uint64_t)body->sender << 32 | body->action);
}

static void run_report(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const ControlBody *body = content->body;
    host->network->application->reports[body->action].run(host, body->sender, body->argument,
                                                          &body->span);
}

static void run_order(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    const ControlBody *body = content->body;
    if (!host->is_crashed) {
        host->network->application->orders[body->action].run(host, body->sender, body->argument,
                                                             &body->span);
    }
}

void receive_application_timer(Entity *self, const EventContent *content)
{
    Host *host = host_of(self);
    host->network->application->timers[content->kind - KIND_TIMER_FIRST].run(host,
                                                                             content->argument);
}

const EventKind NETWORK_KINDS[KIND_TIMER_FIRST] = {
    [KIND_START] = {.name = "start", .run = run_start},
    [KIND_PEER_EVENT] = {.name = "timeline", .run = run_peer_event},
    [KIND_DIAL] = {.name = "dial", .run = run_dial},
    [KIND_ACCEPT] = {.name = "accept", .run = run_accept},
    [KIND_REFUSE] = {.name = "refuse", .run = run_refuse},
    [KIND_MESSAGE] = {.name = "message",
                      .run = run_message,
                      .digest = message_digest,
                      .fetch = message_fetch},
    [KIND_STREAM_END] = {.name = "stream-end", .run = run_stream_end, .digest = stream_end_digest},
    [KIND_CONNECTION_END] = {.name = "connection-end", .run = run_connection_end},
    [KIND_REPORT] = {.name = "report", .run = run_report, .digest = control_digest},
    [KIND_ORDER] = {.name = "order", .run = run_order, .digest = control_digest},
    [KIND_DIAL_TIMEOUT] = {.name = "dial-timeout", .run = run_dial_timeout},
    [KIND_RELEASE] = {.name = "release", .run = run_release},
    [KIND_DIALED] = {.name = "dialed", .run = run_dialed},
    [KIND_PACKET] = {.name = "packet", .run = packet_arrived, .digest = packet_digest},
    [KIND_PORT] = {.name = "port", .run = station_ready},
    [KIND_TRANSPORT_TIMER] = {.name = "transport-timer", .run = run_transport_timer},
    [KIND_TRANSPORT_SETTLE] = {.name = "transport-settle", .run = run_transport_settle},
};
