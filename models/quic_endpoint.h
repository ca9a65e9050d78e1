/* SPDX-License-Identifier: MIT */
/* Inside models/: a half of a QUIC connection at a host. It stands between the state machine
 * (models/quic.h), the packets of models/packet_link.h and the channels of the host
 * (models/channel.h): gives the machine the time, sends what it has to send at the end of an
 * instant, hands items to channels, and outlives the connection for as long as QUIC has something
 * to do.
 *
 * What becomes of a message is known at the end of the run only, as with TCP
 * (models/tcp_endpoint.h), here stream by stream. */
#ifndef MODELS_QUIC_ENDPOINT_H
#define MODELS_QUIC_ENDPOINT_H

#include "models/channel.h"
#include "models/packet_link.h"
#include "models/quic.h"

typedef struct QuicEndpoint {
    MuxedConnection muxed; /* first: it is known by that */
    Quic quic;
    Host *host;
    TimerId timer;
    SimTime identify_at;                 /* the end of the wait for it; SIM_TIME_MAX: none */
    Span shaking;                        /* of the dial: the handshake */
    uint32_t bytes_sent, bytes_received; /* of the handshake, headers included */
    bool is_busy, is_gone;               /* in use by a caller further up; to be freed then */
    bool is_settle_due, is_timer_idle, is_closing;
} QuicEndpoint;

_Static_assert(sizeof(QuicEndpoint) + sizeof(QuicSpace) <= 832,
               "both halves of a connection take 2 KiB at most");

/* The host's endpoints and what it remembers of those that are gone. */
typedef struct QuicHost {
    GHashTable *endpoints;         /* QuicEndpoint by id */
    GHashTable *ended_connections; /* QuicEnded by id */
    GHashTable *ended_streams;     /* QuicEndedStream by id */
    GArray *unresolved;            /* of QuicUnresolved */
} QuicHost;

typedef struct QuicEnded {
    uint64_t id;
    QuicRanges seen; /* streams that were heard of */
    bool by_crash;
} QuicEnded;

/* How far a stream had been received when it ended in disorder. */
typedef struct QuicEndedStream {
    uint64_t id, received;
} QuicEndedStream;

/* A message that was not acknowledged when its stream was gone. */
typedef struct QuicUnresolved {
    uint64_t end;
    EntityId receiver;
    uint32_t number; /* of the stream */
    bool is_own;
    MessageHeader header;
} QuicUnresolved;

QuicEndpoint *quic_endpoint_find(const Host *host, uint64_t id);
QuicEndpoint *quic_endpoint_new(Host *host, uint64_t id, EntityId peer, bool is_dialer);
/* Frees it, at once or when its last user is done. */
void quic_endpoint_free(Host *host, QuicEndpoint *endpoint, bool by_crash);
bool quic_endpoint_keep(QuicEndpoint *endpoint);
void quic_endpoint_release(QuicEndpoint *endpoint, bool was_busy);
/* All endpoints of a host, in the order of their ids; to be freed. */
GPtrArray *quic_host_list(const Host *host);
void quic_host_forget(Host *host, bool by_crash);

/* Sends a packet of a connection with that content. False when the host's own link had no room. */
bool quic_packet_send(Host *host, EntityId peer, uint64_t connection, const void *content,
                      uint32_t content_size_bytes);
/* Sends what the machine has to send, and sets the timer; that at the end of this instant. */
void quic_endpoint_flush(Host *host, QuicEndpoint *endpoint);
void quic_endpoint_flush_later(Host *host, QuicEndpoint *endpoint);

/* models/quic_report.c: the record. */
void quic_endpoint_remember(Host *host, const QuicEndpoint *endpoint, bool by_crash);
void quic_stream_remember(Host *host, const QuicEndpoint *endpoint, const QuicStream *stream);
void quic_describe_packet(const Packet *packet, const void *content, PacketRow *row,
                          char text[PACKET_TEXT_BYTES]);
uint64_t quic_packet_digest(const EventContent *content);
void quic_sample(Host *host, const QuicEndpoint *endpoint);
void quic_finish_host(Host *host);

#endif
