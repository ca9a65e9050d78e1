/* SPDX-License-Identifier: MIT */
/* Upgrades of connections. */
#include "models/upgrade.h"

#include <glib.h>
#include <string.h>

/* Sending. */

static void fail(Upgrade *upgrade, UpgradeFailure failure)
{
    upgrade->step = UPGRADE_FAILED;
    upgrade->failure = (uint8_t)failure;
}

static void push(Upgrade *upgrade, const UpgradeMessage *message)
{
    g_assert(upgrade->out_count < G_N_ELEMENTS(upgrade->out));
    upgrade->out[upgrade->out_count++] = *message;
}

static ProtocolList list_of(const UpgradeList *list)
{
    return (ProtocolList){.protocols = list->numbers, .count = list->count};
}

/* Those that the step in hand is about: of the initiator its proposals. */
static ProtocolList choices(const Upgrade *upgrade)
{
    const UpgradePlan *plan = upgrade->plan;
    if (upgrade->step == UPGRADE_SECURITY) {
        return list_of(upgrade->is_initiator ? &plan->proposed_securities
                                             : &plan->accepted_securities);
    }
    return list_of(upgrade->is_initiator ? &plan->proposed_muxers : &plan->accepted_muxers);
}

static const char *choice_name(const Upgrade *upgrade, uint16_t number)
{
    return upgrade->step == UPGRADE_SECURITY ? security_get(number)->protocol
                                             : upgrade->plan->muxer_protocols[number];
}

static void push_words(Upgrade *upgrade, const NegotiationMessage *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        UpgradeMessage message = {.kind = UPGRADE_NEGOTIATION, .word = words[i]};
        message.step = upgrade->step;
        message.size_bytes = negotiation_size_bytes((NegotiationWord)words[i].word,
                                                    choice_name(upgrade, words[i].protocol));
        push(upgrade, &message);
    }
}

static void begin_negotiation(Upgrade *upgrade, UpgradeStep step)
{
    NegotiationMessage words[NEGOTIATION_MESSAGES_MAX];
    upgrade->step = (uint8_t)step;
    push_words(upgrade, words,
               negotiation_begin(&upgrade->negotiation, upgrade->is_initiator, upgrade->plan->mode,
                                 choices(upgrade), words));
}

/* The handshake. */

/* What a message takes for the muxers that it names. */
static uint32_t mention_bytes(const Upgrade *upgrade, const Security *security,
                              const HandshakeMessage *message, UpgradeMessage *out)
{
    const UpgradePlan *plan = upgrade->plan;
    const UpgradeList *own =
        upgrade->is_initiator ? &plan->proposed_muxers : &plan->accepted_muxers;
    if (!plan->has_early_muxers || security->entry_bytes == 0) {
        return 0;
    }
    if (message->mention == MENTION_CHOICE) {
        if (upgrade->muxer == UINT16_MAX) {
            return 0;
        }
        out->muxers[out->muxer_count++] = upgrade->muxer;
        /* In place of `libp2p`, which is there otherwise. */
        return (uint32_t)(strlen(plan->muxer_protocols[upgrade->muxer]) - strlen("libp2p"));
    }
    if (message->mention == MENTION_NONE) {
        return 0;
    }
    uint32_t bytes = security->list_bytes;
    for (unsigned i = 0; i < own->count; i++) {
        out->muxers[out->muxer_count++] = own->numbers[i];
        bytes += security->entry_bytes + (uint32_t)strlen(plan->muxer_protocols[own->numbers[i]]);
    }
    return bytes;
}

static bool is_own(const Upgrade *upgrade, const HandshakeMessage *message)
{
    return message->by_initiator == upgrade->is_initiator;
}

static void finish_handshake(Upgrade *upgrade)
{
    if (upgrade->muxer != UINT16_MAX) {
        upgrade->step = UPGRADE_DONE;
    } else {
        begin_negotiation(upgrade, UPGRADE_MUXER);
    }
}

/* Sends those of its messages whose turn has come, and sees whether that was all. */
static void shake(Upgrade *upgrade)
{
    const Security *security = security_get(upgrade->security);
    unsigned own = 0, others = 0;
    for (unsigned i = 0; i < security->message_count; i++) {
        const HandshakeMessage *message = &security->messages[i];
        if (!is_own(upgrade, message)) {
            others++;
            continue;
        }
        if (own++ < upgrade->sent || upgrade->received < message->after) {
            continue;
        }
        UpgradeMessage out = {.kind = UPGRADE_HANDSHAKE,
                              .step = UPGRADE_SECURITY,
                              .operations = message->operations,
                              .number = i};
        out.size_bytes = message->size_bytes + mention_bytes(upgrade, security, message, &out);
        push(upgrade, &out);
        upgrade->sent++;
    }
    if (upgrade->sent == own && upgrade->received == others) {
        finish_handshake(upgrade);
    }
}

static bool contains(const uint16_t *numbers, unsigned count, uint16_t number)
{
    for (unsigned i = 0; i < count; i++) {
        if (numbers[i] == number) {
            return true;
        }
    }
    return false;
}

/* The first of the one list that is in the other, or UINT16_MAX. */
static uint16_t first_common(const uint16_t *list, unsigned count, const uint16_t *other,
                             unsigned other_count)
{
    for (unsigned i = 0; i < count; i++) {
        if (contains(other, other_count, list[i])) {
            return list[i];
        }
    }
    return UINT16_MAX;
}

/* Looks at the muxers of the other side's message; the initiator's order counts in either case. */
static bool choose_muxer(Upgrade *upgrade, const Security *security, const UpgradeMessage *message)
{
    const UpgradePlan *plan = upgrade->plan;
    if (message->muxer_count == 0) {
        return true;
    }
    const UpgradeList *own =
        upgrade->is_initiator ? &plan->proposed_muxers : &plan->accepted_muxers;
    upgrade->muxer =
        upgrade->is_initiator
            ? first_common(own->numbers, own->count, message->muxers, message->muxer_count)
            : first_common(message->muxers, message->muxer_count, own->numbers, own->count);
    return upgrade->muxer != UINT16_MAX || security->falls_back;
}

static void receive_handshake(Upgrade *upgrade, const UpgradeMessage *message)
{
    const Security *security = security_get(upgrade->security);
    if (!upgrade->is_shaking || message->number >= security->message_count ||
        is_own(upgrade, &security->messages[message->number])) {
        fail(upgrade, UPGRADE_OUT_OF_TURN);
        return;
    }
    upgrade->received++;
    if (upgrade->is_initiator && upgrade->meets_impostor) {
        fail(upgrade, UPGRADE_WRONG_PEER);
    } else if (!choose_muxer(upgrade, security, message)) {
        fail(upgrade, UPGRADE_NO_MUXER);
    } else {
        shake(upgrade);
    }
}

/* Words. */

static void agreed(Upgrade *upgrade)
{
    if (upgrade->step == UPGRADE_MUXER) {
        upgrade->muxer = upgrade->negotiation.protocol;
        upgrade->step = UPGRADE_DONE;
        return;
    }
    upgrade->security = upgrade->negotiation.protocol;
    upgrade->is_shaking = true;
    shake(upgrade);
}

static void receive_word(Upgrade *upgrade, const UpgradeMessage *message)
{
    NegotiationMessage words[NEGOTIATION_MESSAGES_MAX];
    if (message->step != upgrade->step ||
        (upgrade->step == UPGRADE_SECURITY && upgrade->is_shaking)) {
        fail(upgrade, UPGRADE_OUT_OF_TURN);
        return;
    }
    push_words(upgrade, words,
               negotiation_receive(&upgrade->negotiation, choices(upgrade), &message->word, words));
    if (upgrade->negotiation.result == NEGOTIATION_FAILED) {
        fail(upgrade, upgrade->step == UPGRADE_SECURITY ? UPGRADE_NO_SECURITY : UPGRADE_NO_MUXER);
    } else if (upgrade->negotiation.result == NEGOTIATION_AGREED) {
        agreed(upgrade);
    }
}

/* The websocket's opening. */

static void push_http(Upgrade *upgrade)
{
    const UpgradePlan *plan = upgrade->plan;
    push(upgrade,
         &(UpgradeMessage){.kind = UPGRADE_HTTP,
                           .step = UPGRADE_WEBSOCKET,
                           .size_bytes = upgrade->is_initiator ? plan->websocket_request_bytes
                                                               : plan->websocket_answer_bytes});
}

static void receive_http(Upgrade *upgrade)
{
    if (upgrade->step != UPGRADE_WEBSOCKET) {
        fail(upgrade, UPGRADE_OUT_OF_TURN);
        return;
    }
    if (!upgrade->is_initiator) {
        push_http(upgrade);
    }
    begin_negotiation(upgrade, UPGRADE_SECURITY);
}

/* All of it. */

void upgrade_init(Upgrade *upgrade, const UpgradePlan *plan, bool is_initiator, bool meets_impostor)
{
    memset(upgrade, 0, sizeof *upgrade);
    upgrade->plan = plan;
    upgrade->is_initiator = is_initiator;
    upgrade->meets_impostor = meets_impostor;
    upgrade->muxer = UINT16_MAX;
    upgrade->step = plan->has_websocket ? UPGRADE_WEBSOCKET : UPGRADE_SECURITY;
}

void upgrade_begin(Upgrade *upgrade)
{
    if (!upgrade->plan->has_websocket) {
        begin_negotiation(upgrade, UPGRADE_SECURITY);
    } else if (upgrade->is_initiator) {
        push_http(upgrade);
    }
}

void upgrade_receive(Upgrade *upgrade, const UpgradeMessage *message)
{
    if (upgrade->step >= UPGRADE_DONE) {
        fail(upgrade, UPGRADE_OUT_OF_TURN);
        return;
    }
    UpgradeCost *cost = &upgrade->costs[message->step];
    cost->bytes_received += message->size_bytes;
    cost->round_trips += upgrade->is_waiting;
    upgrade->is_waiting = false;
    switch ((UpgradeKind)message->kind) {
    case UPGRADE_HTTP:
        receive_http(upgrade);
        break;
    case UPGRADE_NEGOTIATION:
        receive_word(upgrade, message);
        break;
    case UPGRADE_HANDSHAKE:
        receive_handshake(upgrade, message);
        break;
    }
}

bool upgrade_next(Upgrade *upgrade, UpgradeMessage *ret_message)
{
    if (upgrade->out_count == 0) {
        return false;
    }
    *ret_message = upgrade->out[0];
    upgrade->out_count--;
    memmove(upgrade->out, upgrade->out + 1, upgrade->out_count * sizeof upgrade->out[0]);
    if (upgrade->out_count == 0 && ret_message->step == UPGRADE_MUXER) {
        ret_message->size_bytes += security_get(upgrade->security)->overhead_bytes;
    }
    upgrade->costs[ret_message->step].bytes_sent += ret_message->size_bytes;
    upgrade->is_waiting = true;
    return true;
}

const char *upgrade_step_name(UpgradeStep step)
{
    static const char *const NAMES[] = {"websocket", "security", "muxer", "done", "failed"};
    return NAMES[step];
}

const char *upgrade_failure_name(UpgradeFailure failure)
{
    static const char *const NAMES[] = {"none", "no-security", "no-muxer", "wrong-peer",
                                        "out-of-turn"};
    return NAMES[failure];
}
