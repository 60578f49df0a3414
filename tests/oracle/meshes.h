/* Kinds of meshes for tessellate.h. SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_MESHES_H
#define COV_TESTS_MESHES_H

#include "tessellate.h"

/* Nodes of a grid, moved about by less than half a step. */
static inline size_t grid_nodes(mesh *m, rng *r, size_t nx, size_t ny, double jitter)
{
    size_t first = m->n_v;
    for (size_t i = 0; i <= ny; i++) {
        for (size_t k = 0; k <= nx; k++)
            mesh_vertex(m, ((double)k + rng_between(r, -jitter, jitter)) / (double)nx,
                        ((double)i + rng_between(r, -jitter, jitter)) / (double)ny);
    }
    return first;
}

static inline void make_grid(mesh *m, rng *r, size_t side, double jitter)
{
    grid_nodes(m, r, side, side, jitter);
    for (size_t i = 0; i < side * side; i++) {
        size_t a = i / side * (side + 1) + i % side, d = a + side + 1;
        mesh_polygon(m, (const size_t[]){a, a + 1, d + 1, d}, 4);
    }
}

/* The grid with each quadrilateral cut along a diagonal that lies inside it. */
static inline void make_triangles(mesh *m, rng *r, size_t side)
{
    exact e;
    exact_init(&e);
    grid_nodes(m, r, side, side, 0.45);
    for (size_t i = 0; i < side * side; i++) {
        size_t a = i / side * (side + 1) + i % side, b = a + 1, d = a + side + 1, c = d + 1;
        bool ac = filtered_orient(&e, m->v[a], m->v[b], m->v[c]) > 0 &&
                  filtered_orient(&e, m->v[a], m->v[c], m->v[d]) > 0;
        bool bd = filtered_orient(&e, m->v[b], m->v[c], m->v[d]) > 0 &&
                  filtered_orient(&e, m->v[b], m->v[d], m->v[a]) > 0;
        if (ac && (!bd || (rng_next(r) & 1))) {
            mesh_polygon(m, (const size_t[]){a, b, c}, 3);
            mesh_polygon(m, (const size_t[]){a, c, d}, 3);
        } else {
            mesh_polygon(m, (const size_t[]){b, c, d}, 3);
            mesh_polygon(m, (const size_t[]){b, d, a}, 3);
        }
    }
    exact_clear(&e);
}

/* The k vertices between two nodes; upright lines stray east and west, level ones south and north,
 * so little that lines meet at nodes alone. Returns the first of them. */
static inline size_t stray(mesh *m, rng *r, size_t side, size_t column, size_t row, bool up,
                           size_t k)
{
    size_t first = m->n_v;
    for (size_t i = 1; i <= k; i++) {
        double along_line = 0.25 + 0.5 * (double)i / (double)(k + 1);
        double across = rng_between(r, -0.2, 0.2);
        mesh_vertex(m, ((double)column + (up ? across : along_line)) / (double)side,
                    ((double)row + (up ? along_line : across)) / (double)side);
    }
    return first;
}

static inline void run_along(face *f, size_t node, size_t first, size_t k, bool back)
{
    face_add(f, node);
    for (size_t i = 0; i < k; i++)
        face_add(f, first + (back ? k - 1 - i : i));
}

/* Cells with winding borders, k vertices between nodes: what communes look like. */
static inline void make_communes(mesh *m, rng *r, size_t side, size_t k)
{
    size_t across = side + 1, *level = blank(across * across, sizeof *level);
    size_t *upright = blank(across * across, sizeof *upright);
    grid_nodes(m, r, side, side, 0.1);
    for (size_t i = 0; i < across * across; i++) {
        size_t row = i / across, column = i % across;
        level[i] = column < side ? stray(m, r, side, column, row, false, k) : 0;
        upright[i] = row < side ? stray(m, r, side, column, row, true, k) : 0;
    }
    for (size_t i = 0; i < side * side; i++) {
        size_t a = i / side * across + i % side;
        face *f = mesh_face(m);
        run_along(f, a, level[a], k, false);
        run_along(f, a + 1, upright[a + 1], k, false);
        run_along(f, a + across + 1, level[a + across], k, true);
        run_along(f, a + across, upright[a], k, true);
    }
    free(level);
    free(upright);
}

/* Wedges around one vertex, and bands around these: a spider's web. */
static inline void make_web(mesh *m, rng *r, size_t spokes, size_t bands)
{
    size_t centre = mesh_vertex(m, 0.5, 0.5);
    for (size_t b = 1; b <= bands; b++) {
        for (size_t i = 0; i < spokes; i++) {
            double radius = 0.5 * ((double)b - rng_between(r, 0, 0.8)) / (double)bands;
            spot p = polar((spot){0.5, 0.5}, radius, TURN * (double)i / (double)spokes);
            mesh_vertex(m, p.x, p.y);
        }
    }
    for (size_t i = 0; i < spokes; i++) {
        size_t a = centre + 1 + i, b = centre + 1 + (i + 1) % spokes;
        mesh_polygon(m, (const size_t[]){centre, a, b}, 3);
        for (size_t k = 1; k < bands; k++, a += spokes, b += spokes)
            mesh_polygon(m, (const size_t[]){a, a + spokes, b + spokes, b}, 4);
    }
}

/* A square of two triangles; then a place in a triangle cuts it into three, and so on: ever
 * thinner slivers, vertices where many meet. */
static inline void make_slivers(mesh *m, rng *r, size_t n)
{
    exact e;
    exact_init(&e);
    for (size_t i = 0; i < 4; i++)
        mesh_vertex(m, i == 1 || i == 2, i >= 2);
    mesh_polygon(m, (const size_t[]){0, 1, 2}, 3);
    mesh_polygon(m, (const size_t[]){0, 2, 3}, 3);
    for (size_t tries = 0; m->n_faces < n && tries < 50 * n; tries++) {
        size_t p = mesh_vertex(m, rng_unit(r), rng_unit(r));
        for (size_t i = 0; i < m->n_faces; i++) {
            size_t a = m->face[i].at[0], b = m->face[i].at[1], c = m->face[i].at[2];
            if (filtered_orient(&e, m->v[a], m->v[b], m->v[p]) <= 0 ||
                filtered_orient(&e, m->v[b], m->v[c], m->v[p]) <= 0 ||
                filtered_orient(&e, m->v[c], m->v[a], m->v[p]) <= 0)
                continue;
            m->face[i].at[2] = p;
            mesh_polygon(m, (const size_t[]){b, c, p}, 3);
            mesh_polygon(m, (const size_t[]){c, a, p}, 3);
            break;
        }
    }
    exact_clear(&e);
}

/* Two chains of vertices across the square, one or two ulps apart: cells without a double inside
 * between cells that all but touch. */
static inline void make_hairline(mesh *m, rng *r, size_t n)
{
    double slope = rng_between(r, -0.3, 0.3);
    for (size_t i = 0; i < 4; i++)
        mesh_vertex(m, i == 1 || i == 2, i >= 2);
    size_t low = m->n_v;
    for (size_t i = 0; i <= n; i++) {
        double x = (double)i / (double)n;
        mesh_vertex(m, x, 0.5 + slope * x);
    }
    size_t high = m->n_v;
    for (size_t i = 1; i < n; i++) {
        mesh_vertex(m, 0, 0);
        m->v[m->n_v - 1] = (spot){m->v[low + i].x, ulps(m->v[low + i].y, 1 + (int)rng_below(r, 2))};
    }
    face *f = mesh_face(m);
    face_add(f, 0);
    face_add(f, 1);
    for (size_t i = n + 1; i-- > 0;)
        face_add(f, low + i);
    f = mesh_face(m);
    face_add(f, 2);
    face_add(f, 3);
    face_add(f, low);
    for (size_t i = 1; i < n; i++)
        face_add(f, high + i - 1);
    face_add(f, low + n);
    for (size_t i = 0; i < n; i++) {
        f = mesh_face(m);
        face_add(f, low + i);
        face_add(f, low + i + 1);
        if (i + 1 < n)
            face_add(f, high + i);
        if (i > 0)
            face_add(f, high + i - 1);
    }
}

/* Put a vertex on the edge a -> b of every face that has it, in either direction. */
static inline void split_edge(mesh *m, size_t a, size_t b, size_t middle)
{
    for (size_t i = 0; i < m->n_faces; i++) {
        face *f = &m->face[i];
        for (size_t k = 0; k < f->n; k++) {
            size_t p = f->at[k], q = f->at[(k + 1) % f->n];
            if (!(p == a && q == b) && !(p == b && q == a))
                continue;
            face_add(f, 0);
            memmove(&f->at[k + 2], &f->at[k + 1], (f->n - k - 2) * sizeof *f->at);
            f->at[k + 1] = middle;
            break;
        }
    }
}

static inline size_t halve(mesh *m, rng *r, size_t a, size_t b)
{
    spot p = along(m->v[a], m->v[b], rng_next(r) & 1 ? 0.5 : rng_between(r, 0.1, 0.9));
    size_t middle = mesh_vertex(m, 0, 0);
    m->v[middle] = p;
    split_edge(m, a, b, middle);
    return middle;
}

static inline size_t index_in(const face *f, size_t vertex)
{
    size_t i = 0;
    while (f->at[i] != vertex)
        i++;
    return i;
}

/* Cut a face by a line between two of its vertices. */
static inline void cut_face(mesh *m, size_t which, size_t a, size_t b)
{
    face old = m->face[which];
    size_t i = index_in(&old, a), k = index_in(&old, b);
    m->face[which] = (face){.cell = which};
    for (size_t j = i; j != k; j = (j + 1) % old.n)
        face_add(&m->face[which], old.at[j]);
    face_add(&m->face[which], old.at[k]);
    face *f = mesh_face(m);
    for (size_t j = k; j != i; j = (j + 1) % old.n)
        face_add(f, old.at[j]);
    face_add(f, old.at[i]);
    free(old.at);
}

/* Whether what a cut from vertex a to b leaves on its right is more than a sliver: a cut along a
 * side that has vertices in its middle isn't one. */
static inline bool cuts_well(const mesh *m, const face *f, size_t a, size_t b)
{
    spot p = m->v[a], q = m->v[b];
    double area = 0, size = (q.x - p.x) * (q.x - p.x) + (q.y - p.y) * (q.y - p.y);
    for (size_t i = index_in(f, a); f->at[i] != b; i = (i + 1) % f->n) {
        spot u = m->v[f->at[i]], v = m->v[f->at[(i + 1) % f->n]];
        area += (u.x - p.x) * (v.y - p.y) - (v.x - p.x) * (u.y - p.y);
    }
    return area > size / 64;
}

/* A square, cut in two again and again; neighbours learn of the new vertices. */
static inline void make_cuts(mesh *m, rng *r, size_t n)
{
    for (size_t i = 0; i < 4; i++)
        mesh_vertex(m, i == 1 || i == 2, i >= 2);
    mesh_polygon(m, (const size_t[]){0, 1, 2, 3}, 4);
    for (size_t tries = 0; m->n_faces < n && tries < 20 * n; tries++) {
        size_t which = rng_below(r, m->n_faces), sides = m->face[which].n;
        size_t i = rng_below(r, sides), k = (i + sides / 2) % sides;
        const size_t *at = m->face[which].at;
        size_t a = at[i], b = at[(i + 1) % sides], c = at[k], d = at[(k + 1) % sides];
        size_t p = halve(m, r, a, b);
        size_t q = halve(m, r, c, d);
        if (cuts_well(m, &m->face[which], p, q) && cuts_well(m, &m->face[which], q, p))
            cut_face(m, which, p, q);
    }
}

enum { MESH_KINDS = 8 };

/* A mesh of kind < MESH_KINDS with about `size` faces. */
static inline void make_mesh(mesh *m, rng *r, size_t kind, size_t size)
{
    size_t side = (size_t)fmax(2, sqrt((double)size));
    switch (kind) {
    case 0:
        make_grid(m, r, side, rng_next(r) & 1 ? 0.45 : 0);
        break;
    case 1:
        make_triangles(m, r, (size_t)fmax(2, sqrt((double)size / 2)));
        break;
    case 2:
        make_communes(m, r, side, 1 + rng_below(r, 5));
        break;
    case 3:
        make_web(m, r, size / 3 + 3, 1 + rng_below(r, 3));
        break;
    case 4:
        make_slivers(m, r, size);
        break;
    case 5:
        make_hairline(m, r, size - 2);
        break;
    case 6:
        make_cuts(m, r, size);
        break;
    default:
        make_web(m, r, size < 64 ? size : 64, 1);
        break;
    }
}

/* Rectangles in rectangles: sides meet sides in the middle, which is exact, as all of them run
 * along the axes. */
static inline void cut_box(sheet *s, rng *r, const double box[4], size_t n)
{
    int axis = (int)(rng_next(r) & 1);
    double low = box[axis], high = box[axis + 2];
    double at = rng_next(r) & 1 ? low / 2 + high / 2 : rng_between(r, low, high);
    if (n <= 1 || !(at > low && at < high)) {
        sheet_box(s, s->n_owners, 0, box);
        return;
    }
    double first[4], second[4];
    memcpy(first, box, sizeof first);
    memcpy(second, box, sizeof second);
    first[axis + 2] = second[axis] = at;
    cut_box(s, r, first, n / 2);
    cut_box(s, r, second, n - n / 2);
}

enum { KIND_BOXES = MESH_KINDS, KINDS };

static inline const char *kind_name(size_t kind)
{
    static const char *const names[] = {"grids", "triangulations", "communes",
                                        "webs",  "slivers",        "hairlines",
                                        "cuts",  "fans",           "rectangles"};
    return names[kind];
}

/* A random tessellation: its cells, and its outline as another sheet. False where rounding left no
 * valid one; both sheets are empty then. */
static inline bool tessellate(exact *e, rng *r, size_t kind, size_t size, frame where, sheet *cells,
                              sheet *outline)
{
    mesh m = {.frame = where};
    if (kind == KIND_BOXES) {
        double x = where.origin.x, y = where.origin.y;
        const double box[] = {x, y, x + where.scale, y + where.scale};
        cut_box(cells, r, box, size);
        sheet_box(outline, 0, 0, box);
        return true;
    }
    make_mesh(&m, r, kind, size);
    bool sound = mesh_is_sound(e, &m, outline);
    for (size_t i = rng_below(r, 6); sound && i > 0; i--)
        merge_some(e, &m, r);
    sound = sound && mesh_cells(e, &m, r, cells);
    mesh_free(&m);
    if (!sound) {
        sheet_free(cells);
        sheet_free(outline);
    }
    return sound;
}

#endif
