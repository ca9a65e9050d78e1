/* SPDX-License-Identifier: MIT */
/* What a TCP has sent and not had acknowledged: one record for each segment, in the order of the
 * byte stream, and threaded through them the order in which they were last sent, which RACK (RFC
 * 8985) walks. Segments are never cut anew, so a record is acknowledged as a whole.
 *
 * Records are named by a number that counts up, so that a growing ring moves them without renaming.
 * The ring is a block of the pool that is handed in, always the same one, and there is none while
 * nothing is out. */
#ifndef MODELS_TCP_SENT_H
#define MODELS_TCP_SENT_H

#include "sim/block_pool.h"
#include "sim/sim_time.h"

#include <stdbool.h>
#include <stdint.h>

#define TCP_SENT_NONE UINT32_MAX

enum {
    TCP_SENT_SACKED = 1,   /* acknowledged selectively */
    TCP_SENT_LOST = 2,     /* taken for lost */
    TCP_SENT_AGAIN = 4,    /* it is out a further time */
    TCP_SENT_EVER = 8,     /* it has been sent more than once */
    TCP_SENT_FIN = 16,     /* its last number is the FIN's */
    TCP_SENT_SYN = 32,     /* its only number is the SYN's */
    TCP_SENT_IN_TIME = 64, /* it is in the order of sending */
};

typedef struct TcpSent {
    uint64_t start;
    SimTime sent; /* last */
    uint16_t length;
    uint16_t flags;
    uint32_t earlier, later; /* in the order of sending */
    uint32_t turn;           /* counts what was sent: tells the order within an instant */
} TcpSent;

typedef struct TcpSentQueue {
    TcpSent *ring;
    uint32_t head; /* the number of the first record */
    uint32_t count, capacity;
    uint32_t oldest, newest; /* in the order of sending */
    uint32_t turn;           /* of the last one sent */
} TcpSentQueue;

void tcp_sent_init(TcpSentQueue *queue);
void tcp_sent_clear(TcpSentQueue *queue, BlockPool *blocks);

static inline TcpSent *tcp_sent_at(const TcpSentQueue *queue, uint32_t number)
{
    return &queue->ring[number & (queue->capacity - 1)];
}

static inline uint64_t tcp_sent_end(const TcpSent *sent)
{
    return sent->start + sent->length;
}

/* A new record at the end of both orders. */
TcpSent *tcp_sent_add(TcpSentQueue *queue, BlockPool *blocks, uint64_t start, uint32_t length,
                      unsigned flags, SimTime now);
/* Takes the first record out of both. */
void tcp_sent_take(TcpSentQueue *queue, BlockPool *blocks);

/* Takes the last record back: it was not sent after all. */
void tcp_sent_untake(TcpSentQueue *queue);

/* The order of sending. */
void tcp_sent_leave_time(TcpSentQueue *queue, uint32_t number);
/* At its end: it has been sent just now. */
void tcp_sent_join_time(TcpSentQueue *queue, uint32_t number);

/* The number of the record that starts at or after that place in the stream: one past the last when
 * there is none. */
uint32_t tcp_sent_find(const TcpSentQueue *queue, uint64_t start);

/* Fails the program unless the two orders agree. */
void tcp_sent_check(const TcpSentQueue *queue);

#endif
