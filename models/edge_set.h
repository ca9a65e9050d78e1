/* SPDX-License-Identifier: MIT */
/* A growing list of edges in which none stands twice and none is a loop: what random topologies
 * are generated into. Edges keep their number, so one can be drawn by number, and exchanged. The
 * edge a-b is the same as b-a. Membership is an open-addressing table beside the list, 24 bytes an
 * edge in all, as millions of edges are made. */
#ifndef MODELS_EDGE_SET_H
#define MODELS_EDGE_SET_H

#include "sim/event.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct EdgeSet EdgeSet;

typedef struct Edge {
    EntityId from, to;
} Edge;

EdgeSet *edge_set_new(void);
void edge_set_free(EdgeSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EdgeSet, edge_set_free)

/* false, and nothing done, when it is a loop or there already (in either direction). */
bool edge_set_add(EdgeSet *set, EntityId from, EntityId to);
bool edge_set_has(const EdgeSet *set, EntityId a, EntityId b);

size_t edge_set_count(const EdgeSet *set);
Edge edge_set_edge(const EdgeSet *set, size_t number);

/* Puts other edges in the places of two: from a-b and c-d to a-c and b-d, or to a-d and b-c when
 * `crossed`. All degrees stay. false, and nothing done, when one of the new edges is a loop or
 * there already. */
bool edge_set_swap(EdgeSet *set, size_t first, size_t second, bool crossed);

/* Puts edge from-to in the place of edge `number`; false as for edge_set_add. */
bool edge_set_replace(EdgeSet *set, size_t number, EntityId from, EntityId to);

void edge_set_clear(EdgeSet *set);

#endif
