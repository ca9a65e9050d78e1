/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/random.h"

#include <stdlib.h>
#include <string.h>

/* The known answers of the Random123 distribution (tests/kat_vectors, philox2x64). */
static void random_philox_gives_the_published_vectors(void)
{
    static const struct {
        unsigned rounds;
        RandomPair counter;
        uint64_t key;
        RandomPair expected;
    } cases[] = {
        {10, {0, 0}, 0, {UINT64_C(0xca00a0459843d731), UINT64_C(0x66c24222c9a845b5)}},
        {10,
         {UINT64_MAX, UINT64_MAX},
         UINT64_MAX,
         {UINT64_C(0x65b021d60cd8310f), UINT64_C(0x4d02f3222f86df20)}},
        {10,
         {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344)},
         UINT64_C(0xa4093822299f31d0),
         {UINT64_C(0x0a5e742c2997341c), UINT64_C(0xb0f883d38000de5d)}},
        {7, {0, 0}, 0, {UINT64_C(0xb41da69fbfefc666), UINT64_C(0x511e9ce1a5534056)}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const RandomPair pair = random_philox(cases[i].key, cases[i].counter, cases[i].rounds);
        CU_ASSERT_EQUAL(pair.first, cases[i].expected.first);
        CU_ASSERT_EQUAL(pair.second, cases[i].expected.second);
    }
}

static void random_words_and_keys_are_golden(void)
{
    static const uint64_t words[] = {
        UINT64_C(0x4b6c25a8db0649c8),
        UINT64_C(0xe90e1d734c914af8),
        UINT64_C(0x5ea3dc7940d198c6),
        UINT64_C(0x03de26df0fa0b743),
    };
    for (uint64_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(random_word(42, i), words[i]);
    }
    CU_ASSERT_EQUAL(random_word_part(42, 0, 1), UINT64_C(0xb5622126ea72f46b));
    CU_ASSERT_EQUAL(random_purpose("link.loss"), UINT64_C(0x40481583df568800));
    CU_ASSERT_EQUAL(random_key(1, random_purpose("link.loss"), 2, 3), UINT64_C(0xe9c5c7ba5354b9d8));
}

static void random_key_depends_on_each_part_and_on_the_order_of_the_ends(void)
{
    const uint64_t purpose = random_purpose("link.loss");
    const uint64_t key = random_key(1, purpose, 2, 3);
    CU_ASSERT_NOT_EQUAL(key, random_key(2, purpose, 2, 3));
    CU_ASSERT_NOT_EQUAL(key, random_key(1, random_purpose("link.latency"), 2, 3));
    CU_ASSERT_NOT_EQUAL(key, random_key(1, purpose, 3, 3));
    CU_ASSERT_NOT_EQUAL(key, random_key(1, purpose, 2, 4));
    CU_ASSERT_NOT_EQUAL(key, random_key(1, purpose, 3, 2));
}

/* The words of one sequence each: successive counters of one key, one counter of successive keys,
 * sub-draws, keys of successive owners, of successive ends, of successive seeds. */
static uint64_t sequence_word(unsigned sequence, uint64_t i)
{
    switch (sequence) {
    case 0:
        return random_word(0, i);
    case 1:
        return random_word(i, 0);
    case 2:
        return random_word_part(7, 7, i);
    case 3:
        return random_word(random_key(1, 5, (uint32_t)i, 0), 0);
    case 4:
        return random_word(random_key(1, 5, 0, (uint32_t)i), 0);
    case 5:
        return random_word(random_key(i, 5, 0, 0), 0);
    default:
        return random_word(i * UINT64_C(0x9E3779B97F4A7C15), i << 32);
    }
}

#define SEQUENCES 7
#define WORDS 32768

/* chi-square of n counts against equal expectation. */
static double chi_square(const unsigned *counts, unsigned n, double total)
{
    double sum = 0;
    for (unsigned i = 0; i < n; i++) {
        const double difference = counts[i] - total / n;
        sum += difference * difference / (total / n);
    }
    return sum;
}

/* A chi-square variable with 255 degrees of freedom exceeds 330.5 with probability 0.001, 347.7
 * with 0.0001; seven sequences with eight bytes each are tried, hence the second. */
static void random_each_byte_of_the_words_is_equidistributed(void)
{
    for (unsigned sequence = 0; sequence < SEQUENCES; sequence++) {
        unsigned counts[8][256] = {0};
        for (uint64_t i = 0; i < WORDS; i++) {
            const uint64_t word = sequence_word(sequence, i);
            for (unsigned byte = 0; byte < 8; byte++) {
                counts[byte][word >> 8 * byte & 255]++;
            }
        }
        for (unsigned byte = 0; byte < 8; byte++) {
            const double x = chi_square(counts[byte], 256, WORDS);
            CU_ASSERT(x < 347.7);
            CU_ASSERT(x > 180); /* too even is wrong as well */
        }
    }
}

/* Neighbours share no bits beyond chance: the differing bits of WORDS pairs number 32 a pair with
 * a deviation of 4 / sqrt(WORDS) of their mean; and each bit alone flips with probability 1/2. */
static void random_neighbours_are_not_correlated(void)
{
    for (unsigned sequence = 0; sequence < SEQUENCES; sequence++) {
        unsigned flips[64] = {0};
        unsigned pairs[256] = {0}; /* the top four bits of a word and of the next */
        uint64_t previous = sequence_word(sequence, 0);
        for (uint64_t i = 1; i <= WORDS; i++) {
            const uint64_t word = sequence_word(sequence, i);
            const uint64_t change = word ^ previous;
            for (unsigned bit = 0; bit < 64; bit++) {
                flips[bit] += (unsigned)(change >> bit & 1);
            }
            pairs[(previous >> 60) << 4 | word >> 60]++;
            previous = word;
        }
        unsigned total = 0;
        for (unsigned bit = 0; bit < 64; bit++) {
            CU_ASSERT(abs((int)flips[bit] - WORDS / 2) < 407); /* 4.5 deviations of 90.5 */
            total += flips[bit];
        }
        CU_ASSERT(abs((int)total - 32 * WORDS) < 2390); /* 3.3 deviations of 724 */
        CU_ASSERT(chi_square(pairs, 256, WORDS) < 347.7);
    }
}

/* Flipping any one bit of key, counter or part flips each output bit half of the time. */
static void random_word_has_full_avalanche(void)
{
    enum { TRIALS = 1024 };
    static unsigned flips[192][64];
    memset(flips, 0, sizeof flips);
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        /* Small inputs, as they occur: this is where weak mixers fail. */
        const uint64_t key = trial & 31, counter = trial >> 5, part = 0;
        const uint64_t word = random_word_part(key, counter, part);
        for (unsigned bit = 0; bit < 192; bit++) {
            const uint64_t flip = UINT64_C(1) << (bit & 63);
            const uint64_t change =
                word ^ random_word_part(key ^ (bit < 64 ? flip : 0),
                                        counter ^ (bit >= 64 && bit < 128 ? flip : 0),
                                        part ^ (bit >= 128 ? flip : 0));
            for (unsigned i = 0; i < 64; i++) {
                flips[bit][i] += (unsigned)(change >> i & 1);
            }
        }
    }
    unsigned far_count = 0;
    for (unsigned bit = 0; bit < 192; bit++) {
        for (unsigned i = 0; i < 64; i++) {
            const int distance = abs((int)flips[bit][i] - TRIALS / 2);
            CU_ASSERT(distance < 6 * 16); /* six deviations of sqrt(1024) / 2 */
            far_count += distance > 3 * 16;
        }
    }
    CU_ASSERT(far_count < 80); /* 12,288 cells, 0.27 % beyond three deviations: 33 expected */
}

static void random_unit_is_open_and_symmetric(void)
{
    CU_ASSERT(random_unit(0) == 0x1p-53);
    CU_ASSERT(random_unit(UINT64_MAX) == 1 - 0x1p-53);
    CU_ASSERT(random_unit(UINT64_C(1) << 63) == 0.5 + 0x1p-53);
    double sum = 0;
    for (uint64_t i = 0; i < WORDS; i++) {
        const double unit = random_unit(random_word(3, i));
        sum += unit;
        CU_ASSERT(1 - unit == random_unit(~random_word(3, i)));
    }
    CU_ASSERT(sum / WORDS > 0.4947 && sum / WORDS < 0.5053); /* 3.3 deviations of 0.0016 */
}

static void random_below_covers_its_range_evenly(void)
{
    CU_ASSERT_EQUAL(random_below(0, 10), 0);
    CU_ASSERT_EQUAL(random_below(UINT64_MAX, 10), 9);
    CU_ASSERT_EQUAL(random_below(UINT64_MAX, 1), 0);
    CU_ASSERT_EQUAL(random_below(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    unsigned counts[100] = {0};
    for (uint64_t i = 0; i < WORDS; i++) {
        counts[random_below(random_word(4, i), 100)]++;
    }
    CU_ASSERT(chi_square(counts, 100, WORDS) < 148.2); /* 99 degrees of freedom, 0.001 */
}

static void random_chance_is_exact_at_its_threshold(void)
{
    CU_ASSERT_FALSE(random_chance(0, 0));
    CU_ASSERT_FALSE(random_chance(0, -1));
    CU_ASSERT_TRUE(random_chance(UINT64_MAX, 1));
    CU_ASSERT_TRUE(random_chance(UINT64_MAX, 2));
    CU_ASSERT_TRUE(random_chance((UINT64_C(1) << 62) - 1, 0.25));
    CU_ASSERT_FALSE(random_chance(UINT64_C(1) << 62, 0.25));
    CU_ASSERT_TRUE(random_chance(0, 0x1p-64));
    CU_ASSERT_FALSE(random_chance(1, 0x1p-64));
    CU_ASSERT_TRUE(random_chance(UINT64_MAX - 2048, 1 - 0x1p-53));
    CU_ASSERT_FALSE(random_chance(UINT64_MAX - 2047, 1 - 0x1p-53));
    unsigned count = 0;
    for (uint64_t i = 0; i < 10 * WORDS; i++) {
        count += random_chance(random_word(5, i), 0.01);
    }
    CU_ASSERT(count > 3089 && count < 3465); /* 3,277 expected, 3.3 deviations of 57 */
}

CU_TestInfo suite_random[] = {
    {"random_philox_gives_the_published_vectors", random_philox_gives_the_published_vectors},
    {"random_words_and_keys_are_golden", random_words_and_keys_are_golden},
    {"random_key_depends_on_each_part_and_on_the_order_of_the_ends",
     random_key_depends_on_each_part_and_on_the_order_of_the_ends},
    {"random_each_byte_of_the_words_is_equidistributed",
     random_each_byte_of_the_words_is_equidistributed},
    {"random_neighbours_are_not_correlated", random_neighbours_are_not_correlated},
    {"random_word_has_full_avalanche", random_word_has_full_avalanche},
    {"random_unit_is_open_and_symmetric", random_unit_is_open_and_symmetric},
    {"random_below_covers_its_range_evenly", random_below_covers_its_range_evenly},
    {"random_chance_is_exact_at_its_threshold", random_chance_is_exact_at_its_threshold},
    CU_TEST_INFO_NULL,
};
