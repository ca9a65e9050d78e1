/* SPDX-License-Identifier: MIT */
/* The overlay: who is whose neighbour, and who of the two dials. Built once, before the run, and
 * never changed, so partitions share it. Any peer may still dial any other.
 *
 * The neighbours of a peer are numbered from 0 in ascending order of their own numbers; nobody is
 * its own neighbour or a neighbour twice. An undirected edge is dialled by its lower-numbered end,
 * which is the order of the original testbed: peer i dials every j > i. In a directed topology
 * (read from a file) the tail dials the head; of two opposite edges the first in the
 * file counts. Neighbourhood is mutual in both, but a directed edge is a channel of one way only,
 * and of two opposite edges each is one.
 *
 * Regular kinds are arithmetic and take no memory: a full mesh of a million peers is as cheap as a
 * ring. All randomness comes from the run's seed, purpose `topology`. */
#ifndef MODELS_TOPOLOGY_H
#define MODELS_TOPOLOGY_H

#include "sim/call_text.h"
#include "sim/event.h"
#include "sim/settings.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Topology Topology;

/* The fields of section `topology`, filled through TOPOLOGY_SETTINGS. */
typedef struct TopologyOptions {
    CallText *kind;     /* a name of models/topology_list.h; edge-list(FILE), graphml(FILE) */
    int64_t degree;     /* random-regular: edges of each peer; small-world: of each, before
                           rewiring; scale-free: that each newcomer brings */
    double probability; /* erdos-renyi: of each edge */
    double beta;        /* small-world: share of edges that are rewired */
    int64_t arity;      /* tree: children of each inner peer */
    int64_t columns;    /* grid; 0: as square as can be */
    bool wrap;          /* grid: a torus */
    char *file;         /* edge-list, graphml: where the kind has no argument; may be empty */
    bool directed;      /* edge-list: tail dials head */
    bool preconnected;  /* the edges are connections that stand before time 0 */
} TopologyOptions;

extern const SettingsTable TOPOLOGY_SETTINGS;

/* `directory` is where a relative path starts (NULL: the working directory). */
Topology *topology_new(const TopologyOptions *options, uint32_t peers, uint64_t seed,
                       const char *directory, GError **error);
void topology_free(Topology *topology);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Topology, topology_free)

uint32_t topology_peer_count(const Topology *topology);
uint32_t topology_degree(const Topology *topology, EntityId peer);

/* Neighbour number k < degree, in ascending order. */
EntityId topology_neighbour(const Topology *topology, EntityId peer, uint32_t k);

/* True when `peer` is the one that dials its neighbour number k. */
bool topology_dials(const Topology *topology, EntityId peer, uint32_t k);

/* Of a directed edge only the tail sends to the head; all others are channels both ways. */
bool topology_is_directed(const Topology *topology);
bool topology_sends(const Topology *topology, EntityId peer, uint32_t k);    /* to neighbour k */
bool topology_receives(const Topology *topology, EntityId peer, uint32_t k); /* from it */

/* A regular kind: connected, and without memory. */
bool topology_is_arithmetic(const Topology *topology);

/* Pairs of neighbours. */
uint64_t topology_edge_count(const Topology *topology);

bool topology_has_edge(const Topology *topology, EntityId a, EntityId b);

/* What the file calls the peer; NULL where there is none or it does not say. */
const char *topology_peer_name(const Topology *topology, EntityId peer);

/* The kinds one by one: name, and what it is in a few words. false past the end. */
bool topology_kind(unsigned index, const char **ret_name, const char **ret_help);

/* The file that was read, as written, or NULL; remarks on it, NULL-terminated. */
const char *topology_input(const Topology *topology);
const char *const *topology_warnings(const Topology *topology);

#endif
