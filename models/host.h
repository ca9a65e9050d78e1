/* SPDX-License-Identifier: MIT */
/* The peer, as a scenario sees it: everything that a scenario module may do is here. It dials,
 * opens streams, sends messages, sets timers, draws random numbers, starts spans and measures. What
 * lies below (links, stack) is chosen in the scenario file and looks the same from here.
 *
 * A handler runs at one host and touches only that host's state and its own streams. Everything to
 * others is a message. Handlers return void: what goes wrong in the simulated world (a lost
 * message, a dead peer) arrives as data. The coordinator is a host too: it has no network, only
 * orders to peers and reports from them. */
#ifndef MODELS_HOST_H
#define MODELS_HOST_H

#include "models/span.h"
#include "sim/distribution.h"
#include "sim/event.h"

#include <stddef.h>

typedef struct Stream Stream;

/* Who and when. */

EntityId host_id(const Host *host);
SimTime host_now(const Host *host);
void *host_state(const Host *host);          /* the module's state of this peer: zero at start */
const void *host_settings(const Host *host); /* the module's settings struct, the same for all */
uint32_t host_peer_count(const Host *host);
const char *host_peer_name(const Host *host, EntityId peer); /* NULL without a name */

/* The overlay. */
uint32_t host_neighbour_count(const Host *host);
EntityId host_neighbour(const Host *host, uint32_t index);
const char *const *host_peer_names(const Host *host); /* all of them; NULL without names */

/* The peers it has had to do with (the peerstore), in the order in which it came to know them. */
uint32_t host_known_count(const Host *host);
EntityId host_known(const Host *host, uint32_t index);

/* Connections and streams. */

typedef enum Outcome {
    OUTCOME_OPEN,
    OUTCOME_CLOSED,      /* in good order */
    OUTCOME_RESET,       /* torn down */
    OUTCOME_REFUSED,     /* nobody listens */
    OUTCOME_TIMEOUT,     /* no answer within dial.timeout */
    OUTCOME_CRASHED,     /* this peer itself crashed */
    OUTCOME_NO_PROTOCOL, /* the two have no security, muxer or protocol in common */
    OUTCOME_WRONG_PEER,  /* somebody else answers there */
    OUTCOME_BACK_OFF,    /* an earlier dial failed a short time ago: it was not tried */
    OUTCOME_CANCELLED,   /* of an attempt: the dial has a connection, or was given up */
} Outcome;

const char *outcome_name(Outcome outcome);

/* Begins a connection to a peer; Application.dialed tells the result. A peer that is connected, or
 * being dialled, gets a second connection, unless dial.reuse says that the first will do. `name`
 * names the dial's span, a child of `parent`; NULL: `dial`. */
void host_dial(Host *host, EntityId peer, const char *name, const SpanContext *parent);
bool host_is_connected(Host *host, EntityId peer); /* one that is open */
/* Closes all connections to the peer in good order: what was sent before still arrives, then the
 * other side's streams end with OUTCOME_CLOSED. The streams are gone for this side, and a dial that
 * is under way is given up without Application.dialed. */
void host_disconnect(Host *host, EntityId peer);

/* For the connection manager, which is off unless connections.high says otherwise: it closes no
 * connection to a protected peer, and those to peers with a low tag before others. A tag is 0 until
 * it is set; both are forgotten in a crash. */
void host_protect(Host *host, EntityId peer, bool is_protected);
void host_tag(Host *host, EntityId peer, int64_t value);

/* This peer's protocols or addresses have changed: tells all that it is connected to, with a
 * message of identify's size on a stream of each connection; those then know its protocols. Does
 * nothing where there is no identify: on stacks without it, or with identify.enabled: no. */
void host_announce(Host *host);

/* Opens a stream for protocol number `protocol` of the application. Uses the oldest open
 * connection to the peer, else the oldest being dialled, and dials when there is none; what is sent
 * meanwhile waits for the connection. Never NULL. `span` is the trace that the stream belongs to
 * for sampled recording; NULL: none. */
Stream *host_open(Host *host, EntityId peer, unsigned protocol, const SpanContext *span);

/* Likewise, on a connection of its own, which is dialled for it. */
Stream *host_open_apart(Host *host, EntityId peer, unsigned protocol, const SpanContext *span);

/* A message on a stream, one unit at the receiver. content is copied. size_bytes is what the
 * network carries and may exceed the content. kind counts in the protocol's messages. */
typedef struct Message {
    unsigned kind;
    uint32_t content_size_bytes;
    uint32_t size_bytes; /* 0: as much as the content */
    const void *content; /* plain bytes without padding or pointers: they enter the fingerprint */
    SpanContext span;    /* travels along */
    uint64_t stamp;      /* so does this; an observer's: it enters no fingerprint */
    /* Set for a receiver: */
    EntityId sender;
    uint64_t id;
    SimTime sent;
} Message;

/* false when the stream is closed for writing: nothing was sent. */
bool stream_send(Host *host, Stream *stream, const Message *message);
void stream_close_write(Host *host, Stream *stream); /* half-close: the end, after what was sent */
void stream_close(Host *host,
                  Stream *stream); /* both directions; the stream is gone for this side */
void stream_reset(Host *host, Stream *stream); /* abort; the stream is gone */

EntityId stream_peer(const Stream *stream); /* the other end */
uint64_t stream_id(const Stream *stream);
bool stream_is_opener(const Host *host, const Stream *stream);
/* The application's memory of this half: zero at first, as large as the protocol says, gone with
 * the half. */
void *stream_state(Stream *stream);
/* A name that a timer's argument can hold, and back: NULL when that half is gone. */
uint64_t stream_handle(const Stream *stream);
Stream *host_stream(Host *host, uint64_t handle);
/* The streams of that protocol that this host opened to the peer, one after another: NULL begins
 * and ends. */
Stream *host_next_stream(Host *host, EntityId peer, unsigned protocol, const Stream *after);

/* Timers, randomness, metrics. */

typedef uint64_t HostTimer; /* 0: none */

/* Timer number `timer` of the application, running once after `delay` >= 1 ns with `argument`. */
HostTimer host_after(Host *host, SimDuration delay, unsigned timer, uint64_t argument);
/* One that can be set again and again, cheaply. Background timers do not keep `stop: idle` waiting.
 */
HostTimer host_timer_new(Host *host, unsigned timer, uint64_t argument, bool background);
void host_timer_set(Host *host, HostTimer timer, SimDuration delay);
void host_timer_stop(Host *host, HostTimer timer);
void host_timer_free(Host *host, HostTimer timer);
bool host_timer_is_set(const Host *host, HostTimer timer);

/* Randomness with a name: `draws` is a counter in the peer's state, `purpose` the number of one of
 * the application's random names. Adding a purpose shifts nobody else's draws. */
uint64_t host_draw_below(Host *host, unsigned purpose, uint32_t *draws, uint64_t bound);
int64_t host_draw_from(Host *host, unsigned purpose, uint32_t *draws,
                       const Distribution *distribution);

/* A value of metric number `metric` of the application. */
void host_measure(Host *host, unsigned metric, int64_t value);

/* A value of series number `series` of the application, which may be of a stream: of its connection
 * and its other end. Recorded when record.series names it. */
void host_sample(Host *host, unsigned series, const Stream *stream, double value);

/* Log lines, shown by --log: host_log(host, level, format, ...). Free when off: the arguments are
 * not even evaluated. */
typedef enum LogLevel { LOG_OFF, LOG_WARNING, LOG_INFO, LOG_DEBUG } LogLevel;
#define host_log(host, level, ...)                                                                 \
    (host_logs(host, level) ? host_log_line(host, level, __VA_ARGS__) : (void)0)
bool host_logs(const Host *host, LogLevel level);
void host_log_line(Host *host, LogLevel level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What this host has just drawn at random, in the words of a row of the timeline that does the
 * same: `send 1 2 tokens 5`. With ScenarioModule.explicit_settings, the rows of a run are the run;
 * that is how skein check takes a random run apart: host_explain(host, format, ...). Free when
 * nobody asks. */
#define host_explain(host, ...)                                                                    \
    (host_explains(host) ? host_explain_row(host, __VA_ARGS__) : (void)0)
bool host_explains(const Host *host);
void host_explain_row(Host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The coordinator. */

/* From a peer to the coordinator, and from the coordinator to a peer, 1 ns later. `report` and
 * `order` count in the application's tables. A scenario that uses them runs on one thread. */
void host_report(Host *host, unsigned report, uint64_t argument);
void host_order(Host *coordinator, EntityId peer, unsigned order, uint64_t argument,
                const SpanContext *span);

#endif
