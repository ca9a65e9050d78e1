/* SPDX-License-Identifier: MIT */
/* Text on its way to a file, through a buffer of fixed size: what exports write into.
 *
 * Nothing that is appended fails: the first error of the file is kept, what follows it is dropped,
 * and output_finish() reports it; a long loop asks output_has_failed() now and then. Foreign text
 * goes through the functions that escape. They take any bytes: what is no UTF-8, and what a format
 * has no way to write, becomes U+FFFD. */
#ifndef ANALYSIS_OUTPUT_H
#define ANALYSIS_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Output Output;

/* Borrows the file, whose name is for errors. */
Output *output_new(FILE *file, const char *name);
void output_free(Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)

/* Empties the buffer into the file and flushes that. */
bool output_finish(Output *output, GError **error);
bool output_has_failed(const Output *output);

void output_bytes(Output *output, const void *bytes, size_t size_bytes);
void output_text(Output *output, const char *text);
void output_character(Output *output, char character);
void output_integer(Output *output, int64_t value);
void output_unsigned(Output *output, uint64_t value);
/* The shortest text that reads back as the same number; "null" for what is none. */
void output_number(Output *output, double value);
/* 16 hexadecimal digits. */
void output_hexadecimal(Output *output, uint64_t value);
/* Thousandths as a decimal number: 1,234,567 is "1234.567". */
void output_thousandths(Output *output, int64_t value);

/* A JSON string with its quotes (RFC 8259, section 7). */
void output_json(Output *output, const char *text, size_t size_bytes);
/* Inside of an XML 1.0 element or a quoted attribute. */
void output_xml(Output *output, const char *text, size_t size_bytes);
/* A quoted string of the DOT language, which shows the text as it is where it is a label. */
void output_dot(Output *output, const char *text, size_t size_bytes);
/* A field of RFC 4180, in quotes where it needs them and where it is empty. */
void output_csv(Output *output, const char *text, size_t size_bytes);

#endif
