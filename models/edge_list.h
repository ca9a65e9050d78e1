/* SPDX-License-Identifier: MIT */
/* Edge lists: one edge a line, its two ends and perhaps a weight, as models/table_text.h splits
 * lines. Ends are numbers from 0, which are the nodes' numbers, or names, which are numbered as
 * they come up. The first line may be a header: names of columns (src,dst or from,to and so on), or
 * the counts of nodes and edges, known by the second being the count of the lines that follow and
 * the first being above all ends. */
#ifndef MODELS_EDGE_LIST_H
#define MODELS_EDGE_LIST_H

#include "models/graph.h"

typedef struct EdgeListOptions {
    bool is_directed; /* from the first end to the second */
    const char *unit; /* of the weights, which then are latencies; NULL: weights mean nothing */
} EdgeListOptions;

/* `name` is for messages. Warnings are appended as char *. The graph is finished. */
Graph *edge_list_parse(const char *text, size_t size_bytes, const char *name,
                       const EdgeListOptions *options, GPtrArray *warnings, GError **error);

#endif
