/* SPDX-License-Identifier: MIT */
/* A second opinion on cuts, by vector clocks (Mattern 1989; Fidge 1988): the entry of a peer ticks
 * at each of its events, a message carries its sender's clock, its receiver takes the greater of
 * each entry. A cut is consistent exactly when for all i and j: V(cut of j)[i] <= V(cut of i)[i],
 * nobody knows more of i than i itself at its cut.
 *
 * Peers only write down what happens to them; the clocks are worked out after the run, in any order
 * in which no message is received before it was sent. That takes memory with each message, so it is
 * done for runs of up to 256 peers and not too many messages; beyond, there is no opinion. */
#ifndef MODELS_SNAPSHOT_CLOCKS_H
#define MODELS_SNAPSHOT_CLOCKS_H

#include "sim/event.h"

#include <glib.h>

typedef struct SnapshotClocks SnapshotClocks;

/* NULL for too many peers; all functions take that. */
SnapshotClocks *snapshot_clocks_new(uint32_t peers);
void snapshot_clocks_free(SnapshotClocks *clocks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SnapshotClocks, snapshot_clocks_free)

/* At the peer. */
void snapshot_clocks_sent(SnapshotClocks *clocks, EntityId peer, uint64_t message);
void snapshot_clocks_received(SnapshotClocks *clocks, EntityId peer, uint64_t message);
void snapshot_clocks_cut(SnapshotClocks *clocks, EntityId peer, uint64_t snapshot);

/* After the run, once, before the questions. */
void snapshot_clocks_settle(SnapshotClocks *clocks);

typedef enum ClocksOpinion { CLOCKS_NONE, CLOCKS_CONSISTENT, CLOCKS_INCONSISTENT } ClocksOpinion;

ClocksOpinion snapshot_clocks_opinion(const SnapshotClocks *clocks, uint64_t snapshot);

#endif
