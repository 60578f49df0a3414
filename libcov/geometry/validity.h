/* Validity: a proof, fast and exact, that a polygon is valid.
 * SPDX-License-Identifier: MIT
 *
 * Polygons that touch neither each other nor themselves are valid when:
 *
 *   1. every ring is closed and has three vertices or more;
 *   2. no two edges have a point in common but the vertex between neighbours of one ring, so that
 *      the rings are simple closed curves, apart from one another;
 *   3. what lies just outside each ring is what its role says: for a hole the inside of its own
 *      polygon, for a shell no polygon at all.
 *
 * For 2, edges with a common point share a cell of the grid, so only those of one cell are
 * compared. For 3, what lies just outside a ring is told by the nearest edge west of its
 * westernmost vertex, and by which side of it that is. Both belong to one face of the plane, and a
 * chain of such steps west ends at the ring around that face, or far outside; so all rings of each
 * face agree about what it is, which is all that nesting asks.
 *
 * What isn't proved may be valid all the same: polygons that touch at a point, for one. Then GEOS
 * has the word. */
#ifndef COV_GEOMETRY_VALIDITY_H
#define COV_GEOMETRY_VALIDITY_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a Polygon or MultiPolygon (WKB as in cov_area) is surely valid: by OGC Simple Features,
 * and for GEOS, whose arithmetic is not exact. false says nothing: also where memory runs out, or
 * so many edges lie so close together that it would take more than a few steps for each. */
bool cov_validity_proved(const void *wkb, size_t size);

#endif
