/* SPDX-License-Identifier: MIT */
/* Halves of streams: their life at one peer, and what an application does with them. A stream is
 * known by its slot in a table of its host, which a free list runs through. */
#include "models/connection.h"
#include "models/ranked.h"

/* `next` is 1 + the next free one, 0: none. */
static StreamSlot free_slot(uint32_t next)
{
    return (StreamSlot)next << 1 | STREAM_SLOT_FREE;
}

static uint32_t take_slot(Host *host, Stream *stream)
{
    if (host->stream_slot_free == 0) {
        const uint32_t count = host->stream_slots;
        host->stream_slots = count == 0 ? 1 : count * 2;
        host->streams =
            block_pool_resize(&host_part(host)->blocks, host->streams, count * sizeof(StreamSlot),
                              host->stream_slots * sizeof(StreamSlot));
        for (uint32_t slot = count; slot < host->stream_slots; slot++) {
            host->streams[slot] = free_slot(slot + 1 < host->stream_slots ? slot + 2 : 0);
        }
        host->stream_slot_free = count + 1;
    }
    const uint32_t slot = host->stream_slot_free - 1;
    host->stream_slot_free = (uint32_t)(host->streams[slot] >> 1);
    host->streams[slot] = (StreamSlot)stream;
    return slot;
}

/* Where the number of the stream in slot `next` - 1 of the same connection says what is before it.
 */
static void set_previous(const Host *host, uint32_t next, uint32_t previous)
{
    Stream *stream = host_stream_at(host, next - 1);
    if (stream != NULL) {
        stream->previous = previous;
    }
}

static size_t state_size_bytes(const Host *host, unsigned protocol)
{
    return host->network->application->protocols[protocol].stream_state_size_bytes;
}

/* Where its row will need it, the time of opening stands behind the state. */
static size_t size_bytes(const Host *host, unsigned protocol, bool is_recorded)
{
    const size_t words = (state_size_bytes(host, protocol) + 7) / 8;
    return sizeof(Stream) + (words + is_recorded) * sizeof(uint64_t);
}

static SimTime *stream_opened(const Host *host, Stream *stream)
{
    return (SimTime *)&stream->state[(state_size_bytes(host, stream->protocol) + 7) / 8];
}

Stream *stream_new(Host *host, Connection *connection, uint64_t id, unsigned protocol,
                   bool is_recorded)
{
    g_assert(protocol < host->network->protocol_count);
    Stream *stream =
        block_pool_take(&host_part(host)->blocks, size_bytes(host, protocol, is_recorded));
    stream->id = id;
    stream->connection = connection;
    stream->remote_slot = UINT32_MAX;
    stream->protocol = (uint16_t)protocol;
    stream->is_recorded = is_recorded;
    if (is_recorded) {
        *stream_opened(host, stream) = host_now(host);
    }
    stream->floor = connection->floor;
    connection->has_carried = true;
    stream->slot = take_slot(host, stream);
    stream->number = ++host->stream_halves;
    stream->next = connection->streams;
    set_previous(host, stream->next, stream->slot + 1);
    connection->streams = stream->slot + 1;
    return stream;
}

/* A dial over several transports has no id that lasts, unless it fails. */
static uint64_t recorded_connection(const Host *host, const Connection *connection)
{
    const bool has_none = network_is_ranked(host->network) && ranked_dial_of(connection) != NULL &&
                          !connection->is_closing;
    return has_none ? 0 : connection->id;
}

void stream_free(Host *host, Stream *stream, Outcome outcome)
{
    RecordBuffer *records = host_part(host)->records;
    if (records != NULL && stream->is_recorded) {
        record_stream(records,
                      &(StreamRow){
                          .id = stream->id,
                          .connection = recorded_connection(host, stream->connection),
                          .protocol = host->network->application->protocols[stream->protocol].name,
                          .opener = host->entity.id,
                          .opened = *stream_opened(host, stream),
                          .closed = outcome == OUTCOME_OPEN ? RECORD_NO_TIME : host_now(host),
                          .outcome = outcome_name(outcome),
                      });
    }
    if (stream->previous == 0) {
        stream->connection->streams = stream->next;
    } else {
        host_stream_at(host, stream->previous - 1)->next = stream->next;
    }
    set_previous(host, stream->next, stream->previous);
    host->streams[stream->slot] = free_slot(host->stream_slot_free);
    host->stream_slot_free = stream->slot + 1;
    block_pool_give(&host_part(host)->blocks, stream,
                    size_bytes(host, stream->protocol, stream->is_recorded));
}

Stream *stream_find(Host *host, Connection *connection, uint64_t id, uint32_t slot)
{
    Stream *stream = host_stream_at(host, slot);
    if (stream != NULL && stream->id == id) {
        return stream;
    }
    stream = connection == NULL ? NULL : connection_newest_stream(host, connection);
    while (stream != NULL && stream->id != id) {
        stream = stream_next(host, stream);
    }
    return stream;
}

void stream_ended(Host *host, Stream *stream, Outcome outcome)
{
    const Protocol *protocol = &host->network->application->protocols[stream->protocol];
    const uint32_t slot = stream->slot;
    const uint64_t id = stream->id;
    host_log(host, LOG_DEBUG, "stream %s of peer %u ended: %s", protocol->name, stream_peer(stream),
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

static Stream *open_on(Host *host, EntityId peer, Connection *connection, unsigned protocol,
                       const SpanContext *span)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    g_assert(peer < host->network->peer_count && peer != host->entity.id);
    if (connection == NULL) {
        connection = connection_dial(host, peer, NULL, span, true);
    }
    return stream_new(host, connection, record_id(host->entity.id, ++host->streams_made), protocol,
                      network_records_trace(host->network, span == NULL ? 0 : span->trace));
}

Stream *host_open(Host *host, EntityId peer, unsigned protocol, const SpanContext *span)
{
    return open_on(host, peer, connection_for_stream(host, peer), protocol, span);
}

Stream *host_open_apart(Host *host, EntityId peer, unsigned protocol, const SpanContext *span)
{
    const bool has_connections = host->network->stack->has_connections;
    return open_on(host, peer, has_connections ? NULL : connection_for_stream(host, peer), protocol,
                   span);
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
    if (stream->connection->account != NULL) {
        stream->connection->account->bytes_sent += size_bytes;
    }
    if (stream->connection->is_untried) {
        message_record(host, &header, stream->connection->peer, RECORD_NO_TIME, "reset");
    } else {
        host->network->stack->send(host, stream, &header, message->content);
    }
    return true;
}

void stream_tell_end(Host *host, Stream *stream, StreamEnd how)
{
    if (!stream->connection->is_untried &&
        (!stream->is_remote_closed || !stream->is_write_closed)) {
        host->network->stack->end_stream(host, stream, how);
    }
}

void stream_close_write(Host *host, Stream *stream)
{
    g_assert(entity_is_running(&host->entity));
    if (stream->is_write_closed) {
        return;
    }
    stream->is_write_closed = true;
    if (!stream->connection->is_untried) {
        host->network->stack->end_stream(host, stream, STREAM_HALF_CLOSE);
    }
    if (stream->is_remote_closed) {
        stream_free(host, stream, OUTCOME_CLOSED);
    }
}

void stream_close(Host *host, Stream *stream)
{
    g_assert(entity_is_running(&host->entity));
    stream_tell_end(host, stream, STREAM_CLOSE);
    stream_free(host, stream, OUTCOME_CLOSED);
}

void stream_reset(Host *host, Stream *stream)
{
    g_assert(entity_is_running(&host->entity));
    stream_tell_end(host, stream, STREAM_RESET);
    stream_free(host, stream, OUTCOME_RESET);
}

EntityId stream_peer(const Stream *stream)
{
    return stream->connection->peer;
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
    Stream *stream = host_stream_at(host, slot);
    return stream != NULL && stream_handle(stream) == handle ? stream : NULL;
}

Stream *host_next_stream(Host *host, EntityId peer, unsigned protocol, const Stream *after)
{
    const Contact *contact = contact_table_find(&host->contacts, peer);
    Connection *connection = after != NULL     ? after->connection
                             : contact == NULL ? NULL
                                               : contact->connections;
    Stream *stream = after != NULL        ? stream_next(host, after)
                     : connection == NULL ? NULL
                                          : connection_newest_stream(host, connection);
    while (connection != NULL) {
        for (; stream != NULL; stream = stream_next(host, stream)) {
            if (stream->protocol == protocol && stream_is_opener(host, stream)) {
                return stream;
            }
        }
        connection = connection->next;
        stream = connection == NULL ? NULL : connection_newest_stream(host, connection);
    }
    return NULL;
}
