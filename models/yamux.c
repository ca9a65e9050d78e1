/* SPDX-License-Identifier: MIT */
/* yamux as go-yamux v5 does it (libp2p's specification, yamux/README.md): frames with a header of
 * 12 bytes, a window for each stream whose credit comes back when half of it has been read, windows
 * that double while updates follow each other within four round trips, and pings of the session
 * that measure those and find out whether the other side lives. */
#include "models/yamux_part.h"

enum { HEADER_BYTES = 12 };

void yamux_say(Yamux *yamux, SimTime now, MuxStream *stream, uint8_t type, uint8_t flags,
               uint32_t value)
{
    const MuxEntry entry = {.type = type, .flags = flags, .value = value};
    mux_say(&yamux->core, now, stream, &entry);
}

static void ping(Yamux *yamux, SimTime now)
{
    if (yamux->ping_sent == SIM_TIME_MAX) {
        yamux->ping_sent = now;
        yamux->is_ping_vital = false;
        yamux_say(yamux, now, NULL, PING, SYN, yamux->ping_number);
    }
}

/* Its life. */

static MuxerSession *yamux_new(const MuxerSettings *settings, BlockPool *blocks, bool is_initiator,
                               bool stands, SimTime now)
{
    Yamux *yamux = block_pool_take(blocks, sizeof *yamux);
    mux_core_init(&yamux->core, settings, blocks, is_initiator);
    yamux->core.data_type = DATA;
    yamux->core.payload_max_bytes = (uint32_t)settings->yamux.frame_bytes - HEADER_BYTES;
    yamux->core.queue_limit = (uint32_t)settings->yamux.queue;
    yamux->core.next_number = is_initiator ? 1 : 2;
    yamux->ping_sent = SIM_TIME_MAX;
    yamux->measure_at = yamux_after(now, settings->yamux.measure);
    yamux->keep_alive_at = yamux_after(now, settings->yamux.keep_alive);
    if (settings->yamux.measure > 0 && !stands) {
        ping(yamux, now);
    }
    return &yamux->core.session;
}

static void yamux_free(MuxerSession *session)
{
    if (mux_core_clear((MuxCore *)session)) {
        block_pool_give(session->blocks, session, sizeof(Yamux));
    }
}

void yamux_die(Yamux *yamux, MuxerDeath death)
{
    MuxCore *core = &yamux->core;
    core->is_dead = true;
    mux_enter(core);
    core->session.calls->died(core->session.user, death);
    mux_leave(core);
}

/* Streams. */

void yamux_begin_stream(Yamux *yamux, MuxStream *stream, SimTime now)
{
    stream->window = stream->credit = (uint64_t)yamux_settings(yamux)->window_bytes;
    stream->receive_window_bytes = (uint32_t)yamux_settings(yamux)->window_bytes;
    stream->epoch = now;
}

static void send_syn(Yamux *yamux, SimTime now, MuxStream *stream)
{
    stream->is_held = false;
    stream->is_unanswered = true;
    yamux->unanswered++;
    stream->number = yamux->core.next_number;
    yamux->core.next_number += 2;
    yamux_say(yamux, now, stream, WINDOW_UPDATE, SYN, 0);
}

/* The first of its own that wait may be opened: ids of one side grow with the order of opening. */
void yamux_open_held(Yamux *yamux, SimTime now)
{
    MuxCore *core = &yamux->core;
    for (uint32_t i = 0; i < core->stream_count && yamux->held > 0 &&
                         yamux->unanswered < yamux_settings(yamux)->backlog;
         i++) {
        MuxStream *stream = core->streams[i].stream;
        if (stream->is_held) {
            const uint32_t count = core->stream_count;
            yamux->held--;
            send_syn(yamux, now, stream);
            mux_offer(core, now, stream);
            yamux_send_end(yamux, now, stream);
            i -= count - core->stream_count;
        }
    }
}

void yamux_answered(Yamux *yamux, MuxStream *stream)
{
    if (stream->is_unanswered) {
        stream->is_unanswered = false;
        yamux->unanswered--;
    }
}

/* Both halves have ended. */
void yamux_finish(Yamux *yamux, MuxStream *stream)
{
    yamux_answered(yamux, stream);
    yamux->held -= stream->is_held;
    yamux->incoming -= !stream->is_own;
    mux_detach(&yamux->core, stream);
}

void yamux_send_end(Yamux *yamux, SimTime now, MuxStream *stream)
{
    if (stream->end_wanted == 0 || stream->is_write_ended || mux_has_unformed(stream) ||
        stream->is_held) {
        return;
    }
    const MuxEntry entry = {
        .type = WINDOW_UPDATE, .flags = FIN, .how = (uint8_t)(stream->end_wanted - 1)};
    stream->is_write_ended = true;
    mux_say(&yamux->core, now, stream, &entry);
    if (stream->is_read_ended) {
        yamux_finish(yamux, stream);
    }
}

static void send_reset(Yamux *yamux, SimTime now, MuxStream *stream)
{
    mux_drop_unsent(&yamux->core, stream);
    if (!stream->is_held) {
        const MuxEntry entry = {.type = WINDOW_UPDATE, .flags = RST, .how = STREAM_RESET};
        mux_say(&yamux->core, now, stream, &entry);
    }
    stream->is_write_ended = stream->is_read_ended = true;
    yamux_finish(yamux, stream);
}

static void yamux_open(MuxerSession *session, SimTime now, uint64_t id)
{
    Yamux *yamux = (Yamux *)session;
    if (yamux->core.is_dead) {
        return;
    }
    MuxStream *stream = mux_add(&yamux->core, id, true);
    yamux_begin_stream(yamux, stream, now);
    if (yamux->held > 0 || yamux->unanswered >= yamux_settings(yamux)->backlog) {
        stream->is_held = true;
        yamux->held++;
    } else {
        send_syn(yamux, now, stream);
    }
}

static void *yamux_write(MuxerSession *session, SimTime now, uint64_t id, const ChannelItem *item,
                         uint32_t body_size_bytes)
{
    MuxCore *core = (MuxCore *)session;
    MuxStream *stream = core->is_dead ? NULL : mux_find(core, id);
    return stream == NULL || stream->end_wanted != 0
               ? NULL
               : mux_write(core, now, stream, item, body_size_bytes);
}

static void yamux_end(MuxerSession *session, SimTime now, uint64_t id, StreamEnd how)
{
    Yamux *yamux = (Yamux *)session;
    MuxStream *stream = yamux->core.is_dead ? NULL : mux_find(&yamux->core, id);
    if (stream == NULL) {
        return;
    }
    if (how == STREAM_RESET || (stream->is_held && how == STREAM_CLOSE && stream->writes == 0)) {
        send_reset(yamux, now, stream);
        yamux_open_held(yamux, now);
        return;
    }
    if (how == STREAM_CLOSE) {
        stream->is_abandoned = stream->is_read_ended = true;
    }
    if (stream->is_write_ended && how == STREAM_CLOSE) {
        send_reset(yamux, now, stream); /* else nothing would tell the other side to stop */
    } else if (stream->end_wanted == 0 || how == STREAM_CLOSE) {
        stream->end_wanted = (uint8_t)(1 + how);
        yamux_send_end(yamux, now, stream);
    }
    yamux_open_held(yamux, now);
}

static void yamux_go_away(MuxerSession *session, SimTime now)
{
    Yamux *yamux = (Yamux *)session;
    if (!yamux->core.is_dead) {
        yamux_say(yamux, now, NULL, GO_AWAY, 0, GO_AWAY_NORMAL);
    }
}

/* Sending. */

static bool yamux_next(MuxerSession *session, SimTime now, uint32_t room_bytes, FrameBuffer *frames)
{
    MuxCore *core = (MuxCore *)session;
    if (core->is_freed || mux_queue_first(core) == NULL) {
        return false;
    }
    MuxStream *stream = mux_take(core, now, HEADER_BYTES, room_bytes, frames);
    if (stream != NULL) {
        yamux_send_end((Yamux *)session, now, stream);
        yamux_open_held((Yamux *)session, now);
    }
    return true;
}

/* Time. */

static SimTime write_deadline(const Yamux *yamux)
{
    return yamux->core.waiting_since == SIM_TIME_MAX
               ? SIM_TIME_MAX
               : yamux->core.waiting_since + yamux_settings(yamux)->write_timeout;
}

static SimTime ping_deadline(const Yamux *yamux)
{
    return yamux->ping_sent == SIM_TIME_MAX
               ? SIM_TIME_MAX
               : yamux->ping_sent + yamux_settings(yamux)->write_timeout;
}

static SimTime yamux_deadline(const MuxerSession *session, bool *ret_is_idle)
{
    const Yamux *yamux = (const Yamux *)session;
    if (yamux->core.is_dead) {
        *ret_is_idle = true;
        return SIM_TIME_MAX;
    }
    const SimTime idle = MIN(MIN(yamux->measure_at, yamux->keep_alive_at), ping_deadline(yamux));
    const SimTime busy = MIN(write_deadline(yamux), yamux->core.read_at);
    *ret_is_idle = busy == SIM_TIME_MAX;
    return MIN(idle, busy);
}

static void yamux_expire(MuxerSession *session, SimTime now)
{
    Yamux *yamux = (Yamux *)session;
    const YamuxSettings *settings = yamux_settings(yamux);
    if (yamux->core.is_dead) {
        return;
    }
    if (write_deadline(yamux) <= now) {
        yamux_die(yamux, MUXER_WRITE_TIMEOUT);
        return;
    }
    if (ping_deadline(yamux) <= now) {
        if (yamux->is_ping_vital) {
            yamux_die(yamux, MUXER_KEEP_ALIVE_LOST);
            return;
        }
        yamux->ping_sent = SIM_TIME_MAX; /* only a measurement */
        yamux->ping_number++;
    }
    if (yamux->measure_at <= now) {
        yamux->measure_at = yamux_after(now, settings->measure);
        ping(yamux, now);
    }
    if (yamux->keep_alive_at <= now) {
        yamux->keep_alive_at = yamux_after(now, settings->keep_alive);
        ping(yamux, now);
        yamux->is_ping_vital = true;
    }
    mux_expire_reading(&yamux->core, now, yamux_has_read, yamux_has_ended);
}

static bool yamux_may_read(const MuxerSession *session)
{
    (void)session;
    return true;
}

/* What it takes, and whether it is sound. */

static uint32_t header_bytes(const MuxEntry *entry)
{
    (void)entry;
    return HEADER_BYTES;
}

static uint64_t yamux_ahead_bytes(const MuxerSession *session)
{
    return mux_ahead_bytes((const MuxCore *)session, header_bytes);
}

static void yamux_each_waiting(const MuxerSession *session,
                               void (*each)(void *data, const ChannelItem *item), void *data)
{
    mux_each_waiting((const MuxCore *)session, each, data);
}

static bool yamux_has_unsent(const MuxerSession *session)
{
    return mux_has_unsent((const MuxCore *)session);
}

static bool yamux_streams_have_unsent(const MuxerSession *session)
{
    return mux_streams_have_unsent((const MuxCore *)session);
}

static size_t yamux_memory_bytes(const MuxerSession *session)
{
    return mux_memory_bytes((const MuxCore *)session, sizeof(Yamux));
}

static void yamux_check(const MuxerSession *session)
{
    const Yamux *yamux = (const Yamux *)session;
    const MuxCore *core = &yamux->core;
    uint32_t unanswered = 0, held = 0, incoming = 0;
    mux_check(core);
    for (uint32_t i = 0; i < core->stream_count; i++) {
        const MuxStream *stream = core->streams[i].stream;
        unanswered += stream->is_unanswered;
        held += stream->is_held;
        incoming += !stream->is_own;
        g_assert(stream->credit + mux_unread(stream) <= stream->receive_window_bytes);
        g_assert(!stream->is_write_ended || !stream->is_read_ended);
        g_assert(stream->end_wanted == 0 || stream->is_write_ended || stream->is_held ||
                 mux_has_unformed(stream));
    }
    g_assert(unanswered == yamux->unanswered && held == yamux->held);
    g_assert(incoming == yamux->incoming);
    g_assert(unanswered <= yamux_settings(yamux)->backlog);
    g_assert(held == 0 || unanswered == yamux_settings(yamux)->backlog);
}

const Muxer MUXER_yamux = {
    .name = "yamux",
    .protocol = "/yamux/1.0.0",
    .new = yamux_new,
    .free = yamux_free,
    .open = yamux_open,
    .write = yamux_write,
    .end = yamux_end,
    .go_away = yamux_go_away,
    .next = yamux_next,
    .receive = yamux_receive,
    .deadline = yamux_deadline,
    .expire = yamux_expire,
    .may_read = yamux_may_read,
    .ahead_bytes = yamux_ahead_bytes,
    .each_waiting = yamux_each_waiting,
    .has_unsent = yamux_has_unsent,
    .streams_have_unsent = yamux_streams_have_unsent,
    .memory_bytes = yamux_memory_bytes,
    .check = yamux_check,
};
