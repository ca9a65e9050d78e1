/* SPDX-License-Identifier: MIT */
/* What a QUIC datagram says (RFC 9000, sections 17 and 19): packets, each of frames, as plain
 * structs one behind the other without padding. What each takes on the wire is charged to the byte;
 * what is encrypted is not there. */
#ifndef MODELS_QUIC_FRAME_H
#define MODELS_QUIC_FRAME_H

#include "models/quic_ranges.h"

typedef enum QuicSpaceName {
    QUIC_INITIAL,
    QUIC_HANDSHAKE,
    QUIC_APPLICATION,
    QUIC_SPACES
} QuicSpaceName;

typedef enum QuicFrameKind {
    QUIC_FRAME_PING,
    QUIC_FRAME_ACK,
    QUIC_FRAME_CRYPTO,
    QUIC_FRAME_STREAM,
    QUIC_FRAME_RESET_STREAM,
    QUIC_FRAME_STOP_SENDING,
    QUIC_FRAME_MAX_DATA,
    QUIC_FRAME_MAX_STREAM_DATA,
    QUIC_FRAME_MAX_STREAMS,
    QUIC_FRAME_HANDSHAKE_DONE,
    QUIC_FRAME_CLOSE,
} QuicFrameKind;

/* Flags of frames. */
enum {
    QUIC_FIN = 1,
    QUIC_CLOSES = 2,     /* with the FIN: this side reads no more either */
    QUIC_BY_OPENER = 4,  /* the stream was opened by the sender */
    QUIC_IN_ERROR = 8,   /* of QUIC_FRAME_CLOSE */
    QUIC_LAST = 16,      /* of its packet: it needs no length */
    QUIC_BY_DIALER = 32, /* the stream was opened by the dialer */
};

typedef struct QuicFrame {
    uint32_t size_bytes; /* of all of it, a multiple of 8 */
    uint16_t kind, flags;
    uint32_t length;    /* of data; of ACK: how many ranges */
    uint32_t number;    /* of the stream among those of its opener */
    uint64_t stream;    /* the id that the users know */
    uint64_t value;     /* where the data stands, a limit, or the ACK delay in ns */
    uint64_t content[]; /* of ACK: QuicRange, the highest first; of STREAM: TcpItem */
} QuicFrame;

typedef struct QuicPacket {
    uint32_t size_bytes; /* of all of it */
    uint32_t wire_bytes;
    uint32_t space;
    uint32_t token_bytes; /* of an Initial packet, from a Retry */
    uint64_t number;
    uint64_t frames[];
} QuicPacket;

/* Flags of datagrams. */
enum {
    QUIC_STATELESS_RESET = 1,
    QUIC_RETRY = 2,               /* RFC 9000, section 17.2.5; no packets follow */
    QUIC_VERSION_NEGOTIATION = 4, /* section 17.2.1; none either */
    QUIC_OTHER_VERSION = 8,       /* all packets are of one that listeners do not have */
};

typedef struct QuicDatagram {
    uint32_t size_bytes; /* of all of it */
    uint32_t wire_bytes; /* after the UDP header */
    uint32_t flags;
    uint32_t reserved;
    uint64_t packets[];
} QuicDatagram;

/* Walk over what a packet or datagram has: NULL begins and ends. */
const QuicPacket *quic_next_packet_in(const QuicDatagram *datagram, const QuicPacket *after);
const QuicFrame *quic_next_frame_in(const QuicPacket *packet, const QuicFrame *after);

/* RFC 9000, section 16. */
static inline uint32_t quic_varint_bytes(uint64_t value)
{
    return value < 1u << 6 ? 1 : value < 1u << 14 ? 2 : value < 1u << 30 ? 4 : 8;
}

/* What a frame takes in a packet, its data included. */
uint32_t quic_frame_wire_bytes(const QuicFrame *frame);

/* What a packet takes beyond its frames. `unacknowledged`: how far its number is from the lowest
 * that is not known to have come. */
uint32_t quic_packet_overhead_bytes(QuicSpaceName space, bool is_client, uint64_t unacknowledged,
                                    uint32_t token_bytes);
/* A whole Retry with such a token, and a whole Version Negotiation packet. */
uint32_t quic_retry_bytes(uint32_t token_bytes);
uint32_t quic_version_negotiation_bytes(void);

#endif
