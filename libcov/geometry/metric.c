/* SPDX-License-Identifier: MIT */
#include "geometry/metric.h"

#include "base/text.h"

#define RADIAN 0.017453292519943295 /* of a degree */

/* What is asked for, at least and at most. Longer distances on an ellipsoid are slips of a unit,
 * and chords would tell too little of them. */
#define METRES_MIN 1e-6
#define METRES_MAX 1e9
#define GEODESIC_MAX 1e6

/* Chords and bends of less than this, of the distance, are not looked at more closely. */
#define FINE 1e-8

/* ---------------------------------------------------------------- options */

static cov_status check_plane(const cov_near_options *o, cov_error *err)
{
    double unit = o->metres_per_unit;
    if (!(unit >= 1e-6 && unit <= 1e6))
        return cov_fail(err, COV_ERR_ARGUMENT,
                        "%s metres per unit of the coordinates: 1 for metres, 0.3048 for feet, 0 "
                        "for degrees",
                        cov_numeral_of(unit, 6).text);
    return COV_OK;
}

static cov_status check_ellipsoid(const cov_near_options *o, cov_error *err)
{
    if (!(o->semi_major >= 1e3 && o->semi_major <= 1e9 && o->flattening >= 0 &&
          o->flattening <= 0.1))
        return cov_fail(
            err, COV_ERR_ARGUMENT,
            "an ellipsoid with a semi-major axis of %s m and a flattening of %s: WGS 84 "
            "has 6378137 and 1/298.257223563",
            cov_numeral_of(o->semi_major, 10).text, cov_numeral_of(o->flattening, 10).text);
    if (o->metres > GEODESIC_MAX || o->metres > o->semi_major / 6)
        return cov_fail(
            err, COV_ERR_ARGUMENT,
            "a distance of %s m is beyond what is measured on an ellipsoid, 1000 km and "
            "a sixth of its axis",
            cov_numeral_of(o->metres, 6).text);
    return COV_OK;
}

/* The longest distance in units that is no more than the metres once multiplied, so that 100 feet
 * are within 30.48 m. */
static double in_units(double metres, double per_unit)
{
    double units = metres / per_unit;
    while (units * per_unit > metres)
        units = nextafter(units, 0);
    for (double next; (next = nextafter(units, INFINITY)) * per_unit <= metres;)
        units = next;
    return units;
}

/* The chord of an arc as long as the reach on a sphere of radius r. */
static double chord(double reach, double r)
{
    double q = reach / r * (reach / r);
    return reach * (1 - q / 24 * (1 - q / 80 * (1 - q / 168)));
}

cov_status cov_metric_init(cov_metric *m, const cov_near_options *o, cov_error *err)
{
    if (!(o->metres >= METRES_MIN && o->metres <= METRES_MAX))
        return cov_fail(err, COV_ERR_ARGUMENT, "a distance of %s m: it must be between %s and %s m",
                        cov_numeral_of(o->metres, 6).text, cov_numeral_of(METRES_MIN, 6).text,
                        cov_numeral_of(METRES_MAX, 6).text);
    bool geographic = o->metres_per_unit == 0;
    cov_status s = geographic ? check_ellipsoid(o, err) : check_plane(o, err);
    if (s != COV_OK)
        return s;
    if (!geographic) {
        double reach = in_units(o->metres, o->metres_per_unit);
        *m = (cov_metric){.reach = reach, .least = reach, .most = reach, .slack = 1e-9 * reach};
        return COV_OK;
    }
    double a = o->semi_major, b = a * (1 - o->flattening);
    *m = (cov_metric){.geographic = true, .reach = o->metres, .a = a, .b = b};
    m->e2 = o->flattening * (2 - o->flattening);
    /* The mean radius of curvature is least at the equator, b, and most at the poles, a^2 / b. */
    m->least = chord(m->reach, b);
    m->most = chord(m->reach, a * a / b);
    m->slack = 4e-15 * a;
    return COV_OK;
}

cov_status cov_metric_check(const cov_metric *m, const cov_xy *v, size_t n, cov_error *err)
{
    double east = m->geographic ? COV_LONGITUDE_MAX : COV_PLANE_MAX;
    double north = m->geographic ? 90 : COV_PLANE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (fabs(v[i].x) <= east && fabs(v[i].y) <= north)
            continue;
        return cov_fail(err, COV_ERR_GEOMETRY,
                        m->geographic ? "(%s, %s) is not a longitude and a latitude in degrees"
                                      : "(%s, %s) is beyond the coordinates that can be measured",
                        cov_numeral_of(v[i].x, 10).text, cov_numeral_of(v[i].y, 10).text);
    }
    return COV_OK;
}

/* ---------------------------------------------------------------- places */

/* The parallel of a latitude, and what is known of it. */
typedef struct parallel {
    double sine, cosine;
    double w2; /* 1 - e2 sine^2 */
    double n;  /* radius of curvature across the meridian */
} parallel;

static parallel parallel_of(const cov_metric *m, double latitude)
{
    double sine = sin(latitude * RADIAN), cosine = cos(latitude * RADIAN);
    double w2 = 1 - m->e2 * sine * sine;
    return (parallel){sine, cosine, w2, m->a / sqrt(w2)};
}

static cov_place on_parallel(const cov_metric *m, const parallel *p, double longitude)
{
    double across = p->n * p->cosine, angle = longitude * RADIAN;
    return (cov_place){across * cos(angle), across * sin(angle), p->n * (1 - m->e2) * p->sine};
}

cov_place cov_metric_place(const cov_metric *m, cov_xy p)
{
    if (!m->geographic)
        return (cov_place){p.x, p.y, 0};
    parallel at = parallel_of(m, p.y);
    return on_parallel(m, &at, p.x);
}

/* The mean radius of curvature of a spot is b / w2. Taken for the direction's own, it puts a chord
 * of 100 km wrong by 7 parts in 10^8 at most. */
cov_spot cov_metric_spot(const cov_metric *m, cov_xy p)
{
    if (!m->geographic)
        return (cov_spot){{p.x, p.y, 0}, m->reach};
    parallel at = parallel_of(m, p.y);
    return (cov_spot){on_parallel(m, &at, p.x), chord(m->reach, m->b / at.w2)};
}

/* ---------------------------------------------------------------- segments */

/* The latitude of a segment that is nearest to the equator, and the one that is farthest. */
static double lowest(double a, double b)
{
    return (a > 0) != (b > 0) ? 0 : fmin(fabs(a), fabs(b));
}

static double highest(double a, double b)
{
    return fmax(fabs(a), fabs(b));
}

/* A curve is off its chord by an eighth of its second derivative at most: of the parts of that one,
 * the first is the bend of the meridian, the second that of the parallel, the third the turn of
 * meridians towards the pole. */
double cov_metric_sag(const cov_metric *m, cov_xy a, cov_xy b)
{
    if (!m->geographic)
        return 0;
    double east = fabs(b.x - a.x) * RADIAN, north = fabs(b.y - a.y) * RADIAN;
    double most = m->a * m->a / m->b; /* radius of curvature */
    double across = most * cos(lowest(a.y, b.y) * RADIAN);
    double meridian = most * (1 + 1.5 * m->e2 / (1 - m->e2)) * north * north;
    double turn = 2 * most * sin(highest(a.y, b.y) * RADIAN) * north * east;
    return (meridian + across * east * east + turn) / 8;
}

/* Without a division, so that whole numbers stay whole. */
static bool within_plane(double reach, cov_place p, cov_place a, cov_place b)
{
    double square = reach * reach, apx = p.x - a.x, apy = p.y - a.y, abx = b.x - a.x,
           aby = b.y - a.y;
    double bpx = p.x - b.x, bpy = p.y - b.y;
    if (apx * apx + apy * apy <= square || bpx * bpx + bpy * bpy <= square)
        return true;
    double along = apx * abx + apy * aby, length = abx * abx + aby * aby;
    /* Of so short a segment the ends are all there is. */
    if (length <= 1e-16 * square || along <= 0 || along >= length)
        return false;
    double cross = apx * aby - apy * abx, left = cross * cross, right = square * length;
    /* Rounding keeps an order, or makes equal: then what was cut off tells. */
    return left < right ||
           (left == right && fma(cross, cross, -left) <= fma(square, length, -right));
}

/* By the chord where the bend does not matter, else by halves. Each time the bend becomes a fourth;
 * only what is within the bend of the limit is looked at again. */
static bool within_bend(const cov_metric *m, const cov_spot *p, const cov_segment *s)
{
    double sag = cov_metric_sag(m, s->a, s->b);
    double d = sqrt(cov_squared_distance(p->place, s->at_a, s->at_b));
    if (d + sag <= p->limit || d - sag > p->limit || sag <= FINE * p->limit)
        return d <= p->limit;
    cov_xy middle = {(s->a.x + s->b.x) / 2, (s->a.y + s->b.y) / 2};
    cov_place at_middle = cov_metric_place(m, middle);
    cov_segment first = {s->a, middle, s->at_a, at_middle};
    cov_segment second = {middle, s->b, at_middle, s->at_b};
    return within_bend(m, p, &first) || within_bend(m, p, &second);
}

bool cov_metric_within(const cov_metric *m, const cov_spot *p, const cov_segment *s)
{
    return m->geographic ? within_bend(m, p, s)
                         : within_plane(m->reach, p->place, s->at_a, s->at_b);
}

/* ---------------------------------------------------------------- the nearest place */

/* One step of Gauss and Newton from the place at t of the bent segment. */
static double step_towards(const cov_metric *m, cov_place p, const cov_segment *s, double t)
{
    cov_xy d = {s->b.x - s->a.x, s->b.y - s->a.y};
    cov_xy q = {s->a.x + t * d.x, s->a.y + t * d.y};
    parallel at = parallel_of(m, q.y);
    cov_place x = on_parallel(m, &at, q.x);
    double meridian = at.n * (1 - m->e2) / at.w2, north = meridian * d.y * RADIAN;
    double inwards = -north * at.sine, east = at.n * at.cosine * d.x * RADIAN;
    double sine = sin(q.x * RADIAN), cosine = cos(q.x * RADIAN);
    cov_place slope = {inwards * cosine - east * sine, inwards * sine + east * cosine,
                       north * at.cosine};
    double square = cov_place_dot(slope, slope);
    return square > 0 ? cov_place_dot(cov_place_minus(p, x), slope) / square : 0;
}

double cov_metric_nearest(const cov_metric *m, cov_place p, const cov_segment *s)
{
    cov_place ab = cov_place_minus(s->at_b, s->at_a);
    double length = cov_place_dot(ab, ab);
    if (!(length > 0))
        return 0;
    double t = cov_place_dot(cov_place_minus(p, s->at_a), ab) / length;
    for (int i = 0; m->geographic && i < 5; i++) {
        t = fmin(fmax(t, 0), 1);
        t += step_towards(m, p, s, t);
    }
    return t;
}

/* ---------------------------------------------------------------- boxes */

double cov_metric_radius(const cov_metric *m, cov_xy middle, cov_xy half)
{
    if (!m->geographic)
        return sqrt(half.x * half.x + half.y * half.y);
    double most = m->a * m->a / m->b;
    double across = most * cos(fmin(lowest(middle.y - half.y, middle.y + half.y), 90) * RADIAN);
    return hypot(across * half.x, most * half.y) * RADIAN;
}

/* How many degrees of longitude are within reach at a latitude: all where the pole is. */
static double longitudes(const cov_metric *m, double latitude)
{
    double across = latitude < 90 ? m->a * cos(latitude * RADIAN) : 0;
    double half = across > 0 ? m->reach / (2 * across) : 1;
    return half < 1 ? 2 * asin(half) / RADIAN : 180;
}

void cov_metric_widen(const cov_metric *m, double box[4])
{
    const double more = 1 + 1e-4; /* what directions make of a long chord, and rounding */
    double east = m->reach * more, north = east;
    if (m->geographic) {
        /* A meridian is bent most at the equator: its radius there is b^2 / a. */
        north = m->reach * m->a / (m->b * m->b) / RADIAN * more;
        east = longitudes(m, highest(box[1] - north, box[3] + north)) * more;
    }
    box[0] -= east;
    box[1] -= north;
    box[2] += east;
    box[3] += north;
    if (!m->geographic)
        return;
    box[1] = fmax(box[1], -90);
    box[3] = fmin(box[3], 90);
    if (box[2] - box[0] > 360)
        box[2] = box[0] + 360;
}
