/* SPDX-License-Identifier: MIT */
/* Two ends of a QUIC connection with a toy pipe between them: a delay each way, perhaps a rate,
 * and losses by explicit numbers. It logs each datagram as
 *
 *     TIME_MS>I(c)1280;      the client's (`<`: the server's): packets with frames, bytes
 *
 * with packets I, H and 1 (1-RTT) and frames a ACK, c CRYPTO, s STREAM, S STREAM with the end,
 * r RESET_STREAM, o STOP_SENDING, m MAX_*, d HANDSHAKE_DONE, p PING, x CONNECTION_CLOSE; R and V
 * are Retry and Version Negotiation; a datagram that is lost ends in `!`. */
#ifndef TESTS_QUIC_RIG_H
#define TESTS_QUIC_RIG_H

#include "models/quic.h"

enum { QUIC_RIG_STREAMS = 16, QUIC_RIG_LOSSES = 32 };

typedef struct QuicRigEnd {
    Quic quic;
    struct QuicRig *rig;
    SimTime busy_until;   /* of the way to the other end */
    SimDuration wait_max; /* before it */
    uint32_t sent;        /* datagrams so far */
    uint64_t sent_bytes;
    uint32_t losses[QUIC_RIG_LOSSES]; /* numbers of datagrams that are lost, from 1; 0 ends */
    uint32_t late;                    /* number of one that takes `lateness` longer; 0: none */
    SimDuration lateness;
    SimTime opened;  /* -1: not */
    unsigned events; /* all so far */
    bool is_known;   /* a listener that has the connection */
} QuicRigEnd;

typedef struct QuicRig {
    QuicSettings settings;
    QuicRigEnd ends[2]; /* client, server */
    GPtrArray *wire;    /* of what is on its way */
    GString *log;       /* of datagrams; NULL: none is wanted */
    GString *news;      /* of what streams delivered: TIME_MS STREAM:NUMBER */
    SimTime now;
    SimDuration delay;
    double rate_bytes_per_ns; /* 0: no limit */
    SimDuration
        wait_limit;     /* of the queue before the rate: what would wait longer is lost; 0: none */
    uint32_t mtu_bytes; /* what does not fit with 28 more bytes is lost; 0: no limit */
    double loss;        /* of the client's datagrams, by a fixed sequence */
    uint64_t luck;
    bool tells_items, is_ordered; /* is_ordered: none was late so far */
} QuicRig;

/* Begins with the client's first datagram; 50 ms each way; no search for the path's MTU unless it
 * is asked for. */
void quic_rig_init(QuicRig *rig, const char *const *changes);
void quic_rig_begin(QuicRig *rig);
/* Both ends stand open. */
void quic_rig_stand(QuicRig *rig);
void quic_rig_clear(QuicRig *rig);
void quic_rig_run(QuicRig *rig, SimTime until);
/* The end writes an item with a number. */
void quic_rig_write(QuicRig *rig, unsigned end, uint64_t stream, uint32_t length, int64_t number);
/* Sends what an end has to send now. */
void quic_rig_flush(QuicRig *rig, unsigned end);
void quic_rig_expect(QuicRig *rig, const char *log);
void quic_rig_expect_news(QuicRig *rig, const char *news);
/* What the end has received of the stream in order. */
uint64_t quic_rig_received(const QuicRig *rig, unsigned end, uint64_t stream);

#endif
