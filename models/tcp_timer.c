/* SPDX-License-Identifier: MIT */
/* The timers of TCP: one for transmission, whatever it waits for, and one for a delayed ACK. */
#include "models/tcp_part.h"

/* Linux's least timeout of a probe or of reordering, two jiffies. */
static const SimDuration TIMEOUT_MIN = 2 * SIM_MILLISECOND;

void tcp_set_timer(Tcp *tcp, TcpTimer timer, SimTime at)
{
    tcp->timer = (uint8_t)timer;
    tcp->timer_at = timer == TCP_TIMER_NONE ? SIM_TIME_MAX : at;
}

SimTime tcp_deadline(const Tcp *tcp)
{
    const SimTime at = tcp->timer == TCP_TIMER_NONE ? SIM_TIME_MAX : tcp->timer_at;
    return tcp->ack_at != 0 && tcp->ack_at < at ? tcp->ack_at : at;
}

/* Until the timeout of the first segment that is out; may be past. */
static SimDuration until_timeout(const Tcp *tcp, SimTime now)
{
    return tcp_sent_at(&tcp->sent, tcp->sent.head)->sent + tcp->rto - now;
}

void tcp_rearm(Tcp *tcp, SimTime now)
{
    if (tcp->sent.count == 0) {
        tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
        return;
    }
    SimDuration delay = tcp->rto;
    if (tcp->timer == TCP_TIMER_REORDER || tcp->timer == TCP_TIMER_PROBE) {
        delay = MAX(until_timeout(tcp, now), 1);
    }
    tcp_set_timer(tcp, TCP_TIMER_RETRANSMIT, now + delay);
}

/* RFC 8985, 7.2: two round trips, and for a lone segment the longest delay of an ACK; never later
 * than the timeout. */
bool tcp_schedule_probe(Tcp *tcp, SimTime now, bool is_after_ack)
{
    if (!tcp->settings->tail_loss_probe || !tcp->settings->sack || tcp->sent.count == 0 ||
        (tcp->phase != TCP_PHASE_OPEN && tcp->phase != TCP_PHASE_REDUCING)) {
        return false;
    }
    SimDuration timeout = tcp->settings->rto_initial;
    if (tcp->round_trip_8 != 0) {
        timeout =
            tcp->round_trip_8 / 4 + (tcp->sent.count == 1 ? tcp->settings->rto_min : TIMEOUT_MIN);
    }
    const SimDuration left = is_after_ack ? tcp->rto : until_timeout(tcp, now);
    if (left > 0) {
        timeout = MIN(timeout, left);
    }
    tcp_set_timer(tcp, TCP_TIMER_PROBE, now + timeout);
    return true;
}

void tcp_finish(Tcp *tcp, unsigned events)
{
    tcp->state = TCP_CLOSED;
    tcp->events |= (uint8_t)(events | TCP_EVENT_FINISHED);
    tcp->ack_at = 0;
    tcp->ack_now = tcp->syn_due = tcp->probe_due = false;
    tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
}

void tcp_wait_for_end(Tcp *tcp, SimTime now, TcpState state)
{
    tcp->state = (uint8_t)state;
    tcp_set_timer(tcp, TCP_TIMER_END, now + tcp->settings->time_wait);
    if (state == TCP_TIME_WAIT) {
        tcp->events |= TCP_EVENT_FINISHED;
    }
}

static void double_timeout(Tcp *tcp)
{
    tcp->backoff++;
    tcp->rto = MIN(tcp->rto * 2, tcp->settings->rto_max);
}

static void expire_syn(Tcp *tcp, SimTime now)
{
    const TcpSettings *settings = tcp->settings;
    const int64_t most =
        tcp->is_active ? settings->syn_retries + settings->syn_linear : settings->synack_retries;
    if (tcp->timeouts >= most) {
        tcp_finish(tcp, TCP_EVENT_TIMED_OUT);
        return;
    }
    tcp->timeouts++;
    if (!tcp->is_active || tcp->timeouts > settings->syn_linear) {
        double_timeout(tcp);
    }
    tcp->syn_due = true;
    tcp_set_timer(tcp, TCP_TIMER_RETRANSMIT, now + tcp->rto);
}

static void expire_retransmission(Tcp *tcp, SimTime now)
{
    if (tcp->state == TCP_SYN_SENT || tcp->state == TCP_SYN_RECEIVED) {
        expire_syn(tcp, now);
        return;
    }
    if (tcp->sent.count == 0) {
        tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
        return;
    }
    if (tcp->timeouts >= tcp->settings->retries) {
        tcp_finish(tcp, TCP_EVENT_TIMED_OUT);
        return;
    }
    tcp_enter_loss(tcp, now);
    tcp->timeouts++;
    double_timeout(tcp);
    tcp_set_timer(tcp, TCP_TIMER_RETRANSMIT, now + tcp->rto);
}

void tcp_expire(Tcp *tcp, SimTime now)
{
    tcp_begin_turn(tcp);
    if (tcp->ack_at != 0 && tcp->ack_at <= now) {
        tcp_expire_ack(tcp);
    }
    if (tcp->timer == TCP_TIMER_NONE || tcp->timer_at > now) {
        return;
    }
    switch ((TcpTimer)tcp->timer) {
    case TCP_TIMER_RETRANSMIT:
        expire_retransmission(tcp, now);
        break;
    case TCP_TIMER_REORDER:
        tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
        tcp_rack_expire(tcp, now);
        break;
    case TCP_TIMER_PROBE:
        tcp->probe_due = tcp->probe_end == 0;
        tcp_rearm(tcp, now);
        break;
    case TCP_TIMER_PERSIST: /* tcp_next_segment() tries again */
        tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
        if (tcp_window_is_shut(tcp)) {
            tcp->window_probe_due = true;
            tcp->window_probes = (uint8_t)MIN(tcp->window_probes + 1, UINT8_MAX);
        }
        break;
    case TCP_TIMER_END:
        tcp_finish(tcp, 0);
        break;
    case TCP_TIMER_NONE:
        break;
    }
}
