/* SPDX-License-Identifier: MIT */
/* Halves of connections: their life at one peer. */
#include "models/connection.h"

#include "models/host_policy.h"
#include "models/ranked.h"

static bool writes_rows(const Host *host)
{
    return host_part(host)->records != NULL && host->network->level != RECORD_METRICS;
}

static size_t account_size_bytes(const Connection *connection)
{
    return connection->state == CONNECTION_DIALING ? sizeof(ConnectionAccount)
                                                   : offsetof(ConnectionAccount, timeout);
}

Connection *connection_new(Host *host, uint64_t id, EntityId peer, ConnectionState state)
{
    BlockPool *blocks = &host_part(host)->blocks;
    Connection *connection = block_pool_take(blocks, sizeof *connection);
    connection->id = id;
    connection->peer = peer;
    connection->state = state;
    connection->is_dialer = id >> 32 == host->entity.id;
    connection->dialed = host_now(host);
    if (state == CONNECTION_DIALING || (connection->is_dialer && id != 0 && writes_rows(host))) {
        connection->account = block_pool_take(blocks, account_size_bytes(connection));
        connection->account->opened = connection->dialed;
    }
    if (state == CONNECTION_OPEN && id != 0) {
        host_policy_count(host, 1);
    }
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
    const ConnectionAccount *account = connection->account;
    if (account == NULL || !writes_rows(host)) {
        return;
    }
    const bool is_open = connection->state == CONNECTION_OPEN;
    record_connection(
        host_part(host)->records,
        &(ConnectionRow){
            .id = connection->id,
            .dialer = host->entity.id,
            .listener = connection->peer,
            .stack = ranked_stack_name(host->network, connection->id),
            .dialed = connection->dialed,
            .opened = is_open ? account->opened : RECORD_NO_TIME,
            .closed = outcome == OUTCOME_OPEN ? RECORD_NO_TIME : host_now(host),
            .outcome = outcome == OUTCOME_OPEN && !is_open ? "dialing" : outcome_name(outcome),
            .bytes_sent = account->bytes_sent,
            .bytes_received = account->bytes_received,
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
    connection->is_closing = true;
    if (connection->state == CONNECTION_OPEN && connection->id != 0) {
        host_policy_count(host, -1);
    }
    if (((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0) {
        const bool is_other = host->network->stack->has_one_stream && !connection->is_dialer;
        *(is_other ? &contact->other_was_lost : &contact->was_lost) = true;
    }
}

static void free_unlinked(Host *host, Connection *connection, Outcome outcome)
{
    for (Stream *stream; (stream = connection_newest_stream(host, connection)) != NULL;) {
        stream_free(host, stream, outcome);
    }
    if (host->network->stack->connection_gone != NULL) {
        host->network->stack->connection_gone(host, connection, outcome);
    }
    write_row(host, connection, outcome);
    if (connection->state == CONNECTION_DIALING) {
        timer_free(&host->entity, connection->account->timeout);
    }
    BlockPool *blocks = &host_part(host)->blocks;
    block_pool_give(blocks, connection->account, account_size_bytes(connection));
    block_pool_give(blocks, connection, sizeof *connection);
}

void connection_free(Host *host, Connection *connection, Outcome outcome)
{
    unlink_connection(host, connection);
    free_unlinked(host, connection, outcome);
}

void connection_end(Host *host, Connection *connection, Outcome outcome)
{
    unlink_connection(host, connection);
    for (Stream *stream = connection_newest_stream(host, connection); stream != NULL;
         stream = stream_next(host, stream)) {
        stream->is_write_closed = stream->is_remote_closed = true;
    }
    for (Stream *stream; (stream = connection_newest_stream(host, connection)) != NULL;) {
        stream_ended(host, stream, outcome);
    }
    free_unlinked(host, connection, outcome);
}

static void end_dial_span(Host *host, Connection *connection, Outcome outcome)
{
    span_set_text(&connection->account->span, "outcome", outcome_name(outcome));
    span_end_error(host, &connection->account->span);
}

void connection_close(Host *host, Connection *connection)
{
    const Stack *stack = host->network->stack;
    const EntityId peer = connection->peer;
    for (Stream *stream = connection_newest_stream(host, connection); stream != NULL;
         stream = stream_next(host, stream)) {
        stream_tell_end(host, stream, STREAM_CLOSE);
    }
    if (connection->state == CONNECTION_DIALING) {
        end_dial_span(host, connection, OUTCOME_CLOSED);
    } else if (stack->close != NULL) {
        stack->close(host, connection);
    }
    connection_free(host, connection, OUTCOME_CLOSED);
    stack_release(host, peer);
}

void connection_drop(Host *host, Connection *connection)
{
    const Stack *stack = host->network->stack;
    const EntityId peer = connection->peer;
    g_assert(connection->state == CONNECTION_OPEN);
    for (Stream *stream = connection_newest_stream(host, connection); stream != NULL;
         stream = stream_next(host, stream)) {
        stream_tell_end(host, stream, STREAM_RESET);
    }
    if (stack->close != NULL) {
        stack->close(host, connection);
    }
    host_log(host, LOG_INFO, "has too many connections and drops one to peer %u", peer);
    connection_end(host, connection, OUTCOME_RESET);
    stack_release(host, peer);
}

bool connection_reuse(Host *host, EntityId peer)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    Connection *connection =
        host->network->stack->has_one_stream ? NULL : connection_first(host, peer);
    if (connection == NULL || connection->is_closing) {
        return false;
    }
    if (connection->state == CONNECTION_OPEN) {
        entity_defer(&host->entity, KIND_DIALED, host_policy_reuse_argument(peer));
    } else if (connection->is_automatic) {
        connection->is_automatic = false;
    } else {
        connection->account->joined++;
    }
    return true;
}

/* The same for a dial, its attempts and its connection. */
static uint32_t number_of_dial(uint64_t id)
{
    return (uint32_t)id & ~(UINT32_C(3) << CONNECTION_WAY_SHIFT);
}

uint64_t connection_dial_argument(const Connection *connection)
{
    return (uint64_t)connection->peer << 32 | number_of_dial(connection->id);
}

static bool is_dial(const Host *host, const Connection *connection, uint32_t number)
{
    return connection->id >> 32 == host->entity.id && number_of_dial(connection->id) == number;
}

Connection *connection_dialed(Host *host, uint64_t argument)
{
    const Contact *contact = contact_table_find(&host->contacts, (EntityId)(argument >> 32));
    Connection *connection = contact == NULL ? NULL : contact->connections;
    while (connection != NULL && !is_dial(host, connection, (uint32_t)argument)) {
        connection = connection->next;
    }
    return connection;
}

static void say_ends(const Host *host, Connection *connection)
{
    span_set_integer(&connection->account->span, "from", host->entity.id);
    span_set_integer(&connection->account->span, "to", connection->peer);
}

Connection *connection_dial(Host *host, EntityId peer, const char *name, const SpanContext *parent,
                            bool is_automatic)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    g_assert(peer < host->network->peer_count && peer != host->entity.id);
    const uint64_t id = record_id(host->entity.id, ++host->connections_made);
    Connection *connection = connection_new(host, id, peer, CONNECTION_DIALING);
    connection->is_automatic = is_automatic;
    ConnectionAccount *account = connection->account;
    account->span = span_start(host, name == NULL ? "dial" : name, parent);
    say_ends(host, connection);
    if (network_is_ranked(host->network) ? ranked_dial_backs_off(host, peer)
                                         : host_policy_is_backing_off(host, peer, RANKED_NONE)) {
        connection->is_untried = true;
        entity_defer(&host->entity, KIND_DIALED, connection_dial_argument(connection));
        return connection;
    }
    account->timeout =
        timer_once(&host->entity, KIND_DIAL_TIMEOUT, connection_dial_argument(connection),
                   host->network->dial.timeout);
    host->network->stack->dial(host, connection);
    return connection;
}

/* Attempts. */

Connection *connection_attempt(Host *host, const Connection *dial, unsigned way)
{
    BlockPool *blocks = &host_part(host)->blocks;
    Connection *attempt = block_pool_take(blocks, sizeof *attempt);
    attempt->id = dial->id | (uint64_t)way << CONNECTION_WAY_SHIFT;
    attempt->peer = dial->peer;
    attempt->contact = dial->contact;
    attempt->state = CONNECTION_DIALING;
    attempt->is_dialer = attempt->is_attempt = true;
    attempt->dialed = host_now(host);
    attempt->account = block_pool_take(blocks, account_size_bytes(attempt));
    attempt->account->span = span_start(host, "attempt", &dial->account->span.context);
    say_ends(host, attempt);
    span_set_text(&attempt->account->span, "stack", ranked_stack_name(host->network, attempt->id));
    return attempt;
}

void connection_attempt_over(Host *host, Connection *attempt, Outcome outcome)
{
    Span *span = &attempt->account->span;
    if (outcome == OUTCOME_CANCELLED) {
        span_set_text(span, "outcome", outcome_name(outcome));
        span_end(host, span);
    } else if (outcome != OUTCOME_OPEN) {
        end_dial_span(host, attempt, outcome);
    }
    free_unlinked(host, attempt, outcome);
}

void connection_take_over(Host *host, Connection *dial, Connection *attempt)
{
    BlockPool *blocks = &host_part(host)->blocks;
    dial->id = attempt->id;
    span_set_text(&dial->account->span, "stack", ranked_stack_name(host->network, dial->id));
    span_end(host, &attempt->account->span);
    block_pool_give(blocks, attempt->account, account_size_bytes(attempt));
    block_pool_give(blocks, attempt, sizeof *attempt);
}

/* Dials. */

/* Keeps of the account what is still wanted. */
static void end_dialing(Host *host, Connection *connection)
{
    BlockPool *blocks = &host_part(host)->blocks;
    const size_t size_bytes = account_size_bytes(connection);
    connection->state = CONNECTION_OPEN;
    if (writes_rows(host)) {
        connection->account = block_pool_resize(blocks, connection->account, size_bytes,
                                                account_size_bytes(connection));
    } else {
        block_pool_give(blocks, connection->account, size_bytes);
        connection->account = NULL;
    }
}

/* How many dials of the application's wait for it. */
static uint32_t waiting_dials(const Connection *connection)
{
    return connection->is_automatic ? 0 : 1 + connection->account->joined;
}

static void tell_dialed(Host *host, EntityId peer, uint32_t dials, Outcome outcome)
{
    const Application *application = host->network->application;
    for (; dials > 0 && application->dialed != NULL; dials--) {
        application->dialed(host, peer, outcome);
    }
}

void connection_opened(Host *host, Connection *connection)
{
    ConnectionAccount *account = connection->account;
    timer_free(&host->entity, account->timeout);
    span_end(host, &account->span);
    account->opened = host_now(host);
    metric_add(host_part(host)->metrics[METRIC_DIAL_TIME], account->opened - connection->dialed);
    const uint32_t dials = waiting_dials(connection);
    end_dialing(host, connection);
    const EntityId peer = connection->peer;
    host_policy_count(host, 1);
    host_policy_note_dial(host, connection, OUTCOME_OPEN);
    host_log(host, LOG_DEBUG, "is connected to peer %u", peer);
    stack_release(host, peer);
    tell_dialed(host, peer, dials, OUTCOME_OPEN);
}

void connection_failed(Host *host, Connection *connection, Outcome outcome)
{
    if (connection->is_attempt) {
        ranked_dial_failed(host, connection, outcome);
        return;
    }
    const EntityId peer = connection->peer;
    const uint32_t dials = waiting_dials(connection);
    host_policy_note_dial(host, connection, outcome);
    host_log(host, LOG_WARNING, "cannot dial peer %u: %s", peer, outcome_name(outcome));
    end_dial_span(host, connection, outcome);
    connection_end(host, connection, outcome);
    stack_release(host, peer);
    tell_dialed(host, peer, dials, outcome);
}
