/* SPDX-License-Identifier: MIT */
/* Inside models/: the snapshot layer between an application and its host.
 *
 * To the host the layer is an application: its tables are the application's own, so that the
 * indices in them stay, followed by the layer's. Its state in each host lies behind the
 * application's. What must outlive a crash, since the record needs it or a snapshot's number must
 * not come again, is in a journal for each peer, which only that peer touches.
 *
 *     snapshot_layer.c       what the layer is to the host: tables, start, timeline, timers
 *     snapshot_channel.c     channels: messages and markers out and in
 *     snapshot_part.c        a peer's part in a snapshot
 *     snapshot_collection.c  the parts that come together at the initiator
 *     snapshot_finish.c      after the run: verdicts, rows, metrics */
#ifndef MODELS_SNAPSHOT_LAYER_H
#define MODELS_SNAPSHOT_LAYER_H

#include "models/overlay_reach.h"
#include "models/peer.h"
#include "models/snapshot.h"
#include "models/snapshot_algorithm.h"
#include "models/snapshot_oracle.h"
#include "sim/peer_set.h"

typedef struct SnapshotSettings {
    int algorithm, channel;
    char *initiators;
    CallText *state;
    int64_t count;
    SimDuration start, interval, timeout;
} SnapshotSettings;

enum { SNAPSHOT_CHANNEL_LONG_LIVED, SNAPSHOT_CHANNEL_STREAM_PER_MESSAGE };

typedef enum SnapshotStatus {
    SNAPSHOT_RUNNING,
    SNAPSHOT_COMPLETE,
    SNAPSHOT_TIMED_OUT,
    SNAPSHOT_CRASHED, /* the initiator did, before the end */
} SnapshotStatus;

/* How a snapshot ended, at its initiator. */
typedef struct SnapshotOutcome {
    uint64_t id;
    SimTime started, completed;
    SnapshotStatus status;
    uint32_t expected; /* peers that its markers can reach */
    char *missing;     /* a JSON list of peers, NULL: none */
} SnapshotOutcome;

typedef struct SnapshotMarkerCount {
    uint64_t snapshot;
    uint64_t sent;
} SnapshotMarkerCount;

typedef struct SnapshotJournal {
    uint32_t started; /* snapshots, so far */
    GArray *outcomes; /* of SnapshotOutcome; NULL: none */
    GArray *markers;  /* of SnapshotMarkerCount; NULL: none */
} SnapshotJournal;

/* Of the messages of a channel pair: what lai-yang counts. */
typedef struct SnapshotCount {
    uint64_t sent, received;
} SnapshotCount;

/* The layer's state at a peer. */
typedef struct SnapshotPeer {
    SnapshotCount *counts; /* by neighbour; NULL unless messages are coloured */
    uint64_t *streams;     /* handles of the outgoing channels, by neighbour; NULL: none yet */
    SnapshotPart *parts;
    struct SnapshotCollection *collections;
} SnapshotPeer;

/* What the layer measures, for the run as a whole, after it. */
typedef enum SnapshotMetric {
    SNAPSHOT_METRIC_DURATION,
    SNAPSHOT_METRIC_MARKERS,
    SNAPSHOT_METRIC_MESSAGES,
    SNAPSHOT_METRIC_LOST,
    SNAPSHOT_METRIC_TIMED_OUT,
    SNAPSHOT_METRIC_WRONG,
    SNAPSHOT_METRIC_INCONSISTENT,
    SNAPSHOT_METRICS
} SnapshotMetric;

/* A field of a peer's state that is given. */
typedef struct SnapshotGiven {
    EntityId peer;
    uint32_t line;
    size_t offset;
    int64_t value;
} SnapshotGiven;

typedef struct SnapshotLayer {
    Application application; /* what the host sees */
    const Application *inner;
    const SnapshotApplication *user;
    unsigned first_protocol, first_timer, first_metric;
    unsigned marker_kind; /* on channels, after the application's */
    size_t state_offset;
    SnapshotSettings settings;
    const SnapshotAlgorithm *algorithm;
    PeerSet *initiators;
    GArray *given; /* of SnapshotGiven, by peer: values from snapshot.state */
    OverlayReach *reach;
    SnapshotOracle *oracle;
    SnapshotJournal *journals; /* by peer */
    uint32_t peer_count;
} SnapshotLayer;

/* The layer under an application that has Application.snapshot. */
SnapshotLayer *snapshot_layer_new(const Application *inner);
void snapshot_layer_free(SnapshotLayer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SnapshotLayer, snapshot_layer_free)

/* Once the network has its topology: reads the section `snapshot`. */
bool snapshot_layer_configure(SnapshotLayer *layer, Network *network, GError **error);
/* Once the timeline is known: who may start a snapshot. */
void snapshot_layer_prepare(SnapshotLayer *layer, const FaultPlan *plan);
/* snapshot.state: reads the file into layer->given. */
bool snapshot_state_read(SnapshotLayer *layer, Network *network, GError **error);
void snapshot_state_apply(const SnapshotLayer *layer, EntityId peer, void *state);
/* After the run: tells the oracle what is unfinished, judges, writes rows and metrics. */
void snapshot_layer_finish(Network *network);
/* A message has not arrived when the run ends. */
void snapshot_layer_in_flight(const Network *network, const MessageHeader *message,
                              EntityId receiver);

static inline SnapshotLayer *snapshot_layer(const Host *host)
{
    return host->network->snapshot;
}

static inline SnapshotPeer *snapshot_peer(const Host *host)
{
    return (SnapshotPeer *)(void *)((uint8_t *)(uintptr_t)host->state +
                                    host->network->snapshot->state_offset);
}

/* Channels. */

/* The neighbour's number, or UINT32_MAX. */
uint32_t snapshot_channel_number(const Host *host, EntityId neighbour);
void snapshot_channels_open(Host *host);
/* Something on the channel to that neighbour. */
void snapshot_channel_transmit(Host *host, uint32_t channel, const Message *message,
                               bool on_own_stream);
void snapshot_channel_received(Host *host, Stream *stream, const Message *message);

/* Parts. */

SnapshotPart *snapshot_part_find(const Host *host, uint64_t snapshot);
SnapshotPart *snapshot_part_new(Host *host, const SnapshotMarker *marker);
/* Drops what is past its deadline. */
void snapshot_parts_expire(Host *host);
/* Ends all, as they are: a crash, or the end of the run. */
void snapshot_parts_end(Host *host);

/* Collections. */

/* A part as it goes to the initiator. Its SnapshotMessages follow, each filled up to whole words,
 * then the state with its NUL. No padding. */
typedef struct SnapshotReport {
    uint64_t snapshot;
    SimTime recorded;
    int64_t amount;
    uint32_t peer, messages;
    uint32_t messages_size_bytes, state_size_bytes;
    uint64_t content[];
} SnapshotReport;

void snapshot_start(Host *host);
void snapshot_collect(Host *host, const SnapshotReport *report);
/* It ends without having everything. */
void snapshot_collection_timed_out(Host *host, uint64_t snapshot);
void snapshot_collections_end(Host *host, SnapshotStatus status);
/* For algorithms that collect nothing. */
void snapshot_collection_complete(Host *host, uint64_t snapshot);

#endif
