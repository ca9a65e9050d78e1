/* SPDX-License-Identifier: MIT */
/* Headers after RFC 791 (IPv4), RFC 768 (UDP), RFC 9293 (TCP), RFC 7323 (window scale, time stamps)
 * and RFC 2018 (selective acknowledgements). */
#include "analysis/packet_bytes.h"

#include <string.h>

enum {
    IP_BYTES = 20,
    UDP_BYTES = 8,
    TCP_BYTES = 20,
    TCP_OPTIONS_BYTES_MAX = 40,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    LISTENER_PORT = 4001,
    FIRST_DIALER_PORT = 49152,
    DIALER_PORTS = 16384,
    WINDOW_SHIFT_MAX = 14,
    SYN_OPTIONS_BYTES = 20,
};

/* QUIC, version 1. */
enum {
    QUIC_PACKETS = 3,
    QUIC_ID_BYTES = 4,
    QUIC_FIRST_ID_BYTES = 8,
    QUIC_VERSION = 1,
    QUIC_IGNORED_VERSION = 0x0a0a0a0a, /* these two: RFC 9000, section 15 */
    QUIC_OTHER_VERSION = 0x1a2a3a4a,
};

/* Building. */

static void put16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, value >> 16);
    put16(to + 2, value);
}

/* The ones' complement sum of RFC 1071 over an even number of bytes. */
static uint32_t sum_of(const uint8_t *bytes, size_t size_bytes)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size_bytes; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    }
    return sum;
}

static uint16_t folded(uint32_t sum)
{
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static uint32_t address_of(uint32_t peer)
{
    return UINT32_C(10) << 24 | ((peer + 1) & 0xffffff);
}

/* Of the transport's header, with a payload of zeros; of the pseudo header too. */
static uint16_t checksum_of(const PacketFields *fields, unsigned protocol, const uint8_t *header,
                            size_t header_bytes, uint32_t transport_bytes)
{
    uint8_t pseudo[12] = {0};
    put32(pseudo, address_of(fields->sender));
    put32(pseudo + 4, address_of(fields->receiver));
    pseudo[9] = (uint8_t)protocol;
    put16(pseudo + 10, transport_bytes);
    return folded(sum_of(pseudo, sizeof pseudo) + sum_of(header, header_bytes));
}

/* flags_offset: the flags and the offset in units of 8 bytes. */
static void append_ip(GByteArray *bytes, const PacketFields *fields, unsigned protocol,
                      uint32_t payload_bytes, uint32_t flags_offset)
{
    uint8_t header[IP_BYTES] = {0x45};
    put16(header + 2, IP_BYTES + payload_bytes);
    put16(header + 4, fields->id);
    put16(header + 6, flags_offset);
    header[8] = 64;
    header[9] = (uint8_t)protocol;
    put32(header + 12, address_of(fields->sender));
    put32(header + 16, address_of(fields->receiver));
    put16(header + 10, folded(sum_of(header, sizeof header)));
    g_byte_array_append(bytes, header, sizeof header);
}

static void append_zeros(GByteArray *bytes, uint32_t count)
{
    const guint old = bytes->len;
    g_byte_array_set_size(bytes, old + count);
    memset(bytes->data + old, 0, count);
}

/* Ports and numbers of a connection. */

static bool is_dialer(const PacketFields *fields, uint32_t peer)
{
    return (uint32_t)(fields->connection >> 32) == peer;
}

static uint32_t port_of(const PacketFields *fields, uint32_t peer)
{
    return is_dialer(fields, peer) ? FIRST_DIALER_PORT + (uint32_t)fields->connection % DIALER_PORTS
                                   : LISTENER_PORT;
}

static uint32_t first_number(const PacketFields *fields, uint32_t peer)
{
    const uint64_t key = fields->connection * UINT64_C(0x9e3779b97f4a7c15) + (peer + 1);
    return (uint32_t)((key ^ key >> 29) * UINT64_C(0xbf58476d1ce4e5b9) >> 32);
}

static unsigned window_shift(const PacketFields *fields)
{
    unsigned shift = 0;
    while (shift < WINDOW_SHIFT_MAX && fields->window_bytes_max >> shift > 0xffff) {
        shift++;
    }
    return shift;
}

/* Rounded up: a window that looks smaller than it is would look full. */
static uint32_t window_field(const PacketFields *fields)
{
    const unsigned shift = fields->is_syn ? 0 : window_shift(fields);
    const uint64_t scaled =
        ((uint64_t)fields->window_bytes + ((UINT64_C(1) << shift) - 1)) >> shift;
    return (uint32_t)MIN(scaled, 0xffff);
}

/* Options. */

typedef struct Options {
    uint8_t bytes[TCP_OPTIONS_BYTES_MAX];
    uint32_t used, room;
} Options;

/* Where to write an option; NULL when there is no room for it. */
static uint8_t *option_add(Options *options, unsigned kind, uint32_t size_bytes)
{
    if (options->used + size_bytes > options->room) {
        return NULL;
    }
    uint8_t *at = options->bytes + options->used;
    options->used += size_bytes;
    at[0] = (uint8_t)kind;
    at[1] = (uint8_t)size_bytes;
    return at + 2;
}

enum { OPTION_NOP = 1, OPTION_MSS = 2, OPTION_SCALE, OPTION_SACK_PERMITTED, OPTION_SACK };
enum { OPTION_STAMPS = 8 };

static void pad(Options *options, uint32_t count)
{
    for (; count > 0 && options->used < options->room; count--) {
        options->bytes[options->used++] = OPTION_NOP;
    }
}

static void add_stamps(Options *options, const PacketFields *fields)
{
    uint8_t *at = fields->has_stamps ? option_add(options, OPTION_STAMPS, 10) : NULL;
    if (at != NULL) {
        put32(at, fields->stamp);
        put32(at + 4, fields->is_ack ? fields->echo : 0);
    }
}

static void add_syn_options(Options *options, const PacketFields *fields)
{
    uint8_t *at = option_add(options, OPTION_MSS, 4);
    if (at != NULL) {
        put16(at, fields->mtu_bytes - IP_BYTES - TCP_BYTES);
    }
    option_add(options, OPTION_SACK_PERMITTED, 2);
    add_stamps(options, fields);
    pad(options, 1);
    at = option_add(options, OPTION_SCALE, 3);
    if (at != NULL) {
        at[0] = (uint8_t)window_shift(fields);
    }
}

static void add_ranges(Options *options, const PacketFields *fields)
{
    const uint32_t first = first_number(fields, fields->receiver);
    unsigned count = fields->range_count;
    while (count > 0 && options->used + 4 + 8 * count > options->room) {
        count--;
    }
    if (count == 0) {
        return;
    }
    pad(options, 2);
    uint8_t *at = option_add(options, OPTION_SACK, 2 + 8 * count);
    for (unsigned i = 0; at != NULL && i < count; i++, at += 8) {
        put32(at, first + (uint32_t)fields->ranges[i].start);
        put32(at + 4, first + (uint32_t)fields->ranges[i].end);
    }
}

static void fill_options(Options *options, const PacketFields *fields)
{
    if (fields->is_syn) {
        add_syn_options(options, fields);
    } else {
        if (fields->has_stamps) {
            pad(options, 2);
            add_stamps(options, fields);
        }
        add_ranges(options, fields);
    }
    pad(options, options->room);
}

void packet_append_segment(GByteArray *bytes, const PacketFields *fields)
{
    const uint32_t least = IP_BYTES + TCP_BYTES + fields->data_bytes;
    const uint32_t room = fields->size_bytes > least ? fields->size_bytes - least : 0;
    Options options = {.room = MIN(room & ~3U, TCP_OPTIONS_BYTES_MAX)};
    PacketFields stamped = *fields;
    /* A SYN at time 0 has the stamp 0, which may stand as none. */
    stamped.has_stamps |= fields->is_syn && options.room >= SYN_OPTIONS_BYTES;
    fill_options(&options, &stamped);
    uint8_t header[TCP_BYTES + TCP_OPTIONS_BYTES_MAX] = {0};
    const uint32_t header_bytes = TCP_BYTES + options.room;
    put16(header, port_of(fields, fields->sender));
    put16(header + 2, port_of(fields, fields->receiver));
    put32(header + 4, first_number(fields, fields->sender) + (uint32_t)fields->number);
    if (fields->is_ack) {
        put32(header + 8, first_number(fields, fields->receiver) + (uint32_t)fields->acknowledged);
    }
    header[12] = (uint8_t)(header_bytes / 4 << 4);
    header[13] = (uint8_t)(fields->is_fin | fields->is_syn << 1 | fields->is_rst << 2 |
                           fields->is_psh << 3 | fields->is_ack << 4);
    put16(header + 14, window_field(fields));
    memcpy(header + TCP_BYTES, options.bytes, options.room);
    put16(header + 16, checksum_of(fields, PROTOCOL_TCP, header, header_bytes,
                                   header_bytes + fields->data_bytes));
    append_ip(bytes, fields, PROTOCOL_TCP, header_bytes + fields->data_bytes, 0x4000);
    g_byte_array_append(bytes, header, header_bytes);
    append_zeros(bytes, fields->data_bytes);
}

uint32_t packet_append_fragment(GByteArray *bytes, const PacketFields *fields,
                                uint32_t offset_bytes)
{
    const uint32_t whole = UDP_BYTES + MIN(fields->data_bytes, (uint32_t)PACKET_DATAGRAM_BYTES_MAX);
    const uint32_t room = fields->mtu_bytes - IP_BYTES;
    const uint32_t left = whole - offset_bytes;
    const uint32_t part = left <= room ? left : room & ~7U;
    const uint32_t more = part < left ? 0x2000 : 0;
    append_ip(bytes, fields, PROTOCOL_UDP, part, more | offset_bytes / 8);
    uint8_t header[UDP_BYTES] = {0};
    if (offset_bytes == 0) {
        put16(header, LISTENER_PORT);
        put16(header + 2, LISTENER_PORT);
        put16(header + 4, whole);
        const uint16_t sum = checksum_of(fields, PROTOCOL_UDP, header, sizeof header, whole);
        put16(header + 6, sum == 0 ? 0xffff : sum);
        g_byte_array_append(bytes, header, sizeof header);
    }
    append_zeros(bytes, part - (offset_bytes == 0 ? UDP_BYTES : 0));
    return more != 0 ? offset_bytes + part : 0;
}

/* QUIC. */

static void append_quic_id(GByteArray *bytes, const PacketFields *fields, uint32_t peer,
                           bool is_first)
{
    uint8_t id[QUIC_FIRST_ID_BYTES];
    put32(id, first_number(fields, peer));
    put32(id + QUIC_ID_BYTES, (uint32_t)fields->connection);
    g_byte_array_append(bytes, id, is_first ? QUIC_FIRST_ID_BYTES : QUIC_ID_BYTES);
}

/* Up to its length, which counts what follows. */
static void append_quic_ids(GByteArray *bytes, const PacketFields *fields, bool is_target_first,
                            bool is_own_first)
{
    const uint8_t target = is_target_first ? QUIC_FIRST_ID_BYTES : QUIC_ID_BYTES;
    const uint8_t own = is_own_first ? QUIC_FIRST_ID_BYTES : QUIC_ID_BYTES;
    g_byte_array_append(bytes, &target, 1);
    append_quic_id(bytes, fields, fields->receiver, is_target_first);
    g_byte_array_append(bytes, &own, 1);
    append_quic_id(bytes, fields, fields->sender, is_own_first);
}

static void append_long_header(GByteArray *bytes, const PacketFields *fields, bool is_initial,
                               uint32_t packet_bytes)
{
    const guint start = bytes->len;
    uint8_t head[5] = {is_initial ? 0xc1 : 0xe1};
    put32(head + 1, fields->is_other_version ? QUIC_OTHER_VERSION : QUIC_VERSION);
    g_byte_array_append(bytes, head, sizeof head);
    append_quic_ids(bytes, fields,
                    is_initial && is_dialer(fields, fields->sender) && fields->token_bytes == 0,
                    false);
    if (is_initial) {
        uint8_t token[2];
        put16(token, 0x4000 | fields->token_bytes); /* of two bytes when it is 64 or more */
        const bool is_long = fields->token_bytes >= 64;
        g_byte_array_append(bytes, is_long ? token : token + 1, is_long ? 2 : 1);
        append_zeros(bytes, fields->token_bytes);
    }
    const uint32_t head_bytes = bytes->len - start + 2;
    uint8_t length[2];
    put16(length, 0x4000 | (packet_bytes > head_bytes ? packet_bytes - head_bytes : 0));
    g_byte_array_append(bytes, length, sizeof length);
}

static void append_quic_packet(GByteArray *bytes, const PacketFields *fields, unsigned packet,
                               uint32_t packet_bytes)
{
    const guint start = bytes->len;
    if (packet == QUIC_PACKETS - 1) {
        const uint8_t flags = 0x41;
        g_byte_array_append(bytes, &flags, 1);
        append_quic_id(bytes, fields, fields->receiver, false);
    } else {
        append_long_header(bytes, fields, packet == 0, packet_bytes);
    }
    const uint32_t done = bytes->len - start;
    append_zeros(bytes, packet_bytes > done ? packet_bytes - done : 0);
}

/* Those that stand alone, without a number. */
static void append_quic_notice(GByteArray *bytes, const PacketFields *fields, uint32_t packet_bytes)
{
    const guint start = bytes->len;
    const bool is_retry = (fields->quic_packets & PACKET_QUIC_RETRY) != 0;
    uint8_t head[5] = {is_retry ? 0xf0 : 0xc0};
    put32(head + 1, is_retry ? QUIC_VERSION : 0);
    g_byte_array_append(bytes, head, sizeof head);
    append_quic_ids(bytes, fields, false, !is_retry);
    if (!is_retry) {
        uint8_t versions[8];
        put32(versions, QUIC_VERSION);
        put32(versions + 4, QUIC_IGNORED_VERSION);
        g_byte_array_append(bytes, versions, sizeof versions);
    }
    const uint32_t done = bytes->len - start;
    append_zeros(bytes, packet_bytes > done ? packet_bytes - done : 0);
}

void packet_append_quic(GByteArray *bytes, const PacketFields *fields)
{
    const uint32_t headers = IP_BYTES + UDP_BYTES;
    uint32_t left = fields->size_bytes > headers ? fields->size_bytes - headers : 0;
    left = MIN(left, (uint32_t)PACKET_DATAGRAM_BYTES_MAX);
    unsigned count = 0;
    for (unsigned i = 0; i < QUIC_PACKETS; i++) {
        count += fields->quic_packets >> i & 1;
    }
    g_autoptr(GByteArray) datagram = g_byte_array_new();
    append_zeros(datagram, UDP_BYTES);
    if (count == 0) {
        append_quic_notice(datagram, fields, left);
    }
    for (unsigned i = 0; i < QUIC_PACKETS; i++) {
        if ((fields->quic_packets >> i & 1) != 0) {
            const uint32_t share = left / count--;
            append_quic_packet(datagram, fields, i, share);
            left -= share;
        }
    }
    const uint32_t whole = datagram->len;
    put16(datagram->data, port_of(fields, fields->sender));
    put16(datagram->data + 2, port_of(fields, fields->receiver));
    put16(datagram->data + 4, whole);
    append_zeros(datagram, whole % 2); /* for the sum */
    const uint16_t sum = checksum_of(fields, PROTOCOL_UDP, datagram->data, datagram->len, whole);
    put16(datagram->data + 6, sum == 0 ? 0xffff : sum);
    append_ip(bytes, fields, PROTOCOL_UDP, whole, 0x4000);
    g_byte_array_append(bytes, datagram->data, whole);
}
