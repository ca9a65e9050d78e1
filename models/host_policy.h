/* SPDX-License-Identifier: MIT */
/* Inside models/: what a host allows itself, after go-libp2p's swarm and connection manager: dials
 * that take a connection which is there, a pause after a dial that failed, and an upper limit to
 * open connections. All of it is off by default: then a dial is a dial, and connections stay.
 *
 * Back-off, per peer and, where dials are ranked, transport: 5 s after the first failure, then 5 s
 * + n^2 * 1 s after n earlier ones, at most 5 min; a dial in that time fails at once. A success
 * clears it, and so does as long a time again without a failure.
 *
 * Connection manager: a host with more than connections.high open ones looks at them every
 * connections.silence and closes some, down to connections.low: those older than connections.grace,
 * none to a peer that the application protects; first those to peers with the lowest tag, then
 * those that carry no stream, inbound before outbound, then the oldest. The streams on them end
 * with OUTCOME_RESET. */
#ifndef MODELS_HOST_POLICY_H
#define MODELS_HOST_POLICY_H

#include "models/connection.h"

/* KIND_DIALED, deferred: the dial with that argument has found a connection that is open. Dials
 * count from 1, so its lower half is that of no dial. */
static inline uint64_t host_policy_reuse_argument(EntityId peer)
{
    return (uint64_t)peer << 32;
}

/* KIND_RELEASE with this argument: the connection manager looks. */
enum { HOST_POLICY_TRIM = 1 };

/* way: the transport, 0 where there is one. */
bool host_policy_is_backing_off(Host *host, EntityId peer, unsigned way);
/* What a dial or one of its attempts has come to. */
void host_policy_note_dial(Host *host, const Connection *connection, Outcome outcome);

/* A connection has opened, or an open one is gone. */
void host_policy_count(Host *host, int change);
void host_policy_trim(Host *host);

/* In a crash, and at the end of the run. */
void host_policy_forget(Host *host);

#endif
