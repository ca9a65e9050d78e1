/* SPDX-License-Identifier: MIT */
/* The keys of the random streams; the draws themselves are inline in the header. */
#include "sim/random.h"

uint64_t random_purpose(const char *name)
{
    /* FNV-1a spreads poorly into its upper bits, so the hash passes through the generator. */
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (const char *letter = name; *letter != '\0'; letter++) {
        hash = (hash ^ (uint8_t)*letter) * UINT64_C(0x100000001B3);
    }
    return random_word(0, hash);
}

uint64_t random_key(uint64_t seed, uint64_t purpose, uint32_t owner, uint32_t other)
{
    return random_word_part(seed, purpose, (uint64_t)owner << 32 | other);
}
