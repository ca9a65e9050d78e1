/* SPDX-License-Identifier: MIT */
/* RACK (RFC 8985): a segment is lost when one that was sent later has arrived, and it has had a
 * round trip and a reordering window to arrive too. Numbers as in Linux's tcp_recovery.c. */
#include "models/tcp_part.h"

enum { PERSIST = 16 }; /* recoveries that a widened window outlives */

/* Many segments leave in one virtual instant, so the turn decides, where the RFC has times. */
static bool is_later(uint32_t turn, uint32_t other)
{
    return (int32_t)(turn - other) > 0;
}

static SimDuration reordering_window(const Tcp *tcp)
{
    if (!tcp->has_reordered &&
        (tcp->phase >= TCP_PHASE_RECOVERY || tcp->sacked >= tcp->reordering)) {
        return 0;
    }
    /* Capped first: without a sample the least round trip is SIM_TIME_MAX. */
    const SimDuration most = tcp->round_trip_8 / 8;
    return MIN(MIN(tcp->round_trip_min / 4, most) * tcp->rack_steps, most);
}

void tcp_rack_advance(Tcp *tcp, const TcpSent *sent, SimTime now)
{
    const SimDuration round_trip = now - sent->sent;
    if (round_trip < tcp->round_trip_min && (sent->flags & TCP_SENT_EVER) != 0) {
        return; /* too early to be the answer to the one sent last */
    }
    tcp->rack_has_moved = true;
    tcp->rack_round_trip = round_trip;
    if (is_later(sent->turn, tcp->rack_turn)) {
        tcp->rack_turn = sent->turn;
    }
}

/* A reported duplicate widens the window by a quarter of the least round trip, for a while. */
void tcp_rack_update_window(Tcp *tcp)
{
    if (tcp->has_duplicate_report) {
        tcp->has_duplicate_report = false;
        tcp->rack_steps = (uint8_t)MIN(UINT8_MAX, tcp->rack_steps + 1);
        tcp->rack_persist = PERSIST;
    } else if (tcp->rack_persist == 0) {
        tcp->rack_steps = 1;
    }
}

static SimDuration remaining(const Tcp *tcp, const TcpSent *sent, SimDuration window, SimTime now)
{
    return tcp->rack_round_trip + window - (now - sent->sent);
}

bool tcp_rack_is_overdue(const Tcp *tcp, const TcpSent *sent, SimTime now)
{
    return remaining(tcp, sent, 0, now) <= 0;
}

/* Returns how long to wait for those that may still come, 0 when there are none. */
static SimDuration mark_overdue(Tcp *tcp, SimTime now)
{
    const SimDuration window = reordering_window(tcp);
    SimDuration wait = 0;
    uint32_t next;
    for (uint32_t at = tcp->sent.oldest; at != TCP_SENT_NONE; at = next) {
        TcpSent *sent = tcp_sent_at(&tcp->sent, at);
        next = sent->later;
        if ((sent->flags & (TCP_SENT_LOST | TCP_SENT_AGAIN)) == TCP_SENT_LOST) {
            tcp_sent_leave_time(&tcp->sent, at);
            continue;
        }
        if (!is_later(tcp->rack_turn, sent->turn)) {
            break;
        }
        const SimDuration left = remaining(tcp, sent, window, now);
        if (left <= 0) {
            tcp_mark_lost(tcp, at);
            tcp_sent_leave_time(&tcp->sent, at);
        } else {
            wait = MAX(wait, left);
        }
    }
    return wait;
}

bool tcp_rack_find_lost(Tcp *tcp, SimTime now)
{
    if (!tcp->rack_has_moved) {
        return false;
    }
    tcp->rack_has_moved = false;
    const SimDuration wait = mark_overdue(tcp, now);
    if (wait > 0) {
        tcp_set_timer(tcp, TCP_TIMER_REORDER, now + wait);
    }
    return wait > 0;
}

void tcp_rack_expire(Tcp *tcp, SimTime now)
{
    const uint32_t in_flight = tcp_in_flight(tcp);
    mark_overdue(tcp, now);
    if (tcp_in_flight(tcp) != in_flight && tcp->phase != TCP_PHASE_RECOVERY) {
        tcp_enter_recovery(tcp);
        tcp_reduce(tcp, 1, true, false);
    }
    if (tcp->timer != TCP_TIMER_RETRANSMIT) {
        tcp_rearm(tcp, now);
    }
}
