/* SPDX-License-Identifier: MIT */
/* What selective acknowledgements (RFC 2018) and reports of duplicates (RFC 2883) tell a sender. */
#include "models/tcp_part.h"

/* A segment from `lowest` on came after one above it. */
void tcp_note_reordering(Tcp *tcp, uint64_t lowest)
{
    if (!tcp->settings->sack || tcp->highest_sacked <= lowest) {
        return;
    }
    const uint64_t distance = (tcp->highest_sacked - lowest) / tcp->mss_bytes;
    if (distance > tcp->reordering) {
        tcp->reordering = (uint32_t)MIN(distance, TCP_REORDERING_MAX);
    }
    tcp->has_reordered = true;
}

static bool take_report(Tcp *tcp, TcpAck *ack)
{
    const TcpSegment *segment = ack->segment;
    const TcpRange *first = &segment->blocks[0];
    const bool is_below = first->start < segment->acknowledged;
    const bool is_inside = segment->block_count > 1 && first->end <= segment->blocks[1].end &&
                           first->start >= segment->blocks[1].start;
    if (!is_below && !is_inside) {
        return false;
    }
    ack->reports_duplicate = true;
    tcp->has_duplicate_report = true;
    const uint32_t segments =
        (uint32_t)MAX(1, (first->end - first->start + tcp->mss_bytes - 1) / tcp->mss_bytes);
    if (tcp->probe_was_again != 0 && tcp->probe_end != 0 && first->end == tcp->probe_end) {
        ack->reports_probe = true;
    }
    if (tcp->undo_mark != 0 && tcp->undo_count > 0 && first->start >= tcp->undo_mark) {
        tcp->undo_count = MAX(0, tcp->undo_count - (int32_t)segments);
    }
    return true;
}

static void sack(Tcp *tcp, TcpAck *ack, uint32_t number, uint64_t *lowest)
{
    TcpSent *sent = tcp_sent_at(&tcp->sent, number);
    const unsigned flags = sent->flags;
    tcp_rack_advance(tcp, sent, ack->now);
    if ((flags & TCP_SENT_AGAIN) != 0) {
        tcp->out_again--;
    }
    if ((flags & TCP_SENT_LOST) != 0) {
        tcp->lost--;
    }
    if ((flags & TCP_SENT_EVER) == 0) {
        if (sent->start < tcp->highest_sacked) {
            *lowest = MIN(*lowest, sent->start);
        }
        if (ack->sacked_sent < 0) {
            ack->sacked_sent = sent->sent;
        }
    }
    sent->flags &= (uint16_t) ~(TCP_SENT_LOST | TCP_SENT_AGAIN);
    sent->flags |= TCP_SENT_SACKED;
    tcp_sent_leave_time(&tcp->sent, number);
    tcp->sacked++;
    tcp->delivered++;
    ack->sacks = true;
}

/* A record that was acknowledged before leads past those after it that were too (`later`, which has
 * no other use by then), so that a long block is not walked again with each ACK. */
static void take_block(Tcp *tcp, TcpAck *ack, const TcpRange *block, uint64_t *lowest)
{
    const uint32_t past = tcp->sent.head + tcp->sent.count;
    const uint32_t first = tcp_sent_find(&tcp->sent, block->start);
    uint32_t at = first;
    while (at != past) {
        TcpSent *sent = tcp_sent_at(&tcp->sent, at);
        if (tcp_sent_end(sent) > block->end) {
            break;
        }
        if ((sent->flags & TCP_SENT_SACKED) == 0) {
            sack(tcp, ack, at, lowest);
            sent->later = at + 1;
        }
        at = sent->later;
    }
    if (at != first) {
        tcp_sent_at(&tcp->sent, first)->later = at;
    }
}

void tcp_take_blocks(Tcp *tcp, TcpAck *ack)
{
    const TcpSegment *segment = ack->segment;
    if (segment->block_count == 0 || !tcp->settings->sack) {
        return;
    }
    const unsigned first = take_report(tcp, ack) ? 1 : 0;
    uint64_t lowest = UINT64_MAX, highest = tcp->highest_sacked;
    for (unsigned i = first; i < segment->block_count; i++) {
        const TcpRange *block = &segment->blocks[i];
        if (block->end > tcp->next || block->start < tcp->unacknowledged) {
            continue;
        }
        take_block(tcp, ack, block, &lowest);
        highest = MAX(highest, block->end);
    }
    if (lowest != UINT64_MAX) {
        tcp_note_reordering(tcp, lowest);
    }
    tcp->highest_sacked = highest;
}
