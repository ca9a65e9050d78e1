/* SPDX-License-Identifier: MIT */
/* One-to-one mixing of numbers with a key. */
#include "analysis/trace_ids.h"

#include <string.h>

#define HEXADECIMAL_DIGITS 32

/* The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
 * Generators", 2014), which is one to one and takes 0 to 0. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* The factors are the inverses modulo 2^64 of those above. */
static uint64_t unmix(uint64_t x)
{
    x = (x ^ x >> 31 ^ x >> 62) * 0x319642b2d24d8ec3u;
    x = (x ^ x >> 27 ^ x >> 54) * 0x96de1b173f119089u;
    return x ^ x >> 30 ^ x >> 60;
}

/* What would be 0 takes the place of the image of 0, a number that the program gives to no span. */
static uint64_t mix_with(uint64_t key, uint64_t number)
{
    const uint64_t mixed = mix(key ^ number);
    return mixed != 0 ? mixed : mix(key);
}

TraceIds trace_ids_new(const char *experiment, const char *cell, int64_t repetition, int64_t seed)
{
    TraceIds ids;
    guint8 digest[32];
    gsize digest_size_bytes = sizeof digest;
    const char *texts[] = {experiment == NULL ? "" : experiment, cell == NULL ? "" : cell};
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *numbers =
        g_strdup_printf("%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, repetition, seed);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_checksum_update(checksum, (const guchar *)texts[i], (gssize)strlen(texts[i]) + 1);
    }
    g_checksum_update(checksum, (const guchar *)numbers, -1);
    g_checksum_get_digest(checksum, digest, &digest_size_bytes);
    memcpy(&ids.high_key, digest, 8);
    memcpy(&ids.trace_key, digest + 8, 8);
    memcpy(&ids.span_key, digest + 16, 8);
    ids.high_key = GUINT64_FROM_BE(ids.high_key);
    ids.trace_key = GUINT64_FROM_BE(ids.trace_key);
    ids.span_key = GUINT64_FROM_BE(ids.span_key);
    return ids;
}

uint64_t trace_ids_of_span(const TraceIds *ids, int64_t span_id)
{
    return mix_with(ids->span_key, (uint64_t)span_id);
}

void output_trace_id(Output *output, const TraceIds *ids, int64_t trace_id)
{
    output_hexadecimal(output, mix_with(ids->high_key, (uint64_t)trace_id));
    output_hexadecimal(output, mix_with(ids->trace_key, (uint64_t)trace_id));
}

void output_span_id(Output *output, const TraceIds *ids, int64_t span_id)
{
    output_hexadecimal(output, trace_ids_of_span(ids, span_id));
}

bool trace_ids_parse(const TraceIds *ids, const char *text, int64_t *ret_trace_id)
{
    if (strlen(text) != HEXADECIMAL_DIGITS) {
        return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, ret_trace_id, NULL);
    }
    guint64 high = 0, low = 0;
    g_autofree char *front = g_strndup(text, HEXADECIMAL_DIGITS / 2);
    if (!g_ascii_string_to_unsigned(front, 16, 0, G_MAXUINT64, &high, NULL) ||
        !g_ascii_string_to_unsigned(text + HEXADECIMAL_DIGITS / 2, 16, 0, G_MAXUINT64, &low,
                                    NULL)) {
        return false;
    }
    const uint64_t number = unmix(low) ^ ids->trace_key;
    if (mix_with(ids->high_key, number) != high) {
        return false;
    }
    *ret_trace_id = (int64_t)number;
    return true;
}
