/* SPDX-License-Identifier: MIT */
#include "io/cutter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

#include "base/mem.h"
#include "base/text.h"

/* A face is a sliver where its width is less than this part of its coordinates, some hundred times
 * their rounding: 0.1 micrometres in metres, 1 in degrees. */
#define SLIVER 1e-13

/* What may be missing between a polygon and its faces, as a part of its box. */
#define LOSS 1e-8

/* An edge with its lesser end first, and how often it occurs in which sense. */
typedef struct segment {
    cov_xy low, high;
    size_t at; /* its place in the order it came */
    uint32_t label;
    int forward; /* from low to high: the inside is to the left of that */
    int keep;
} segment;

typedef struct face {
    uint64_t set;
    size_t at; /* the order they came in */
    GEOSGeometry *polygon;
} face;

struct cov_cutter {
    const cov_borders *borders;
    GEOSContextHandle_t geos;
    GEOSWKBReader *reader;
    GEOSWKBWriter *writer;
    char said[240]; /* the last message of GEOS */
    size_t area;    /* that is being cut */
    double box[4];  /* of its polygon */
    segment *edge;  /* of the polygon, then whatever else may cross it */
    size_t n_own;
    size_t n_edges;
    size_t edge_capacity;
    face *face; /* of the area so far, owned */
    size_t n_faces;
    size_t face_capacity;
};

static void listen(const char *text, void *data)
{
    cov_cutter *c = data;
    snprintf(c->said, sizeof c->said, "%s", text);
}

cov_status cov_cutter_create(const cov_borders *borders, cov_cutter **out, cov_error *err)
{
    cov_cutter *c = cov_alloc_zero(1, sizeof *c);
    if (c == NULL)
        return cov_fail_memory(err);
    c->borders = borders;
    c->geos = GEOS_init_r();
    if (c->geos != NULL) {
        GEOSContext_setErrorMessageHandler_r(c->geos, listen, c);
        GEOSContext_setNoticeMessageHandler_r(c->geos, listen, c);
        c->reader = GEOSWKBReader_create_r(c->geos);
        c->writer = GEOSWKBWriter_create_r(c->geos);
    }
    if (c->reader == NULL || c->writer == NULL) {
        cov_cutter_free(c);
        return cov_fail_memory(err);
    }
    GEOSWKBWriter_setOutputDimension_r(c->geos, c->writer, 2);
    GEOSWKBWriter_setByteOrder_r(c->geos, c->writer, GEOS_WKB_NDR);
    *out = c;
    return COV_OK;
}

static void drop_faces(cov_cutter *c)
{
    for (size_t i = 0; i < c->n_faces; i++) {
        if (c->face[i].polygon != NULL)
            GEOSGeom_destroy_r(c->geos, c->face[i].polygon);
    }
    c->n_faces = 0;
}

void cov_cutter_free(cov_cutter *cutter)
{
    if (cutter == NULL)
        return;
    drop_faces(cutter);
    if (cutter->reader != NULL)
        GEOSWKBReader_destroy_r(cutter->geos, cutter->reader);
    if (cutter->writer != NULL)
        GEOSWKBWriter_destroy_r(cutter->geos, cutter->writer);
    if (cutter->geos != NULL)
        GEOS_finish_r(cutter->geos);
    cov_free(cutter->edge);
    cov_free(cutter->face);
    cov_free(cutter);
}

static cov_status fail_cut(const cov_cutter *c, cov_error *err)
{
    return cov_fail(err, COV_ERR_GEOMETRY,
                    "area \"%s\" can't be cut along the borders of the services (GEOS: %s): look "
                    "for damaged or nearly coinciding polygons there",
                    cov_quote(cov_areas_id(c->borders->areas, c->area)).text,
                    c->said[0] != '\0' ? c->said : "it has no more memory");
}

/* ---------------------------------------------------------------- edges */

static cov_status add_edge(cov_cutter *c, cov_xy a, cov_xy b, uint32_t label, cov_error *err)
{
    int forward = a.x < b.x || (a.x == b.x && a.y < b.y);
    if (a.x == b.x && a.y == b.y)
        return COV_OK;
    if (cov_reserve((void **)&c->edge, &c->edge_capacity, c->n_edges + 1, sizeof *c->edge) != 0)
        return cov_fail_memory(err);
    c->edge[c->n_edges] =
        (segment){forward ? a : b, forward ? b : a, c->n_edges, label, forward, 0};
    c->n_edges++;
    return COV_OK;
}

static cov_status add_ring(cov_cutter *c, const GEOSGeometry *ring, cov_error *err)
{
    unsigned n = 0;
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(c->geos, ring);
    if (sequence == NULL || GEOSCoordSeq_getSize_r(c->geos, sequence, &n) != 1)
        return fail_cut(c, err);
    cov_xy *at = cov_alloc(n, sizeof *at);
    if (at == NULL)
        return cov_fail_memory(err);
    cov_status s = GEOSCoordSeq_copyToBuffer_r(c->geos, sequence, &at[0].x, 0, 0) == 1
                       ? COV_OK
                       : fail_cut(c, err);
    for (unsigned i = 0; i + 1 < n && s == COV_OK; i++)
        s = add_edge(c, at[i], at[i + 1], (uint32_t)c->area, err);
    cov_free(at);
    return s;
}

/* Areas behind this one have no part in what it is. */
static cov_status add_stretch(void *data, const cov_stretch *stretch, cov_error *err)
{
    cov_cutter *c = data;
    cov_status s = COV_OK;
    if (stretch->label >= c->area && stretch->label < c->borders->n_areas)
        return COV_OK;
    for (size_t i = 0; i < stretch->n && s == COV_OK; i++) {
        cov_xy a = stretch->vertex[i], b = stretch->vertex[i + 1];
        if (fmin(a.x, b.x) <= c->box[2] && fmax(a.x, b.x) >= c->box[0] &&
            fmin(a.y, b.y) <= c->box[3] && fmax(a.y, b.y) >= c->box[1])
            s = add_edge(c, a, b, stretch->label, err);
    }
    return s;
}

static int find_box(cov_cutter *c, const GEOSGeometry *polygon)
{
    return GEOSGeom_getXMin_r(c->geos, polygon, &c->box[0]) == 1 &&
           GEOSGeom_getYMin_r(c->geos, polygon, &c->box[1]) == 1 &&
           GEOSGeom_getXMax_r(c->geos, polygon, &c->box[2]) == 1 &&
           GEOSGeom_getYMax_r(c->geos, polygon, &c->box[3]) == 1;
}

static cov_status collect(cov_cutter *c, const GEOSGeometry *polygon, cov_error *err)
{
    const GEOSGeometry *shell = GEOSGetExteriorRing_r(c->geos, polygon);
    int n = GEOSGetNumInteriorRings_r(c->geos, polygon);
    c->n_edges = 0;
    if (shell == NULL || n < 0 || !find_box(c, polygon))
        return fail_cut(c, err);
    cov_status s = add_ring(c, shell, err);
    for (int i = 0; i < n && s == COV_OK; i++)
        s = add_ring(c, GEOSGetInteriorRingN_r(c->geos, polygon, i), err);
    c->n_own = c->n_edges;
    return s == COV_OK ? cov_edges_find(c->borders->edges, c->box, add_stretch, c, err) : s;
}

/* ---------------------------------------------------------------- which edges matter */

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_ends(const segment *a, const segment *b)
{
    int order = compare(a->low.x, b->low.x);
    order = order != 0 ? order : compare(a->low.y, b->low.y);
    order = order != 0 ? order : compare(a->high.x, b->high.x);
    return order != 0 ? order : compare(a->high.y, b->high.y);
}

static int by_ends(const void *left, const void *right)
{
    const segment *a = left, *b = right;
    int order = compare_ends(a, b);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

static int by_place(const void *left, const void *right)
{
    const segment *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

/* Of equal edges the first stays; none where all they do is to divide polygons of one service from
 * each other, which lie on both sides. */
static void judge(const cov_borders *borders, segment *edge, size_t n)
{
    uint64_t forward = 0, backward = 0;
    int of_area = 0;
    for (size_t i = 0; i < n; i++) {
        if (edge[i].label < borders->n_areas)
            of_area = 1;
        else if (edge[i].forward)
            forward |= UINT64_C(1) << borders->zone[edge[i].label - borders->n_areas].bit;
        else
            backward |= UINT64_C(1) << borders->zone[edge[i].label - borders->n_areas].bit;
    }
    edge[0].keep = of_area || forward != backward;
}

/* Returns how many edges of others are left. */
static size_t choose_edges(cov_cutter *c)
{
    size_t n_others = 0;
    qsort(c->edge, c->n_edges, sizeof *c->edge, by_ends);
    for (size_t i = 0, n; i < c->n_edges; i += n) {
        for (n = 1; i + n < c->n_edges && compare_ends(&c->edge[i], &c->edge[i + n]) == 0;)
            n++;
        judge(c->borders, &c->edge[i], n);
        n_others += c->edge[i].keep && c->edge[i].at >= c->n_own;
    }
    qsort(c->edge, c->n_edges, sizeof *c->edge, by_place);
    return n_others;
}

/* ---------------------------------------------------------------- lines */

static cov_xy start_of(const segment *e)
{
    return e->forward ? e->low : e->high;
}

static cov_xy end_of(const segment *e)
{
    return e->forward ? e->high : e->low;
}

static int follows(const segment *a, const segment *b)
{
    cov_xy end = end_of(a), start = start_of(b);
    return b->keep && end.x == start.x && end.y == start.y;
}

static GEOSGeometry *make_line(const cov_cutter *c, const segment *edge, size_t n, cov_xy *room)
{
    room[0] = start_of(&edge[0]);
    for (size_t i = 0; i < n; i++)
        room[i + 1] = end_of(&edge[i]);
    GEOSCoordSequence *sequence =
        GEOSCoordSeq_copyFromBuffer_r(c->geos, &room[0].x, (unsigned)n + 1, 0, 0);
    return sequence != NULL ? GEOSGeom_createLineString_r(c->geos, sequence) : NULL;
}

/* The edges that were kept as lines as long as possible; NULL where GEOS or the memory fail. */
static GEOSGeometry *make_lines(const cov_cutter *c, const segment *edge, size_t n)
{
    GEOSGeometry **line = cov_alloc(n, sizeof *line), *all = NULL;
    cov_xy *room = cov_alloc(n + 1, sizeof *room);
    size_t n_lines = 0;
    int ok = line != NULL && room != NULL;
    for (size_t i = 0, k; i < n && ok; i += k) {
        k = 1;
        if (!edge[i].keep)
            continue;
        while (i + k < n && follows(&edge[i + k - 1], &edge[i + k]))
            k++;
        line[n_lines] = make_line(c, &edge[i], k, room);
        ok = line[n_lines] != NULL;
        n_lines += (size_t)ok;
    }
    if (ok)
        all = GEOSGeom_createCollection_r(c->geos, GEOS_MULTILINESTRING, line, (unsigned)n_lines);
    for (size_t i = 0; i < n_lines && !ok; i++)
        GEOSGeom_destroy_r(c->geos, line[i]);
    cov_free(line);
    cov_free(room);
    return all;
}

/* A collection of polygons: what the edges cut the plane into. */
static GEOSGeometry *make_faces(const cov_cutter *c)
{
    GEOSGeometry *own = make_lines(c, c->edge, c->n_own);
    GEOSGeometry *others = make_lines(c, c->edge + c->n_own, c->n_edges - c->n_own);
    GEOSGeometry *noded = NULL, *faces = NULL;
    if (own != NULL && others != NULL)
        noded = GEOSUnion_r(c->geos, own, others);
    if (noded != NULL) {
        const GEOSGeometry *const lines[] = {noded};
        faces = GEOSPolygonize_r(c->geos, lines, 1);
        GEOSGeom_destroy_r(c->geos, noded);
    }
    if (own != NULL)
        GEOSGeom_destroy_r(c->geos, own);
    if (others != NULL)
        GEOSGeom_destroy_r(c->geos, others);
    return faces;
}

/* ---------------------------------------------------------------- faces */

/* The faces of a polygon, each with a point inside it. */
typedef struct faces {
    const GEOSGeometry **polygon; /* borrowed */
    double *size;                 /* in the plane */
    double *x, *y;
    int32_t *area;
    uint64_t *set;
    size_t n;
} faces;

static int faces_alloc(faces *f, size_t n)
{
    f->polygon = cov_alloc(n, sizeof *f->polygon);
    f->size = cov_alloc(n, sizeof *f->size);
    f->x = cov_alloc(n, sizeof *f->x);
    f->y = cov_alloc(n, sizeof *f->y);
    f->area = cov_alloc(n, sizeof *f->area);
    f->set = cov_alloc(n, sizeof *f->set);
    return f->polygon != NULL && f->size != NULL && f->x != NULL && f->y != NULL &&
           f->area != NULL && f->set != NULL;
}

static void faces_clear(faces *f)
{
    cov_free(f->polygon);
    cov_free(f->size);
    cov_free(f->x);
    cov_free(f->y);
    cov_free(f->area);
    cov_free(f->set);
}

static int is_sliver(const cov_cutter *c, double size, double length)
{
    double magnitude =
        fmax(fmax(fabs(c->box[0]), fabs(c->box[2])), fmax(fabs(c->box[1]), fabs(c->box[3])));
    return size <= SLIVER * magnitude * length;
}

static int point_inside(const cov_cutter *c, const GEOSGeometry *polygon, double *x, double *y)
{
    GEOSGeometry *point = GEOSPointOnSurface_r(c->geos, polygon);
    int ok = point != NULL && GEOSGeomGetX_r(c->geos, point, x) == 1 &&
             GEOSGeomGetY_r(c->geos, point, y) == 1;
    if (point != NULL)
        GEOSGeom_destroy_r(c->geos, point);
    return ok;
}

/* 1 where the polygon holds the place, 0 where not, 2 where GEOS fails. */
static int holds(const cov_cutter *c, const GEOSPreparedGeometry *polygon, double x, double y)
{
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(c->geos, x, y);
    int within = point != NULL ? GEOSPreparedContains_r(c->geos, polygon, point) : 2;
    if (point != NULL)
        GEOSGeom_destroy_r(c->geos, point);
    return within;
}

/* Faces beside the polygon, and slivers, are left out. */
static cov_status add_face(const cov_cutter *c, faces *f, const GEOSPreparedGeometry *within,
                           const GEOSGeometry *polygon, cov_error *err)
{
    double length = 0;
    size_t i = f->n;
    if (polygon == NULL || GEOSArea_r(c->geos, polygon, &f->size[i]) != 1 ||
        GEOSLength_r(c->geos, polygon, &length) != 1)
        return fail_cut(c, err);
    if (is_sliver(c, f->size[i], length))
        return COV_OK;
    if (!point_inside(c, polygon, &f->x[i], &f->y[i]))
        return fail_cut(c, err);
    int held = holds(c, within, f->x[i], f->y[i]);
    f->polygon[i] = polygon;
    f->n += held == 1;
    return held == 2 ? fail_cut(c, err) : COV_OK;
}

static cov_status mark_faces(const cov_cutter *c, faces *f, cov_error *err)
{
    cov_points points = COV_POINTS_INIT;
    points.n = f->n;
    points.x = f->x;
    points.y = f->y;
    return cov_borders_mark(c->borders, &points, f->area, f->set, err);
}

static cov_status keep_face(cov_cutter *c, const GEOSGeometry *polygon, uint64_t set,
                            cov_error *err)
{
    if (cov_reserve((void **)&c->face, &c->face_capacity, c->n_faces + 1, sizeof *c->face) != 0)
        return cov_fail_memory(err);
    GEOSGeometry *own = GEOSGeom_clone_r(c->geos, polygon);
    if (own == NULL)
        return cov_fail_memory(err);
    c->face[c->n_faces] = (face){set, c->n_faces, own};
    c->n_faces++;
    return COV_OK;
}

/* ---------------------------------------------------------------- areas */

/* The faces that the polygon holds: itself where nothing crosses it (`made` is NULL). */
static cov_status list_faces(const cov_cutter *c, const GEOSGeometry *polygon,
                             const GEOSGeometry *made, faces *f, cov_error *err)
{
    int n = made != NULL ? GEOSGetNumGeometries_r(c->geos, made) : 1;
    if (n < 0)
        return fail_cut(c, err);
    const GEOSPreparedGeometry *within = GEOSPrepare_r(c->geos, polygon);
    cov_status s = within != NULL && faces_alloc(f, (size_t)n) ? COV_OK : cov_fail_memory(err);
    for (int i = 0; i < n && s == COV_OK; i++)
        s = add_face(c, f, within, made != NULL ? GEOSGetGeometryN_r(c->geos, made, i) : polygon,
                     err);
    if (within != NULL)
        GEOSPreparedGeom_destroy_r(c->geos, within);
    return s;
}

/* Nothing of a polygon may get lost while it is cut, nor be there twice. */
static cov_status check_sum(cov_cutter *c, const GEOSGeometry *polygon, const faces *f,
                            cov_error *err)
{
    double whole = 0, sum = 0;
    double slack = LOSS * (c->box[2] - c->box[0]) * (c->box[3] - c->box[1]);
    if (GEOSArea_r(c->geos, polygon, &whole) != 1)
        return fail_cut(c, err);
    for (size_t i = 0; i < f->n; i++)
        sum += f->size[i];
    if (fabs(sum - whole) <= slack)
        return COV_OK;
    snprintf(c->said, sizeof c->said, "the pieces have %s times its area",
             cov_numeral_of(sum / whole, 9).text);
    return fail_cut(c, err);
}

static cov_status keep_faces(cov_cutter *c, faces *f, cov_error *err)
{
    cov_status s = mark_faces(c, f, err);
    for (size_t i = 0; i < f->n && s == COV_OK; i++) {
        if (f->area[i] == (int32_t)c->area)
            s = keep_face(c, f->polygon[i], f->set[i], err);
    }
    return s;
}

static cov_status cut_polygon(cov_cutter *c, const GEOSGeometry *polygon, cov_error *err)
{
    faces f;
    GEOSGeometry *made = NULL;
    memset(&f, 0, sizeof f);
    cov_status s = collect(c, polygon, err);
    if (s == COV_OK && choose_edges(c) > 0) {
        made = make_faces(c);
        s = made != NULL ? COV_OK : fail_cut(c, err);
    }
    if (s == COV_OK)
        s = list_faces(c, polygon, made, &f, err);
    if (s == COV_OK)
        s = check_sum(c, polygon, &f, err);
    if (s == COV_OK)
        s = keep_faces(c, &f, err);
    faces_clear(&f);
    if (made != NULL)
        GEOSGeom_destroy_r(c->geos, made);
    return s;
}

static int by_set(const void *left, const void *right)
{
    const face *a = left, *b = right;
    int order = (a->set > b->set) - (a->set < b->set);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* One polygon, or several as a multipolygon; they are taken from the faces. */
static GEOSGeometry *join_faces(const cov_cutter *c, face *first, size_t n)
{
    GEOSGeometry **part = cov_alloc(n, sizeof *part), *all = NULL;
    if (part == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        part[i] = first[i].polygon;
        first[i].polygon = NULL;
    }
    all = n == 1 ? part[0]
                 : GEOSGeom_createCollection_r(c->geos, GEOS_MULTIPOLYGON, part, (unsigned)n);
    cov_free(part);
    return all;
}

static cov_status write_shape(const cov_cutter *c, const GEOSGeometry *geometry, cov_shape *out,
                              cov_error *err)
{
    size_t size = 0;
    unsigned char *wkb =
        geometry != NULL ? GEOSWKBWriter_write_r(c->geos, c->writer, geometry, &size) : NULL;
    void *copy = wkb != NULL ? cov_alloc(size, 1) : NULL;
    if (copy != NULL)
        memcpy(copy, wkb, size);
    GEOSFree_r(c->geos, wkb);
    if (copy == NULL)
        return cov_fail_memory(err);
    *out = (cov_shape){copy, size};
    return COV_OK;
}

static cov_status add_piece(cov_cutter *c, face *first, size_t n_faces, cov_piece **piece,
                            size_t *n, size_t *capacity, cov_error *err)
{
    if (cov_reserve((void **)piece, capacity, *n + 1, sizeof **piece) != 0)
        return cov_fail_memory(err);
    cov_piece *p = &(*piece)[*n];
    *p = (cov_piece){(int32_t)c->area, first->set, {NULL, 0}};
    GEOSGeometry *geometry = join_faces(c, first, n_faces);
    cov_status s = write_shape(c, geometry, &p->shape, err);
    if (geometry != NULL)
        GEOSGeom_destroy_r(c->geos, geometry);
    *n += s == COV_OK;
    return s;
}

static cov_status cut_parts(cov_cutter *c, const GEOSGeometry *geometry, cov_error *err)
{
    int n = GEOSGetNumGeometries_r(c->geos, geometry);
    cov_status s = n >= 0 ? COV_OK : fail_cut(c, err);
    for (int i = 0; i < n && s == COV_OK; i++)
        s = cut_polygon(c, GEOSGetGeometryN_r(c->geos, geometry, i), err);
    return s;
}

cov_status cov_cutter_cut(cov_cutter *cutter, size_t area, cov_piece **piece, size_t *n,
                          size_t *capacity, cov_error *err)
{
    cov_cutter *c = cutter;
    const cov_shape *shape = &c->borders->shape[area];
    c->area = area;
    c->said[0] = '\0';
    GEOSGeometry *geometry = GEOSWKBReader_read_r(c->geos, c->reader, shape->wkb, shape->size);
    cov_status s = geometry != NULL ? cut_parts(c, geometry, err) : fail_cut(c, err);
    if (geometry != NULL)
        GEOSGeom_destroy_r(c->geos, geometry);
    if (s == COV_OK && c->n_faces > 0)
        qsort(c->face, c->n_faces, sizeof *c->face, by_set);
    for (size_t i = 0, k; i < c->n_faces && s == COV_OK; i += k) {
        for (k = 1; i + k < c->n_faces && c->face[i + k].set == c->face[i].set;)
            k++;
        s = add_piece(c, &c->face[i], k, piece, n, capacity, err);
    }
    drop_faces(c);
    return s;
}
