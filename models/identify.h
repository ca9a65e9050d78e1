/* SPDX-License-Identifier: MIT */
/* Inside models/: libp2p's identify on channels. Each side of a new connection asks the other who
 * it is on a stream of its own, and is answered with one message; a dial may wait for that.
 *
 * When a peer's protocols or addresses change it pushes that message to all its connections, on a
 * stream of each (host_announce()). As in go-libp2p such a stream is negotiated before it is used,
 * even where the application's are lazy; so many are under way at once, and the next begins when
 * one has been written or given up. A peer that announces again meanwhile goes through its
 * connections once more, and leaves out those that were still to come. Sources: libp2p's identify
 * specification; go-libp2p, p2p/protocol/identify/id.go. */
#ifndef MODELS_IDENTIFY_H
#define MODELS_IDENTIFY_H

#include "models/channel.h"

/* Their numbers among the protocols of channels; the application's count from 0. */
enum { PROTOCOL_IDENTIFY_PUSH = UINT16_MAX - 1, PROTOCOL_IDENTIFY };

/* NULL: it is the application's. */
const char *identify_protocol_name(unsigned protocol);

/* Asks, unless that is off; then, or at once, the dial is done. */
void identify_begin(Host *host, MuxedConnection *muxed);

/* For channels: a channel of identify's can be used, where this side is to speak; the other side's
 * message has come; the other side does not know the protocol, and the channel is gone. */
void identify_speak(Host *host, MuxedConnection *muxed, Channel *channel);
void identify_arrived(Host *host, MuxedConnection *muxed, Channel *channel);
void identify_refused(Host *host, MuxedConnection *muxed, unsigned protocol);
/* A channel is about to be freed before its time. */
void identify_note_gone(Host *host, const Channel *channel);

/* For carriers: what was awaited has not come in time. */
void identify_timed_out(Host *host, MuxedConnection *muxed);

/* KIND_RELEASE, deferred, with this argument: the pushes go on. */
enum { IDENTIFY_GO_ON = 2 };
void identify_go_on(Host *host);

/* In a crash, and at the end of the run. */
void identify_forget(Host *host, bool by_crash);

#endif
