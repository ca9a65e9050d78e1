/* SPDX-License-Identifier: MIT */
/* What a session takes, and whether it is sound. */
#include "models/mux_core.h"

size_t mux_memory_bytes(const MuxCore *core, size_t struct_bytes)
{
    size_t bytes = struct_bytes + core->stream_capacity * sizeof *core->streams +
                   core->queue_capacity * sizeof *core->queue;
    for (uint32_t i = 0; i < core->stream_count; i++) {
        const MuxStream *stream = core->streams[i].stream;
        bytes += sizeof *stream + stream->out.capacity + stream->in.capacity;
    }
    return bytes;
}

static void check_stream(const MuxCore *core, const MuxStream *stream)
{
    uint32_t entries = 0, turns = 0;
    uint64_t framed = 0, held = 0;
    for (uint32_t i = core->queue_head; i < core->queue_tail; i++) {
        const MuxEntry *entry = &core->queue[i];
        if (entry->stream == stream) {
            entries++;
            turns += entry->is_turn;
            framed += entry->payload_bytes;
        }
    }
    g_assert(entries == stream->queued && turns == stream->has_turn);
    const MuxItems *out = &stream->out;
    uint32_t writes = 0;
    bool is_past = mux_items_is_empty(out);
    for (uint32_t at = out->head; at < out->tail; at += mux_items_at(out, at)->size_bytes) {
        const ChannelItem *item = mux_items_at(out, at);
        is_past = is_past || at == stream->formed;
        held += is_past ? (at == stream->formed ? stream->formed_bytes : 0) : item->length;
        writes += is_past && (item->flags & CHANNEL_ITEM_MORE) == 0;
    }
    g_assert(framed + stream->taken == held);
    g_assert(stream->writes == writes || stream->is_write_ended);
    g_assert(stream->read <= stream->received && stream->item_end <= stream->received);
    g_assert((stream->read_at == SIM_TIME_MAX) == (stream->reading_bytes == 0));
    /* Nobody waits who need not. */
    g_assert(stream->has_turn || stream->writes == 0 || stream->window == 0 || stream->is_held);
}

void mux_check(const MuxCore *core)
{
    g_assert((core->waiting_since == SIM_TIME_MAX) == (mux_queue_count(core) == 0));
    uint32_t framed = 0, writes = 0;
    SimTime read_at = SIM_TIME_MAX;
    for (uint32_t i = core->queue_head; i < core->queue_tail; i++) {
        const MuxEntry *entry = &core->queue[i];
        framed += entry->payload_bytes > 0;
        g_assert(!entry->is_turn || i - core->queue_head >= core->queue_limit);
        g_assert(entry->stream == NULL || entry->stream->queued > 0);
    }
    g_assert(framed <= core->queue_limit);
    for (uint32_t i = 0; i < core->stream_count; i++) {
        const MuxStream *stream = core->streams[i].stream;
        g_assert(i == 0 || core->streams[i - 1].id < stream->id);
        g_assert(core->streams[i].id == stream->id);
        writes += stream->writes;
        g_assert(!stream->is_detached);
        check_stream(core, stream);
        read_at = MIN(read_at, stream->read_at);
    }
    g_assert(read_at == core->read_at && writes == core->writes);
}
