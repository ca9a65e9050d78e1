/* SPDX-License-Identifier: MIT */
/* Which node of an underlay each peer is attached to: the text of `peers.attach`.
 *
 *     round-robin          the nodes in turn
 *     Paris, London, 7     these nodes in turn, by name or by number
 *     file(FILE)           lines `peer,node`, one for each peer
 *
 * Unless told, peers are attached to the largest connected part of the graph only, since those in
 * different parts could not reach each other. */
#ifndef MODELS_PEER_PLACEMENT_H
#define MODELS_PEER_PLACEMENT_H

#include "models/graph.h"
#include "models/latency_source.h"

/* The node of each peer, to be freed by g_free; NULL and an error when the text is wrong. `name` is
 * the graph's, for messages. */
uint32_t *peer_placement_new(const Graph *graph, const char *name, const LatencyContext *context,
                             LatencyNotes *notes, GError **error);

#endif
