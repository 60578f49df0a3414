/* A tally as bytes.
 * SPDX-License-Identifier: MIT
 *
 * The interface is cov.h's. What the file owes: bytes that are accepted are exactly those that
 * saving the tally would write, so no two files hold the same counts; nothing is read beyond the
 * given size, and nothing allocated that the size doesn't warrant, whatever the bytes say.
 *
 * Version 2 (1 was never released, and isn't read), all numbers little-endian, nothing padded:
 *
 *     0    8  magic: 89 'C' 'O' 'V' 0D 0A 1A 0A
 *     8    4  format version
 *     12   4  scale: a power of ten from 1 to 10^9
 *     16   8  size of all of it in bytes
 *     24   8  fingerprint of the areas
 *     32   8  number of cells
 *     40   8  bytes of the names
 *     48   4  number of services
 *     52   4  0
 *     56 112  ledger: points and weight of read, assigned, outside, no_location, duplicate,
 *             rejected, overlap
 *     168     names of the services, a NUL after each
 *             cells in ascending order of (area, set, unknown): area 4, set 8, unknown 8, weight 8;
 *             no service in both sets
 *          8  cov_hash_bytes(COV_HASH_INIT, everything above) */
#ifndef COV_ENGINE_SAVED_H
#define COV_ENGINE_SAVED_H

#include "base/status.h"

#define COV_SAVED_VERSION 2
#define COV_SAVED_HEADER 168
#define COV_SAVED_CELL 28
#define COV_SAVED_CHECKSUM 8

#endif
