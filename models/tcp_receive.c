/* SPDX-License-Identifier: MIT */
/* What arrives at a host for its TCPs: segments and the ends of waits. What they mean is told to
 * what stands on TCP (TcpUser). */
#include "models/stack.h"
#include "models/tcp_endpoint.h"

static void deliver(Host *host, TcpEndpoint *endpoint, const TcpItem *item)
{
    host->network->stack->tcp_user->delivered(host, endpoint, item);
}

/* What has waited, up to that place; the one at `twin` has come once more, in order. */
static void deliver_early(Host *host, TcpEndpoint *endpoint, uint64_t place, uint64_t twin)
{
    TcpItem *item;
    while (endpoint->items != NULL && !endpoint->is_gone && !endpoint->is_held &&
           (item = tcp_items_take_early(endpoint->items, place)) != NULL) {
        if (item->end != twin) {
            deliver(host, endpoint, item);
        }
        block_pool_give(endpoint->tcp.blocks, item, item->size_bytes);
    }
}

static void keep(TcpEndpoint *endpoint, const TcpItem *item)
{
    if (endpoint->items == NULL) {
        endpoint->items = tcp_items_new(endpoint->tcp.blocks);
    }
    tcp_items_keep(endpoint->items, item);
}

/* Those of a packet that are in order now, between what waited before and after them; `before` is
 * how far the stream was in order. */
static void take_items(Host *host, TcpEndpoint *endpoint, const Packet *packet, uint64_t before)
{
    const TcpSegment *segment = (const TcpSegment *)packet->content;
    const uint8_t *at = (const uint8_t *)segment + tcp_segment_size_bytes(segment);
    const uint8_t *past = (const uint8_t *)packet->content + packet->content_size_bytes;
    while (at < past && !endpoint->is_gone) {
        const TcpItem *item = (const TcpItem *)(const void *)at;
        at += item->size_bytes;
        if (item->end <= before) {
            continue; /* it has been here */
        }
        if (item->end <= endpoint->tcp.received) {
            deliver_early(host, endpoint, item->end, item->end);
            if (endpoint->is_gone) {
                return;
            }
            if (!endpoint->is_held) {
                deliver(host, endpoint, item);
            } else {
                keep(endpoint, item);
            }
        } else if (item->end <= endpoint->tcp.granted + 1) {
            keep(endpoint, item);
        }
    }
    if (!endpoint->is_gone) {
        deliver_early(host, endpoint, endpoint->tcp.received, 0);
    }
}

/* Events. */

static void settle(Host *host, TcpEndpoint *endpoint)
{
    if (endpoint->tcp.state == TCP_CLOSED) {
        tcp_endpoint_flush(host, endpoint);
    }
    host->network->stack->tcp_user->settle(host, endpoint);
    if (!endpoint->is_gone && endpoint->tcp.state == TCP_CLOSED) {
        tcp_endpoint_free(host, endpoint, false);
    }
}

void tcp_settle(Host *host, uint64_t id)
{
    TcpEndpoint *endpoint = tcp_endpoint_find(host, id);
    if (endpoint != NULL) {
        const bool was_busy = tcp_endpoint_keep(endpoint);
        settle(host, endpoint);
        tcp_endpoint_release(host, endpoint, was_busy);
    }
}

static void handle_failure(Host *host, TcpEndpoint *endpoint, unsigned events)
{
    const Outcome outcome = (events & TCP_EVENT_REFUSED) != 0     ? OUTCOME_REFUSED
                            : (events & TCP_EVENT_TIMED_OUT) != 0 ? OUTCOME_TIMEOUT
                                                                  : OUTCOME_RESET;
    host->network->stack->tcp_user->failed(host, endpoint, outcome);
    if (!endpoint->is_gone) {
        tcp_endpoint_free(host, endpoint, false);
    }
}

/* After the machine has been given something: what the kernel sends goes first, then the
 * application hears of it and may add to it. */
static void go_on(Host *host, TcpEndpoint *endpoint, const Packet *packet, uint64_t before)
{
    const bool was_busy = tcp_endpoint_keep(endpoint);
    const unsigned events = tcp_take_events(&endpoint->tcp);
    tcp_endpoint_flush(host, endpoint);
    if ((events & TCP_EVENT_OPENED) != 0) {
        host->network->stack->tcp_user->opened(host, endpoint);
    }
    if (packet != NULL && !endpoint->is_gone) {
        take_items(host, endpoint, packet, before);
    }
    if (!endpoint->is_gone &&
        (events & (TCP_EVENT_REFUSED | TCP_EVENT_RESET | TCP_EVENT_TIMED_OUT)) != 0) {
        handle_failure(host, endpoint, events);
    } else if (!endpoint->is_gone) {
        if (((events & TCP_EVENT_PEER_CLOSED) != 0 && !endpoint->is_held) ||
            endpoint->tcp.state == TCP_CLOSED) {
            tcp_settle(host, endpoint->id);
        }
        if (!endpoint->is_gone && host->network->stack->tcp_user->has_room != NULL) {
            host->network->stack->tcp_user->has_room(host, endpoint);
        }
        tcp_endpoint_flush(host, endpoint);
    }
    tcp_endpoint_release(host, endpoint, was_busy);
}

void tcp_endpoint_hold(TcpEndpoint *endpoint, const TcpItem *item)
{
    endpoint->is_held = true;
    tcp_read_to(&endpoint->tcp, item->end);
}

void tcp_endpoint_go_on(Host *host, TcpEndpoint *endpoint)
{
    const bool was_busy = tcp_endpoint_keep(endpoint);
    endpoint->is_held = false;
    deliver_early(host, endpoint, endpoint->tcp.received, 0);
    if (!endpoint->is_gone && !endpoint->is_held) {
        tcp_read_to(&endpoint->tcp, 0);
        if (tcp_peer_has_closed(&endpoint->tcp)) {
            tcp_settle(host, endpoint->id);
        }
    }
    tcp_endpoint_flush(host, endpoint);
    tcp_endpoint_release(host, endpoint, was_busy);
}

static void answer_unknown(Host *host, const Packet *packet)
{
    const TcpSegment *segment = (const TcpSegment *)packet->content;
    TcpSegment reset;
    if (!tcp_answer_unknown(segment, &reset)) {
        return;
    }
    packet_send(
        host, packet->sender,
        &(Packet){.connection = packet->connection, .flow = packet->connection, .size_bytes = 40},
        &(PacketContent){.head = &reset, .head_size_bytes = tcp_segment_size_bytes(&reset)});
}

/* The endpoint that the packet is for: one that is here, that stood before the run, or a new one
 * for a SYN. */
static TcpEndpoint *endpoint_for(Host *host, const Packet *packet)
{
    TcpEndpoint *endpoint = tcp_endpoint_find(host, packet->connection);
    if (endpoint != NULL) {
        return endpoint;
    }
    const TcpSegment *segment = (const TcpSegment *)packet->content;
    if (((uint32_t)packet->connection & CONNECTION_PRECONNECTED) != 0) {
        Connection *connection = connection_find(host, packet->sender, packet->connection);
        return connection == NULL ? NULL : tcp_endpoint_of(host, connection);
    }
    if ((segment->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) {
        return NULL;
    }
    endpoint = tcp_endpoint_new(host, packet->connection, packet->sender);
    tcp_accept(&endpoint->tcp, &host->network->tcp, &host_part(host)->blocks,
               packet_mtu(host, packet->sender), host_now(host));
    return endpoint;
}

void tcp_packet_arrived(Host *host, const Packet *packet)
{
    TcpEndpoint *endpoint = endpoint_for(host, packet);
    if (endpoint == NULL) {
        answer_unknown(host, packet);
        return;
    }
    const uint64_t before = endpoint->tcp.received;
    tcp_receive(&endpoint->tcp, host_now(host), (const TcpSegment *)packet->content);
    go_on(host, endpoint, packet, before);
}

/* The process is gone; its kernel is not. */
void tcp_packet_at_crashed(Host *host, const Packet *packet)
{
    if (host->network->tcp.crash == TCP_CRASH_PROCESS) {
        answer_unknown(host, packet);
    }
}

void tcp_timer_expired(Host *host, uint64_t id)
{
    TcpEndpoint *endpoint = tcp_endpoint_find(host, id);
    if (endpoint != NULL) {
        tcp_expire(&endpoint->tcp, host_now(host));
        go_on(host, endpoint, NULL, 0);
    }
}
