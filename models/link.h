/* SPDX-License-Identifier: MIT */
/* Inside models/: one direction between two peers, at its sender. It is asked what becomes of
 * something sent now: whether a partition stops it, whether it is lost, how long it takes. It never
 * owns time. */
#ifndef MODELS_LINK_H
#define MODELS_LINK_H

#include "models/host.h"
#include "models/peer.h"

/* True when a partition of the timeline separates the two now. */
bool link_is_cut_at(const Host *host, EntityId peer, SimTime time);
static inline bool link_is_cut(const Host *host, EntityId peer)
{
    return host->network->has_changes && link_is_cut_at(host, peer, host_now(host));
}

/* The delay of the next message, or of the next control (dial, close, reset), on the link; at least
 * the declared minimum. Each call uses one draw. */
SimDuration link_message_delay(Host *host, Contact *contact);
SimDuration link_control_delay(const Host *host, Contact *contact);

/* The delay of message number `index` that goes out at `time`, now or later, by the link's random
 * key of the purpose. */
SimDuration link_delay_at(Host *host, EntityId peer, SimTime time, uint64_t purpose,
                          uint64_t index);

/* Whether the message that link_message_delay(), or link_control_delay(), was last asked about is
 * lost. */
bool link_message_is_lost(const Host *host, Contact *contact);
bool link_control_is_lost(const Host *host, Contact *contact);

/* True where delays are those of a recording (link.latency: replay). */
bool link_is_replayed(const Host *host, EntityId peer);

/* For the kernel's check and the lookahead: no delay is ever less. */
SimDuration link_minimum(const Network *network, EntityId sender, EntityId receiver);
SimDuration link_lower_bound(const Network *network);

#endif
