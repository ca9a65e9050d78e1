/* SPDX-License-Identifier: MIT */
/* Says whether a snapshot is right. The oracle stands at the message layer, below every snapshot
 * algorithm, and shares no variable with any: it sees each message of the application leave and
 * arrive, each state being recorded (a cut), and in the end what the algorithm says was in each
 * channel. It is told of no marker.
 *
 * Each message bears a stamp: how many cuts its sender had made. The receiver's side of a channel
 * keeps a count, an amount and a sum of content hashes for each pair (cuts of the sender when it
 * was sent, cuts of the receiver when it arrived). Such sums do not depend on order, and with them
 * every question about every pair of cuts has an exact answer after the run, in memory that grows
 * with cuts and not with messages:
 *
 *  - what was sent after the sender's cut and arrived before the receiver's: there must be none;
 *  - what was sent before the one and arrived after the other: exactly that must be in the channel;
 *  - what was sent before the cut and never arrived: it is lost, and in no channel;
 *  - states, channels and what is lost together hold what the application conserves.
 *
 * Vector clocks (models/snapshot_clocks.h) say the first of these a second time, where the run is
 * small enough; if they ever disagree, that is a reason too.
 *
 * An entry belongs to one peer and is touched at that peer only, so partitions need no lock. It is
 * exact at each recording level, since it looks at no record. */
#ifndef MODELS_SNAPSHOT_ORACLE_H
#define MODELS_SNAPSHOT_ORACLE_H

#include "sim/event.h"

#include <glib.h>

typedef struct SnapshotOracle SnapshotOracle;

SnapshotOracle *snapshot_oracle_new(uint32_t peers);
void snapshot_oracle_free(SnapshotOracle *oracle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SnapshotOracle, snapshot_oracle_free)

/* What a message is to the oracle. */
typedef struct OracleMessage {
    uint64_t id;    /* of the message layer: sender and its number */
    uint64_t hash;  /* of id, kind and content */
    int64_t amount; /* of what is conserved */
} OracleMessage;

uint64_t snapshot_oracle_hash(uint64_t id, unsigned kind, const void *content, size_t size_bytes);

/* At the sender; returns the stamp. At the receiver; and for what is on its way at the end. */
uint64_t snapshot_oracle_sent(SnapshotOracle *oracle, EntityId receiver, uint64_t id,
                              int64_t amount);
void snapshot_oracle_received(SnapshotOracle *oracle, EntityId receiver, uint64_t stamp,
                              const OracleMessage *message);
void snapshot_oracle_in_flight(SnapshotOracle *oracle, EntityId receiver, EntityId sender,
                               uint64_t stamp);

/* What the peer holds has changed by so much from outside: its start, a crash, a restart. */
void snapshot_oracle_adjust(SnapshotOracle *oracle, EntityId peer, int64_t amount);

/* The peer records its state for a snapshot. `number` is that of its last message so far. */
void snapshot_oracle_cut(SnapshotOracle *oracle, EntityId peer, uint64_t snapshot, SimTime now,
                         int64_t amount, uint32_t number);

/* What the algorithm says: the messages of the channel from `sender`, and whether that is all. To
 * be told once for each channel that holds anything or is not closed. */
typedef struct OracleChannel {
    EntityId sender;
    bool is_closed;
    uint32_t count;
    uint64_t hash; /* the sum of theirs */
    int64_t amount;
    uint32_t number_max; /* the greatest number in their ids */
} OracleChannel;

void snapshot_oracle_recorded(SnapshotOracle *oracle, EntityId peer, uint64_t snapshot,
                              const OracleChannel *channel);

/* After the run. */
typedef enum OracleVerdict {
    ORACLE_CONSISTENT,   /* all is there and right */
    ORACLE_PARTIAL,      /* parts are missing; nothing is wrong with what is there */
    ORACLE_INCONSISTENT, /* something is wrong */
} OracleVerdict;

const char *oracle_verdict_name(OracleVerdict verdict);

typedef struct OracleJudgement {
    OracleVerdict verdict;
    uint32_t cuts;     /* peers that recorded a state */
    uint64_t messages; /* recorded in channels */
    uint64_t lost;     /* sent before the cut, never arrived, not on the way */
    GString *reasons;  /* a JSON list of texts */
    GString *losses;   /* a JSON list of {sender, receiver, messages} */
} OracleJudgement;

/* Once, before the first judgement. */
void snapshot_oracle_settle(SnapshotOracle *oracle);

/* `completed`: when the algorithm believed it had everything, ORACLE_NEVER: it did not. `expected`
 * peers should have made the cut. */
#define ORACLE_NEVER INT64_MIN
void snapshot_oracle_judge(const SnapshotOracle *oracle, uint64_t snapshot, SimTime completed,
                           uint32_t expected, OracleJudgement *ret_judgement);
void oracle_judgement_clear(OracleJudgement *judgement);

#endif
