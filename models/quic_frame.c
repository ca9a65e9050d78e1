/* SPDX-License-Identifier: MIT */
/* What QUIC's frames and packets take on the wire. */
#include "models/quic_frame.h"

#include <stddef.h>

enum {
    SEAL_BYTES = 16,           /* RFC 9001, section 5.3 */
    CONNECTION_ID_BYTES = 4,   /* quic-go's default */
    FIRST_TARGET_ID_BYTES = 8, /* what a client makes up: at least so much (RFC 9000, 7.2) */
    LONG_HEADER_BYTES = 1 + 4 + 1 + 1, /* flags, version, lengths of ids */
    VERSION_BYTES = 4,
    VERSIONS = 2, /* that a listener of go-libp2p names: version 1, and one to be ignored */
    ACK_DELAY_UNIT_NS = 8000, /* microseconds, shifted by the default exponent 3 */
};

const QuicPacket *quic_next_packet_in(const QuicDatagram *datagram, const QuicPacket *after)
{
    const uint8_t *past = (const uint8_t *)datagram + datagram->size_bytes;
    const uint8_t *at = after == NULL ? (const uint8_t *)datagram->packets
                                      : (const uint8_t *)after + after->size_bytes;
    return at < past ? (const QuicPacket *)(const void *)at : NULL;
}

const QuicFrame *quic_next_frame_in(const QuicPacket *packet, const QuicFrame *after)
{
    const uint8_t *past = (const uint8_t *)packet + packet->size_bytes;
    const uint8_t *at = after == NULL ? (const uint8_t *)packet->frames
                                      : (const uint8_t *)after + after->size_bytes;
    return at < past ? (const QuicFrame *)(const void *)at : NULL;
}

/* Two bits of an id say who opened the stream and that it goes both ways. */
static uint32_t stream_id_bytes(const QuicFrame *frame)
{
    return quic_varint_bytes((uint64_t)frame->number * 4 +
                             ((frame->flags & QUIC_BY_DIALER) != 0 ? 0 : 1));
}

static uint32_t ack_bytes(const QuicFrame *frame)
{
    const QuicRange *ranges = (const QuicRange *)(const void *)frame->content;
    uint32_t bytes = 1 + quic_varint_bytes(ranges[0].end - 1) +
                     quic_varint_bytes(frame->value / ACK_DELAY_UNIT_NS) +
                     quic_varint_bytes(frame->length - 1) +
                     quic_varint_bytes(ranges[0].end - ranges[0].start - 1);
    for (uint32_t i = 1; i < frame->length; i++) {
        bytes += quic_varint_bytes(ranges[i - 1].start - ranges[i].end - 1) +
                 quic_varint_bytes(ranges[i].end - ranges[i].start - 1);
    }
    return bytes;
}

uint32_t quic_frame_wire_bytes(const QuicFrame *frame)
{
    switch ((QuicFrameKind)frame->kind) {
    case QUIC_FRAME_ACK:
        return ack_bytes(frame);
    case QUIC_FRAME_CRYPTO:
        return 1 + quic_varint_bytes(frame->value) + quic_varint_bytes(frame->length) +
               frame->length;
    case QUIC_FRAME_STREAM:
        return 1 + stream_id_bytes(frame) +
               (frame->value == 0 ? 0 : quic_varint_bytes(frame->value)) +
               ((frame->flags & QUIC_LAST) != 0 ? 0 : quic_varint_bytes(frame->length)) +
               frame->length;
    case QUIC_FRAME_RESET_STREAM: /* with error code 0 */
        return 2 + stream_id_bytes(frame) + quic_varint_bytes(frame->value);
    case QUIC_FRAME_STOP_SENDING:
        return 2 + stream_id_bytes(frame);
    case QUIC_FRAME_MAX_DATA:
    case QUIC_FRAME_MAX_STREAMS:
        return 1 + quic_varint_bytes(frame->value);
    case QUIC_FRAME_MAX_STREAM_DATA:
        return 1 + stream_id_bytes(frame) + quic_varint_bytes(frame->value);
    case QUIC_FRAME_CLOSE: /* no reason in words */
        return 3;
    case QUIC_FRAME_PING:
    case QUIC_FRAME_HANDSHAKE_DONE:
        break;
    }
    return 1;
}

/* quic-go takes two bytes at least; RFC 9000, appendix A.2 asks for twice the distance. */
static uint32_t number_bytes(uint64_t distance)
{
    return distance < 1u << 15 ? 2 : distance < 1u << 23 ? 3 : 4;
}

uint32_t quic_packet_overhead_bytes(QuicSpaceName space, bool is_client, uint64_t unacknowledged,
                                    uint32_t token_bytes)
{
    const uint32_t tail = number_bytes(unacknowledged) + SEAL_BYTES;
    if (space == QUIC_APPLICATION) {
        return 1 + CONNECTION_ID_BYTES + tail;
    }
    const bool is_first = space == QUIC_INITIAL && is_client && token_bytes == 0;
    const uint32_t target = is_first ? FIRST_TARGET_ID_BYTES : CONNECTION_ID_BYTES;
    const uint32_t token = space == QUIC_INITIAL ? quic_varint_bytes(token_bytes) + token_bytes : 0;
    return LONG_HEADER_BYTES + target + CONNECTION_ID_BYTES + token + 2 + tail;
}

uint32_t quic_retry_bytes(uint32_t token_bytes)
{
    return LONG_HEADER_BYTES + 2 * CONNECTION_ID_BYTES + token_bytes + SEAL_BYTES;
}

/* Its ids are those of the dialer's packet, the other way round. */
uint32_t quic_version_negotiation_bytes(void)
{
    return LONG_HEADER_BYTES + CONNECTION_ID_BYTES + FIRST_TARGET_ID_BYTES +
           VERSIONS * VERSION_BYTES;
}
