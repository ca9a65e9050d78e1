/* SPDX-License-Identifier: MIT */
/* Inside models/: one peer's part in one snapshot, and what an algorithm may do with it.
 *
 * A part is made by the first that the peer hears of the snapshot. It records the state once, keeps
 * messages for channels, closes channels, and is complete when the algorithm says so: it is then
 * sent to the initiator. What is left of it stays until the snapshot's deadline, so that whatever
 * comes late finds that the peer has had its part. After the deadline nothing of the snapshot is
 * heeded any more: that is how it ends at peers whom a loss, a crash or a partition kept waiting.
 */
#ifndef MODELS_SNAPSHOT_PART_H
#define MODELS_SNAPSHOT_PART_H

#include "models/host.h"

#include <glib.h>

/* What a marker tells. Plain bytes, without padding. */
typedef struct SnapshotMarker {
    uint64_t snapshot;
    SimTime started, deadline;
    uint64_t sent; /* lai-yang: how many messages its sender had sent on this channel before */
} SnapshotMarker;

/* A message that belongs to a channel's state. */
typedef struct SnapshotMessage {
    uint64_t id;
    uint32_t kind, size_bytes;
    uint64_t content[];
} SnapshotMessage;

typedef struct SnapshotChannel {
    GPtrArray *messages; /* of SnapshotMessage, as they arrived; NULL: none */
    uint64_t expected;   /* lai-yang: how many were sent before; UINT64_MAX: not known yet */
    uint64_t arrived;    /* lai-yang: how many of these have arrived */
    bool is_there;       /* an incoming channel on which a marker can come */
    bool is_closed;
} SnapshotChannel;

typedef struct SnapshotPart {
    struct SnapshotPart *next;
    SnapshotMarker marker;     /* what this peer passes on */
    SnapshotChannel *channels; /* by neighbour; NULL when the part is over */
    uint32_t open;             /* channels that are not closed */
    uint32_t markers;          /* sent */
    bool is_recorded, is_over;
    SimTime recorded;
    int64_t amount;
    char *state; /* JSON */
    Span span;   /* from recording to the part's end */
} SnapshotPart;

/* Records the application's state. Once. */
void snapshot_part_record(Host *host, SnapshotPart *part);
/* lai-yang: what has arrived on the channels so far is counted as white. */
void snapshot_part_count_arrived(Host *host, SnapshotPart *part);
/* A marker on each outgoing channel. */
void snapshot_part_send_markers(Host *host, SnapshotPart *part);
void snapshot_part_send_marker(Host *host, SnapshotPart *part, uint32_t channel);
/* The message belongs to the channel's state. */
void snapshot_part_keep(SnapshotPart *part, uint32_t channel, const Message *message);
/* The channel's state is complete. */
void snapshot_part_close(SnapshotPart *part, uint32_t channel);
/* The part is complete: it goes to the initiator. */
void snapshot_part_complete(Host *host, SnapshotPart *part);

#endif
