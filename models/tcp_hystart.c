/* SPDX-License-Identifier: MIT */
/* HyStart (models/hystart.h) as Linux has it: slow start ends before it overflows the queue, when
 * the ACKs of a round come as a train half as long as the least round trip, or when the round trip
 * has grown. */
#include "models/hystart.h"
#include "models/tcp_congestion.h"

static const SimDuration TRAIN_GAP = 2 * SIM_MILLISECOND;

static void begin_round(Tcp *tcp, SimTime now)
{
    *tcp->hystart = (TcpHystart){
        .round_start = now, .last_ack = now, .delay_now = SIM_TIME_MAX, .round_end = tcp->next};
}

void tcp_hystart_begin(Tcp *tcp)
{
    if (tcp->hystart == NULL) {
        tcp->hystart = block_pool_take(tcp->blocks, sizeof *tcp->hystart);
    }
    begin_round(tcp, 0);
}

void tcp_hystart_end(Tcp *tcp)
{
    block_pool_give(tcp->blocks, g_steal_pointer(&tcp->hystart), sizeof *tcp->hystart);
}

void tcp_hystart_measured(Tcp *tcp, SimTime now, SimDuration round_trip)
{
    TcpHystart *hystart = tcp->hystart;
    const SimDuration least = tcp->round_trip_min;
    if (!tcp_is_in_slow_start(tcp) || tcp->window < HYSTART_WINDOW_MIN) {
        return;
    }
    if (tcp->unacknowledged > hystart->round_end) {
        begin_round(tcp, now);
    }
    if (now - hystart->last_ack <= TRAIN_GAP) {
        hystart->last_ack = now;
        if (now - hystart->round_start > least / 2) {
            tcp->threshold = tcp->window;
            return;
        }
    }
    hystart->delay_now = MIN(hystart->delay_now, round_trip);
    if (hystart->samples < HYSTART_SAMPLES) {
        hystart->samples++;
    } else if (hystart->delay_now > hystart_round_trip_max(least)) {
        tcp->threshold = tcp->window;
    }
}
