/* SPDX-License-Identifier: MIT */
/* Inside TCP: what its files ask of each other. */
#ifndef MODELS_TCP_PART_H
#define MODELS_TCP_PART_H

#include "models/tcp.h"
#include "models/tcp_congestion.h"

#include <glib.h>

enum { TCP_DUPLICATES = 3, TCP_REORDERING_MAX = 300 };

/* What an ACK told, gathered while it is worked through. */
typedef struct TcpAck {
    const TcpSegment *segment;
    SimTime now;
    uint64_t before; /* unacknowledged, before it */
    bool advances, acknowledges_data, sacks, acknowledges_again, updates_window, reports_duplicate;
    bool reports_probe;       /* that the tail loss probe was a duplicate */
    bool waits_for_reordered; /* RACK has set its timer */
    uint32_t delivered_before, lost_before;
    SimTime first_sent, last_sent; /* of those sent once and acknowledged now; -1: none */
    SimTime sacked_sent;
    uint32_t in_order; /* segments acknowledged now */
} TcpAck;

static inline bool tcp_is_reducing(const Tcp *tcp)
{
    return tcp->phase == TCP_PHASE_REDUCING || tcp->phase == TCP_PHASE_RECOVERY;
}

static inline uint32_t tcp_stamp(SimTime now)
{
    return (uint32_t)(now / SIM_MICROSECOND);
}

static inline void tcp_begin_turn(Tcp *tcp)
{
    tcp->turn_ended = -1;
}

/* models/tcp_ack.c */
void tcp_take_ack(Tcp *tcp, SimTime now, const TcpSegment *segment);
void tcp_measure_round_trip(Tcp *tcp, SimDuration sample);

/* models/tcp_blocks.c: selective acknowledgements at the sender */
void tcp_take_blocks(Tcp *tcp, TcpAck *ack);
void tcp_note_reordering(Tcp *tcp, uint64_t lowest);

/* models/tcp_rack.c */
void tcp_rack_advance(Tcp *tcp, const TcpSent *sent, SimTime now);
void tcp_rack_update_window(Tcp *tcp);
/* Marks what is lost; true when its timer is set for what may still come. */
bool tcp_rack_find_lost(Tcp *tcp, SimTime now);
void tcp_rack_expire(Tcp *tcp, SimTime now);
/* True when a segment sent then, out since, is lost by now if a later one has arrived. */
bool tcp_rack_is_overdue(const Tcp *tcp, const TcpSent *sent, SimTime now);

/* models/tcp_recovery.c */
void tcp_mark_lost(Tcp *tcp, uint32_t number);
void tcp_recover(Tcp *tcp, TcpAck *ack, unsigned duplicates);
void tcp_enter_recovery(Tcp *tcp);
void tcp_enter_reduction(Tcp *tcp);
void tcp_enter_loss(Tcp *tcp, SimTime now);
void tcp_reduce(Tcp *tcp, uint32_t delivered, bool has_lost, bool advances);
void tcp_take_probe_ack(Tcp *tcp, const TcpAck *ack);

/* models/tcp_undo.c */
bool tcp_undo_by_report(Tcp *tcp);
bool tcp_undo_partly(Tcp *tcp, const TcpAck *ack);
bool tcp_undo_recovery(Tcp *tcp, const TcpAck *ack);
bool tcp_undo_loss(Tcp *tcp, const TcpAck *ack);
void tcp_begin_undo(Tcp *tcp);
void tcp_keep_open(Tcp *tcp);
bool tcp_has_sent_again(const Tcp *tcp);

/* models/tcp_timer.c */
void tcp_set_timer(Tcp *tcp, TcpTimer timer, SimTime at);
void tcp_rearm(Tcp *tcp, SimTime now);
bool tcp_schedule_probe(Tcp *tcp, SimTime now, bool is_after_ack);
void tcp_finish(Tcp *tcp, unsigned events);
void tcp_wait_for_end(Tcp *tcp, SimTime now, TcpState state);

/* models/tcp_receiver.c */
void tcp_begin_receiving(Tcp *tcp);
void tcp_take_data(Tcp *tcp, SimTime now, const TcpSegment *segment);
void tcp_take_duplicate(Tcp *tcp, const TcpSegment *segment);
void tcp_take_stamp(Tcp *tcp, const TcpSegment *segment);
void tcp_delay_ack(Tcp *tcp, SimTime now);
void tcp_expire_ack(Tcp *tcp);
/* The window to announce now; keeps what it said. */
uint32_t tcp_announce_window(Tcp *tcp);
void tcp_note_ack_sent(Tcp *tcp);
/* Blocks for a segment of that many bytes of data. */
void tcp_add_blocks(Tcp *tcp, TcpSegment *segment, unsigned room);
bool tcp_has_blocks(const Tcp *tcp);
void tcp_islands_free(Tcp *tcp);

/* models/tcp_output.c */
bool tcp_has_unsent(const Tcp *tcp);
bool tcp_window_is_shut(const Tcp *tcp); /* for the next segment */
void tcp_expand_send_buffer(Tcp *tcp);

#endif
