/* SPDX-License-Identifier: MIT */
/* Named, counter-based randomness. A draw is a pure function of (run seed, purpose, owner,
 * counter): there is no generator to share, to seed or to advance in the right order. An owner
 * keeps one small counter for each purpose; adding a purpose, an observer or a link shifts nobody
 * else's draws, so two variants of a scenario meet the same luck (common random numbers).
 *
 *     uint64_t key = random_key(seed, random_purpose("link.loss"), sender, receiver);
 *     uint64_t word = random_word(key, link->draws++);
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* The number of a purpose: a hash of its name. Not free: keep the result. */
uint64_t random_purpose(const char *name);

/* owner and other name whom the draws belong to: a peer and 0, or the two ends of a link in their
 * order. */
uint64_t random_key(uint64_t seed, uint64_t purpose, uint32_t owner, uint32_t other);

/* 64 uniform bits: draw number `counter` of the key. */
uint64_t random_word(uint64_t key, uint64_t counter);

/* A word as a double in the open interval (0, 1): never 0, never 1. */
double random_unit(uint64_t word);

/* A word as an integer in [0, bound), bound > 0, by multiplication: one draw, bias below 2^-32 for
 * bounds below 2^32. */
uint64_t random_below(uint64_t word, uint64_t bound);

/* True with the probability, decided by integer comparison; 0 is never, 1 is always. */
bool random_chance(uint64_t word, double probability);

#endif
