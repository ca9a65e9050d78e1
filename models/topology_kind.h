/* SPDX-License-Identifier: MIT */
/* What a kind of topology fills in (models/topology_list.h). Either it is arithmetic: degree and
 * neighbour are functions of the shape; or it generates edges once, which models/topology.c then
 * keeps. */
#ifndef MODELS_TOPOLOGY_KIND_H
#define MODELS_TOPOLOGY_KIND_H

#include "models/edge_set.h"
#include "models/topology.h"

/* What arithmetic kinds know. */
typedef struct TopologyShape {
    uint32_t peers;
    uint32_t arity;         /* tree */
    uint32_t rows, columns; /* grid; the last row may be short unless it wraps */
    bool wrap;
} TopologyShape;

/* What generating kinds get. */
typedef struct TopologyRequest {
    const TopologyOptions *options;
    uint32_t peers;
    uint64_t key;     /* of the random purpose `topology` */
    const char *file; /* as written; NULL: none given */
    const char *directory;
    EdgeSet *edges;      /* to be filled; (from, to) if directed */
    GArray *opposite;    /* of Edge, to be filled if directed: those whose reverse is in `edges` */
    bool is_directed;    /* set when the edges have a direction */
    GPtrArray *names;    /* of char *, to be filled for peers 0.. or left empty */
    GPtrArray *warnings; /* of char * */
} TopologyRequest;

typedef struct TopologyKind {
    const char *name;
    const char *help;
    bool reads_file;
    /* Arithmetic kinds. check may be NULL. */
    bool (*check)(const TopologyShape *shape, GError **error);
    uint32_t (*degree)(const TopologyShape *shape, EntityId peer);
    EntityId (*neighbour)(const TopologyShape *shape, EntityId peer, uint32_t k);
    uint64_t (*edge_count)(const TopologyShape *shape);
    /* Generating kinds. */
    bool (*generate)(TopologyRequest *request, GError **error);
} TopologyKind;

#endif
