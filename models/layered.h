/* SPDX-License-Identifier: MIT */
/* Inside models/: a connection of layers on TCP, one half of it: first the upgrade
 * (models/upgrade.h), then a muxer's session (models/muxer.h) with channels (models/channel.h) on
 * top. What one side says in one instant goes out together, as one sealed record; a record is an
 * item in TCP's stream (models/tcp_items.h) and holds messages of the upgrade or the muxer's
 * frames. */
#ifndef MODELS_LAYERED_H
#define MODELS_LAYERED_H

#include "models/channel.h"
#include "models/muxer.h"
#include "models/tcp_endpoint.h"
#include "models/upgrade.h"

/* What there is of it during the upgrade only. */
typedef struct LayeredUpgrade {
    Upgrade state;
    SimTime busy_until; /* computing what goes out next */
    Span *step;         /* of the dial: what it is at; NULL: nothing that is shown */
    bool has_computed;
} LayeredUpgrade;

/* It stands behind its endpoint, see layered_endpoint(). */
typedef struct Layered {
    MuxedConnection muxed; /* first: it is known by that */
    Host *host;
    LayeredUpgrade *upgrade; /* NULL once there is no more of it */
    MuxerSession *session;   /* NULL before */
    TimerId timer;
    SimTime wake_at;          /* when that is set for; SIM_TIME_MAX: it is not */
    SimTime timeout;          /* of the upgrade's step, or of identify; SIM_TIME_MAX: none */
    SimTime flush_at;         /* muxer.coalesce; SIM_TIME_MAX: nothing waits for that */
    bool is_settle_due;       /* at the end of this instant */
    bool is_closing, is_dead; /* in good order; the session has died */
    bool is_timer_idle;
    uint8_t shown_step; /* UpgradeStep that the span is of */
    uint8_t security;   /* its number */
} Layered;

_Static_assert(sizeof(Layered) <= 128, "an idle connection is small");

static inline TcpEndpoint *layered_endpoint(const Layered *layered)
{
    return (TcpEndpoint *)(uintptr_t)layered - 1;
}

static inline Layered *layered_of(Host *host, Connection *connection)
{
    TcpEndpoint *endpoint = tcp_endpoint_of(host, connection);
    return endpoint == NULL ? NULL : endpoint->user;
}

/* In the argument of its timers, for TCP has timers too. */
#define LAYERED_TIMER (UINT64_C(1) << 63)

/* What a part of a record is; its content follows it. */
typedef enum LayeredPartKind { LAYERED_UPGRADE, LAYERED_FRAME } LayeredPartKind;

typedef struct LayeredPart {
    uint32_t size_bytes; /* of all of it, a multiple of 8 */
    uint32_t kind;
    uint64_t content[];
} LayeredPart;

/* What it hears from TCP. */
extern const TcpUser LAYERED_TCP_USER;

/* models/layered_output.c: sends what there is to send, as far as it may, and sets the timer. */
void layered_flush(Host *host, Layered *layered);
/* Has that done at the end of this instant; or later, where muxer.coalesce lets it wait. */
void layered_flush_later(Host *host, Layered *layered);
bool layered_may_wait(const Host *host, const Layered *layered);
void layered_set_timer(Host *host, Layered *layered);
/* There is no more of the upgrade. */
void layered_end_upgrade(Host *host, Layered *layered);

/* models/layered_record.c: what the record learns. */
void layered_messages(const TcpItem *item, void (*each)(void *data, const MessageHeader *header),
                      void *data);
/* Messages in an item that reaches nobody; in those that the session holds at the end of the run.
 */
void layered_record_lost(void *layered, const ChannelItem *item);
void layered_record_waiting(const Layered *layered);
uint64_t layered_packet_digest(const EventContent *content);
/* The steps of a dial as spans: the transport is opening; it is open; the upgrade may have gone on
 * to another step; it has failed in this one. */
void layered_show_dial(Host *host, Layered *layered);
void layered_show_open(Host *host, Layered *layered);
void layered_show_step(Host *host, Layered *layered);
void layered_show_failure(Host *host, Layered *layered);

#endif
