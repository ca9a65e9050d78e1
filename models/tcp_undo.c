/* SPDX-License-Identifier: MIT */
/* Taking back what was done about a loss that was none: the timestamps show that an ACK answers the
 * original (Eifel, RFC 3522), or all that was sent again is reported as duplicate (RFC 2883, 3708).
 * After Linux's tcp_input.c; its F-RTO is not modelled. */
#include "models/tcp_part.h"

static bool is_again(const Tcp *tcp, uint32_t index)
{
    return (tcp_sent_at(&tcp->sent, tcp->sent.head + index)->flags & TCP_SENT_AGAIN) != 0;
}

bool tcp_has_sent_again(const Tcp *tcp)
{
    return tcp->out_again > 0 || (tcp->sent.count > 0 && is_again(tcp, 0));
}

void tcp_begin_undo(Tcp *tcp)
{
    tcp->undo_mark = tcp->unacknowledged;
    tcp->undo_count = tcp->out_again > 0 ? (int32_t)tcp->out_again : -1;
}

void tcp_keep_open(Tcp *tcp)
{
    const TcpPhase phase =
        tcp->sacked + tcp->lost > 0 || tcp_has_sent_again(tcp) || tcp->undo_mark != 0
            ? TCP_PHASE_DISORDER
            : TCP_PHASE_OPEN;
    if (phase != tcp->phase) {
        tcp->phase = (uint8_t)phase;
        tcp->recovery_end = tcp->next;
    }
}

static bool answers_original(const Tcp *tcp, const TcpAck *ack)
{
    return tcp->has_resent && tcp->settings->timestamps &&
           (int32_t)(ack->segment->echo - tcp->stamp_resent) < 0;
}

static bool may_undo(const Tcp *tcp, const TcpAck *ack)
{
    return tcp->undo_mark != 0 && (tcp->undo_count == 0 || answers_original(tcp, ack));
}

static void forget_losses(Tcp *tcp)
{
    for (uint32_t i = 0; i < tcp->sent.count; i++) {
        const uint32_t number = tcp->sent.head + i;
        TcpSent *sent = tcp_sent_at(&tcp->sent, number);
        if ((sent->flags & TCP_SENT_LOST) != 0) {
            sent->flags &= (uint16_t)~TCP_SENT_LOST;
        }
    }
    tcp->lost = 0;
}

static void undo(Tcp *tcp, bool is_all_there)
{
    if (is_all_there) {
        forget_losses(tcp);
    }
    if (tcp->prior_threshold != 0) {
        tcp->window = MAX(tcp->window, tcp->prior_window);
        tcp->threshold = MAX(tcp->threshold, tcp->prior_threshold);
    }
    tcp->undo_mark = 0;
    tcp->rack_has_moved = true;
}

bool tcp_undo_by_report(Tcp *tcp)
{
    if (tcp->undo_mark == 0 || tcp->undo_count != 0) {
        return false;
    }
    tcp->rack_persist = (uint8_t)MIN(16, tcp->rack_persist + 1);
    undo(tcp, false);
    return true;
}

bool tcp_undo_partly(Tcp *tcp, const TcpAck *ack)
{
    if (tcp->undo_mark == 0 || !answers_original(tcp, ack)) {
        return false;
    }
    tcp_note_reordering(tcp, ack->before);
    if (tcp->out_again > 0) {
        return true; /* wait for what is still out again */
    }
    undo(tcp, true);
    tcp_keep_open(tcp);
    return true;
}

bool tcp_undo_recovery(Tcp *tcp, const TcpAck *ack)
{
    if (may_undo(tcp, ack)) {
        undo(tcp, false);
    } else if (tcp->rack_persist > 0) {
        tcp->rack_persist--;
    }
    if (tcp->unacknowledged == tcp->recovery_end && !tcp->settings->sack) {
        /* Until something above is acknowledged: no second recovery for the same loss. */
        if (!tcp_has_sent_again(tcp)) {
            tcp->has_resent = false;
        }
        return true;
    }
    tcp->phase = TCP_PHASE_OPEN;
    return false;
}

bool tcp_undo_loss(Tcp *tcp, const TcpAck *ack)
{
    if (!may_undo(tcp, ack)) {
        return false;
    }
    undo(tcp, true);
    tcp->timeouts = 0;
    if (tcp->settings->sack) {
        tcp->phase = TCP_PHASE_OPEN;
    }
    return true;
}
