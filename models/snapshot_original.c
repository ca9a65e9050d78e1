/* SPDX-License-Identifier: MIT */
/* The snapshot of the original p2p-testbed (qri-io/p2p-testbed, commit 51490af, July 2018), for
 * comparison. At its first marker a peer records its state and sends a marker to each neighbour, on
 * a stream of its own. No channel is recorded, a marker may overtake messages, no part is
 * collected, and the initiator believes to be done when the first marker comes back to it. */
#include "models/snapshot_layer.h"

static void end_part(Host *host, SnapshotPart *part)
{
    for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
        snapshot_part_close(part, k);
    }
    snapshot_part_complete(host, part);
}

static void begin(Host *host, SnapshotPart *part)
{
    snapshot_part_record(host, part);
    snapshot_part_send_markers(host, part);
    if (part->open == 0) {
        snapshot_part_complete(host, part);
    }
}

static void marked(Host *host, SnapshotPart *part, uint32_t channel, const SnapshotMarker *marker)
{
    (void)channel;
    (void)marker;
    if (!part->is_recorded) {
        snapshot_part_record(host, part);
        snapshot_part_send_markers(host, part);
    }
    end_part(host, part);
}

/* Channels are not recorded. */
static void received(Host *host, SnapshotPart *part, uint32_t channel, const Message *message,
                     bool is_coloured)
{
    (void)host;
    (void)part;
    (void)channel;
    (void)message;
    (void)is_coloured;
}

const SnapshotAlgorithm SNAPSHOT_original = {
    .name = "original",
    .streams_per_marker = true,
    .records_states_only = true,
    .begin = begin,
    .marked = marked,
    .received = received,
};
