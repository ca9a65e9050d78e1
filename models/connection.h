/* SPDX-License-Identifier: MIT */
/* Inside models/: one peer's half of a connection, and its halves of the streams on it. The two
 * halves share only ids: (who dialled or opened, that peer's count). What one half knows of the
 * other it learnt from messages.
 *
 * A connection or stream writes its row when its dialer's or opener's half ends, or at the end of
 * the run. On a stack without connections a half of id 0, known to its own side only, holds the
 * streams to a peer. */
#ifndef MODELS_CONNECTION_H
#define MODELS_CONNECTION_H

#include "models/peer.h"

typedef enum ConnectionState { CONNECTION_DIALING, CONNECTION_OPEN } ConnectionState;

/* What a message touches comes first, a cache line of it. */
struct Connection {
    uint64_t id;
    Connection *next; /* to the same peer */
    Stream *streams;
    EntityId peer;
    uint32_t contact; /* where the peer stands among the contacts */
    ConnectionState state;
    uint32_t held; /* how many items of its wait in the contact's queue */
    uint64_t bytes_sent, bytes_received;
    SimTime floor; /* nothing that is sent now arrives before this */
    SimTime dialed, opened;
    HostTimer timeout;
    Span span; /* of the dial */
    bool is_dialer;
    bool is_automatic; /* dialled by the network, not by the application */
    bool has_carried;  /* a stream */
    bool is_closing;   /* no new stream can use it */
    void *transport;   /* of the stack; NULL: none */
};

struct Stream {
    uint64_t id;
    Stream *next, **link; /* the list it is in, and what points to it there */
    Connection *connection;
    EntityId peer;
    uint32_t slot;        /* of this half in its host's table */
    uint32_t number;      /* of this half among all that its host ever had */
    uint32_t remote_slot; /* of the other half, UINT32_MAX when not known */
    uint16_t protocol;
    bool is_write_closed, is_remote_closed, is_recorded;
    bool has_sent;    /* a message: the other side knows the stream, or will */
    uint32_t contact; /* as in the connection */
    SimTime opened;
    SimTime floor;
    uint64_t state[]; /* of the application */
};

/* With the memory that the application has in each half. */
static inline size_t stream_size_bytes(const Host *host, unsigned protocol)
{
    return sizeof(Stream) + host->network->application->protocols[protocol].stream_state_size_bytes;
}

/* Ids of connections that stood before the run are made of their ends. */
#define CONNECTION_PRECONNECTED (UINT32_C(1) << 31)

Connection *connection_new(Host *host, uint64_t id, EntityId peer, ConnectionState state);
/* The contact that it belongs to; valid until the host gets another one. */
static inline Contact *connection_contact(const Host *host, const Connection *connection)
{
    return &host->contacts.contacts[connection->contact];
}

/* The half with that id, or NULL. One that was preconnected is made when it is first asked for. */
Connection *connection_find(Host *host, EntityId peer, uint64_t id);
/* The oldest open connection to the peer, else the oldest that is being dialled, or NULL; likewise.
 */
Connection *connection_first(Host *host, EntityId peer);
/* One that has room for a stream of this side's, an open one before one that is being dialled; or
 * NULL. */
Connection *connection_for_stream(Host *host, EntityId peer);
/* The connection that this host dialled, by a number that a timer can hold; NULL when it is gone.
 */
uint64_t connection_dial_argument(const Connection *connection);
Connection *connection_dialed(Host *host, uint64_t argument);
/* Ends this half: its streams end with the outcome (handlers are told), its row is written. */
void connection_end(Host *host, Connection *connection, Outcome outcome);
/* The same without telling anyone: a crash, or the end of the run. */
void connection_free(Host *host, Connection *connection, Outcome outcome);

/* Closes it in good order: its streams are closed, nobody here is told. */
void connection_close(Host *host, Connection *connection);

/* Begins a dial: the span, the timeout, and the stack's own steps. */
Connection *connection_dial(Host *host, EntityId peer, const char *name, const SpanContext *parent,
                            bool is_automatic);
/* For stacks: the dial has succeeded, or come to another end. */
void connection_opened(Host *host, Connection *connection);
void connection_failed(Host *host, Connection *connection, Outcome outcome);

Stream *stream_new(Host *host, Connection *connection, EntityId peer, uint64_t id,
                   unsigned protocol);
/* Takes the half out of the tables and writes its row. */
void stream_free(Host *host, Stream *stream, Outcome outcome);
/* The half with that id: by slot when the sender knew it, else among the connection's streams. */
Stream *stream_find(Host *host, Connection *connection, uint64_t id, uint32_t slot);
/* The other side has ended the stream: tells the application, then frees it. */
void stream_ended(Host *host, Stream *stream, Outcome outcome);
/* The other side will send no more. */
void stream_half_closed(Host *host, Stream *stream);

#endif
