/* SPDX-License-Identifier: MIT */
/* Streams of a session, and the frames that wait. */
#include "models/mux_core.h"

#include <string.h>

enum { QUEUE_AT_FIRST = 2 };

void mux_core_init(MuxCore *core, const MuxerSettings *settings, BlockPool *blocks,
                   bool is_initiator)
{
    core->session.blocks = blocks;
    core->session.settings = settings;
    core->is_initiator = is_initiator;
    core->waiting_since = core->read_at = SIM_TIME_MAX;
}

/* What is lost. */

static void lose(void *data, const ChannelItem *item)
{
    const MuxCore *core = data;
    if (core->session.calls->lost != NULL) {
        core->session.calls->lost(core->session.user, item);
    }
}

static void each_item(const MuxItems *items, void (*each)(void *data, const ChannelItem *item),
                      void *data)
{
    for (uint32_t at = items->head; at < items->tail; at += mux_items_at(items, at)->size_bytes) {
        if ((mux_items_at(items, at)->flags & CHANNEL_ITEM_LOST) == 0) {
            each(data, mux_items_at(items, at));
        }
    }
}

static bool is_first_of_stream(const MuxCore *core, uint32_t entry)
{
    for (uint32_t i = core->queue_head; i < entry; i++) {
        if (core->queue[i].stream == core->queue[entry].stream) {
            return false;
        }
    }
    return true;
}

void mux_each_waiting(const MuxCore *core, void (*each)(void *data, const ChannelItem *item),
                      void *data)
{
    for (uint32_t i = 0; i < core->stream_count; i++) {
        each_item(&core->streams[i].stream->out, each, data);
        each_item(&core->streams[i].stream->in, each, data);
    }
    for (uint32_t i = core->queue_head; i < core->queue_tail; i++) {
        const MuxStream *stream = core->queue[i].stream;
        if (stream != NULL && stream->is_detached && is_first_of_stream(core, i)) {
            each_item(&stream->out, each, data);
        }
    }
}

void mux_lose_frame(const MuxCore *core, const MuxFrame *frame, const uint8_t *from)
{
    const uint8_t *past = (const uint8_t *)frame + frame->size_bytes;
    while (from < past) {
        const ChannelItem *item = (const ChannelItem *)(const void *)from;
        from += item->size_bytes;
        lose((void *)(uintptr_t)core, item);
    }
}

/* Its life. */

static void free_stream(const MuxCore *core, MuxStream *stream)
{
    BlockPool *blocks = core->session.blocks;
    mux_items_clear(&stream->out, blocks);
    mux_items_clear(&stream->in, blocks);
    block_pool_give(blocks, stream, sizeof *stream);
}

static void free_queue(MuxCore *core)
{
    block_pool_give(core->session.blocks, g_steal_pointer(&core->queue),
                    core->queue_capacity * sizeof *core->queue);
    core->queue_capacity = 0;
}

static void free_table(MuxCore *core)
{
    block_pool_give(core->session.blocks, g_steal_pointer(&core->streams),
                    core->stream_capacity * sizeof *core->streams);
    core->stream_capacity = 0;
}

static void release_entry(const MuxCore *core, const MuxEntry *entry)
{
    MuxStream *stream = entry->stream;
    if (stream != NULL && --stream->queued == 0 && stream->is_detached) {
        free_stream(core, stream);
    }
}

bool mux_core_clear(MuxCore *core)
{
    if (!core->is_freed) {
        core->is_freed = true;
        mux_each_waiting(core, lose, core);
    }
    if (core->busy > 0) {
        return false;
    }
    for (uint32_t i = core->queue_head; i < core->queue_tail; i++) {
        release_entry(core, &core->queue[i]);
    }
    for (uint32_t i = 0; i < core->stream_count; i++) {
        free_stream(core, core->streams[i].stream);
    }
    free_queue(core);
    free_table(core);
    return true;
}

void mux_enter(MuxCore *core)
{
    core->busy++;
}

bool mux_leave(MuxCore *core)
{
    core->busy--;
    if (core->is_freed && core->busy == 0) {
        core->session.muxer->free(&core->session);
        return false;
    }
    return !core->is_freed && !core->is_dead;
}

/* The table. */

static uint32_t place_of(const MuxCore *core, uint64_t id)
{
    uint32_t low = 0, high = core->stream_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (core->streams[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

MuxStream *mux_find(const MuxCore *core, uint64_t id)
{
    const uint32_t at = place_of(core, id);
    return at < core->stream_count && core->streams[at].id == id ? core->streams[at].stream : NULL;
}

MuxStream *mux_stub(MuxCore *core, uint64_t id, uint32_t number)
{
    MuxStream *stream = block_pool_take(core->session.blocks, sizeof *stream);
    stream->id = id;
    stream->number = number;
    stream->read_at = SIM_TIME_MAX;
    stream->is_detached = true;
    return stream;
}

MuxStream *mux_add(MuxCore *core, uint64_t id, bool is_own)
{
    const uint32_t at = place_of(core, id);
    g_assert(at == core->stream_count || core->streams[at].id != id);
    if (core->stream_count == core->stream_capacity) {
        const uint32_t capacity = MAX(2, 2 * core->stream_capacity);
        core->streams = block_pool_resize(core->session.blocks, core->streams,
                                          core->stream_capacity * sizeof *core->streams,
                                          capacity * sizeof *core->streams);
        core->stream_capacity = capacity;
    }
    memmove(&core->streams[at + 1], &core->streams[at],
            (core->stream_count - at) * sizeof *core->streams);
    core->stream_count++;
    MuxStream *stream = mux_stub(core, id, 0);
    core->streams[at] = (MuxSlot){.id = id, .stream = stream};
    stream->is_detached = false;
    stream->is_own = is_own;
    return stream;
}

void mux_detach(MuxCore *core, MuxStream *stream)
{
    const uint32_t at = place_of(core, stream->id);
    g_assert(core->streams[at].stream == stream);
    core->stream_count--;
    memmove(&core->streams[at], &core->streams[at + 1],
            (core->stream_count - at) * sizeof *core->streams);
    if (core->stream_count == 0) {
        free_table(core);
    }
    core->writes -= stream->writes;
    stream->is_detached = true;
    if (!mux_items_is_empty(&stream->in)) {
        each_item(&stream->in, lose, core);
        mux_items_clear(&stream->in, core->session.blocks);
    }
    if (stream->read_at != SIM_TIME_MAX) {
        stream->read_at = SIM_TIME_MAX;
        mux_find_reading(core);
    }
    if (stream->queued == 0) {
        free_stream(core, stream);
    }
}

/* The queue. */

static MuxEntry *append(MuxCore *core, SimTime now, const MuxEntry *entry)
{
    const uint32_t count = mux_queue_count(core);
    if (count == 0) {
        core->waiting_since = now;
    }
    if (core->queue_tail == core->queue_capacity) {
        if (2 * count >= core->queue_capacity) {
            const uint32_t capacity = MAX(QUEUE_AT_FIRST, 2 * core->queue_capacity);
            core->queue = block_pool_resize(core->session.blocks, core->queue,
                                            core->queue_capacity * sizeof *core->queue,
                                            capacity * sizeof *core->queue);
            core->queue_capacity = capacity;
        }
        if (core->queue_head > 0) {
            memmove(core->queue, core->queue + core->queue_head, count * sizeof *core->queue);
        }
        core->queue_head = 0;
        core->queue_tail = count;
    }
    MuxEntry *added = &core->queue[core->queue_tail++];
    *added = *entry;
    if (added->stream != NULL) {
        added->stream->queued++;
    }
    return added;
}

static void remove_first(MuxCore *core, SimTime now)
{
    release_entry(core, &core->queue[core->queue_head++]);
    if (core->queue_head == core->queue_tail) {
        core->queue_head = core->queue_tail = 0;
        free_queue(core); /* an idle session is small */
        core->waiting_since = SIM_TIME_MAX;
    } else {
        core->waiting_since = now;
    }
}

void mux_say(MuxCore *core, SimTime now, MuxStream *stream, const MuxEntry *entry)
{
    MuxEntry *said = append(core, now, entry);
    if (stream != NULL) {
        said->stream = stream;
        stream->queued++;
    }
}

/* Frames of data. */

bool mux_has_unformed(const MuxStream *stream)
{
    return stream->writes > 0;
}

static bool may_form(const MuxStream *stream)
{
    return stream->writes > 0 && stream->window > 0 && !stream->is_held;
}

/* The next frame's data: what is left of a write, as far as window and frame allow. */
static uint32_t form(const MuxCore *core, MuxStream *stream)
{
    const uint32_t most = (uint32_t)MIN(stream->window, core->payload_max_bytes);
    uint32_t payload_bytes = 0;
    while (payload_bytes < most) {
        const ChannelItem *item = mux_items_at(&stream->out, stream->formed);
        const uint32_t part = MIN(item->length - stream->formed_bytes, most - payload_bytes);
        payload_bytes += part;
        stream->formed_bytes += part;
        if (stream->formed_bytes == item->length) {
            stream->formed += item->size_bytes;
            stream->formed_bytes = 0;
            if ((item->flags & CHANNEL_ITEM_MORE) == 0) {
                stream->writes--;
                break;
            }
        }
    }
    if (stream->window != MUX_NO_WINDOW) {
        stream->window -= payload_bytes;
    }
    return payload_bytes;
}

static uint32_t form_next(MuxCore *core, MuxStream *stream)
{
    const uint32_t before = stream->writes;
    const uint32_t payload_bytes = form(core, stream);
    if (!stream->is_detached) {
        core->writes -= before - stream->writes;
    }
    return payload_bytes;
}

void mux_offer(MuxCore *core, SimTime now, MuxStream *stream)
{
    while (!stream->has_turn && may_form(stream)) {
        MuxEntry entry = {.stream = stream, .type = core->data_type};
        if (mux_queue_count(core) < core->queue_limit) {
            entry.payload_bytes = form_next(core, stream);
        } else {
            entry.is_turn = stream->has_turn = true;
        }
        append(core, now, &entry);
    }
}

/* One frame has left: the writer that waits at the end of the queue's room comes in, and stands
 * behind the others with the rest of what it has. */
static MuxStream *let_in(MuxCore *core, SimTime now)
{
    if (mux_queue_count(core) < core->queue_limit) {
        return NULL;
    }
    MuxEntry *entry = &core->queue[core->queue_head + core->queue_limit - 1];
    if (!entry->is_turn) {
        return NULL;
    }
    MuxStream *stream = entry->stream;
    entry->is_turn = stream->has_turn = false;
    entry->payload_bytes = form_next(core, stream);
    mux_offer(core, now, stream);
    return stream;
}

void *mux_write(MuxCore *core, SimTime now, MuxStream *stream, const ChannelItem *item,
                uint32_t body_size_bytes)
{
    MuxItems *out = &stream->out;
    if (mux_items_is_empty(out)) {
        stream->formed = out->head;
    }
    stream->formed -= mux_items_add(out, core->session.blocks, item->size_bytes);
    const uint32_t offset = out->tail - item->size_bytes;
    ChannelItem *added = mux_items_at(out, offset);
    *added = *item;
    memset(added->body, 0, (body_size_bytes + 7) / 8 * 8);
    if ((item->flags & CHANNEL_ITEM_MORE) == 0) {
        stream->writes++;
        core->writes++;
        mux_offer(core, now, stream);
    }
    return mux_items_at(out, offset)->body;
}

static void remove_turn(MuxCore *core, MuxStream *stream)
{
    uint32_t at = core->queue_head;
    while (core->queue[at].stream != stream || !core->queue[at].is_turn) {
        at++;
    }
    core->queue_tail--;
    memmove(&core->queue[at], &core->queue[at + 1], (core->queue_tail - at) * sizeof *core->queue);
    stream->has_turn = false;
    stream->queued--;
}

void mux_drop_unsent(MuxCore *core, MuxStream *stream)
{
    if (stream->has_turn) {
        remove_turn(core, stream);
    }
    const uint32_t count = stream->writes;
    stream->writes = 0;
    core->writes -= count;
    if (mux_items_is_empty(&stream->out) || stream->formed >= stream->out.tail) {
        g_assert(count == 0);
        return;
    }
    MuxItems dropped = stream->out;
    dropped.head = stream->formed;
    each_item(&dropped, lose, core);
    if (stream->formed_bytes > 0) {
        /* An item of which a part is in frames stays: its end never comes. */
        ChannelItem *item = mux_items_at(&stream->out, stream->formed);
        item->length = UINT32_MAX;
        item->flags |= CHANNEL_ITEM_LOST;
        stream->out.tail = stream->formed + item->size_bytes;
    } else {
        stream->out.tail = stream->formed;
    }
}

/* The data of a frame leaves: the items that end in it go along. */
static void take_items(const MuxCore *core, MuxStream *stream, uint32_t payload_bytes,
                       FrameBuffer *frames)
{
    MuxItems *out = &stream->out;
    while (payload_bytes > 0) {
        const ChannelItem *item = mux_items_at(out, out->head);
        const uint32_t left = item->length - stream->taken;
        if (left > payload_bytes) {
            stream->taken += payload_bytes;
            return;
        }
        frame_buffer_copy(frames, item, item->size_bytes);
        payload_bytes -= left;
        stream->taken = 0;
        mux_items_remove(out, core->session.blocks);
    }
}

MuxStream *mux_take(MuxCore *core, SimTime now, uint32_t header_bytes, uint32_t room_bytes,
                    FrameBuffer *frames)
{
    MuxEntry *entry = &core->queue[core->queue_head];
    const uint32_t most = MAX(room_bytes, 32) - header_bytes;
    const uint32_t payload_bytes = MIN(entry->payload_bytes, most);
    const uint32_t start = frames->size_bytes;
    const MuxFrame head = {.length = header_bytes + payload_bytes,
                           .payload_bytes = payload_bytes,
                           .value = entry->value,
                           .stream = entry->stream == NULL ? 0 : entry->stream->id,
                           .type = entry->type,
                           .flags = entry->flags,
                           .how = entry->how,
                           .reserved = entry->stream == NULL ? 0 : entry->stream->number};
    frame_buffer_copy(frames, &head, sizeof head);
    if (entry->type == core->data_type && entry->stream != NULL) {
        take_items(core, entry->stream, payload_bytes, frames);
    }
    ((MuxFrame *)frame_buffer_at(frames, start))->size_bytes = frames->size_bytes - start;
    entry->payload_bytes -= payload_bytes;
    if (entry->payload_bytes > 0) {
        core->waiting_since = now;
        return NULL;
    }
    remove_first(core, now);
    return let_in(core, now);
}

bool mux_streams_have_unsent(const MuxCore *core)
{
    uint32_t at = core->queue_head;
    while (at < core->queue_tail && core->queue[at].stream == NULL) {
        at++;
    }
    return at < core->queue_tail || core->writes > 0;
}

/* What it takes, and whether it is sound. */

uint64_t mux_ahead_bytes(const MuxCore *core, uint32_t (*header)(const MuxEntry *entry))
{
    uint64_t bytes = 0;
    for (uint32_t i = core->queue_head; i < core->queue_tail; i++) {
        MuxEntry entry = core->queue[i];
        if (entry.is_turn) {
            MuxStream would_be = *entry.stream;
            entry.payload_bytes = form(core, &would_be);
        }
        bytes += header(&entry) + entry.payload_bytes;
    }
    return bytes;
}
