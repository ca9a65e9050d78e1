/* SPDX-License-Identifier: MIT */
/* Global snapshots under any application. An application that talks over channels instead of
 * streams of its own gets snapshots for two callbacks: record_state and describe_message. All else
 * is the layer's: it opens the channels, sends and receives the markers, keeps what was on the way,
 * collects the parts at the initiator, ends every snapshot, and judges it by an oracle.
 *
 * A channel leads one way, from a peer to a neighbour of the overlay; of a directed edge only the
 * one from tail to head exists. It is one long-lived stream that its sender opens, and carries the
 * application's messages and the markers of snapshots in one order (`snapshot.channel` can choose a
 * stream for each message, which is the mistake of the original testbed).
 *
 * To put an application on channels: fill in a SnapshotApplication, name it in
 * Application.snapshot, and send with snapshot_send(). The scenario then has a section `snapshot`
 * (algorithm, initiators, times), the rows `snapshot PEER` in its timeline, and the metrics
 * `snapshot.*`. */
#ifndef MODELS_SNAPSHOT_H
#define MODELS_SNAPSHOT_H

#include "models/host.h"

#include <glib.h>

/* A field of the application's state, an int64_t, that `snapshot.state: file(CSV)` may set before
 * the start. */
typedef struct SnapshotKey {
    const char *name;
    size_t offset;
} SnapshotKey;

/* The parts of one snapshot that have come together at its initiator: see judge. */
typedef struct SnapshotCollection SnapshotCollection;

/* What the peer recorded, NULL where its part is not there; and the messages in its incoming
 * channels, each channel's as they arrived. */
const char *snapshot_collected_state(const SnapshotCollection *collection, EntityId peer);
uint32_t snapshot_collected_count(const SnapshotCollection *collection, EntityId peer);
Message snapshot_collected_message(const SnapshotCollection *collection, EntityId peer,
                                   uint32_t index);

typedef struct SnapshotApplication {
    const char *protocol;        /* of the channels: `/bank` */
    const char *const *messages; /* names of the message kinds, NULL-terminated */
    /* Fills in the state before the start, and before values from snapshot.state; not again after a
     * crash that a part of the state outlives. May be NULL. */
    void (*prepare)(Host *host);
    void (*received)(Host *host, EntityId sender, const Message *message);
    /* Appends the state of this peer, or the content of a message, as one JSON value, and returns
     * how much it holds of what the application conserves (0 when it conserves nothing). json may
     * be NULL: only the amount is wanted. */
    int64_t (*record_state)(const Host *host, GString *json);
    int64_t (*describe_message)(const Message *message, GString *json);
    const SnapshotKey *keys; /* ends with name NULL; NULL: none */
    /* Looks at a complete snapshot, at its initiator: a stable property that holds in it holds from
     * then on. May be NULL. */
    void (*judge)(Host *host, const SnapshotCollection *collection);
} SnapshotApplication;

/* The outgoing channels of this peer, by number, in ascending order of their receivers. */
uint32_t snapshot_channel_count(const Host *host);
EntityId snapshot_channel_receiver(const Host *host, uint32_t channel);

bool snapshot_has_channel(const Host *host, EntityId receiver);

/* Sends on the channel to that neighbour, which must be there. The message's span and stamp are the
 * layer's to use. */
void snapshot_send(Host *host, EntityId receiver, const Message *message);

#endif
