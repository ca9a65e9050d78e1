/* SPDX-License-Identifier: MIT */
/* Inside models/: a protocol stack below the host. It carries dials, messages and ends of streams
 * between two hosts and calls connection_opened(), stream_ended() and the like when something
 * arrives. A stack is chosen by name (`stack.name`); adding one is a file and a line in
 * models/stack_list.h. */
#ifndef MODELS_STACK_H
#define MODELS_STACK_H

#include "models/connection.h"
#include "models/packet_link.h"

struct MuxedConnection; /* models/channel.h */

typedef struct Stack {
    const char *name;
    bool has_connections; /* else streams stand alone and messages may come first */
    bool has_one_stream;  /* on a connection, which ends with it */
    bool allows_loss;
    void (*dial)(Host *host, Connection *connection);
    /* Sends the message. `header` is complete, its content follows it. */
    void (*send)(Host *host, Stream *stream, const MessageHeader *header, const void *content);
    void (*end_stream)(Host *host, Stream *stream, StreamEnd how);
    /* What follows may be NULL, unless it says otherwise. */
    /* This side closes the connection in good order, after the ends of its streams; the half is
     * freed afterwards. NULL: the other side is told of the streams alone. */
    void (*close)(Host *host, Connection *connection);
    /* The peer crashed: its connections end on the other side as far as the stack can tell. */
    void (*crashed)(Host *host, const Connection *connection);
    /* The listener's answer to a dial: KIND_ACCEPT or KIND_REFUSE; for stacks that send
     * KIND_DIAL. */
    void (*answer)(Host *host, EntityId peer, NetworkKind kind, uint64_t connection);
    /* An answer or message has come for something that is not known here (any more). */
    void (*unknown)(Host *host, EntityId sender, uint64_t connection);
    /* Sends again what was held on the way to that peer and can go now. */
    void (*release)(Host *host, EntityId peer);
    /* For stacks that can send packets (models/packet_link.h), else NULL: one has arrived at a host
     * that is up. It is valid during the call only. */
    void (*receive_packet)(Host *host, const Packet *packet);
    /* One will not arrive, or had not at the end of the run: for the record, nobody learns of it.
     */
    void (*packet_gone)(const Host *host, const Packet *packet, const void *content,
                        const char *fate);
    /* What the record says of a packet beyond what the link knows; `text` is room for
     * row->selective. */
    void (*describe_packet)(const Packet *packet, const void *content, PacketRow *row,
                            char text[PACKET_TEXT_BYTES]);
    /* For stacks that can do without packets where links ask for none: a message came to its end
     * that way, and its row of record.packets is due. */
    void (*record_message)(const Host *host, const MessageHeader *header, EntityId receiver,
                           SimTime received, const char *fate);
    /* A packet is sent twice: the head of the copy's content may get a name of its own. */
    void (*copied_packet)(Host *host, void *head);
    /* The digest of a packet's event, packet_digest() when NULL. */
    uint64_t (*digest_packet)(const EventContent *content);
    /* A packet has come to a crashed host. */
    void (*refuse_packet)(Host *host, const Packet *packet);
    /* A half is about to be freed. OUTCOME_OPEN: at the end of the run. */
    void (*connection_gone)(Host *host, Connection *connection, Outcome outcome);
    /* KIND_TRANSPORT_TIMER has expired; KIND_TRANSPORT_SETTLE is due. */
    void (*expire)(Host *host, uint64_t argument);
    void (*settle)(Host *host, uint64_t argument);
    /* For the record, at the end of the run while all hosts are as they were. */
    void (*finish)(Host *host);
    /* Frees what Host.transport holds: in a crash what a crash takes, else all. */
    void (*forget)(Host *host, bool by_crash);
    /* The channels of an open half; NULL: it has none. */
    struct MuxedConnection *(*muxed)(Host *host, Connection *connection);
    /* A dialling half takes the place of another, which loses all that is below it
     * (models/ranked.h); returns what carries its streams. NULL: it is no stack of transports. */
    struct MuxedConnection *(*hand_over)(Connection *from, Connection *to);
    const struct TcpUser *tcp_user; /* models/tcp_endpoint.h; NULL: it does not stand on TCP */
    bool always_sends_packets; /* else only where a link has a rate, duplication or corruption */
} Stack;

/* X(ideal) stands for `extern const Stack STACK_ideal`. */
#define X(name) extern const Stack STACK_##name;
#include "models/stack_list.h"
#undef X

/* Stack.unknown and Stack.release, where the stack has them. */
void stack_unknown(Host *host, EntityId sender, uint64_t connection);
void stack_release(Host *host, EntityId peer);

/* NULL: there is none. A name of layers, such as tcp/noise/yamux, is looked at by layers_build(),
 * one with a plus by ranked_layers_name(). */
const Stack *stack_find(const char *name);

/* The names of all stacks, or of those that lose or send packets, as `a, b or c`; to be freed. */
typedef enum StackTrait { STACK_ANY, STACK_LOSES, STACK_SENDS_PACKETS } StackTrait;
char *stack_names(StackTrait trait);

#endif
