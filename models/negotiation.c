/* SPDX-License-Identifier: MIT */
/* multistream-select. */
#include "models/negotiation.h"

#include <glib.h>
#include <string.h>

static NegotiationMessage propose(Negotiation *negotiation, ProtocolList list)
{
    negotiation->has_proposed = true;
    return (NegotiationMessage){.word = NEGOTIATION_PROPOSAL,
                                .protocol = list.protocols[negotiation->turn]};
}

unsigned negotiation_begin(Negotiation *negotiation, bool is_initiator, NegotiationMode mode,
                           ProtocolList list,
                           NegotiationMessage ret_messages[NEGOTIATION_MESSAGES_MAX])
{
    g_assert(!is_initiator || list.count > 0);
    *negotiation = (Negotiation){.mode = (uint8_t)mode, .is_initiator = is_initiator};
    ret_messages[0] = (NegotiationMessage){.word = NEGOTIATION_HEADER};
    if (!is_initiator || mode == NEGOTIATION_STRICT) {
        return 1;
    }
    ret_messages[1] = propose(negotiation, list);
    return 2;
}

static bool has_protocol(ProtocolList list, uint16_t protocol)
{
    for (unsigned i = 0; i < list.count; i++) {
        if (list.protocols[i] == protocol) {
            return true;
        }
    }
    return false;
}

static unsigned receive_as_initiator(Negotiation *negotiation, ProtocolList list,
                                     const NegotiationMessage *message,
                                     NegotiationMessage *ret_message)
{
    if (message->word == NEGOTIATION_HEADER && !negotiation->has_header) {
        negotiation->has_header = true;
        if (negotiation->has_proposed) {
            return 0;
        }
        *ret_message = propose(negotiation, list);
        return 1;
    }
    const bool is_answer = negotiation->has_header && negotiation->has_proposed;
    if (is_answer && message->word == NEGOTIATION_ECHO &&
        message->protocol == list.protocols[negotiation->turn]) {
        negotiation->protocol = message->protocol;
        negotiation->result = NEGOTIATION_AGREED;
        return 0;
    }
    if (is_answer && message->word == NEGOTIATION_REFUSAL && negotiation->turn + 1u < list.count) {
        negotiation->turn++;
        *ret_message = propose(negotiation, list);
        return 1;
    }
    negotiation->result = NEGOTIATION_FAILED;
    return 0;
}

static unsigned receive_as_responder(Negotiation *negotiation, ProtocolList list,
                                     const NegotiationMessage *message,
                                     NegotiationMessage *ret_message)
{
    if (message->word == NEGOTIATION_HEADER && !negotiation->has_header) {
        negotiation->has_header = true;
        return 0;
    }
    if (message->word != NEGOTIATION_PROPOSAL || !negotiation->has_header) {
        negotiation->result = NEGOTIATION_FAILED;
        return 0;
    }
    if (has_protocol(list, message->protocol)) {
        negotiation->protocol = message->protocol;
        negotiation->result = NEGOTIATION_AGREED;
        *ret_message =
            (NegotiationMessage){.word = NEGOTIATION_ECHO, .protocol = message->protocol};
    } else {
        *ret_message = (NegotiationMessage){.word = NEGOTIATION_REFUSAL};
    }
    return 1;
}

unsigned negotiation_receive(Negotiation *negotiation, ProtocolList list,
                             const NegotiationMessage *message,
                             NegotiationMessage ret_messages[NEGOTIATION_MESSAGES_MAX])
{
    if (negotiation->result != NEGOTIATION_PENDING) {
        negotiation->result = NEGOTIATION_FAILED;
        return 0;
    }
    return negotiation->is_initiator
               ? receive_as_initiator(negotiation, list, message, ret_messages)
               : receive_as_responder(negotiation, list, message, ret_messages);
}

/* Sizes. */

uint32_t negotiation_size_bytes(NegotiationWord word, const char *protocol)
{
    const char *text = word == NEGOTIATION_HEADER    ? "/multistream/1.0.0"
                       : word == NEGOTIATION_REFUSAL ? "na"
                                                     : protocol;
    const uint32_t length = (uint32_t)strlen(text) + 1;
    return length + (length < 128 ? 1 : 2);
}

uint32_t negotiation_prefix_bytes(uint32_t size_bytes)
{
    return size_bytes <= 128 ? 1 : 2;
}
