/* SPDX-License-Identifier: MIT */
/* Inside models/: libp2p's identify on channels. Each side of a new connection asks the other who
 * it is on a stream of its own, and is answered with one message; a dial may wait for that. Source:
 * libp2p's identify specification. */
#ifndef MODELS_IDENTIFY_H
#define MODELS_IDENTIFY_H

#include "models/channel.h"

#define IDENTIFY_PROTOCOL "/ipfs/id/1.0.0"

/* Its number among the protocols of channels; the application's count from 0. */
enum { PROTOCOL_IDENTIFY = UINT16_MAX };

/* Asks, unless that is off; then, or at once, the dial is done. */
void identify_begin(Host *host, MuxedConnection *muxed);

/* For channels: the other side has asked; it has answered; it does not know identify, or has not
 * answered in time. */
void identify_answer(Host *host, MuxedConnection *muxed, Channel *channel);
void identify_arrived(Host *host, MuxedConnection *muxed, Channel *channel);
void identify_failed(Host *host, MuxedConnection *muxed);

#endif
