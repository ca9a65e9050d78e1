/* SPDX-License-Identifier: MIT */
/* A simulated packet as bytes: IPv4 with TCP or UDP, correct checksums, a payload of zeros.
 *
 * Peer n is 10.0.0.0 plus n + 1. A connection's dialer has a port from 49152 up, by the connection;
 * the listener has 4001. Initial sequence numbers are made from the connection. What a header must
 * say and the database does not is what a Linux host would say: TTL 64, don't fragment, the options
 * MSS, SACK permitted, time stamps and window scale where the header is long enough for them. */
#ifndef ANALYSIS_PACKET_BYTES_H
#define ANALYSIS_PACKET_BYTES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct PacketRange {
    uint64_t start, end;
} PacketRange;

enum { PACKET_RANGES_MAX = 4 };

enum {
    PACKET_QUIC_INITIAL = 1,
    PACKET_QUIC_HANDSHAKE = 2,
    PACKET_QUIC_1RTT = 4,
    PACKET_QUIC_RETRY = 8, /* alone, as is the next */
    PACKET_QUIC_VERSION_NEGOTIATION = 16,
};

typedef struct PacketFields {
    uint64_t connection; /* 0: a datagram */
    uint32_t sender, receiver;
    uint32_t id; /* for the IPv4 header */
    uint64_t number, acknowledged;
    bool is_syn, is_ack, is_fin, is_rst, is_psh;
    unsigned quic_packets; /* of PACKET_QUIC_...; 0: it is not QUIC */
    uint32_t token_bytes;  /* that an Initial packet has from a Retry */
    bool is_other_version; /* of QUIC: one that its listeners do not have */
    bool has_stamps;
    uint32_t stamp, echo;
    uint32_t size_bytes, data_bytes;
    uint32_t window_bytes, window_bytes_max; /* now, and the largest that the sender announces */
    uint32_t mtu_bytes;
    unsigned range_count;
    PacketRange ranges[PACKET_RANGES_MAX];
} PacketFields;

/* The largest UDP payload there is. */
enum { PACKET_DATAGRAM_BYTES_MAX = 65507 };

/* Appends the bytes of a TCP segment. Its header is as long as size_bytes leaves room for, and at
 * least 20 bytes. */
void packet_append_segment(GByteArray *bytes, const PacketFields *fields);

/* Appends the bytes of a UDP datagram of QUIC: the packets that are in it begin as RFC 9000,
 * section 17, has it, with connection ids made of the connection; what is encrypted is zeros, and
 * so are tokens and the seal of a Retry. How long each of several packets is the database does not
 * say: they share the datagram alike. */
void packet_append_quic(GByteArray *bytes, const PacketFields *fields);

/* Appends one fragment of a UDP datagram: what begins at `offset_bytes` of the IPv4 payload.
 * Returns where the next one begins, 0 after the last. */
uint32_t packet_append_fragment(GByteArray *bytes, const PacketFields *fields,
                                uint32_t offset_bytes);

#endif
