/* SPDX-License-Identifier: MIT */
/* What comes on streams, and the credit for it (RFC 9000, section 4). What arrives in order is read
 * at once. quic-go tells of more credit when a quarter of the window is used, and doubles a window
 * of which more than half was read within a time that four windows would take four round trips. */
#include "models/quic_part.h"

void quic_credit_begin(QuicCredit *credit, int64_t window_bytes, SimTime now)
{
    *credit = (QuicCredit){
        .window_bytes = (uint64_t)window_bytes, .granted = (uint64_t)window_bytes, .epoch = now};
}

static void tune(const Quic *quic, QuicCredit *credit, uint64_t most, SimTime now)
{
    const uint64_t read = credit->received - credit->epoch_place;
    if (!quic->settings->auto_tuning || quic->least == 0 || read <= credit->window_bytes / 2) {
        return;
    }
    const double fraction = (double)read / (double)credit->window_bytes;
    if ((double)(now - credit->epoch) < 4 * fraction * (double)quic->smoothed) {
        credit->window_bytes = MIN(2 * credit->window_bytes, most);
    }
    credit->epoch = now;
    credit->epoch_place = credit->received;
}

/* So many more bytes have been read. */
static void consume(const Quic *quic, QuicCredit *credit, uint64_t bytes, uint64_t most,
                    SimTime now)
{
    if (credit->received == credit->epoch_place && bytes > 0 && credit->received == 0) {
        credit->epoch = now;
    }
    credit->received += bytes;
    const uint64_t left =
        credit->granted > credit->received ? credit->granted - credit->received : 0;
    const double kept = 1 - quic->settings->update_share;
    if (bytes > 0 && (double)left <= kept * (double)credit->window_bytes) {
        tune(quic, credit, most, now);
        credit->granted = MAX(credit->granted, credit->received + credit->window_bytes);
        credit->is_due = true;
    }
}

/* The other side's stream of that frame, made when it is new; NULL when it is over. */
static QuicStream *stream_of(Quic *quic, const QuicFrame *frame)
{
    QuicStream *stream = quic_stream_find(quic, frame->stream);
    if (stream != NULL || (frame->flags & QUIC_BY_OPENER) == 0 ||
        quic_ranges_has(&quic->seen, frame->number)) {
        return stream;
    }
    quic_ranges_add(&quic->seen, frame->number, (uint64_t)frame->number + 1);
    stream = quic_stream_new(quic, frame->stream, false);
    stream->number = frame->number;
    return stream;
}

/* Items up to where the stream is in order; the user may do anything in between, but the stream
 * stays as long as its end is not taken. */
static void deliver(Quic *quic, QuicStream *stream, uint64_t place)
{
    const uint64_t id = stream->id;
    TcpItem *item;
    while (stream->items != NULL && quic->state < QUIC_CLOSING &&
           (item = tcp_items_take_early(stream->items, place)) != NULL) {
        quic->user->item(quic->data, id, item);
        g_free(item);
    }
}

static void take_items(QuicStream *stream, const QuicFrame *frame, uint64_t before)
{
    const uint8_t *at = (const uint8_t *)frame->content;
    const uint8_t *past = (const uint8_t *)frame + frame->size_bytes;
    while (at < past) {
        const TcpItem *item = (const TcpItem *)(const void *)at;
        at += item->size_bytes;
        if (item->end <= before) {
            continue;
        }
        if (stream->items == NULL) {
            stream->items = tcp_items_new(NULL);
        }
        tcp_items_keep(stream->items, item);
    }
}

/* No more comes on it. */
static void finish(Quic *quic, QuicStream *stream, StreamEnd how)
{
    const uint64_t id = stream->id;
    stream->is_received = true;
    stream->stop_due = stream->credit.is_due = false;
    if (how != STREAM_HALF_CLOSE && !stream->is_ended) { /* nobody reads what this side says */
        stream->is_reset = stream->reset_due = stream->is_ended = true;
        quic_ranges_clear(&stream->lost);
        quic_stream_activate(quic, stream);
    }
    if (quic->state < QUIC_CLOSING) {
        quic->user->ended(quic->data, id, how);
    }
    stream = quic_stream_find(quic, id);
    if (stream != NULL) {
        quic_stream_settle(quic, stream);
    }
}

static void advance(Quic *quic, QuicStream *stream, SimTime now, uint64_t end)
{
    const uint64_t before = stream->credit.received;
    const uint64_t bytes = MIN(end, stream->final_size) - MIN(before, stream->final_size);
    consume(quic, &stream->credit, end - before, (uint64_t)quic->settings->stream_window_max_bytes,
            now);
    consume(quic, &quic->credit, bytes, (uint64_t)quic->settings->connection_window_max_bytes, now);
    if (stream->final_size != UINT64_MAX) {
        stream->credit.is_due = false;
    }
    if (stream->credit.is_due) {
        quic_stream_activate(quic, stream);
    }
}

void quic_take_stream(Quic *quic, SimTime now, const QuicFrame *frame)
{
    QuicStream *stream = stream_of(quic, frame);
    if (stream == NULL || stream->is_received) {
        return;
    }
    const bool has_fin = (frame->flags & QUIC_FIN) != 0;
    const uint64_t before = stream->credit.received;
    const uint64_t end = frame->value + frame->length + has_fin;
    if (has_fin) {
        stream->final_size = frame->value + frame->length;
        stream->is_remote_closing = (frame->flags & QUIC_CLOSES) != 0;
    }
    take_items(stream, frame, before);
    if (end > before) {
        quic_ranges_add(&stream->islands, MAX(frame->value, before), end);
        const uint64_t place = quic_ranges_advance(&stream->islands, before);
        if (place > before) {
            advance(quic, stream, now, place);
            deliver(quic, stream, place);
        }
    }
    if (stream->final_size != UINT64_MAX && stream->credit.received > stream->final_size) {
        finish(quic, stream, stream->is_remote_closing ? STREAM_CLOSE : STREAM_HALF_CLOSE);
    }
}

void quic_take_stream_control(Quic *quic, const QuicFrame *frame)
{
    QuicStream *stream = stream_of(quic, frame);
    if (stream == NULL) {
        return;
    }
    if (frame->kind == QUIC_FRAME_MAX_STREAM_DATA) {
        stream->limit = MAX(stream->limit, frame->value);
        quic_stream_activate(quic, stream);
    } else if (frame->kind == QUIC_FRAME_RESET_STREAM && !stream->is_received) {
        stream->is_broken = true;
        /* What will not come counts as read. */
        const uint64_t missing = frame->value - MIN(frame->value, stream->credit.received);
        consume(quic, &quic->credit, missing, (uint64_t)quic->settings->connection_window_max_bytes,
                quic->heard);
        finish(quic, stream, STREAM_RESET);
    } else if (frame->kind == QUIC_FRAME_STOP_SENDING && !stream->is_reset &&
               stream->sent <= stream->written) { /* else it has said all */
        stream->is_reset = stream->reset_due = stream->is_ended = true;
        quic_ranges_clear(&stream->lost);
        quic_stream_activate(quic, stream);
    }
}
