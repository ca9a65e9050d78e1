/* SPDX-License-Identifier: MIT */
/* Inside models/: the streams of one half of a connection that carries many, above a muxer or QUIC
 * and below the host. Each stream is a channel: multistream-select agrees on its protocol, then it
 * carries the application's messages, or identify.
 *
 * What is said on a channel stands in its bytes as items (models/channel_item.h); what is below
 * cuts, delays and orders the bytes and hands over an item when all of it has come. Nothing goes
 * out before the connection is ready; what the application sends until then, and until the
 * negotiation lets it, is held here. */
#ifndef MODELS_CHANNEL_H
#define MODELS_CHANNEL_H

#include "models/channel_item.h"
#include "models/connection.h"
#include "models/id_table.h"
#include "models/negotiation.h"
#include "models/stream_end.h"

typedef struct MuxedConnection MuxedConnection;

typedef enum ChannelItemKind {
    CHANNEL_ITEM_MESSAGE,  /* of the application: a MessageHeader and its content */
    CHANNEL_ITEM_WORD,     /* a NegotiationMessage */
    CHANNEL_ITEM_PREFIX,   /* the length before a word, where it is written apart */
    CHANNEL_ITEM_IDENTIFY, /* what a peer says of itself */
} ChannelItemKind;

/* What carries channels. A stream is known by its id. What is written in one instant leaves
 * together, at its end. */
typedef struct ChannelCarrier {
    void (*open)(Host *host, MuxedConnection *muxed, uint64_t stream); /* from this side */
    /* Where to write the body of an item that takes `length` bytes of the stream. NULL: the stream
     * is gone. */
    void *(*write)(Host *host, MuxedConnection *muxed, uint64_t stream, ChannelItemKind kind,
                   uint16_t flags, uint32_t length, uint32_t body_size_bytes);
    void (*end)(Host *host, MuxedConnection *muxed, uint64_t stream, StreamEnd how);
    /* When the wait for identify is over: identify_timed_out() is to be called.
     * SIM_TIME_MAX: never. */
    void (*set_identify_timeout)(Host *host, MuxedConnection *muxed, SimTime when);
} ChannelCarrier;

typedef struct Channel {
    uint64_t id; /* of the stream */
    struct Channel *next, *before;
    GByteArray *held; /* of ChannelItem; NULL: nothing */
    Negotiation negotiation;
    uint16_t protocol;
    uint8_t end;                      /* StreamEnd, of has_ended */
    bool has_begun;                   /* to negotiate */
    bool may_speak;                   /* in the protocol */
    bool has_ended, has_remote_ended; /* its half */
    bool is_end_held, is_ended_here;  /* is_ended_here: the application is not there any more */
} Channel;

/* The half of the connection: a part of what the carrier keeps of it. */
struct MuxedConnection {
    const ChannelCarrier *carrier;
    uint64_t id;            /* of the connection */
    Connection *connection; /* NULL: at a listener before it is ready, and once it has ended */
    Channel *channels;      /* the first; before it stands the last */
    IdTable by_id;          /* of the channels */
    Span *identify;         /* the span of it, while it is open; else NULL */
    EntityId peer;
    bool is_ready : 1;       /* to carry streams */
    bool is_known : 1;       /* identify has told what the other side speaks */
    bool is_identifying : 1; /* the answer is awaited */
    bool has_given_up : 1;   /* to await it */
    bool is_opening : 1;     /* the dialer has not been told that it is open */
    bool is_dialer : 1;
    bool is_push_due : 1; /* of identify, among those that begin one after another */
};

/* The carrier is ready: identify and the channels begin. The connection is made at a listener; at a
 * dialer (is_opening) it opens, now or when identify has come. Where dials are ranked, the dial has
 * won with this one. */
void channels_begin(Host *host, MuxedConnection *muxed);
/* Opens what was held for want of identify. */
void channels_open_held(Host *host, MuxedConnection *muxed);

Channel *channel_new(Host *host, MuxedConnection *muxed, uint64_t id, unsigned protocol);
Channel *channel_find(const MuxedConnection *muxed, uint64_t id); /* NULL: there is none */
/* Proposes its protocol. */
void channel_open(Host *host, MuxedConnection *muxed, Channel *channel);
/* Resets its stream, of which the application hears nothing, and frees it. */
void channel_drop(Host *host, MuxedConnection *muxed, Channel *channel);
/* It stands ready from before the run. */
void channels_stand(MuxedConnection *muxed);
/* Gives all of them, which are held, to a connection that has none. */
void channels_move(MuxedConnection *from, MuxedConnection *to);
/* Frees them; messages that are held are recorded with that fate. */
void channels_clear(Host *host, MuxedConnection *muxed, const char *fate);
/* Records what is held, at the end of the run. */
void channels_finish(Host *host, const MuxedConnection *muxed);

/* What the application does. */
void channel_send(Host *host, MuxedConnection *muxed, Stream *stream, const MessageHeader *header,
                  const void *content);
void channel_end(Host *host, MuxedConnection *muxed, const Stream *stream, StreamEnd how);

/* What the carrier has received. */
void channel_received(Host *host, MuxedConnection *muxed, uint64_t stream, const ChannelItem *item);
void channel_ended(Host *host, MuxedConnection *muxed, uint64_t stream, StreamEnd how);
/* The messages of the application in an item: calls each for at most one. */
void channel_item_messages(const ChannelItem *item,
                           void (*each)(void *data, const MessageHeader *header), void *data);
/* All that decides of an item. */
uint64_t channel_item_digest(const ChannelItem *item);

#endif
