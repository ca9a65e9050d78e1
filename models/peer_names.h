/* SPDX-License-Identifier: MIT */
/* What peers are called: in rows of the timeline, in plots and in the database. */
#ifndef MODELS_PEER_NAMES_H
#define MODELS_PEER_NAMES_H

#include "models/peer.h"

/* Fills network->peer_names, or leaves it NULL when nothing names the peers. */
bool peer_names_settle(Network *network, GError **error);

#endif
