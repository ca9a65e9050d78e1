/* SPDX-License-Identifier: MIT */
/* pcapng (draft-ietf-opsawg-pcapng): the packets of the run on one interface of raw IP with
 * nanosecond stamps. A packet that did not arrive has a comment that says why; copies that the link
 * made are left out, since nobody sent them. */
#include "analysis/error.h"
#include "analysis/export.h"
#include "analysis/packet_bytes.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    LINK_TYPE_RAW = 101,
    OPTION_COMMENT = 1,
    OPTION_APPLICATION = 4,
    OPTION_NAME = 2,
    OPTION_RESOLUTION = 9,
};

/* Little endian, whatever the machine: the magic number tells the reader. */
static void append16(GByteArray *to, uint32_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    g_byte_array_append(to, bytes, sizeof bytes);
}

static void append32(GByteArray *to, uint32_t value)
{
    append16(to, value);
    append16(to, value >> 16);
}

static void append_padded(GByteArray *to, const void *bytes, uint32_t size_bytes)
{
    static const uint8_t zeros[4] = {0};
    g_byte_array_append(to, bytes, size_bytes);
    g_byte_array_append(to, zeros, (4 - size_bytes % 4) % 4);
}

static void append_option(GByteArray *to, uint32_t code, const void *bytes, uint32_t size_bytes)
{
    append16(to, code);
    append16(to, size_bytes);
    append_padded(to, bytes, size_bytes);
}

static void write_block(Output *output, uint32_t type, const GByteArray *body)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    append32(frame, type);
    append32(frame, body->len + 12);
    output_bytes(output, frame->data, frame->len);
    output_bytes(output, body->data, body->len);
    output_bytes(output, frame->data + 4, 4);
}

static void write_heads(Output *output)
{
    static const char application[] = "skein", name[] = "links";
    static const uint8_t nanoseconds = 9;
    g_autoptr(GByteArray) section = g_byte_array_new();
    append32(section, BYTE_ORDER_MAGIC);
    append16(section, 1);
    append16(section, 0);
    append32(section, UINT32_MAX); /* the length of the section is not told */
    append32(section, UINT32_MAX);
    append_option(section, OPTION_APPLICATION, application, sizeof application - 1);
    append32(section, 0);
    write_block(output, BLOCK_SECTION, section);
    g_autoptr(GByteArray) interface = g_byte_array_new();
    append16(interface, LINK_TYPE_RAW);
    append16(interface, 0);
    append32(interface, 0); /* no limit on the length of packets */
    append_option(interface, OPTION_NAME, name, sizeof name - 1);
    append_option(interface, OPTION_RESOLUTION, &nanoseconds, 1);
    append32(interface, 0);
    write_block(output, BLOCK_INTERFACE, interface);
}

static void write_packet(Output *output, int64_t time_ns, const GByteArray *bytes,
                         const char *comment)
{
    const uint64_t date_ns = export_date_ns(time_ns);
    g_autoptr(GByteArray) body = g_byte_array_sized_new(bytes->len + 64);
    append32(body, 0);
    append32(body, (uint32_t)(date_ns >> 32));
    append32(body, (uint32_t)date_ns);
    append32(body, bytes->len);
    append32(body, bytes->len);
    append_padded(body, bytes->data, bytes->len);
    if (comment != NULL) {
        append_option(body, OPTION_COMMENT, comment, (uint32_t)strlen(comment));
        append32(body, 0);
    }
    write_block(output, BLOCK_PACKET, body);
}

/* Rows. */

enum {
    COLUMN_ID,
    COLUMN_CONNECTION,
    COLUMN_SENDER,
    COLUMN_RECEIVER,
    COLUMN_NUMBER,
    COLUMN_ACKNOWLEDGED,
    COLUMN_FLAGS,
    COLUMN_SIZE,
    COLUMN_TIME,
    COLUMN_FATE,
    COLUMN_DATA,
    COLUMN_WINDOW,
    COLUMN_SELECTIVE,
    COLUMN_STAMP,
    COLUMN_ECHO,
    COLUMN_WINDOW_MAX,
    COLUMN_TOKEN,
    COLUMN_OTHER_VERSION,
};

/* The last columns: the token that the dialer has from a Retry, 28 bytes of IP and UDP and 31 of
 * its own shorter than that; and whether it has yet to learn which version there is.
 *
 * What a capture at one end of each connection sees, the end that sends more data: what that sends
 * when it is sent, lost or not, and what comes to it when it comes. Analysers take a capture for
 * one made at an end: they go by how soon an answer follows. */
static const char PACKETS[] =
    "WITH seen AS (SELECT *, max(window_bytes) OVER (PARTITION BY connection_id, sender_id)"
    "   AS window_bytes_max,"
    "  min(iif(flags = 'Retry', received_ns, NULL)) OVER (PARTITION BY connection_id) AS "
    "retried_ns,"
    "  max(iif(flags = 'Retry', size_bytes, 0)) OVER (PARTITION BY connection_id) AS retry_bytes,"
    "  min(iif(flags = 'Version-Negotiation', received_ns, NULL)) OVER (PARTITION BY connection_id)"
    "   AS negotiated_ns,"
    "  sum(data_bytes) OVER (PARTITION BY connection_id, sender_id) AS own,"
    "  sum(data_bytes) OVER (PARTITION BY connection_id) AS both"
    "  FROM packet WHERE run_id = ?1 AND is_wanted(sender_id, receiver_id)"
    "  AND duplicate_of IS NULL),"
    " placed AS (SELECT *, connection_id IS NULL OR 2 * own > both"
    "   OR (2 * own = both AND connection_id >> 32 = sender_id) AS is_sent FROM seen),"
    " timed AS (SELECT *, iif(is_sent, sent_ns, received_ns) AS time_ns FROM placed)"
    " SELECT id, connection_id, sender_id, receiver_id, number, acknowledged, flags, size_bytes,"
    "  time_ns, fate, data_bytes, window_bytes, selective, stamp, echo, window_bytes_max,"
    "  iif(sent_ns >= retried_ns AND connection_id >> 32 = sender_id, retry_bytes - 59, 0),"
    "  ifnull(sent_ns < negotiated_ns, 0)"
    " FROM timed WHERE time_ns BETWEEN ?3 AND ?4 ORDER BY time_ns, is_sent, sender_id, id";

static bool has_flag(Text flags, const char *flag)
{
    const char *end = flags.bytes == NULL ? NULL : flags.bytes + flags.size_bytes;
    for (const char *at = flags.bytes; at != NULL && at < end;) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        const size_t size_bytes = (size_t)((bar == NULL ? end : bar) - at);
        if (size_bytes == strlen(flag) && memcmp(at, flag, size_bytes) == 0) {
            return true;
        }
        at = bar == NULL ? NULL : bar + 1;
    }
    return false;
}

/* `[[from,to],...]`: the numbers in order; whatever else stands there is passed over. */
static void read_ranges(Text text, PacketFields *fields)
{
    uint64_t numbers[2 * PACKET_RANGES_MAX];
    unsigned count = 0;
    for (size_t i = 0; i < text.size_bytes && count < G_N_ELEMENTS(numbers);) {
        if (!g_ascii_isdigit(text.bytes[i])) {
            i++;
            continue;
        }
        uint64_t value = 0;
        for (; i < text.size_bytes && g_ascii_isdigit(text.bytes[i]); i++) {
            value = value * 10 + (uint64_t)(text.bytes[i] - '0');
        }
        numbers[count++] = value;
    }
    fields->range_count = count / 2;
    for (unsigned i = 0; i < fields->range_count; i++) {
        fields->ranges[i] = (PacketRange){numbers[2 * i], numbers[2 * i + 1]};
    }
}

/* A number of the row as 32 bits; whatever is out of their range becomes the nearest. */
static uint32_t word(sqlite3_stmt *row, int column)
{
    return (uint32_t)CLAMP(sqlite3_column_int64(row, column), 0, UINT32_MAX);
}

static unsigned read_quic_packets(Text flags)
{
    static const struct {
        const char *name;
        unsigned bit;
    } NAMES[] = {{"Initial", PACKET_QUIC_INITIAL},
                 {"Handshake", PACKET_QUIC_HANDSHAKE},
                 {"1-RTT", PACKET_QUIC_1RTT},
                 {"Retry", PACKET_QUIC_RETRY},
                 {"Version-Negotiation", PACKET_QUIC_VERSION_NEGOTIATION}};
    unsigned packets = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        packets |= has_flag(flags, NAMES[i].name) ? NAMES[i].bit : 0;
    }
    return packets;
}

static PacketFields read_fields(sqlite3_stmt *row, uint32_t mtu_bytes)
{
    const Text flags = export_text(row, COLUMN_FLAGS);
    PacketFields fields = {
        .connection = (uint64_t)sqlite3_column_int64(row, COLUMN_CONNECTION),
        .sender = word(row, COLUMN_SENDER),
        .receiver = word(row, COLUMN_RECEIVER),
        .id = (uint32_t)sqlite3_column_int64(row, COLUMN_ID),
        .number = (uint64_t)sqlite3_column_int64(row, COLUMN_NUMBER),
        .acknowledged = (uint64_t)sqlite3_column_int64(row, COLUMN_ACKNOWLEDGED),
        .is_syn = has_flag(flags, "SYN"),
        .is_ack = has_flag(flags, "ACK"),
        .is_fin = has_flag(flags, "FIN"),
        .is_rst = has_flag(flags, "RST"),
        .is_psh = has_flag(flags, "PSH"),
        .quic_packets = read_quic_packets(flags),
        .is_other_version = sqlite3_column_int(row, COLUMN_OTHER_VERSION) != 0,
        .token_bytes = MIN(word(row, COLUMN_TOKEN), 1000),
        .has_stamps = sqlite3_column_type(row, COLUMN_STAMP) != SQLITE_NULL,
        .stamp = (uint32_t)sqlite3_column_int64(row, COLUMN_STAMP),
        .echo = (uint32_t)sqlite3_column_int64(row, COLUMN_ECHO),
        .size_bytes = word(row, COLUMN_SIZE),
        .data_bytes = word(row, COLUMN_DATA),
        .window_bytes = word(row, COLUMN_WINDOW),
        .window_bytes_max = word(row, COLUMN_WINDOW_MAX),
        .mtu_bytes = mtu_bytes,
    };
    read_ranges(export_text(row, COLUMN_SELECTIVE), &fields);
    return fields;
}

static void write_row(Output *output, sqlite3_stmt *row, uint32_t mtu_bytes, GByteArray *bytes)
{
    const Text fate = export_text(row, COLUMN_FATE);
    const int64_t time_ns = sqlite3_column_int64(row, COLUMN_TIME);
    PacketFields fields = read_fields(row, mtu_bytes);
    g_autofree char *comment = NULL;
    if (fate.bytes != NULL && strcmp(fate.bytes, "delivered") != 0) {
        comment = g_strndup(fate.bytes, MIN(fate.size_bytes, 100));
    }
    if (fields.quic_packets != 0) {
        g_byte_array_set_size(bytes, 0);
        packet_append_quic(bytes, &fields);
        write_packet(output, time_ns, bytes, comment);
        return;
    }
    if (sqlite3_column_type(row, COLUMN_NUMBER) != SQLITE_NULL) {
        fields.data_bytes = MIN(fields.data_bytes, 65535 - 80);
        g_byte_array_set_size(bytes, 0);
        packet_append_segment(bytes, &fields);
        write_packet(output, time_ns, bytes, comment);
        return;
    }
    uint32_t offset_bytes = 0;
    do {
        g_byte_array_set_size(bytes, 0);
        offset_bytes = packet_append_fragment(bytes, &fields, offset_bytes);
        write_packet(output, time_ns, bytes, comment);
    } while (offset_bytes != 0);
}

/* Of the run's settings; a size as people write it, `1500B`, or 1500. */
static bool read_mtu(const ExportSource *source, uint32_t *ret_mtu_bytes, GError **error)
{
    g_autoptr(sqlite3_stmt) row = export_prepare(
        source,
        "SELECT CAST(value AS REAL) * CASE WHEN value LIKE '%KiB' THEN 1024 WHEN value LIKE '%kB'"
        " THEN 1000 ELSE 1 END FROM parameter WHERE run_id = ?1 AND key = 'link.mtu'",
        error);
    if (row == NULL) {
        return false;
    }
    *ret_mtu_bytes = 1500;
    if (sqlite3_step(row) == SQLITE_ROW) {
        *ret_mtu_bytes = (uint32_t)CLAMP(sqlite3_column_double(row, 0), 576, 65535);
    }
    return true;
}

static bool write_pcapng(const ExportSource *source, Output *output, GError **error)
{
    uint32_t mtu_bytes;
    if (!read_mtu(source, &mtu_bytes, error)) {
        return false;
    }
    g_autoptr(sqlite3_stmt) any =
        export_prepare(source, "SELECT 1 FROM packet WHERE run_id = ?1 LIMIT 1", error);
    g_autoptr(sqlite3_stmt) row = any == NULL ? NULL : export_prepare(source, PACKETS, error);
    if (row == NULL) {
        return false;
    }
    if (sqlite3_step(any) == SQLITE_DONE) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "the run has no packets; they are recorded with record.packets: yes");
        return false;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int result;
    write_heads(output);
    while ((result = sqlite3_step(row)) == SQLITE_ROW && !output_has_failed(output)) {
        write_row(output, row, mtu_bytes, bytes);
    }
    if (result != SQLITE_DONE && result != SQLITE_ROW) {
        database_set_error(source->database, error);
        return false;
    }
    return true;
}

const ExportFormat EXPORT_pcapng = {
    .name = "pcapng",
    .help = "packets on links, for Wireshark and tshark",
    .ending = ".pcapng",
    .is_binary = true,
    .write = write_pcapng,
};
