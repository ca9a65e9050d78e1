/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "models/partition_plan.h"

enum { PEERS = 600, MANY = 5000 };

/* Six regions in three pairs: 1 ms within a region, 4 ms to the other of the pair, 40 ms and more
 * beyond. Peers take turns. */
static uint32_t region_of(EntityId peer)
{
    return peer % 6;
}

static uint32_t place_region(const void *data, EntityId peer)
{
    (void)data;
    return region_of(peer) * 1000;
}

static uint32_t place_own(const void *data, EntityId peer)
{
    (void)data;
    return peer;
}

static SimDuration between_regions(const void *data, EntityId a, EntityId b)
{
    (void)data;
    const uint32_t x = region_of(a), y = region_of(b);
    if (x == y) {
        return SIM_MILLISECOND;
    }
    return x / 2 == y / 2 ? 4 * SIM_MILLISECOND
                          : 40 * SIM_MILLISECOND + (SimDuration)(x / 2 + y / 2) * SIM_MILLISECOND;
}

static uint32_t load_one(const void *data, EntityId peer)
{
    (void)data;
    (void)peer;
    return 1;
}

/* The first has as much to do as all others together. */
static uint32_t load_star(const void *data, EntityId peer)
{
    (void)data;
    return peer == 0 ? PEERS : 1;
}

static PlanInput input_of(unsigned partitions)
{
    return (PlanInput){.peers = PEERS,
                       .partitions = partitions,
                       .lower_bound = SIM_MILLISECOND,
                       .minimum = between_regions,
                       .place = place_region,
                       .load = load_one};
}

static uint64_t fullest(const PartitionPlan *plan, const PlanInput *input)
{
    uint64_t loads[64] = {0}, most = 0;
    for (EntityId peer = 0; peer < input->peers; peer++) {
        CU_ASSERT_FATAL(plan->partition_of[peer] < input->partitions);
        loads[plan->partition_of[peer]] += input->load(input->data, peer);
        most = MAX(most, loads[plan->partition_of[peer]]);
    }
    return most;
}

/* The least latency that crosses, by looking at every pair. */
static SimDuration crossing(const PartitionPlan *plan, const PlanInput *input)
{
    SimDuration least = SIM_TIME_MAX;
    for (EntityId a = 0; a < input->peers; a++) {
        for (EntityId b = 0; b < input->peers; b++) {
            if (plan->partition_of[a] != plan->partition_of[b]) {
                least = MIN(least, input->minimum(input->data, a, b));
            }
        }
    }
    return least;
}

/* partitions; what lookahead is expected at least; the most peers in one. */
static const struct {
    unsigned partitions;
    SimDuration lookahead;
    uint64_t fullest;
} CASES[] = {
    {3, 40 * SIM_MILLISECOND, 200}, /* the pairs */
    {6, 4 * SIM_MILLISECOND - 1, 100},
    {2, 4 * SIM_MILLISECOND - 1, 300}, /* three pairs would not be even */
    {4, SIM_MILLISECOND, 165},         /* regions must be parted */
    {7, SIM_MILLISECOND, 95},
};

static void plan_has_the_longest_lookahead_that_is_even(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const PlanInput input = input_of(CASES[i].partitions);
        PartitionPlan plan;
        partition_plan_make(&plan, &input);
        CU_ASSERT(plan.lookahead >= CASES[i].lookahead);
        CU_ASSERT(plan.lookahead <= crossing(&plan, &input));
        CU_ASSERT(fullest(&plan, &input) <= CASES[i].fullest);
        partition_plan_clear(&plan);
    }
}

static void plan_with_a_place_for_each_peer_finds_the_same_groups(void)
{
    PlanInput input = input_of(3);
    input.place = place_own;
    PartitionPlan plan;
    partition_plan_make(&plan, &input);
    CU_ASSERT(plan.lookahead >= 40 * SIM_MILLISECOND - 1);
    CU_ASSERT(plan.lookahead <= crossing(&plan, &input));
    CU_ASSERT_EQUAL(fullest(&plan, &input), 200);
    partition_plan_clear(&plan);
}

static void plan_without_pairs_deals_out_blocks(void)
{
    for (unsigned partitions = 1; partitions <= 5; partitions++) {
        PlanInput input = input_of(partitions);
        input.minimum = NULL;
        PartitionPlan plan;
        partition_plan_make(&plan, &input);
        CU_ASSERT_EQUAL(plan.lookahead, SIM_MILLISECOND);
        CU_ASSERT(fullest(&plan, &input) <= PEERS / partitions + 64);
        unsigned changes = 0;
        for (EntityId peer = 1; peer < PEERS; peer++) {
            changes += plan.partition_of[peer] != plan.partition_of[peer - 1];
        }
        CU_ASSERT(changes <= 16 * partitions + 5);
        partition_plan_clear(&plan);
    }
}

static void plan_weighs_what_peers_have_to_do(void)
{
    PlanInput input = input_of(2);
    input.minimum = NULL;
    input.load = load_star;
    PartitionPlan plan;
    partition_plan_make(&plan, &input);
    CU_ASSERT(fullest(&plan, &input) < PEERS + 40);
    partition_plan_clear(&plan);
}

static void plan_of_too_many_places_deals_out_blocks(void)
{
    PlanInput input = input_of(2);
    input.peers = MANY;
    input.place = place_own;
    PartitionPlan plan;
    partition_plan_make(&plan, &input);
    CU_ASSERT_EQUAL(plan.lookahead, SIM_MILLISECOND);
    CU_ASSERT(fullest(&plan, &input) <= MANY / 2 + 64);
    partition_plan_clear(&plan);
}

static void plan_may_have_a_peer_in_each_partition(void)
{
    PlanInput input = input_of(6);
    input.peers = 6;
    PartitionPlan plan;
    partition_plan_make(&plan, &input);
    CU_ASSERT_EQUAL(fullest(&plan, &input), 1);
    partition_plan_clear(&plan);
}

CU_TestInfo suite_partition_plan[] = {
    {"plan_has_the_longest_lookahead_that_is_even", plan_has_the_longest_lookahead_that_is_even},
    {"plan_with_a_place_for_each_peer_finds_the_same_groups",
     plan_with_a_place_for_each_peer_finds_the_same_groups},
    {"plan_without_pairs_deals_out_blocks", plan_without_pairs_deals_out_blocks},
    {"plan_weighs_what_peers_have_to_do", plan_weighs_what_peers_have_to_do},
    {"plan_of_too_many_places_deals_out_blocks", plan_of_too_many_places_deals_out_blocks},
    {"plan_may_have_a_peer_in_each_partition", plan_may_have_a_peer_in_each_partition},
    CU_TEST_INFO_NULL,
};
