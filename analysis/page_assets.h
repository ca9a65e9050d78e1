/* SPDX-License-Identifier: MIT */
/* The page's own text, compiled into the program from analysis/page/ (glib-compile-resources): the
 * frame, the style and the script. The script is written as JavaScript modules; here they are one
 * text: each a function that is called once and returns what the module exports, after those that
 * it imports. So a page that opens from disk needs no other file, and its content security policy
 * can name the script by its hash. A module imports with one line for each other module, and
 * exports functions and classes where it declares them. */
#ifndef ANALYSIS_PAGE_ASSETS_H
#define ANALYSIS_PAGE_ASSETS_H

#include <glib.h>

/* All owned by the caller. */
char *page_style(void);
char *page_script(void);
/* The frame with `head` and `body` in their places. */
char *page_frame(const char *head, const char *body);

/* `sha256-...` of a text, for a content security policy. */
char *page_hash(const char *text);

#endif
