/* SPDX-License-Identifier: MIT */
/* Endpoints: their table, their timers, and what they send. */
#include "models/tcp_endpoint.h"

#include "models/ranked.h"
#include "models/stack.h"

#include <string.h>

TcpHost *tcp_host(Host *host)
{
    TcpHost *table = ranked_table(host, RANKED_LAYERS);
    if (table == NULL) {
        table = g_new0(TcpHost, 1);
        table->ended = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
        table->unresolved = g_array_new(FALSE, FALSE, sizeof(TcpUnresolved));
        ranked_set_table(host, RANKED_LAYERS, table);
    }
    return table;
}

TcpEndpoint *tcp_endpoint_find(Host *host, uint64_t id)
{
    const TcpHost *table = ranked_table(host, RANKED_LAYERS);
    return table == NULL ? NULL : id_table_find(&table->endpoints, id);
}

static size_t size_bytes(const Host *host)
{
    return sizeof(TcpEndpoint) + host->network->stack->tcp_user->size_bytes;
}

/* All that it has, but what it has told others. */
static void clear(Host *host, TcpEndpoint *endpoint)
{
    tcp_clear(&endpoint->tcp);
    tcp_items_free(endpoint->items);
    block_pool_give(&host_part(host)->blocks, endpoint, size_bytes(host));
}

TcpEndpoint *tcp_endpoint_new(Host *host, uint64_t id, EntityId peer)
{
    TcpEndpoint *endpoint = block_pool_take(&host_part(host)->blocks, size_bytes(host));
    endpoint->id = id;
    endpoint->peer = peer;
    id_table_add(&tcp_host(host)->endpoints, &host_part(host)->blocks, id, endpoint);
    return endpoint;
}

TcpEndpoint *tcp_endpoint_of(Host *host, Connection *connection)
{
    if (connection->transport == NULL &&
        ((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0 &&
        connection->state == CONNECTION_OPEN) {
        TcpEndpoint *endpoint = tcp_endpoint_new(host, connection->id, connection->peer);
        tcp_stand(&endpoint->tcp, &host->network->tcp, &host_part(host)->blocks,
                  packet_mtu(host, connection->peer), host_now(host));
        endpoint->connection = connection;
        connection->transport = endpoint;
        if (host->network->stack->tcp_user->stand != NULL) {
            host->network->stack->tcp_user->stand(host, endpoint);
        }
    }
    return connection->transport;
}

/* Its end. */

static int compare_ids(const void *a, const void *b)
{
    const TcpEndpoint *const *one = a, *const *other = b;
    return (*one)->id < (*other)->id ? -1 : 1;
}

GPtrArray *tcp_host_list(const Host *host)
{
    const TcpHost *table = ranked_table(host, RANKED_LAYERS);
    GPtrArray *list = g_ptr_array_new();
    if (table == NULL) {
        return list;
    }
    for (uint32_t i = 0; i < table->endpoints.capacity; i++) {
        if (table->endpoints.entries[i].value != NULL) {
            g_ptr_array_add(list, table->endpoints.entries[i].value);
        }
    }
    g_ptr_array_sort(list, compare_ids);
    return list;
}

typedef struct Unsure {
    GArray *list;
    uint64_t end;
    EntityId receiver;
    bool was_open;
} Unsure;

static void remember_message(void *data, const MessageHeader *header)
{
    const Unsure *unsure = data;
    TcpUnresolved lost = {
        .end = unsure->end, .receiver = unsure->receiver, .was_open = unsure->was_open};
    memcpy(&lost.header, header, sizeof lost.header);
    lost.header.content_size_bytes = 0; /* it is not kept */
    g_array_append_val(unsure->list, lost);
}

static void remember(Host *host, const TcpEndpoint *endpoint, bool by_crash)
{
    TcpHost *table = tcp_host(host);
    const Tcp *tcp = &endpoint->tcp;
    if (tcp->peer_end == 0 || tcp->received <= tcp->peer_end) {
        TcpEnded *ended = g_new0(TcpEnded, 1);
        ended->id = endpoint->id;
        ended->received = tcp->received;
        ended->by_crash = by_crash;
        g_hash_table_replace(table->ended, &ended->id, ended);
    }
    if (endpoint->items == NULL) {
        return;
    }
    for (const TcpItem *item = NULL; (item = tcp_items_next(endpoint->items, item)) != NULL;) {
        const Unsure unsure = {.list = table->unresolved,
                               .end = item->end,
                               .receiver = endpoint->peer,
                               .was_open = tcp->unacknowledged > 0};
        host->network->stack->tcp_user->messages(item, remember_message, (void *)&unsure);
    }
}

void tcp_endpoint_free(Host *host, TcpEndpoint *endpoint, bool by_crash)
{
    if (endpoint->is_gone) {
        return;
    }
    remember(host, endpoint, by_crash);
    tcp_record_unread(host, endpoint, by_crash ? "dead-peer" : "reset");
    if (host->network->stack->tcp_user->gone != NULL) {
        host->network->stack->tcp_user->gone(host, endpoint);
    }
    id_table_remove(&tcp_host(host)->endpoints, endpoint->id);
    timer_free(&host->entity, endpoint->timer);
    endpoint->timer = 0;
    if (endpoint->connection != NULL) {
        endpoint->connection->transport = NULL;
        endpoint->connection = NULL;
    }
    endpoint->is_gone = true;
    tcp_endpoint_release(host, endpoint, endpoint->is_busy);
}

bool tcp_endpoint_keep(TcpEndpoint *endpoint)
{
    const bool was_busy = endpoint->is_busy;
    endpoint->is_busy = true;
    return was_busy;
}

void tcp_endpoint_release(Host *host, TcpEndpoint *endpoint, bool was_busy)
{
    endpoint->is_busy = was_busy;
    if (endpoint->is_gone && !was_busy) {
        clear(host, endpoint);
    }
}

/* The process is gone; its kernel, if it is still there, says so. */
static void abort_with_process(Host *host, TcpEndpoint *endpoint)
{
    if (host->network->tcp.crash == TCP_CRASH_PROCESS) {
        tcp_abort(&endpoint->tcp);
        tcp_endpoint_flush(host, endpoint);
    }
}

void tcp_host_crashed(Host *host, const Connection *connection)
{
    TcpEndpoint *endpoint = connection->transport;
    if (endpoint == NULL && ((uint32_t)connection->id & CONNECTION_PRECONNECTED) != 0) {
        endpoint = tcp_endpoint_of(host, (Connection *)(uintptr_t)connection);
    }
    if (endpoint != NULL) {
        abort_with_process(host, endpoint);
    }
}

void tcp_host_forget(Host *host, bool by_crash)
{
    g_autoptr(GPtrArray) list = tcp_host_list(host);
    for (guint i = 0; i < list->len; i++) {
        TcpEndpoint *endpoint = g_ptr_array_index(list, i);
        if (by_crash) {
            if (!endpoint->tcp.is_orphan) { /* it was being accepted */
                abort_with_process(host, endpoint);
            }
            tcp_endpoint_free(host, endpoint, true);
            continue;
        }
        if (host->network->stack->tcp_user->gone != NULL) {
            host->network->stack->tcp_user->gone(host, endpoint);
        }
        clear(host, endpoint);
    }
    TcpHost *table = ranked_table(host, RANKED_LAYERS);
    if (!by_crash && table != NULL) {
        id_table_clear(&table->endpoints, &host_part(host)->blocks);
        g_hash_table_unref(table->ended);
        g_array_unref(table->unresolved);
        g_free(table);
        ranked_set_table(host, RANKED_LAYERS, NULL);
    }
}

/* Sending. */

void *tcp_endpoint_add(TcpEndpoint *endpoint, SimTime now, uint32_t kind, uint32_t size_bytes,
                       uint32_t length)
{
    if (endpoint->items == NULL) {
        endpoint->items = tcp_items_new(endpoint->tcp.blocks);
    }
    tcp_write(&endpoint->tcp, now, length);
    /* One that takes no byte stands where the FIN will. */
    const uint64_t end = endpoint->tcp.written + (length == 0 ? 1 : 0);
    return tcp_items_add(endpoint->items, end, kind, size_bytes);
}

/* No run waits for what it sends, keep-alives and acknowledgements: while the other side waits for
 * an acknowledgement of more than that, its own timer runs. */
static bool is_at_rest(const TcpEndpoint *endpoint)
{
    return endpoint->is_quiet && endpoint->tcp.state == TCP_ESTABLISHED;
}

static bool send(Host *host, TcpEndpoint *endpoint, const TcpSegment *segment)
{
    PacketContent content = {.head = segment, .head_size_bytes = tcp_segment_size_bytes(segment)};
    const uint64_t end = tcp_segment_end(segment);
    if (endpoint->items != NULL && end > segment->number) {
        content.tail =
            tcp_items_within(endpoint->items, segment->number, end, &content.tail_size_bytes);
    }
    return packet_send(host, endpoint->peer,
                       &(Packet){.connection = endpoint->id,
                                 .flow = endpoint->id,
                                 .is_background = is_at_rest(endpoint),
                                 .size_bytes = tcp_segment_wire_bytes(&endpoint->tcp, segment)},
                       &content);
}

/* In TIME-WAIT nothing is expected, and the run need not wait for it. */
static void set_timer(Host *host, TcpEndpoint *endpoint)
{
    Entity *entity = &host->entity;
    const SimTime deadline = tcp_deadline(&endpoint->tcp);
    const bool is_waiting = tcp_is_in_time_wait(&endpoint->tcp) || is_at_rest(endpoint);
    if (!timer_exists(entity, endpoint->timer)) {
        if (deadline == SIM_TIME_MAX) {
            return;
        }
        endpoint->timer = timer_new(entity, KIND_TRANSPORT_TIMER, endpoint->id, is_waiting);
        endpoint->is_waiting = is_waiting;
    } else if (is_waiting != endpoint->is_waiting) {
        timer_set_background(entity, endpoint->timer, is_waiting);
        endpoint->is_waiting = is_waiting;
    }
    if (deadline == SIM_TIME_MAX) {
        timer_rest(entity, endpoint->timer); /* an idle connection has none */
    } else if (deadline != timer_deadline(entity, endpoint->timer)) {
        timer_set(entity, endpoint->timer, MAX(deadline - host_now(host), 1));
    }
}

static void send_all(Host *host, TcpEndpoint *endpoint)
{
    TcpSegment segment;
    while (tcp_next_segment(&endpoint->tcp, host_now(host), &segment)) {
        if (!send(host, endpoint, &segment)) {
            tcp_was_dropped(&endpoint->tcp, host_now(host), &segment);
            break;
        }
    }
}

void tcp_endpoint_flush(Host *host, TcpEndpoint *endpoint)
{
    if (endpoint->is_gone) {
        return;
    }
    const bool has_turn = tcp_has_turn(&endpoint->tcp, host_now(host));
    if (has_turn) {
        send_all(host, endpoint);
    }
    if (endpoint->items != NULL) {
        tcp_items_acknowledge(endpoint->items, endpoint->tcp.unacknowledged);
        if (tcp_items_are_none(endpoint->items)) {
            g_clear_pointer(&endpoint->items, tcp_items_free); /* an idle connection is small */
        }
    }
    tcp_sample(host, endpoint);
    if (has_turn) {
        set_timer(host, endpoint);
    }
}
