/* SPDX-License-Identifier: MIT */
/* The oracle and its vector clocks by hand, without any run: two or three peers, a few messages. */
#include "tests/suite.h"

#include "models/snapshot_clocks.h"
#include "models/snapshot_oracle.h"

#include <string.h>

enum { SNAPSHOT = 77 };

/* A word of the script for each thing that happens:
 *   s0>1:5  peer 0 sends its next message, of amount 5, to peer 1; messages of a pair have numbers
 *   r0>1:1  peer 1 receives message number 1 of peer 0
 *   c0:95   peer 0 makes its cut, holding 95
 *   k0>1:1  peer 1 keeps message number 1 of peer 0 in that channel, which is closed
 *   o0>1    the channel is open */
typedef struct Script {
    SnapshotOracle *oracle;
    uint32_t made[4];
    int64_t amounts[4][16];
    uint64_t stamps[4][16];
} Script;

static OracleMessage message_of(const Script *script, unsigned from, unsigned number)
{
    const uint64_t id = (uint64_t)from << 32 | number;
    const int64_t amount = script->amounts[from][number];
    return (OracleMessage){
        .id = id, .amount = amount, .hash = snapshot_oracle_hash(id, 0, &amount, sizeof amount)};
}

static void run_word(Script *script, const char *word)
{
    const unsigned from = (unsigned)(word[1] - '0');
    const unsigned to = word[2] == '>' ? (unsigned)(word[3] - '0') : 0;
    const char *colon = strchr(word, ':');
    const int64_t value = colon == NULL ? 0 : g_ascii_strtoll(colon + 1, NULL, 10);
    const OracleMessage message = message_of(script, from, (unsigned)value % 16);
    switch (word[0]) {
    case 's': {
        const uint32_t number = ++script->made[from];
        script->amounts[from][number] = value;
        script->stamps[from][number] =
            snapshot_oracle_sent(script->oracle, to, (uint64_t)from << 32 | number, value);
        break;
    }
    case 'r':
        snapshot_oracle_received(script->oracle, to, script->stamps[from][value], &message);
        break;
    case 'f':
        snapshot_oracle_in_flight(script->oracle, to, from, script->stamps[from][value]);
        break;
    case 'c':
        snapshot_oracle_cut(script->oracle, from, SNAPSHOT, 10, value, script->made[from]);
        break;
    case 'k':
        snapshot_oracle_recorded(script->oracle, to, SNAPSHOT,
                                 &(OracleChannel){.sender = from,
                                                  .is_closed = true,
                                                  .count = 1,
                                                  .hash = message.hash,
                                                  .amount = message.amount,
                                                  .number_max = (uint32_t)value});
        break;
    default:
        snapshot_oracle_recorded(script->oracle, to, SNAPSHOT, &(OracleChannel){.sender = from});
        break;
    }
}

static void oracle_judges_what_it_has_seen(void)
{
    static const struct {
        const char *script;
        OracleVerdict verdict;
        const char *reasons; /* a part of them */
        SimTime completed;
    } CASES[] = {
        {"c0:100 c1:100", ORACLE_CONSISTENT, "[]", 10},
        {"s0>1:5 r0>1:1 c0:95 c1:105", ORACLE_CONSISTENT, "[]", 10},
        {"s0>1:5 c0:95 c1:100 r0>1:1 k0>1:1", ORACLE_CONSISTENT, "[]", 10},
        /* Sent after, received before. */
        {"c0:100 s0>1:5 r0>1:1 c1:105", ORACLE_INCONSISTENT,
         "channel 0 to 1: 1 messages sent after the cut arrived before it", 10},
        /* In transit, and in no channel, or in a channel twice. */
        {"s0>1:5 c0:95 c1:100 r0>1:1", ORACLE_INCONSISTENT,
         "it holds 0 messages, but 1 were in transit", 10},
        {"s0>1:5 c0:95 c1:100 f0>1:1", ORACLE_INCONSISTENT,
         "it holds 0 messages, but 1 were in transit", 10},
        {"s0>1:5 r0>1:1 c0:95 c1:105 k0>1:1", ORACLE_INCONSISTENT,
         "it holds 1 messages, but 0 were in transit", 10},
        {"c0:100 c1:100 s0>1:5 r0>1:1 k0>1:1", ORACLE_INCONSISTENT,
         "it holds a message that was sent after the cut", 10},
        /* Another message than the one that was in transit, of the same amount. */
        {"s0>1:5 s0>1:5 r0>1:1 c0:90 c1:105 r0>1:2 k0>1:1", ORACLE_INCONSISTENT,
         "it holds other messages than were in transit", 10},
        /* Lost before the cut: in no channel, and nothing is wrong. */
        {"s0>1:5 c0:95 c1:100", ORACLE_CONSISTENT, "[]", 10},
        /* A state that says too much. */
        {"c0:101 c1:100", ORACLE_INCONSISTENT, "hold 201 in all, not 200", 10},
        /* Parts missing; said to be complete all the same; and before it was. */
        {"c0:100", ORACLE_PARTIAL, "[]", ORACLE_NEVER},
        {"c0:100 c1:100 o0>1", ORACLE_PARTIAL, "[]", ORACLE_NEVER},
        {"c0:100", ORACLE_INCONSISTENT, "said to be complete with 1 of 2 states", 10},
        {"c0:100 c1:100 o0>1", ORACLE_INCONSISTENT, "open channels", 10},
        {"c0:100 c1:100", ORACLE_INCONSISTENT,
         "peer 0 recorded its state after the snapshot was said to be complete", 9},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        Script script = {.oracle = snapshot_oracle_new(2)};
        g_auto(GStrv) words = g_strsplit(CASES[i].script, " ", -1);
        snapshot_oracle_adjust(script.oracle, 0, 100);
        snapshot_oracle_adjust(script.oracle, 1, 100);
        for (char **word = words; *word != NULL; word++) {
            run_word(&script, *word);
        }
        OracleJudgement judgement;
        snapshot_oracle_settle(script.oracle);
        snapshot_oracle_judge(script.oracle, SNAPSHOT, CASES[i].completed, 2, &judgement);
        if (judgement.verdict != CASES[i].verdict ||
            strstr(judgement.reasons->str, CASES[i].reasons) == NULL ||
            strstr(judgement.reasons->str, "vector clocks") != NULL) {
            printf("\n    %s: %s %s\n", CASES[i].script, oracle_verdict_name(judgement.verdict),
                   judgement.reasons->str);
            CU_FAIL("another verdict");
        }
        oracle_judgement_clear(&judgement);
        snapshot_oracle_free(script.oracle);
    }
}

static void vector_clocks_find_what_a_third_peer_has_passed_on(void)
{
    /* 0 sends after its cut to 1, which sends on to 2, which makes its cut only then: 2 knows more
     * of 0 than 0 did at its cut, though 0 and 2 have no channel. */
    g_autoptr(SnapshotClocks) clocks = snapshot_clocks_new(3);
    snapshot_clocks_cut(clocks, 0, 1);
    snapshot_clocks_sent(clocks, 0, 100);
    snapshot_clocks_cut(clocks, 0, 2);
    snapshot_clocks_received(clocks, 1, 100);
    snapshot_clocks_sent(clocks, 1, 200);
    snapshot_clocks_received(clocks, 2, 200);
    snapshot_clocks_cut(clocks, 2, 1);
    snapshot_clocks_cut(clocks, 2, 2);
    CU_ASSERT_EQUAL(snapshot_clocks_opinion(clocks, 1), CLOCKS_NONE);
    snapshot_clocks_settle(clocks);
    CU_ASSERT_EQUAL(snapshot_clocks_opinion(clocks, 1), CLOCKS_INCONSISTENT);
    CU_ASSERT_EQUAL(snapshot_clocks_opinion(clocks, 2), CLOCKS_CONSISTENT);
}

static void vector_clocks_have_no_opinion_on_what_they_cannot_follow(void)
{
    CU_ASSERT_PTR_NULL(snapshot_clocks_new(257));
    CU_ASSERT_EQUAL(snapshot_clocks_opinion(NULL, 1), CLOCKS_NONE);
    g_autoptr(SnapshotClocks) unsent = snapshot_clocks_new(2);
    snapshot_clocks_received(unsent, 1, 100);
    snapshot_clocks_cut(unsent, 1, 1);
    snapshot_clocks_settle(unsent);
    CU_ASSERT_EQUAL(snapshot_clocks_opinion(unsent, 1), CLOCKS_NONE);
    g_autoptr(SnapshotClocks) long_one = snapshot_clocks_new(2);
    for (uint64_t i = 1; i <= 50001; i++) {
        snapshot_clocks_sent(long_one, 0, i);
    }
    snapshot_clocks_settle(long_one);
    CU_ASSERT_EQUAL(snapshot_clocks_opinion(long_one, 1), CLOCKS_NONE);
}

CU_TestInfo suite_snapshot_oracle[] = {
    {"oracle_judges_what_it_has_seen", oracle_judges_what_it_has_seen},
    {"vector_clocks_find_what_a_third_peer_has_passed_on",
     vector_clocks_find_what_a_third_peer_has_passed_on},
    {"vector_clocks_have_no_opinion_on_what_they_cannot_follow",
     vector_clocks_have_no_opinion_on_what_they_cannot_follow},
    CU_TEST_INFO_NULL,
};
