/* SPDX-License-Identifier: MIT */
/* Halves of connections and streams: their life at one peer. */
#include "models/connection.h"

#include "models/stack.h"

/* Connections. */

Connection *connection_new(Host *host, uint64_t id, EntityId peer, ConnectionState state)
{
    Connection *connection = block_pool_take(&host_part(host)->blocks, sizeof *connection);
    connection->id = id;
    connection->peer = peer;
    connection->state = state;
    connection->is_dialer = id >> 32 == host->entity.id;
    connection->dialed = connection->opened = host_now(host);
    Contact *contact = contact_table_get(&host->contacts, peer);
    connection->contact = (uint32_t)(contact - host->contacts.contacts);
    Connection **end = &contact->connections;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = connection;
    return connection;
}

static void write_row(const Host *host, const Connection *connection, Outcome outcome)
{
    RecordBuffer *records = host_part(host)->records;
    if (records == NULL || !connection->is_dialer || connection->id == 0 ||
        host->network->level == RECORD_METRICS) {
        return;
    }
    const bool is_open = connection->state == CONNECTION_OPEN;
    record_connection(
        records,
        &(ConnectionRow){
            .id = connection->id,
            .dialer = host->entity.id,
            .listener = connection->peer,
            .stack = host->network->stack->name,
            .dialed = connection->dialed,
            .opened = is_open ? connection->opened : RECORD_NO_TIME,
            .closed = outcome == OUTCOME_OPEN ? RECORD_NO_TIME : host_now(host),
            .outcome = outcome == OUTCOME_OPEN && !is_open ? "dialing" : outcome_name(outcome),
            .bytes_sent = connection->bytes_sent,
            .bytes_received = connection->bytes_received,
        });
}

/* From here on nobody finds it: a handler that opens a stream gets another connection. */
static void unlink_connection(Host *host, Connection *connection)
{
    Contact *contact = connection_contact(host, connection);
    Connection **at = &contact->connections;
    while (*at != connection) {
        at = &(*at)->next;
    }
    *at = connection->next;
    if (((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0) {
        const bool is_other = host->network->stack->has_one_stream && !connection->is_dialer;
        *(is_other ? &contact->other_was_lost : &contact->was_lost) = true;
    }
}

static void free_unlinked(Host *host, Connection *connection, Outcome outcome)
{
    while (connection->streams != NULL) {
        stream_free(host, connection->streams, outcome);
    }
    if (host->network->stack->connection_gone != NULL) {
        host->network->stack->connection_gone(host, connection, outcome);
    }
    write_row(host, connection, outcome);
    timer_free(&host->entity, connection->timeout);
    block_pool_give(&host_part(host)->blocks, connection, sizeof *connection);
}

void connection_free(Host *host, Connection *connection, Outcome outcome)
{
    unlink_connection(host, connection);
    free_unlinked(host, connection, outcome);
}

void connection_end(Host *host, Connection *connection, Outcome outcome)
{
    unlink_connection(host, connection);
    for (Stream *stream = connection->streams; stream != NULL; stream = stream->next) {
        stream->is_write_closed = stream->is_remote_closed = true;
    }
    while (connection->streams != NULL) {
        stream_ended(host, connection->streams, outcome);
    }
    free_unlinked(host, connection, outcome);
}

void connection_close(Host *host, Connection *connection)
{
    const Stack *stack = host->network->stack;
    const EntityId peer = connection->peer;
    for (Stream *stream = connection->streams; stream != NULL; stream = stream->next) {
        if (!stream->is_remote_closed || !stream->is_write_closed) {
            stack->end_stream(host, stream, STREAM_CLOSE);
        }
    }
    if (connection->state == CONNECTION_DIALING) {
        span_set_text(&connection->span, "outcome", outcome_name(OUTCOME_CLOSED));
        span_end_error(host, &connection->span);
    } else if (stack->close != NULL) {
        stack->close(host, connection);
    }
    connection_free(host, connection, OUTCOME_CLOSED);
    stack->release(host, peer);
}

uint64_t connection_dial_argument(const Connection *connection)
{
    return (uint64_t)connection->peer << 32 | (uint32_t)connection->id;
}

Connection *connection_dialed(Host *host, uint64_t argument)
{
    const uint64_t id = record_id(host->entity.id, (uint32_t)argument);
    const Contact *contact = contact_table_find(&host->contacts, (EntityId)(argument >> 32));
    Connection *connection = contact == NULL ? NULL : contact->connections;
    while (connection != NULL && connection->id != id) {
        connection = connection->next;
    }
    return connection;
}

Connection *connection_dial(Host *host, EntityId peer, const char *name, const SpanContext *parent,
                            bool is_automatic)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    g_assert(peer < host->network->peer_count && peer != host->entity.id);
    const uint64_t id = record_id(host->entity.id, ++host->connections_made);
    Connection *connection = connection_new(host, id, peer, CONNECTION_DIALING);
    connection->is_automatic = is_automatic;
    connection->span = span_start(host, name == NULL ? "dial" : name, parent);
    span_set_integer(&connection->span, "from", host->entity.id);
    span_set_integer(&connection->span, "to", peer);
    connection->timeout =
        timer_once(&host->entity, KIND_DIAL_TIMEOUT, connection_dial_argument(connection),
                   host->network->dial.timeout);
    host->network->stack->dial(host, connection);
    return connection;
}

void connection_opened(Host *host, Connection *connection)
{
    timer_free(&host->entity, connection->timeout);
    connection->timeout = 0;
    connection->state = CONNECTION_OPEN;
    connection->opened = host_now(host);
    span_end(host, &connection->span);
    metric_add(host_part(host)->metrics[METRIC_DIAL_TIME], connection->opened - connection->dialed);
    const EntityId peer = connection->peer;
    const bool is_automatic = connection->is_automatic;
    host_log(host, LOG_DEBUG, "is connected to peer %u", peer);
    host->network->stack->release(host, peer);
    if (!is_automatic && host->network->application->dialed != NULL) {
        host->network->application->dialed(host, peer, OUTCOME_OPEN);
    }
}

void connection_failed(Host *host, Connection *connection, Outcome outcome)
{
    const EntityId peer = connection->peer;
    const bool is_automatic = connection->is_automatic;
    host_log(host, LOG_WARNING, "cannot dial peer %u: %s", peer, outcome_name(outcome));
    span_set_text(&connection->span, "outcome", outcome_name(outcome));
    span_end_error(host, &connection->span);
    connection_end(host, connection, outcome);
    host->network->stack->release(host, peer);
    if (!is_automatic && host->network->application->dialed != NULL) {
        host->network->application->dialed(host, peer, outcome);
    }
}

/* Streams. */

static uint32_t take_slot(Host *host, Stream *stream)
{
    if (host->stream_slot_free == 0) {
        const uint32_t count = host->stream_slots;
        host->stream_slots = count == 0 ? 1 : count * 2;
        host->streams =
            block_pool_resize(&host_part(host)->blocks, host->streams, count * sizeof(StreamSlot),
                              host->stream_slots * sizeof(StreamSlot));
        for (uint32_t slot = count; slot < host->stream_slots; slot++) {
            host->streams[slot] =
                (StreamSlot){.next = slot + 1 < host->stream_slots ? slot + 2 : 0};
        }
        host->stream_slot_free = count + 1;
    }
    const uint32_t slot = host->stream_slot_free - 1;
    host->stream_slot_free = host->streams[slot].next;
    host->streams[slot].stream = stream;
    return slot;
}

Stream *stream_new(Host *host, Connection *connection, EntityId peer, uint64_t id,
                   unsigned protocol)
{
    g_assert(protocol < host->network->protocol_count);
    Stream *stream = block_pool_take(&host_part(host)->blocks, stream_size_bytes(host, protocol));
    stream->id = id;
    stream->connection = connection;
    stream->contact = connection->contact;
    stream->peer = peer;
    stream->remote_slot = UINT32_MAX;
    stream->protocol = (uint16_t)protocol;
    stream->opened = host_now(host);
    stream->floor = connection->floor;
    connection->has_carried = true;
    stream->slot = take_slot(host, stream);
    stream->number = ++host->stream_halves;
    stream->next = connection->streams;
    if (stream->next != NULL) {
        stream->next->link = &stream->next;
    }
    stream->link = &connection->streams;
    connection->streams = stream;
    return stream;
}

void stream_free(Host *host, Stream *stream, Outcome outcome)
{
    RecordBuffer *records = host_part(host)->records;
    if (records != NULL && stream->is_recorded && stream_is_opener(host, stream)) {
        record_stream(records,
                      &(StreamRow){
                          .id = stream->id,
                          .connection = stream->connection->id,
                          .protocol = host->network->application->protocols[stream->protocol].name,
                          .opener = host->entity.id,
                          .opened = stream->opened,
                          .closed = outcome == OUTCOME_OPEN ? RECORD_NO_TIME : host_now(host),
                          .outcome = outcome_name(outcome),
                      });
    }
    host->streams[stream->slot] = (StreamSlot){.next = host->stream_slot_free};
    host->stream_slot_free = stream->slot + 1;
    *stream->link = stream->next;
    if (stream->next != NULL) {
        stream->next->link = stream->link;
    }
    block_pool_give(&host_part(host)->blocks, stream, stream_size_bytes(host, stream->protocol));
}

Stream *stream_find(Host *host, Connection *connection, uint64_t id, uint32_t slot)
{
    Stream *stream = slot < host->stream_slots ? host->streams[slot].stream : NULL;
    if (stream != NULL && stream->id == id) {
        return stream;
    }
    stream = connection == NULL ? NULL : connection->streams;
    while (stream != NULL && stream->id != id) {
        stream = stream->next;
    }
    return stream;
}

void stream_ended(Host *host, Stream *stream, Outcome outcome)
{
    const Protocol *protocol = &host->network->application->protocols[stream->protocol];
    const uint32_t slot = stream->slot;
    const uint64_t id = stream->id;
    host_log(host, LOG_DEBUG, "stream %s of peer %u ended: %s", protocol->name, stream->peer,
             outcome_name(outcome));
    stream->is_write_closed = stream->is_remote_closed = true;
    if (protocol->ended != NULL) {
        protocol->ended(host, stream, outcome);
    }
    stream = stream_find(host, NULL, id, slot);
    if (stream != NULL) {
        stream_free(host, stream, outcome);
    }
}

void stream_half_closed(Host *host, Stream *stream)
{
    const Protocol *protocol = &host->network->application->protocols[stream->protocol];
    const uint32_t slot = stream->slot;
    const uint64_t id = stream->id;
    const bool both = stream->is_write_closed;
    stream->is_remote_closed = true;
    if (both) {
        stream_ended(host, stream, OUTCOME_CLOSED);
    } else if (protocol->half_closed != NULL) {
        protocol->half_closed(host, stream);
    } else if (stream_find(host, NULL, id, slot) != NULL) {
        stream_close(host, stream);
    }
}

/* What the application does with a stream. */

Stream *host_open(Host *host, EntityId peer, unsigned protocol, const SpanContext *span)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    g_assert(peer < host->network->peer_count && peer != host->entity.id);
    Connection *connection = connection_for_stream(host, peer);
    if (connection == NULL) {
        connection = connection_dial(host, peer, NULL, span, true);
    }
    Stream *stream = stream_new(host, connection, peer,
                                record_id(host->entity.id, ++host->streams_made), protocol);
    stream->is_recorded = network_records_trace(host->network, span == NULL ? 0 : span->trace);
    return stream;
}

bool stream_send(Host *host, Stream *stream, const Message *message)
{
    g_assert(entity_is_running(&host->entity));
    if (stream->is_write_closed) {
        return false;
    }
    const uint32_t size_bytes = MAX(message->size_bytes, message->content_size_bytes);
    const MessageHeader header = {
        .connection = stream->connection->id,
        .stream = stream->id,
        .span = message->span,
        .stamp = message->stamp,
        .sent = host_now(host),
        .sender = host->entity.id,
        .number = ++host->messages_made,
        .sender_slot = stream->slot,
        .receiver_slot = stream->remote_slot,
        .size_bytes = size_bytes,
        .content_size_bytes = message->content_size_bytes,
        .protocol = stream->protocol,
        .kind = (uint16_t)message->kind,
        .is_recorded = network_records_trace(host->network, message->span.trace),
        .is_first = !stream->has_sent && stream_is_opener(host, stream),
    };
    stream->has_sent = true;
    stream->connection->bytes_sent += size_bytes;
    host->network->stack->send(host, stream, &header, message->content);
    return true;
}

void stream_close_write(Host *host, Stream *stream)
{
    g_assert(entity_is_running(&host->entity));
    if (stream->is_write_closed) {
        return;
    }
    stream->is_write_closed = true;
    host->network->stack->end_stream(host, stream, STREAM_HALF_CLOSE);
    if (stream->is_remote_closed) {
        stream_free(host, stream, OUTCOME_CLOSED);
    }
}

void stream_close(Host *host, Stream *stream)
{
    g_assert(entity_is_running(&host->entity));
    if (!stream->is_remote_closed || !stream->is_write_closed) {
        host->network->stack->end_stream(host, stream, STREAM_CLOSE);
    }
    stream_free(host, stream, OUTCOME_CLOSED);
}

void stream_reset(Host *host, Stream *stream)
{
    g_assert(entity_is_running(&host->entity));
    if (!stream->is_remote_closed || !stream->is_write_closed) {
        host->network->stack->end_stream(host, stream, STREAM_RESET);
    }
    stream_free(host, stream, OUTCOME_RESET);
}

EntityId stream_peer(const Stream *stream)
{
    return stream->peer;
}

uint64_t stream_id(const Stream *stream)
{
    return stream->id;
}

bool stream_is_opener(const Host *host, const Stream *stream)
{
    return stream->id >> 32 == host->entity.id;
}

void *stream_state(Stream *stream)
{
    return stream->state;
}

uint64_t stream_handle(const Stream *stream)
{
    return (uint64_t)stream->number << 32 | stream->slot;
}

Stream *host_stream(Host *host, uint64_t handle)
{
    const uint32_t slot = (uint32_t)handle;
    Stream *stream = slot < host->stream_slots ? host->streams[slot].stream : NULL;
    return stream != NULL && stream_handle(stream) == handle ? stream : NULL;
}

Stream *host_next_stream(Host *host, EntityId peer, unsigned protocol, const Stream *after)
{
    const Contact *contact = contact_table_find(&host->contacts, peer);
    Connection *connection = after != NULL     ? after->connection
                             : contact == NULL ? NULL
                                               : contact->connections;
    Stream *stream = after != NULL ? after->next : connection == NULL ? NULL : connection->streams;
    while (connection != NULL) {
        for (; stream != NULL; stream = stream->next) {
            if (stream->protocol == protocol && stream_is_opener(host, stream)) {
                return stream;
            }
        }
        connection = connection->next;
        stream = connection == NULL ? NULL : connection->streams;
    }
    return NULL;
}
