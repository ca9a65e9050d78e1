/* SPDX-License-Identifier: MIT */
/* What an ACK does at the sender: it takes segments off the record, measures the round trip (RFC
 * 6298 as Linux has it), opens the window, or tells of trouble. */
#include "models/tcp_part.h"

static const SimDuration SAMPLE_MAX = 600 * SIM_SECOND;

/* Linux's tcp_rtt_estimator(): the deviation falls slowly when round trips fall, rises at once, and
 * is the largest of the last round trip; its share of the timeout is never below rto-min. */
void tcp_measure_round_trip(Tcp *tcp, SimDuration sample)
{
    const int64_t least = tcp->settings->rto_min / SIM_MICROSECOND;
    sample = MIN(sample, SAMPLE_MAX);
    int64_t deviation = tcp->deviation_4_us;
    if (tcp->round_trip_8 == 0) {
        tcp->round_trip_8 = sample * 8;
        deviation = sample * 2 / SIM_MICROSECOND;
        tcp->variance_us = tcp->deviation_max_us = (uint32_t)MAX(deviation, least);
        tcp->round_trip_end = tcp->next;
    } else {
        SimDuration off = sample - tcp->round_trip_8 / 8;
        tcp->round_trip_8 += off;
        const bool has_fallen = off < 0;
        off = (has_fallen ? -off : off) / SIM_MICROSECOND - deviation / 4;
        deviation += has_fallen && off > 0 ? off / 8 : off;
        if (deviation > tcp->deviation_max_us) {
            tcp->deviation_max_us = (uint32_t)deviation;
            tcp->variance_us = MAX(tcp->variance_us, tcp->deviation_max_us);
        }
        if (tcp->unacknowledged > tcp->round_trip_end) {
            if (tcp->deviation_max_us < tcp->variance_us) {
                tcp->variance_us -= (tcp->variance_us - tcp->deviation_max_us) / 4;
            }
            tcp->round_trip_end = tcp->next;
            tcp->deviation_max_us = (uint32_t)least;
        }
    }
    tcp->deviation_4_us = (uint32_t)deviation;
    tcp->rto =
        MIN(tcp->round_trip_8 / 8 + tcp->variance_us * SIM_MICROSECOND, tcp->settings->rto_max);
    tcp->backoff = 0;
}

/* Returns whether it has a sample. */
static bool measure(Tcp *tcp, const TcpAck *ack)
{
    SimDuration sample = -1, newest = -1;
    if (ack->first_sent >= 0 && !ack->acknowledges_again) {
        sample = ack->now - ack->first_sent;
        newest = ack->now - ack->last_sent;
    }
    if (sample < 0 && ack->sacked_sent >= 0) {
        sample = ack->now - ack->sacked_sent;
    }
    if (sample < 0 && tcp->settings->timestamps && ack->advances) {
        sample = newest = (SimDuration)(tcp_stamp(ack->now) - ack->segment->echo) * SIM_MICROSECOND;
    }
    if (sample < 0) {
        return false;
    }
    sample = MAX(sample, 1);
    if (newest >= 0) {
        tcp->round_trip_min = MIN(tcp->round_trip_min, MAX(newest, 1));
    }
    tcp_measure_round_trip(tcp, sample);
    if (newest >= 0 && tcp_control(tcp)->measured != NULL) {
        tcp_control(tcp)->measured(tcp, ack->now, MAX(newest, 1));
    }
    return true;
}

/* Takes what is acknowledged in order off the record. */
static void take_in_order(Tcp *tcp, TcpAck *ack)
{
    uint64_t lowest = UINT64_MAX;
    while (tcp->sent.count > 0) {
        const TcpSent *first = tcp_sent_at(&tcp->sent, tcp->sent.head);
        if (tcp_sent_end(first) > tcp->unacknowledged) {
            break;
        }
        const unsigned flags = first->flags;
        ack->in_order++;
        if ((flags & TCP_SENT_EVER) != 0) {
            ack->acknowledges_again = true;
        } else if ((flags & TCP_SENT_SACKED) == 0) {
            ack->last_sent = first->sent;
            if (ack->first_sent < 0) {
                ack->first_sent = first->sent;
            }
            if (first->start < tcp->highest_sacked) {
                lowest = MIN(lowest, first->start);
            }
        }
        if ((flags & TCP_SENT_SACKED) != 0) {
            tcp->sacked--;
        } else if (tcp->settings->sack) {
            tcp->delivered++;
            tcp_rack_advance(tcp, first, ack->now);
        }
        tcp->lost -= (flags & TCP_SENT_LOST) != 0;
        tcp->out_again -= (flags & TCP_SENT_AGAIN) != 0;
        tcp_sent_take(&tcp->sent, tcp->blocks);
    }
    if (lowest != UINT64_MAX) {
        tcp_note_reordering(tcp, lowest);
    }
}

/* One ACK fills the hole, the others were told by duplicate ACKs. */
static void take_duplicates_back(Tcp *tcp, uint32_t in_order)
{
    if (in_order == 0) {
        return;
    }
    tcp->delivered += in_order > tcp->sacked + 1 ? in_order - tcp->sacked : 1;
    tcp->sacked = in_order - 1 >= tcp->sacked ? 0 : tcp->sacked - (in_order - 1);
    const uint32_t holes = MIN(MAX(tcp->lost, 1), tcp->sent.count);
    if (tcp->sacked + holes > tcp->sent.count) {
        tcp->sacked = tcp->sent.count - holes;
    }
}

/* True when the window has been in use (RFC 7661 in spirit; Linux's tcp_is_cwnd_limited). */
static bool is_window_in_use(const Tcp *tcp)
{
    return tcp->is_limited ||
           (tcp_is_in_slow_start(tcp) && tcp->window < 2 * (uint64_t)tcp->most_out);
}

static void control(Tcp *tcp, const TcpAck *ack)
{
    const uint32_t delivered = tcp->delivered - ack->delivered_before;
    if (tcp_is_reducing(tcp)) {
        tcp_reduce(tcp, delivered, tcp->losses != ack->lost_before, ack->advances);
        return;
    }
    const bool may_grow =
        tcp->reordering > TCP_DUPLICATES ? ack->advances || ack->sacks : ack->acknowledges_data;
    if (may_grow && delivered > 0 && is_window_in_use(tcp)) {
        const uint32_t counted = tcp->settings->growth == TCP_GROWTH_PER_ACK ? 1 : delivered;
        tcp_control(tcp)->grow(tcp, ack->now, counted);
    }
}

static void update_window(Tcp *tcp, TcpAck *ack)
{
    const TcpSegment *segment = ack->segment;
    const uint64_t end = segment->acknowledged + segment->window;
    if (end > tcp->window_end) { /* the right edge never moves back */
        ack->updates_window = true;
        tcp->window_end = end;
        tcp->window_probes = 0;
    }
}

static void set_timer(Tcp *tcp, const TcpAck *ack)
{
    const bool has_moved = ack->advances && ack->in_order > 0;
    if (tcp->sent.count == 0) {
        if (tcp->timer != TCP_TIMER_END) {
            tcp_set_timer(tcp, TCP_TIMER_NONE, 0);
        }
    } else if (has_moved && !ack->waits_for_reordered && !tcp_schedule_probe(tcp, ack->now, true)) {
        tcp_rearm(tcp, ack->now);
    }
}

void tcp_take_ack(Tcp *tcp, SimTime now, const TcpSegment *segment)
{
    if (segment->acknowledged > tcp->next) {
        tcp->ack_now = true;
        return;
    }
    TcpAck ack = {.segment = segment,
                  .now = now,
                  .before = tcp->unacknowledged,
                  .advances = segment->acknowledged > tcp->unacknowledged,
                  .delivered_before = tcp->delivered,
                  .lost_before = tcp->losses,
                  .first_sent = -1,
                  .last_sent = -1,
                  .sacked_sent = -1};
    const bool is_old = segment->acknowledged < tcp->unacknowledged;
    update_window(tcp, &ack);
    tcp_take_blocks(tcp, &ack);
    if (ack.advances) {
        tcp->timeouts = 0;
        tcp->unacknowledged = segment->acknowledged;
        take_in_order(tcp, &ack);
        ack.acknowledges_data = ack.in_order > 0;
        if (!tcp->settings->sack) {
            take_duplicates_back(tcp, ack.in_order);
        }
    }
    if (ack.advances || ack.sacks) {
        measure(tcp, &ack);
    }
    if (tcp->settings->sack) {
        tcp_rack_update_window(tcp);
    }
    if (tcp->probe_end != 0 && !is_old) {
        tcp_take_probe_ack(tcp, &ack);
    }
    const bool is_duplicate = !ack.advances && !is_old && segment->length == 0 &&
                              (segment->flags & TCP_FIN) == 0 && !ack.updates_window;
    if (is_duplicate || ack.sacks || ack.reports_duplicate || tcp->phase != TCP_PHASE_OPEN) {
        tcp_recover(tcp, &ack,
                    is_duplicate && !ack.reports_duplicate && tcp->sent.count > 0 ? 1 : 0);
    }
    set_timer(tcp, &ack);
    control(tcp, &ack);
    tcp_expand_send_buffer(tcp);
    if (tcp->next_lost - tcp->sent.head > tcp->sent.count) {
        tcp->next_lost = tcp->sent.head;
    }
}
