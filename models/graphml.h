/* SPDX-License-Identifier: MIT */
/* GraphML, as the Internet Topology Zoo and most graph tools write it: nodes, edges, parallel ones
 * and loops, `key` elements with defaults, `edgedefault` and an edge's own `directed`. Attributes
 * are known by their names, ignoring case: `label` or `name`, `Latitude` and `Longitude` of nodes;
 * `latency` or `delay`, `packet_loss` or `loss`, `bandwidth` or `LinkSpeedRaw` of
 * edges. Others are skipped, and so are nested
 * graphs' attributes; hyperedges are refused. Source: graphml.graphdrawing.org, GraphML primer. */
#ifndef MODELS_GRAPHML_H
#define MODELS_GRAPHML_H

#include "models/graph.h"

typedef struct GraphmlOptions {
    const char *unit; /* of latencies that come without one; NULL: that is an error */
} GraphmlOptions;

/* `name` is for messages. Warnings are appended as char *. The graph is finished; it is directed
 * when any edge is, and then undirected edges stand in it in both directions. */
Graph *graphml_parse(const char *text, size_t size_bytes, const char *name,
                     const GraphmlOptions *options, GPtrArray *warnings, GError **error);

#endif
