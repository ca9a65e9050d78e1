/* SPDX-License-Identifier: MIT */
/* An application that reads what has arrived on a stream: at once, or piece by piece at the rate of
 * reader.rate. An item is told when its last byte has been read; the end of the stream when all
 * has. */
#include "models/mux_core.h"
#include "sim/sim_time.h"

#include <string.h>

enum { PIECE_BYTES = 4096 }; /* what a reader takes in one go */

void mux_find_reading(MuxCore *core)
{
    core->read_at = SIM_TIME_MAX;
    for (uint32_t i = 0; i < core->stream_count; i++) {
        core->read_at = MIN(core->read_at, core->streams[i].stream->read_at);
    }
}

static void begin_reading(MuxCore *core, SimTime now, MuxStream *stream)
{
    const uint64_t rate = (uint64_t)core->session.settings->reader.rate_bits_per_second;
    stream->reading_bytes = (uint32_t)MIN(mux_unread(stream), PIECE_BYTES);
    stream->read_at = SIM_TIME_MAX;
    if (stream->reading_bytes > 0) {
        const uint64_t bits = 8 * (uint64_t)stream->reading_bytes;
        stream->read_at = now + MAX(1, (SimDuration)((bits * SIM_SECOND + rate - 1) / rate));
    }
    mux_find_reading(core);
}

/* Each item is kept with the place where it ends, in 8 bytes that its size counts. */
static void keep(const MuxCore *core, MuxStream *stream, const ChannelItem *item)
{
    const uint32_t size_bytes = item->size_bytes + (uint32_t)sizeof stream->item_end;
    mux_items_add(&stream->in, core->session.blocks, size_bytes);
    ChannelItem *kept = mux_items_at(&stream->in, stream->in.tail - size_bytes);
    memcpy(kept, item, item->size_bytes);
    kept->size_bytes = size_bytes;
    memcpy((uint8_t *)kept + item->size_bytes, &stream->item_end, sizeof stream->item_end);
}

static bool is_there(const MuxCore *core, const MuxStream *stream, uint64_t id)
{
    return mux_find(core, id) == stream && !stream->is_read_ended;
}

/* Tells the kept items that have been read. */
static bool tell_kept(MuxCore *core, MuxStream *stream)
{
    const uint64_t id = stream->id;
    while (is_there(core, stream, id) && !mux_items_is_empty(&stream->in)) {
        const ChannelItem *kept = mux_items_at(&stream->in, stream->in.head);
        const uint32_t size_bytes = kept->size_bytes - (uint32_t)sizeof stream->item_end;
        uint64_t end;
        memcpy(&end, (const uint8_t *)kept + size_bytes, sizeof end);
        if (end > stream->read) {
            break;
        }
        g_autofree ChannelItem *item = g_memdup2(kept, size_bytes);
        item->size_bytes = size_bytes;
        mux_items_remove(&stream->in, core->session.blocks);
        mux_enter(core);
        core->session.calls->item(core->session.user, id, item);
        if (!mux_leave(core)) {
            return false;
        }
    }
    return true;
}

static bool tell_items(MuxCore *core, MuxStream *stream, const MuxFrame *frame)
{
    const uint64_t id = stream->id;
    const uint8_t *at = (const uint8_t *)frame->items;
    const uint8_t *past = (const uint8_t *)frame + frame->size_bytes;
    while (at < past && is_there(core, stream, id)) {
        const ChannelItem *item = (const ChannelItem *)(const void *)at;
        at += item->size_bytes;
        mux_enter(core);
        core->session.calls->item(core->session.user, id, item);
        if (!mux_leave(core)) {
            return false;
        }
    }
    mux_lose_frame(core, frame, at);
    return true;
}

bool mux_arrived(MuxCore *core, SimTime now, MuxStream *stream, const MuxFrame *frame,
                 MuxRead *has_read)
{
    stream->received += frame->payload_bytes;
    if (core->session.settings->reader.rate_bits_per_second == 0) {
        stream->read = stream->item_end = stream->received;
        has_read(core, now, stream);
        return tell_items(core, stream, frame);
    }
    const uint8_t *at = (const uint8_t *)frame->items;
    const uint8_t *past = (const uint8_t *)frame + frame->size_bytes;
    while (at < past) {
        const ChannelItem *item = (const ChannelItem *)(const void *)at;
        stream->item_end += item->length;
        keep(core, stream, item);
        at += item->size_bytes;
    }
    if (stream->read_at == SIM_TIME_MAX) {
        begin_reading(core, now, stream);
    }
    return true;
}

bool mux_expire_reading(MuxCore *core, SimTime now, MuxRead *has_read,
                        bool (*has_ended)(MuxCore *core, SimTime now, MuxStream *stream))
{
    while (core->read_at <= now) {
        uint32_t at = 0;
        while (core->streams[at].stream->read_at > now) {
            at++;
        }
        MuxStream *stream = core->streams[at].stream;
        const uint64_t id = stream->id;
        stream->read += stream->reading_bytes;
        begin_reading(core, now, stream);
        has_read(core, now, stream);
        if (!tell_kept(core, stream)) {
            return false;
        }
        if (is_there(core, stream, id) && mux_unread(stream) == 0 && stream->end_arrived != 0 &&
            !has_ended(core, now, stream)) {
            return false;
        }
    }
    return true;
}
