/* SPDX-License-Identifier: MIT */
/* yamux: frames that have come. */
#include "models/yamux_part.h"

enum { TUNING_ROUND_TRIPS = 4 };

/* Credit for what has been read goes back when it is half the window; the window doubles when the
 * last update was a short time ago. */
void yamux_has_read(MuxCore *core, SimTime now, MuxStream *stream)
{
    Yamux *yamux = (Yamux *)core;
    const YamuxSettings *settings = yamux_settings(yamux);
    uint64_t window = stream->receive_window_bytes;
    const uint64_t held = stream->credit + mux_unread(stream);
    if (stream->is_read_ended || held >= window || window - held < window / 2) {
        return;
    }
    if (settings->auto_tune && yamux->round_trip > 0 &&
        now - stream->epoch < TUNING_ROUND_TRIPS * yamux->round_trip) {
        window = MIN(2 * window, MAX((uint64_t)settings->window_max_bytes, window));
        stream->receive_window_bytes = (uint32_t)window;
    }
    stream->epoch = now;
    yamux_say(yamux, now, stream, WINDOW_UPDATE, 0, (uint32_t)(window - held));
    stream->credit += window - held;
}

/* The other side's end has been read: it is told. */
bool yamux_has_ended(MuxCore *core, SimTime now, MuxStream *stream)
{
    Yamux *yamux = (Yamux *)core;
    const uint64_t id = stream->id;
    const StreamEnd how = (StreamEnd)(stream->end_arrived - 1);
    stream->is_read_ended = true;
    if (how == STREAM_CLOSE && !stream->is_write_ended) {
        /* Nobody there reads any more: what is left here ends as a handler's own close would. */
        mux_drop_unsent(core, stream);
        stream->end_wanted = 1 + STREAM_CLOSE;
        yamux_send_end(yamux, now, stream);
    } else if (stream->is_write_ended) {
        yamux_finish(yamux, stream);
    }
    yamux_open_held(yamux, now);
    mux_enter(core);
    core->session.calls->ended(core->session.user, id, how);
    return mux_leave(core);
}

static void refuse(Yamux *yamux, SimTime now, const MuxFrame *frame)
{
    const MuxEntry entry = {.type = WINDOW_UPDATE, .flags = RST, .how = STREAM_RESET};
    mux_say(&yamux->core, now, mux_stub(&yamux->core, frame->stream, frame->reserved), &entry);
}

static bool take_syn(Yamux *yamux, SimTime now, const MuxFrame *frame)
{
    MuxCore *core = &yamux->core;
    const int64_t limit = yamux_settings(yamux)->incoming;
    if (limit > 0 && yamux->incoming >= limit) {
        refuse(yamux, now, frame);
        return true;
    }
    MuxStream *stream = mux_add(core, frame->stream, false);
    stream->number = frame->reserved;
    yamux_begin_stream(yamux, stream, now);
    yamux->incoming++;
    yamux_say(yamux, now, stream, WINDOW_UPDATE, ACK, 0);
    mux_enter(core);
    core->session.calls->opened(core->session.user, frame->stream);
    return mux_leave(core);
}

static bool take_reset(Yamux *yamux, SimTime now, MuxStream *stream)
{
    MuxCore *core = &yamux->core;
    const uint64_t id = stream->id;
    const bool is_told = !stream->is_abandoned;
    mux_drop_unsent(core, stream);
    stream->is_write_ended = stream->is_read_ended = true;
    yamux_finish(yamux, stream);
    yamux_open_held(yamux, now);
    if (!is_told) {
        return true;
    }
    mux_enter(core);
    core->session.calls->ended(core->session.user, id, STREAM_RESET);
    return mux_leave(core);
}

static bool take_data(Yamux *yamux, SimTime now, MuxStream *stream, const MuxFrame *frame)
{
    if (frame->payload_bytes > stream->credit) {
        yamux_say(yamux, now, NULL, GO_AWAY, 0, GO_AWAY_PROTOCOL_ERROR);
        yamux_die(yamux, MUXER_PROTOCOL_ERROR);
        return false;
    }
    stream->credit -= frame->payload_bytes;
    if (stream->is_read_ended) {
        mux_lose_frame(&yamux->core, frame, (const uint8_t *)frame->items);
        return true;
    }
    return mux_arrived(&yamux->core, now, stream, frame, yamux_has_read);
}

static void take_stream_frame(Yamux *yamux, SimTime now, const MuxFrame *frame)
{
    MuxCore *core = &yamux->core;
    if ((frame->flags & SYN) != 0 && !take_syn(yamux, now, frame)) {
        return;
    }
    MuxStream *stream = mux_find(core, frame->stream);
    if (stream == NULL) {
        mux_lose_frame(core, frame, (const uint8_t *)frame->items); /* ended here */
        return;
    }
    if ((frame->flags & ACK) != 0) {
        yamux_answered(yamux, stream);
        yamux_open_held(yamux, now);
    }
    if (frame->type == WINDOW_UPDATE && frame->value > 0) {
        stream->window += frame->value;
        mux_offer(core, now, stream);
        yamux_send_end(yamux, now, stream);
    }
    if ((frame->flags & RST) != 0) {
        take_reset(yamux, now, stream);
        return;
    }
    if (frame->type == DATA && !take_data(yamux, now, stream, frame)) {
        return;
    }
    if ((frame->flags & FIN) != 0 && mux_find(core, frame->stream) == stream &&
        !stream->is_read_ended) {
        stream->end_arrived = (uint8_t)(1 + frame->how);
        if (mux_unread(stream) == 0) {
            yamux_has_ended(core, now, stream);
        }
    }
}

static void take_ping(Yamux *yamux, SimTime now, const MuxFrame *frame)
{
    if ((frame->flags & SYN) != 0) {
        yamux_say(yamux, now, NULL, PING, ACK, frame->value);
    } else if (yamux->ping_sent != SIM_TIME_MAX && frame->value == yamux->ping_number) {
        const SimDuration sample = MAX(now - yamux->ping_sent, 1);
        yamux->round_trip = yamux->round_trip == 0 ? sample : yamux->round_trip / 2 + sample / 2;
        yamux->ping_sent = SIM_TIME_MAX;
        yamux->ping_number++;
    }
}

void yamux_receive(MuxerSession *session, SimTime now, const MuxFrame *frame)
{
    Yamux *yamux = (Yamux *)session;
    if (yamux->core.is_dead || yamux->core.is_freed) {
        return;
    }
    if (!yamux->is_ping_vital || yamux->ping_sent == SIM_TIME_MAX) {
        yamux->keep_alive_at = yamux_after(now, yamux_settings(yamux)->keep_alive);
    }
    switch (frame->type) {
    case PING:
        take_ping(yamux, now, frame);
        break;
    case GO_AWAY:
        yamux_die(yamux, MUXER_GONE_AWAY);
        break;
    default:
        take_stream_frame(yamux, now, frame);
    }
}
