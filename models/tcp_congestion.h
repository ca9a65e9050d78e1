/* SPDX-License-Identifier: MIT */
/* How a TCP's congestion window moves: a small table of functions on the sender's state. A file for
 * each and a line in models/tcp_congestion_list.h. What is common to all (slow start, the reduction
 * during recovery) is here and in models/tcp_recovery.c. */
#ifndef MODELS_TCP_CONGESTION_H
#define MODELS_TCP_CONGESTION_H

#include "models/tcp.h"

struct TcpCongestion {
    const char *name;
    void (*begin)(Tcp *tcp);
    /* Segments were acknowledged in order, and the window was in use. */
    void (*grow)(Tcp *tcp, SimTime now, uint32_t acknowledged);
    /* The window to come down to after a loss. */
    uint32_t (*reduce)(Tcp *tcp);
    /* Each of these may be NULL: a round trip was measured; a timeout; sending begins again after
     * a pause. */
    void (*measured)(Tcp *tcp, SimTime now, SimDuration round_trip);
    void (*timed_out)(Tcp *tcp);
    void (*resumed)(Tcp *tcp, SimTime now, SimDuration pause);
};

#define X(name) extern const TcpCongestion TCP_CONGESTION_##name;
#include "models/tcp_congestion_list.h"
#undef X

/* By the index of the setting. */
const TcpCongestion *tcp_congestion_at(int index);

static inline const TcpCongestion *tcp_control(const Tcp *tcp)
{
    return tcp_congestion_at(tcp->settings->congestion);
}

#define TCP_THRESHOLD_NONE (UINT32_MAX / 2)

static inline bool tcp_is_in_slow_start(const Tcp *tcp)
{
    return tcp->window < tcp->threshold;
}

/* Grows up to the threshold; returns the acknowledged segments that are left over. */
uint32_t tcp_slow_start(Tcp *tcp, uint32_t acknowledged);
/* One more for each `increment` acknowledged. */
void tcp_grow_by_count(Tcp *tcp, uint32_t increment, uint32_t acknowledged);

/* What CUBIC remembers, if it does. */
void tcp_cubic_forget(Tcp *tcp);

/* HyStart (Ha and Rhee 2008) for controls that use it. */
void tcp_hystart_begin(Tcp *tcp);
void tcp_hystart_end(Tcp *tcp);
void tcp_hystart_measured(Tcp *tcp, SimTime now, SimDuration round_trip);

#endif
