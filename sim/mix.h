/* SPDX-License-Identifier: MIT */
/* Mixing of integers and bytes, for fingerprints and keys. The full 128-bit product of two whitened
 * words, folded: each input bit reaches each output bit. The same value on every machine: bytes are
 * read as little-endian words. Not cryptographic. */
#ifndef SIM_MIX_H
#define SIM_MIX_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t mix_two(uint64_t a, uint64_t b)
{
    const unsigned __int128 product =
        (unsigned __int128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xd1b54a32d192ed03));
    return (uint64_t)product ^ (uint64_t)(product >> 64) ^ a;
}

static inline uint64_t mix_bytes(const void *bytes, size_t size_bytes)
{
    const uint8_t *at = bytes;
    uint64_t hash = mix_two(size_bytes, UINT64_C(0x2545f4914f6cdd1d));
    for (; size_bytes >= 8; size_bytes -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        hash = mix_two(hash, GUINT64_FROM_LE(word));
    }
    if (size_bytes > 0) { /* copying so few by a call would take longer */
        uint64_t word = 0;
        unsigned bits = 0;
        if (size_bytes >= 4) {
            uint32_t half;
            memcpy(&half, at, sizeof half);
            word = GUINT32_FROM_LE(half);
            bits = 32;
        }
        for (size_t i = bits / 8; i < size_bytes; i++) {
            word |= (uint64_t)at[i] << 8 * i;
        }
        hash = mix_two(hash, word);
    }
    return hash;
}

static inline uint64_t mix_text(const char *text)
{
    return mix_bytes(text, strlen(text));
}

#endif
