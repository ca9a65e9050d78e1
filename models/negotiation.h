/* SPDX-License-Identifier: MIT */
/* multistream-select 1.0 (libp2p's connections and multistream-select specifications): how two
 * sides agree on a protocol, on a connection or on one of its streams. A plain state machine: it is
 * given what has come and says what to send.
 *
 * Each side sends the header once, unasked. The initiator proposes protocols one after another; the
 * responder echoes one that it has and refuses others with `na`. How long the initiator waits:
 *
 *     strict      for the header before the first proposal, and for the echo: 2 round trips
 *     pipelined   proposes with the header, waits for the echo: 1 round trip
 *     lazy        as pipelined, and what is to be said in the protocol follows at once
 *
 * Each refusal costs another round trip. */
#ifndef MODELS_NEGOTIATION_H
#define MODELS_NEGOTIATION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum NegotiationMode {
    NEGOTIATION_STRICT,
    NEGOTIATION_PIPELINED,
    NEGOTIATION_LAZY,
} NegotiationMode;

typedef enum NegotiationWord {
    NEGOTIATION_HEADER,
    NEGOTIATION_PROPOSAL,
    NEGOTIATION_ECHO,
    NEGOTIATION_REFUSAL, /* `na` */
} NegotiationWord;

/* A protocol is a number that means the same on both sides; that of a header and refusal is 0. */
typedef struct NegotiationMessage {
    uint16_t word, protocol;
} NegotiationMessage;

/* What a side proposes, best first, or accepts. */
typedef struct ProtocolList {
    const uint16_t *protocols;
    unsigned count;
} ProtocolList;

typedef enum NegotiationResult {
    NEGOTIATION_PENDING,
    NEGOTIATION_AGREED, /* on `protocol` */
    NEGOTIATION_FAILED, /* nothing is left to propose, or the other side does not keep to it */
} NegotiationResult;

typedef struct Negotiation {
    uint8_t mode, result;
    uint8_t turn; /* which proposal is out or next */
    bool is_initiator, has_header, has_proposed;
    uint16_t protocol;
} Negotiation;

enum { NEGOTIATION_MESSAGES_MAX = 2 };

/* Both return how many messages are to be sent, in order. */
unsigned negotiation_begin(Negotiation *negotiation, bool is_initiator, NegotiationMode mode,
                           ProtocolList list,
                           NegotiationMessage ret_messages[NEGOTIATION_MESSAGES_MAX]);
unsigned negotiation_receive(Negotiation *negotiation, ProtocolList list,
                             const NegotiationMessage *message,
                             NegotiationMessage ret_messages[NEGOTIATION_MESSAGES_MAX]);

/* What a message takes: its text and a newline behind the length of both as a varint. `protocol` is
 * the name of a proposal or echo. */
uint32_t negotiation_size_bytes(NegotiationWord word, const char *protocol);

/* Of these, what the length takes. */
uint32_t negotiation_prefix_bytes(uint32_t size_bytes);

#endif
