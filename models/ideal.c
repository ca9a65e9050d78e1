/* SPDX-License-Identifier: MIT */
/* The stack `ideal`: reliable, ordered streams with no cost of their own. A dial takes one round
 * trip, a stream opens with its first message, each message is one event.
 *
 * FIFO holds per direction of a stream, also under jitter: nothing arrives before what was sent
 * before it on that stream (`ideal.order: connection`: on that connection). A partition holds
 * everything at the sender until it heals; so does an unfinished dial. What was held leaves in the
 * order of sending, and nothing that is sent later to that peer arrives before it. A crash is seen
 * by the other side as a reset, one latency later. */
#include "models/held_items.h"
#include "models/link.h"
#include "models/stack.h"

#include <string.h>

enum { ORDER_STREAM, ORDER_CONNECTION };

/* Sending. */

/* A message for the application, which has its turn among the link's messages. */
static bool is_message(const Host *host, NetworkKind kind, unsigned protocol)
{
    return kind == KIND_MESSAGE && !host->network->application->protocols[protocol].is_control;
}

/* Posts an event that arrives no earlier than what was sent before it; `floor` may be NULL. */
static void *post(Host *host, Contact *contact, NetworkKind kind, bool has_turn,
                  uint32_t size_bytes, SimTime *floor)
{
    const SimTime now = host_now(host);
    SimTime arrival =
        now + (has_turn ? link_message_delay(host, contact) : link_control_delay(host, contact));
    const SimTime drawn = arrival;
    arrival = MAX(arrival, contact->floor);
    if (floor != NULL) {
        arrival = *floor = MAX(arrival, *floor);
    }
    if (arrival > drawn && has_turn && link_is_replayed(host, contact->peer)) {
        host_part(host)->raised++;
    }
    return entity_post(&host->entity, contact->peer, arrival - now, kind, size_bytes);
}

/* Comes back to what is held when the links change next. */
static void await_change(Host *host)
{
    const SimTime change = fault_plan_next_change(host->network->plan, host_now(host));
    if (change != SIM_TIME_MAX) {
        if (host->release == 0) {
            host->release = timer_new(&host->entity, KIND_RELEASE, 0, false);
        }
        timer_set(&host->entity, host->release, change - host_now(host));
    }
}

/* Keeps something until the connection is open and no partition is in the way. */
static void *hold(Host *host, EntityId peer, const HeldItem *what)
{
    HeldItem *item = held_item_new(host, what->size_bytes);
    *item = *what;
    held_items_add(contact_table_get(&host->contacts, peer), item);
    await_change(host);
    return item->body;
}

/* Where to write the body of something on a stream: into an event, or into what is held. It is held
 * too while earlier things of the connection are, since it must not overtake them. */
static void *transmit(Host *host, Stream *stream, NetworkKind kind, uint32_t size_bytes)
{
    Connection *connection = stream->connection;
    SimTime *floor =
        host->network->ideal.order == ORDER_CONNECTION ? &connection->floor : &stream->floor;
    if (connection->state == CONNECTION_DIALING || connection->held > 0 ||
        link_is_cut(host, connection->peer)) {
        connection->held++;
        return hold(host, connection->peer,
                    &(HeldItem){.kind = kind,
                                .connection = connection->id,
                                .floor = *floor,
                                .size_bytes = size_bytes});
    }
    return post(host, connection_contact(host, connection), kind,
                is_message(host, kind, stream->protocol), size_bytes, floor);
}

/* Dials, answers and ends of connections. They arrive at `floor` or later; what `first` sends
 * afterwards must not overtake them. first may be NULL. */
static void transmit_control(Host *host, EntityId peer, NetworkKind kind, uint64_t connection,
                             SimTime floor, Connection *first)
{
    const ConnectionBody body = {.connection = connection, .sender = host->entity.id};
    void *to;
    if (link_is_cut(host, peer)) {
        if (first != NULL) {
            first->held++;
        }
        to = hold(host, peer,
                  &(HeldItem){.kind = kind,
                              .connection = first == NULL ? 0 : first->id,
                              .floor = floor,
                              .size_bytes = sizeof body});
    } else {
        to = post(host, contact_table_get(&host->contacts, peer), kind, false, sizeof body,
                  first == NULL ? &floor : &first->floor);
    }
    memcpy(to, &body, sizeof body);
}

/* What may go now; the rest stays in order. */
static bool can_go(Host *host, EntityId peer, const HeldItem *item, bool *ret_is_gone)
{
    *ret_is_gone = false;
    if (link_is_cut(host, peer)) {
        return false;
    }
    if (item->kind == KIND_DIAL) {
        const ConnectionBody *body = (const ConnectionBody *)item->body;
        *ret_is_gone = connection_find(host, peer, body->connection) == NULL;
        return !*ret_is_gone; /* it is, once the dial has timed out */
    }
    if (item->connection == 0) {
        return true;
    }
    Connection *connection = connection_find(host, peer, item->connection);
    *ret_is_gone = connection == NULL;
    if (connection == NULL || connection->state != CONNECTION_OPEN) {
        return false;
    }
    connection->held--;
    return true;
}

static void ideal_release(Host *host, EntityId peer)
{
    Contact *contact = contact_table_find(&host->contacts, peer);
    if (contact == NULL || contact->held == NULL) {
        return;
    }
    const HeldItem *last = contact->held;
    for (bool is_last = false; !is_last;) {
        HeldItem *item = held_items_take(contact);
        is_last = item == last;
        bool is_gone;
        if (can_go(host, peer, item, &is_gone)) {
            contact->floor = MAX(contact->floor, item->floor);
            const bool has_turn =
                item->kind == KIND_MESSAGE &&
                is_message(host, item->kind, ((const MessageHeader *)item->body)->protocol);
            memcpy(post(host, contact, item->kind, has_turn, item->size_bytes, &contact->floor),
                   item->body, item->size_bytes);
            held_item_free(host, item);
        } else if (is_gone) {
            held_item_record(host, peer, item, "reset");
            held_item_free(host, item);
        } else {
            held_items_add(contact, item);
        }
    }
    if (contact->held != NULL) {
        await_change(host);
    }
}

static void ideal_dial(Host *host, Connection *connection)
{
    transmit_control(host, connection->peer, KIND_DIAL, connection->id, 0, NULL);
}

/* What the listener sends on the connection comes after its acceptance. */
static void ideal_answer(Host *host, EntityId peer, NetworkKind kind, uint64_t id)
{
    Connection *connection = kind == KIND_ACCEPT ? connection_find(host, peer, id) : NULL;
    transmit_control(host, peer, kind, id, 0, connection);
}

static void ideal_send(Host *host, Stream *stream, const MessageHeader *header, const void *content)
{
    uint8_t *body =
        transmit(host, stream, KIND_MESSAGE, (uint32_t)sizeof *header + header->content_size_bytes);
    memcpy(body, header, sizeof *header);
    if (header->content_size_bytes > 0) {
        memcpy(body + sizeof *header, content, header->content_size_bytes);
    }
}

static void ideal_end_stream(Host *host, Stream *stream, StreamEnd how)
{
    const StreamEndBody body = {.connection = stream->connection->id,
                                .stream = stream->id,
                                .sender = host->entity.id,
                                .how = how,
                                .receiver_slot = stream->remote_slot};
    memcpy(transmit(host, stream, KIND_STREAM_END, sizeof body), &body, sizeof body);
}

/* Nothing that was sent on it arrives later. */
static SimTime connection_floor(const Host *host, const Connection *connection)
{
    SimTime floor = connection->floor;
    for (const Stream *stream = connection_newest_stream(host, connection); stream != NULL;
         stream = stream_next(host, stream)) {
        floor = MAX(floor, stream->floor);
    }
    return floor;
}

static void ideal_unknown(Host *host, EntityId sender, uint64_t connection)
{
    transmit_control(host, sender, KIND_CONNECTION_END, connection, 0, NULL);
}

/* What was sent on it needs it no longer; its end comes after all of that. */
static void ideal_close(Host *host, Connection *connection)
{
    const ConnectionBody body = {
        .connection = connection->id, .sender = host->entity.id, .in_order = 1};
    SimTime floor = connection_floor(host, connection);
    void *to;
    if (connection->held > 0 || link_is_cut(host, connection->peer)) {
        held_items_release(contact_table_get(&host->contacts, connection->peer), connection->id);
        to = hold(
            host, connection->peer,
            &(HeldItem){.kind = KIND_CONNECTION_END, .floor = floor, .size_bytes = sizeof body});
    } else {
        to = post(host, connection_contact(host, connection), KIND_CONNECTION_END, false,
                  sizeof body, &floor);
    }
    memcpy(to, &body, sizeof body);
}

static void ideal_crashed(Host *host, const Connection *connection)
{
    if (connection->state == CONNECTION_OPEN) {
        transmit_control(host, connection->peer, KIND_CONNECTION_END, connection->id,
                         connection_floor(host, connection), NULL);
    }
}

const Stack STACK_ideal = {
    .name = "ideal",
    .has_connections = true,
    .dial = ideal_dial,
    .answer = ideal_answer,
    .send = ideal_send,
    .end_stream = ideal_end_stream,
    .close = ideal_close,
    .crashed = ideal_crashed,
    .unknown = ideal_unknown,
    .release = ideal_release,
};
