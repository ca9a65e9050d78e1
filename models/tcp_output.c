/* SPDX-License-Identifier: MIT */
/* What TCP sends next: resets and SYNs, lost segments, new ones, a tail loss probe, and what is
 * left to acknowledge. After Linux's tcp_output.c, without segmentation offload or pacing. */
#include "models/tcp_part.h"

#include <string.h>

static const uint32_t HEADERS = 40, STAMPS = 12, BLOCKS_HEAD = 4, BLOCK = 8;
static const uint32_t BLOCKS_WITH_STAMPS = 3;
static const uint32_t OVERHEAD = 320; /* of a segment in a send buffer, about */

static const SimDuration PERSIST_MAX = 500 * SIM_MILLISECOND;

uint32_t tcp_segment_wire_bytes(const Tcp *tcp, const TcpSegment *segment)
{
    const TcpSettings *settings = tcp->settings;
    if ((segment->flags & TCP_SYN) != 0) {
        return HEADERS + (settings->timestamps ? 20U : settings->sack ? 12U : 8U);
    }
    return HEADERS + (settings->timestamps ? STAMPS : 0) +
           (segment->block_count > 0 ? BLOCKS_HEAD + segment->block_count * BLOCK : 0) +
           segment->length;
}

static unsigned blocks_max(const Tcp *tcp)
{
    return tcp->settings->timestamps ? BLOCKS_WITH_STAMPS : TCP_BLOCKS_MAX;
}

/* The part of a header that all segments of a connection share. */
static void fill(Tcp *tcp, SimTime now, TcpSegment *segment, unsigned flags)
{
    segment->flags = (uint16_t)flags;
    segment->window = tcp_announce_window(tcp);
    if (tcp->settings->timestamps) {
        segment->stamp = tcp_stamp(now);
    }
    if ((flags & TCP_ACK) != 0) {
        segment->acknowledged = tcp->received;
        segment->echo = tcp->settings->timestamps ? tcp->stamp_recent : 0;
        const unsigned room = blocks_max(tcp);
        if (segment->length == 0 && tcp_has_blocks(tcp)) {
            tcp_add_blocks(tcp, segment, room);
        }
        tcp_note_ack_sent(tcp);
    }
}

/* Everything that carries data or a FIN passes here. */
static void note_data_sent(Tcp *tcp, SimTime now)
{
    if (tcp->sent_last != 0 && tcp_control(tcp)->resumed != NULL && tcp_in_flight(tcp) == 0) {
        tcp_control(tcp)->resumed(tcp, now, now - tcp->sent_last);
    }
    tcp->sent_last = now;
    if (tcp->received_at != 0 && now - tcp->received_at < tcp->ack_timeout_us * SIM_MICROSECOND &&
        tcp->pingpong < UINT8_MAX) {
        tcp->pingpong++;
    }
    if (tcp_is_reducing(tcp)) {
        tcp->reduction_sent++;
    }
}

static bool send_syn(Tcp *tcp, SimTime now, TcpSegment *segment)
{
    tcp->syn_due = false;
    segment->mss_bytes = tcp->mss_bytes + (tcp->settings->timestamps ? STAMPS : 0);
    fill(tcp, now, segment, TCP_SYN | (tcp->is_active ? 0 : TCP_ACK));
    if (tcp->sent.count == 0) {
        tcp_sent_add(&tcp->sent, tcp->blocks, 0, 1, TCP_SENT_SYN, now);
        tcp->next = 1;
        tcp_set_timer(tcp, TCP_TIMER_RETRANSMIT, now + tcp->rto);
    } else {
        TcpSent *syn = tcp_sent_at(&tcp->sent, tcp->sent.head);
        syn->flags |= TCP_SENT_EVER;
        syn->sent = now;
        tcp->resent++;
    }
    return true;
}

static void describe(const TcpSent *sent, TcpSegment *segment)
{
    segment->number = sent->start;
    segment->length = (uint32_t)sent->length - ((sent->flags & TCP_SENT_FIN) != 0);
}

static unsigned data_flags(const Tcp *tcp, const TcpSent *sent)
{
    const bool is_fin = (sent->flags & TCP_SENT_FIN) != 0;
    const bool is_last = sent->start + sent->length - is_fin == tcp->written;
    return TCP_ACK | (is_fin ? TCP_FIN : 0) | (is_last && sent->length > is_fin ? TCP_PSH : 0);
}

static void send_again(Tcp *tcp, SimTime now, uint32_t number, TcpSegment *segment)
{
    TcpSent *sent = tcp_sent_at(&tcp->sent, number);
    note_data_sent(tcp, now);
    if ((sent->flags & TCP_SENT_AGAIN) == 0) {
        tcp->out_again++;
    }
    sent->flags |= TCP_SENT_AGAIN | TCP_SENT_EVER;
    sent->sent = now;
    tcp_sent_join_time(&tcp->sent, number);
    if (!tcp->has_resent) {
        tcp->has_resent = true;
        tcp->stamp_resent = tcp_stamp(now);
    }
    tcp->undo_count = MAX(tcp->undo_count, 0) + 1;
    tcp->resent++;
    describe(sent, segment);
    fill(tcp, now, segment, data_flags(tcp, sent));
}

static bool send_lost(Tcp *tcp, SimTime now, TcpSegment *segment)
{
    if (tcp->lost == 0 || tcp_in_flight(tcp) >= tcp->window) {
        return false;
    }
    const uint32_t past = tcp->sent.head + tcp->sent.count;
    for (; tcp->next_lost != past; tcp->next_lost++) {
        const TcpSent *sent = tcp_sent_at(&tcp->sent, tcp->next_lost);
        if ((sent->flags & (TCP_SENT_LOST | TCP_SENT_AGAIN)) == TCP_SENT_LOST) {
            const bool is_first = tcp->next_lost == tcp->sent.head;
            send_again(tcp, now, tcp->next_lost++, segment);
            if (is_first && tcp->timer != TCP_TIMER_REORDER) {
                tcp_set_timer(tcp, TCP_TIMER_RETRANSMIT, now + tcp->rto);
            }
            return true;
        }
    }
    return false;
}

bool tcp_has_unsent(const Tcp *tcp)
{
    return tcp->next < tcp->written || (tcp->is_closed && !tcp->fin_sent);
}

void tcp_expand_send_buffer(Tcp *tcp)
{
    const uint64_t segments =
        MAX(MAX((uint64_t)tcp->settings->initial_window, tcp->window), tcp->reordering + 1);
    const uint64_t wanted = 2 * segments * (tcp->mss_bytes + OVERHEAD);
    if (wanted > tcp->send_buffer_bytes) {
        tcp->send_buffer_bytes = (uint32_t)MAX(
            tcp->send_buffer_bytes, MIN(wanted, (uint64_t)tcp->settings->send_buffer_max_bytes));
    }
}

bool tcp_window_is_shut(const Tcp *tcp)
{
    return tcp->next < tcp->written &&
           tcp->next + MIN(tcp->written - tcp->next, tcp->mss_bytes) > tcp->window_end;
}

/* The size of the next new segment's data; false when it must wait. A FIN alone waits for nothing.
 */
static bool choose_length(const Tcp *tcp, bool is_probe, uint32_t *ret_length)
{
    const uint64_t left = tcp->written - tcp->next;
    uint64_t most = tcp->mss_bytes;
    if (tcp_has_blocks(tcp)) {
        most -= BLOCKS_HEAD + BLOCK * blocks_max(tcp);
    }
    const uint64_t length = MIN(left, most);
    *ret_length = (uint32_t)length;
    if (length == 0) {
        return true;
    }
    if (!is_probe && tcp_in_flight(tcp) >= tcp->window) {
        return false;
    }
    if (tcp->next + length > MIN(tcp->window_end, tcp->unacknowledged + tcp->send_buffer_bytes)) {
        return false;
    }
    return !tcp->settings->nagle || length == most || tcp->sent.count == 0 ||
           (tcp->is_closed && length == left);
}

static bool send_new(Tcp *tcp, SimTime now, TcpSegment *segment, bool is_probe)
{
    uint32_t length;
    if (!tcp_has_unsent(tcp) || !choose_length(tcp, is_probe, &length)) {
        return false;
    }
    const bool is_fin = tcp->is_closed && tcp->next + length == tcp->written;
    const bool was_empty = tcp->sent.count == 0;
    note_data_sent(tcp, now);
    segment->length = length;
    segment->number = tcp->next;
    if (length > 0 && tcp_has_blocks(tcp)) {
        tcp_add_blocks(tcp, segment, blocks_max(tcp));
    }
    const TcpSent *sent = tcp_sent_add(&tcp->sent, tcp->blocks, tcp->next, length + is_fin,
                                       is_fin ? TCP_SENT_FIN : 0, now);
    tcp->next += length + is_fin;
    tcp->fin_sent |= is_fin;
    if (was_empty) {
        tcp->next_lost = tcp->sent.head;
    }
    fill(tcp, now, segment, data_flags(tcp, sent));
    if (was_empty || tcp->timer == TCP_TIMER_PROBE) {
        tcp_rearm(tcp, now);
    }
    tcp->has_sent_in_turn = true;
    return true;
}

/* RFC 8985, 7.3: new data if there is any, else the last segment again; one at a time. */
static bool send_probe(Tcp *tcp, SimTime now, TcpSegment *segment)
{
    tcp->probe_due = false;
    if (tcp->sent.count == 0 || tcp->probe_end != 0) {
        return false;
    }
    tcp->probe_was_again = 0;
    if (!send_new(tcp, now, segment, true)) {
        const uint32_t last = tcp->sent.head + tcp->sent.count - 1;
        if ((tcp_sent_at(&tcp->sent, last)->flags & TCP_SENT_SACKED) != 0) {
            return false;
        }
        send_again(tcp, now, last, segment);
        tcp->probe_was_again = 1;
    }
    tcp->has_sent_in_turn = false; /* its own timer is set, no second probe */
    tcp->probe_end = tcp->next;
    tcp_set_timer(tcp, TCP_TIMER_RETRANSMIT, now + tcp->rto);
    return true;
}

/* Linux's tcp_cwnd_validate(): the window grows only where it was in use, and shrinks to what was
 * used when it has not been for a timeout. */
static void note_window_use(Tcp *tcp, SimTime now)
{
    const bool is_limited = tcp_in_flight(tcp) >= tcp->window;
    if (!tcp->has_sent_in_turn && !is_limited) {
        return;
    }
    if (tcp->unacknowledged >= tcp->usage_end || is_limited ||
        (!tcp->is_limited && tcp->sent.count > tcp->most_out)) {
        tcp->is_limited = is_limited;
        tcp->most_out = tcp->sent.count;
        tcp->usage_end = tcp->next;
    }
    if (tcp->is_limited) {
        tcp->window_used = 0;
        tcp->window_used_at = now;
        return;
    }
    tcp->window_used = MAX(tcp->window_used, tcp->sent.count);
    if (tcp->settings->idle_restart && now - tcp->window_used_at >= tcp->rto &&
        tcp->phase == TCP_PHASE_OPEN && tcp->sent.count < tcp->window) {
        const uint32_t used = MAX(tcp->window_used, (uint32_t)tcp->settings->initial_window);
        if (used < tcp->window) {
            tcp->threshold = MAX(tcp->threshold, tcp->window / 2 + tcp->window / 4);
            tcp->window = (tcp->window + used) / 2;
        }
        tcp->window_used = 0;
        tcp->window_used_at = now;
    }
}

static void end_turn(Tcp *tcp, SimTime now)
{
    note_window_use(tcp, now);
    if (tcp->has_sent_in_turn) {
        tcp_schedule_probe(tcp, now, false);
        tcp->has_sent_in_turn = false;
    }
    if (tcp->sent.count == 0 && tcp_has_unsent(tcp) && tcp->timer == TCP_TIMER_NONE) {
        SimDuration wait = MIN(tcp->rto, PERSIST_MAX);
        if (tcp_window_is_shut(tcp)) {
            wait = MIN(tcp->rto << MIN(tcp->window_probes, 16), tcp->settings->rto_max);
        }
        tcp_set_timer(tcp, TCP_TIMER_PERSIST, now + wait);
    }
}

static bool next_segment(Tcp *tcp, SimTime now, TcpSegment *ret_segment)
{
    memset(ret_segment, 0, sizeof *ret_segment - sizeof ret_segment->blocks);
    if (tcp->reset_due) {
        tcp->reset_due = false;
        ret_segment->number = tcp->next;
        ret_segment->acknowledged = tcp->received;
        ret_segment->flags = TCP_RST | TCP_ACK;
        return true;
    }
    if (tcp->syn_due) {
        return send_syn(tcp, now, ret_segment);
    }
    if (tcp->state == TCP_CLOSED || tcp->state == TCP_SYN_SENT || tcp->state == TCP_SYN_RECEIVED) {
        return false;
    }
    if (tcp->state != TCP_TIME_WAIT &&
        (send_lost(tcp, now, ret_segment) || send_new(tcp, now, ret_segment, false) ||
         (tcp->probe_due && send_probe(tcp, now, ret_segment)))) {
        return true;
    }
    if (tcp->window_probe_due) {
        /* RFC 9293, 3.8.6.1, as Linux does it: a segment from before the window asks for an ACK. */
        tcp->window_probe_due = false;
        ret_segment->number = tcp->next - 1;
        fill(tcp, now, ret_segment, TCP_ACK);
        return true;
    }
    if (tcp->ack_now) {
        ret_segment->number = tcp->next;
        fill(tcp, now, ret_segment, TCP_ACK);
        return true;
    }
    end_turn(tcp, now);
    return false;
}

bool tcp_next_segment(Tcp *tcp, SimTime now, TcpSegment *ret_segment)
{
    const bool has_one = next_segment(tcp, now, ret_segment);
    tcp->turn_ended = has_one ? -1 : now;
    return has_one;
}

void tcp_was_dropped(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    tcp_begin_turn(tcp);
    if (segment->length == 0 && (segment->flags & TCP_FIN) == 0) {
        return; /* an ACK, a reset, or a SYN that its timer sends again */
    }
    const uint32_t number = tcp_sent_find(&tcp->sent, segment->number);
    TcpSent *sent = tcp_sent_at(&tcp->sent, number);
    if ((sent->flags & TCP_SENT_EVER) == 0) {
        tcp->next = sent->start;
        tcp->fin_sent &= (sent->flags & TCP_SENT_FIN) == 0;
        tcp_sent_untake(&tcp->sent);
    } else if ((sent->flags & TCP_SENT_AGAIN) != 0) {
        sent->flags &= (uint16_t)~TCP_SENT_AGAIN;
        tcp->out_again--;
        tcp->next_lost = tcp->sent.head;
    }
    tcp_enter_reduction(tcp);
    end_turn(tcp, now);
    if (tcp->sent.count == 0) {
        tcp_set_timer(tcp, TCP_TIMER_PERSIST, now + MIN(tcp->rto, PERSIST_MAX));
    }
}
