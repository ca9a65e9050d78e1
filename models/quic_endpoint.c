/* SPDX-License-Identifier: MIT */
/* Endpoints of QUIC: their table, their timers, and what they send. */
#include "models/quic_endpoint.h"

#include "models/ranked.h"
#include "models/stack.h"

#include <string.h>

enum { IP_UDP_BYTES = 28 };

static void free_ended(void *data)
{
    QuicEnded *ended = data;
    quic_ranges_clear(&ended->seen);
    g_free(ended);
}

static QuicHost *table_of(Host *host)
{
    QuicHost *table = ranked_table(host, RANKED_QUIC);
    if (table == NULL) {
        table = g_new0(QuicHost, 1);
        table->endpoints = g_hash_table_new(g_int64_hash, g_int64_equal);
        table->ended_connections =
            g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_ended);
        table->ended_streams = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
        table->unresolved = g_array_new(FALSE, FALSE, sizeof(QuicUnresolved));
        ranked_set_table(host, RANKED_QUIC, table);
    }
    return table;
}

QuicEndpoint *quic_endpoint_find(const Host *host, uint64_t id)
{
    const QuicHost *table = ranked_table(host, RANKED_QUIC);
    return table == NULL ? NULL : g_hash_table_lookup(table->endpoints, &id);
}

/* What channels write. */

static void open_stream(Host *host, MuxedConnection *muxed, uint64_t stream)
{
    (void)host;
    quic_stream_open(&((QuicEndpoint *)muxed)->quic, stream);
}

static void *write_item(Host *host, MuxedConnection *muxed, uint64_t stream, ChannelItemKind kind,
                        uint16_t flags, uint32_t length, uint32_t body_size_bytes)
{
    QuicEndpoint *endpoint = (QuicEndpoint *)muxed;
    const uint32_t size_bytes = channel_item_size_bytes(body_size_bytes);
    ChannelItem *item = quic_stream_write(&endpoint->quic, stream, length, size_bytes);
    if (item == NULL) {
        return NULL;
    }
    memset(item, 0, size_bytes);
    *item = (ChannelItem){
        .size_bytes = size_bytes, .length = length, .kind = (uint16_t)kind, .flags = flags};
    quic_endpoint_flush_later(host, endpoint);
    return item->body;
}

static void end_stream(Host *host, MuxedConnection *muxed, uint64_t stream, StreamEnd how)
{
    QuicEndpoint *endpoint = (QuicEndpoint *)muxed;
    quic_stream_end(&endpoint->quic, stream, how);
    quic_endpoint_flush_later(host, endpoint);
}

static void set_identify_timeout(Host *host, MuxedConnection *muxed, SimTime when)
{
    QuicEndpoint *endpoint = (QuicEndpoint *)muxed;
    endpoint->identify_at = when;
    quic_endpoint_flush_later(host, endpoint);
}

static const ChannelCarrier CARRIER = {
    .open = open_stream,
    .write = write_item,
    .end = end_stream,
    .set_identify_timeout = set_identify_timeout,
};

/* Life. */

QuicEndpoint *quic_endpoint_new(Host *host, uint64_t id, EntityId peer, bool is_dialer)
{
    QuicEndpoint *endpoint = g_new0(QuicEndpoint, 1);
    endpoint->host = host;
    endpoint->identify_at = SIM_TIME_MAX;
    endpoint->muxed = (MuxedConnection){.carrier = &CARRIER,
                                        .id = id,
                                        .peer = peer,
                                        .is_dialer = is_dialer,
                                        .is_opening = is_dialer};
    g_hash_table_insert(table_of(host)->endpoints, &endpoint->muxed.id, endpoint);
    return endpoint;
}

static void destroy(QuicEndpoint *endpoint)
{
    quic_clear(&endpoint->quic);
    g_free(endpoint);
}

void quic_endpoint_free(Host *host, QuicEndpoint *endpoint, bool by_crash)
{
    if (endpoint->is_gone) {
        return;
    }
    quic_endpoint_remember(host, endpoint, by_crash);
    channels_clear(host, &endpoint->muxed, "reset");
    g_hash_table_remove(table_of(host)->endpoints, &endpoint->muxed.id);
    timer_free(&host->entity, endpoint->timer);
    endpoint->timer = 0;
    if (endpoint->muxed.connection != NULL) {
        endpoint->muxed.connection->transport = NULL;
        endpoint->muxed.connection = NULL;
    }
    endpoint->is_gone = true;
    quic_endpoint_release(endpoint, endpoint->is_busy);
}

bool quic_endpoint_keep(QuicEndpoint *endpoint)
{
    const bool was_busy = endpoint->is_busy;
    endpoint->is_busy = true;
    return was_busy;
}

void quic_endpoint_release(QuicEndpoint *endpoint, bool was_busy)
{
    endpoint->is_busy = was_busy;
    if (endpoint->is_gone && !was_busy) {
        destroy(endpoint);
    }
}

static int compare_ids(const void *a, const void *b)
{
    const QuicEndpoint *const *one = a, *const *other = b;
    return (*one)->muxed.id < (*other)->muxed.id ? -1 : 1;
}

GPtrArray *quic_host_list(const Host *host)
{
    const QuicHost *table = ranked_table(host, RANKED_QUIC);
    GPtrArray *list = g_ptr_array_new();
    if (table == NULL) {
        return list;
    }
    GHashTableIter iterator;
    void *endpoint;
    g_hash_table_iter_init(&iterator, table->endpoints);
    while (g_hash_table_iter_next(&iterator, NULL, &endpoint)) {
        g_ptr_array_add(list, endpoint);
    }
    g_ptr_array_sort(list, compare_ids);
    return list;
}

void quic_host_forget(Host *host, bool by_crash)
{
    g_autoptr(GPtrArray) list = quic_host_list(host);
    for (guint i = 0; i < list->len; i++) {
        QuicEndpoint *endpoint = g_ptr_array_index(list, i);
        if (by_crash) {
            quic_endpoint_free(host, endpoint, true);
        } else {
            channels_clear(host, &endpoint->muxed, NULL);
            destroy(endpoint);
        }
    }
    QuicHost *table = ranked_table(host, RANKED_QUIC);
    if (by_crash || table == NULL) {
        return;
    }
    g_hash_table_unref(table->endpoints);
    g_hash_table_unref(table->ended_connections);
    g_hash_table_unref(table->ended_streams);
    g_array_unref(table->unresolved);
    g_free(table);
    ranked_set_table(host, RANKED_QUIC, NULL);
}

/* Sending. */

bool quic_packet_send(Host *host, EntityId peer, uint64_t connection, const void *content,
                      uint32_t content_size_bytes)
{
    const PeerSet *blocked = host->network->udp_blocked;
    const QuicDatagram *datagram = content;
    return packet_send(host, peer,
                       &(Packet){.connection = connection,
                                 .flow = connection,
                                 .size_bytes = datagram->wire_bytes + IP_UDP_BYTES},
                       &(PacketContent){.head = content,
                                        .head_size_bytes = content_size_bytes,
                                        .is_whole = true,
                                        .is_blocked = blocked != NULL &&
                                                      (peer_set_has(blocked, peer) ||
                                                       peer_set_has(blocked, host->entity.id))});
}

static bool send(Host *host, QuicEndpoint *endpoint, const GByteArray *bytes)
{
    const QuicDatagram *datagram = (const QuicDatagram *)(const void *)bytes->data;
    const uint32_t size_bytes = datagram->wire_bytes + IP_UDP_BYTES;
    if (endpoint->quic.state == QUIC_SHAKING || endpoint->muxed.is_opening) {
        endpoint->bytes_sent += size_bytes;
    }
    return quic_packet_send(host, endpoint->muxed.peer, endpoint->muxed.id, datagram, bytes->len);
}

static void set_timer(Host *host, QuicEndpoint *endpoint)
{
    Entity *entity = &host->entity;
    bool is_idle;
    SimTime deadline = quic_deadline(&endpoint->quic, &is_idle);
    if (endpoint->identify_at != SIM_TIME_MAX) {
        deadline = MIN(deadline, endpoint->identify_at);
        is_idle = false;
    }
    if (endpoint->timer != 0 && (is_idle != endpoint->is_timer_idle || deadline == SIM_TIME_MAX)) {
        timer_free(entity, endpoint->timer);
        endpoint->timer = 0;
    }
    if (deadline == SIM_TIME_MAX) {
        return;
    }
    if (endpoint->timer == 0) {
        endpoint->timer = timer_new(entity, KIND_TRANSPORT_TIMER, endpoint->muxed.id, is_idle);
        endpoint->is_timer_idle = is_idle;
    }
    if (deadline != timer_deadline(entity, endpoint->timer)) {
        timer_set(entity, endpoint->timer, MAX(deadline - host_now(host), 1));
    }
}

void quic_endpoint_flush(Host *host, QuicEndpoint *endpoint)
{
    if (endpoint->is_gone) {
        return;
    }
    GByteArray *bytes = host_part(host)->draft;
    while (quic_next_datagram(&endpoint->quic, host_now(host), bytes)) {
        if (!send(host, endpoint, bytes)) {
            break; /* as if lost on the way: a socket's buffer is full */
        }
    }
    quic_sample(host, endpoint);
    set_timer(host, endpoint);
}

void quic_endpoint_flush_later(Host *host, QuicEndpoint *endpoint)
{
    if (!endpoint->is_settle_due) {
        endpoint->is_settle_due = true;
        entity_defer(&host->entity, KIND_TRANSPORT_SETTLE, endpoint->muxed.id);
    }
}
