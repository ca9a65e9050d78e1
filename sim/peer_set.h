/* SPDX-License-Identifier: MIT */
/* A set of peers as text: `3`, `{0..9, 12}`, `all`, a name, `{Tokyo, Paris}`. Kept as sorted,
 * disjoint ranges. */
#ifndef SIM_PEER_SET_H
#define SIM_PEER_SET_H

#include "sim/event.h"

#include <glib.h>

typedef struct PeerSet PeerSet;

/* Numbers must be below count. names: count strings, or NULL when the peers have none. */
PeerSet *peer_set_new(const char *text, uint32_t count, const char *const *names, GError **error);
void peer_set_free(PeerSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerSet, peer_set_free)

uint32_t peer_set_count(const PeerSet *set);
EntityId peer_set_member(const PeerSet *set, uint32_t index); /* in ascending order */
bool peer_set_has(const PeerSet *set, EntityId peer);

#endif
