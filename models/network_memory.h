/* SPDX-License-Identifier: MIT */
/* Bytes of a run: what one thing of each kind takes, and what the run's areas of memory hold in
 * all. Everything that grows with peers, connections, streams or messages is here; the topology,
 * the latency data and the recorder's 8 MiB are not. */
#ifndef MODELS_NETWORK_MEMORY_H
#define MODELS_NETWORK_MEMORY_H

#include "models/network.h"

typedef struct NetworkMemory {
    /* One of each, as the pools round it. */
    size_t peer_bytes; /* with the module's state, without anything to do with others */
    size_t contact_bytes;
    size_t connection_half_bytes;
    size_t stream_half_bytes; /* with the module's largest state of a half, and its slot */
    size_t event_bytes, timer_bytes;
    /* All there is. */
    uint64_t peers;
    size_t peers_bytes;
    size_t held_bytes; /* contacts, connections, streams and what waits, in use */
    size_t pool_bytes; /* the slabs these are cut from */
    size_t queue_bytes, timers_bytes, bodies_bytes;
} NetworkMemory;

/* After simulation_run(), or before: as it is then. */
NetworkMemory network_memory(const Network *network);

#endif
