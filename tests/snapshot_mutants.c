/* SPDX-License-Identifier: MIT */
/* Snapshot algorithms with one mistake each: what an oracle has to find. */
#include "models/snapshot_algorithm.h"

extern const SnapshotAlgorithm SNAPSHOT_chandy_lamport, SNAPSHOT_lai_yang;

static void record(Host *host, SnapshotPart *part)
{
    snapshot_part_record(host, part);
    snapshot_part_send_markers(host, part);
}

static void begin(Host *host, SnapshotPart *part)
{
    record(host, part);
}

static void marked(Host *host, SnapshotPart *part, uint32_t channel, const SnapshotMarker *marker)
{
    SNAPSHOT_chandy_lamport.marked(host, part, channel, marker);
}

static void received(Host *host, SnapshotPart *part, uint32_t channel, const Message *message,
                     bool is_coloured)
{
    SNAPSHOT_chandy_lamport.received(host, part, channel, message, is_coloured);
}

/* The markers go out only after the next message of the application. */

static void begin_with_late_marker(Host *host, SnapshotPart *part)
{
    snapshot_part_record(host, part);
}

static void marked_with_late_marker(Host *host, SnapshotPart *part, uint32_t channel,
                                    const SnapshotMarker *marker)
{
    (void)marker;
    if (!part->is_recorded) {
        snapshot_part_record(host, part);
    }
    snapshot_part_close(part, channel);
    if (part->open == 0 && part->markers > 0) {
        snapshot_part_complete(host, part);
    }
}

static void sent_with_late_marker(Host *host, SnapshotPart *part, uint32_t channel)
{
    (void)channel;
    if (part->markers == 0) {
        snapshot_part_send_markers(host, part);
        if (part->open == 0) {
            snapshot_part_complete(host, part);
        }
    }
}

const SnapshotAlgorithm SNAPSHOT_late_marker = {
    .name = "late-marker",
    .begin = begin_with_late_marker,
    .marked = marked_with_late_marker,
    .received = received,
    .sent = sent_with_late_marker,
};

/* A channel is recorded up to its first message only. */
static void received_with_early_stop(Host *host, SnapshotPart *part, uint32_t channel,
                                     const Message *message, bool is_coloured)
{
    if (part->channels[channel].messages == NULL) {
        received(host, part, channel, message, is_coloured);
    }
}

const SnapshotAlgorithm SNAPSHOT_early_stop = {
    .name = "early-stop",
    .begin = begin,
    .marked = marked,
    .received = received_with_early_stop,
};

/* A channel is recorded beyond its marker, to the end of the part. */
static void received_with_late_stop(Host *host, SnapshotPart *part, uint32_t channel,
                                    const Message *message, bool is_coloured)
{
    (void)host;
    (void)is_coloured;
    if (part->is_recorded) {
        snapshot_part_keep(part, channel, message);
    }
}

const SnapshotAlgorithm SNAPSHOT_late_stop = {
    .name = "late-stop",
    .begin = begin,
    .marked = marked,
    .received = received_with_late_stop,
};

/* Markers after the first have no effect. */
static void marked_once(Host *host, SnapshotPart *part, uint32_t channel,
                        const SnapshotMarker *marker)
{
    if (!part->is_recorded) {
        marked(host, part, channel, marker);
    }
}

const SnapshotAlgorithm SNAPSHOT_second_marker_ignored = {
    .name = "second-marker-ignored",
    .begin = begin,
    .marked = marked_once,
    .received = received,
};

/* Markers go out at once, but the state is recorded after the next sending. */

static void begin_with_late_state(Host *host, SnapshotPart *part)
{
    snapshot_part_send_markers(host, part);
}

static void marked_with_late_state(Host *host, SnapshotPart *part, uint32_t channel,
                                   const SnapshotMarker *marker)
{
    (void)marker;
    if (part->markers == 0) {
        snapshot_part_send_markers(host, part);
    }
    snapshot_part_close(part, channel);
    if (part->open == 0) {
        if (!part->is_recorded) {
            snapshot_part_record(host, part);
        }
        snapshot_part_complete(host, part);
    }
}

static void sent_with_late_state(Host *host, SnapshotPart *part, uint32_t channel)
{
    (void)channel;
    if (!part->is_recorded) {
        snapshot_part_record(host, part);
    }
}

const SnapshotAlgorithm SNAPSHOT_late_state = {
    .name = "late-state",
    .begin = begin_with_late_state,
    .marked = marked_with_late_state,
    .received = received,
    .sent = sent_with_late_state,
};

/* The part is said to be complete when one marker is still to come. */
static void marked_with_early_end(Host *host, SnapshotPart *part, uint32_t channel,
                                  const SnapshotMarker *marker)
{
    (void)marker;
    if (!part->is_recorded) {
        record(host, part);
    }
    snapshot_part_close(part, channel);
    for (uint32_t k = 0; part->open == 1; k++) {
        snapshot_part_close(part, k);
    }
    if (part->open == 0) {
        snapshot_part_complete(host, part);
    }
}

const SnapshotAlgorithm SNAPSHOT_early_end = {
    .name = "early-end",
    .begin = begin,
    .marked = marked_with_early_end,
    .received = received,
};

/* Lai-Yang without its rule: a white peer takes a red message first and records later. */
static void coloured_without_effect(Host *host, SnapshotPart *part)
{
    (void)host;
    (void)part;
}

static void begin_lai_yang(Host *host, SnapshotPart *part)
{
    SNAPSHOT_lai_yang.begin(host, part);
}

static void marked_lai_yang(Host *host, SnapshotPart *part, uint32_t channel,
                            const SnapshotMarker *marker)
{
    SNAPSHOT_lai_yang.marked(host, part, channel, marker);
}

static void received_lai_yang(Host *host, SnapshotPart *part, uint32_t channel,
                              const Message *message, bool is_coloured)
{
    SNAPSHOT_lai_yang.received(host, part, channel, message, is_coloured);
}

const SnapshotAlgorithm SNAPSHOT_colour_ignored = {
    .name = "colour-ignored",
    .colours_messages = true,
    .begin = begin_lai_yang,
    .marked = marked_lai_yang,
    .coloured = coloured_without_effect,
    .received = received_lai_yang,
};

/* The channel from the last neighbour is not recorded. */
static void received_with_channel_forgotten(Host *host, SnapshotPart *part, uint32_t channel,
                                            const Message *message, bool is_coloured)
{
    if (channel + 1 < host_neighbour_count(host)) {
        received(host, part, channel, message, is_coloured);
    }
}

const SnapshotAlgorithm SNAPSHOT_channel_forgotten = {
    .name = "channel-forgotten",
    .begin = begin,
    .marked = marked,
    .received = received_with_channel_forgotten,
};
