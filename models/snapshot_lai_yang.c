/* SPDX-License-Identifier: MIT */
/* Lai and Yang, "On distributed snapshots", Information Processing Letters 25(3), 1987, with the
 * counters of Mattern, "Efficient algorithms for distributed snapshots and global virtual time
 * approximation", 1993: for channels that lose nothing, in any order.
 *
 * A peer is white until it records its state and red from then on; each message tells its sender's
 * colour, and a white peer records before it takes a red message. What a red peer still gets of
 * white messages is the channel's state. How many white messages there were, each peer tells its
 * neighbours in its marker: the channel is complete when as many have come. */
#include "models/snapshot_algorithm.h"

/* Closes the channel when all white messages are here; the part when all channels are. */
static void settle(Host *host, SnapshotPart *part, uint32_t channel)
{
    const SnapshotChannel *at = &part->channels[channel];
    if (part->is_recorded && at->arrived == at->expected) {
        snapshot_part_close(part, channel);
    }
    if (part->is_recorded && part->open == 0) {
        snapshot_part_complete(host, part);
    }
}

static void turn_red(Host *host, SnapshotPart *part)
{
    snapshot_part_record(host, part);
    snapshot_part_count_arrived(host, part);
    snapshot_part_send_markers(host, part);
}

static void begin(Host *host, SnapshotPart *part)
{
    turn_red(host, part);
    if (part->open == 0) {
        snapshot_part_complete(host, part);
    }
}

static void marked(Host *host, SnapshotPart *part, uint32_t channel, const SnapshotMarker *marker)
{
    if (!part->is_recorded) {
        turn_red(host, part);
    }
    part->channels[channel].expected = marker->sent;
    settle(host, part, channel);
}

static void received(Host *host, SnapshotPart *part, uint32_t channel, const Message *message,
                     bool is_coloured)
{
    if (part->is_recorded && !is_coloured) {
        snapshot_part_keep(part, channel, message);
        part->channels[channel].arrived++;
        settle(host, part, channel);
    }
}

const SnapshotAlgorithm SNAPSHOT_lai_yang = {
    .name = "lai-yang",
    .colours_messages = true,
    .begin = begin,
    .marked = marked,
    .coloured = turn_red,
    .received = received,
};
