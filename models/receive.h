/* SPDX-License-Identifier: MIT */
/* Inside models/: the network's event kinds, what runs when an event arrives at a host. */
#ifndef MODELS_RECEIVE_H
#define MODELS_RECEIVE_H

#include "models/peer.h"

/* By NetworkKind, up to KIND_TIMER_FIRST. */
extern const EventKind NETWORK_KINDS[KIND_TIMER_FIRST];

/* A message has come to this host, by whatever way. */
void receive_message(Host *host, const MessageHeader *header);
uint64_t message_header_digest(const MessageHeader *header);

/* A timer of the application. */
void receive_application_timer(Entity *self, const EventContent *content);

#endif
