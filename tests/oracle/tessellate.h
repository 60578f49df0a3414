/* Random tessellations: cells that fill a domain without gap or overlap, sharing their vertices.
 * SPDX-License-Identifier: MIT
 *
 * A mesh is a list of faces, each a counter-clockwise list of vertices; two neighbours name the
 * same vertices. Where every face is simple and counter-clockwise and so is the outline, the faces
 * tessellate the outline's inside: mesh_is_sound checks just that, exactly, after the coordinates
 * were rounded to where they finally lie. Cells are unions of faces. */
#ifndef COV_TESTS_TESSELLATE_H
#define COV_TESTS_TESSELLATE_H

#include "exact.h"
#include "shapes.h"

typedef struct face {
    size_t *at; /* vertices */
    size_t n;
    size_t capacity;
    size_t cell;
    size_t piece; /* of its cell: faces joined by edges */
} face;

typedef struct half_edge {
    size_t from, to;
    size_t face;
    size_t place; /* of `from` in the face */
} half_edge;

/* Where a mesh lies, and how fine its coordinates are. */
typedef struct frame {
    double scale;
    spot origin;
    double snap; /* coordinates are multiples of this; 0: any double */
} frame;

typedef struct mesh {
    frame frame;
    spot *v;
    size_t n_v, v_capacity;
    face *face;
    size_t n_faces, face_capacity;
    half_edge *edge; /* sorted by (from, to) */
    size_t n_edges;
} mesh;

static inline void mesh_free(mesh *m)
{
    for (size_t i = 0; i < m->n_faces; i++)
        free(m->face[i].at);
    free(m->face);
    free(m->v);
    free(m->edge);
    *m = (mesh){0};
}

/* A vertex, given in the unit square or near it. */
static inline size_t mesh_vertex(mesh *m, double x, double y)
{
    m->v = grow(m->v, &m->v_capacity, m->n_v + 1, sizeof *m->v);
    spot p = {x * m->frame.scale + m->frame.origin.x, y * m->frame.scale + m->frame.origin.y};
    if (m->frame.snap > 0) {
        p.x = nearbyint(p.x / m->frame.snap) * m->frame.snap;
        p.y = nearbyint(p.y / m->frame.snap) * m->frame.snap;
    }
    m->v[m->n_v] = p;
    return m->n_v++;
}

static inline void face_add(face *f, size_t vertex)
{
    f->at = grow(f->at, &f->capacity, f->n + 1, sizeof *f->at);
    f->at[f->n++] = vertex;
}

static inline face *mesh_face(mesh *m)
{
    m->face = grow(m->face, &m->face_capacity, m->n_faces + 1, sizeof *m->face);
    m->face[m->n_faces] = (face){.cell = m->n_faces};
    return &m->face[m->n_faces++];
}

static inline void mesh_polygon(mesh *m, const size_t *at, size_t n)
{
    face *f = mesh_face(m);
    for (size_t i = 0; i < n; i++)
        face_add(f, at[i]);
}

/* ---------------------------------------------------------------- half-edges */

static inline int compare_half_edges(const void *a, const void *b)
{
    const half_edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static inline void mesh_connect(mesh *m)
{
    size_t capacity = 0;
    free(m->edge);
    m->edge = NULL;
    m->n_edges = 0;
    for (size_t i = 0; i < m->n_faces; i++) {
        const face *f = &m->face[i];
        m->edge = grow(m->edge, &capacity, m->n_edges + f->n, sizeof *m->edge);
        for (size_t k = 0; k < f->n; k++)
            m->edge[m->n_edges++] = (half_edge){f->at[k], f->at[(k + 1) % f->n], i, k};
    }
    qsort(m->edge, m->n_edges, sizeof *m->edge, compare_half_edges);
}

/* The half-edge from -> to, or NULL. */
static inline half_edge *mesh_find(const mesh *m, size_t from, size_t to)
{
    half_edge key = {.from = from, .to = to};
    if (m->n_edges == 0)
        return NULL;
    return bsearch(&key, m->edge, m->n_edges, sizeof key, compare_half_edges);
}

static inline half_edge *after(const mesh *m, const half_edge *e)
{
    const face *f = &m->face[e->face];
    return mesh_find(m, e->to, f->at[(e->place + 2) % f->n]);
}

enum { ANY_CELL = -1 };

/* Whether the border of a cell, or of the whole mesh, runs along the half-edge. */
static inline bool on_border(const mesh *m, const half_edge *e, long cell)
{
    const half_edge *twin = mesh_find(m, e->to, e->from);
    return twin == NULL || (cell != ANY_CELL && m->face[twin->face].cell != (size_t)cell);
}

/* The next half-edge of the border: turn around the vertex through the faces inside. */
static inline half_edge *next_on_border(const mesh *m, const half_edge *e, long cell)
{
    half_edge *next = after(m, e);
    while (!on_border(m, next, cell))
        next = after(m, mesh_find(m, next->to, next->from));
    return next;
}

/* Append the ring of the border that runs along `start`; `done` marks its half-edges. False where a
 * vertex stands in it twice: a ring that touches itself, no valid polygon. */
static inline bool trace(const mesh *m, half_edge *start, long cell, bool *done, sheet *s)
{
    bool simple = true;
    bool *seen = blank(m->n_v, sizeof *seen);
    for (half_edge *e = start; !done[e - m->edge]; e = next_on_border(m, e, cell)) {
        done[e - m->edge] = true;
        simple &= !seen[e->from];
        seen[e->from] = true;
        sheet_vertex(s, m->v[e->from].x, m->v[e->from].y);
    }
    sheet_close(s);
    free(seen);
    return simple;
}

/* ---------------------------------------------------------------- soundness */

static inline bool within_box(spot a, spot b, spot p)
{
    return p.x >= fmin(a.x, b.x) && p.x <= fmax(a.x, b.x) && p.y >= fmin(a.y, b.y) &&
           p.y <= fmax(a.y, b.y);
}

static inline int filtered_orient(exact *e, spot a, spot b, spot p)
{
    double left = (b.x - a.x) * (p.y - a.y), right = (b.y - a.y) * (p.x - a.x);
    if (fabs(left - right) > 1e-14 * (fabs(left) + fabs(right)) + 1e-300)
        return left > right ? 1 : -1;
    return exact_orient(e, a, b, p);
}

/* Whether closed segments share a place. */
static inline bool segments_meet(exact *e, spot a, spot b, spot c, spot d)
{
    if (fmax(a.x, b.x) < fmin(c.x, d.x) || fmax(c.x, d.x) < fmin(a.x, b.x) ||
        fmax(a.y, b.y) < fmin(c.y, d.y) || fmax(c.y, d.y) < fmin(a.y, b.y))
        return false;
    int o1 = filtered_orient(e, a, b, c), o2 = filtered_orient(e, a, b, d);
    int o3 = filtered_orient(e, c, d, a), o4 = filtered_orient(e, c, d, b);
    if (o1 * o2 < 0 && o3 * o4 < 0)
        return true;
    return (o1 == 0 && within_box(a, b, c)) || (o2 == 0 && within_box(a, b, d)) ||
           (o3 == 0 && within_box(c, d, a)) || (o4 == 0 && within_box(c, d, b));
}

/* Whether a closed ring neither crosses nor touches itself. */
static inline bool ring_is_simple(exact *e, const spot *v, size_t n)
{
    size_t edges = n - 1;
    for (size_t i = 0; i < edges; i++) {
        spot a = v[i], b = v[i + 1], c = v[(i + 2) % edges];
        if ((a.x == b.x && a.y == b.y) ||
            (filtered_orient(e, a, b, c) == 0 && (within_box(a, b, c) || within_box(b, c, a))))
            return false;
        for (size_t k = i + 2; k < edges; k++) {
            if ((k + 1) % edges != i && segments_meet(e, a, b, v[k], v[k + 1]))
                return false;
        }
    }
    return true;
}

static inline bool loop_is_sound(exact *e, const sheet *s, const loop *l)
{
    return l->n >= 4 && ring_is_simple(e, s->v + l->first, l->n) &&
           exact_winding(e, s->v + l->first, l->n) > 0;
}

/* The outline as a sheet of one owner; false where the mesh is no tessellation. */
static inline bool mesh_is_sound(exact *e, mesh *m, sheet *outline)
{
    bool sound = true;
    mesh_connect(m);
    for (size_t i = 1; i < m->n_edges && sound; i++)
        sound = compare_half_edges(&m->edge[i - 1], &m->edge[i]) != 0;
    for (size_t i = 0; i < m->n_faces && sound; i++) {
        sheet one = {0};
        sheet_open(&one, 0, 0);
        for (size_t k = 0; k < m->face[i].n; k++)
            sheet_vertex(&one, m->v[m->face[i].at[k]].x, m->v[m->face[i].at[k]].y);
        sheet_close(&one);
        sound = loop_is_sound(e, &one, &one.loop[0]);
        sheet_free(&one);
    }
    bool *done = blank(m->n_edges, sizeof *done);
    for (size_t i = 0; i < m->n_edges && sound; i++) {
        if (done[i] || !on_border(m, &m->edge[i], ANY_CELL))
            continue;
        sheet_open(outline, 0, 0);
        sound = trace(m, &m->edge[i], ANY_CELL, done, outline);
    }
    free(done);
    return sound && outline->n_loops == 1 && loop_is_sound(e, outline, &outline->loop[0]);
}

/* ---------------------------------------------------------------- cells */

/* Join the piece of each face with its neighbours of the same cell. */
static inline void find_pieces(mesh *m)
{
    bool changed = true;
    for (size_t i = 0; i < m->n_faces; i++)
        m->face[i].piece = i;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < m->n_edges; i++) {
            const half_edge *twin = mesh_find(m, m->edge[i].to, m->edge[i].from);
            face *f = &m->face[m->edge[i].face], *g = twin ? &m->face[twin->face] : f;
            if (f->cell == g->cell && f->piece > g->piece) {
                f->piece = g->piece;
                changed = true;
            }
        }
    }
}

/* The rings of one piece of a cell as part `part` of an owner, its shell first. */
static inline bool add_piece(exact *x, const mesh *m, size_t piece, bool *done, sheet *s,
                             uint32_t owner, uint32_t part)
{
    size_t first = s->n_loops;
    bool simple = true;
    for (size_t i = 0; i < m->n_edges; i++) {
        const face *f = &m->face[m->edge[i].face];
        if (f->piece != piece || done[i] || !on_border(m, &m->edge[i], (long)f->cell))
            continue;
        sheet_open(s, owner, part);
        simple &= trace(m, &m->edge[i], (long)f->cell, done, s);
    }
    for (size_t i = first; i < s->n_loops; i++) {
        loop l = s->loop[i];
        if (exact_winding(x, s->v + l.first, l.n) > 0) {
            s->loop[i] = s->loop[first];
            s->loop[first] = l;
        }
    }
    return simple;
}

/* One cell as an owner. False where it isn't made of valid polygons. */
static inline bool add_cell(exact *x, const mesh *m, size_t cell, bool *done, sheet *s,
                            uint32_t owner)
{
    bool simple = true;
    uint32_t part = 0;
    for (size_t i = 0; i < m->n_faces; i++) {
        if (m->face[i].cell == cell && m->face[i].piece == i)
            simple &= add_piece(x, m, i, done, s, owner, part++);
    }
    return simple;
}

/* All cells as owners 0, 1, ...; with an rng in random order. False as above. */
static inline bool mesh_cells(exact *x, mesh *m, rng *r, sheet *s)
{
    bool simple = true;
    bool *done = blank(m->n_edges, sizeof *done);
    size_t *order = blank(m->n_faces, sizeof *order);
    rng_shuffle(r, order, m->n_faces);
    find_pieces(m);
    for (size_t i = 0; i < m->n_faces; i++) {
        size_t cell = order[i];
        bool used = false;
        for (size_t k = 0; k < m->n_faces; k++)
            used |= m->face[k].cell == cell;
        if (used)
            simple &= add_cell(x, m, cell, done, s, s->n_owners);
    }
    free(order);
    free(done);
    return simple;
}

static inline bool share_vertex(const face *f, const face *g)
{
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; k < g->n; k++) {
            if (f->at[i] == g->at[k])
                return true;
        }
    }
    return false;
}

/* Give some faces the cell of another one: all around a face, so that it becomes an island, or any
 * here and there, so that cells have several parts. Undone where polygons would be invalid. */
static inline void merge_some(exact *x, mesh *m, rng *r)
{
    size_t *before = blank(m->n_faces, sizeof *before);
    for (size_t i = 0; i < m->n_faces; i++)
        before[i] = m->face[i].cell;
    size_t centre = rng_below(r, m->n_faces), cell = SIZE_MAX;
    bool around = rng_next(r) & 1;
    for (size_t i = 0; i < m->n_faces; i++) {
        bool chosen = around ? i != centre && share_vertex(&m->face[i], &m->face[centre])
                             : rng_below(r, m->n_faces) < 4;
        if (!chosen || m->face[i].cell != i)
            continue;
        cell = cell == SIZE_MAX ? i : cell;
        m->face[i].cell = cell;
    }
    sheet s = {0};
    bool *done = blank(m->n_edges, sizeof *done);
    find_pieces(m);
    if (cell != SIZE_MAX && !add_cell(x, m, cell, done, &s, 0)) {
        for (size_t i = 0; i < m->n_faces; i++)
            m->face[i].cell = before[i];
    }
    free(done);
    sheet_free(&s);
    free(before);
}

#endif
