/* SPDX-License-Identifier: MIT */
/* HyStart (Ha and Rhee, "Taming the elephants", 2008): slow start ends before it overflows the
 * queue, when the ACKs of a round come as a train half as long as the least round trip, or when the
 * round trip has grown by an eighth (4 to 16 ms). Numbers as in Linux's tcp_cubic.c. */
#include "models/tcp_congestion.h"

enum { WINDOW_MIN = 16, SAMPLES_MIN = 8 };
static const SimDuration TRAIN_GAP = 2 * SIM_MILLISECOND;
static const SimDuration DELAY_MIN = 4 * SIM_MILLISECOND;
static const SimDuration DELAY_MAX = 16 * SIM_MILLISECOND;

static void begin_round(Tcp *tcp, SimTime now)
{
    *tcp->hystart = (TcpHystart){
        .round_start = now, .last_ack = now, .delay_now = SIM_TIME_MAX, .round_end = tcp->next};
}

void tcp_hystart_begin(Tcp *tcp)
{
    if (tcp->hystart == NULL) {
        tcp->hystart = g_new0(TcpHystart, 1);
    }
    begin_round(tcp, 0);
}

void tcp_hystart_end(Tcp *tcp)
{
    g_clear_pointer(&tcp->hystart, g_free);
}

void tcp_hystart_measured(Tcp *tcp, SimTime now, SimDuration round_trip)
{
    TcpHystart *hystart = tcp->hystart;
    const SimDuration least = tcp->round_trip_min;
    if (!tcp_is_in_slow_start(tcp) || tcp->window < WINDOW_MIN) {
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
    if (hystart->samples < SAMPLES_MIN) {
        hystart->samples++;
    } else if (hystart->delay_now > least + CLAMP(least / 8, DELAY_MIN, DELAY_MAX)) {
        tcp->threshold = tcp->window;
    }
}
