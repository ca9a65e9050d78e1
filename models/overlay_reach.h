/* SPDX-License-Identifier: MIT */
/* Which peers a message can reach that is passed on along the overlay's channels: whom the markers
 * of a snapshot come to. Worked out before the run, from the topology alone. */
#ifndef MODELS_OVERLAY_REACH_H
#define MODELS_OVERLAY_REACH_H

#include "models/topology.h"

typedef struct OverlayReach OverlayReach;

/* The topology is borrowed. */
OverlayReach *overlay_reach_new(const Topology *topology);
/* Where edges have a direction, the peers from which it will be asked must be named first. */
void overlay_reach_add(OverlayReach *reach, EntityId from);
void overlay_reach_free(OverlayReach *reach);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OverlayReach, overlay_reach_free)

bool overlay_reaches(const OverlayReach *reach, EntityId from, EntityId to);
uint32_t overlay_reach_count(const OverlayReach *reach, EntityId from); /* itself included */

#endif
