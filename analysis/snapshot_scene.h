/* SPDX-License-Identifier: MIT */
/* One snapshot as a picture shows it: the cut, and the messages around it, told apart by what the
 * snapshot made of them. What crosses the cut is known from the record alone: a message is before
 * its sender's cut when its id is not above the last that the peer had sent by then, and before its
 * receiver's when it arrived earlier. (One that arrived in the very nanosecond of the cut stands as
 * the snapshot has it.)
 *
 * Of more than 40 peers, 20 are chosen: those with messages that went wrong, then those with
 * messages in channels, then the initiator and the first; with more than 60 of the user's choice,
 * only messages that cross the cut are drawn. The window is that of the snapshot and of the
 * messages that cross its cut. */
#ifndef ANALYSIS_SNAPSHOT_SCENE_H
#define ANALYSIS_SNAPSHOT_SCENE_H

#include "analysis/plot.h"

typedef enum SnapshotRole {
    ROLE_MARKER,
    ROLE_PLAIN,    /* it does not cross the cut */
    ROLE_RECORDED, /* it crosses the cut, and is in the channel's state */
    ROLE_MISSED,   /* it crosses the cut, and is in no channel's state */
    ROLE_EARLY,    /* sent after the one cut, it came before the other */
    ROLE_WRONG,    /* in a channel's state, though sent after the cut */
    ROLE_COUNT
} SnapshotRole;

typedef struct SnapshotArrow {
    int64_t id, sender_id, receiver_id;
    int64_t sent_ns, received_ns; /* received_ns < sent_ns: it never arrived */
    SnapshotRole role;
} SnapshotArrow;

typedef struct SnapshotDot {
    int64_t peer_id, recorded_ns;
} SnapshotDot;

typedef struct SnapshotScene {
    int64_t id, initiator_id, started_ns, ended_ns;
    char *algorithm, *status, *verdict, *reasons;
    GArray *dots;   /* of SnapshotDot, by peer: the cut */
    GArray *arrows; /* of SnapshotArrow, by time of sending */
    GArray *peers;  /* of int64_t, ascending: those drawn */
    int64_t from_ns, to_ns;
    guint peer_count, counts[ROLE_COUNT]; /* of all, drawn or not */
    bool is_peer_choice_ours, is_cut_short;
} SnapshotScene;

bool snapshot_scene_read(const PlotSource *source, SnapshotScene *ret_scene, GError **error);
void snapshot_scene_clear(SnapshotScene *scene);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SnapshotScene, snapshot_scene_clear)

/* The row of a peer in the picture, or -1. */
int snapshot_scene_row(const SnapshotScene *scene, int64_t peer_id);

#endif
