/* SPDX-License-Identifier: MIT */
/* How long a message is under way between two peers: the propagation delay of the pair, one way,
 * and the jitter on top. Bandwidth and queues come on top of it elsewhere.
 *
 * A model is built once from the text of `link.latency` and never changes, so partitions share it.
 * It holds no position and no generator: a delay is a function of the pair, the key of the link and
 * the number of the message on that directed link, all given by the caller.
 *
 *     5ms                                   constant
 *     uniform(5ms, 9ms)                     any distribution of sim/distribution.h
 *     matrix(FILE, unit=ms, kind=rtt)       models/latency_matrix.c
 *     regions(FILE, unit=ms, kind=one-way)  models/latency_regions.c
 *     coordinates(FILE)                     models/latency_coordinates.c
 *     graph(FILE)                           models/latency_graph.c: the underlay
 *     replay(FILE)                          models/latency_replay.c
 *
 * Where a table holds round trips, one way is RTT/2, rounded down from the lower-numbered peer to
 * the higher and up on the way back, so that a symmetric round trip comes out exactly. Each
 * direction halves its own entry.
 *
 * No delay is below the declared minimum of its pair, which is at least 1 ns: simulation in
 * partitions rests on that. A distribution that reaches down to zero or below (normal, exponential)
 * takes `min=`, and 1us without. Negative jitter is cut off at the minimum. */
#ifndef MODELS_LATENCY_H
#define MODELS_LATENCY_H

#include "sim/event.h"

#include <glib.h>
#include <stdbool.h>

typedef struct LatencyModel LatencyModel;

typedef struct LatencyContext {
    uint32_t peers;        /* numbers 0 .. peers - 1 */
    const char *directory; /* of relative paths; NULL: the working directory */
    const char *jitter;    /* text of link.jitter; NULL or `0`: none */
    const char *attach;    /* text of peers.attach, for graph(); NULL: round-robin */
    const char **fault;    /* set to the key at fault where that is not link.latency; may be NULL */
} LatencyContext;

/* What happens to a message as far as latency is concerned. */
typedef enum LatencyFate {
    LATENCY_ARRIVES,
    LATENCY_LOST,      /* replay(): the recorded message was lost */
    LATENCY_EXHAUSTED, /* replay(): more messages than the file has and no `then=` */
} LatencyFate;

LatencyModel *latency_model_new(const char *text, const LatencyContext *context, GError **error);
void latency_model_free(LatencyModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LatencyModel, latency_model_free)

/* The delay of message number `index` (from 0) on the link from sender to receiver. `key` is the
 * link's random key of the purpose of latency. Where the fate is not LATENCY_ARRIVES, the pair's
 * minimum. */
SimDuration latency_model_delay(const LatencyModel *model, EntityId sender, EntityId receiver,
                                uint64_t key, uint64_t index);

/* Delay and fate at once, for the way of every message. The key is that of random_key() with these
 * arguments; it is drawn where a delay varies only. */
SimDuration latency_model_send(const LatencyModel *model, EntityId sender, EntityId receiver,
                               uint64_t seed, uint64_t purpose, uint64_t index,
                               LatencyFate *ret_fate);

/* Always LATENCY_ARRIVES unless latency_model_is_replay(). */
LatencyFate latency_model_fate(const LatencyModel *model, EntityId sender, EntityId receiver,
                               uint64_t index);
bool latency_model_is_replay(const LatencyModel *model);

/* True when the delay of a pair never varies: no draw is needed and none is made. */
bool latency_model_is_constant(const LatencyModel *model);

/* The smallest delay that the pair can get, and that any pair of different peers can get. Both at
 * least 1 ns. */
SimDuration latency_model_minimum(const LatencyModel *model, EntityId sender, EntityId receiver);
SimDuration latency_model_lower_bound(const LatencyModel *model);

/* Probability of loss on the path through the underlay; 0 for all kinds but graph(). */
double latency_model_path_loss(const LatencyModel *model, EntityId sender, EntityId receiver);

/* The least bandwidth on that path, bits per second; 0 where no edge says one, and for all kinds
 * but graph(), of which latency_model_has_paths() is true. */
int64_t latency_model_path_bandwidth(const LatencyModel *model, EntityId sender, EntityId receiver);
bool latency_model_has_paths(const LatencyModel *model);

/* True when the data itself loses messages: on a path of graph(), or a line `lost` of replay(). */
bool latency_model_loses(const LatencyModel *model);

/* What the model's data calls the peer, and the region it lies in; NULL where it does not say. */
const char *latency_model_peer_name(const LatencyModel *model, EntityId peer);
const char *latency_model_peer_region(const LatencyModel *model, EntityId peer);

/* True when every pair has the same minimum. */
bool latency_model_is_uniform(const LatencyModel *model);
/* A number that peers share only when they have the same minimum to any other peer. */
uint32_t latency_model_peer_place(const LatencyModel *model, EntityId peer);

/* The files that were read, as written, and remarks on the data that are no errors. Both end with
 * NULL and belong to the model. */
const char *const *latency_model_inputs(const LatencyModel *model);
const char *const *latency_model_warnings(const LatencyModel *model);

/* How the forms of the text are written, one by one; NULL past the end. */
const char *latency_model_usage(unsigned index);

#endif
