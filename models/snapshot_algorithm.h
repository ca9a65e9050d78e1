/* SPDX-License-Identifier: MIT */
/* Inside models/: a snapshot algorithm, told of what happens at one peer. It decides when the peer
 * records its state, which messages belong to a channel, and when a channel and the peer's part are
 * complete; models/snapshot_part.h is what it does this with. Adding one: a file and a line in
 * models/snapshot_algorithm_list.h. */
#ifndef MODELS_SNAPSHOT_ALGORITHM_H
#define MODELS_SNAPSHOT_ALGORITHM_H

#include "models/snapshot_part.h"

typedef struct SnapshotAlgorithm {
    const char *name;
    bool colours_messages; /* messages tell which snapshots their sender has recorded */
    bool
        streams_per_marker; /* markers go on streams of their own, whatever snapshot.channel says */
    bool records_states_only; /* and no channels; the end of the initiator's part is the end */
    /* This peer starts the snapshot. */
    void (*begin)(Host *host, SnapshotPart *part);
    /* A marker has come on the channel from neighbour `channel`; the part may be new. */
    void (*marked)(Host *host, SnapshotPart *part, uint32_t channel, const SnapshotMarker *marker);
    /* A message that tells of this snapshot is about to be received (colours_messages). */
    void (*coloured)(Host *host, SnapshotPart *part);
    /* A message of the application has come, before the application sees it. is_coloured: its
     * sender had recorded its state for this snapshot. */
    void (*received)(Host *host, SnapshotPart *part, uint32_t channel, const Message *message,
                     bool is_coloured);
    /* The application has sent one to that neighbour. May be NULL. */
    void (*sent)(Host *host, SnapshotPart *part, uint32_t channel);
} SnapshotAlgorithm;

/* By number, in the order of SNAPSHOT_ALGORITHM_NAMES, which ends with NULL. */
extern const SnapshotAlgorithm *const SNAPSHOT_ALGORITHMS[];
extern const char *const SNAPSHOT_ALGORITHM_NAMES[];

#endif
