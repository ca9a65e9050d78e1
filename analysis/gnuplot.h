/* SPDX-License-Identifier: MIT */
/* Writing gnuplot scripts and having gnuplot draw them.
 *
 * A script is complete: settings, data as inline blocks, one plot command. It writes the picture to
 * its standard output, so the same text serves `gnuplot script > picture.png` by hand. Text from a
 * database reaches the script only through gnuplot_quote() and gnuplot_append_field(), and is drawn
 * without gnuplot's markup, so no name can break out of its quotes.
 *
 * Colours are those of Okabe and Ito (2008), which people with colour vision deficiencies can tell
 * apart; a continuous scale is viridis. */
#ifndef ANALYSIS_GNUPLOT_H
#define ANALYSIS_GNUPLOT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define COLOUR_BLUE "#0072B2"
#define COLOUR_ORANGE "#E69F00"
#define COLOUR_GREEN "#009E73"
#define COLOUR_PURPLE "#CC79A7"
#define COLOUR_SKY "#56B4E9"
#define COLOUR_RED "#D55E00"
#define COLOUR_BLACK "#222222"
#define COLOUR_GREY "#888888"

typedef enum GnuplotFormat { GNUPLOT_PNG, GNUPLOT_SVG, GNUPLOT_PDF } GnuplotFormat;

/* The format that a file's name asks for: .png, .svg or .pdf, else an error with exit status 2. */
bool gnuplot_format_of_path(const char *path, GnuplotFormat *ret_format, GError **error);

/* Terminal, fonts, border and grid; title and subtitle in the upper left corner. */
void gnuplot_begin(GString *script, GnuplotFormat format, const char *title, const char *subtitle);

/* The text as a string of gnuplot, in single quotes; control characters become spaces. */
void gnuplot_quote(GString *script, const char *text);

/* The text as a field of a data block, in double quotes. */
void gnuplot_append_field(GString *script, const char *text);

/* The data blocks of a script alone, each behind a comment with its name, two empty lines between
 * them as gnuplot's `index` has it. Owned by the caller. */
char *gnuplot_data(const char *script);

/* Runs gnuplot on the script; the file appears complete, under a temporary name first, or not at
 * all. Without gnuplot the exit status of the error is 3. */
bool gnuplot_render(const char *script, const char *path, GError **error);

#endif
