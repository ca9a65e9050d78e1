/* SPDX-License-Identifier: MIT */
/* Inside yamux: what its files ask of each other. */
#ifndef MODELS_YAMUX_PART_H
#define MODELS_YAMUX_PART_H

#include "models/mux_core.h"

enum { DATA, WINDOW_UPDATE, PING, GO_AWAY };
enum { SYN = 1, ACK = 2, FIN = 4, RST = 8 };
enum { GO_AWAY_NORMAL, GO_AWAY_PROTOCOL_ERROR };

typedef struct Yamux {
    MuxCore core;
    SimDuration round_trip; /* smoothed; 0: not measured */
    SimTime ping_sent;      /* one is under way; SIM_TIME_MAX: none */
    SimTime measure_at, keep_alive_at;
    uint32_t ping_number;
    uint32_t unanswered, held; /* of its own streams: opened, waiting to be */
    uint32_t incoming : 31;
    bool is_ping_vital : 1; /* no answer ends the session */
} Yamux;

_Static_assert(sizeof(Yamux) <= 160, "a session is small");

static inline const YamuxSettings *yamux_settings(const Yamux *yamux)
{
    return &yamux->core.session.settings->yamux;
}

static inline SimTime yamux_after(SimTime now, SimDuration interval)
{
    return interval == 0 ? SIM_TIME_MAX : now + interval;
}

/* models/yamux.c */
void yamux_say(Yamux *yamux, SimTime now, MuxStream *stream, uint8_t type, uint8_t flags,
               uint32_t value);
/* The session is over; nothing of it may be touched afterwards. */
void yamux_die(Yamux *yamux, MuxerDeath death);
void yamux_begin_stream(Yamux *yamux, MuxStream *stream, SimTime now);
/* Opens those of its own streams that may be now. */
void yamux_open_held(Yamux *yamux, SimTime now);
/* The other side has taken the stream, or it is gone. */
void yamux_answered(Yamux *yamux, MuxStream *stream);
/* Both halves have ended. */
void yamux_finish(Yamux *yamux, MuxStream *stream);
/* The end of this side's half, once all that was written is in frames. */
void yamux_send_end(Yamux *yamux, SimTime now, MuxStream *stream);

/* models/yamux_receive.c */
void yamux_receive(MuxerSession *session, SimTime now, const MuxFrame *frame);
void yamux_has_read(MuxCore *core, SimTime now, MuxStream *stream);
bool yamux_has_ended(MuxCore *core, SimTime now, MuxStream *stream);

#endif
