/* SPDX-License-Identifier: MIT */
/* What a space-time diagram shows: some peers, a window of time, and what happened among these
 * peers in it. A diagram of everything is black, so without a choice of the user's
 *
 * - up to 40 peers are all shown; of more, 20 that had to do with each other: the initiator of the
 *   first snapshot, or the first sender, and those it and they exchanged messages with first;
 * - up to 500 messages are all shown; of more, those around the first snapshot, or the first 300,
 *   and of these no more than some 40 mean latencies, beyond which every arrow looks upright. */
#ifndef ANALYSIS_SPACETIME_SCENE_H
#define ANALYSIS_SPACETIME_SCENE_H

#include "analysis/plot.h"

typedef struct SceneMessage {
    guint sender_row, receiver_row;
    guint kind; /* index into kinds */
    int64_t sent_ns, received_ns;
    enum {
        SCENE_DELIVERED,
        SCENE_LOST,
        SCENE_IN_FLIGHT
    } fate; /* received_ns with the first only */
} SceneMessage;

typedef struct SceneSpan {
    guint row, name; /* index into span_names */
    int64_t start_ns, end_ns;
    bool is_open; /* it never ended; end_ns is that of the window */
} SceneSpan;

typedef struct SceneState {
    guint row;
    int64_t recorded_ns;
} SceneState;

typedef struct Scene {
    GArray *peers;    /* of int64_t, ascending; the index is the row */
    GHashTable *rows; /* peer id (int64_t *) -> row + 1 */
    int64_t from_ns, to_ns;
    GArray *messages;         /* of SceneMessage, by time of sending */
    GPtrArray *kinds;         /* of char *, the most frequent first */
    GArray *spans;            /* of SceneSpan */
    GPtrArray *span_names;    /* of char * */
    GArray *states;           /* of SceneState, of the first snapshot, by row */
    int64_t message_count;    /* in the whole run */
    bool is_peer_choice_ours; /* not all peers, and the user did not say which */
    bool is_cut_short;        /* the window holds more messages than are drawn */
} Scene;

bool scene_read(const PlotSource *source, Scene *ret_scene, GError **error);
void scene_clear(Scene *scene);

/* Of the messages that arrived; 0 when none did. */
double scene_mean_latency_ns(const Scene *scene);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

#endif
