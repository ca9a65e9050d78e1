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

/* What only the dialer has to remember. */
typedef struct ConnectionAccount {
    /* For the row: kept until the end where rows are written. */
    uint64_t bytes_sent, bytes_received;
    SimTime opened;
    /* While it is being dialled; the account then ends above. */
    HostTimer timeout;
    Span span;
    uint32_t joined; /* later dials that wait for this one */
    uint32_t reserved;
} ConnectionAccount;

/* A cache line. */
struct Connection {
    uint64_t id;
    Connection *next; /* to the same peer */
    EntityId peer;
    uint32_t contact;   /* where the peer stands among the contacts */
    uint32_t streams;   /* the newest one: 1 + its slot, 0: none */
    uint32_t held : 25; /* how many items of its wait in the contact's queue */
    ConnectionState state : 1;
    bool is_dialer : 1;
    bool is_automatic : 1; /* dialled by the network, not by the application */
    bool has_carried : 1;  /* a stream */
    bool is_closing : 1;   /* no new stream can use it */
    bool is_untried : 1;   /* a dial that backs off: the stack knows nothing of it */
    bool is_attempt : 1;   /* one of several of a dial (models/ranked.h) */
    SimTime floor;         /* nothing that is sent now arrives before this */
    SimTime dialed;
    ConnectionAccount *account; /* NULL: none */
    void *transport;            /* of the stack; NULL: none */
};

/* Which connection and peer it is to, the connection knows. When it was opened stands behind the
 * application's state, where a row will say so. */
struct Stream {
    Connection *connection;
    uint64_t id;
    SimTime floor;
    uint32_t next, previous; /* of the connection's: 1 + slot, 0: none */
    uint32_t slot;           /* of this half in its host's table */
    uint32_t number;         /* of this half among all that its host ever had */
    uint32_t remote_slot;    /* of the other half, UINT32_MAX when not known */
    uint16_t protocol;
    bool is_write_closed : 1, is_remote_closed : 1;
    bool is_recorded : 1;
    bool has_sent : 1; /* a message: the other side knows the stream, or will */
    uint64_t state[];  /* of the application */
};

/* The stream in a slot of the host's table, NULL when there is none. */
static inline Stream *host_stream_at(const Host *host, uint32_t slot)
{
    const uintptr_t word = slot < host->stream_slots ? host->streams[slot] : STREAM_SLOT_FREE;
    return (word & STREAM_SLOT_FREE) != 0 ? NULL : (Stream *)word;
}

/* The streams of a connection one after another, newest first; NULL after the last. */
static inline Stream *connection_newest_stream(const Host *host, const Connection *connection)
{
    return host_stream_at(host, connection->streams - 1);
}
static inline Stream *stream_next(const Host *host, const Stream *stream)
{
    return host_stream_at(host, stream->next - 1);
}

/* Ids of connections that stood before the run are made of their ends. */
#define CONNECTION_PRECONNECTED (UINT32_C(1) << 31)
/* Others count, and have two bits for the transport where there are several (models/ranked.h). */
enum { CONNECTION_WAY_SHIFT = 28 };

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
/* The same, but its streams are reset, and the application is told. */
void connection_drop(Host *host, Connection *connection);

/* A dial of the application's takes a connection that is there or being dialled, and hears of it;
 * false: there is none. */
bool connection_reuse(Host *host, EntityId peer);
/* Begins a dial: the span, the timeout, and the stack's own steps. */
Connection *connection_dial(Host *host, EntityId peer, const char *name, const SpanContext *parent,
                            bool is_automatic);
/* An attempt of a dial on one of several transports: nobody finds it. It has failed, or was called
 * off; it is freed. It has won: the dial takes its id, and it is freed. */
Connection *connection_attempt(Host *host, const Connection *dial, unsigned way);
void connection_attempt_over(Host *host, Connection *attempt, Outcome outcome);
void connection_take_over(Host *host, Connection *dial, Connection *attempt);
/* For stacks: the dial has succeeded, or come to another end. */
void connection_opened(Host *host, Connection *connection);
void connection_failed(Host *host, Connection *connection, Outcome outcome);

/* is_recorded: it gets a row, which the opener's half writes. */
/* For the stack, when it is for it to know: what the other side has not ended already. */
void stream_tell_end(Host *host, Stream *stream, StreamEnd how);

Stream *stream_new(Host *host, Connection *connection, uint64_t id, unsigned protocol,
                   bool is_recorded);
/* Takes the half out of the tables and writes its row. */
void stream_free(Host *host, Stream *stream, Outcome outcome);
/* The half with that id: by slot when the sender knew it, else among the connection's streams. */
Stream *stream_find(Host *host, Connection *connection, uint64_t id, uint32_t slot);
/* The other side has ended the stream: tells the application, then frees it. */
void stream_ended(Host *host, Stream *stream, Outcome outcome);
/* The other side will send no more. */
void stream_half_closed(Host *host, Stream *stream);

#endif
