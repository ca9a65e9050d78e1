/* SPDX-License-Identifier: MIT */
/* Frames of streams for packets. Streams that have something to send take turns, a frame each; what
 * was lost goes before what is new. */
#include "models/quic_part.h"

/* What a frame takes before its data at most, without offset. */
enum { ROOM_LEAST = 32 };

static bool has_number(const Quic *quic, const QuicStream *stream)
{
    return stream->number != UINT32_MAX || quic->streams_opened < quic->streams_limit;
}

/* How far new data may go. */
static uint64_t new_end(const Quic *quic, const QuicStream *stream)
{
    const uint64_t credit = quic->data_limit - quic->data_sent;
    return MIN(MIN(stream->written, stream->limit), stream->sent + credit);
}

static bool has_data(const Quic *quic, const QuicStream *stream)
{
    return !stream->is_reset && (stream->lost.count > 0 || new_end(quic, stream) > stream->sent ||
                                 (stream->is_ended && stream->sent == stream->written));
}

static bool has_frames(const Quic *quic, const QuicStream *stream)
{
    return has_number(quic, stream) && (stream->reset_due || stream->stop_due ||
                                        stream->credit.is_due || has_data(quic, stream));
}

/* It may be waiting for credit of the connection, or for a number. */
static bool waits(const QuicStream *stream)
{
    return stream->number == UINT32_MAX ||
           (!stream->is_reset && stream->sent < MIN(stream->written, stream->limit));
}

bool quic_has_stream_frames(const Quic *quic)
{
    for (const QuicStream *stream = quic->active; stream != NULL; stream = stream->next_active) {
        if (has_frames(quic, stream)) {
            return true;
        }
    }
    return false;
}

static QuicStream *take_first(Quic *quic)
{
    QuicStream *stream = quic->active;
    quic->active = stream->next_active;
    stream->is_active = false;
    return stream;
}

static void frame_init(QuicFrame *frame, const Quic *quic, const QuicStream *stream,
                       QuicFrameKind kind, uint64_t value)
{
    const unsigned by_opener = stream->is_own ? QUIC_BY_OPENER : 0;
    const unsigned by_dialer = stream->is_own == quic->is_client ? QUIC_BY_DIALER : 0;
    *frame = (QuicFrame){.kind = (uint16_t)kind,
                         .flags = (uint16_t)(by_opener | by_dialer),
                         .number = stream->number,
                         .stream = stream->id,
                         .value = value};
}

/* Adds a frame and remembers it as sent; what is left of the room. */
static uint32_t add(QuicSpace *space, GByteArray *to, const QuicFrame *frame, const void *content,
                    uint32_t content_bytes, uint32_t room)
{
    quic_add_frame(to, frame, content, content_bytes);
    quic_sent_frame(space, &(QuicSentFrame){.stream = frame->stream,
                                            .value = frame->value,
                                            .length = frame->length,
                                            .kind = frame->kind,
                                            .flags = frame->flags});
    return room - quic_frame_wire_bytes(frame);
}

static uint32_t add_control(const Quic *quic, QuicSpace *space, QuicStream *stream, GByteArray *to,
                            uint32_t room)
{
    QuicFrame frame;
    if (stream->credit.is_due) {
        stream->credit.is_due = false;
        frame_init(&frame, quic, stream, QUIC_FRAME_MAX_STREAM_DATA, stream->credit.granted);
        room = add(space, to, &frame, NULL, 0, room);
    }
    if (stream->reset_due) {
        stream->reset_due = false;
        frame_init(&frame, quic, stream, QUIC_FRAME_RESET_STREAM,
                   MIN(stream->sent, stream->written));
        room = add(space, to, &frame, NULL, 0, room);
    }
    if (stream->stop_due) {
        stream->stop_due = false;
        frame_init(&frame, quic, stream, QUIC_FRAME_STOP_SENDING, 0);
        room = add(space, to, &frame, NULL, 0, room);
    }
    return room;
}

/* Takes the frame's data from what was lost or is new. */
static void note_sent(Quic *quic, QuicStream *stream, uint64_t start, uint64_t end)
{
    if (start < stream->sent) {
        quic_ranges_remove(&stream->lost, start, end);
        return;
    }
    quic->data_sent += MIN(end, stream->written) - start;
    stream->sent = end;
}

static uint32_t add_data(Quic *quic, QuicSpace *space, QuicStream *stream, GByteArray *to,
                         uint32_t room)
{
    const bool is_again = stream->lost.count > 0;
    const uint64_t start = is_again ? stream->lost.ranges[0].start : stream->sent;
    uint64_t end = is_again ? stream->lost.ranges[0].end : new_end(quic, stream);
    bool has_fin = is_again ? end > stream->written : stream->is_ended && end == stream->written;
    end = MIN(end, stream->written);
    QuicFrame frame;
    frame_init(&frame, quic, stream, QUIC_FRAME_STREAM, start);
    frame.flags |= QUIC_LAST;
    const uint32_t head_bytes = quic_frame_wire_bytes(&frame);
    const uint64_t wanted = end - start;
    if (head_bytes + quic_varint_bytes(wanted) + wanted <= room) {
        frame.flags &= (uint16_t)~QUIC_LAST;
    } else if (head_bytes + wanted > room) {
        end = start + (room - head_bytes);
        has_fin = false;
    }
    frame.length = (uint32_t)(end - start);
    if (has_fin) {
        frame.flags |= QUIC_FIN | (stream->is_closing ? QUIC_CLOSES : 0);
    }
    uint32_t content_bytes = 0;
    const TcpItem *items = NULL;
    if (stream->items != NULL && frame.length > 0) {
        items = tcp_items_within(stream->items, start, end, &content_bytes);
    }
    note_sent(quic, stream, start, end + has_fin);
    room = add(space, to, &frame, items, content_bytes, room);
    return (frame.flags & QUIC_LAST) != 0 ? 0 : room;
}

uint32_t quic_fill_streams(Quic *quic, QuicSpace *space, GByteArray *to, uint32_t room)
{
    const QuicStream *stuck = NULL; /* the first in a row that had nothing */
    while (room >= ROOM_LEAST && quic->active != NULL && quic->active != stuck) {
        QuicStream *stream = take_first(quic);
        if (!has_frames(quic, stream)) {
            if (waits(stream)) {
                quic_stream_activate(quic, stream);
                stuck = stuck == NULL ? stream : stuck;
            }
            continue;
        }
        stuck = NULL;
        if (stream->number == UINT32_MAX) {
            stream->number = quic->streams_opened++;
        }
        room = add_control(quic, space, stream, to, room);
        if (room >= ROOM_LEAST && has_data(quic, stream)) {
            room = add_data(quic, space, stream, to, room);
        }
        if (has_frames(quic, stream) || waits(stream)) {
            quic_stream_activate(quic, stream);
        }
    }
    return room;
}
