/* SPDX-License-Identifier: MIT */
/* mplex (libp2p's specification, mplex/README.md): a header of two uvarints before each frame, no
 * windows and no answer to an opened stream. Whoever reads slowly holds up the whole connection, or
 * loses the stream after mplex.patience, as go-mplex does after 5 s. */
#include "models/mux_core.h"

enum { NEW_STREAM, MESSAGE, CLOSE, RESET };

static const MplexSettings *settings_of(const MuxCore *core)
{
    return &core->session.settings->mplex;
}

/* The wire's flag: a kind for each side's streams. */
static uint8_t flag_of(const MuxEntry *entry)
{
    return entry->type == NEW_STREAM ? 0
                                     : (uint8_t)(2 * entry->type - (entry->stream->is_own ? 0 : 1));
}

static uint32_t varint_bytes(uint64_t value)
{
    uint32_t bytes = 1;
    for (; value >= 128; value /= 128) {
        bytes++;
    }
    return bytes;
}

/* A new stream's name is its number in decimal. */
static uint32_t name_bytes(uint32_t number)
{
    uint32_t bytes = 1;
    for (; number >= 10; number /= 10) {
        bytes++;
    }
    return bytes;
}

static uint32_t header_for(const MuxEntry *entry, uint32_t payload_bytes)
{
    const uint32_t number = entry->stream->number;
    const uint32_t name = entry->type == NEW_STREAM ? name_bytes(number) : 0;
    return varint_bytes((uint64_t)number << 3 | flag_of(entry)) +
           varint_bytes(name + payload_bytes) + name;
}

static uint32_t header_bytes(const MuxEntry *entry)
{
    return header_for(entry, entry->payload_bytes);
}

static MuxerSession *mplex_new(const MuxerSettings *settings, BlockPool *blocks, bool is_initiator,
                               bool stands, SimTime now)
{
    (void)stands;
    (void)now;
    MuxCore *core = block_pool_take(blocks, sizeof *core);
    mux_core_init(core, settings, blocks, is_initiator);
    core->data_type = MESSAGE;
    core->payload_max_bytes = (uint32_t)settings->mplex.frame_bytes;
    core->queue_limit = (uint32_t)settings->mplex.queue;
    return &core->session;
}

static void mplex_free(MuxerSession *session)
{
    if (mux_core_clear((MuxCore *)session)) {
        block_pool_give(session->blocks, session, sizeof(MuxCore));
    }
}

/* Streams. */

static void say(MuxCore *core, SimTime now, MuxStream *stream, uint8_t type, uint8_t how)
{
    const MuxEntry entry = {.type = type, .how = how};
    mux_say(core, now, stream, &entry);
}

static void mplex_open(MuxerSession *session, SimTime now, uint64_t id)
{
    MuxCore *core = (MuxCore *)session;
    MuxStream *stream = mux_add(core, id, true);
    stream->window = MUX_NO_WINDOW;
    stream->number = core->next_number++;
    say(core, now, stream, NEW_STREAM, 0);
}

static void *mplex_write(MuxerSession *session, SimTime now, uint64_t id, const ChannelItem *item,
                         uint32_t body_size_bytes)
{
    MuxCore *core = (MuxCore *)session;
    MuxStream *stream = mux_find(core, id);
    return stream == NULL || stream->end_wanted != 0
               ? NULL
               : mux_write(core, now, stream, item, body_size_bytes);
}

static void send_end(MuxCore *core, SimTime now, MuxStream *stream)
{
    if (stream->end_wanted == 0 || stream->is_write_ended || mux_has_unformed(stream)) {
        return;
    }
    stream->is_write_ended = true;
    say(core, now, stream, CLOSE, (uint8_t)(stream->end_wanted - 1));
    if (stream->is_read_ended) {
        mux_detach(core, stream);
    }
}

static void send_reset(MuxCore *core, SimTime now, MuxStream *stream)
{
    mux_drop_unsent(core, stream);
    stream->is_write_ended = stream->is_read_ended = true;
    say(core, now, stream, RESET, STREAM_RESET);
    mux_detach(core, stream);
}

static void mplex_end(MuxerSession *session, SimTime now, uint64_t id, StreamEnd how)
{
    MuxCore *core = (MuxCore *)session;
    MuxStream *stream = mux_find(core, id);
    if (stream == NULL) {
        return;
    }
    if (how == STREAM_RESET) {
        send_reset(core, now, stream);
        return;
    }
    if (how == STREAM_CLOSE) {
        stream->is_abandoned = stream->is_read_ended = true;
    }
    if (stream->is_write_ended && how == STREAM_CLOSE) {
        send_reset(core, now, stream); /* else nothing would tell the other side to stop */
    } else if (stream->end_wanted == 0 || how == STREAM_CLOSE) {
        stream->end_wanted = (uint8_t)(1 + how);
        send_end(core, now, stream);
    }
}

static void mplex_go_away(MuxerSession *session, SimTime now)
{
    (void)session; /* it has no word for it */
    (void)now;
}

static bool mplex_next(MuxerSession *session, SimTime now, uint32_t room_bytes, FrameBuffer *frames)
{
    MuxCore *core = (MuxCore *)session;
    const MuxEntry *first = core->is_freed ? NULL : mux_queue_first(core);
    if (first == NULL) {
        return false;
    }
    const uint32_t header = header_for(first, MIN(first->payload_bytes, MAX(room_bytes, 32)));
    const uint8_t flag = flag_of(first);
    const uint32_t start = frames->size_bytes;
    MuxStream *stream = mux_take(core, now, header, room_bytes, frames);
    ((MuxFrame *)frame_buffer_at(frames, start))->flags = flag;
    if (stream != NULL) {
        send_end(core, now, stream);
    }
    return true;
}

/* Receiving. */

static bool is_full(const MuxCore *core, const MuxStream *stream)
{
    return mux_unread(stream) > (uint64_t)settings_of(core)->buffer_bytes;
}

static void has_read(MuxCore *core, SimTime now, MuxStream *stream)
{
    (void)now;
    if (!is_full(core, stream)) {
        stream->epoch = 0;
    }
}

static bool tell_end(MuxCore *core, uint64_t id, StreamEnd how)
{
    mux_enter(core);
    core->session.calls->ended(core->session.user, id, how);
    return mux_leave(core);
}

static bool has_ended(MuxCore *core, SimTime now, MuxStream *stream)
{
    const uint64_t id = stream->id;
    const StreamEnd how = (StreamEnd)(stream->end_arrived - 1);
    stream->is_read_ended = true;
    if (how == STREAM_CLOSE && !stream->is_write_ended) {
        mux_drop_unsent(core, stream);
        stream->end_wanted = 1 + STREAM_CLOSE;
        send_end(core, now, stream);
    } else if (stream->is_write_ended) {
        mux_detach(core, stream);
    }
    return tell_end(core, id, how);
}

static void take_new(MuxCore *core, const MuxFrame *frame)
{
    MuxStream *stream = mux_add(core, frame->stream, false);
    stream->window = MUX_NO_WINDOW;
    stream->number = frame->reserved;
    mux_enter(core);
    core->session.calls->opened(core->session.user, frame->stream);
    mux_leave(core);
}

static void take_reset(MuxCore *core, MuxStream *stream)
{
    const uint64_t id = stream->id;
    const bool is_told = !stream->is_abandoned;
    mux_drop_unsent(core, stream);
    stream->is_write_ended = stream->is_read_ended = true;
    mux_detach(core, stream);
    if (is_told) {
        tell_end(core, id, STREAM_RESET);
    }
}

static void mplex_receive(MuxerSession *session, SimTime now, const MuxFrame *frame)
{
    MuxCore *core = (MuxCore *)session;
    if (core->is_freed) {
        return;
    }
    if (frame->type == NEW_STREAM) {
        take_new(core, frame);
        return;
    }
    MuxStream *stream = mux_find(core, frame->stream);
    if (stream == NULL || (stream->is_read_ended && frame->type != RESET)) {
        mux_lose_frame(core, frame, (const uint8_t *)frame->items);
        return;
    }
    if (frame->type == RESET) {
        take_reset(core, stream);
    } else if (frame->type == CLOSE) {
        stream->end_arrived = (uint8_t)(1 + frame->how);
        if (mux_unread(stream) == 0) {
            has_ended(core, now, stream);
        }
    } else if (mux_arrived(core, now, stream, frame, has_read) &&
               mux_find(core, frame->stream) == stream && is_full(core, stream) &&
               stream->epoch == 0) {
        stream->epoch = MAX(now, 1);
    }
}

/* Time. */

static SimTime patience_end(const MuxCore *core, const MuxStream *stream)
{
    return settings_of(core)->slow_reader == MPLEX_BLOCKS || stream->epoch == 0 ||
                   stream->is_read_ended
               ? SIM_TIME_MAX
               : stream->epoch + settings_of(core)->patience;
}

static bool has_readers(const MuxCore *core)
{
    return core->session.settings->reader.rate_bits_per_second > 0;
}

static SimTime mplex_deadline(const MuxerSession *session, bool *ret_is_idle)
{
    const MuxCore *core = (const MuxCore *)session;
    SimTime deadline = core->read_at;
    for (uint32_t i = 0; has_readers(core) && i < core->stream_count; i++) {
        deadline = MIN(deadline, patience_end(core, core->streams[i].stream));
    }
    *ret_is_idle = deadline == SIM_TIME_MAX;
    return deadline;
}

static void mplex_expire(MuxerSession *session, SimTime now)
{
    MuxCore *core = (MuxCore *)session;
    if (!mux_expire_reading(core, now, has_read, has_ended)) {
        return;
    }
    for (uint32_t i = 0; i < core->stream_count;) {
        MuxStream *stream = core->streams[i].stream;
        if (patience_end(core, stream) > now) {
            i++;
            continue;
        }
        const uint64_t id = stream->id;
        send_reset(core, now, stream);
        if (!tell_end(core, id, STREAM_RESET)) {
            return;
        }
        i = 0; /* the user may have changed the table */
    }
}

/* One stream that nobody reads holds up all. */
static bool mplex_may_read(const MuxerSession *session)
{
    const MuxCore *core = (const MuxCore *)session;
    for (uint32_t i = 0; has_readers(core) && i < core->stream_count; i++) {
        if (is_full(core, core->streams[i].stream) && !core->streams[i].stream->is_read_ended) {
            return false;
        }
    }
    return true;
}

/* What it takes, and whether it is sound. */

static uint64_t mplex_ahead_bytes(const MuxerSession *session)
{
    return mux_ahead_bytes((const MuxCore *)session, header_bytes);
}

static void mplex_each_waiting(const MuxerSession *session,
                               void (*each)(void *data, const ChannelItem *item), void *data)
{
    mux_each_waiting((const MuxCore *)session, each, data);
}

static bool mplex_has_unsent(const MuxerSession *session)
{
    return mux_has_unsent((const MuxCore *)session);
}

static bool mplex_streams_have_unsent(const MuxerSession *session)
{
    return mux_streams_have_unsent((const MuxCore *)session);
}

static size_t mplex_memory_bytes(const MuxerSession *session)
{
    return mux_memory_bytes((const MuxCore *)session, sizeof(MuxCore));
}

static void mplex_check(const MuxerSession *session)
{
    const MuxCore *core = (const MuxCore *)session;
    mux_check(core);
    for (uint32_t i = 0; i < core->stream_count; i++) {
        const MuxStream *stream = core->streams[i].stream;
        g_assert(stream->window == MUX_NO_WINDOW);
        g_assert(!stream->is_write_ended || !stream->is_read_ended);
        g_assert(stream->end_wanted == 0 || stream->is_write_ended || mux_has_unformed(stream));
    }
}

const Muxer MUXER_mplex = {
    .name = "mplex",
    .protocol = "/mplex/6.7.0",
    .new = mplex_new,
    .free = mplex_free,
    .open = mplex_open,
    .write = mplex_write,
    .end = mplex_end,
    .go_away = mplex_go_away,
    .next = mplex_next,
    .receive = mplex_receive,
    .deadline = mplex_deadline,
    .expire = mplex_expire,
    .may_read = mplex_may_read,
    .ahead_bytes = mplex_ahead_bytes,
    .each_waiting = mplex_each_waiting,
    .has_unsent = mplex_has_unsent,
    .streams_have_unsent = mplex_streams_have_unsent,
    .memory_bytes = mplex_memory_bytes,
    .check = mplex_check,
};
