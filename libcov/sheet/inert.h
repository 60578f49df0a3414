/* Inert: text of a CSV that no spreadsheet takes for a formula.
 * SPDX-License-Identifier: MIT
 *
 * An apostrophe comes before what they would take for one: = + - @ at the start (blanks, quotes and
 * apostrophes before it count as nothing, so that different texts stay different), also behind a
 * semicolon, tab or end of line, where some of them see a new cell; a leading tab or return gets
 * one as well. A plain number such as -5 is left alone. */
#ifndef COV_SHEET_INERT_H
#define COV_SHEET_INERT_H

/* The text itself where it is a plain number, else a copy in `room`, which has at least 2 * strlen
 * + 1 bytes. */
const char *cov_inert(const char *text, char *room);

#endif
