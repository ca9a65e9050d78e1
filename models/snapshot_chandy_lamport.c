/* SPDX-License-Identifier: MIT */
/* Chandy and Lamport, "Distributed snapshots: determining global states of distributed systems",
 * ACM TOCS 3(1), 1985, for FIFO channels that lose nothing.
 *
 * A peer records its state on its own account or at its first marker, and before it sends anything
 * else sends a marker on each outgoing channel. The state of an incoming channel is what arrives
 * between the recording and that channel's marker: nothing, for the one that brought the first. The
 * part is complete when each incoming channel has brought its marker. */
#include "models/snapshot_algorithm.h"

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
    (void)marker;
    if (!part->is_recorded) {
        snapshot_part_record(host, part);
        snapshot_part_send_markers(host, part);
    }
    snapshot_part_close(part, channel);
    if (part->open == 0) {
        snapshot_part_complete(host, part);
    }
}

static void received(Host *host, SnapshotPart *part, uint32_t channel, const Message *message,
                     bool is_coloured)
{
    (void)host;
    (void)is_coloured;
    if (part->is_recorded && !part->channels[channel].is_closed) {
        snapshot_part_keep(part, channel, message);
    }
}

const SnapshotAlgorithm SNAPSHOT_chandy_lamport = {
    .name = "chandy-lamport",
    .begin = begin,
    .marked = marked,
    .received = received,
};
