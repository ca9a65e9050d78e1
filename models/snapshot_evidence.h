/* SPDX-License-Identifier: MIT */
/* Inside the oracle: what it has seen, in the shape in which it judges. */
#ifndef MODELS_SNAPSHOT_EVIDENCE_H
#define MODELS_SNAPSHOT_EVIDENCE_H

#include "models/snapshot_clocks.h"
#include "models/snapshot_oracle.h"

/* In place of the receiver's cuts: it has not arrived when the run ends. */
#define ORACLE_UNDER_WAY UINT32_MAX

/* Messages of one directed channel that cuts do not tell apart. */
typedef struct OracleGroup {
    uint32_t sender_cuts, receiver_cuts; /* the latter only at the receiver */
    uint64_t count;
    uint64_t hash; /* the sum, at the receiver */
    int64_t amount;
} OracleGroup;

/* One direction between two peers, as one of them saw it. Most have one group, before and after the
 * snapshots a few. */
typedef struct OracleFlow {
    OracleGroup *groups; /* `first` while that is all */
    uint32_t count, capacity;
    OracleGroup first;
} OracleFlow;

typedef struct OracleCut {
    uint64_t snapshot;
    SimTime time;
    int64_t amount;  /* in the recorded state */
    int64_t held;    /* what starts, crashes and restarts had given the peer by then */
    uint32_t number; /* of the last message it had sent */
} OracleCut;

typedef struct OracleRecorded {
    uint64_t snapshot;
    OracleChannel channel;
} OracleRecorded;

typedef struct OraclePeer {
    int64_t held;
    GArray *cuts;                /* of OracleCut, in order; NULL: none */
    GArray *recorded;            /* of OracleRecorded; NULL: none */
    GHashTable *sent, *received; /* peer -> OracleFlow; NULL: none */
} OraclePeer;

struct SnapshotOracle {
    uint32_t count;
    OraclePeer *peers;
    SnapshotClocks *clocks; /* NULL: too many peers */
};

#endif
