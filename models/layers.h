/* SPDX-License-Identifier: MIT */
/* Inside models/: the layers above the transport as a network has them: its settings, and what was
 * made of them. `tcp/noise/yamux` names a transport, a security and a muxer; `ws` for `tcp` puts a
 * websocket between. */
#ifndef MODELS_LAYERS_H
#define MODELS_LAYERS_H

#include "models/layer_settings.h"
#include "models/muxer_settings.h"
#include "models/upgrade.h"
#include "sim/peer_set.h"

typedef struct Layers {
    SecuritySettings security;
    MuxerChoiceSettings muxer;
    NegotiationSettings negotiation;
    IdentifySettings identify;
    UpgradeSettings upgrade;
    MuxerSettings muxers;
    UpgradePlan plan;
    const char **muxer_protocols;  /* of the plan */
    PeerSet *impostors, *refusers; /* NULL: none */
} Layers;

/* Makes the plan of what stack.name says (`tcp/noise/yamux`) and of the settings. Returns the full
 * key at fault and sets the error, or NULL. */
const char *layers_build(Layers *layers, const char *stack_name, uint32_t peer_count,
                         const char *const *peer_names, GError **error);
void layers_clear(Layers *layers);

/* True when the stack's name has layers: then it begins with a transport that layers_build() knows.
 */
bool layers_are_named(const char *stack_name);

static inline bool layers_meet_impostor(const Layers *layers, EntityId peer)
{
    return layers->impostors != NULL && peer_set_has(layers->impostors, peer);
}

static inline bool layers_refuse(const Layers *layers, EntityId peer)
{
    return layers->refusers != NULL && peer_set_has(layers->refusers, peer);
}

#endif
