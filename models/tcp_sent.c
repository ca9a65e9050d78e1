/* SPDX-License-Identifier: MIT */
/* The records of what was sent. */
#include "models/tcp_sent.h"

#include <glib.h>

void tcp_sent_init(TcpSentQueue *queue)
{
    *queue = (TcpSentQueue){.oldest = TCP_SENT_NONE, .newest = TCP_SENT_NONE};
}

static void free_ring(TcpSentQueue *queue, BlockPool *blocks)
{
    block_pool_give(blocks, queue->ring, queue->capacity * sizeof *queue->ring);
    queue->ring = NULL;
    queue->capacity = 0;
}

void tcp_sent_clear(TcpSentQueue *queue, BlockPool *blocks)
{
    free_ring(queue, blocks);
    tcp_sent_init(queue);
}

static void grow(TcpSentQueue *queue, BlockPool *blocks)
{
    const uint32_t capacity = queue->capacity == 0 ? 2 : queue->capacity * 2;
    TcpSent *ring = block_pool_take(blocks, capacity * sizeof *ring);
    for (uint32_t i = 0; i < queue->count; i++) {
        ring[(queue->head + i) & (capacity - 1)] = *tcp_sent_at(queue, queue->head + i);
    }
    free_ring(queue, blocks);
    queue->ring = ring;
    queue->capacity = capacity;
}

TcpSent *tcp_sent_add(TcpSentQueue *queue, BlockPool *blocks, uint64_t start, uint32_t length,
                      unsigned flags, SimTime now)
{
    if (queue->count == queue->capacity) {
        grow(queue, blocks);
    }
    const uint32_t number = queue->head + queue->count++;
    g_assert(number != TCP_SENT_NONE && length <= UINT16_MAX);
    TcpSent *sent = tcp_sent_at(queue, number);
    *sent = (TcpSent){
        .start = start, .sent = now, .length = (uint16_t)length, .flags = (uint16_t)flags};
    tcp_sent_join_time(queue, number);
    return sent;
}

void tcp_sent_take(TcpSentQueue *queue, BlockPool *blocks)
{
    g_assert(queue->count > 0);
    tcp_sent_leave_time(queue, queue->head);
    queue->head++;
    queue->count--;
    if (queue->count == 0) {
        free_ring(queue, blocks); /* an idle connection is small */
    }
}

void tcp_sent_untake(TcpSentQueue *queue)
{
    g_assert(queue->count > 0);
    tcp_sent_leave_time(queue, queue->head + queue->count - 1);
    queue->count--;
}

void tcp_sent_leave_time(TcpSentQueue *queue, uint32_t number)
{
    TcpSent *sent = tcp_sent_at(queue, number);
    if ((sent->flags & TCP_SENT_IN_TIME) == 0) {
        return;
    }
    sent->flags &= (uint16_t)~TCP_SENT_IN_TIME;
    if (sent->earlier == TCP_SENT_NONE) {
        queue->oldest = sent->later;
    } else {
        tcp_sent_at(queue, sent->earlier)->later = sent->later;
    }
    if (sent->later == TCP_SENT_NONE) {
        queue->newest = sent->earlier;
    } else {
        tcp_sent_at(queue, sent->later)->earlier = sent->earlier;
    }
}

void tcp_sent_join_time(TcpSentQueue *queue, uint32_t number)
{
    tcp_sent_leave_time(queue, number);
    TcpSent *sent = tcp_sent_at(queue, number);
    sent->flags |= TCP_SENT_IN_TIME;
    sent->earlier = queue->newest;
    sent->later = TCP_SENT_NONE;
    sent->turn = ++queue->turn;
    if (queue->newest == TCP_SENT_NONE) {
        queue->oldest = number;
    } else {
        tcp_sent_at(queue, queue->newest)->later = number;
    }
    queue->newest = number;
}

uint32_t tcp_sent_find(const TcpSentQueue *queue, uint64_t start)
{
    uint32_t low = 0, high = queue->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (tcp_sent_at(queue, queue->head + middle)->start < start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return queue->head + low;
}

void tcp_sent_check(const TcpSentQueue *queue)
{
    uint32_t in_time = 0, in_list = 0;
    for (uint32_t i = 0; i < queue->count; i++) {
        const TcpSent *sent = tcp_sent_at(queue, queue->head + i);
        in_time += (sent->flags & TCP_SENT_IN_TIME) != 0;
        g_assert(i == 0 || tcp_sent_end(tcp_sent_at(queue, queue->head + i - 1)) == sent->start);
    }
    SimTime last = 0;
    for (uint32_t at = queue->oldest; at != TCP_SENT_NONE; at = tcp_sent_at(queue, at)->later) {
        g_assert(tcp_sent_at(queue, at)->sent >= last);
        last = tcp_sent_at(queue, at)->sent;
        in_list++;
    }
    g_assert(in_time == in_list);
}
