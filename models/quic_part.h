/* SPDX-License-Identifier: MIT */
/* Inside QUIC: what its files ask of each other. */
#ifndef MODELS_QUIC_PART_H
#define MODELS_QUIC_PART_H

#include "models/quic.h"

enum { QUIC_IP_UDP_BYTES = 28, QUIC_WINDOW_LEAST = 2 };

static const SimDuration QUIC_GRANULARITY = SIM_MILLISECOND;

/* models/quic_sent.c */
QuicSpace *quic_space_new(uint64_t crypto_bytes);
void quic_space_free(QuicSpace *space);
static inline QuicSent *quic_sent_at(const QuicSpace *space, uint64_t number)
{
    return &space->packets[number & (space->packet_capacity - 1)];
}
/* A new one, number space->next; frames follow with quic_sent_frame(). */
QuicSent *quic_sent_add(QuicSpace *space);
void quic_sent_frame(QuicSpace *space, const QuicSentFrame *frame);
/* Calls each for the frames of a packet. */
typedef void QuicEachFrame(Quic *quic, QuicSpace *space, const QuicSentFrame *frame);
void quic_sent_each(Quic *quic, QuicSpace *space, uint64_t number, QuicEachFrame *each);
/* Drops those at the front that are no longer out. */
void quic_sent_trim(QuicSpace *space);

/* models/quic_loss.c */
void quic_measure(Quic *quic, SimTime now, SimDuration sample, SimDuration delay);
void quic_take_ack(Quic *quic, QuicSpace *space, SimTime now, const QuicFrame *frame);
/* All that is out goes again, without being taken for lost. */
void quic_take_back(Quic *quic, QuicSpace *space);
/* A server that has to wait until it knows the client's address (RFC 9000, section 8.1). */
bool quic_is_amplified(const Quic *quic);
void quic_discard(Quic *quic, QuicSpaceName name);
SimTime quic_loss_deadline(const Quic *quic);
void quic_loss_expire(Quic *quic, SimTime now);
SimDuration quic_probe_timeout_once(const Quic *quic, QuicSpaceName name);
SimDuration quic_probe_timeout(const Quic *quic, QuicSpaceName name);
void quic_send_again(Quic *quic, QuicSpace *space, const QuicSentFrame *frame);

/* models/quic_congestion.c */
void quic_control_begin(Quic *quic);
void quic_control_acked(Quic *quic, SimTime now, uint32_t bytes, SimTime sent, bool was_used);
void quic_control_lost(Quic *quic, SimTime now, SimTime sent);
void quic_control_collapse(Quic *quic);
/* When the pacer lets a datagram go: now or later. */
SimTime quic_pace(Quic *quic, SimTime now);
void quic_pace_sent(Quic *quic, SimTime now, uint32_t bytes);

/* models/quic_hystart.c */
void quic_hystart_acked(Quic *quic, const QuicSpace *space, uint64_t number, bool measured);

/* models/quic_mtu.c */
void quic_search_begin(Quic *quic, SimTime now);
/* Whether a probe may go now; its size, which is then out; what became of it. */
bool quic_search_is_due(const Quic *quic, SimTime now);
uint32_t quic_search_probe(Quic *quic, SimTime now);
void quic_search_acked(Quic *quic);
void quic_search_lost(Quic *quic);

/* models/quic_retry.c */
void quic_begin_again(Quic *quic, SimTime now, const QuicDatagram *datagram);

/* models/quic_stream.c */
QuicStream *quic_stream_new(Quic *quic, uint64_t id, bool is_own);
void quic_stream_activate(Quic *quic, QuicStream *stream);
void quic_stream_free(QuicStream *stream);
/* Forgets it when both directions are done. */
void quic_stream_settle(Quic *quic, QuicStream *stream);
void quic_stream_acked(Quic *quic, const QuicSentFrame *frame);
void quic_stream_lost(Quic *quic, const QuicSentFrame *frame);
bool quic_streams_are_quiet(const Quic *quic);

/* models/quic_flow.c: what comes on streams, and the credit for it */
void quic_credit_begin(QuicCredit *credit, int64_t window_bytes, SimTime now);
void quic_take_stream(Quic *quic, SimTime now, const QuicFrame *frame);
void quic_take_stream_control(Quic *quic, const QuicFrame *frame);
void quic_grant_stream(Quic *quic);

/* models/quic_output.c */
bool quic_may_send_data(const Quic *quic);
QuicFrame *quic_add_frame(GByteArray *to, const QuicFrame *frame, const void *content,
                          uint32_t content_bytes);
/* models/quic_fill.c: frames of streams for a packet with so much room; what is left of it. */
uint32_t quic_fill_streams(Quic *quic, QuicSpace *space, GByteArray *to, uint32_t room);
bool quic_has_stream_frames(const Quic *quic);

/* models/quic.c */
void quic_finish(Quic *quic, unsigned events);
void quic_become_open(Quic *quic);

#endif
