/* SPDX-License-Identifier: MIT */
/* Streams: their table, what is written on them, and what of that is acknowledged or lost. The end
 * of a stream counts as one byte behind its last. */
#include "models/quic_part.h"

QuicStream *quic_stream_find(const Quic *quic, uint64_t id)
{
    return quic->streams == NULL ? NULL : g_hash_table_lookup(quic->streams, &id);
}

void quic_stream_free(QuicStream *stream)
{
    tcp_items_free(stream->items);
    quic_ranges_clear(&stream->acked);
    quic_ranges_clear(&stream->lost);
    quic_ranges_clear(&stream->islands);
    g_free(stream);
}

QuicStream *quic_stream_new(Quic *quic, uint64_t id, bool is_own)
{
    QuicStream *stream = g_new0(QuicStream, 1);
    stream->id = id;
    stream->is_own = is_own;
    stream->number = UINT32_MAX;
    stream->final_size = UINT64_MAX;
    stream->limit = (uint64_t)quic->settings->stream_window_bytes;
    quic_credit_begin(&stream->credit, quic->settings->stream_window_bytes, quic->heard);
    if (quic->streams == NULL) {
        quic->streams = g_hash_table_new(g_int64_hash, g_int64_equal);
    }
    g_hash_table_insert(quic->streams, &stream->id, stream);
    return stream;
}

void quic_stream_open(Quic *quic, uint64_t id)
{
    if (quic_stream_find(quic, id) == NULL) {
        quic_stream_new(quic, id, true);
    }
}

/* Puts it behind those that have something to send. */
void quic_stream_activate(Quic *quic, QuicStream *stream)
{
    if (stream->is_active) {
        return;
    }
    stream->is_active = true;
    stream->next_active = NULL;
    *(quic->active == NULL ? &quic->active : &quic->last_active->next_active) = stream;
    quic->last_active = stream;
}

void *quic_stream_write(Quic *quic, uint64_t id, uint32_t length, uint32_t body_size_bytes)
{
    QuicStream *stream = quic_stream_find(quic, id);
    if (stream == NULL || stream->is_ended || quic->state >= QUIC_CLOSING) {
        return NULL;
    }
    if (stream->items == NULL) {
        stream->items = tcp_items_new(NULL);
    }
    stream->written += length;
    quic_stream_activate(quic, stream);
    return tcp_items_add(stream->items, stream->written, 0, body_size_bytes);
}

uint64_t quic_stream_delivered(const QuicStream *stream)
{
    const uint64_t received = stream->credit.received;
    const TcpItems *items = stream->items;
    return items != NULL && items->early_count > 0 && items->early[0]->end <= received
               ? items->early[0]->end - 1
               : received;
}

static bool is_sent_out(const QuicStream *stream)
{
    return stream->is_reset ? stream->reset_acked
                            : stream->is_ended && stream->acknowledged == stream->written + 1;
}

void quic_stream_settle(Quic *quic, QuicStream *stream)
{
    if (!is_sent_out(stream) || !stream->is_received) {
        return;
    }
    const bool is_disorderly = stream->is_reset || stream->is_broken;
    if (is_disorderly && quic->user->broken != NULL) {
        quic->user->broken(quic->data, stream);
    }
    if (!stream->is_own) {
        quic->streams_granted++;
        quic->streams_due = true;
    }
    if (stream->is_active) {
        QuicStream **at = &quic->active, *last = NULL;
        while (*at != stream) {
            last = *at;
            at = &(*at)->next_active;
        }
        *at = stream->next_active;
        quic->last_active = quic->last_active == stream ? last : quic->last_active;
    }
    g_hash_table_remove(quic->streams, &stream->id);
    quic_stream_free(stream);
    if (g_hash_table_size(quic->streams) == 0) {
        g_clear_pointer(&quic->streams, g_hash_table_unref);
    }
}

void quic_stream_end(Quic *quic, uint64_t id, StreamEnd how)
{
    QuicStream *stream = quic_stream_find(quic, id);
    if (stream == NULL) {
        return;
    }
    if (how != STREAM_HALF_CLOSE && !stream->is_received && !stream->has_stopped) {
        stream->stop_due = stream->has_stopped = true;
    }
    stream->is_closing |= how == STREAM_CLOSE;
    if (how == STREAM_RESET && !is_sent_out(stream) && !stream->is_reset) {
        stream->is_reset = stream->reset_due = true;
        quic_ranges_clear(&stream->lost);
    }
    stream->is_ended = true;
    if (how == STREAM_RESET && stream->is_own && stream->number == UINT32_MAX) {
        stream->reset_acked = stream->is_received = true; /* nobody has heard of it */
        quic_stream_settle(quic, stream);
        return;
    }
    quic_stream_activate(quic, stream);
}

void quic_stream_acked(Quic *quic, const QuicSentFrame *frame)
{
    QuicStream *stream = quic_stream_find(quic, frame->stream);
    if (stream == NULL) {
        return;
    }
    if (frame->kind == QUIC_FRAME_STREAM) {
        const uint64_t end = frame->value + frame->length + ((frame->flags & QUIC_FIN) != 0);
        quic_ranges_add(&stream->acked, frame->value, end);
        quic_ranges_remove(&stream->lost, frame->value, end);
        stream->acknowledged = quic_ranges_advance(&stream->acked, stream->acknowledged);
        if (stream->items != NULL) {
            tcp_items_acknowledge(stream->items, stream->acknowledged);
        }
    } else if (frame->kind == QUIC_FRAME_RESET_STREAM) {
        stream->reset_acked = true;
    }
    quic_stream_settle(quic, stream);
}

void quic_stream_lost(Quic *quic, const QuicSentFrame *frame)
{
    QuicStream *stream = quic_stream_find(quic, frame->stream);
    if (stream == NULL) {
        return;
    }
    if (frame->kind == QUIC_FRAME_RESET_STREAM) {
        stream->reset_due = !stream->reset_acked;
    } else if (frame->kind == QUIC_FRAME_STOP_SENDING) {
        stream->stop_due = !stream->is_received;
    } else if (frame->kind == QUIC_FRAME_MAX_STREAM_DATA) {
        stream->credit.is_due = !stream->is_received;
    } else if (!stream->is_reset) {
        quic_ranges_add(&stream->lost, MAX(frame->value, stream->acknowledged),
                        frame->value + frame->length + ((frame->flags & QUIC_FIN) != 0));
        for (uint32_t i = 0; i < stream->acked.count; i++) {
            quic_ranges_remove(&stream->lost, stream->acked.ranges[i].start,
                               stream->acked.ranges[i].end);
        }
    }
    quic_stream_activate(quic, stream);
}

/* All that was written has been acknowledged. */
bool quic_streams_are_quiet(const Quic *quic)
{
    GHashTableIter iterator;
    void *value;
    if (quic->streams == NULL) {
        return true;
    }
    g_hash_table_iter_init(&iterator, quic->streams);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const QuicStream *stream = value;
        const uint64_t end = stream->written + (stream->is_ended ? 1 : 0);
        if (stream->is_reset ? !stream->reset_acked : stream->acknowledged < end) {
            return false;
        }
    }
    return true;
}
