/* SPDX-License-Identifier: MIT */
/* What arrives at one end of a QUIC connection. */
#include "models/quic_part.h"

enum { RANGES_MAX = 32, ACK_EVERY = 2, KEPT_MAX = 32 };

/* A packet that came before its keys, and when. */
typedef struct KeptPacket {
    SimTime came;
    QuicPacket packet;
} KeptPacket;

static void take_crypto(Quic *quic, QuicSpace *space, const QuicFrame *frame)
{
    (void)quic;
    const uint64_t end = frame->value + frame->length;
    if (end > space->crypto_received) {
        quic_ranges_add(&space->crypto_islands, MAX(frame->value, space->crypto_received), end);
        space->crypto_received =
            quic_ranges_advance(&space->crypto_islands, space->crypto_received);
    }
}

static void take_frame(Quic *quic, QuicSpace *space, SimTime now, const QuicFrame *frame)
{
    switch ((QuicFrameKind)frame->kind) {
    case QUIC_FRAME_PING:
        break;
    case QUIC_FRAME_ACK:
        if (space == quic->spaces[QUIC_HANDSHAKE]) {
            quic->peer_validated = true;
        }
        quic_take_ack(quic, space, now, frame);
        break;
    case QUIC_FRAME_CRYPTO:
        take_crypto(quic, space, frame);
        break;
    case QUIC_FRAME_STREAM:
        quic_take_stream(quic, now, frame);
        break;
    case QUIC_FRAME_RESET_STREAM:
    case QUIC_FRAME_STOP_SENDING:
    case QUIC_FRAME_MAX_STREAM_DATA:
        quic_take_stream_control(quic, frame);
        break;
    case QUIC_FRAME_MAX_DATA:
        quic->data_limit = MAX(quic->data_limit, frame->value);
        break;
    case QUIC_FRAME_MAX_STREAMS:
        quic->streams_limit = MAX(quic->streams_limit, (uint32_t)frame->value);
        break;
    case QUIC_FRAME_HANDSHAKE_DONE:
        if (!quic->is_confirmed) {
            quic_search_begin(quic, now);
        }
        quic->is_confirmed = quic->peer_validated = true;
        quic_discard(quic, QUIC_HANDSHAKE);
        break;
    case QUIC_FRAME_CLOSE:
        quic_finish(quic, (frame->flags & QUIC_IN_ERROR) != 0 ? QUIC_EVENT_RESET
                                                              : QUIC_EVENT_PEER_CLOSED);
        break;
    }
}

/* RFC 9000, section 13.2. */
static void schedule_ack(Quic *quic, QuicSpace *space, QuicSpaceName name, SimTime now,
                         bool is_in_order)
{
    space->unacked++;
    if (name != QUIC_APPLICATION || !is_in_order || space->unacked >= ACK_EVERY) {
        space->ack_at = now;
    } else if (space->ack_at == SIM_TIME_MAX) {
        space->ack_at = now + quic->settings->ack_delay;
    }
}

/* True when the number is new. */
static bool note_number(QuicSpace *space, uint64_t number, SimTime now, bool *ret_is_in_order)
{
    if (number < space->floor || quic_ranges_has(&space->received, number)) {
        return false;
    }
    const QuicRanges *received = &space->received;
    const uint64_t expected =
        received->count == 0 ? space->floor : received->ranges[received->count - 1].end;
    *ret_is_in_order = number == expected;
    if (number >= expected) {
        space->largest_at = now;
    }
    quic_ranges_add(&space->received, number, number + 1);
    if (received->count > RANGES_MAX) {
        space->floor = received->ranges[0].end;
        quic_ranges_remove(&space->received, 0, space->floor);
    }
    return true;
}

/* The handshake as far as this side has all of the other's words. */
static void step(Quic *quic)
{
    const QuicSettings *settings = quic->settings;
    QuicSpace *initial = quic->spaces[QUIC_INITIAL];
    QuicSpace *handshake = quic->spaces[QUIC_HANDSHAKE];
    if (quic->state != QUIC_SHAKING || handshake == NULL) {
        return;
    }
    if (!quic->is_client) {
        if (initial != NULL && initial->crypto_received >= (uint64_t)settings->client_hello_bytes) {
            initial->crypto_bytes = (uint64_t)settings->server_hello_bytes;
            handshake->crypto_bytes = (uint64_t)settings->server_flight_bytes;
            quic->is_early = settings->early_data;
        }
        if (handshake->crypto_received >= (uint64_t)settings->client_flight_bytes) {
            quic_become_open(quic);
        }
    } else if (handshake->crypto_received >= (uint64_t)settings->server_flight_bytes) {
        handshake->crypto_bytes = (uint64_t)settings->client_flight_bytes;
        quic_become_open(quic);
    }
}

/* Whether this side has the keys for it yet. */
static bool can_read(const Quic *quic, QuicSpaceName name)
{
    if (quic->spaces[name] == NULL) {
        return false;
    }
    const QuicSpace *initial = quic->spaces[QUIC_INITIAL];
    const uint64_t hello = (uint64_t)(quic->is_client ? quic->settings->server_hello_bytes
                                                      : quic->settings->client_hello_bytes);
    const bool has_hello = initial == NULL || initial->crypto_received >= hello;
    return name == QUIC_INITIAL || (name == QUIC_HANDSHAKE && has_hello) ||
           (name == QUIC_APPLICATION &&
            (quic->state == QUIC_OPEN ||
             (quic->settings->early_data && !quic->is_client && has_hello)));
}

/* Until its keys come: RFC 9001, section 5.7, allows it; quic-go keeps 32. */
static void keep(Quic *quic, SimTime now, const QuicPacket *packet)
{
    if (quic->kept_count == KEPT_MAX) {
        return;
    }
    if (quic->kept == NULL) {
        quic->kept = g_byte_array_new();
    }
    quic->kept_count++;
    g_byte_array_append(quic->kept, (const guint8 *)&now, sizeof now);
    g_byte_array_append(quic->kept, (const guint8 *)packet, packet->size_bytes);
}

static void take_packet(Quic *quic, SimTime now, const QuicPacket *packet)
{
    const QuicSpaceName name = (QuicSpaceName)packet->space;
    bool is_in_order;
    if (!can_read(quic, name)) {
        if (quic->spaces[name] != NULL) {
            keep(quic, now, packet);
        }
        return;
    }
    if (!note_number(quic->spaces[name], packet->number, now, &is_in_order)) {
        return;
    }
    quic->is_validated |= packet->token_bytes > 0; /* RFC 9000, section 8.1.2 */
    bool elicits = false;
    for (const QuicFrame *frame = NULL; (frame = quic_next_frame_in(packet, frame)) != NULL;) {
        elicits |= frame->kind != QUIC_FRAME_ACK && frame->kind != QUIC_FRAME_CLOSE;
        take_frame(quic, quic->spaces[name], now, frame);
        if (quic->state >= QUIC_CLOSING) {
            return;
        }
    }
    if (elicits) {
        schedule_ack(quic, quic->spaces[name], name, now, is_in_order);
    }
    if (name == QUIC_HANDSHAKE && !quic->is_client) {
        quic->is_validated = true;
        quic_discard(quic, QUIC_INITIAL);
    }
    step(quic);
}

/* As if they came now, but acknowledged as of when they came. What still has no keys is kept
 * again. */
static void take_kept(Quic *quic)
{
    uint8_t before;
    do {
        before = quic->kept_count;
        GByteArray *kept = g_steal_pointer(&quic->kept);
        quic->kept_count = 0;
        for (guint at = 0; at < kept->len && quic->state < QUIC_CLOSING;) {
            const KeptPacket *one = (const KeptPacket *)(const void *)(kept->data + at);
            at += (guint)(sizeof one->came + one->packet.size_bytes);
            take_packet(quic, one->came, &one->packet);
        }
        g_byte_array_unref(kept);
    } while (quic->kept_count > 0 && quic->kept_count < before);
}

void quic_receive(Quic *quic, SimTime now, const QuicDatagram *datagram)
{
    if (quic->state == QUIC_CLOSED) {
        return;
    }
    if ((datagram->flags & QUIC_STATELESS_RESET) != 0) {
        quic_finish(quic, QUIC_EVENT_RESET);
        return;
    }
    if ((datagram->flags & (QUIC_RETRY | QUIC_VERSION_NEGOTIATION)) != 0) {
        quic_begin_again(quic, now, datagram);
        return;
    }
    if (quic->state == QUIC_CLOSING) {
        quic->close_due = true;
        return;
    }
    quic->heard = now;
    quic->spoke = -1;
    quic->has_pinged = false;
    quic->validated_bytes += 3 * (uint64_t)datagram->wire_bytes;
    const QuicPacket *packet = NULL;
    while (quic->state < QUIC_CLOSING && (packet = quic_next_packet_in(datagram, packet)) != NULL) {
        take_packet(quic, now, packet);
    }
    if (quic->kept != NULL) {
        take_kept(quic);
    }
}
