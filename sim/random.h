/* SPDX-License-Identifier: MIT */
/* Named, counter-based randomness. A draw is a pure function of (run seed, purpose, owner,
 * counter): there is no generator to share, to seed or to advance in the right order. An owner
 * keeps one small counter for each purpose; adding a purpose, an observer or a link shifts nobody
 * else's draws, so two variants of a scenario meet the same luck (common random numbers).
 *
 *     uint64_t key = random_key(seed, random_purpose("link.loss"), sender, receiver);
 *     uint64_t word = random_word(key, link->draws++);
 *
 * The function is Philox-2x64 with six rounds, the smallest number that passes BigCrush (Salmon,
 * Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): for each key a
 * bijection of 128-bit counters whose every output bit depends on every bit of key and counter. The
 * upper half of the counter numbers the sub-draws of one draw, for methods that reject. */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* The number of a purpose: a hash of its name. Not free: keep the result. */
uint64_t random_purpose(const char *name);

/* owner and other name whom the draws belong to: a peer and 0, or the two ends of a link in their
 * order. */
uint64_t random_key(uint64_t seed, uint64_t purpose, uint32_t owner, uint32_t other);

typedef struct RandomPair {
    uint64_t first;
    uint64_t second;
} RandomPair;

/* Philox-2x64 with any number of rounds. Others than six are for the published test vectors. */
static inline RandomPair random_philox(uint64_t key, RandomPair counter, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        __extension__ const unsigned __int128 product =
            (unsigned __int128)counter.first * UINT64_C(0xD2B74407B1CE6E93);
        counter = (RandomPair){(uint64_t)(product >> 64) ^ key ^ counter.second, (uint64_t)product};
        key += UINT64_C(0x9E3779B97F4A7C15);
    }
    return counter;
}

/* Sub-draw `part` of draw number `counter`: two independent words. */
static inline RandomPair random_pair(uint64_t key, uint64_t counter, uint64_t part)
{
    return random_philox(key, (RandomPair){counter, part}, 6);
}

/* The first of them; part 0 is the draw itself. */
static inline uint64_t random_word_part(uint64_t key, uint64_t counter, uint64_t part)
{
    return random_pair(key, counter, part).first;
}

/* 64 uniform bits: draw number `counter` of the key. */
static inline uint64_t random_word(uint64_t key, uint64_t counter)
{
    return random_word_part(key, counter, 0);
}

/* A word as a double in the open interval (0, 1): never 0, never 1. The values are the middles of
 * 2^52 equal cells, which all are doubles, so nothing rounds and u and 1 - u are equally likely. */
static inline double random_unit(uint64_t word)
{
    return ((double)(int64_t)(word >> 12) + 0.5) * 0x1p-52;
}

/* A word as an integer in [0, bound), bound > 0, by multiplication: one draw, bias below 2^-32 for
 * bounds below 2^32. */
static inline uint64_t random_below(uint64_t word, uint64_t bound)
{
    __extension__ const unsigned __int128 product = (unsigned __int128)word * bound;
    return (uint64_t)(product >> 64);
}

/* True with the probability, decided by integer comparison; 0 is never, 1 is always. Scaling by a
 * power of two is exact, so the threshold is the same everywhere. */
static inline bool random_chance(uint64_t word, double probability)
{
    if (!(probability > 0)) {
        return false;
    }
    return probability >= 1 || word < (uint64_t)(probability * 0x1p64);
}

#endif
