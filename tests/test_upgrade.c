/* SPDX-License-Identifier: MIT */
/* Upgrades without an engine: two sides and half a round trip between them. The transport opens at
 * the initiator at 0 and at the responder when something comes. */
#include "tests/suite.h"

#include "models/upgrade.h"

#include <glib.h>

enum { PLAINTEXT, NOISE, TLS, ROUNDS_MAX = 20 };

static const char *const MUXERS[] = {"/yamux/1.0.0", "/mplex/6.7.0"};

typedef struct InFlight {
    unsigned arrival; /* in half round trips */
    unsigned to;
    UpgradeMessage message;
} InFlight;

typedef struct Conversation {
    Upgrade sides[2];  /* initiator, responder */
    unsigned ready[2]; /* when, in half round trips */
    unsigned now;
    GArray *wire; /* of InFlight, in the order of sending */
} Conversation;

static bool is_over(const Upgrade *upgrade)
{
    return upgrade->step >= UPGRADE_DONE;
}

static void collect(Conversation *talk, unsigned side)
{
    InFlight flight = {.arrival = talk->now + 1, .to = 1 - side};
    while (upgrade_next(&talk->sides[side], &flight.message)) {
        g_array_append_val(talk->wire, flight);
    }
    if (is_over(&talk->sides[side]) && talk->ready[side] == 0) {
        talk->ready[side] = talk->now;
    }
}

/* All that arrives at one time is taken before anything is sent. */
static void converse(Conversation *talk, const UpgradePlan *plan, bool meets_impostor)
{
    *talk = (Conversation){.wire = g_array_new(FALSE, FALSE, sizeof(InFlight))};
    upgrade_init(&talk->sides[0], plan, true, meets_impostor);
    upgrade_init(&talk->sides[1], plan, false, false);
    upgrade_begin(&talk->sides[0]);
    collect(talk, 0);
    for (talk->now = 1; talk->now < ROUNDS_MAX; talk->now++) {
        if (talk->now == 1) { /* the responder's TCP is open half a round trip later */
            upgrade_begin(&talk->sides[1]);
        }
        for (guint i = 0; i < talk->wire->len; i++) {
            const InFlight *flight = &g_array_index(talk->wire, InFlight, i);
            if (flight->arrival == talk->now && !is_over(&talk->sides[flight->to])) {
                upgrade_receive(&talk->sides[flight->to], &flight->message);
            }
        }
        collect(talk, 0);
        collect(talk, 1);
    }
    g_array_unref(talk->wire);
}

static uint32_t bytes_sent(const Upgrade *upgrade)
{
    uint32_t bytes = 0;
    for (unsigned step = 0; step < UPGRADE_DONE; step++) {
        bytes += upgrade->costs[step].bytes_sent;
    }
    return bytes;
}

typedef struct UpgradeCase {
    UpgradeList proposed, accepted;
    bool early, websocket;
    NegotiationMode mode;
    unsigned ready[2]; /* half round trips behind the initiator's transport */
    uint32_t bytes[2];
} UpgradeCase;

static UpgradePlan plan_of(const UpgradeCase *at)
{
    return (UpgradePlan){.proposed_securities = at->proposed,
                         .accepted_securities = at->accepted,
                         .proposed_muxers = {{0}, 1},
                         .accepted_muxers = {{0}, 1},
                         .muxer_protocols = MUXERS,
                         .has_early_muxers = at->early,
                         .has_websocket = at->websocket,
                         .mode = at->mode,
                         .websocket_request_bytes = 200,
                         .websocket_answer_bytes = 130};
}

#define ONE(security)                                                                              \
    {                                                                                              \
        {security}, 1                                                                              \
    }

/* The table of round trips (protocols of libp2p), and the bytes of each side: multistream-select
 * takes 20 for the header and 8, 12 or 18 for the security's name, 14 for the muxer's; Noise 34,
 * 202 and 170, 16 more in the last two with an early list, 18 around what is sealed. */
static void round_trips_and_bytes_are_exact(void)
{
    static const UpgradeCase CASES[] = {
        {ONE(NOISE), ONE(NOISE), true, false, NEGOTIATION_PIPELINED, {4, 5}, {248, 246}},
        {ONE(NOISE),
         ONE(NOISE),
         false,
         false,
         NEGOTIATION_PIPELINED,
         {6, 5},
         {28 + 34 + 170 + 52, 28 + 202 + 52}},
        {ONE(TLS),
         ONE(TLS),
         true,
         false,
         NEGOTIATION_PIPELINED,
         {4, 5},
         {32 + 250 + 13 + 630, 32 + 900 + 6}},
        {ONE(TLS),
         ONE(TLS),
         false,
         false,
         NEGOTIATION_PIPELINED,
         {6, 5},
         {32 + 880 + 56, 32 + 900 + 56}},
        {ONE(NOISE), ONE(NOISE), true, true, NEGOTIATION_PIPELINED, {6, 7}, {448, 376}},
        /* The first proposal is refused: one round trip and `na`. */
        {{{TLS, NOISE}, 2},
         ONE(NOISE),
         true,
         false,
         NEGOTIATION_PIPELINED,
         {6, 7},
         {248 + 12, 246 + 4}},
        {ONE(NOISE), ONE(NOISE), true, false, NEGOTIATION_STRICT, {6, 7}, {248, 246}},
        {ONE(PLAINTEXT),
         ONE(PLAINTEXT),
         false,
         false,
         NEGOTIATION_PIPELINED,
         {4, 3},
         {38 + 79 + 34, 38 + 79 + 34}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const UpgradePlan plan = plan_of(&CASES[i]);
        Conversation talk;
        converse(&talk, &plan, false);
        for (unsigned side = 0; side < 2; side++) {
            CU_ASSERT_EQUAL(talk.sides[side].step, UPGRADE_DONE);
            CU_ASSERT_EQUAL(talk.ready[side], CASES[i].ready[side]);
            CU_ASSERT_EQUAL(bytes_sent(&talk.sides[side]), CASES[i].bytes[side]);
        }
        CU_ASSERT_EQUAL(talk.sides[0].security, talk.sides[1].security);
        CU_ASSERT_EQUAL(talk.sides[0].muxer, talk.sides[1].muxer);
    }
}

/* Who finds out, when, and why. */
static void refusals_take_the_time_they_take(void)
{
    static const struct {
        UpgradeCase plan;
        UpgradeList accepted_muxers;
        bool meets_impostor;
        UpgradeFailure failure;
        unsigned when;
    } CASES[] = {
        /* Nothing in common: the only proposal is refused in a round trip, the second in another.
         */
        {{ONE(TLS), ONE(NOISE), true, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(0),
         false,
         UPGRADE_NO_SECURITY,
         2},
        {{{{TLS, PLAINTEXT}, 2}, ONE(NOISE), true, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(0),
         false,
         UPGRADE_NO_SECURITY,
         4},
        /* The wrong peer shows in the answer to the handshake. */
        {{ONE(NOISE), ONE(NOISE), true, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(0),
         true,
         UPGRADE_WRONG_PEER,
         4},
        {{ONE(PLAINTEXT), ONE(PLAINTEXT), false, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(0),
         true,
         UPGRADE_WRONG_PEER,
         2},
        /* No muxer in common: Noise fails on the lists, TLS goes on to multistream-select. */
        {{ONE(NOISE), ONE(NOISE), true, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(1),
         false,
         UPGRADE_NO_MUXER,
         4},
        {{ONE(TLS), ONE(TLS), true, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(1),
         false,
         UPGRADE_NO_MUXER,
         6},
        {{ONE(NOISE), ONE(NOISE), false, false, NEGOTIATION_PIPELINED, {0}, {0}},
         ONE(1),
         false,
         UPGRADE_NO_MUXER,
         6},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        UpgradePlan plan = plan_of(&CASES[i].plan);
        plan.accepted_muxers = CASES[i].accepted_muxers;
        Conversation talk;
        converse(&talk, &plan, CASES[i].meets_impostor);
        CU_ASSERT_EQUAL(talk.sides[0].step, UPGRADE_FAILED);
        CU_ASSERT_EQUAL(talk.sides[0].failure, CASES[i].failure);
        CU_ASSERT_EQUAL(talk.ready[0], CASES[i].when);
        CU_ASSERT_NOT_EQUAL(talk.sides[1].step, UPGRADE_DONE);
    }
}

/* A damaged conversation fails; it never hangs on or crashes. */
static void nonsense_is_refused(void)
{
    const UpgradeCase noise = {ONE(NOISE), ONE(NOISE), true, false, NEGOTIATION_PIPELINED,
                               {0},        {0}};
    const UpgradePlan plan = plan_of(&noise);
    static const UpgradeMessage NONSENSE[] = {
        {.kind = UPGRADE_HTTP, .step = UPGRADE_WEBSOCKET},
        {.kind = UPGRADE_HANDSHAKE, .step = UPGRADE_SECURITY, .number = 0},
        {.kind = UPGRADE_NEGOTIATION, .step = UPGRADE_MUXER, .word = {NEGOTIATION_HEADER, 0}},
        {.kind = UPGRADE_NEGOTIATION, .step = UPGRADE_SECURITY, .word = {NEGOTIATION_ECHO, NOISE}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(NONSENSE); i++) {
        for (unsigned side = 0; side < 2; side++) {
            Upgrade upgrade;
            upgrade_init(&upgrade, &plan, side == 0, false);
            upgrade_begin(&upgrade);
            upgrade_receive(&upgrade, &NONSENSE[i]);
            CU_ASSERT_EQUAL(upgrade.step, UPGRADE_FAILED);
        }
    }
}

static void sealing_adds_to_each_record(void)
{
    CU_ASSERT_EQUAL(security_sealed_bytes(security_get(NOISE), 44), 62);
    CU_ASSERT_EQUAL(security_sealed_bytes(security_get(NOISE), 65519), 65519 + 18);
    CU_ASSERT_EQUAL(security_sealed_bytes(security_get(NOISE), 65520), 65520 + 36);
    CU_ASSERT_EQUAL(security_sealed_bytes(security_get(TLS), 16385), 16385 + 44);
    CU_ASSERT_EQUAL(security_sealed_bytes(security_get(PLAINTEXT), 100), 100);
    CU_ASSERT_EQUAL(security_find("tls"), TLS);
    CU_ASSERT_EQUAL(security_find("ssl"), SECURITY_COUNT);
}

CU_TestInfo suite_upgrade[] = {
    {"round_trips_and_bytes_are_exact", round_trips_and_bytes_are_exact},
    {"refusals_take_the_time_they_take", refusals_take_the_time_they_take},
    {"nonsense_is_refused", nonsense_is_refused},
    {"sealing_adds_to_each_record", sealing_adds_to_each_record},
    CU_TEST_INFO_NULL,
};
