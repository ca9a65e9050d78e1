/* SPDX-License-Identifier: MIT */
/* What QUIC sends: packets of each space, coalesced into datagrams (RFC 9000, sections 12 to 14).
 */
#include "models/quic_part.h"

#include <string.h>

/* ALONE_MAX: packets of nothing but ACKs in a row; quic-go's. */
enum { ROOM_LEAST = 64, ACK_RANGES_MAX = 32, CRYPTO_HEAD_BYTES = 9, ALONE_MAX = 19 };

bool quic_may_send_data(const Quic *quic)
{
    return quic->state == QUIC_OPEN || (quic->state == QUIC_SHAKING && quic->is_early);
}

QuicFrame *quic_add_frame(GByteArray *to, const QuicFrame *frame, const void *content,
                          uint32_t content_bytes)
{
    const guint at = to->len;
    g_byte_array_append(to, (const guint8 *)frame, sizeof *frame);
    if (content_bytes > 0) {
        g_byte_array_append(to, content, content_bytes);
    }
    QuicFrame *added = (QuicFrame *)(void *)(to->data + at);
    added->size_bytes = (uint32_t)sizeof *frame + content_bytes;
    return added;
}

/* A packet being made. */
typedef struct Draft {
    Quic *quic;
    QuicSpace *space;
    GByteArray *to;
    QuicSpaceName name;
    uint32_t room; /* for frames, in bytes on the wire */
    bool elicits;
} Draft;

static void add_frame(Draft *draft, QuicFrameKind kind, uint64_t value, uint32_t length)
{
    const QuicFrame frame = {.kind = (uint16_t)kind, .length = length, .value = value};
    quic_add_frame(draft->to, &frame, NULL, 0);
    quic_sent_frame(draft->space,
                    &(QuicSentFrame){.value = value, .length = length, .kind = (uint16_t)kind});
    draft->room -= quic_frame_wire_bytes(&frame);
    draft->elicits = true;
}

static void add_ack(Draft *draft, SimTime now)
{
    QuicSpace *space = draft->space;
    const uint32_t count = MIN(space->received.count, ACK_RANGES_MAX);
    space->ack_at = SIM_TIME_MAX;
    space->unacked = 0;
    if (count == 0) {
        return; /* the other side knows of all */
    }
    QuicRange ranges[ACK_RANGES_MAX];
    for (uint32_t i = 0; i < count; i++) {
        ranges[i] = space->received.ranges[space->received.count - 1 - i];
    }
    const QuicFrame frame = {
        .kind = QUIC_FRAME_ACK, .length = count, .value = (uint64_t)(now - space->largest_at)};
    const QuicFrame *added =
        quic_add_frame(draft->to, &frame, ranges, count * (uint32_t)sizeof *ranges);
    draft->room -= quic_frame_wire_bytes(added);
    quic_sent_frame(space, &(QuicSentFrame){.kind = QUIC_FRAME_ACK, .value = ranges[0].end - 1});
}

static bool has_crypto(const QuicSpace *space)
{
    return space->crypto_lost.count > 0 || space->crypto_sent < space->crypto_bytes;
}

static void add_crypto(Draft *draft)
{
    QuicSpace *space = draft->space;
    while (has_crypto(space) && draft->room > CRYPTO_HEAD_BYTES) {
        const bool is_again = space->crypto_lost.count > 0;
        const uint64_t start = is_again ? space->crypto_lost.ranges[0].start : space->crypto_sent;
        const uint64_t past = is_again ? space->crypto_lost.ranges[0].end : space->crypto_bytes;
        const uint64_t end = MIN(past, start + draft->room - CRYPTO_HEAD_BYTES);
        if (is_again) {
            quic_ranges_remove(&space->crypto_lost, start, end);
        } else {
            space->crypto_sent = end;
        }
        add_frame(draft, QUIC_FRAME_CRYPTO, start, (uint32_t)(end - start));
    }
}

static void add_data(Draft *draft)
{
    Quic *quic = draft->quic;
    if (quic->done_due) {
        quic->done_due = false;
        add_frame(draft, QUIC_FRAME_HANDSHAKE_DONE, 0, 0);
    }
    if (quic->credit.is_due) {
        quic->credit.is_due = false;
        add_frame(draft, QUIC_FRAME_MAX_DATA, quic->credit.granted, 0);
    }
    if (quic->streams_due) {
        quic->streams_due = false;
        add_frame(draft, QUIC_FRAME_MAX_STREAMS, quic->streams_granted, 0);
    }
    if (quic->ping_due) {
        quic->ping_due = false;
        add_frame(draft, QUIC_FRAME_PING, 0, 0);
    }
    const uint32_t left = quic_fill_streams(quic, draft->space, draft->to, draft->room);
    draft->elicits |= left != draft->room;
    draft->room = left;
}

static bool has_data(const Quic *quic)
{
    return quic_may_send_data(quic) &&
           (quic->done_due || quic->credit.is_due || quic->streams_due || quic->ping_due ||
            quic_has_stream_frames(quic));
}

static bool wants_to_elicit(const Quic *quic, QuicSpaceName name)
{
    const QuicSpace *space = quic->spaces[name];
    return space->probes > 0 || has_crypto(space) || (name == QUIC_APPLICATION && has_data(quic));
}

/* The last frame of a packet needs no length when it is a stream's. */
static void drop_length(Draft *draft, guint start)
{
    const QuicPacket *packet = (const QuicPacket *)(const void *)(draft->to->data + start);
    const QuicFrame *frame = NULL, *last = NULL;
    while ((frame = quic_next_frame_in(packet, frame)) != NULL) {
        last = frame;
    }
    if (last->kind == QUIC_FRAME_STREAM && (last->flags & QUIC_LAST) == 0) {
        QuicFrame *own = (QuicFrame *)(uintptr_t)last;
        draft->room += quic_varint_bytes(own->length);
        own->flags |= QUIC_LAST;
    }
}

static void fill(Draft *draft, SimTime now, bool may_elicit)
{
    Quic *quic = draft->quic;
    QuicSpace *space = draft->space;
    const bool elicits = may_elicit && wants_to_elicit(quic, draft->name);
    if (space->ack_at <= now || (elicits && space->unacked > 0)) {
        add_ack(draft, now);
    }
    if (!elicits) {
        if (draft->name == QUIC_APPLICATION && space->alone == ALONE_MAX) {
            add_frame(draft, QUIC_FRAME_PING, 0, 0); /* RFC 9000, section 13.2.4 */
        }
        return;
    }
    add_crypto(draft);
    if (draft->name == QUIC_APPLICATION && quic_may_send_data(quic)) {
        add_data(draft);
    }
    if (space->probes > 0) {
        if (!draft->elicits) {
            add_frame(draft, QUIC_FRAME_PING, 0, 0);
        }
        space->probes--;
    }
}

/* A packet of at most `limit` bytes; 0: there is nothing to say. *ret_sent is NULL when nothing of
 * it wants to be acknowledged. */
static uint32_t add_packet(Quic *quic, QuicSpaceName name, SimTime now, GByteArray *to,
                           uint32_t limit, bool may_elicit, QuicSent **ret_sent)
{
    QuicSpace *space = quic->spaces[name];
    const bool is_early = name == QUIC_APPLICATION && quic->state == QUIC_SHAKING;
    const uint32_t token_bytes = name == QUIC_INITIAL ? quic->token_bytes : 0;
    const uint32_t head_bytes =
        quic_packet_overhead_bytes(is_early ? QUIC_HANDSHAKE : name, quic->is_client,
                                   space->next - space->largest_acked, token_bytes);
    const bool wants = space->ack_at <= now || (may_elicit && wants_to_elicit(quic, name));
    if (!wants || head_bytes + ROOM_LEAST > limit) {
        return 0;
    }
    const guint start = to->len;
    Draft draft = {
        .quic = quic, .space = space, .to = to, .name = name, .room = limit - head_bytes};
    const QuicPacket head = {.space = name, .token_bytes = token_bytes, .number = space->next};
    g_byte_array_append(to, (const guint8 *)&head, sizeof head);
    QuicSent *sent = quic_sent_add(space);
    fill(&draft, now, may_elicit);
    if (sent->frame_count == 0) {
        space->next--;
        quic_sent_trim(space);
        g_byte_array_set_size(to, start);
        return 0;
    }
    QuicPacket *packet = (QuicPacket *)(void *)(to->data + start);
    packet->size_bytes = to->len - start;
    drop_length(&draft, start);
    packet->wire_bytes = limit - draft.room;
    sent->sent = now;
    sent->elicits = draft.elicits;
    sent->bytes = (uint16_t)packet->wire_bytes;
    space->alone = draft.elicits ? 0 : (uint8_t)(space->alone + 1);
    if (draft.elicits) {
        space->eliciting++;
        space->last_eliciting = now;
        quic->in_flight += sent->bytes;
        quic->packets_sent++;
    } else {
        sent->fate = QUIC_LOST; /* it would not be acknowledged */
        sent = NULL;
        quic_sent_trim(space);
    }
    *ret_sent = sent;
    return packet->wire_bytes;
}

static void begin_datagram(const Quic *quic, GByteArray *to)
{
    const QuicDatagram head = {.flags = quic->offers_other_version ? QUIC_OTHER_VERSION : 0};
    g_byte_array_set_size(to, 0);
    g_byte_array_append(to, (const guint8 *)&head, sizeof head);
}

static void end_datagram(GByteArray *to, uint32_t wire_bytes)
{
    QuicDatagram *datagram = (QuicDatagram *)(void *)to->data;
    datagram->size_bytes = to->len;
    datagram->wire_bytes = wire_bytes;
}

static void note_sent(Quic *quic, SimTime now, uint32_t wire_bytes, bool elicits)
{
    if (!quic->is_client && !quic->is_validated) {
        quic->validated_bytes -= MIN(wire_bytes, quic->validated_bytes);
    }
    if (elicits) {
        quic_pace_sent(quic, now, wire_bytes);
        quic->spoke = quic->spoke < 0 ? now : quic->spoke;
    }
}

/* A datagram of one packet with one frame; how long that is. */
static uint32_t add_only(Quic *quic, QuicSpaceName name, GByteArray *to, const QuicFrame *frame,
                         uint32_t padded_bytes)
{
    QuicSpace *space = quic->spaces[name];
    QuicPacket head = {.space = name, .number = space->next};
    head.size_bytes = (uint32_t)(sizeof head + sizeof *frame);
    head.wire_bytes =
        quic_frame_wire_bytes(frame) +
        quic_packet_overhead_bytes(name, quic->is_client, space->next - space->largest_acked,
                                   name == QUIC_INITIAL ? quic->token_bytes : 0);
    head.wire_bytes = MAX(head.wire_bytes, padded_bytes);
    begin_datagram(quic, to);
    g_byte_array_append(to, (const guint8 *)&head, sizeof head);
    quic_add_frame(to, frame, NULL, 0);
    end_datagram(to, head.wire_bytes);
    return head.wire_bytes;
}

/* A client that has not heard the server's hello has no keys but the first, and pads what it sends
 * with those (RFC 9000, sections 10.2.3 and 14.1). */
static bool next_close(Quic *quic, GByteArray *to)
{
    if (!quic->close_due) {
        return false;
    }
    quic->close_due = false;
    const QuicSpace *initial = quic->spaces[QUIC_INITIAL];
    const bool is_unheard = quic->is_client && initial != NULL &&
                            initial->crypto_received < (uint64_t)quic->settings->server_hello_bytes;
    const QuicSpaceName name = is_unheard                             ? QUIC_INITIAL
                               : quic->spaces[QUIC_HANDSHAKE] != NULL ? QUIC_HANDSHAKE
                               : initial != NULL                      ? QUIC_INITIAL
                                                                      : QUIC_APPLICATION;
    QuicSpace *space = quic->spaces[name];
    const QuicFrame frame = {.kind = QUIC_FRAME_CLOSE, .flags = quic->in_error ? QUIC_IN_ERROR : 0};
    add_only(quic, name, to, &frame, is_unheard ? quic->datagram_bytes : 0);
    quic_sent_add(space)->fate = QUIC_LOST; /* it is not acknowledged */
    quic_sent_trim(space);
    return true;
}

static bool has_window(const Quic *quic)
{
    return quic->in_flight + quic->datagram_bytes <= quic->window;
}

/* A probe for the path's MTU: nothing of it is sent again. */
static bool next_search(Quic *quic, SimTime now, GByteArray *to)
{
    if (!quic_search_is_due(quic, now) || !has_window(quic) || quic_pace(quic, now) > now) {
        return false;
    }
    const QuicFrame ping = {.kind = QUIC_FRAME_PING};
    const uint32_t bytes =
        add_only(quic, QUIC_APPLICATION, to, &ping, quic_search_probe(quic, now));
    QuicSent *sent = quic_sent_add(quic->spaces[QUIC_APPLICATION]);
    *sent = (QuicSent){.sent = now, .bytes = (uint16_t)bytes, .elicits = true, .is_search = true};
    quic->in_flight += bytes;
    quic->packets_sent++;
    note_sent(quic, now, bytes, true);
    return true;
}

/* Whether something that wants an acknowledgement may go now. */
static bool may_elicit(Quic *quic, SimTime now)
{
    bool wants = false;
    quic->pace_at = SIM_TIME_MAX;
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        if (quic->spaces[i] == NULL) {
            continue;
        }
        if (quic->spaces[i]->probes > 0) {
            return true;
        }
        wants |= wants_to_elicit(quic, (QuicSpaceName)i);
    }
    if (!wants || !has_window(quic)) {
        return false;
    }
    const SimTime at = quic_pace(quic, now);
    if (at > now) {
        quic->pace_at = at;
        return false;
    }
    return true;
}

/* RFC 9000, section 14.1. */
static uint32_t pad(Quic *quic, GByteArray *to, uint32_t wire_bytes, uint32_t limit, QuicSent *last)
{
    const QuicDatagram *datagram = (const QuicDatagram *)(const void *)to->data;
    const QuicPacket *packet = quic_next_packet_in(datagram, NULL);
    const uint32_t target = MIN(limit, (uint32_t)quic->settings->datagram_bytes);
    bool elicits = quic->is_client;
    for (const QuicFrame *frame = NULL; (frame = quic_next_frame_in(packet, frame)) != NULL;) {
        elicits |= frame->kind != QUIC_FRAME_ACK;
    }
    if (packet->space != QUIC_INITIAL || !elicits || wire_bytes >= target) {
        return wire_bytes;
    }
    for (const QuicPacket *next = packet; (next = quic_next_packet_in(datagram, next)) != NULL;) {
        packet = next;
    }
    ((QuicPacket *)(uintptr_t)packet)->wire_bytes += target - wire_bytes;
    if (last != NULL) {
        last->bytes = (uint16_t)(last->bytes + target - wire_bytes);
        quic->in_flight += target - wire_bytes;
    }
    return target;
}

bool quic_next_datagram(Quic *quic, SimTime now, GByteArray *to)
{
    if (quic->state == QUIC_OPEN && quic->is_finishing && quic_streams_are_quiet(quic)) {
        quic_abort(quic, now);
        quic->in_error = false;
        quic->events |= QUIC_EVENT_FINISHED;
    }
    if (quic->state >= QUIC_CLOSING) {
        return quic->state == QUIC_CLOSING && next_close(quic, to);
    }
    if (next_search(quic, now, to)) {
        return true;
    }
    uint64_t limit = quic->datagram_bytes;
    if (!quic->is_client && !quic->is_validated) {
        limit = MIN(limit, quic->validated_bytes);
    }
    const bool elicit = may_elicit(quic, now);
    uint32_t wire_bytes = 0;
    bool elicits = false, has_handshake = false;
    QuicSent *last = NULL;
    begin_datagram(quic, to);
    for (unsigned i = 0; i < QUIC_SPACES; i++) {
        if (quic->spaces[i] == NULL) {
            continue;
        }
        const uint32_t bytes = add_packet(quic, (QuicSpaceName)i, now, to,
                                          (uint32_t)limit - wire_bytes, elicit, &last);
        wire_bytes += bytes;
        elicits |= bytes > 0 && last != NULL;
        has_handshake |= bytes > 0 && i == QUIC_HANDSHAKE;
    }
    if (wire_bytes == 0) {
        return false;
    }
    end_datagram(to, wire_bytes);
    wire_bytes = pad(quic, to, wire_bytes, (uint32_t)limit, last);
    end_datagram(to, wire_bytes);
    note_sent(quic, now, wire_bytes, elicits);
    if (has_handshake && quic->is_client) {
        quic_discard(quic, QUIC_INITIAL); /* RFC 9001, section 4.9.1 */
    }
    return true;
}
