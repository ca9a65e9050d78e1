/* SPDX-License-Identifier: MIT */
/* What runs on the hosts: a table of handlers that a scenario module fills in. All tables end with
 * an entry whose name is NULL; entries are named by their index in the calls of models/host.h. */
#ifndef MODELS_APPLICATION_H
#define MODELS_APPLICATION_H

#include "models/host.h"

#include <glib.h>

/* A protocol on streams. Handlers may be NULL. */
typedef struct Protocol {
    const char *name;               /* `/testbed` */
    const char *const *messages;    /* names of the message kinds, NULL-terminated */
    size_t stream_state_size_bytes; /* kept with each half of a stream: stream_state() */
    /* Its messages travel like dials and closes: with random draws of their own, so that they leave
     * to all others the delays and losses that these would have without them. */
    bool is_control;
    void (*opened)(Host *host,
                   Stream *stream); /* the other side opened it; before its first message */
    void (*received)(Host *host, Stream *stream, const Message *message);
    void (*half_closed)(Host *host,
                        Stream *stream); /* the other side will send no more; NULL: close */
    /* The stream is gone: its connection ended, or the other side closed or reset it. Not called
     * for what this side ended itself. The stream must not be used afterwards. */
    void (*ended)(Host *host, Stream *stream, Outcome outcome);
} Protocol;

typedef struct TimerAction {
    const char *name;
    void (*run)(Host *host, uint64_t argument);
} TimerAction;

/* A row of the timeline. usage is its grammar, as in `send PEER PEER tokens COUNT`: words in
 * capitals are typed (PEER, PEERS, COUNT, DURATION, PROBABILITY, TEXT), others stand for
 * themselves. It runs at the first PEER, or at each of the first PEERS; a row without either runs
 * at the coordinator. `arguments` holds the typed words in order: peer numbers, counts, ns, parts
 * per 2^32; 0 for sets and texts. */
typedef struct Action {
    const char *name;
    const char *usage;
    const char *help;
    void (*run)(Host *host, const int64_t *arguments);
} Action;

typedef struct ControlAction {
    const char *name;
    void (*run)(Host *host, EntityId from, uint64_t argument, const SpanContext *span);
} ControlAction;

typedef struct MetricName {
    const char *name; /* after the module's own: `rtt` of ping is `ping.rtt` */
    const char *unit; /* ns, B, 1 */
    const char *help;
} MetricName;

/* What Application.check may want to know. */
typedef struct CheckContext {
    uint32_t peer_count;
    const char *const *peer_names; /* NULL: none */
    bool until_idle;               /* the run has no other end than that nothing happens any more */
} CheckContext;

typedef struct Application {
    const char *name;
    size_t state_size_bytes;
    size_t durable_size_bytes; /* the first bytes of the state outlive a crash */
    /* Looks at what the settings table cannot: how settings go with the number of peers or with
     * each other. Returns the full key at fault and sets the error, or NULL. */
    const char *(*check)(const void *settings, const CheckContext *context, GError **error);
    bool dials_itself; /* the network does not dial the topology's edges at the start */
    bool has_coordinator;
    void (*start)(Host *host); /* at time 0, at each peer */
    void (*start_coordinator)(Host *host);
    void (*restart)(Host *host); /* after a crash; NULL: start */
    /* Before a crash and after the run: frees what the state owns. May come twice. */
    void (*stop)(Host *host);
    void (*dialed)(Host *host, EntityId peer,
                   Outcome outcome); /* the result of a dial of its own */
    const Protocol *protocols;
    const TimerAction *timers;
    const Action *actions;
    const ControlAction *reports; /* run at the coordinator */
    const ControlAction *orders;  /* run at peers */
    const char *const *randoms;   /* names of random purposes */
    const MetricName *metrics;
    const char *const *series; /* names of quantities over time, after the module's own; or NULL */
    void (*print_state)(const void *state, GString *text); /* appends a JSON object */
    /* What skein verify compares; NULL: the printed state. */
    uint64_t (*hash_state)(const void *state);
    const struct SnapshotApplication *snapshot; /* models/snapshot.h; NULL: it takes no snapshots */
} Application;

#endif
