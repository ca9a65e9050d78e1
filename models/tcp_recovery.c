/* SPDX-License-Identifier: MIT */
/* What a sender does about loss: which phase it is in, what it marks as lost, and how far its
 * window comes down. With selective acknowledgements RACK says what is lost; without, duplicate
 * ACKs do, as NewReno has it (RFC 6582). During a reduction the window follows what is delivered,
 * proportionally (PRR, RFC 6937). After Linux's tcp_input.c. */
#include "models/tcp_part.h"

void tcp_mark_lost(Tcp *tcp, uint32_t number)
{
    TcpSent *sent = tcp_sent_at(&tcp->sent, number);
    if ((sent->flags & TCP_SENT_SACKED) != 0) {
        return;
    }
    if ((sent->flags & TCP_SENT_AGAIN) != 0) {
        sent->flags &= (uint16_t)~TCP_SENT_AGAIN;
        tcp->out_again--;
        tcp->losses++;
    }
    if ((sent->flags & TCP_SENT_LOST) == 0) {
        sent->flags |= TCP_SENT_LOST;
        tcp->lost++;
        tcp->losses++;
    }
    if (tcp->next_lost - tcp->sent.head > number - tcp->sent.head) {
        tcp->next_lost = number;
    }
}

/* The window. */

static uint32_t current_threshold(const Tcp *tcp)
{
    return tcp_is_reducing(tcp) ? tcp->threshold
                                : MAX(tcp->threshold, tcp->window / 2 + tcp->window / 4);
}

static void begin_reduction(Tcp *tcp)
{
    tcp->recovery_end = tcp->next;
    tcp->probe_end = 0;
    tcp->window_count = 0;
    tcp->prior_window = tcp->window;
    tcp->reduction_delivered = tcp->reduction_sent = 0;
    tcp->threshold = tcp_control(tcp)->reduce(tcp);
}

static void end_reduction(Tcp *tcp)
{
    if (tcp->threshold < TCP_THRESHOLD_NONE &&
        (tcp->phase == TCP_PHASE_REDUCING || tcp->undo_mark != 0)) {
        tcp->window = tcp->threshold;
    }
}

void tcp_reduce(Tcp *tcp, uint32_t delivered, bool has_lost, bool advances)
{
    if (delivered == 0 || tcp->prior_window == 0) {
        return;
    }
    const int64_t in_flight = tcp_in_flight(tcp);
    const int64_t room = (int64_t)tcp->threshold - in_flight;
    tcp->reduction_delivered += delivered;
    int64_t more;
    if (room < 0) {
        const uint64_t share =
            (uint64_t)tcp->threshold * tcp->reduction_delivered + tcp->prior_window - 1;
        more = (int64_t)(share / tcp->prior_window) - tcp->reduction_sent;
    } else {
        more = (int64_t)tcp->reduction_delivered - tcp->reduction_sent;
        more = MAX(more, (int64_t)delivered);
        if (advances && !has_lost) {
            more++; /* slow start towards the threshold */
        }
        more = MIN(more, room);
    }
    more = MAX(more, tcp->reduction_sent == 0 ? 1 : 0); /* the first one goes in any case */
    tcp->window = (uint32_t)(in_flight + more);
}

/* Phases. */

void tcp_enter_recovery(Tcp *tcp)
{
    tcp->prior_threshold = 0;
    tcp_begin_undo(tcp);
    if (!tcp_is_reducing(tcp)) {
        tcp->prior_threshold = current_threshold(tcp);
        begin_reduction(tcp);
    }
    tcp->phase = TCP_PHASE_RECOVERY;
}

void tcp_enter_reduction(Tcp *tcp)
{
    tcp->prior_threshold = 0;
    if (tcp->phase < TCP_PHASE_REDUCING) {
        tcp->undo_mark = 0;
        begin_reduction(tcp);
        tcp->phase = TCP_PHASE_REDUCING;
    }
}

/* All that is out is lost, but for what was sent too recently to tell. */
static void mark_after_timeout(Tcp *tcp, SimTime now)
{
    if (!tcp->settings->sack) {
        tcp->sacked = 0;
    }
    for (uint32_t i = 0; i < tcp->sent.count; i++) {
        const uint32_t number = tcp->sent.head + i;
        if (i == 0 || !tcp->settings->sack ||
            tcp_rack_is_overdue(tcp, tcp_sent_at(&tcp->sent, number), now)) {
            tcp_mark_lost(tcp, number);
        }
    }
    tcp->next_lost = tcp->sent.head;
}

void tcp_enter_loss(Tcp *tcp, SimTime now)
{
    mark_after_timeout(tcp, now);
    /* Once for each window (RFC 5681, 3.1). */
    if (tcp->phase <= TCP_PHASE_DISORDER || tcp->recovery_end <= tcp->unacknowledged ||
        (tcp->phase == TCP_PHASE_LOSS && tcp->timeouts == 0)) {
        tcp->prior_threshold = current_threshold(tcp);
        tcp->prior_window = tcp->window;
        tcp->threshold = tcp_control(tcp)->reduce(tcp);
        if (tcp_control(tcp)->timed_out != NULL) {
            tcp_control(tcp)->timed_out(tcp);
        }
        tcp_begin_undo(tcp);
    }
    tcp->window = tcp_in_flight(tcp) + 1;
    tcp->window_count = 0;
    tcp->window_used_at = now;
    tcp->reordering = MIN(tcp->reordering, TCP_DUPLICATES);
    tcp->phase = TCP_PHASE_LOSS;
    tcp->recovery_end = tcp->next;
    tcp->probe_end = 0;
}

/* Without selective acknowledgements a duplicate ACK stands for a segment that has arrived. */

static void add_duplicates(Tcp *tcp, unsigned duplicates)
{
    if (duplicates == 0) {
        return;
    }
    const uint32_t holes = MIN(MAX(tcp->lost, 1), tcp->sent.count);
    const uint32_t before = tcp->sacked;
    tcp->sacked += duplicates;
    if (tcp->sacked + holes > tcp->sent.count) {
        tcp->sacked = tcp->sent.count - holes;
    }
    if (tcp->sacked > before) {
        tcp->delivered += tcp->sacked - before;
    }
}

/* A partial ACK in recovery, or the third duplicate: the first segment is lost. */
static void mark_first(Tcp *tcp, const TcpAck *ack)
{
    if (tcp->sent.count == 0) {
        return;
    }
    const bool is_third = tcp->phase < TCP_PHASE_RECOVERY && tcp->sacked >= tcp->reordering;
    const bool is_partial = tcp->phase == TCP_PHASE_RECOVERY && ack->advances;
    const TcpSent *first = tcp_sent_at(&tcp->sent, tcp->sent.head);
    if ((is_third || is_partial) && (first->flags & TCP_SENT_LOST) == 0) {
        tcp_mark_lost(tcp, tcp->sent.head);
    }
}

static void find_lost(Tcp *tcp, TcpAck *ack)
{
    if (tcp->settings->sack) {
        ack->waits_for_reordered |= tcp_rack_find_lost(tcp, ack->now);
    } else {
        mark_first(tcp, ack);
    }
}

static void try_to_open(Tcp *tcp)
{
    if (!tcp_has_sent_again(tcp)) {
        tcp->has_resent = false;
    }
    if (tcp->phase != TCP_PHASE_REDUCING) {
        tcp_keep_open(tcp);
    }
}

/* True when nothing more is to be done. */
static bool leave_phase(Tcp *tcp, const TcpAck *ack)
{
    if (tcp->phase == TCP_PHASE_OPEN) {
        tcp->has_resent = false;
    } else if (tcp->unacknowledged >= tcp->recovery_end) {
        if (tcp->phase == TCP_PHASE_REDUCING) {
            if (tcp->unacknowledged != tcp->recovery_end) {
                end_reduction(tcp);
                tcp->phase = TCP_PHASE_OPEN;
            }
        } else if (tcp->phase == TCP_PHASE_RECOVERY) {
            if (!tcp->settings->sack) {
                tcp->sacked = 0;
            }
            if (tcp_undo_recovery(tcp, ack)) {
                return true;
            }
            end_reduction(tcp);
        }
    }
    return false;
}

/* True when recovery goes on, or begins anew. */
static bool go_on_in_loss(Tcp *tcp, TcpAck *ack, unsigned duplicates)
{
    if (ack->advances && tcp_undo_loss(tcp, ack)) {
        return false;
    }
    if (tcp->unacknowledged >= tcp->recovery_end) {
        tcp_undo_recovery(tcp, ack);
        return false;
    }
    if (!tcp->settings->sack) {
        if (ack->advances) {
            tcp->sacked = 0;
        } else if (tcp->next > tcp->recovery_end) {
            add_duplicates(tcp, duplicates);
        }
    }
    find_lost(tcp, ack);
    return true;
}

void tcp_recover(Tcp *tcp, TcpAck *ack, unsigned duplicates)
{
    if (leave_phase(tcp, ack)) {
        return;
    }
    if (tcp->phase == TCP_PHASE_LOSS) {
        go_on_in_loss(tcp, ack, duplicates);
        return;
    }
    if (tcp->phase == TCP_PHASE_RECOVERY) {
        if (!ack->advances) {
            if (!tcp->settings->sack) {
                add_duplicates(tcp, duplicates);
            }
        } else if (tcp_undo_partly(tcp, ack)) {
            return;
        }
        if (tcp_undo_by_report(tcp)) {
            tcp_keep_open(tcp);
        }
        find_lost(tcp, ack);
        if (tcp->phase != TCP_PHASE_RECOVERY && tcp->lost > 0) {
            tcp_enter_recovery(tcp);
        }
        return;
    }
    if (!tcp->settings->sack) {
        if (ack->advances) {
            tcp->sacked = 0;
        }
        add_duplicates(tcp, duplicates);
    }
    if (tcp->phase <= TCP_PHASE_DISORDER) {
        tcp_undo_by_report(tcp);
    }
    find_lost(tcp, ack);
    if (tcp->lost == 0) {
        try_to_open(tcp);
        return;
    }
    tcp_enter_recovery(tcp);
}

/* RFC 8985, 7.4: an ACK beyond a probe that was sent again means that there was a loss which the
 * probe has repaired; unless it is reported as a duplicate. */
void tcp_take_probe_ack(Tcp *tcp, const TcpAck *ack)
{
    const uint64_t acknowledged = tcp->unacknowledged;
    if (acknowledged < tcp->probe_end) {
        return;
    }
    if (tcp->probe_was_again == 0 || ack->reports_probe) {
        tcp->probe_end = 0;
    } else if (acknowledged > tcp->probe_end) {
        begin_reduction(tcp);
        tcp->phase = TCP_PHASE_REDUCING;
        end_reduction(tcp);
        tcp_keep_open(tcp);
    } else if (!ack->advances && ack->segment->length == 0 && !ack->updates_window && !ack->sacks) {
        tcp->probe_end = 0;
    }
}
