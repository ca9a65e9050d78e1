/* SPDX-License-Identifier: MIT */
/* The life of a connection: opening, states, closing (RFC 9293). */
#include "models/tcp_part.h"

#include <string.h>

enum { IP_TCP_HEADERS = 40, STAMPS = 12 };
static const SimDuration RTO_AFTER_SYN_LOSS = 3 * SIM_SECOND; /* RFC 6298, 5.7 */

const char *tcp_state_name(TcpState state)
{
    static const char *const NAMES[] = {"closed",     "syn-sent",   "syn-received", "established",
                                        "fin-wait-1", "fin-wait-2", "close-wait",   "closing",
                                        "last-ack",   "time-wait"};
    return NAMES[state];
}

static void begin(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
                  SimTime now)
{
    memset(tcp, 0, sizeof *tcp);
    tcp->settings = settings;
    tcp->blocks = blocks;
    tcp_sent_init(&tcp->sent);
    tcp->mss_bytes = (uint16_t)(mtu_bytes - IP_TCP_HEADERS - (settings->timestamps ? STAMPS : 0));
    tcp->rto = settings->rto_initial;
    tcp->round_trip_min = SIM_TIME_MAX;
    tcp->window = 1;
    tcp->threshold = TCP_THRESHOLD_NONE;
    tcp->reordering = TCP_DUPLICATES;
    tcp->rack_steps = 1;
    tcp->written = 1;
    tcp_begin_turn(tcp);
    tcp->timer_at = SIM_TIME_MAX;
    tcp->window_used_at = now;
    tcp->send_buffer_bytes = (uint32_t)settings->send_buffer_bytes;
    tcp_begin_receiving(tcp);
}

void tcp_open(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
              SimTime now)
{
    begin(tcp, settings, blocks, mtu_bytes, now);
    tcp->state = TCP_SYN_SENT;
    tcp->is_active = tcp->syn_due = true;
}

void tcp_accept(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
                SimTime now)
{
    begin(tcp, settings, blocks, mtu_bytes, now);
    tcp->state = TCP_SYN_RECEIVED;
}

static void establish(Tcp *tcp, SimTime now)
{
    tcp->state = TCP_ESTABLISHED;
    /* More than one SYN lost: the network is in trouble (RFC 6928, 2; Linux). */
    tcp->window = tcp->resent > 1 ? 1 : (uint32_t)tcp->settings->initial_window;
    if (tcp->round_trip_8 == 0 && tcp->resent > 0) {
        tcp->rto = MAX(RTO_AFTER_SYN_LOSS, tcp->settings->rto_min);
    }
    tcp->timeouts = tcp->backoff = 0;
    tcp->tuned = tcp->received;
    tcp->tuned_at = tcp->window_used_at = now;
    tcp->has_resent = false;
    tcp->events |= TCP_EVENT_OPENED;
    tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
    tcp_begin_receiving(tcp);
    tcp_control(tcp)->begin(tcp);
    tcp_expand_send_buffer(tcp);
}

void tcp_stand(Tcp *tcp, const TcpSettings *settings, BlockPool *blocks, uint32_t mtu_bytes,
               SimTime now)
{
    begin(tcp, settings, blocks, mtu_bytes, now);
    tcp->unacknowledged = tcp->next = tcp->received = tcp->acknowledged = 1;
    establish(tcp, now);
    tcp->window_end = tcp->granted = 1 + tcp->receive_window_bytes;
    tcp->events = 0;
}

void tcp_clear(Tcp *tcp)
{
    tcp_sent_clear(&tcp->sent, tcp->blocks);
    tcp_islands_free(tcp);
    tcp_hystart_end(tcp);
    tcp_cubic_forget(tcp);
}

unsigned tcp_take_events(Tcp *tcp)
{
    const unsigned events = tcp->events;
    tcp->events = 0;
    return events;
}

/* What the application does. */

/* RFC 5681, 4.1, as Linux: half for each timeout that passed, down to the initial window. */
static void restart_after_idle(Tcp *tcp, SimTime now)
{
    SimDuration idle = now - tcp->sent_last;
    if (!tcp->settings->idle_restart || tcp->sent.count > 0 || tcp->sent_last == 0 ||
        idle <= tcp->rto) {
        return;
    }
    const uint32_t least = MIN((uint32_t)tcp->settings->initial_window, tcp->window);
    tcp->threshold = MAX(tcp->threshold, tcp->window / 2 + tcp->window / 4);
    while ((idle -= tcp->rto) > 0 && tcp->window > least) {
        tcp->window /= 2;
    }
    tcp->window = MAX(tcp->window, least);
    tcp->window_used_at = now;
    tcp->window_used = 0;
}

void tcp_write(Tcp *tcp, SimTime now, uint64_t size_bytes)
{
    g_assert(!tcp->is_closed);
    restart_after_idle(tcp, now);
    tcp->written += size_bytes;
    tcp_begin_turn(tcp);
}

void tcp_close(Tcp *tcp, SimTime now)
{
    if (tcp->is_closed || tcp->state == TCP_CLOSED) {
        return;
    }
    restart_after_idle(tcp, now);
    tcp_begin_turn(tcp);
    tcp->is_closed = true;
    if (tcp->state == TCP_ESTABLISHED) {
        tcp->state = TCP_FIN_WAIT_1;
    } else if (tcp->state == TCP_CLOSE_WAIT) {
        tcp->state = TCP_LAST_ACK;
    }
}

void tcp_orphan(Tcp *tcp, SimTime now)
{
    if (!tcp->is_orphan && tcp->state == TCP_FIN_WAIT_2) {
        tcp_wait_for_end(tcp, now, TCP_FIN_WAIT_2);
    }
    tcp->is_orphan = true;
    tcp_begin_turn(tcp);
}

void tcp_abort(Tcp *tcp)
{
    const bool is_known =
        tcp->state != TCP_CLOSED && tcp->state != TCP_SYN_SENT && tcp->state != TCP_TIME_WAIT;
    tcp_finish(tcp, 0);
    tcp->reset_due = is_known;
    tcp_begin_turn(tcp);
}

/* What comes. */

static void take_mss(Tcp *tcp, const TcpSegment *segment)
{
    const uint32_t stamps = tcp->settings->timestamps ? STAMPS : 0;
    if (segment->mss_bytes > stamps) {
        tcp->mss_bytes = (uint16_t)MIN(tcp->mss_bytes, segment->mss_bytes - stamps);
    }
}

/* The SYN is acknowledged: a round trip, unless it went out more than once. */
static void take_syn_ack(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    const TcpSent *syn = tcp_sent_at(&tcp->sent, tcp->sent.head);
    SimDuration sample = 0;
    if ((syn->flags & TCP_SENT_EVER) == 0) {
        sample = now - syn->sent;
    } else if (tcp->settings->timestamps) {
        sample = (SimDuration)(tcp_stamp(now) - segment->echo) * SIM_MICROSECOND;
    }
    tcp_sent_take(&tcp->sent, tcp->blocks);
    tcp->next_lost = tcp->sent.head;
    tcp->unacknowledged = 1;
    tcp->window_end = segment->acknowledged + segment->window;
    if (sample > 0) {
        tcp->round_trip_min = sample;
        tcp_measure_round_trip(tcp, sample);
    }
    establish(tcp, now);
    if (sample > 0 && tcp_control(tcp)->measured != NULL) {
        tcp_control(tcp)->measured(tcp, now, sample);
    }
}

static void take_syn(Tcp *tcp, const TcpSegment *segment)
{
    tcp->received = segment->number + 1;
    tcp->stamp_recent = segment->stamp;
    take_mss(tcp, segment);
}

static void receive_opening(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    const bool has_ack = (segment->flags & TCP_ACK) != 0;
    if (has_ack && segment->acknowledged != 1) {
        return;
    }
    if ((segment->flags & TCP_RST) != 0) {
        if (has_ack) {
            tcp_finish(tcp, TCP_EVENT_REFUSED);
        }
        return;
    }
    if ((segment->flags & TCP_SYN) == 0) {
        return;
    }
    take_syn(tcp, segment);
    if (has_ack) {
        take_syn_ack(tcp, now, segment);
        tcp->ack_now = true;
        if (tcp->is_closed) {
            tcp->state = TCP_FIN_WAIT_1;
        }
    } else { /* both have opened at once (RFC 9293, 3.5) */
        tcp->state = TCP_SYN_RECEIVED;
        tcp->is_active = false;
        tcp->syn_due = true;
    }
}

/* Our FIN is acknowledged. */
static void go_on_closing(Tcp *tcp, SimTime now)
{
    if (!tcp->fin_sent || tcp->unacknowledged != tcp->written + 1) {
        return;
    }
    switch ((TcpState)tcp->state) {
    case TCP_FIN_WAIT_1:
        tcp->state = TCP_FIN_WAIT_2;
        if (tcp->is_orphan) {
            tcp_wait_for_end(tcp, now, TCP_FIN_WAIT_2);
        }
        break;
    case TCP_CLOSING:
        tcp_wait_for_end(tcp, now, TCP_TIME_WAIT);
        break;
    case TCP_LAST_ACK:
        tcp_finish(tcp, 0);
        break;
    default:
        break;
    }
}

static void take_fin(Tcp *tcp, SimTime now)
{
    tcp->received++;
    tcp->events |= TCP_EVENT_PEER_CLOSED;
    switch ((TcpState)tcp->state) {
    case TCP_ESTABLISHED:
        tcp->state = TCP_CLOSE_WAIT;
        tcp->pingpong = UINT8_MAX;
        tcp_delay_ack(tcp, now); /* our own FIN may follow at once and carry it */
        break;
    case TCP_FIN_WAIT_1:
        tcp->state = TCP_CLOSING;
        tcp->ack_now = true;
        break;
    case TCP_FIN_WAIT_2:
        tcp->ack_now = true;
        tcp_wait_for_end(tcp, now, TCP_TIME_WAIT);
        break;
    default:
        break;
    }
}

/* RFC 9293, 3.10.7.4: whether a part of it lies in the window. */
static bool is_acceptable(const Tcp *tcp, const TcpSegment *segment)
{
    return tcp_segment_end(segment) >= tcp->acknowledged && segment->number <= tcp->granted;
}

static void take_reset(Tcp *tcp, const TcpSegment *segment)
{
    if (segment->number == tcp->received) {
        tcp_finish(tcp, tcp->state == TCP_SYN_RECEIVED ? TCP_EVENT_REFUSED : TCP_EVENT_RESET);
    } else {
        tcp->ack_now = true; /* RFC 5961, 3.2: the right one will answer this */
    }
}

/* Returns false when that was all. */
static bool receive_head(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    if (!is_acceptable(tcp, segment)) {
        if ((segment->flags & TCP_RST) == 0) {
            tcp_take_duplicate(tcp, segment);
        }
        return false;
    }
    if ((segment->flags & TCP_RST) != 0) {
        take_reset(tcp, segment);
        return false;
    }
    if ((segment->flags & TCP_SYN) != 0) {
        if (tcp->state == TCP_SYN_RECEIVED) {
            if ((segment->flags & TCP_ACK) == 0) {
                take_syn(tcp, segment);
                tcp->syn_due = true;
                return false;
            }
        } else {
            tcp->ack_now = true; /* our last ACK of the handshake was lost */
            return false;
        }
    }
    if ((segment->flags & TCP_ACK) == 0) {
        return false;
    }
    if (tcp->state == TCP_SYN_RECEIVED) {
        if (segment->acknowledged < 1 || segment->acknowledged > tcp->next) {
            return false;
        }
        take_syn_ack(tcp, now, segment);
        if (tcp->is_closed) {
            tcp->state = TCP_FIN_WAIT_1;
        }
    }
    return true;
}

void tcp_receive(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    tcp_begin_turn(tcp);
    if (tcp->state == TCP_CLOSED) {
        return;
    }
    if (tcp->state == TCP_SYN_SENT) {
        receive_opening(tcp, now, segment);
        return;
    }
    if (tcp->state == TCP_SYN_RECEIVED && tcp->received == 0) { /* the first SYN */
        take_syn(tcp, segment);
        tcp->syn_due = true;
        return;
    }
    if (!receive_head(tcp, now, segment)) {
        return;
    }
    if (tcp->state == TCP_TIME_WAIT) {
        if (tcp_segment_end(segment) > segment->number) {
            tcp->ack_now = true;
            tcp_wait_for_end(tcp, now, TCP_TIME_WAIT);
        }
        return;
    }
    tcp_take_stamp(tcp, segment);
    tcp_take_ack(tcp, now, segment);
    go_on_closing(tcp, now);
    if (tcp->state == TCP_CLOSED) {
        return;
    }
    if (segment->length > 0) {
        tcp_take_data(tcp, now, segment);
    }
    if ((segment->flags & TCP_FIN) != 0) {
        if (tcp->peer_end != 0 && tcp->received > tcp->peer_end) {
            tcp->ack_now = true; /* it has been here before */
        }
        tcp->peer_end = segment->number + segment->length;
    }
    if (tcp->peer_end != 0 && tcp->received == tcp->peer_end) {
        take_fin(tcp, now);
    }
}

bool tcp_answer_unknown(const TcpSegment *segment, TcpSegment *ret_reset)
{
    memset(ret_reset, 0, sizeof *ret_reset);
    if ((segment->flags & TCP_RST) != 0) {
        return false;
    }
    ret_reset->flags = TCP_RST;
    if ((segment->flags & TCP_ACK) != 0) {
        ret_reset->number = segment->acknowledged;
    } else {
        ret_reset->flags |= TCP_ACK;
        ret_reset->acknowledged = tcp_segment_end(segment);
    }
    return true;
}

void tcp_check(const Tcp *tcp)
{
    tcp_sent_check(&tcp->sent);
    uint32_t sacked = 0, lost = 0, again = 0;
    for (uint32_t i = 0; i < tcp->sent.count; i++) {
        const unsigned flags = tcp_sent_at(&tcp->sent, tcp->sent.head + i)->flags;
        sacked += (flags & TCP_SENT_SACKED) != 0;
        lost += (flags & TCP_SENT_LOST) != 0;
        again += (flags & TCP_SENT_AGAIN) != 0;
        g_assert((flags & TCP_SENT_SACKED) == 0 || (flags & (TCP_SENT_LOST | TCP_SENT_AGAIN)) == 0);
    }
    g_assert(lost == tcp->lost && again == tcp->out_again);
    g_assert(!tcp->settings->sack || sacked == tcp->sacked);
    g_assert(tcp->sacked + tcp->lost <= tcp->sent.count);
    g_assert(tcp->unacknowledged <= tcp->next);
    g_assert(tcp->sent.count == 0 ||
             tcp_sent_at(&tcp->sent, tcp->sent.head)->start == tcp->unacknowledged);
    g_assert(tcp->window >= 1 || tcp_is_reducing(tcp));
    g_assert(tcp->sent.count == 0 || tcp->timer != TCP_TIMER_NONE || tcp->state == TCP_CLOSED);
}
