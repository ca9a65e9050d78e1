/* SPDX-License-Identifier: MIT */
/* Inside models/: a TCP at a host. It stands between the state machine (models/tcp.h), the packets
 * of models/packet_link.h and the connections of the host: gives the machine the time, sends what
 * it has to send, hands what arrives in order to the connection, and outlives that for as long as
 * TCP has something to do.
 *
 * What becomes of a message is known at the end of the run only, when both ends can be looked at:
 * the receiver records what it delivers, and of what a sender never saw acknowledged, the rest was
 * not. So a host remembers the messages of connections that ended otherwise than in good order, and
 * how far it had received. */
#ifndef MODELS_TCP_ENDPOINT_H
#define MODELS_TCP_ENDPOINT_H

#include "models/connection.h"
#include "models/id_table.h"
#include "models/packet_link.h"
#include "models/tcp.h"
#include "models/tcp_items.h"

typedef struct TcpEndpoint {
    Tcp tcp;
    uint64_t id;            /* of the connection */
    Connection *connection; /* NULL before it is accepted, and once it has ended */
    void *user;             /* of TcpUser; NULL: it has nothing to do with it (yet, any more) */
    TcpItems *items;        /* NULL until there are any */
    TimerId timer;
    EntityId peer;
    bool is_busy, is_gone; /* in use by a caller further up; to be freed then */
    bool is_waiting : 1;   /* the timer is a background one */
    bool is_quiet : 1;     /* what is out and not acknowledged are its user's keep-alives, if any */
    bool is_held;          /* its user reads no more for now */
} TcpEndpoint;

/* What stands on the endpoints of a stack (Stack.tcp_user): the streams of the stack `tcp`, or the
 * layers of one like `tcp/noise/yamux`. Items are the user's: their kinds and bodies mean nothing
 * here. It may send, close and free in each of these calls. */
typedef struct TcpUser {
    /* What it keeps of each endpoint, in the same block behind it (tcp_endpoint_room()), zero at
     * first. */
    size_t size_bytes;
    void (*opened)(Host *host, TcpEndpoint *endpoint);
    void (*delivered)(Host *host, TcpEndpoint *endpoint, const TcpItem *item); /* in order */
    /* Refused, reset or timed out; the endpoint is freed afterwards. */
    void (*failed)(Host *host, TcpEndpoint *endpoint, Outcome outcome);
    /* The other side's FIN has been taken, or TCP is closed: it is freed then. Also what
     * KIND_TRANSPORT_SETTLE asks for. */
    void (*settle)(Host *host, TcpEndpoint *endpoint);
    /* Segments have been acknowledged: tcp_room() may have grown. May be NULL. */
    void (*has_room)(Host *host, TcpEndpoint *endpoint);
    /* A preconnected one was made. May be NULL. */
    void (*stand)(Host *host, TcpEndpoint *endpoint);
    /* It is about to be freed, at the end of the run too, and with it what `user` holds. May be
     * NULL. */
    void (*gone)(Host *host, TcpEndpoint *endpoint);
    /* The messages of the application that travel in an item. */
    void (*messages)(const TcpItem *item, void (*each)(void *data, const MessageHeader *header),
                     void *data);
} TcpUser;

_Static_assert(sizeof(TcpEndpoint) <= 480, "both halves of a connection take 960 bytes at most");

/* The host's endpoints and what it remembers of those that are gone. */
typedef struct TcpHost {
    IdTable endpoints;
    GHashTable *ended;  /* TcpEnded by id */
    GArray *unresolved; /* of TcpUnresolved */
} TcpHost;

/* How far a connection had been received here when it ended in disorder. */
typedef struct TcpEnded {
    uint64_t id, received;
    bool by_crash;
} TcpEnded;

/* A message that was not acknowledged when its connection was gone. */
typedef struct TcpUnresolved {
    uint64_t end;
    EntityId receiver;
    bool was_open;
    MessageHeader header;
} TcpUnresolved;

TcpHost *tcp_host(Host *host);

TcpEndpoint *tcp_endpoint_find(Host *host, uint64_t id);
TcpEndpoint *tcp_endpoint_new(Host *host, uint64_t id, EntityId peer);
/* The room that its user has asked for. */
static inline void *tcp_endpoint_room(TcpEndpoint *endpoint)
{
    return endpoint + 1;
}
/* Frees it, at once or when its last user is done. */
void tcp_endpoint_free(Host *host, TcpEndpoint *endpoint, bool by_crash);

/* Keeps it in memory while its caller is at work on it, and lets it go; what keep returned goes to
 * release. */
bool tcp_endpoint_keep(TcpEndpoint *endpoint);
void tcp_endpoint_release(Host *host, TcpEndpoint *endpoint, bool was_busy);

/* The endpoint of a half that this host has: a preconnected one is made when it is first asked
 * for. NULL: there is none. */
TcpEndpoint *tcp_endpoint_of(Host *host, Connection *connection);

/* Where to write the body of an item that stands behind the next `length` bytes of the stream. */
void *tcp_endpoint_add(TcpEndpoint *endpoint, SimTime now, uint32_t kind, uint32_t size_bytes,
                       uint32_t length);

/* The user reads no further than the item it is being told (from TcpUser.delivered): what comes
 * behind it waits, and TCP's window shuts. Then it goes on. */
void tcp_endpoint_hold(TcpEndpoint *endpoint, const TcpItem *item);
void tcp_endpoint_go_on(Host *host, TcpEndpoint *endpoint);

/* Sends what the machine has to send, and sets the timer. */
void tcp_endpoint_flush(Host *host, TcpEndpoint *endpoint);

/* All endpoints of a host, in the order of their ids; to be freed. */
GPtrArray *tcp_host_list(const Host *host);

/* The peer has crashed: its kernel resets the connection, unless it went down too. */
void tcp_host_crashed(Host *host, const Connection *connection);
/* All endpoints go: with the peer, or with the run. */
void tcp_host_forget(Host *host, bool by_crash);

/* models/tcp_receive.c: what arrives. */
void tcp_packet_arrived(Host *host, const Packet *packet);
void tcp_packet_at_crashed(Host *host, const Packet *packet);
void tcp_timer_expired(Host *host, uint64_t id);
/* Calls TcpUser.settle. */
void tcp_settle(Host *host, uint64_t id);

/* models/tcp_report.c: the record. */
void tcp_describe_packet(const Packet *packet, const void *content, PacketRow *row,
                         char text[PACKET_TEXT_BYTES]);
uint64_t tcp_packet_digest(const EventContent *content, uint64_t (*digest_item)(const TcpItem *));
void tcp_sample(Host *host, const TcpEndpoint *endpoint);
void tcp_finish_host(Host *host);
/* The messages that have come in order and that nobody has read (tcp_endpoint_hold()). */
void tcp_record_unread(Host *host, const TcpEndpoint *endpoint, const char *fate);

#endif
