/* SPDX-License-Identifier: MIT */
/* A TCP segment as the two ends of a connection see it: what its header says, and which range of
 * the byte stream it carries; the bytes themselves are nobody's concern here.
 *
 * Numbers count from 0 on each side (the SYN is 0, the first byte 1) in 64 bits, so they never wrap
 * and no comparison has to mind it. Windows are in bytes, unscaled. Stamps count microseconds. */
#ifndef MODELS_TCP_SEGMENT_H
#define MODELS_TCP_SEGMENT_H

#include <stdint.h>

enum {
    TCP_FIN = 1,
    TCP_SYN = 2,
    TCP_RST = 4,
    TCP_PSH = 8,
    TCP_ACK = 16,
};

typedef struct TcpRange {
    uint64_t start, end; /* [start, end) */
} TcpRange;

enum { TCP_BLOCKS_MAX = 4 };

typedef struct TcpSegment {
    uint64_t number;       /* of its first byte, SYN or FIN */
    uint64_t acknowledged; /* with TCP_ACK */
    uint32_t length;       /* of data, in bytes */
    uint32_t window;
    uint32_t stamp, echo; /* 0 without tcp.timestamps; the echo with TCP_ACK only */
    uint16_t flags;
    uint16_t block_count;
    uint32_t mss_bytes;              /* with TCP_SYN */
    TcpRange blocks[TCP_BLOCKS_MAX]; /* selective acknowledgements; the first may be a duplicate */
} TcpSegment;

/* All of it that is in use, for a copy. */
static inline uint32_t tcp_segment_size_bytes(const TcpSegment *segment)
{
    return (uint32_t)(sizeof *segment - sizeof segment->blocks) +
           segment->block_count * (uint32_t)sizeof(TcpRange);
}

/* The sequence numbers that it takes. */
static inline uint64_t tcp_segment_end(const TcpSegment *segment)
{
    return segment->number + segment->length + ((segment->flags & TCP_SYN) != 0) +
           ((segment->flags & TCP_FIN) != 0);
}

#endif
