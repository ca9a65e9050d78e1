/* SPDX-License-Identifier: MIT */
/* One end of a QUIC connection, version 1: a plain state machine that behaves like quic-go's. It is
 * given the time, datagrams and what the application does, and answers with datagrams to send and
 * the next instant at which it wants to be woken. It owns neither time nor links, and computes no
 * cryptography: of TLS there are sizes and who waits for whom.
 *
 *     quic_open(), quic_accept()      begins, actively or for the datagram that came
 *     quic_stream_open(), ..._write(), ..._end()
 *     quic_receive(), quic_expire()   a datagram has come; the time quic_deadline() has come
 *     quic_next_datagram()            after each of these, until it returns false
 *
 * What streams carry are items, as in models/tcp_items.h: each is delivered when all before its end
 * has come on its stream, whatever other streams wait for. What arrives in order is taken for read
 * at once. RFC 9000, 9001, 9002, 9438; where they leave a choice, quic-go's. */
#ifndef MODELS_QUIC_H
#define MODELS_QUIC_H

#include "models/quic_frame.h"
#include "models/quic_settings.h"
#include "models/stream_end.h"
#include "models/tcp_items.h"
#include "sim/sim_time.h"

#include <glib.h>

typedef enum QuicState {
    QUIC_SHAKING, /* hands */
    QUIC_OPEN,
    QUIC_CLOSING, /* it has said so and answers whatever comes with that */
    QUIC_CLOSED,
} QuicState;

/* What has happened, until quic_take_events(). */
enum {
    QUIC_EVENT_OPENED = 1,
    QUIC_EVENT_PEER_CLOSED = 2,
    QUIC_EVENT_RESET = 4, /* the other side does not know the connection, or says it is in error */
    QUIC_EVENT_TIMED_OUT = 8,
    QUIC_EVENT_WRONG_PEER = 16,
    QUIC_EVENT_FINISHED = 32, /* it closed in good order and said so */
};

typedef struct QuicStream QuicStream;

/* What the machine tells of streams, from within quic_receive(); all of its functions but
 * quic_clear() may be called from there. */
typedef struct QuicUser {
    void (*item)(void *user, uint64_t stream, const TcpItem *item);
    void (*ended)(void *user, uint64_t stream, StreamEnd how);
    /* A stream is about to be forgotten before all of it was acknowledged or received. May be
     * NULL. */
    void (*broken)(void *user, const QuicStream *stream);
} QuicUser;

/* Half a direction of flow control: what may come, and what it was tuned by. */
typedef struct QuicCredit {
    uint64_t received; /* in order, so read; of the connection: of all streams */
    uint64_t granted;  /* as told */
    uint64_t window_bytes;
    uint64_t epoch_place;
    SimTime epoch;
    bool is_due; /* to be told */
} QuicCredit;

struct QuicStream {
    uint64_t id; /* that the users know */
    QuicStream *next_active;
    TcpItems *items;
    uint64_t written, sent, acknowledged; /* the end counts as one behind the last byte */
    uint64_t limit;                       /* that the receiver grants */
    QuicRanges acked, lost;               /* beyond what is acknowledged; to be sent again */
    QuicCredit credit;
    QuicRanges islands;
    uint64_t final_size; /* UINT64_MAX: not known */
    uint32_t number;     /* among those of its opener; UINT32_MAX: not given yet */
    bool is_own, is_active;
    bool is_ended;            /* nothing is written any more */
    bool is_closing;          /* nor read: its end says so */
    bool reset_due, is_reset; /* RESET_STREAM */
    bool reset_acked;
    bool stop_due, has_stopped;  /* STOP_SENDING */
    bool is_remote_closing;      /* its end is the end of both directions */
    bool is_received, is_broken; /* its end, or a reset, has come */
};

/* A packet that is out, and what of it would have to be sent again. */
typedef struct QuicSentFrame {
    uint64_t stream, value;
    uint32_t length;
    uint16_t kind, flags;
} QuicSentFrame;

typedef enum QuicFate { QUIC_OUT, QUIC_ACKED, QUIC_LOST } QuicFate;

typedef struct QuicSent {
    SimTime sent;
    uint32_t frame_count;
    uint16_t bytes;
    uint8_t fate; /* QuicFate */
    bool elicits, is_probed;
    bool is_search; /* for the path's MTU: its loss says nothing else */
} QuicSent;

typedef struct QuicSpace {
    /* Sending. */
    QuicSent *packets; /* a ring; the first has number `first` */
    QuicSentFrame *frames;
    uint64_t first, next;
    uint64_t largest_acked; /* 1 + the number; 0: none */
    uint64_t crypto_bytes, crypto_sent, crypto_acknowledged;
    QuicRanges crypto_acked, crypto_lost;
    SimTime last_eliciting, loss_at; /* loss_at: SIM_TIME_MAX: none */
    uint32_t packet_capacity, frame_capacity, frame_head, frame_count;
    uint32_t eliciting; /* packets that are out */
    /* Receiving. */
    QuicRanges received, crypto_islands;
    uint64_t floor; /* what is below is not looked at */
    uint64_t crypto_received;
    SimTime largest_at, ack_at; /* ack_at: an ACK is due then; SIM_TIME_MAX: none */
    uint32_t unacked;           /* eliciting packets since the last ACK */
    uint32_t probes;            /* due */
    uint8_t alone;              /* packets of nothing but ACKs in a row */
    bool is_gone;               /* keys discarded */
} QuicSpace;

typedef struct QuicCubic {
    double last_max, origin, k_seconds, reno_window; /* bytes */
    SimTime epoch;                                   /* 0: none */
} QuicCubic;

typedef struct QuicHystart {
    uint64_t round_end; /* the number that was to be sent next when the round began */
    SimDuration least;  /* of the round's first samples */
    uint8_t samples;
    bool has_begun, is_found;
} QuicHystart;

enum { QUIC_SEARCH_LOSSES = 3 };

/* For the path's MTU, in bytes of a datagram. */
typedef struct QuicSearch {
    SimTime probed_at;
    uint16_t refused[QUIC_SEARCH_LOSSES]; /* sizes that were lost, the least first; 0: no more */
    uint16_t probe_bytes;                 /* the probe that is out; 0: none */
    bool is_on, was_lost;
} QuicSearch;

typedef struct Quic {
    const QuicSettings *settings;
    const QuicUser *user;
    void *data;
    QuicSpace *spaces[QUIC_SPACES]; /* NULL: none, or done with */
    GHashTable *streams;            /* QuicStream by id; NULL: there never was any */
    QuicStream *active, *last_active;
    SimTime heard, spoke; /* the last packet that came, the first sent after it (-1: none) */
    SimTime close_at;     /* the end of QUIC_CLOSING */

    /* Round trips and loss. */
    SimDuration smoothed, variance, least, latest; /* least 0: none measured */
    SimTime recovery_start, first_sample;          /* -1: none */
    uint32_t timeouts;

    /* Congestion, in bytes. */
    uint64_t window, threshold, in_flight, grown;
    int64_t budget; /* of the pacer */
    SimTime budget_at;
    SimTime pace_at; /* the pacer lets the next go; SIM_TIME_MAX: nothing waits for it */
    QuicCubic cubic;
    QuicHystart hystart;
    QuicSearch search;

    /* Flow control. */
    QuicCredit credit;
    uint64_t data_sent, data_limit;
    uint32_t streams_opened, streams_limit, streams_granted;
    QuicRanges seen; /* numbers of the other side's streams */

    GByteArray *kept; /* packets that came before their keys; NULL: none */

    uint64_t validated_bytes; /* what a server may send to an address that is not known */
    uint32_t packets_lost, packets_sent;
    uint16_t datagram_bytes; /* the largest datagram now */
    uint16_t token_bytes;    /* of the Retry that came; 0: none */
    uint8_t state, events, kept_count;
    uint8_t restarts; /* of the handshake, after Retry or Version Negotiation */
    bool offers_other_version;
    bool is_client, is_validated, peer_validated, is_confirmed, is_impostor, is_early;
    bool done_due, streams_due, close_due, ping_due, is_finishing, in_error, has_pinged;
} Quic;

/* is_impostor: the other side turns out to be somebody else. */
void quic_open(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
               bool is_impostor, SimTime now);
void quic_accept(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
                 SimTime now);
/* Begins open: a connection that stood before the run. */
void quic_stand(Quic *quic, const QuicSettings *settings, const QuicUser *user, void *data,
                bool is_client, SimTime now);
void quic_clear(Quic *quic);

/* Closes in good order: when all that was written is acknowledged. */
void quic_close(Quic *quic, SimTime now);
/* Says so at once. */
void quic_abort(Quic *quic, SimTime now);

/* A stream of this side; it waits where the other side has no room for it. */
void quic_stream_open(Quic *quic, uint64_t stream);
/* Where to write the body of an item behind the next `length` bytes; NULL: the stream is gone. */
void *quic_stream_write(Quic *quic, uint64_t stream, uint32_t length, uint32_t body_size_bytes);
void quic_stream_end(Quic *quic, uint64_t stream, StreamEnd how);
QuicStream *quic_stream_find(const Quic *quic, uint64_t stream);
/* How far items have been delivered. */
uint64_t quic_stream_delivered(const QuicStream *stream);

void quic_receive(Quic *quic, SimTime now, const QuicDatagram *datagram);
void quic_expire(Quic *quic, SimTime now);
/* SIM_TIME_MAX: none. is_idle: nothing but the end of a silence is waited for. */
SimTime quic_deadline(const Quic *quic, bool *ret_is_idle);

/* The next datagram to send now, in place of what `to` held; aligned as QuicDatagram. */
bool quic_next_datagram(Quic *quic, SimTime now, GByteArray *to);
unsigned quic_take_events(Quic *quic);

/* A datagram that begins a connection at a listener. */
bool quic_is_first(const QuicSettings *settings, const QuicDatagram *datagram);
/* The answer to a datagram of no known connection that does not begin one: a stateless reset or, to
 * a dialer, a Retry or Version Negotiation packet. False: none is due. */
bool quic_answer_unknown(const QuicSettings *settings, const QuicDatagram *datagram,
                         bool is_from_dialer, QuicDatagram *ret_answer);

/* Whether a stream of the other side with that number was ever heard of. */
bool quic_has_seen(const Quic *quic, uint32_t number);

/* Fails the program when an invariant is broken. */
void quic_check(const Quic *quic);

#endif
