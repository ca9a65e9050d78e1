/* SPDX-License-Identifier: MIT */
/* What turns a transport into a connection that carries streams: the two sides agree on a security
 * (multistream-select), shake hands, and agree on a muxer, in the handshake itself or by
 * multistream-select behind it. A plain state machine for one side: it is given what has come and
 * says what to send. Once the handshake is over, what is taken in one go is sealed as one record.
 *
 *     upgrade_init(), upgrade_begin()     the transport is open
 *     upgrade_receive()                   a message has come
 *     upgrade_next()                      after each of these, until it returns false
 *
 * A websocket's opening (RFC 6455, section 4: a request and its answer) comes first where there is
 * one. Source: libp2p's specifications of connections, noise, tls, plaintext and
 * inlined-muxer-negotiation. */
#ifndef MODELS_UPGRADE_H
#define MODELS_UPGRADE_H

#include "models/negotiation.h"
#include "models/security.h"

enum { UPGRADE_CHOICES_MAX = 4 };

typedef struct UpgradeList {
    uint16_t numbers[UPGRADE_CHOICES_MAX];
    unsigned count;
} UpgradeList;

/* What all upgrades of a network share. Numbers of securities and muxers mean the same to all. */
typedef struct UpgradePlan {
    UpgradeList proposed_securities, accepted_securities;
    UpgradeList proposed_muxers, accepted_muxers;
    const char *const *muxer_protocols; /* by number */
    bool has_websocket, has_early_muxers;
    NegotiationMode mode;
    uint32_t websocket_request_bytes, websocket_answer_bytes;
} UpgradePlan;

typedef enum UpgradeStep {
    UPGRADE_WEBSOCKET,
    UPGRADE_SECURITY, /* agreeing on one, and its handshake */
    UPGRADE_MUXER,
    UPGRADE_DONE,
    UPGRADE_FAILED,
} UpgradeStep;

typedef enum UpgradeFailure {
    UPGRADE_NO_FAILURE,
    UPGRADE_NO_SECURITY, /* none in common */
    UPGRADE_NO_MUXER,
    UPGRADE_WRONG_PEER, /* it is not who was dialled */
    UPGRADE_OUT_OF_TURN,
} UpgradeFailure;

typedef enum UpgradeKind { UPGRADE_HTTP, UPGRADE_NEGOTIATION, UPGRADE_HANDSHAKE } UpgradeKind;

/* Plain bytes, to be sent as they are. */
typedef struct UpgradeMessage {
    uint8_t kind, step; /* UpgradeKind, UpgradeStep */
    uint8_t operations; /* that the sender computes before it goes out */
    uint8_t muxer_count;
    uint16_t muxers[UPGRADE_CHOICES_MAX]; /* the sender's, or its choice */
    NegotiationMessage word;
    uint32_t number;     /* of the handshake's message, from 0 */
    uint32_t size_bytes; /* on the transport */
} UpgradeMessage;

/* What a step has taken so far, at this side. */
typedef struct UpgradeCost {
    uint32_t bytes_sent, bytes_received;
    uint32_t round_trips; /* how often it waited for the other side */
} UpgradeCost;

typedef struct Upgrade {
    const UpgradePlan *plan;
    Negotiation negotiation;
    uint8_t step, failure;
    bool is_initiator;
    bool meets_impostor; /* the one that was dialled is not there, but somebody else is */
    bool is_shaking;     /* hands: the security has been agreed on */
    bool has_websocket_request, is_waiting;
    uint8_t sent, received; /* of the handshake's messages */
    uint16_t security, muxer;
    uint8_t out_count;
    UpgradeMessage out[2 * NEGOTIATION_MESSAGES_MAX + 1];
    UpgradeCost costs[UPGRADE_DONE];
} Upgrade;

void upgrade_init(Upgrade *upgrade, const UpgradePlan *plan, bool is_initiator,
                  bool meets_impostor);
void upgrade_begin(Upgrade *upgrade);
void upgrade_receive(Upgrade *upgrade, const UpgradeMessage *message);
bool upgrade_next(Upgrade *upgrade, UpgradeMessage *ret_message);

const char *upgrade_step_name(UpgradeStep step);          /* of its span */
const char *upgrade_failure_name(UpgradeFailure failure); /* `no-security` */

#endif
