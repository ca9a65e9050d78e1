/* SPDX-License-Identifier: MIT */
/* The congestion controls by number, and what they share. */
#include "models/tcp_congestion.h"

static const TcpCongestion *const CONGESTIONS[] = {
#define X(name) &TCP_CONGESTION_##name,
#include "models/tcp_congestion_list.h"
#undef X
};

const TcpCongestion *tcp_congestion_at(int index)
{
    g_assert(index >= 0 && (size_t)index < G_N_ELEMENTS(CONGESTIONS));
    return CONGESTIONS[index];
}

uint32_t tcp_slow_start(Tcp *tcp, uint32_t acknowledged)
{
    const uint32_t grown = MIN(tcp->window + acknowledged, tcp->threshold);
    acknowledged -= grown - tcp->window;
    tcp->window = grown;
    return acknowledged;
}

void tcp_grow_by_count(Tcp *tcp, uint32_t increment, uint32_t acknowledged)
{
    if (tcp->window_count >= increment) {
        tcp->window_count = 0;
        tcp->window++;
    }
    tcp->window_count += acknowledged;
    if (tcp->window_count >= increment) {
        const uint32_t more = tcp->window_count / increment;
        tcp->window_count -= more * increment;
        tcp->window += more;
    }
}
