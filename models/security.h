/* SPDX-License-Identifier: MIT */
/* How a connection is secured, as far as it takes time and bytes: the messages of the handshake,
 * their order and their sizes, and what the sealing adds to what is sent afterwards. No
 * cryptography is computed. A security is a row of a table in security.c and a line in
 * models/security_list.h. */
#ifndef MODELS_SECURITY_H
#define MODELS_SECURITY_H

#include <stdbool.h>
#include <stdint.h>

/* Where a message of the handshake has the sender's muxers, for early negotiation
 * (libp2p's inlined-muxer-negotiation). */
typedef enum MuxerMention {
    MENTION_NONE,
    MENTION_LIST,   /* all of the sender's */
    MENTION_CHOICE, /* the one that the responder has chosen */
} MuxerMention;

typedef struct HandshakeMessage {
    bool by_initiator;
    uint8_t after;      /* how many of the other side's messages must have come before */
    uint8_t operations; /* of public-key cryptography, before it is sent */
    uint8_t mention;
    uint16_t size_bytes; /* with an Ed25519 identity, without muxers */
} HandshakeMessage;

typedef struct Security {
    const char *name, *protocol; /* `noise`, `/noise` */
    const HandshakeMessage *messages;
    unsigned message_count;
    uint32_t overhead_bytes, record_bytes; /* of and in each sealed record; 0: nothing is sealed */
    /* What a list of muxers takes, whole and for each entry beyond its name; 0 and 0: the
     * handshake has no place for them. */
    uint32_t list_bytes, entry_bytes;
    /* Without a muxer in common: true, multistream-select goes on; false, the handshake fails. */
    bool falls_back;
    bool initiator_chooses; /* the first of its own that the other side has; else the responder */
} Security;

enum { SECURITY_COUNT = 3 };

/* By number, as both sides count; in the order of models/security_list.h. */
const Security *security_get(unsigned number);
/* SECURITY_COUNT: there is none of that name. */
unsigned security_find(const char *name);

/* What so many bytes take on the wire when they are sealed at once. */
uint64_t security_sealed_bytes(const Security *security, uint64_t plain_bytes);

#endif
