/* SPDX-License-Identifier: MIT */
/* Reno's congestion avoidance (RFC 5681): one segment more in each round trip, half after a loss.
 */
#include "models/tcp_congestion.h"

static void reno_begin(Tcp *tcp)
{
    (void)tcp;
}

static void reno_grow(Tcp *tcp, SimTime now, uint32_t acknowledged)
{
    (void)now;
    if (tcp_is_in_slow_start(tcp)) {
        acknowledged = tcp_slow_start(tcp, acknowledged);
    }
    if (acknowledged > 0) {
        tcp_grow_by_count(tcp, tcp->window, acknowledged);
    }
}

static uint32_t reno_reduce(Tcp *tcp)
{
    return MAX(tcp->window / 2, 2);
}

const TcpCongestion TCP_CONGESTION_reno = {
    .name = "reno",
    .begin = reno_begin,
    .grow = reno_grow,
    .reduce = reno_reduce,
};
