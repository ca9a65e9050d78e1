/* SPDX-License-Identifier: MIT */
/* What latency models are made of: a source of propagation delays, one implementation for each kind
 * of text (models/latency_list.h). models/latency.c picks the kind, adds jitter and guards the
 * minimum. */
#ifndef MODELS_LATENCY_SOURCE_H
#define MODELS_LATENCY_SOURCE_H

#include "models/latency.h"
#include "sim/call_text.h"

typedef struct LatencySource LatencySource;

/* Collects what building a source found out on the way. */
typedef struct LatencyNotes {
    GPtrArray *inputs;   /* of char *: names of files as written */
    GPtrArray *warnings; /* of char * */
} LatencyNotes;

typedef struct LatencySourceKind {
    const char *name;
    const char *usage;
    LatencySource *(*new)(const CallText *call, const LatencyContext *context, LatencyNotes *notes,
                          GError **error);
    void (*free)(LatencySource *source);
    SimDuration (*delay)(const LatencySource *source, EntityId sender, EntityId receiver,
                         uint64_t key, uint64_t index);
    SimDuration (*minimum)(const LatencySource *source, EntityId sender, EntityId receiver);
    SimDuration (*lower_bound)(const LatencySource *source);
    /* The rest may be NULL: does not happen, is not known. */
    LatencyFate (*fate)(const LatencySource *source, EntityId sender, EntityId receiver,
                        uint64_t index);
    double (*path_loss)(const LatencySource *source, EntityId sender, EntityId receiver);
    int64_t (*path_bandwidth)(const LatencySource *source, EntityId sender, EntityId receiver);
    bool (*loses)(const LatencySource *source);
    const char *(*peer_name)(const LatencySource *source, EntityId peer);
    const char *(*peer_region)(const LatencySource *source, EntityId peer);
    /* Peers with the same number have the same delays; NULL: each peer may have its own. */
    uint32_t (*peer_place)(const LatencySource *source, EntityId peer);
} LatencySourceKind;

#define X(name) extern const LatencySourceKind LATENCY_##name;
#include "models/latency_list.h"
#undef X

/* Every source begins with its kind. */
struct LatencySource {
    const LatencySourceKind *kind;
};

/* Half a round trip: rounded down from the lower-numbered peer, up on the way back. */
static inline SimDuration latency_half(SimDuration rtt, EntityId sender, EntityId receiver)
{
    return rtt / 2 + (sender > receiver ? rtt % 2 : 0);
}

#endif
